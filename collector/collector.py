"""The collector: everything put together, started in order, reloaded in one step, stopped in order.

Only this file makes the parts: plan, schedule, echoes, desk, gate, contract numbers, pipeline.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from collector import audit, tuning
from collector.configs import Keeper, Repository
from collector.contract import Breach, Contract, History, Sources
from collector.delivery import Delivery
from collector.described import device_rows, inventory_rows
from collector.desk import PEAK, Desk
from collector.gate.message import Links
from collector.journal import Incident, Journal
from collector.overheard import Ears, Overheard
from collector.pipeline import Pipeline
from collector.plan import Job, Plan, build, fetch
from collector.reach import IcmpUnavailableError, Reach
from collector.schedule import Schedule
from collector.selfmetrics import self_rows
from collector.state import Memory
from collector.states import States
from collector.stores.promql import PromQL
from collector.telling import Telling, Ways
from collector.thresholds import JobLimits
from collector.verdicts.events import Event
from collector.verdicts.verdict import Ask, Cause, News, Sign
from collector.vocabulary import vocabulary
from collector.windows import Windows
from inventory.load import InventoryInvalid, load
from inventory.model import Inventory
from inventory.secret import SecretMissing
from probes.reading import Reading, Row
from probes.registry import PROBES

log = logging.getLogger("hatang.collector")

SELF_EVERY = 15.0
DESCRIBE_EVERY = 60.0
STATE_EVERY = 60.0
TICK = 0.1
WINDOWS_EVERY = 60.0


class Loaded(NamedTuple):
    """A plan to run, or why there is none."""

    plan: Plan | None
    problems: Sequence[str]


def load_plan(path: Path, wanted: str | None) -> Loaded:
    """Read an inventory and plan for one of its collectors. Every problem at once, none raised."""
    try:
        inventory = load(path, vocabulary())
        name = choose_collector(inventory, wanted)
        return Loaded(build(inventory, name, PROBES, fetch), ())
    except InventoryInvalid as invalid:
        return Loaded(None, [str(problem) for problem in invalid.errors])
    except (SecretMissing, ValueError, OSError) as error:
        return Loaded(None, [f"{path}: {error}"])


def choose_collector(inventory: Inventory, wanted: str | None) -> str:
    """The collector that this process is. Raises ValueError where that is not plain."""
    names = sorted(inventory.collectors)
    if wanted is None and len(names) == 1:
        return names[0]
    known = ", ".join(names)
    if wanted is None:
        raise ValueError(f"names {len(names)} collectors: choose one with --collector ({known})")
    if wanted not in names:
        raise ValueError(f"names no collector {wanted!r} (but {known})")
    return wanted


class Rooms(NamedTuple):
    """What a collector works with, started before it and stopped after it. `promql` answers
    questions about the past; None where no store does.
    """

    delivery: Delivery
    memory: Memory
    journal: Journal
    promql: PromQL | None
    ways: Ways
    ears: Ears = Ears()
    configs: Repository | None = None


class Collector:
    """One collector at work. Its attributes are what the API shows."""

    def __init__(self, plan: Plan, path: Path, rooms: Rooms, contract: Path) -> None:
        """`contract` is where daily numbers are kept. Raises PeerInvalid."""
        self.plan = plan
        self.delivery, self.journal = rooms.delivery, rooms.journal
        self.audit = audit.Audit(rooms.journal.path.with_name(audit.NAME))
        self._memory = rooms.memory
        self.pipeline = Pipeline(self.delivery.put, rooms.memory)
        self.schedule = Schedule(self._accept, rooms.memory.of)
        self.configs = Keeper(rooms.configs, self.journal, self.pipeline, rooms.memory)
        self._states = States(self.pipeline)
        self.desk = Desk(self.journal, self._states, self._ask)
        self.incidents, self.engine = self.desk.incidents, self.desk.engine
        self.windows = Windows(self.journal, plan.collector, self.tell)
        self.reach = Reach(plan.collector, self.tell, self.pipeline)
        self.overheard = Overheard(rooms.ears, self.journal, self.tell)
        self.addresses: dict[str, str] = {}
        self._told_links = rooms.ways.links
        self.telling = Telling(rooms.ways, self.desk, lambda: self.plan, self._links)
        self.promql = rooms.promql
        history = History(rooms.promql) if rooms.promql else None
        sources = Sources(
            lambda: self.plan.inventory, self.journal, history, self.windows.effective
        )
        self.contract = Contract(contract, sources, self.breached)
        self.delivery.tell_late(rooms.ways.store, self.contract.late)
        self.started = time.time()
        self.reloaded = (True, self.started)
        self.loop_lag = 0.0
        self.ready = False
        self._path = path
        self._limits = JobLimits()
        self._device_rows: dict[str, Row] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._reloading = asyncio.Lock()

    async def start(self) -> None:
        """Begin to ask, and to listen. Raises IcmpUnavailableError where this machine does not let
        us ping, OSError where it does not let us listen.
        """
        self.audit.thread.submit(self.audit.settle, self.started)
        await self.overheard.open()
        self.reach.load(self.plan.pings)
        self._take_over(self.plan)
        self.windows.restate(self.started)
        self.telling.begin(self.pipeline, self.delivery)
        self.incidents.listeners.append(self._heard)
        work: Sequence[Awaitable[None]] = (
            self.schedule.run(),
            self.reach.run(),
            self.telling.rounds.run(),
            self.contract.run(),
            self._every(TICK, self._tick),
            self._every(SELF_EVERY, self._tell_self),
            self._every(DESCRIBE_EVERY, self.pipeline.repeat),
            self._every(STATE_EVERY, self.desk.tell_states),
            self._every(STATE_EVERY, self._tell_overheard),
            self._every(WINDOWS_EVERY, self.windows.restate),
        )
        self._tasks = [asyncio.ensure_future(one) for one in work]
        self.ready = True
        self.journal.event("started", f"collector:{self.plan.collector}", "", self.started)

    async def stop(self) -> None:
        """End every run and hand over what was read."""
        self.ready = False
        self.overheard.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.schedule.close()
        await self.configs.close()
        self.pipeline.flush()
        self.journal.event("stopped", f"collector:{self.plan.collector}", "", time.time())

    async def reload(self, who: str = "", why: str = "") -> list[str]:
        """Take over the inventory as it is now on disk; a bad one changes nothing. Its problems.

        `who` asked for it and `why`, where that was said: limits that change are recorded so.
        """
        async with self._reloading:
            loaded = await asyncio.to_thread(load_plan, self._path, self.plan.collector)
            now = time.time()
            problems = list(loaded.problems)
            if loaded.plan is not None:
                problems += self._try(loaded.plan, who, why)
            self.reloaded = (not problems, now)
            outcome = "refused" if problems else "done"
            log.info("reload", extra={"outcome": outcome, "problems": len(problems)})
            said = {"problems": problems[:50], "who": who, "why": why}
            self.journal.event("reload", f"collector:{self.plan.collector}", outcome, now, **said)
            return problems

    def _try(self, plan: Plan, who: str, why: str) -> list[str]:
        """Take over a plan, unless this machine does not let us ping what it names."""
        try:
            self.reach.load(plan.pings)
        except IcmpUnavailableError as error:
            self.reach.load(self.plan.pings)
            return [str(error)]
        self._take_over(plan, who, why)
        return []

    def tell(self, event: Event) -> None:
        """Put a fact to the engine, and act on what it concludes."""
        self.desk.tell(event, time.time())

    def _take_over(self, plan: Plan, who: str = "", why: str = "") -> None:
        now = time.time()
        self.plan = plan
        for key in self.schedule.load(plan.jobs):
            self.pipeline.forget(key, now)
        self._limits.load(plan.inventory, plan.jobs)
        self.configs.load(plan.jobs, now)
        self.overheard.load(plan)
        self.desk.load(plan, now)
        for cause in [one.cause for one in self.incidents.open.values()]:
            name = cause.thing.partition(":")[2]
            if cause.alert == PEAK and name not in plan.inventory.circuits:
                self.breached(name, None)
        self.pipeline.describe("inventory", inventory_rows(plan.inventory), now)
        self._load_device_rows(plan, now)
        changed = tuning.remember(self._memory, plan.inventory)
        who = who or tuning.author(plan.inventory.files)
        tuning.record(self.journal, changed, now, plan.collector, who=who, why=why)

    def _load_device_rows(self, plan: Plan, now: float) -> None:
        """The inventory's word on a device stands until the device has said more of itself."""
        rows = device_rows(plan)
        for job in plan.jobs.values():
            latest = self.pipeline.latest.get(job.key)
            if latest is not None and any(_names_device(d.rows) for d in latest.described.values()):
                rows.pop(job.thing, None)
        for device in self._device_rows.keys() - rows.keys():
            self.pipeline.forget(f"inventory/{device}", now)
        self._device_rows = rows
        for device, row in rows.items():
            self.pipeline.describe(f"inventory/{device}", [row], now)

    def _accept(self, job: Job, reading: Reading, lateness: float, missed: int) -> None:
        if job.thing in self._device_rows and any(map(_names_device, reading.described.values())):
            del self._device_rows[job.thing]
            # by now, not by when the poll began: the row may have been written in between
            self.pipeline.forget(f"inventory/{job.thing}", time.time())
        if reading.described or not reading.complete:
            self._memory.mark(job.key)
        self._log_news(job, reading)
        self._limits.attach(job, reading)
        self.configs.take(job, reading)
        self.pipeline.accept(job, reading, lateness, missed)
        self.desk.polled(job, reading, time.time())

    def _log_news(self, job: Job, reading: Reading) -> None:
        """One line when a probe begins to fail, fails for another reason, or answers again."""
        latest = self.pipeline.latest.get(job.key)
        before = latest.reading.reason if latest is not None and latest.reading else None
        if reading.reason == before:
            return
        why = {"why": reading.message, "hint": reading.advice}
        facts = {"job": job.key, "reason": reading.reason or "", **why}
        log.log(
            logging.WARNING if reading.reason else logging.INFO,
            "probe falls short" if reading.reason else "probe answers again",
            extra=facts,
        )

    def _ask(self, ask: Ask) -> None:
        if ask.kind == "verify":
            self.reach.verify(ask.thing)
        else:
            self.schedule.ask_now(ask.thing)

    def _links(self) -> Links:
        links = self._told_links
        return replace(links, console=links.console or self.addresses.get("api", ""))

    def breached(self, circuit: str, breach: Breach | None) -> None:
        """A circuit's peak went over its limit, or is known to be under it again."""
        key = f"{PEAK}/circuit:{circuit}"
        held = self.incidents.open.get(key)
        now = time.time()
        if breach is None:
            if held is not None:
                self.desk.take(now, [News("closed", held.cause, now)])
            return
        evidence = (Sign("above_threshold", breach.sign),)
        cause = Cause(
            key,
            PEAK,
            f"circuit:{circuit}",
            "minor",
            held.cause.since if held else now,
            evidence=evidence,
        )
        what = "changed" if held else "opened"
        self.desk.take(now, [News(what, cause, now)])

    def _tick(self, now: float) -> None:
        self.desk.tick(now)
        self.pipeline.tick(now)

    def _heard(self, what: str, incident: Incident) -> None:
        """That this collector is cut off, or no longer, stands in its own rows at once."""
        if what in ("opened", "closed") and incident.cause.alert == "CollectorIsolated":
            self._tell_self(time.time())

    def _tell_self(self, now: float) -> None:
        self.pipeline.observe("self", self_rows(self, now), now)

    def _tell_overheard(self, now: float) -> None:
        self.pipeline.observe("overheard", self.overheard.rows(now), now)

    async def _every(self, seconds: float, act: Any) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        while True:
            await asyncio.sleep(due - loop.time())
            self.loop_lag = max(loop.time() - due, 0.0)
            due = max(due + seconds, loop.time())
            try:
                act(time.time())
            except Exception:  # a fault in one duty must not end the others
                log.exception("duty failed", extra={"duty": act.__name__})


def _names_device(rows: Sequence[Row]) -> bool:
    return any(row.fields == b"info=1" and row.head.subject == "device" for row in rows)
