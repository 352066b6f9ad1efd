"""The one thread that writes the file: takes items in order, each whole in one transaction, starts
over in a new file when the old one is damaged, and forgets what is too old.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from collector.damaged import set_aside
from collector.journal.record import Announced, Incident, Row, announced_row, incident_row
from collector.journal.schema import prepare

log = logging.getLogger("hatang.journal")

KEEP = 456 * 24 * 3600
"""Fifteen months, in seconds."""

SIZE = 512 << 20
"""Bytes of live data above which the oldest events go, however young; traps and syslog first."""

BULKY = "kind IN ('trap', 'syslog')"
PRUNE_EVERY = 3600.0
PRUNE_SLICE = 5_000
RETRY = 1.0

Statement = tuple[str, Row]

INCIDENT = "INSERT OR REPLACE INTO incident VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
ANNOUNCED = "INSERT OR REPLACE INTO maintenance VALUES (?,?,?,?,?,?,?,?)"
VERDICT = "INSERT OR REPLACE INTO verdict VALUES (?,?)"


class Item(NamedTuple):
    """Statements that are written together or not at all; `done` is set when they, and all before
    them, are on disk. `last` is the greatest event id among them, 0 for none.
    """

    statements: Sequence[Statement] = ()
    last: int = 0
    done: threading.Event | None = None


class Standing:
    """What is true now and must be there after a restart; also in a new file after damage."""

    def __init__(self) -> None:
        self.verdicts: dict[str, str] = {}
        self.incidents: dict[int, Incident] = {}
        self.windows: dict[int, Announced] = {}

    def statements(self) -> Iterator[Statement]:
        """All of it, for an empty file."""
        for pair in list(self.verdicts.items()):
            yield VERDICT, pair
        for incident in list(self.incidents.values()):
            yield INCIDENT, incident_row(incident)
        for window in list(self.windows.values()):
            yield ANNOUNCED, announced_row(window)


class Writer:
    """Owns the writing connection. `problem` is why writing fails now, or ""; `committed` the
    greatest event id on disk.
    """

    def __init__(self, path: Path, standing: Standing, keep: float, size: int) -> None:
        self.path = path
        self.problem = ""
        self.committed = 0
        self.queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self.listeners: list[Callable[[], None]] = []
        self._standing = standing
        self._keep = keep
        self._size = size
        self._anew = False
        self._pruning = 0.0
        self._connection: sqlite3.Connection
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def running(self) -> bool:
        """Whether what is put into the queue is taken from it."""
        return self._thread is not None

    def open(self) -> tuple[sqlite3.Connection, Path | None]:
        """The file, and where a damaged one was set aside. Raises sqlite3.OperationalError when the
        place cannot be written to at all.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connect(check=True), None
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            aside = self._set_aside(error)
            return self._connect(check=False), aside

    def start(self, connection: sqlite3.Connection, committed: int) -> None:
        """Begin to write."""
        self.committed = committed
        self._thread = threading.Thread(
            target=self._work, args=(connection,), name="journal", daemon=True
        )
        self._thread.start()

    def close(self, timeout: float) -> None:
        """Write what waits, then let go of the file; gives up on a disk that does not answer."""
        if self._thread is not None:
            self._closing.set()
            self.queue.put(None)
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
            prepare(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _set_aside(self, error: Exception) -> Path:
        aside = set_aside(self.path)
        log.error("journal damaged, set aside", extra={"file": str(aside), "error": str(error)})
        return aside

    def _work(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        ended = False
        while not ended:
            batch, ended = self._take()
            written = self._write(batch)
            while not written and not self._closing.wait(RETRY):
                written = self._write(batch)
            if written:
                self._tell(batch)
                self._prune()
        self._connection.close()

    def _write(self, batch: list[Item]) -> bool:
        """One attempt to write what waits. A file damaged while in use is set aside: ids go on, and
        what is true now stands in the new one too.
        """
        try:
            if self._anew:
                self._connection = self._connect(check=False)
                _execute(self._connection, self._standing.statements())
                self._anew = False
            _execute(self._connection, (one for item in batch for one in item.statements))
        except sqlite3.OperationalError as error:
            if not self.problem:
                facts = {"file": str(self.path), "error": str(error)}
                log.error("journal cannot write", extra=facts)
            self.problem = str(error)
            return False
        except sqlite3.DatabaseError as error:
            self._connection.close()
            self._anew = True
            with suppress(OSError):
                self._set_aside(error)
            self.problem = str(error)
            return False
        self.problem = ""
        return True

    def _take(self) -> tuple[list[Item], bool]:
        """All that waits, at least one; and whether the end was told."""
        batch: list[Item] = []
        item = self.queue.get()
        while item is not None:
            batch.append(item)
            if self.queue.empty():
                return batch, False
            item = self.queue.get()
        return batch, True

    def _tell(self, batch: list[Item]) -> None:
        self.committed = max(self.committed, *(item.last for item in batch), 0)
        for item in batch:
            if item.done is not None:
                item.done.set()
        for listener in list(self.listeners):
            listener()

    def _prune(self) -> None:
        if time.monotonic() < self._pruning:
            return
        self._pruning = time.monotonic() + PRUNE_EVERY
        oldest = time.time() - self._keep
        with suppress(sqlite3.Error):
            with self._connection as connection:
                connection.execute("DELETE FROM event WHERE at < ?", (oldest,))
                connection.execute("DELETE FROM incident WHERE closed_at < ?", (int(oldest),))
                connection.execute('DELETE FROM maintenance WHERE "end" < ?', (oldest,))
            while _live_bytes(self._connection) > self._size and not self._closing.is_set():
                gone = _drop(self._connection, BULKY) or _drop(self._connection, "1")
                if not gone:
                    return
                log.warning("journal full, oldest events dropped", extra={"events": gone})


def _drop(connection: sqlite3.Connection, which: str) -> int:
    """Delete some of the oldest events; how many."""
    oldest = f"SELECT id FROM event WHERE {which} ORDER BY id LIMIT ?"  # noqa: S608 - ours
    with connection:
        return connection.execute(
            f"DELETE FROM event WHERE id IN ({oldest})",  # noqa: S608 - ours
            (PRUNE_SLICE,),
        ).rowcount


def _execute(connection: sqlite3.Connection, statements: Iterable[Statement]) -> None:
    with connection:
        for statement, values in statements:
            connection.execute(statement, values)


def _live_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
