"""Verdicts as they are listed: causes first, each with what it hides."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.notice import rank
from alerts.wording import severity_word, side_word, state_word
from collector.api import words
from collector.api.entry.guard import RefusedError
from collector.api.search import Held, matching, state_name
from collector.api.state import shape
from collector.journal import Incident, Mark
from collector.journal.record import plain_signs
from collector.verdicts.events import State
from collector.verdicts.verdict import Sign, Verdict
from inventory.model import KINDS, Inventory

KNOWN = (*KINDS, "collector")
HIDES_MOST = 500
"""Names that are told of what one cause hides."""

_FELT = ("service", "site", "circuit", "device", "collector")

_LOST = (State.UNREACHABLE, State.UNKNOWN)
_ORDER = {
    state: place
    for place, state in enumerate(
        (State.DOWN, State.DEGRADED, State.UNREACHABLE, State.UNKNOWN, State.UP)
    )
}


@dataclass(frozen=True, slots=True)
class Board:
    """What is held at one moment."""

    inventory: Inventory
    language: str
    held: Held
    open: Sequence[Incident]

    def page(
        self, kind: str, conditions: Sequence[str], search: str, after: str, most: int
    ) -> shape.Verdicts:
        """The verdicts that match, from behind a place; `next` is a place, not yet a cursor."""
        found = self._matching(kind, conditions, search)
        incidents = self._incidents()
        places = sorted((self._place(thing, incidents.get(thing, ())), thing) for thing in found)
        ahead = [one for one in places if one[0] > after][: most + 1]
        hidden = hidden_behind(self.held, [thing for _, thing in ahead if thing in incidents])
        return shape.Verdicts(
            items=[
                self._verdict(thing, incidents.get(thing, ()), hidden.get(thing, ()))
                for _, thing in ahead[:most]
            ],
            next=ahead[most - 1][0] if len(ahead) > most else None,
            total=len(found),
            counts=counts(self.held[thing] for thing in found),
        )

    def verdict(self, thing: str) -> shape.Verdict:
        """The verdict of one thing; one that is not judged is unknown."""
        incidents = self._incidents().get(thing, ())
        return self._verdict(thing, incidents, hidden_behind(self.held, (thing,))[thing])

    def _matching(self, kind: str, conditions: Sequence[str], search: str) -> list[str]:
        """Things of one kind, or of all kinds that have what the conditions ask for."""
        found: list[str] = []
        refused: list[RefusedError] = []
        for one in (kind,) if kind else KNOWN:
            try:
                found += matching(self.inventory, one, conditions, search, self.held)
            except RefusedError as error:
                refused.append(error)
        if refused and len(refused) == (1 if kind else len(KNOWN)):
            raise refused[0]
        return [thing for thing in found if thing in self.held]

    def _incidents(self) -> Mapping[str, Sequence[Incident]]:
        """What is open of each thing, the gravest first."""
        found: dict[str, list[Incident]] = {}
        for one in sorted(self.open, key=lambda one: (rank(one.cause.severity), one.id)):
            found.setdefault(one.cause.thing, []).append(one)
        return found

    def _place(self, thing: str, incidents: Sequence[Incident]) -> str:
        """Where a thing stands in the list, as text that sorts."""
        if incidents:
            cause = incidents[0].cause
            return f"0{rank(cause.severity)} {cause.since:017.3f} {thing}"
        return f"1{_ORDER[self.held[thing].state]} {thing}"

    def _verdict(
        self, thing: str, incidents: Sequence[Incident], hidden: Sequence[str]
    ) -> shape.Verdict:
        held = self.held.get(thing) or Verdict()
        kind, _, name = thing.partition(":")
        site, role = _where(self.inventory, kind, name)
        return shape.Verdict(
            thing=thing,
            kind=kind,
            name=name,
            title=words.title(thing, self.inventory),
            site=site,
            role=role,
            state=state_name(held),
            code=int(held.state),
            word=state_word(kind, held.state, self.language),
            since=held.since,
            because=held.because,
            evidence=words.evidence(held.evidence, self.language, self.inventory),
            signs=signs(held.evidence),
            maintenance=held.maintenance,
            flapping=held.flapping,
            incidents=[self._ongoing(one) for one in incidents],
            hidden=len(hidden),
            hides=[self._hides(one) for one in as_felt(hidden)[:HIDES_MOST]],
        )

    def _hides(self, thing: str) -> shape.Hidden:
        state = self.held[thing].state
        kind = thing.partition(":")[0]
        return shape.Hidden(
            thing=thing,
            title=words.title(thing, self.inventory),
            state=state.name.lower(),
            word=state_word(kind, state, self.language),
        )

    def _ongoing(self, one: Incident) -> shape.Ongoing:
        return shape.Ongoing(
            **incident_fields(one, self.language, self.inventory),
            suspected=one.suspected is not None,
        )


def hidden_behind(held: Held, causes: Iterable[str]) -> dict[str, list[str]]:
    """What nobody is told of now because of each cause: what is lost behind it, and services that
    need it.
    """
    found: dict[str, list[str]] = {cause: [] for cause in causes}
    if found:
        for thing, one in held.items():
            lost = one.state in _LOST or thing.startswith("service:")
            if lost and one.because in found:
                found[one.because].append(thing)
    return found


def incident_fields(one: Incident, language: str, inventory: Inventory) -> dict[str, Any]:
    """What is told of an incident wherever it is told: what it is, how grave, whose it is."""
    cause = one.cause
    return {
        "id": one.id,
        "alert": cause.alert,
        "severity": cause.severity,
        "severity_word": severity_word(cause.severity, language),
        "summary": words.summary(one.id, cause, language, inventory),
        "side": cause.side,
        "side_word": side_word(cause.side, language),
        "since": cause.since,
        "detected_at": one.detected_at,
        "owner": one.owner,
        "acknowledged": mark(one.acknowledged),
    }


def as_felt(things: Iterable[str]) -> list[str]:
    """What people use before what serves it."""
    return sorted(things, key=lambda one: (_FELT.index(one.partition(":")[0]), one))


def signs(given: Iterable[Sign]) -> list[shape.Sign]:
    """Evidence as codes."""
    return [shape.Sign(**one) for one in plain_signs(given)]


def mark(one: Mark | None) -> shape.Mark | None:
    """Who did it, and when."""
    return shape.Mark(at=one.at, who=one.who) if one else None


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many there are of every state, 0 where none."""
    found = Counter(held.state for held in verdicts)
    return {state.name.lower(): found[state] for state in State}


def _where(inventory: Inventory, kind: str, name: str) -> tuple[str, str]:
    """A thing's site, and its role where it is a device."""
    if kind == "site":
        return name, ""
    circuit = inventory.circuits.get(name) if kind == "circuit" else None
    device = inventory.devices.get(
        circuit.z.device if circuit else name if kind == "device" else ""
    )
    if device is None:
        return "", ""
    return device.site, (device.role or "") if kind == "device" else ""
