"""Delivery: the loop hands over batches; threads write them to the spool and on to the stores."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from collector.pipeline import Batch
from collector.sender import Sender, StoreStats
from collector.spool import MAX_AGE, MAX_BYTES, Packed, Spool, pack
from collector.stores import Store

QUEUE_BYTES = 64 << 20
"""Most that waits for the spool's thread, before compression."""
COMMIT_BYTES = 8 << 20
HOUSEKEEP_EVERY = 1.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class DeliveryStats:
    """Where answers have gone; read at any time."""

    stores: dict[str, StoreStats]
    spool_bytes: int = 0
    spool_batches: int = 0
    spool_age_seconds: float = 0.0
    """Age of the oldest batch that some store waits for."""
    spool_trouble: str | None = None
    """Why the spool's disk refuses, or None."""
    unspooled: Counter[str] = field(default_factory=Counter)
    """Samples lost before the spool, by reason: queue (it was too slow), closed, internal."""

    @property
    def dropped(self) -> dict[str, int]:
        """Samples lost by reason: before the spool, and once for each store that misses them."""
        total = Counter(self.unspooled)
        for store in self.stores.values():
            total.update(store.dropped)
        return dict(total)


class Delivery:
    """From `put` to the stores. Made and closed once; `put` may be called from any thread."""

    def __init__(
        self,
        spool_path: Path,
        stores: Sequence[Store],
        *,
        max_bytes: int = MAX_BYTES,
        max_age: float = MAX_AGE,
    ) -> None:
        """Opens the spool. Raises SpoolBusy, OSError or sqlite3.OperationalError as it does."""
        names = [store.address.name for store in stores]
        self._spool = Spool(spool_path, names, max_bytes=max_bytes, max_age=max_age)
        self.stats = DeliveryStats({name: StoreStats() for name in names})
        self._senders = [
            Sender(one, self._spool, self.stats.stores[one.address.name]) for one in stores
        ]
        self._queue: deque[tuple[Batch, bool, float]] = deque()
        self._queued_bytes = 0
        self._change = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    @property
    def accepting(self) -> bool:
        """True while batches reach the disk: what `/readyz` asks."""
        return self._thread.is_alive() and not self._closing and self._spool.trouble is None

    def tell_late(self, store: str, told: Callable[[float, float], None]) -> None:
        """Have it called, in a sender's thread, for what comes late to a store."""
        for sender in self._senders:
            if sender.name == store:
                sender.on_late = told

    def start(self) -> None:
        """Begin to spool and to send. Call it once."""
        self._observe(time.time())
        self._thread.start()
        for sender in self._senders:
            sender.start()

    def put(self, batch: Batch, fresh: bool = True) -> None:
        """Hand over lines; returns at once. `fresh` ones go before any backlog.

        Never raises: what cannot be kept is counted in `stats.unspooled`.
        """
        with self._change:
            if self._closing:
                self.stats.unspooled["closed"] += batch.samples
                return
            self._queue.append((batch, fresh, time.time()))
            self._queued_bytes += len(batch.body)
            while self._queued_bytes > QUEUE_BYTES:
                self._overflow()
            self._change.notify()

    def _overflow(self) -> None:
        batch, _, _ = self._queue.popleft()
        self._queued_bytes -= len(batch.body)
        if not self.stats.unspooled["queue"]:
            _log.error("the spool does not keep up; samples dropped")
        self.stats.unspooled["queue"] += batch.samples

    def close(self, timeout: float = 4.0) -> bool:
        """Everything to the spool, then to the stores as far as the time allows.

        True when every thread ended in time; whatever was not sent then waits in the spool.
        """
        by = time.monotonic() + timeout
        with self._change:
            self._closing = True
            self._change.notify()
        ended = True
        if self._thread.ident is not None:
            self._thread.join(timeout)
            ended = not self._thread.is_alive()
        for sender in self._senders:
            sender.finish(by - 0.2)
        for sender in self._senders:
            ended = sender.join(by) and ended
        if not self._thread.is_alive():  # else the disk hangs, and closing would too
            self._observe(time.time())
            self._spool.close()
        return ended

    def _run(self) -> None:
        housekeep_at = 0.0
        while True:
            taken, closing = self._take()
            try:
                if taken:
                    self._keep(taken)
                now = time.monotonic()
                if now >= housekeep_at:
                    housekeep_at = now + HOUSEKEEP_EVERY
                    self._spool.housekeep(time.time(), now)
                    self._observe(time.time())
            except Exception:  # noqa: BLE001 - the thread must live; what was lost is counted
                self.stats.unspooled["internal"] += sum(entry[0].samples for entry in taken)
                _log.exception("the spool failed; its thread goes on")
            if closing and not taken:
                return

    def _take(self) -> tuple[list[tuple[Batch, bool, float]], bool]:
        """What waits, up to one commit's worth; waits for it a while."""
        taken = []
        size = 0
        with self._change:
            if not self._queue and not self._closing:
                self._change.wait(HOUSEKEEP_EVERY)
            while self._queue and size < COMMIT_BYTES:
                entry = self._queue.popleft()
                size += len(entry[0].body)
                taken.append(entry)
            self._queued_bytes -= size
            return taken, self._closing

    def _keep(self, taken: list[tuple[Batch, bool, float]]) -> None:
        packed: list[Packed] = [pack(batch, born, fresh) for batch, fresh, born in taken]
        self._spool.put(packed)
        for sender in self._senders:
            sender.wake()

    def _observe(self, now: float) -> None:
        stats = self.stats
        oldest = 0.0
        for name, store in stats.stores.items():
            born = self._spool.oldest_born(name)
            store.spool_age_seconds = max(0.0, now - born) if born is not None else 0.0
            oldest = max(oldest, store.spool_age_seconds)
        for (name, reason), samples in list(self._spool.dropped.items()):
            stats.stores[name].dropped[reason] = samples
        stats.spool_age_seconds = oldest
        stats.spool_bytes = self._spool.size
        stats.spool_batches = self._spool.batches
        stats.spool_trouble = self._spool.trouble
