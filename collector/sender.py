"""One thread per store: takes what the spool owes it, fresh first, and learns from the answers.

A batch is never waited for twice: what is held after an answer is let go once a look at the store,
15 seconds or more later, shows the process that acknowledged it still alive; when the process is
another one, everything held is sent again.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from collector.refused import Outcome, send_in_pieces
from collector.spool import Packed, Spool, SpoolClosed
from collector.stores import Answer, Kind, Store
from collector.stores.answer import OK, Health

HOLD_SECONDS = 15.0
LOOK_EVERY = 5.0
FRESH_SECONDS = 10.0
"""A batch younger than this goes before any backlog."""
GROUP_BATCHES = 16
GROUP_BYTES = 1 << 20
FRESH_IN_A_ROW = 4
"""After so many fresh sends one of the backlog has its turn."""
BACKLOG_SHARE = 0.5
"""Of the sender's time, at most, goes to the backlog."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
STOPPED_WAIT = 30.0
IDLE_WAIT = 1.0
HANG_SECONDS = 1.5
"""At the end, an answer that takes longer is not waited for: the batch stays in the spool."""
REFUSALS_EVERY = 60.0
"""A refused line is shown in the log at most this often; the counters have them all."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class StoreStats:
    """How one store fares. Written by its sender, read by anyone; samples unless said."""

    up: bool = False
    message: str = "not asked yet"
    sent_samples: int = 0
    sent_batches: int = 0
    replayed_batches: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    """Answers that were not ok, by reason; as `rejected` also rows that the store took with an OK
    and then threw away, as its own counters tell.
    """
    dropped: Counter[str] = field(default_factory=Counter)
    """Samples this store will never get, by reason: rejected, too_large, full, age, disk."""
    rejected_rows: dict[str, int] = field(default_factory=dict)
    """The store's own counters of rows it threw away (invalid, big_timestamp, small_timestamp)."""
    spool_age_seconds: float = 0.0
    """Age of the oldest batch that it waits for."""
    read_only: bool = False


LATE = 300.0
"""Seconds after its birth when a batch has come late to its store."""


def _nobody(_start: float, _end: float) -> None:
    """Nobody asked to be told."""


class Sender:
    """Drains the spool into one store, in a thread of its own. `on_late` is told there of batches
    that came late: from when to when they were born, Unix seconds.
    """

    def __init__(self, store: Store, spool: Spool, stats: StoreStats) -> None:
        self.store = store
        self.name = store.address.name
        self.stats = stats
        self.on_late: Callable[[float, float], None] = _nobody
        self._spool = spool
        self._wake = threading.Event()
        self._stop_at: float | None = None
        self._wait = FIRST_WAIT
        self._not_before = 0.0
        self._backlog_not_before = 0.0
        self._look_at = 0.0
        self._blind = spool.started(self.name) is None
        self._refusal_told_at = -REFUSALS_EVERY
        self._failed = False
        self._rejected: Mapping[str, int] | None = None
        self._told = ""
        self._step_since: float | None = None
        self._fresh_sent = 0
        self._thread = threading.Thread(target=self._run, name=f"sender {self.name}", daemon=True)

    def start(self) -> None:
        """Begin sending."""
        self._thread.start()

    def wake(self) -> None:
        """There is something new."""
        self._wake.set()

    def finish(self, by: float) -> None:
        """Send what can be sent before that monotonic instant, then end. Does not wait."""
        self._stop_at = by
        self._wake.set()

    def join(self, by: float) -> bool:
        """Wait until it has ended, at most until then, and not for a store that hangs. True when it
        has.
        """
        while self._thread.is_alive() and not self._hangs() and time.monotonic() < by:
            self._thread.join(0.02)
        return not self._thread.is_alive()

    def _hangs(self) -> bool:
        since = self._step_since
        return since is not None and time.monotonic() - since > HANG_SECONDS

    def _run(self) -> None:
        try:
            while not self._ended():
                self._wake.clear()
                pause = self._guarded_step()
                if pause > 0:
                    self._wake.wait(min(pause, IDLE_WAIT))
        except SpoolClosed:
            return
        finally:
            self.store.close()

    def _guarded_step(self) -> float:
        self._step_since = now = time.monotonic()
        try:
            return self._step(now)
        except SpoolClosed:
            raise
        except Exception:  # noqa: BLE001 - the thread must live; the spool keeps the batch
            self.stats.errors["internal"] += 1
            _log.exception("sending failed; trying again", extra={"store": self.name})
            return LONGEST_WAIT
        finally:
            self._step_since = None

    def _ended(self) -> bool:
        """Time is up, or nothing is owed, or the store does not answer anyway."""
        if self._stop_at is None:
            return False
        if time.monotonic() >= self._stop_at or self._failed:
            return True
        return not self._spool.oldest(self.name, 1)

    def _step(self, now: float) -> float:
        """One look or one send. Seconds that may pass before the next."""
        if now < self._not_before:
            return self._not_before - now
        if now >= self._look_at and self._stop_at is None:
            self._look(now)
        batches, fresh = self._choose(now)
        if not batches:
            return max(0.01, min(self._look_at, self._backlog_next(now)) - now)
        before = time.monotonic()
        answer = self.store.write(b"".join(packed.body for packed in batches))
        self._learn(answer, batches)
        if not fresh:
            took = time.monotonic() - before
            self._backlog_not_before = now + took / BACKLOG_SHARE
        return 0.0

    def _backlog_next(self, now: float) -> float:
        return self._backlog_not_before if self._backlog_not_before > now else self._look_at

    def _choose(self, now: float) -> tuple[list[Packed], bool]:
        """What goes next: fresh batches, newest first; else the oldest of the backlog."""
        backlog_may = now >= self._backlog_not_before or self._stop_at is not None
        turn = self._fresh_sent >= FRESH_IN_A_ROW and backlog_may
        if not turn:
            since = time.time() - FRESH_SECONDS
            batches = _group(self._spool.newest(self.name, GROUP_BATCHES, since))
            if batches:
                self._fresh_sent += 1
                return batches, True
        self._fresh_sent = 0
        return (_group(self._spool.oldest(self.name, GROUP_BATCHES)) if backlog_may else []), False

    def _learn(self, answer: Answer, batches: list[Packed]) -> None:
        if answer.kind is Kind.REFUSED:
            answer = self._pieces(answer, batches)
        if answer.kind is Kind.OK:
            self._sent(batches)
            return
        self.stats.errors[answer.reason] += 1
        if not self._failed or self._told != answer.reason:
            self._told = answer.reason
            _log.warning(
                "store takes nothing",
                extra={"store": self.name, "reason": answer.reason, "error": answer.message},
            )
        self._failed = True
        self.stats.up = False
        self.stats.message = answer.message
        pause = STOPPED_WAIT if answer.kind is Kind.STOP else answer.retry_after or self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)
        self._not_before = time.monotonic() + pause

    def _pieces(self, refusal: Answer, batches: list[Packed]) -> Answer:
        """A refused group goes batch by batch, a refused batch in halves. OK when settled."""
        self.stats.errors[refusal.reason] += 1
        for packed in batches:
            outcome = send_in_pieces(self.store.write, packed.body, packed.samples)
            if outcome.answer.kind is not Kind.OK:
                return outcome.answer
            if outcome.dropped_samples:
                self._dropped(outcome, time.monotonic())
            self._spool.ack(self.name, [packed.id], time.monotonic())
        return OK

    def _dropped(self, outcome: Outcome, now: float) -> None:
        self.stats.dropped[outcome.reason] += outcome.dropped_samples
        if now < self._refusal_told_at + REFUSALS_EVERY:
            return
        self._refusal_told_at = now
        _log.error(
            "store refuses lines; dropped",
            extra={
                "store": self.name,
                "reason": outcome.reason,
                "samples": outcome.dropped_samples,
                "error": outcome.message,
                "line": outcome.line,
            },
        )

    def _sent(self, batches: list[Packed]) -> None:
        if self._failed:
            _log.info("store takes data again", extra={"store": self.name})
            # Whatever made it silent may have cost what it had acknowledged; the look decides.
            self._look_at = 0.0
            if self._blind:
                self._replay()
        self._failed = False
        self._wait = FIRST_WAIT
        self.stats.up = True
        self.stats.message = ""
        self.stats.sent_batches += len(batches)
        self.stats.sent_samples += sum(packed.samples for packed in batches)
        self._spool.ack(self.name, [packed.id for packed in batches], time.monotonic())
        late = [packed.born for packed in batches if packed.born < time.time() - LATE]
        if late:
            self.on_late(min(late), max(late))

    def _look(self, now: float) -> None:
        self._look_at = now + LOOK_EVERY
        health = self.store.look()
        if health is None:
            # A store that tells nothing is believed after the hold; one that is down is not.
            if self._blind and not self._failed:
                self._spool.confirm(self.name, now - HOLD_SECONDS)
            return
        self._blind = False
        if not self._failed:
            self.stats.up, self.stats.message = True, ""
        self.stats.read_only = health.read_only
        known = self._spool.started(self.name)
        self._watch_rejected(health, known)
        if known == health.started:
            self._spool.confirm(self.name, now - HOLD_SECONDS)
            return
        if known is not None:
            self._replay()
        self._spool.remember_start(self.name, health.started)

    def _watch_rejected(self, health: Health, known: float | None) -> None:
        """Tell rows that the store threw away since the last look. What it counted before this
        collector's first look is not ours; a process that began since then counts from nothing.
        """
        before = self._rejected
        if before is None:
            before = health.rejected
        elif known != health.started:
            before = {}
        self._rejected = self.stats.rejected_rows = dict(health.rejected)
        for kind, count in health.rejected.items():
            rows = count - before.get(kind, 0)
            if rows > 0:
                self.stats.errors["rejected"] += rows
                facts = {"store": self.name, "kind": kind, "rows": rows, "total": count}
                _log.warning("store threw rows away", extra=facts)

    def _replay(self) -> None:
        count = self._spool.replay(self.name)
        if count:
            self.stats.replayed_batches += count
            _log.info(
                "store restarted; sending again what it may have lost",
                extra={"store": self.name, "batches": count},
            )


def _group(batches: list[Packed]) -> list[Packed]:
    """As many as go into one request: gzip members after one another are one gzip stream."""
    taken: list[Packed] = []
    size = 0
    for packed in batches:
        size += len(packed.body)
        if taken and size > GROUP_BYTES:
            break
        taken.append(packed)
    return taken
