"""The journal as the collector uses it.

Whoever tells it something never waits for the disk; reading opens a connection of its own
(write-ahead log: readers and the writer do not hold each other up).
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from collector.journal.record import (
    Announced,
    Entry,
    Incident,
    announced_row,
    as_announced,
    as_entry,
    as_incident,
    dumped,
    incident_row,
    plain_signs,
    sound,
)
from collector.journal.writer import (
    ANNOUNCED,
    INCIDENT,
    KEEP,
    SIZE,
    VERDICT,
    Item,
    Standing,
    Statement,
    Writer,
)
from collector.verdicts.verdict import Cause, Change, Kept, Verdict

PENDING = 20_000
"""Items that may wait for a disk that does not answer; events of further ones are dropped and
counted.
"""

TEXT = 2_000
"""Longest text of an event, in characters; what comes from a device is not trusted with more."""

_EVENT = "INSERT INTO event VALUES (?,?,?,?,?,?)"
_TESTS = {
    "kind": "kind = ?",
    "subject": "subject = ?",
    "cause": "thing = ?",
    "severity": "severity = ?",
    "alert": "alert = ?",
}


class Said(NamedTuple):
    """An event to be written down: what kind, of what, in words, and what more."""

    kind: str
    subject: str
    text: str
    detail: Mapping[str, Any]


class Recalled(NamedTuple):
    """What was held when the collector last ran."""

    kept: list[Kept]
    causes: list[Cause]


class Journal:
    """Events, incidents and what stands, of one collector. Made for one process; every method may
    be called in the loop, but for those that say otherwise.

    `dropped` counts events lost because the disk did not keep up.
    """

    def __init__(self, path: Path, *, keep: float = KEEP, size: int = SIZE) -> None:
        self.path = path
        self.dropped = 0
        self._standing = Standing()
        self._writer = Writer(path, self._standing, keep, size)
        self._next = {"event": 1, "incident": 1, "maintenance": 1}
        self._late: set[str] = set()

    def start(self) -> None:
        """Open the file, or set a damaged one aside and begin anew; then take writes.

        Raises sqlite3.OperationalError when the place cannot be written to at all.
        """
        connection, aside = self._writer.open()
        self._load(connection)
        self._writer.start(connection, self._next["event"] - 1)
        if aside is not None:
            self.event("journal", "collector", f"damaged, set aside as {aside.name}", time.time())

    def recall(self) -> Recalled:
        """The verdicts as they were kept, and the causes of the open incidents: after the start,
        as the file had them.
        """
        kept = [Kept(thing, text) for thing, text in self._standing.verdicts.items()]
        return Recalled(kept, [one.cause for one in self._standing.incidents.values()])

    @property
    def open_incidents(self) -> Sequence[Incident]:
        """Incidents that are not closed, by id."""
        return list(self._standing.incidents.values())

    @property
    def windows(self) -> Sequence[Announced]:
        """Maintenance that operators announced, by id; also what is over or was ended."""
        return list(self._standing.windows.values())

    @property
    def problem(self) -> str:
        """Why writing fails now, or ""."""
        return self._writer.problem

    @property
    def committed(self) -> int:
        """The id of the last event that is on disk."""
        return self._writer.committed

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have it called, in the writer's thread, whenever something was written; returns what ends
        that.
        """
        self._writer.listeners.append(listener)
        return lambda: self._writer.listeners.remove(listener)

    def number(self, table: str) -> int:
        """A fresh id for an `incident` or a `maintenance`."""
        self._next[table] += 1
        return self._next[table] - 1

    def event(self, kind: str, subject: str, text: str, at: float, **detail: Any) -> int | None:
        """Write a fact down; returns its id, or None when too much waits for the disk already."""
        ids = self.record(at, said=[Said(kind, subject, text, detail)])
        return ids[-1] if ids else None

    def record(
        self,
        at: float,
        changes: Iterable[Change] = (),
        kept: Iterable[Kept] = (),
        incidents: Iterable[Incident] = (),
        said: Iterable[Said] = (),
    ) -> list[int]:
        """Write down, whole or not at all, what was concluded at one time (Unix seconds): changed
        verdicts as events (of kind `verdict`, and `maintenance` and `flapping` where that begins
        or ends), what is kept of them, incidents as they are now, and further events.
        Returns the ids of the events, none where they had to be dropped.
        """
        kept, incidents = list(kept), list(incidents)
        events = [*(one for change in changes for one in _changed(change)), *said]
        for one in kept:
            self._standing.verdicts[one.thing] = sound(one.text)
        for incident in incidents:
            if incident.closed_at is None:
                self._standing.incidents[incident.id] = incident
            else:
                self._standing.incidents.pop(incident.id, None)
        if self._full and not incidents:
            self.dropped += len(events)
            self._late.update(one.thing for one in kept)
            return []
        ids, statements = self._told(events, at)
        statements += self._verdicts(one.thing for one in kept)
        statements += [(INCIDENT, incident_row(one)) for one in incidents]
        self._put(statements, ids)
        return ids

    def announce(self, window: Announced, at: float, said: Iterable[Said] = ()) -> None:
        """Write down maintenance that began to be announced, or was ended, with its events."""
        self._standing.windows[window.id] = window
        ids, statements = self._told(said, at)
        self._put([(ANNOUNCED, announced_row(window)), *statements], ids)

    def forget(self, things: Iterable[str]) -> None:
        """These are no longer judged."""
        gone = [one for one in things if self._standing.verdicts.pop(one, None) is not None]
        if gone:
            self._put([("DELETE FROM verdict WHERE thing = ?", (one,)) for one in gone], [])

    def events(
        self,
        after: int | None = None,
        limit: int = 200,
        *,
        before: int | None = None,
        since: float | None = None,
        where: Mapping[str, str] | None = None,
    ) -> list[Entry]:
        """Events with an id above `after`, oldest first; without `after` the newest first, below
        `before`. Only those at or after `since` (Unix seconds).

        `where` may hold kind and subject. Reads the disk: call it in a thread. Raises
        sqlite3.Error.
        """
        tests = _tests(where, ("kind", "subject"))
        if after is not None:
            tests["id > ?"] = after
        if before is not None:
            tests["id < ?"] = before
        if since is not None:
            tests["at >= ?"] = since
        rows = self._rows("event", tests, "DESC" if after is None else "ASC", limit)
        return [as_entry(row) for row in rows]

    def incidents(
        self,
        open_only: bool = False,
        limit: int = 200,
        *,
        before: int | None = None,
        since: int | None = None,
        where: Mapping[str, str] | None = None,
    ) -> list[Incident]:
        """Incidents, newest first, below `before`, detected at or after `since`. `where` may hold
        cause (a thing), kind (of that thing), alert and severity.

        Reads the disk: call it in a thread. Raises sqlite3.Error.
        """
        given = dict(where or {})
        kind = given.pop("kind", None)
        tests = _tests(given, ("cause", "alert", "severity"))
        if kind is not None:
            tests["substr(thing, 1, instr(thing, ':') - 1) = ?"] = kind
        if before is not None:
            tests["id < ?"] = before
        if since is not None:
            tests["detected_at >= ?"] = since
        if open_only:
            tests["closed_at IS ?"] = None
        return [as_incident(row) for row in self._rows("incident", tests, "DESC", limit)]

    def incident(self, number: int) -> Incident | None:
        """One incident. Reads the disk: call it in a thread. Raises sqlite3.Error."""
        found = self._rows("incident", {"id = ?": number}, "DESC", 1)
        return as_incident(found[0]) if found else None

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until all that was told is on disk; False when that took too long."""
        if not self._writer.running:
            return False
        done = threading.Event()
        self._writer.queue.put(Item(done=done))
        return done.wait(timeout)

    def close(self, timeout: float = 3.0) -> None:
        """Write what waits, then let go of the file; gives up on a disk that does not answer."""
        self._writer.close(timeout)

    @property
    def _full(self) -> bool:
        return self._writer.queue.qsize() >= PENDING

    def _put(self, statements: Sequence[Statement], ids: Sequence[int]) -> None:
        self._writer.queue.put(Item(statements, ids[-1] if ids else 0))

    def _told(self, events: Iterable[Said], at: float) -> tuple[list[int], list[Statement]]:
        """Events with ids of their own."""
        ids: list[int] = []
        statements: list[Statement] = []
        for kind, subject, text, detail in events:
            ids.append(self.number("event"))
            values = (ids[-1], at, kind, sound(subject), sound(text[:TEXT]), dumped(detail))
            statements.append((_EVENT, values))
        return ids, statements

    def _verdicts(self, things: Iterable[str]) -> list[Statement]:
        """The verdicts of these, and of those that were late."""
        texts = self._standing.verdicts
        due = dict.fromkeys([*self._late, *things])
        self._late.clear()
        return [(VERDICT, (one, texts[one])) for one in due if one in texts]

    def _load(self, connection: sqlite3.Connection) -> None:
        for table in self._next:
            (last,) = connection.execute(f"SELECT max(id) FROM {table}").fetchone()  # noqa: S608 - ours
            self._next[table] = (last or 0) + 1
        standing = self._standing
        standing.verdicts.update(connection.execute("SELECT thing, text FROM verdict"))
        still = connection.execute("SELECT * FROM incident WHERE closed_at IS NULL ORDER BY id")
        standing.incidents.update((row[0], as_incident(row)) for row in still)
        told = connection.execute("SELECT * FROM maintenance ORDER BY id")
        standing.windows.update((row[0], as_announced(row)) for row in told)

    def _rows(
        self, table: str, tests: Mapping[str, object], order: str, limit: int
    ) -> list[tuple[Any, ...]]:
        where = f"WHERE {' AND '.join(tests)}" if tests else ""
        query = f"SELECT * FROM {table} {where} ORDER BY id {order} LIMIT ?"  # noqa: S608 - ours
        place = f"{self.path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(place, uri=True)) as connection:
            return connection.execute(query, (*tests.values(), limit)).fetchall()


def _changed(change: Change) -> Iterator[Said]:
    thing, before, now = change
    if now.maintenance != before.maintenance:
        by = now.maintenance or before.maintenance
        yield _mark("maintenance", change, bool(now.maintenance), by=by)
    if now.flapping != before.flapping:
        yield _mark("flapping", change, now.flapping)
    if replace(before, maintenance=now.maintenance, flapping=now.flapping) != now:
        yield _verdict(thing, before, now)


def _mark(kind: str, change: Change, begins: bool, **by: str) -> Said:
    what = "begins" if begins else "ends"
    state = change.now.state.name.lower()
    return Said(kind, change.thing, what, {"what": what, "state": state, **by})


def _verdict(thing: str, was: Verdict, now: Verdict) -> Said:
    state, before = now.state.name.lower(), was.state.name.lower()
    detail: dict[str, Any] = {
        "state": state,
        "before": before,
        "before_since": was.since,
        "before_because": was.because,
        "since": now.since,
        "because": now.because,
        "evidence": plain_signs(now.evidence),
        "maintenance": now.maintenance,
        "flapping": now.flapping,
    }
    text = f"{before} -> {state}"
    if state == before:
        text = f"{state} because of {now.because}" if now.because else state
    return Said("verdict", thing, text, detail)


def _tests(where: Mapping[str, str] | None, names: tuple[str, ...]) -> dict[str, object]:
    """Clauses with their values. Raises KeyError with the name of one that is no filter."""
    for name in where or ():
        if name not in names:
            raise KeyError(name)
    tests: dict[str, object] = {_TESTS[name]: text for name, text in (where or {}).items()}
    if _TESTS["subject"] in tests and _TESTS["kind"] in tests:
        # SQLite would look through all of a kind: of one thing there are fewer
        tests[f"+{_TESTS['kind']}"] = tests.pop(_TESTS["kind"])
    return tests
