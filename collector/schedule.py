"""When to ask: due times spread by a stable hash, limits per device and site, a hard deadline per
run.

A job is never in flight twice. A run that comes due while the last one is still out is counted as
missed and never queued. A device that does not answer is asked more rarely, up to five times its
interval; an ask from the state engine, or an answered echo, asks it at once, or right after the run
that is out: that one may have begun before what is asked about.
"""

import asyncio
import heapq
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from collector.plan import Job
from probes.probe import Session
from probes.reading import Reading, Reason

log = logging.getLogger("hatang.schedule")

PER_DEVICE = 2
PER_SITE = 16
IN_FLIGHT = 400
BACKOFF = 5
GRACE = 0.5
"""Seconds beyond a run's deadline after which it is ended from outside."""

UNUSABLE = "correct this device's credential in the inventory, or the secret that it refers to"

Accept = Callable[[Job, Reading, float, int], None]


@dataclass(slots=True, eq=False)
class Entry:
    """A job's place in the schedule. `due` is in Unix seconds, on the job's own beat."""

    job: Job
    due: float
    session: Session | None = None
    running: asyncio.Task[None] | None = None
    waiting: bool = False
    again: bool = False
    failures: int = 0
    missed: int = 0
    closed: bool = False


def first_due(job: Job, now: float) -> float:
    """The next instant on the job's own beat: the same in every process, spread out."""
    offset = crc32(job.key.encode()) % 65536 / 65536 * job.interval
    beats = (now - offset) // job.interval + 1
    return offset + beats * job.interval


def next_due(job: Job, due: float, now: float, failures: int) -> float:
    """The beat after `due`: later ones when the job keeps failing, and never one that is past."""
    stretch = min(max(failures - 1, 1), BACKOFF)
    due += job.interval * stretch
    if due <= now:
        due += ((now - due) // job.interval + 1) * job.interval
    return due


class Schedule:
    """Runs every job of a plan on time and hands each reading, with its lateness, to `accept`.

    `memories` are the dicts that probes keep across restarts, by job key.
    """

    def __init__(self, accept: Accept, memory: Callable[[str], dict[str, Any]]) -> None:
        self.in_flight = 0
        self.lateness: deque[float] = deque(maxlen=4096)
        self._accept = accept
        self._memory = memory
        self._entries: dict[str, Entry] = {}
        self._by_thing: dict[str, list[Entry]] = {}
        self._heap: list[tuple[float, int, Entry]] = []
        self._order = 0
        self._per_device: Counter[str] = Counter()
        self._per_site: Counter[str] = Counter()
        self._held: deque[tuple[Entry, float]] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def load(self, jobs: Mapping[str, Job]) -> list[str]:
        """Take over a plan's jobs; equal ones keep session and beat. The keys that ended."""
        now = time.time()
        ended = [key for key in self._entries if key not in jobs]
        for key in [k for k, e in self._entries.items() if jobs.get(k) != e.job]:
            self._drop(self._entries.pop(key))
        for key, job in jobs.items():
            if key not in self._entries:
                entry = self._entries[key] = Entry(job, first_due(job, now))
                self._push(entry)
        self._by_thing = {}
        for entry in self._entries.values():
            self._by_thing.setdefault(f"{entry.job.kind}:{entry.job.thing}", []).append(entry)
        self._wake.set()
        return ended

    def ask_now(self, thing: str) -> None:
        """Ask all jobs of a thing (`kind:name`) at once, but for those whose probe is not for that;
        their beats stay as they are, their back-off ends. A run that is out is followed by another.
        """
        for entry in self._by_thing.get(thing, ()):
            if not entry.job.probe.prompt:
                continue
            if entry.running is not None:
                entry.again = True
            elif not entry.waiting:
                entry.failures = 0
                self._begin(entry, time.time())

    async def run(self) -> None:
        """Until cancelled: start what is due."""
        while True:
            now = time.time()
            while self._heap and self._heap[0][0] <= now:
                _, _, entry = heapq.heappop(self._heap)
                if not entry.closed:
                    self._due(entry, now)
            delay = self._heap[0][0] - time.time() if self._heap else 60.0
            self._wake.clear()
            try:
                async with asyncio.timeout(min(max(delay, 0.0), 60.0)):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def close(self) -> None:
        """End every run and session."""
        for entry in self._entries.values():
            self._drop(entry)
        self._entries.clear()
        if self._closing:
            await asyncio.wait(self._closing, timeout=2.0)

    def _push(self, entry: Entry) -> None:
        self._order += 1
        heapq.heappush(self._heap, (entry.due, self._order, entry))

    def _drop(self, entry: Entry) -> None:
        entry.closed = True
        if entry.running is not None:
            entry.running.cancel()
            self._keep(entry.running)
        elif entry.session is not None:
            self._keep(asyncio.ensure_future(_close(entry.session)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _due(self, entry: Entry, now: float) -> None:
        due = entry.due
        entry.due = next_due(entry.job, due, now, entry.failures)
        self._push(entry)
        if entry.running is not None or entry.waiting:
            entry.missed += 1
        else:
            self._begin(entry, due)

    def _begin(self, entry: Entry, due: float) -> None:
        job = entry.job
        entry.again = False
        full = (
            self.in_flight >= IN_FLIGHT
            or self._per_device[job.thing] >= PER_DEVICE
            or (job.site and self._per_site[job.site] >= PER_SITE)
        )
        if full:
            entry.waiting = True
            self._held.append((entry, due))
            return
        self.in_flight += 1
        self._per_device[job.thing] += 1
        self._per_site[job.site] += 1
        entry.running = asyncio.create_task(self._run(entry, due))

    async def _run(self, entry: Entry, due: float) -> None:
        job = entry.job
        start = time.time()
        lateness = start - due
        self.lateness.append(lateness)
        try:
            reading = await self._ask(entry, start)
        finally:
            entry.running = None
            self._release(job)
            if entry.closed and entry.session is not None:
                self._keep(asyncio.ensure_future(_close(entry.session)))
        entry.failures = 0 if reading.success else entry.failures + 1
        if entry.closed:
            return
        self._accept(job, reading, lateness, entry.missed)
        if entry.again:
            entry.failures = 0
            self._begin(entry, time.time())

    async def _ask(self, entry: Entry, start: float) -> Reading:
        job = entry.job
        if entry.session is None:
            try:
                entry.session = job.probe.open(job.target, self._memory(job.key))
            except ValueError as error:
                return Reading(start, reason=Reason.AUTH, message=str(error), hint=UNUSABLE)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + job.timeout
        try:
            async with asyncio.timeout_at(deadline + GRACE):
                return await entry.session.ask(deadline)
        except TimeoutError:
            message = f"did not end by its deadline of {job.timeout:g} s"
            reason = Reason.TIMEOUT
        except Exception as error:  # a probe's own fault must not end the schedule
            log.exception("probe failed", extra={"job": job.key})
            message = f"fault in the probe {job.probe.name}: {type(error).__name__}"
            reason = Reason.INTERNAL
        await _close(entry.session)
        entry.session = None
        return Reading(start, time.time() - start, reason=reason, message=message)

    def _release(self, job: Job) -> None:
        self.in_flight -= 1
        for count, name in ((self._per_device, job.thing), (self._per_site, job.site)):
            count[name] -= 1
            if not count[name]:
                del count[name]
        for _ in range(len(self._held)):
            entry, due = self._held.popleft()
            entry.waiting = False
            if not entry.closed:
                self._begin(entry, due)


async def _close(session: Session) -> None:
    try:
        async with asyncio.timeout(1.0):
            await session.close()
    except Exception:  # closing is best effort; the session is let go of either way
        log.exception("session did not close")
