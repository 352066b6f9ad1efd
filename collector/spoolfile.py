"""One SQLite file of the spool: batches, and for each store what it has not got or only just got.

A batch stays until every store has had it for a while: a row of `due` per store says whether it was
acknowledged, and when. All methods may be called from any thread; a lock makes them one at a time.
Instants of acknowledgement are monotonic seconds of this run, birth times are Unix seconds.
"""

import contextlib
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROW_BYTES = 200
"""What a batch costs in the file beside its body: rows, index entries, page slack."""
CHECKED_BYTES = 32 * 1024 * 1024
"""A file up to this size is checked whole when it is opened; a larger one as it is read."""
FREE_PAGES = 4096
GROUP = 64

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batch(
  id INTEGER PRIMARY KEY AUTOINCREMENT, born REAL NOT NULL, samples INTEGER NOT NULL,
  lines INTEGER NOT NULL, fresh INTEGER NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS store(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, started REAL);
CREATE TABLE IF NOT EXISTS due(
  store INTEGER NOT NULL, batch INTEGER NOT NULL, acked REAL, PRIMARY KEY(store, batch))
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_waiting ON due(store, batch) WHERE acked IS NULL;
CREATE INDEX IF NOT EXISTS due_held ON due(store, acked) WHERE acked IS NOT NULL;
CREATE INDEX IF NOT EXISTS due_batch ON due(batch);
"""
_COLUMNS = "batch.id, batch.born, batch.samples, batch.lines, batch.fresh, batch.body"
_OLDEST = f"""SELECT {_COLUMNS} FROM
 (SELECT batch FROM due WHERE store = ? AND acked IS NULL ORDER BY batch LIMIT ?)
 JOIN batch ON batch.id = batch ORDER BY batch.id"""  # noqa: S608 -- constants only
_NEWEST = f"""SELECT {_COLUMNS} FROM
 (SELECT batch FROM due WHERE store = ? AND acked IS NULL ORDER BY batch DESC LIMIT ?)
 JOIN batch ON batch.id = batch WHERE fresh AND born >= ?
 ORDER BY batch.id DESC"""  # noqa: S608 -- constants only


class Packed(NamedTuple):
    """A batch as it lies in the spool: a gzip body, born at Unix seconds. `id` is 0 before that."""

    id: int
    born: float
    samples: int
    lines: int
    fresh: bool
    body: bytes


class SpoolBusy(OSError):  # noqa: N818 - it says what is the case
    """Another process has the spool open. The message names the file."""


def _connect(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(
        path, timeout=1.0, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        # One process owns the file: no shared memory file, and a second collector is refused.
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        db.execute("PRAGMA auto_vacuum=INCREMENTAL")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.executescript(_SCHEMA)
        # A new file never gives a number again that the one before it gave.
        db.execute(
            "INSERT INTO sqlite_sequence(name, seq) SELECT 'batch', ?"
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'batch')",
            (time.time_ns() // 1000,),
        )
    except sqlite3.Error:
        db.close()
        raise
    return db


class SpoolFile:
    """Batches in one file (or in memory), each owed to some of `stores`."""

    def __init__(self, path: Path | str, stores: Iterable[str], monotonic: float) -> None:
        """Raises SpoolBusy, or sqlite3.DatabaseError when the file is damaged or refused."""
        try:
            self._db = _connect(path)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise SpoolBusy(f"{path} is in use by another collector") from error
            raise
        self._lock = threading.RLock()
        try:
            self._check(path)
            self._ids = self._register(list(stores), monotonic)
            row = self._db.execute("SELECT count(*), total(size) FROM batch").fetchone()
        except sqlite3.Error:
            self._db.close()
            raise
        self.batches: int = row[0]
        self.size = int(row[1])

    def _check(self, path: Path | str) -> None:
        if isinstance(path, Path) and path.stat().st_size <= CHECKED_BYTES:
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)

    def _register(self, stores: list[str], monotonic: float) -> dict[str, int]:
        with self._transaction():
            for name in stores:
                self._db.execute("INSERT OR IGNORE INTO store(name) VALUES (?)", (name,))
            known: dict[str, int] = dict(self._db.execute("SELECT name, id FROM store"))
            for name in known.keys() - set(stores):
                self._db.execute("DELETE FROM due WHERE store = ?", (known[name],))
                self._db.execute("DELETE FROM store WHERE id = ?", (known.pop(name),))
            self._db.execute(
                "DELETE FROM batch WHERE NOT EXISTS (SELECT 1 FROM due WHERE batch = batch.id)"
            )
            # Acknowledged in an earlier run, whose clock is not ours: held from now on.
            self._db.execute("UPDATE due SET acked = ? WHERE acked IS NOT NULL", (monotonic,))
        return known

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def put(
        self, batches: Sequence[Packed], owed: Mapping[int, Sequence[str]] | None = None
    ) -> None:
        """Batches on disk when this returns, due at every store, or at `owed` by position.

        Raises sqlite3.Error; then none of them is there.
        """
        size = 0
        with self._transaction():
            for place, packed in enumerate(batches):
                size += len(packed.body) + ROW_BYTES
                row = self._db.execute(
                    "INSERT INTO batch(born, samples, lines, fresh, size, body)"
                    " VALUES (?,?,?,?,?,?)",
                    (*packed[1:5], len(packed.body) + ROW_BYTES, packed.body),
                ).lastrowid
                names = self._ids if owed is None else owed[place]
                self._db.executemany(
                    "INSERT INTO due(store, batch) VALUES (?,?)",
                    [(self._ids[name], row) for name in names],
                )
        self._grow(len(batches), size)

    def oldest(self, store: str, limit: int) -> list[Packed]:
        """What `store` waits for, oldest first."""
        with self._lock:
            return [Packed(*row) for row in self._db.execute(_OLDEST, (self._ids[store], limit))]

    def newest(self, store: str, limit: int, since: float) -> list[Packed]:
        """Fresh batches born after `since`, newest first, of the last `limit` that it waits for."""
        with self._lock:
            rows = self._db.execute(_NEWEST, (self._ids[store], limit, since))
            return [Packed(*row) for row in rows]

    def ack(self, store: str, ids: Iterable[int], monotonic: float) -> bool:
        """`store` has answered for these: they are held now. True, or raises sqlite3.Error."""
        with self._transaction():
            self._db.executemany(
                "UPDATE due SET acked = ? WHERE store = ? AND batch = ?",
                [(monotonic, self._ids[store], number) for number in ids],
            )
        return True

    def confirm(self, store: str, before: float) -> None:
        """What `store` acknowledged before that is safe there; gone here once none needs it."""
        with self._transaction():
            freed = self._db.execute(
                "DELETE FROM due WHERE store = ? AND acked IS NOT NULL AND acked <= ?"
                " RETURNING batch",
                (self._ids[store], before),
            ).fetchall()
            gone = self._forget([row[0] for row in freed])
        self._grow(*gone)

    def remove(self, ids: Iterable[int]) -> None:
        """Take batches out whoever waits for them."""
        with self._transaction():
            numbers = list(ids)
            self._db.executemany("DELETE FROM due WHERE batch = ?", [(one,) for one in numbers])
            gone = self._forget(numbers)
        self._grow(*gone)

    def _grow(self, batches: int, size: int) -> None:
        with self._lock:
            self.batches += batches
            self.size += size

    def _forget(self, ids: Iterable[int]) -> tuple[int, int]:
        size = count = 0
        for number in ids:
            row = self._db.execute(
                "DELETE FROM batch WHERE id = ?1"
                " AND NOT EXISTS (SELECT 1 FROM due WHERE batch = ?1) RETURNING size",
                (number,),
            ).fetchall()
            if row:
                size += row[0][0]
                count += 1
        return -count, -size

    def replay(self, store: str) -> int:
        """All that is held for `store` is due again: it may have lost it. How many batches."""
        with self._transaction():
            return self._db.execute(
                "UPDATE due SET acked = NULL WHERE store = ? AND acked IS NOT NULL",
                (self._ids[store],),
            ).rowcount

    def started(self, store: str) -> float | None:
        """When the store's process started, as remembered from the last look (Unix seconds)."""
        with self._lock:
            row = self._db.execute(
                "SELECT started FROM store WHERE id = ?", (self._ids[store],)
            ).fetchone()
            return None if row is None else row[0]

    def remember_start(self, store: str, started: float) -> None:
        """Keep the store's process start time across our own restarts."""
        with self._transaction():
            self._db.execute(
                "UPDATE store SET started = ? WHERE id = ?", (started, self._ids[store])
            )

    def drop_oldest(self, born_before: float | None = None) -> tuple[int, Counter[str]]:
        """Up to 64 batches less, the oldest (only those born before, when given).

        How many went, and the samples that each store will never get.
        """
        query = "SELECT id FROM batch ORDER BY id LIMIT ?"
        values: tuple[float, ...] = (GROUP,)
        if born_before is not None:
            query = "SELECT id FROM (SELECT id, born FROM batch ORDER BY id LIMIT ?) WHERE born < ?"
            values = (GROUP, born_before)
        lost: Counter[str] = Counter()
        with self._lock:
            ids = [row[0] for row in self._db.execute(query, values)]
            if ids:
                for number in ids:
                    lost.update(self._owed_samples(number))
                self.remove(ids)
        return len(ids), lost

    def _owed_samples(self, number: int) -> dict[str, int]:
        return dict(
            self._db.execute(
                "SELECT store.name, batch.samples FROM due JOIN store ON store.id = due.store"
                " JOIN batch ON batch.id = due.batch WHERE due.batch = ? AND due.acked IS NULL",
                (number,),
            )
        )

    def owed(self, limit: int) -> tuple[list[Packed], dict[int, list[str]]]:
        """The oldest batches that some store waits for, and by position the stores that do."""
        with self._lock:
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM batch ORDER BY id LIMIT ?",  # noqa: S608 -- constants only
                (limit,),
            ).fetchall()
            found = [(Packed(*row), list(self._owed_samples(row[0]))) for row in rows]
        found = [pair for pair in found if pair[1]]
        return [packed for packed, _ in found], dict(enumerate(names for _, names in found))

    def oldest_born(self, store: str) -> float | None:
        """Birth of the oldest batch that `store` waits for, in Unix seconds."""
        with self._lock:
            row = self._db.execute(
                "SELECT born FROM batch WHERE id ="
                " (SELECT min(batch) FROM due WHERE store = ? AND acked IS NULL)",
                (self._ids[store],),
            ).fetchone()
            return None if row is None else row[0]

    def waiting(self, store: str) -> int:
        """How many batches `store` waits for."""
        with self._lock:
            row = self._db.execute(
                "SELECT count(*) FROM due WHERE store = ? AND acked IS NULL", (self._ids[store],)
            ).fetchone()
            return int(row[0])

    def shrink(self) -> None:
        """Give the disk back a part of what is not used any more."""
        with self._lock:
            free = self._db.execute("PRAGMA freelist_count").fetchone()[0]
            if free > FREE_PAGES:
                self._db.execute("PRAGMA incremental_vacuum(1024)").fetchall()

    def checkpoint(self) -> None:
        """Move the log into the file, so that the next write needs no more disk than it must."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Let go of the file. Methods called afterwards raise sqlite3.ProgrammingError."""
        with self._lock:
            self._db.close()
