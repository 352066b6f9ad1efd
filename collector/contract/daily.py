"""The daily job: yesterday's percentile of every circuit at 00:30, breaches; numbers on demand.

Runs in the collector's loop and asks the store one thing at a time. What the store could not give
is asked again; days that were not whole are computed anew for a week, and any day when data for it
came late.
"""

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.contract.breach import DAYS, Breach, breach
from collector.contract.grid import Window, day_of, midnight, whole
from collector.contract.history import History
from collector.contract.ledger import BEAT, KEEP, Kept, Ledger
from collector.contract.measure import Evidence, Numbers, measure
from collector.contract.pauses import pauses
from collector.contract.traffic import Counters
from collector.contract.verdicts import verdicts
from collector.journal import Journal
from collector.stores.promql import StoreAwayError, StoreError
from inventory.model import Circuit, Inventory, Maintenance

AFTER_MIDNIGHT = 1_800.0
"""Seconds after the province's midnight when a day is closed: most of what is late has come."""

AGAIN = 8
"""Closed days that are computed again while they are not whole: a breach's, and one."""

LATE_DAYS = 31
"""Older days than that are not computed again; the spool holds seven."""

LATE_WAIT = 300.0
"""Seconds from the first late data to the new number: one for a whole backlog, not for each batch.
"""

FIRST_WAIT = 120.0
"""Seconds from the start to the first look at the store: the start has better things to do."""

RETRY = 300.0
AT_ONCE = 2
"""Questions for numbers that are worked on at once."""

log = logging.getLogger("hatang.contract")


def _none() -> Sequence[Maintenance]:
    return ()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where contract numbers come from. `history` is None where no store answers queries.

    `inventory` gives the one that runs now; `maintenance` what was made at run time, over the
    inventory's own.
    """

    inventory: Callable[[], Inventory]
    journal: Journal
    history: History | None
    maintenance: Callable[[], Sequence[Maintenance]] = _none


class Contract:
    """Contract numbers of one collector. `on_breach` is called in the loop: with every circuit at
    the start, then when what stands of one has changed.
    """

    def __init__(
        self,
        path: Path,
        sources: Sources,
        on_breach: Callable[[str, Breach | None], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ledger = Ledger(path)
        self.breaches: dict[str, Breach] = {}
        """What stands now, by circuit."""
        self._sources = sources
        self._on_breach = on_breach
        self._clock = clock
        self._due = clock() + FIRST_WAIT
        self._away = False
        self._trouble = ""
        self._ready = asyncio.Event()
        self._told: set[str] = set()
        self._late: set[date] = set()
        self._touched: deque[tuple[float, float]] = deque(maxlen=10_000)
        self._asking = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Work until cancelled. Nothing that the disk or the store does ends it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live())
            group.create_task(self._work())

    async def _live(self) -> None:
        """Signs of life, however long the store takes."""
        while True:
            await self._guarded(self._beat)
            await asyncio.sleep(BEAT)

    async def _beat(self) -> None:
        if not self._ready.is_set():
            await asyncio.to_thread(self.ledger.open)
            await self.judge(self._clock())
            self._ready.set()
        await asyncio.to_thread(self.ledger.beat, self._clock())

    async def _work(self) -> None:
        while True:
            await self._ready.wait()
            await self._guarded(lambda: self.step(self._clock()))
            await asyncio.sleep(min(BEAT, max(self._due - self._clock(), 1.0)))

    async def _guarded(self, act: Callable[[], Awaitable[object]]) -> None:
        """A full disk or a fault of ours is told, and must not end the collector."""
        try:
            await act()
            self._trouble = ""
        except Exception as error:
            if str(error) != self._trouble:
                log.exception("contract numbers failed; trying again")
            self._trouble = str(error)
            self._due = max(self._due, self._clock() + RETRY)
            if isinstance(error, sqlite3.Error):
                self._ready.clear()  # the next beat opens the file anew, or sets it aside

    async def step(self, now: float) -> None:
        """The daily work, when it is due. Raises sqlite3.Error."""
        self._take_late(now)
        if now < self._due:
            return
        done = await self.compute(now)
        following = midnight(self._closed(now) + timedelta(days=2), self._zone)
        self._due = following + AFTER_MIDNIGHT if done else now + RETRY
        await self.judge(now)

    def late(self, start: float, end: float) -> None:
        """Data with stamps from `start` to `end` reached the store late. From any thread."""
        self._touched.append((start, end))

    async def compute(self, now: float) -> bool:
        """Compute the days that are owed; False where the store has to be asked again later."""
        history = self._sources.history
        if history is None:
            return True
        late = set(self._late)
        for circuit, days in await asyncio.to_thread(self._owed, now):
            try:
                kept = [await self._day(history, circuit, day) for day in days]
            except StoreAwayError as error:
                if not self._away:
                    log.warning("no history for contract numbers", extra={"error": str(error)})
                self._away = True
                return False
            except StoreError as error:
                facts = {"circuit": circuit.name, "error": str(error)}
                log.warning("a circuit's history cannot be had", extra=facts)
                continue
            await asyncio.to_thread(self.ledger.write, kept)
        self._away = False
        self._late -= late
        await asyncio.to_thread(self.ledger.prune, self._closed(now))
        return True

    async def numbers(self, circuit: Circuit, start: float, end: float) -> tuple[Numbers, str]:
        """The numbers of a circuit, and the end (`a`, `z`, or "") whose counters they are from.

        Raises StoreError, sqlite3.Error, ValueError for an empty window.
        """
        inventory = self._sources.inventory()
        window = Window(start, end, self._zone)
        # The week of the window's first day reaches six days back.
        wider = Window(start - DAYS * 86_400, end, self._zone)
        announced = [*inventory.maintenance, *self._sources.maintenance()]
        async with self._asking:
            counters, place = Counters(), ""
            if self._sources.history is not None:
                counters, place = await self._sources.history.of(circuit, wider)

            def work() -> Numbers:
                judged = verdicts(self._sources.journal, circuit, start, end)
                watched = self.ledger.watched(start, end)
                excluded = pauses(circuit, inventory, announced, window)
                known = Evidence(counters, judged, watched, excluded)
                return measure(circuit, start, end, self._zone, known)

            return await asyncio.to_thread(work), place

    @property
    def _zone(self) -> ZoneInfo:
        return self._sources.inventory().province.zone

    def _closed(self, now: float) -> date:
        """The last day that is over, and half an hour more."""
        return day_of(now - AFTER_MIDNIGHT, self._zone) - timedelta(days=1)

    def _take_late(self, now: float) -> None:
        closed, zone = self._closed(now), self._zone
        oldest = closed - timedelta(days=LATE_DAYS)
        found = set()
        while self._touched:
            start, end = self._touched.popleft()
            day = max(day_of(start, zone), oldest)
            while day <= min(day_of(end, zone), closed):
                found.add(day)
                day += timedelta(days=1)
        if found - self._late:
            self._late |= found
            self._due = min(self._due, now + LATE_WAIT)

    def _measurable(self) -> list[Circuit]:
        return [
            one
            for one in self._sources.inventory().circuits.values()
            if one.capacity
            and one.lifecycle == "active"
            and any(end is not None and end.interface for end in (one.a, one.z))
        ]

    def _owed(self, now: float) -> list[tuple[Circuit, list[date]]]:
        """The days to compute: late ones, and of the last few those that are not known whole."""
        closed = self._closed(now)
        recent = [closed - timedelta(days=n) for n in range(AGAIN)]
        since = min([*recent, *self._late])
        whole_days = {(one.circuit, one.day) for one in self.ledger.days(since) if one.complete}
        owed = []
        for circuit in self._measurable():
            open_days = {day for day in recent if (circuit.name, day) not in whole_days}
            if days := sorted(open_days | self._late):
                owed.append((circuit, days))
        return owed

    async def _day(self, history: History, circuit: Circuit, day: date) -> Kept:
        window = whole(day, self._zone)
        counters, _ = await history.of(circuit, window)
        known = Evidence(counters)
        one = await asyncio.to_thread(
            measure, circuit, window.start, window.end, window.zone, known
        )
        return Kept(circuit.name, day, circuit.capacity or 0.0, one.transmit, one.receive)

    async def judge(self, now: float) -> None:
        """Hold the days that are kept against the limit, and tell what has changed."""
        since = self._closed(now) - KEEP
        circuits = {one.name for one in self._measurable()}

        def work() -> dict[str, Breach]:
            found = {}
            for name in circuits.intersection(self.ledger.suspects(since)):
                days = self.ledger.days(since, name)
                if (standing := breach(name, [one.peaks for one in days])) is not None:
                    found[name] = standing
            return found

        found = await asyncio.to_thread(work)
        for name in sorted(circuits | self.breaches.keys()):
            if name not in self._told or found.get(name) != self.breaches.get(name):
                self._tell(name, found.get(name))
        self._told = circuits
        self.breaches = found

    def _tell(self, circuit: str, standing: Breach | None) -> None:
        try:
            self._on_breach(circuit, standing)
        except Exception:
            log.exception("breach could not be told", extra={"circuit": circuit})
