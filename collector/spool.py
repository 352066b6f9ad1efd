"""The spool: every batch is on disk before it is sent, and stays until each store surely has it.

Bounded by size and age: the oldest goes first, and is counted. A damaged file is set aside and a
new one begun. While the disk refuses (full, failing), batches wait in memory, bounded, and move to
the disk when it accepts again. Batches in memory have negative numbers.
"""

import gzip
import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from collector.damaged import set_aside
from collector.pipeline import Batch
from collector.spoolfile import GROUP, Packed, SpoolBusy, SpoolFile

__all__ = ["Packed", "Spool", "SpoolBusy", "SpoolClosed", "pack"]

MAX_BYTES = 1 << 30
MAX_AGE = 7 * 86400.0
SPARE_BYTES = 64 << 20
"""How much waits in memory while the disk refuses."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


class SpoolClosed(RuntimeError):  # noqa: N818 - it says what is the case
    """The spool was closed while it was used."""


def pack(batch: Batch, born: float, fresh: bool) -> Packed:
    """A batch compressed as it will be stored and sent. Whole lines: a newline ends the body."""
    body = batch.body if batch.body.endswith(b"\n") else batch.body + b"\n"
    packed = gzip.compress(body, 1, mtime=0)
    return Packed(0, born, batch.samples, batch.lines, fresh, packed)


class Spool:
    """What is owed to each of `stores`, given by name. Methods block; any thread may call them."""

    def __init__(
        self,
        path: Path,
        stores: Sequence[str],
        *,
        max_bytes: int = MAX_BYTES,
        max_age: float = MAX_AGE,
    ) -> None:
        """Opens the file, or sets a damaged one aside and begins a new one.

        Raises SpoolBusy when another process has it, OSError or sqlite3.OperationalError when there
        is no writing at `path`.
        """
        self.path = path
        self.stores = tuple(stores)
        self.max_bytes = max_bytes
        self.max_age = max_age
        self.trouble: str | None = None
        """Why the disk refuses, or None while it accepts."""
        self.dropped: Counter[tuple[str, str]] = Counter()
        """Samples that a store will never get, by store and reason: full, age, disk."""
        self._lock = threading.RLock()
        self._closed = False
        self._spare: SpoolFile | None = None
        self._unsaved: dict[str, set[int]] = {name: set() for name in self.stores}
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._disk = self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self._move_away(error)
            self._disk = self._open()

    @property
    def size(self) -> int:
        """Bytes that lie here, on disk and in memory."""
        return self._disk.size + (self._spare.size if self._spare else 0)

    @property
    def batches(self) -> int:
        """Batches that lie here, held ones among them."""
        return self._disk.batches + (self._spare.batches if self._spare else 0)

    def put(self, batches: Sequence[Packed]) -> None:
        """Committed when this returns; in memory when the disk refuses. Raises SpoolClosed."""
        coming = sum(len(packed.body) for packed in batches)
        self._on_disk(lambda disk: self._make_room(disk, coming), None)
        if self._on_disk(lambda disk: self._stored(disk, batches), False):
            return
        # A damaged file has been replaced by now, a full disk has not.
        if self.trouble is not None or not self._on_disk(
            lambda disk: self._stored(disk, batches), False
        ):
            self._put_in_memory(batches)

    def oldest(self, store: str, limit: int) -> list[Packed]:
        """What the store waits for, oldest first."""
        none: list[Packed] = []
        more = limit + len(self._unsaved[store])
        found = self._on_disk(lambda disk: disk.oldest(store, more), none)
        if self._spare is not None and len(found) < limit:
            found += _negative(self._spare.oldest(store, limit))
        return self._unanswered(store, found)[:limit]

    def newest(self, store: str, limit: int, since: float) -> list[Packed]:
        """Fresh batches born after `since` (Unix seconds) that it waits for, newest first."""
        none: list[Packed] = []
        more = limit + len(self._unsaved[store])
        found = self._on_disk(lambda disk: disk.newest(store, more, since), none)
        if self._spare is not None:
            found = _negative(self._spare.newest(store, limit, since)) + found
        return self._unanswered(store, found)[:limit]

    def _unanswered(self, store: str, found: list[Packed]) -> list[Packed]:
        done = self._unsaved[store]
        return [packed for packed in found if packed.id not in done] if done else found

    def ack(self, store: str, ids: Collection[int], monotonic: float) -> None:
        """The store has answered for these."""
        on_disk = [number for number in ids if number > 0]
        in_memory = [-number for number in ids if number < 0]
        if in_memory and self._spare is not None:
            self._spare.ack(store, in_memory, monotonic)
        if on_disk and not self._acked(store, on_disk, monotonic):
            self._unsaved[store].update(on_disk)

    def _acked(self, store: str, ids: list[int], monotonic: float) -> bool:
        return self._on_disk(lambda disk: disk.ack(store, ids, monotonic), False)

    def confirm(self, store: str, before: float) -> None:
        """What was acknowledged before that instant is safe in the store."""
        self._on_disk(lambda disk: disk.confirm(store, before), None)
        if self._spare is not None:
            self._spare.confirm(store, before)

    def replay(self, store: str) -> int:
        """The store may have lost what is held for it: all of it is due again. How many batches."""
        count = self._on_disk(lambda disk: disk.replay(store), 0)
        return count + (self._spare.replay(store) if self._spare is not None else 0)

    def started(self, store: str) -> float | None:
        """When the store's process started, as seen last, in this run or an earlier one."""
        return self._on_disk(lambda disk: disk.started(store), None)

    def remember_start(self, store: str, started: float) -> None:
        """Keep the store's start time."""
        self._on_disk(lambda disk: disk.remember_start(store, started), None)

    def oldest_born(self, store: str) -> float | None:
        """Birth of the oldest batch that the store waits for, in Unix seconds."""
        born = self._on_disk(lambda disk: disk.oldest_born(store), None)
        if born is None and self._spare is not None:
            born = self._spare.oldest_born(store)
        return born

    def housekeep(self, now: float, monotonic: float) -> None:
        """Every few seconds: old batches go, memory moves to disk, free pages are given back."""
        self._on_disk(lambda disk: self._drop_aged(disk, now - self.max_age), None)
        for store, ids in self._unsaved.items():
            done = list(ids)
            if done and self._acked(store, done, monotonic):
                ids.difference_update(done)
        self._move_to_disk()
        self._on_disk(lambda disk: disk.shrink(), None)

    def close(self) -> None:
        """Move what is in memory to disk if that is possible, and let go of the file."""
        with self._lock:
            if self._closed:
                return
            self._move_to_disk()
            self._closed = True
            spare, self._spare = self._spare, None
            if spare is not None:
                self._lose(spare, "disk")
                spare.close()
            self._disk.close()

    def _open(self) -> SpoolFile:
        return SpoolFile(self.path, self.stores, time.monotonic())

    def _on_disk(self, call: Callable[[SpoolFile], T], otherwise: T) -> T:
        """One piece of work on the file; `otherwise` when the disk refuses or the file is bad."""
        disk = self._disk
        try:
            return call(disk)
        except sqlite3.ProgrammingError as error:
            if self._closed:
                raise SpoolClosed(f"{self.path} is closed") from error
            self._reopen(disk)
        except sqlite3.OperationalError as error:
            self._refused(error)
        except sqlite3.DatabaseError as error:
            self._begin_anew(disk, error)
        return otherwise

    def _stored(
        self,
        disk: SpoolFile,
        batches: Sequence[Packed],
        owed: dict[int, list[str]] | None = None,
    ) -> bool:
        try:
            disk.put(batches, owed)
        except sqlite3.OperationalError:
            disk.checkpoint()  # the log may be what fills the disk
            disk.put(batches, owed)
        if self.trouble is not None:
            _log.info("the spool's disk accepts again", extra={"path": str(self.path)})
            self.trouble = None
        return True

    def _refused(self, error: Exception) -> None:
        if self.trouble is None:
            _log.error(
                "the spool's disk refuses; batches wait in memory",
                extra={"path": str(self.path), "error": str(error)},
            )
        self.trouble = str(error)

    def _begin_anew(self, damaged: SpoolFile, error: sqlite3.Error) -> None:
        with self._lock:
            if damaged is not self._disk or self._closed:
                return
            damaged.close()
            self._unsaved = {name: set() for name in self.stores}
            try:
                self._move_away(error)
            except OSError as refusal:
                self._refused(refusal)
            self._reopen(damaged)

    def _reopen(self, closed: SpoolFile) -> None:
        with self._lock:
            if closed is self._disk and not self._closed:
                try:
                    self._disk = self._open()
                except (sqlite3.Error, OSError) as error:
                    self._refused(error)

    def _move_away(self, error: sqlite3.Error) -> None:
        aside = set_aside(self.path)
        _log.error(
            "the spool was damaged; set aside, a new one begun",
            extra={"path": str(self.path), "aside": str(aside), "error": str(error)},
        )

    def _make_room(self, disk: SpoolFile, coming: int) -> None:
        while disk.batches and disk.size + coming > self.max_bytes:
            self._count(disk.drop_oldest()[1], "full")

    def _drop_aged(self, disk: SpoolFile, born_before: float) -> None:
        count = GROUP
        while count == GROUP:
            count, lost = disk.drop_oldest(born_before)
            self._count(lost, "age")

    def _count(self, lost: Counter[str], reason: str) -> None:
        for store, samples in lost.items():
            if not self.dropped[store, reason]:
                _log.warning("samples dropped", extra={"store": store, "reason": reason})
            self.dropped[store, reason] += samples

    def _put_in_memory(self, batches: Sequence[Packed]) -> None:
        with self._lock:
            if self._closed:
                raise SpoolClosed(f"{self.path} is closed")
            if self._spare is None:
                self._spare = SpoolFile(":memory:", self.stores, 0.0)
            spare = self._spare
        spare.put(batches)
        while spare.size > SPARE_BYTES:
            self._count(spare.drop_oldest()[1], "disk")

    def _move_to_disk(self) -> None:
        spare = self._spare
        while spare is not None and spare.batches:
            batches, owed = spare.owed(GROUP)
            if not batches or not self._moved(batches, owed):
                return
            spare.remove([packed.id for packed in batches])

    def _moved(self, batches: list[Packed], owed: dict[int, list[str]]) -> bool:
        coming = sum(len(packed.body) for packed in batches)
        self._on_disk(lambda disk: self._make_room(disk, coming), None)
        return self._on_disk(lambda disk: self._stored(disk, batches, owed), False)

    def _lose(self, spare: SpoolFile, reason: str) -> None:
        while spare.batches:
            self._count(spare.drop_oldest()[1], reason)


def _negative(found: list[Packed]) -> list[Packed]:
    return [packed._replace(id=-packed.id) for packed in found]
