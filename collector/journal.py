"""The record that stays: events and incidents in `STATE/events.sqlite`, for fifteen months.

One thread owns the writing connection; whoever tells the journal something never waits for the
disk. Reading opens a connection of its own (write-ahead log: readers and the writer do not hold
each other up). A file that turns out damaged is set aside beside its place, told, and a new one
begun.
"""

import json
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

log = logging.getLogger("hatang.journal")

KEEP = 456 * 24 * 3600
"""Fifteen months, in seconds."""

SIZE = 512 << 20
"""Bytes of live data above which the oldest events go, however young."""

PENDING = 20_000
"""Events that may wait for a disk that does not answer; further ones are dropped and counted."""

PRUNE_EVERY = 3600.0
PRUNE_SLICE = 5_000
RETRY = 1.0
TEXT = 2_000
"""Longest text of an event or evidence, in characters; what comes from a device is not trusted
with more.
"""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  text TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS event_subject ON event (subject, id);
CREATE INDEX IF NOT EXISTS event_kind ON event (kind, id);
CREATE TABLE IF NOT EXISTS incident (
  id INTEGER PRIMARY KEY, cause TEXT NOT NULL, detected_at INTEGER NOT NULL, closed_at INTEGER,
  evidence TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS incident_open ON incident (id) WHERE closed_at IS NULL;
PRAGMA user_version = 1;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it was written down; `at` in Unix seconds, `detail` what more was said of it."""

    id: int
    at: float
    kind: str
    subject: str
    text: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause from first evidence to recovery. Times are whole Unix seconds; `closed_at` None
    while open.
    """

    id: int
    cause: str
    detected_at: int
    closed_at: int | None
    evidence: str
    detail: Mapping[str, Any]


class _Write(NamedTuple):
    """One statement for the writer, or (`done`) a sign that all before it is on disk."""

    statement: str
    values: tuple[object, ...]
    done: threading.Event | None = None


class Journal:
    """Events and incidents of one collector. Made for one process; every method may be called in
    the loop.

    `dropped` counts events lost because the disk did not keep up; `problem` is why writing fails
    now, or "".
    """

    def __init__(self, path: Path, *, keep: float = KEEP, size: int = SIZE) -> None:
        self.path = path
        self.dropped = 0
        self.problem = ""
        self._keep = keep
        self._size = size
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._next_event = 1
        self._next_incident = 1
        self._open: dict[str, int] = {}

    def start(self) -> None:
        """Open the file, or set a damaged one aside and begin anew; then take writes.

        Raises sqlite3.OperationalError when the place cannot be written to at all.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = None
        try:
            connection = self._connect(check=True)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            aside = self._set_aside(error)
            connection = self._connect(check=False)
        self._recall(connection)
        self._thread = threading.Thread(
            target=self._work, args=(connection,), name="journal", daemon=True
        )
        self._thread.start()
        if aside is not None:
            self.event("journal", "collector", f"damaged, set aside as {aside.name}", time.time())

    def event(self, kind: str, subject: str, text: str, at: float, **detail: Any) -> int | None:
        """Write a fact down; returns its id, or None when too much waits for the disk already."""
        if self._queue.qsize() >= PENDING:
            self.dropped += 1
            return None
        number = self._next_event
        self._next_event += 1
        values = (number, at, kind, subject, text[:TEXT], _dumped(detail))
        self._queue.put(_Write("INSERT INTO event VALUES (?,?,?,?,?,?)", values))
        return number

    def open_incident(self, cause: str, at: float, evidence: str, **detail: Any) -> int:
        """The id of the open incident of that cause: a new one, or the one that is open already."""
        if cause in self._open:
            return self._open[cause]
        number = self._open[cause] = self._next_incident
        self._next_incident += 1
        values = (number, cause, int(at), evidence[:TEXT], _dumped(detail))
        self._queue.put(_Write("INSERT INTO incident VALUES (?,?,?,NULL,?,?)", values))
        return number

    def close_incident(self, cause: str, at: float) -> int | None:
        """End the open incident of that cause; returns its id, None when there is none."""
        number = self._open.pop(cause, None)
        if number is not None:
            statement = "UPDATE incident SET closed_at = max(?, detected_at) WHERE id = ?"
            self._queue.put(_Write(statement, (int(at), number)))
        return number

    @property
    def open_causes(self) -> Mapping[str, int]:
        """The incidents that are open now: id by cause. After a restart those that were never
        closed.
        """
        return dict(self._open)

    def events(
        self,
        after: int | None = None,
        limit: int = 200,
        *,
        before: int | None = None,
        where: Mapping[str, str] | None = None,
    ) -> list[Entry]:
        """Events with an id above `after`, oldest first; without `after` the newest first, below
        `before`.

        `where` may hold kind and subject. Reads the disk: call it in a thread. Raises
        sqlite3.Error.
        """
        tests = _tests(where, ("kind", "subject"))
        order = "DESC" if after is None else "ASC"
        if after is not None:
            tests["id > ?"] = after
        if before is not None:
            tests["id < ?"] = before
        return [
            Entry(number, at, kind, subject, text, json.loads(detail))
            for number, at, kind, subject, text, detail in self._rows("event", tests, order, limit)
        ]

    def incidents(
        self,
        open_only: bool = False,
        limit: int = 200,
        *,
        before: int | None = None,
        where: Mapping[str, str] | None = None,
    ) -> list[Incident]:
        """Incidents, newest first, below `before`. `where` may hold cause and id.

        Reads the disk: call it in a thread. Raises sqlite3.Error.
        """
        tests = _tests(where, ("cause", "id"))
        if before is not None:
            tests["id < ?"] = before
        if open_only:
            tests["closed_at IS ?"] = None
        return [
            Incident(number, cause, detected, closed, evidence, json.loads(detail))
            for number, cause, detected, closed, evidence, detail in self._rows(
                "incident", tests, "DESC", limit
            )
        ]

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until all that was told is on disk; False when that took too long."""
        if self._thread is None:
            return False
        done = threading.Event()
        self._queue.put(_Write("", (), done))
        return done.wait(timeout)

    def close(self, timeout: float = 3.0) -> None:
        """Write what waits, then let go of the file; gives up on a disk that does not answer."""
        if self._thread is not None:
            self._closing.set()
            self._queue.put(None)
            self._thread.join(timeout)
            self._thread = None

    def _connect(self, check: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5.0, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            if check and (found := connection.execute("PRAGMA quick_check(1)").fetchone()) != (
                "ok",
            ):
                raise sqlite3.DatabaseError(f"quick_check: {found[0]}"[:200])
            connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _recall(self, connection: sqlite3.Connection) -> None:
        for table in ("event", "incident"):
            (last,) = connection.execute(f"SELECT max(id) FROM {table}").fetchone()  # noqa: S608 - ours
            setattr(self, f"_next_{table}", (last or 0) + 1)
        still_open = "SELECT cause, id FROM incident WHERE closed_at IS NULL"
        self._open = dict(connection.execute(still_open))

    def _set_aside(self, error: Exception) -> Path:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        self.path.rename(aside)
        for suffix in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
        log.error("journal damaged, set aside", extra={"file": str(aside), "error": str(error)})
        return aside

    def _work(self, connection: sqlite3.Connection) -> None:
        pruned = 0.0
        ended = False
        while not ended:
            batch, ended = self._take()
            while True:
                try:
                    _write(connection, batch)
                    self.problem = ""
                    if time.monotonic() - pruned >= PRUNE_EVERY or not pruned:
                        self._prune(connection)
                        pruned = time.monotonic()
                    break
                except sqlite3.OperationalError as error:
                    self._troubled(error)
                    if self._closing.wait(RETRY):
                        break
                except sqlite3.DatabaseError as error:
                    connection = self._begin_anew(connection, error)
            _tell(batch)
        connection.close()

    def _take(self) -> tuple[list[_Write], bool]:
        """All that waits, at least one; and whether the end was told."""
        batch: list[_Write] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if self._queue.empty():
                return batch, False
            item = self._queue.get()
        return batch, True

    def _troubled(self, error: sqlite3.Error) -> None:
        if not self.problem:
            log.error("journal cannot write", extra={"file": str(self.path), "error": str(error)})
        self.problem = str(error)

    def _begin_anew(
        self, connection: sqlite3.Connection, error: sqlite3.Error
    ) -> sqlite3.Connection:
        """The file was damaged while in use. Ids go on; the batch at hand is written to the new
        file.
        """
        connection.close()
        with suppress(FileNotFoundError):
            self._set_aside(error)
        return self._connect(check=False)

    def _prune(self, connection: sqlite3.Connection) -> None:
        oldest = time.time() - self._keep
        with connection:
            connection.execute("DELETE FROM event WHERE at < ?", (oldest,))
            connection.execute("DELETE FROM incident WHERE closed_at < ?", (int(oldest),))
        while _live_bytes(connection) > self._size and not self._closing.is_set():
            with connection:
                gone = connection.execute(
                    "DELETE FROM event WHERE id IN (SELECT id FROM event ORDER BY id LIMIT ?)",
                    (PRUNE_SLICE,),
                ).rowcount
            if not gone:
                return
            log.warning("journal full, oldest events dropped", extra={"events": gone})

    def _rows(
        self, table: str, tests: Mapping[str, object], order: str, limit: int
    ) -> list[tuple[Any, ...]]:
        where = f"WHERE {' AND '.join(tests)}" if tests else ""
        query = f"SELECT * FROM {table} {where} ORDER BY id {order} LIMIT ?"  # noqa: S608 - ours
        place = f"{self.path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(place, uri=True)) as connection:
            return connection.execute(query, (*tests.values(), limit)).fetchall()


def _tests(where: Mapping[str, str] | None, names: tuple[str, ...]) -> dict[str, object]:
    """Clauses with their values. Raises KeyError with the name of one that is no filter."""
    for name in where or ():
        if name not in names:
            raise KeyError(name)
    return {f"{name} = ?": text for name, text in (where or {}).items()}


def _dumped(detail: Mapping[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, default=str)


def _write(connection: sqlite3.Connection, batch: list[_Write]) -> None:
    with connection:
        for item in batch:
            if item.done is None:
                connection.execute(item.statement, item.values)


def _tell(batch: list[_Write]) -> None:
    for item in batch:
        if item.done is not None:
            item.done.set()


def _live_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
