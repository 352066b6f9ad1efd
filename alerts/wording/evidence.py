"""Evidence in words."""

from collections.abc import Iterable

from alerts.notice import Sign
from alerts.wording.names import Naming, thing
from alerts.wording.plain import clean
from alerts.wording.probes import probe_words
from alerts.wording.words import SIGNS, STATES, WORDS
from inventory.model import Inventory

MOST = 8
"""Signs that a message tells; a list from a peer may be any long."""


def severity_word(severity: str, language: str) -> str:
    """`Khẩn cấp` of `critical`; a word that is not ours comes back as it is."""
    known = WORDS.severities.get(severity)
    return known.say(language) if known else clean(severity)


def side_word(side: str, language: str) -> str:
    """`nhà mạng` of `carrier`; nothing of nothing."""
    known = WORDS.sides.get(side)
    return known.say(language) if known else clean(side)


def reason_word(reason: str, language: str) -> str:
    """`hết thời gian chờ` of `timeout`; one that is not ours comes back as it is."""
    known = WORDS.reasons.get(reason)
    return known.say(language) if known else clean(reason)


def state_word(kind: str, state: int, language: str) -> str:
    """`Mất kết nối` of a circuit's 2; the numbers are the catalogue's. Raises IndexError."""
    phrases = WORDS.states[STATES[state]]
    return phrases.get(kind, phrases["any"]).say(language)


def describe_evidence(
    signs: Iterable[Sign], language: str, inventory: Inventory | None = None
) -> list[str]:
    """A phrase for each sign, with the inventory's names when it is given. A code that is not known
    is told as it stands: evidence is never dropped.
    """
    found = []
    for code, pairs in signs:
        given = dict(pairs)
        said = {name: _argument(name, given, language, inventory) for name in given}
        if code in SIGNS:
            found.append(WORDS.signs[code].say(language, **said))
        else:
            found.append(clean(" ".join([code, *said.values()])))
    return found


def _argument(name: str, given: dict[str, str], language: str, inventory: Inventory | None) -> str:
    text = str(given[name])
    if name in ("seconds", "uptime"):
        return duration(text, language)
    if name in ("value", "limit"):
        return percent(text, language)
    if name == "reason":
        return reason_word(text, language)
    if name == "why":
        return probe_words(clean(text), language)
    if name == "state":
        return _state(text, given.get("thing", ""), language)
    if name in ("thing", "cause"):
        return _thing(text, language, inventory)
    if name == "device":
        return clean(text.removeprefix("device:"))
    if name == "site" and inventory is not None:
        return Naming(inventory, language).place(text)
    return clean(text)


def _thing(text: str, language: str, inventory: Inventory | None) -> str:
    one = thing(text)
    name = Naming(inventory, language).name(one) if inventory else clean(one.name)
    return f"{WORDS.nouns[one.kind].say(language)} {name}"


def _state(text: str, of: str, language: str) -> str:
    """The word for a state that is told by its name or its number, inside a sentence."""
    number = int(text) if text.isascii() and text.isdigit() else -1
    if text.lower() in STATES:
        number = STATES.index(text.lower())
    if not 0 <= number < len(STATES):
        return clean(text)
    word = state_word(thing(of).kind, number, language)
    return word[0].lower() + word[1:]


def duration(text: str, language: str) -> str:
    """`125` (seconds) as `2 phút`; what is no number comes back as it is."""
    try:
        seconds = round(float(text))
    except (ValueError, OverflowError):
        return clean(text)
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {WORDS.durations[unit].say(language)}"
    return f"{seconds} {WORDS.durations['s'].say(language)}"


def percent(text: str, language: str) -> str:
    """A ratio `0.934` as `93,4 %`; what is no number comes back as it is."""
    try:
        number = f"{float(text) * 100:.1f}".removesuffix(".0")
    except ValueError:
        return clean(text)
    return f"{number.replace('.', ',') if language == 'vi' else number} %"
