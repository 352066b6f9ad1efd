"""What is sent to people when something is over: when it ended, how long it was, what shows it."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from alerts.notice import Notice, Sign
from alerts.wording.message import Composer, Message, facts, subject_of
from alerts.wording.names import Naming
from alerts.wording.plain import SENTENCE_LENGTH, clean, fitted, words_in
from alerts.wording.words import KINDS, WORDS
from inventory.model import Inventory

_WELL = {"answers_echo", "answers_poll", "behind_answers", "check_passes"}
_WELL |= {"probe_answers", "a_end_up", "z_end_up"}
_ILL = {"silent_for", "never_answered", "behind", "check_failed", "need_failed", "interface_down"}
_ILL |= {"a_end_down", "a_end_admin_down", "z_end_down", "far_end_silent", "probe_silent"}
_ILL |= {"site_silent", "everything_silent", "gateway_silent", "returning"}
_UNASKED = {"not_asked", "off_hours", "cannot_be_asked"}
_MARK = re.compile(r"^\[[^\]]*\] ")
_UNITS = (("d", 86_400, "h", 3_600), ("h", 3_600, "m", 60), ("m", 60, "", 1))


def compose_end(notice: Notice, at: float, inventory: Inventory, incident_id: str | int) -> Message:
    """A cause of the engine that ended `at` (Unix seconds); the notice's evidence is what shows
    that. Raises KeyError for an alert that is not the engine's.
    """
    how = outcome(notice.evidence)
    own = _End(Composer(notice, inventory, inventory.province.language), how, at)
    english = _End(Composer(notice, inventory, "en"), how, at)
    return Message(
        own.summary(),
        own.description(str(incident_id)),
        english.summary(),
        english.description(str(incident_id)),
        own.sms(),
    )


def outcome(evidence: Iterable[Sign]) -> str:
    """Which of the ends in `words.yaml` the evidence of an end tells of: only what was seen to be
    well has recovered.
    """
    codes = {code for code, _ in evidence}
    if codes & _UNASKED:
        return "unwatched"
    # A circuit that stopped flapping and is gone round has stayed down.
    if codes & _ILL or codes >= {"flapped", "other_path"}:
        return "goes-on"
    return "recovered" if codes & _WELL else "over"


class _End:
    """One end in one language."""

    def __init__(self, composer: Composer, how: str, at: float) -> None:
        self._of, self._language = composer, composer.language
        self._words = WORDS.ends[how]
        back = composer.words.back if how == "recovered" else None
        self._long, self._short = back or self._words.title, back or self._words.short
        self._mark = self._words.mark.say(self._language).upper()
        self._at = datetime.fromtimestamp(at, composer.inventory.province.zone)
        self._times = {
            "at": self._at.strftime("%H:%M %d/%m"),
            "lasted": span(at - composer.notice.since, self._language),
        }

    def summary(self) -> str:
        parts = {"subject": self._of.subject(), "title": self._of.title()}
        return f"[{self._mark}] {self._long.say(self._language, **parts, **self._times)}"

    def description(self, incident: str) -> str:
        since, at = (one.strftime("%H:%M %d/%m/%Y") for one in (self._of.since, self._at))
        first = self._of.line("lasted", since=since, at=at)
        said = [" · ".join([first, *facts(self._of.names, self._of.thing)])]
        said += self._of.reasons("shown")
        return "\n".join([*said, self._of.line("incident", incident=clean(incident))])

    def sms(self) -> str:
        def begin(subject: str, title: str) -> str:
            said = self._short.say(self._language, subject=subject, title=title, **self._times)
            return f"{self._mark}: {said}"

        return self._of.short(begin, [])


def end_told(
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    inventory: Inventory,
    since: float,
    at: float,
) -> Message:
    """The end of an alert of which only is known how it was told: of a rule's, as `from_rule` has
    worded it. It lasted from `since` to `at`, Unix seconds.
    """
    own = _Over(labels, inventory, inventory.province.language, (since, at))
    english = _Over(labels, inventory, "en", (since, at))
    own_title = _title(annotations.get("summary", ""), labels)
    return Message(
        own.summary(own_title),
        own.description(),
        english.summary(_title(annotations.get("summary_en", ""), labels)),
        english.description(),
        own.sms(own_title),
    )


class _Over:
    """The end of an alert of any kind, in one language; from when to when it lasted."""

    def __init__(
        self,
        labels: Mapping[str, str],
        inventory: Inventory,
        language: str,
        lasted: tuple[float, float],
    ) -> None:
        self._labels, self._language = labels, language
        self._names = Naming(inventory, language)
        self._words = WORDS.ends["over"]
        self._mark = self._words.mark.say(language).upper()
        zone = inventory.province.zone
        self._since, self._at = (datetime.fromtimestamp(one, zone) for one in lasted)
        length = span(lasted[1] - lasted[0], language)
        self._times = {"at": self._at.strftime("%H:%M %d/%m"), "lasted": length}

    def summary(self, title: str) -> str:
        said = self._words.title.say(self._language, title=title, **self._times)
        return f"[{self._mark}] {said}"

    def description(self) -> str:
        since, at = (one.strftime("%H:%M %d/%m/%Y") for one in (self._since, self._at))
        said = [WORDS.lines["lasted"].say(self._language, since=since, at=at)]
        one = subject_of(self._labels)
        if one is not None and one.kind in KINDS:
            said += dict.fromkeys([self._names.name(one), *facts(self._names, one)])
        return " · ".join(said)

    def sms(self, title: str) -> str:
        def build(given: Mapping[str, str]) -> str:
            said = self._words.short.say(self._language, title=given["title"], **self._times)
            return f"{self._mark}: {said}."

        name = clean(self._labels.get("alertname", ""))
        return fitted(build, {"title": title if words_in(title) else name})


def _title(summary: str, labels: Mapping[str, str]) -> str:
    """What was told, without its severity."""
    told = clean(_MARK.sub("", summary, count=1), SENTENCE_LENGTH)
    return told or clean(labels.get("alertname", ""))


def span(seconds: float, language: str) -> str:
    """`13200` as `3 giờ 40 phút`: two units at most."""
    whole = max(round(seconds), 0)
    for unit, size, less, part in _UNITS:
        if whole >= 2 * size:
            said = f"{whole // size} {WORDS.durations[unit].say(language)}"
            rest = whole % size // part
            return f"{said} {rest} {WORDS.durations[less].say(language)}" if less and rest else said
    return f"{whole} {WORDS.durations['s'].say(language)}"
