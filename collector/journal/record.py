"""What is written down, and how it stands in a row of the file: lists as JSON text."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from collector.verdicts.verdict import Cause, Sign

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it was written down; `at` in Unix seconds, `detail` what more was said of it."""

    id: int
    at: float
    kind: str
    subject: str
    text: str
    detail: Mapping[str, Any]


class Mark(NamedTuple):
    """That a person did something once: when (Unix seconds) and who."""

    at: float
    who: str


class Note(NamedTuple):
    """What a person wrote to an incident."""

    at: float
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause from first evidence to recovery, and what people did about it.

    `detected_at` is T0, the moment of detection; `closed_at` is None while open; `ending` is the
    evidence of recovery. `suspected` is set only by a person who suspects a cyber-security
    incident.
    """

    id: int
    cause: Cause
    detected_at: int
    closed_at: int | None = None
    ending: tuple[Sign, ...] = ()
    owner: str = ""
    acknowledged: Mark | None = None
    suspected: Mark | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Announced:
    """Maintenance that an operator announced at run time: of which things, why, who, from when to
    when (Unix seconds); `ended` when it was called off or cut short.
    """

    id: int
    what: tuple[str, ...]
    why: str
    who: str
    start: float
    end: float
    ended: Mark | None = None

    def over(self, now: float) -> bool:
        """Whether it is of no more effect."""
        return self.ended is not None or self.end <= now


def dumped(value: Any) -> str:
    """As JSON text. What is no text to SQLite (lone surrogates) is replaced."""
    return sound(json.dumps(value, ensure_ascii=False, default=str))


def sound(text: str) -> str:
    """Text that SQLite takes."""
    return text.encode("utf-8", "replace").decode()


def signs(text: str) -> tuple[Sign, ...]:
    """Evidence from JSON text."""
    return tuple(
        Sign(code, tuple((name, value) for name, value in args)) for code, args in json.loads(text)
    )


def plain_signs(given: Iterable[Sign]) -> list[dict[str, Any]]:
    """Evidence as the events and the API tell it."""
    return [{"code": code, **({"args": dict(args)} if args else {})} for code, args in given]


def incident_row(one: Incident) -> Row:
    """An incident as a row."""
    cause = one.cause
    acked, suspected = one.acknowledged, one.suspected
    return (
        one.id,
        cause.key,
        cause.alert,
        cause.thing,
        cause.severity,
        cause.side,
        cause.since,
        one.detected_at,
        one.closed_at,
        dumped(cause.evidence),
        dumped(one.ending),
        dumped(cause.hides),
        one.owner,
        acked.at if acked else None,
        acked.who if acked else "",
        suspected.at if suspected else None,
        suspected.who if suspected else "",
        dumped(one.notes),
    )


def as_incident(row: Row) -> Incident:
    """An incident from its row."""
    number, key, alert, thing, severity, side, since, detected, closed, *more = row
    evidence, ending, hides, owner, acked_at, acked_by, suspected_at, suspected_by, notes = more
    cause = Cause(
        key, alert, thing, severity, since, side, signs(evidence), tuple(json.loads(hides))
    )
    return Incident(
        number,
        cause,
        detected,
        closed,
        signs(ending),
        owner,
        None if acked_at is None else Mark(acked_at, acked_by),
        None if suspected_at is None else Mark(suspected_at, suspected_by),
        tuple(Note(*note) for note in json.loads(notes)),
    )


def announced_row(one: Announced) -> Row:
    """Announced maintenance as a row."""
    ended = (one.ended.at, one.ended.who) if one.ended else (None, "")
    return (one.id, dumped(one.what), one.why, one.who, one.start, one.end, *ended)


def as_announced(row: Row) -> Announced:
    """Announced maintenance from its row."""
    number, what, why, who, start, end, ended_at, ended_by = row
    ended = None if ended_at is None else Mark(ended_at, ended_by)
    return Announced(number, tuple(json.loads(what)), why, who, start, end, ended)


def as_entry(row: Row) -> Entry:
    """An event from its row."""
    number, at, kind, subject, text, detail = row
    return Entry(number, at, kind, subject, text, json.loads(detail))
