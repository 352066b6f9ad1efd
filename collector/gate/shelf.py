"""What the gate holds, kept across restarts: one row an alert in `STATE/gate.sqlite`, as it is now.

There is no queue in it: an alert that ended while a peer was away is one row, not a pair of
messages that could come in the wrong order.
"""

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from collector.damaged import set_aside
from collector.gate.held import Held, Key, parse

log = logging.getLogger("hatang.gate")

BUSY_SECONDS = 2.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS held (
  alertname TEXT NOT NULL, subject TEXT NOT NULL, instance TEXT NOT NULL, held TEXT NOT NULL,
  PRIMARY KEY (alertname, subject, instance)) WITHOUT ROWID
"""
_PUT = "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?)"
_DROP = "DELETE FROM held WHERE alertname = ? AND subject = ? AND instance = ?"


class Shelf:
    """The file. Its methods block: call them in a thread, one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._odd: set[Key] = set()

    def load(self) -> list[Held]:
        """Everything that was held. A damaged file is set aside, and a new one begun.

        Raises OSError or sqlite3.OperationalError when there is no writing at its place.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._load()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            return self._load()

    def save(self, changes: Mapping[Key, str | None]) -> None:
        """Write what changed, as `Held.dump` gives it, None for what is gone: in one transaction.
        What no file takes is left out, and told once. Raises sqlite3.Error.
        """
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            for key, text in changes.items():
                try:
                    db.execute(*((_PUT, (*key, text)) if text else (_DROP, key)))
                except ValueError as error:
                    self._tell_odd(key, error)
            db.execute("COMMIT")

    def _tell_odd(self, key: Key, error: ValueError) -> None:
        if key not in self._odd:
            self._odd.add(key)
            log.error("an alert cannot be kept", extra={"alert": ascii(key), "error": str(error)})

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(_SCHEMA)
            yield db
        finally:
            db.close()

    def _load(self) -> list[Held]:
        with self._open() as db:
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("quick_check failed")
            rows = db.execute("SELECT alertname, subject, instance, held FROM held").fetchall()
        found = []
        for *key, text in rows:
            try:
                found.append(parse(Key(*key), text))
            except ValueError as error:
                log.error("an alert that was kept cannot be read", extra={"error": str(error)})
        return found

    def _set_aside(self, error: sqlite3.Error) -> None:
        aside = set_aside(self.path)
        log.error(
            "what the gate held was damaged; set aside, a new file begun",
            extra={"path": str(self.path), "aside": aside.name, "error": str(error)},
        )
