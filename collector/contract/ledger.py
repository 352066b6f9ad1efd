"""What contract numbers keep on disk: `STATE/contract.sqlite`.

The daily percentiles of every circuit, and when a collector was at work. Fifteen months of both. A
damaged file is set aside and a new one begun; days that the store still holds come back by
themselves.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from collector.contract.breach import DAYS, LIMIT, Peak, Peaks
from collector.contract.grid import Span
from collector.contract.traffic import Traffic
from collector.damaged import set_aside

KEEP = timedelta(days=456)
"""Fifteen months."""

BEAT = 30.0
"""Seconds between two signs of life of a collector."""

BUSY_SECONDS = 5.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS day (
  circuit TEXT NOT NULL, day TEXT NOT NULL, capacity REAL NOT NULL, slots INTEGER NOT NULL,
  transmit_measured INTEGER NOT NULL, transmit_p95 REAL, transmit_mean REAL, transmit_most REAL,
  receive_measured INTEGER NOT NULL, receive_p95 REAL, receive_mean REAL, receive_most REAL,
  PRIMARY KEY (circuit, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watch (begin REAL PRIMARY KEY, until REAL NOT NULL);
PRAGMA user_version = 1;
"""
_KEEP_CAPACITY = """
INSERT INTO day VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (circuit, day) DO UPDATE SET
  capacity = CASE WHEN transmit_measured + receive_measured > 0 THEN capacity
    ELSE excluded.capacity END,
  slots = excluded.slots,
  transmit_measured = excluded.transmit_measured, transmit_p95 = excluded.transmit_p95,
  transmit_mean = excluded.transmit_mean, transmit_most = excluded.transmit_most,
  receive_measured = excluded.receive_measured, receive_p95 = excluded.receive_p95,
  receive_mean = excluded.receive_mean, receive_most = excluded.receive_most
"""

_log = logging.getLogger("hatang.contract")


class Kept(NamedTuple):
    """One day of a circuit. `capacity` is what it was when the day was first computed."""

    circuit: str
    day: date
    capacity: float
    transmit: Traffic
    receive: Traffic

    @property
    def complete(self) -> bool:
        """Whether every slot was measured, both ways."""
        return self.transmit.coverage == self.receive.coverage == 1.0

    @property
    def peaks(self) -> Peaks:
        """What the limit is held against."""
        return Peaks(self.day, self._peak(self.transmit), self._peak(self.receive))

    def _peak(self, one: Traffic) -> Peak:
        return Peak(None if one.p95 is None else one.p95 / self.capacity, one.coverage)


class Ledger:
    """The file. Every method reads or writes the disk: call it in a thread.

    Each raises sqlite3.Error where the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._watching: float | None = None
        self._beaten = 0.0

    def open(self) -> None:
        """Make the file, or set a damaged one aside and begin anew."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._prepare()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            self._prepare()

    def write(self, days: Iterable[Kept]) -> None:
        """Keep days. One that was measured before keeps its capacity: a line that was widened
        since was not wider then.
        """
        rows = [_row(one) for one in days]
        with self._connected() as db, db:
            db.executemany(_KEEP_CAPACITY, rows)

    def days(self, since: date, circuit: str | None = None) -> list[Kept]:
        """The days that are kept, by circuit, oldest first."""
        query = "SELECT * FROM day WHERE day >= ? AND (? IS NULL OR circuit = ?)"
        with self._connected() as db:
            rows = db.execute(f"{query} ORDER BY circuit, day", (str(since), circuit, circuit))
            return [_kept(row) for row in rows]

    def suspects(self, since: date) -> list[str]:
        """The circuits that were over the limit on days enough for a breach, in a row or not."""
        over = "sum({0}_p95 >= {1} * capacity) >= {2}"
        either = " OR ".join(over.format(way, LIMIT, DAYS) for way in ("transmit", "receive"))
        query = f"SELECT circuit FROM day WHERE day >= ? GROUP BY circuit HAVING {either}"  # noqa: S608 - ours
        with self._connected() as db:
            return [name for (name,) in db.execute(query, (str(since),))]

    def beat(self, now: float) -> None:
        """A collector is at work. After a silence of more than three beats (it was off, or the
        machine slept) a new span begins.
        """
        with self._connected() as db, db:
            if self._watching is None or not 0 <= now - self._beaten <= 3 * BEAT:
                self._watching = now
            values = (self._watching, now)
            db.execute("INSERT OR REPLACE INTO watch VALUES (?, ?)", values)
        self._beaten = now

    def watched(self, start: float, end: float) -> list[Span]:
        """When a collector was at work."""
        query = "SELECT begin, until FROM watch WHERE begin < ? AND until > ? ORDER BY begin"
        with self._connected() as db:
            return [(begin, until) for begin, until in db.execute(query, (end, start))]

    def prune(self, today: date) -> None:
        """Let go of what is older than fifteen months."""
        oldest = today - KEEP
        stamp = datetime(oldest.year, oldest.month, oldest.day, tzinfo=UTC).timestamp()
        with self._connected() as db, db:
            db.execute("DELETE FROM day WHERE day < ?", (str(oldest),))
            db.execute("DELETE FROM watch WHERE until < ?", (stamp,))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        try:
            db.execute("PRAGMA synchronous = NORMAL")
            yield db
        finally:
            db.close()

    def _prepare(self) -> None:
        with self._connected() as db:
            if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("quick_check failed")
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)

    def _set_aside(self, error: sqlite3.Error) -> None:
        aside = set_aside(self.path)
        facts = {"path": str(self.path), "aside": aside.name, "error": str(error)}
        _log.error("contract ledger was damaged; set aside, a new one begun", extra=facts)


def _row(one: Kept) -> tuple[object, ...]:
    out, back = one.transmit, one.receive
    figures = [figure for t in (out, back) for figure in (t.measured, t.p95, t.mean, t.most)]
    return one.circuit, str(one.day), one.capacity, out.slots, *figures


def _kept(row: tuple[Any, ...]) -> Kept:
    circuit, day, capacity, slots, *rest = row
    transmit, receive = Traffic(slots, *rest[:4]), Traffic(slots, *rest[4:])
    return Kept(circuit, date.fromisoformat(day), capacity, transmit, receive)
