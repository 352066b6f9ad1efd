"""What the collector remembers across restarts: small JSON dicts by key, in SQLite.

One dict per job (what its session learnt) and a few of the collector's own. Whoever changes a dict
marks its key; a thread writes what really changed, every 30 seconds and at the end. Losing the last
half minute costs nothing that a poll does not learn again.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from collector.damaged import set_aside

WRITE_EVERY = 30.0
BUSY_SECONDS = 2.0
VALUE_BYTES = 1 << 20
"""Largest dict that is kept, as JSON: devices decide what is in it."""

_log = logging.getLogger(__name__)


@runtime_checkable
class Kept(Protocol):
    """What takes less in memory than in the file. Never changes: a thread writes it."""

    def kept(self) -> object:
        """What is written of it, and found after a restart: JSON."""


def _kept(value: object) -> object:
    if isinstance(value, Kept):
        return value.kept()
    raise TypeError(f"{type(value).__name__} is no JSON")


class Memory:
    """Dicts by key, of JSON and of what is `Kept`. `of`, `mark` and `forget` never block; the rest
    does.
    """

    def __init__(self, path: Path) -> None:
        """Reads everything. A damaged file is set aside, and a new one begun.

        Raises OSError or sqlite3.OperationalError when there is no writing at `path`.
        """
        self.path = path
        self._values: dict[str, dict[str, Any]] = {}
        self._written: dict[str, int] = {}
        self._marked: set[str] = set()
        self._complained: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._load()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            self._load()

    def start(self) -> None:
        """Begin to write what is marked, every 30 seconds."""
        self._thread.start()

    def of(self, key: str) -> dict[str, Any]:
        """The dict of a key: always the same object, empty when new. Change it, then `mark` it."""
        return self._values.setdefault(key, {})

    def mark(self, key: str) -> None:
        """The dict of this key may have changed."""
        self._marked.add(key)

    def forget(self, key: str) -> None:
        """The key is no longer used."""
        self._values.pop(key, None)
        self._marked.add(key)

    def keys(self) -> list[str]:
        """All keys that are known."""
        return list(self._values)

    def close(self, timeout: float = 3.0) -> None:
        """Write what is marked and end. Forgets what it cannot write in time."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        if not self._thread.is_alive():
            self.write()

    def write(self) -> int:
        """Write what is marked and has changed; how many keys. Failures are logged, not raised."""
        with self._lock:
            marked: set[str] = set()
            with suppress(KeyError):  # the loop adds meanwhile: never iterate over its set
                while True:
                    marked.add(self._marked.pop())
            changed = {key: text for key in marked if (text := self._text(key)) is not None}
            gone = [key for key in marked if key not in self._values and key in self._written]
            try:
                self._save(changed, gone)
            except sqlite3.DatabaseError as error:
                self._marked |= marked
                _log.error("memory cannot be written", extra={"error": str(error)})
                if type(error) is sqlite3.DatabaseError:
                    self._damaged(error)
                return 0
            for key, text in changed.items():
                self._written[key] = hash(text)
            for key in gone:
                del self._written[key]
            return len(changed) + len(gone)

    def _text(self, key: str) -> str | None:
        """The key's dict as JSON; None when it is gone, unchanged, or not to be kept."""
        value = self._values.get(key)
        if value is None:
            return None
        try:
            text = json.dumps(value, allow_nan=False, separators=(",", ":"), default=_kept)
        except RuntimeError:  # it changed while it was read: next time
            self._marked.add(key)
            return None
        except (TypeError, ValueError) as error:
            self._complain(key, str(error))
            return None
        if len(text) > VALUE_BYTES:
            self._complain(key, f"{len(text)} bytes of JSON")
            return None
        return text if self._written.get(key) != hash(text) else None

    def _complain(self, key: str, why: str) -> None:
        if key not in self._complained:
            self._complained.add(key)
            _log.error("memory of a job is not kept", extra={"key": key, "error": why})

    def _run(self) -> None:
        while not self._stop.wait(WRITE_EVERY):
            self.write()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(
                "CREATE TABLE IF NOT EXISTS memory(key TEXT PRIMARY KEY, value TEXT NOT NULL)"
            )
            yield db
        finally:
            db.close()

    def _load(self) -> None:
        with self._open() as db:
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("quick_check failed")
            rows = db.execute("SELECT key, value FROM memory").fetchall()
        for key, text in rows:
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            if isinstance(value, dict):
                self._values[key] = value
                self._written[key] = hash(text)

    def _save(self, changed: dict[str, str], gone: list[str]) -> None:
        if not changed and not gone:
            return
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT OR REPLACE INTO memory VALUES (?, ?)", changed.items())
            db.executemany("DELETE FROM memory WHERE key = ?", [(key,) for key in gone])
            db.execute("COMMIT")

    def _damaged(self, error: sqlite3.Error) -> None:
        """The file went bad under us: everything is written anew at the next turn."""
        try:
            self._set_aside(error)
        except OSError as refusal:
            _log.error("memory stays damaged", extra={"error": str(refusal)})
        self._written.clear()
        self._marked |= self._values.keys()

    def _set_aside(self, error: sqlite3.Error) -> None:
        aside = set_aside(self.path)
        _log.error(
            "memory was damaged; set aside, a new one begun",
            extra={"path": str(self.path), "aside": aside.name, "error": str(error)},
        )
