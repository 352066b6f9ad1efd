"""What is sent to people: the engine's notices and the history rules' alerts in one shape."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.notice import Notice
from alerts.wording.evidence import MOST, describe_evidence, severity_word, side_word
from alerts.wording.names import Naming, thing
from alerts.wording.plain import SENTENCE_LENGTH, clean, fitted, words_in
from alerts.wording.words import KINDS, WORDS
from inventory.model import Inventory, Thing


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `summary` and `description` are in the province's language, lines are parted by
    line ends; `sms` is 1 to 160 letters of the 7-bit alphabet.
    """

    summary: str
    description: str
    summary_en: str
    description_en: str
    sms: str


def compose(notice: Notice, inventory: Inventory, incident_id: str | int) -> Message:
    """A cause of the engine in words. Raises KeyError for an alert that is not the engine's."""
    own = Composer(notice, inventory, inventory.province.language)
    english = Composer(notice, inventory, "en")
    return Message(
        own.summary(),
        own.description(str(incident_id)),
        english.summary(),
        english.description(str(incident_id)),
        own.sms(),
    )


def titled(severity: str, title: str, language: str) -> str:
    """`[KHẨN CẤP] title`."""
    word = severity_word(severity, language).upper()
    return f"[{word}] {title}" if word else title


class Composer:
    """One notice in one language: its parts, for a message that begins and for one that ends."""

    def __init__(self, notice: Notice, inventory: Inventory, language: str) -> None:
        self.notice, self.inventory, self.language = notice, inventory, language
        self.names = Naming(inventory, language)
        self.words = WORDS.alerts[notice.alert]
        self.thing = thing(notice.thing)
        self.hidden = [thing(one) for one in notice.hides]
        circuits = inventory.circuits if self.thing.kind == "circuit" else {}
        self.circuit = circuits.get(self.thing.name)
        self.since = datetime.fromtimestamp(notice.since, inventory.province.zone)
        self.about = self._about()

    def summary(self) -> str:
        """The severity and what is the matter."""
        return titled(self.notice.severity, self.title(), self.language)

    def subject(self) -> str:
        """The thing, as a sentence begins."""
        return WORDS.subjects[self.thing.kind].long.say(self.language, **self.about)

    def title(self) -> str:
        """What is the matter."""
        title = self.words.title.say(self.language, subject=self.subject(), **self.about)
        return f"{title} ({clean(self.notice.instance)})" if self.notice.instance else title

    def _about(self) -> dict[str, str]:
        provider = clean(self.circuit.provider) if self.circuit else ""
        site = self.names.site_of(self.thing)
        return {
            "name": self.names.name(self.thing),
            "site": self.names.place(site) if site else "?",
            "provider": provider or WORDS.lines["provider"].say(self.language),
            "circuit": clean(self.thing.name).upper(),
            "contract": clean(self.circuit.contract) if self.circuit else "",
        }

    def description(self, incident: str) -> str:
        """All that a person wants to know, in lines."""
        since = self.line("since", since=self.since.strftime("%H:%M %d/%m/%Y"))
        said = [" · ".join([since, *facts(self.names, self.thing)])]
        if self.hidden:
            label = (self.words.hides or WORDS.lines["hides"]).say(self.language)
            counts, names = self.names.counted(self.hidden), self.names.some(self.hidden)
            said.append(f"{label}: {counts}: {names}")
        said += self.reasons("evidence")
        todo = self.words.todo.get(self.notice.side, self.words.todo["any"])
        said.append(self.line("todo", todo=todo.say(self.language, **self.about)))
        said.append(self.line("incident", incident=clean(incident)))
        return "\n".join(said)

    def reasons(self, line: str) -> list[str]:
        """The suspected side, and the evidence in a line of that name."""
        said = []
        if self.notice.side:
            said.append(self.line("side", side=side_word(self.notice.side, self.language)))
        signs = describe_evidence(self.notice.evidence, self.language, self.inventory)
        return [*said, self.line(line, signs="; ".join(signs[:MOST]))] if signs else said

    def line(self, name: str, **values: str) -> str:
        """A line of a message."""
        return WORDS.lines[name].say(self.language, **values)

    def sms(self) -> str:
        """The same in 160 letters."""
        severity = severity_word(self.notice.severity, self.language).upper()
        since = self.since.strftime("%H:%M %d/%m")

        def begin(_: str, title: str) -> str:
            return self.line("sms", severity=severity, title=title, since=since)

        return self.short(begin, self._counted())

    def short(self, begin: Callable[[str, str], str], after: list[str]) -> str:
        """An SMS: what `begin` makes of subject and title, the circuit, and what comes after."""
        subject = WORDS.subjects[self.thing.kind].short
        fields = {"name": self.names.short(self.thing), "site": self.about["site"]}
        if self.circuit:
            fields |= {name: self.about[name] for name in ("circuit", "provider")}

        def build(given: Mapping[str, str]) -> str:
            name = subject.say(self.language, **given)
            about = {**self.about, **given, "subject": name}
            title = (self.words.short or self.words.title).say(self.language, **about)
            said = [begin(name, title)]
            if self.circuit:
                line = self.line("circuit", circuit=given["circuit"])
                said.append(f"{line}, {given['provider']}" if self.circuit.provider else line)
            return ". ".join(said + after) + "."

        return fitted(build, fields)

    def _counted(self) -> list[str]:
        if not self.hidden:
            return []
        label = (self.words.hides or WORDS.lines["hides"]).say(self.language)
        return [f"{label} {self.names.counted(self.hidden, short=True)}"]


def facts(names: Naming, one: Thing) -> list[str]:
    """What a person wants beside the name: where it is, whose it is, which contract."""
    found = {"circuit": _circuit, "device": _device, "service": _service, "site": _site}
    said = found[one.kind](names, one.name) if one.kind in found else []
    return [clean(text) for text in said if text]


def _circuit(names: Naming, name: str) -> Iterable[str]:
    said = [WORDS.lines["circuit"].say(names.language, circuit=name.upper())]
    if circuit := names.inventory.circuits.get(name):
        said.append(circuit.provider)
        if circuit.contract:
            said.append(WORDS.lines["contract"].say(names.language, contract=circuit.contract))
    return said


def _device(names: Naming, name: str) -> Iterable[str]:
    device = names.inventory.devices.get(name)
    if device is None:
        return []
    rack = device.asset.rack
    racked = WORDS.lines["rack"].say(names.language, rack=rack) if rack else ""
    return [names.place(device.site), device.address, racked, device.asset.owner]


def _service(names: Naming, name: str) -> Iterable[str]:
    service = names.inventory.services.get(name)
    if service is None:
        return []
    level = "" if service.level is None else str(service.level)
    said = WORDS.lines["level"].say(names.language, level=level) if level else ""
    return [said, service.owner]


def _site(names: Naming, name: str) -> Iterable[str]:
    site = names.inventory.sites.get(name)
    if site is None:
        return []
    parent = names.inventory.sites.get(site.parent or "")
    return [site.unit.name, parent.title if parent else "", site.owner]


def subject_of(labels: Mapping[str, str]) -> Thing | None:
    """The thing that an alert's labels speak of: its `subject`, else the nearest identity label."""
    if labels.get("subject"):
        return thing(labels["subject"])
    order = ("circuit", "service", "device", "site", "collector")
    return next((Thing(kind, labels[kind]) for kind in order if labels.get(kind)), None)


def from_rule(
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    inventory: Inventory,
    since: float | None = None,
) -> Message:
    """A history rule's alert in the same shape: its own words under our severity, with the place.
    A rule without words is told by its name.
    """
    one = subject_of(labels)
    language = inventory.province.language
    en = _told(labels, annotations, inventory, "en")
    own = en if language == "en" else _told(labels, annotations, inventory, language)
    title = _title(labels, annotations, language)
    fields = {
        "title": title if words_in(title) else clean(labels.get("alertname", "")),
        "place": _place(Naming(inventory, language), one, title),
    }
    severity = severity_word(labels.get("severity", ""), language).upper()
    when = _when(inventory, since)

    def build(given: Mapping[str, str]) -> str:
        line = WORDS.lines["sms"].say(language, severity=severity, title=given["title"], since=when)
        said = line if when else f"{severity}: {given['title']}"
        return f"{said}. {given['place']}." if given["place"] else f"{said}."

    return Message(*own, *en, fitted(build, fields))


def _place(names: Naming, one: Thing | None, title: str) -> str:
    """Where a thing is, unless the title already says so."""
    site = names.site_of(one) if one else ""
    place = names.place(site) if site else ""
    return "" if place in title else place


def _when(inventory: Inventory, since: float | None) -> str:
    if since is None:
        return ""
    return datetime.fromtimestamp(since, inventory.province.zone).strftime("%H:%M %d/%m")


def _title(labels: Mapping[str, str], annotations: Mapping[str, str], language: str) -> str:
    both = (annotations.get("summary_en"), annotations.get("summary"))
    first, second = both if language == "en" else both[::-1]
    return clean(first or second or labels.get("alertname", ""), SENTENCE_LENGTH)


def _told(
    labels: Mapping[str, str], annotations: Mapping[str, str], inventory: Inventory, language: str
) -> tuple[str, str]:
    one = subject_of(labels)
    names = Naming(inventory, language)
    title = _title(labels, annotations, language)
    if place := _place(names, one, title):
        title = f"{title} · {place}"
    given = annotations.get("description_en" if language == "en" else "description", "")
    lines = [clean(line, SENTENCE_LENGTH) for line in given.splitlines()[:20]]
    about = [names.name(one), *facts(names, one)] if one and one.kind in KINDS else []
    lines.append(" · ".join(dict.fromkeys(about)))
    text = "\n".join(line for line in lines if line)
    return titled(labels.get("severity", ""), title, language), text
