"""What the journal remembers of a thing, read in one go; and how it is told."""

import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from aiohttp import web

from alerts.wording import severity_word, side_word, state_word
from collector.api import words
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.sheets import shape
from collector.api.sheets.history import stretches
from collector.api.sheets.look import Look
from collector.api.source import Source
from collector.api.state.ledger import from_disk
from collector.contract.grid import Span
from collector.journal import Entry, Incident, Journal
from probes.reading import line

LASTED = 30 * 86400.0
"""Seconds that a history goes back."""

CHANGES = 1_000
"""Changes of a verdict that one history is made of; what lies before them is left out."""

WORKS = 200
"""Beginnings and ends of work on a thing that its history has."""

LAST, SEARCHED, BULKY, LOUD = 20, 200, 5, ("trap", "syslog")
"""Events that are told, among how many they are looked for, and how many of them may be what a
device sent.
"""

WORDS, CODE = 1_000, 64
"""Characters of an event's words, and of each of its codes and who did it."""

CLOSED = 10
"""Closed incidents that are told."""


class Memory(NamedTuple):
    """Of one thing: changes of its verdict, its last events, changes of its configuration and
    closed incidents; when a collector was at work.
    """

    changes: list[Entry]
    events: list[Entry]
    configs: list[Entry]
    closed: list[Incident]
    watched: list[Span]


async def memory(request: web.Request, thing: str, now: float) -> Memory | None:
    """What is remembered of a thing; None where the journal cannot be read."""
    source = request.app[SOURCE]
    try:
        return await from_disk(_read, source, thing, now)
    except RefusedError:
        return None


def _read(source: Source, thing: str, now: float) -> Memory:
    """Raises sqlite3.Error."""
    journal, start = source.journal, now - LASTED
    where = {"kind": "verdict", "subject": thing}
    changes = journal.events(None, CHANGES, since=start, where=where)
    if len(changes) < CHANGES:
        before = changes[-1].id if changes else None
        changes += journal.events(None, 1, before=before, where=where)
    works = journal.events(None, WORKS, where={"kind": "maintenance", "subject": thing})
    return Memory(
        [*changes, *works],
        journal.events(None, SEARCHED, where={"subject": thing}),
        journal.events(None, LAST, where={"kind": "config", "subject": thing}),
        closed(journal, thing, len(source.incidents.open)),
        [*_watched(source, start, now), (source.started, now)],
    )


def closed(journal: Journal, thing: str, opened: int) -> list[Incident]:
    """The last incidents of a thing that are over, newest first, where so many are open in all.
    Raises sqlite3.Error.
    """
    most = CLOSED + min(opened, CLOSED)
    found = journal.incidents(False, most, where={"cause": thing})
    return [one for one in found if one.closed_at is not None][:CLOSED]


def _watched(source: Source, start: float, now: float) -> list[Span]:
    """When a collector was at work, as far as that was kept."""
    try:
        return source.contract.ledger.watched(start, now)
    except sqlite3.Error:
        return []


def history(look: Look, thing: str, found: Memory) -> shape.History:
    """How it was."""
    spans = stretches(
        found.changes, look.held.get(thing), found.watched, look.now - LASTED, look.now
    )
    return shape.History(
        start=spans[0].start if spans else look.now,
        end=look.now,
        spans=[
            shape.Span(
                state=one.state.name.lower(),
                word=state_word(thing.partition(":")[0], one.state, look.language),
                start=one.start,
                end=one.end,
                because=look.title(one.because) if one.because else "",
                maintenance=bool(one.work),
                watched=one.watched,
            )
            for one in spans
        ],
    )


def last(look: Look, events: Iterable[Entry]) -> list[shape.Happening]:
    """The last events in words, newest first: what a device sends does not crowd out the rest."""
    told: list[Entry] = []
    loud = 0
    for one in events:
        loud += one.kind in LOUD
        if len(told) < LAST and (one.kind not in LOUD or loud <= BULKY):
            told.append(one)
    return [happening(look, one) for one in told]


def happening(look: Look, one: Entry) -> shape.Happening:
    """An event in words."""
    detail: dict[str, Any] = dict(one.detail)
    said = words.event(one.kind, one.subject, detail, look.language, look.inventory)
    return shape.Happening(
        id=one.id,
        at=one.at,
        kind=one.kind,
        what=line(str(detail.get("what", "")), CODE),
        state=line(str(detail.get("state", "")), CODE),
        severity=line(str(detail.get("severity", "")), CODE),
        who=line(str(detail.get("who", "")), CODE),
        words=line(said or one.text or one.kind, WORDS),
    )


def past(look: Look, found: Iterable[Incident]) -> list[shape.Past]:
    """Closed incidents in short."""
    return [
        shape.Past(
            id=one.id,
            alert=one.cause.alert,
            severity=one.cause.severity,
            severity_word=severity_word(one.cause.severity, look.language),
            summary=words.summary(one.id, one.cause, look.language, look.inventory),
            side_word=side_word(one.cause.side, look.language),
            since=one.cause.since,
            detected_at=one.detected_at,
            closed_at=one.closed_at,
        )
        for one in found
        if one.closed_at is not None
    ]
