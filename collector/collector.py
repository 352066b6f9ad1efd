"""The collector: everything put together, started in order, reloaded in one step, stopped in order.

Only this file makes the parts: load, plan, schedule, echoes, engine, pipeline, delivery, API.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from collector.delivery import Delivery
from collector.described import device_rows, inventory_rows
from collector.engine import Change, Engine, Outcome
from collector.events import Event, InventoryChanged, Polled, State, Tick
from collector.journal import Journal
from collector.pipeline import Pipeline
from collector.plan import Job, Plan, build, fetch
from collector.reach import IcmpUnavailableError, Reach
from collector.schedule import Schedule
from collector.selfmetrics import self_rows
from collector.state import Memory
from inventory.load import InventoryInvalid, load
from inventory.model import Inventory
from inventory.secret import SecretMissing
from probes.reading import Head, Reading, Row
from probes.registry import PROBES, vocabulary

log = logging.getLogger("hatang.collector")

SELF_EVERY = 15.0
DESCRIBE_EVERY = 60.0
STATE_EVERY = 60.0
TICK = 0.25


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


class Collector:
    """One collector at work. Its attributes are what the API shows."""

    def __init__(
        self, plan: Plan, path: Path, delivery: Delivery, memory: Memory, journal: Journal
    ) -> None:
        self.plan = plan
        self.delivery = delivery
        self.journal = journal
        self.engine = Engine()
        self.pipeline = Pipeline(delivery.put, memory)
        self.schedule = Schedule(self._accept, memory.of)
        self._memory = memory
        self.reach = Reach(plan.collector, self.tell, self.pipeline)
        self.started = time.time()
        self.reloaded = (True, self.started)
        self.loop_lag = 0.0
        self.ready = False
        self.addresses: dict[str, str] = {}
        self._path = path
        self._device_rows: dict[str, Row] = {}
        self._state_heads: dict[str, Head] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._reloading = asyncio.Lock()

    async def start(self) -> None:
        """Begin to ask. Raises IcmpUnavailableError where this machine does not let us ping."""
        self.reach.load(self.plan.pings)
        self._take_over(self.plan)
        work: Sequence[Awaitable[None]] = (
            self.schedule.run(),
            self.reach.run(),
            self._every(TICK, self._tick),
            self._every(SELF_EVERY, self._tell_self),
            self._every(DESCRIBE_EVERY, self.pipeline.repeat),
            self._every(STATE_EVERY, self._tell_states),
        )
        self._tasks = [asyncio.ensure_future(one) for one in work]
        self.ready = True
        self.journal.event("started", f"collector:{self.plan.collector}", "", self.started)

    async def stop(self) -> None:
        """End every run and hand over what was read."""
        self.ready = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.schedule.close()
        self.pipeline.flush()
        self.journal.event("stopped", f"collector:{self.plan.collector}", "", time.time())

    async def reload(self) -> list[str]:
        """Take over the inventory as it is now on disk; a bad one changes nothing. Its problems."""
        async with self._reloading:
            loaded = await asyncio.to_thread(load_plan, self._path, self.plan.collector)
            now = time.time()
            problems = list(loaded.problems)
            if loaded.plan is not None:
                problems += self._try(loaded.plan)
            self.reloaded = (not problems, now)
            outcome = "refused" if problems else "done"
            log.info("reload", extra={"outcome": outcome, "problems": len(problems)})
            self.journal.event(
                "reload", f"collector:{self.plan.collector}", outcome, now, problems=problems[:50]
            )
            return problems

    def _try(self, plan: Plan) -> list[str]:
        """Take over a plan, unless this machine does not let us ping what it names."""
        try:
            self.reach.load(plan.pings)
        except IcmpUnavailableError as error:
            self.reach.load(self.plan.pings)
            return [str(error)]
        self._take_over(plan)
        return []

    def tell(self, event: Event) -> None:
        """Put a fact to the engine, and act on what it concludes."""
        now = time.time()
        self._act(self.engine.step(event, now), now)

    def _take_over(self, plan: Plan) -> None:
        now = time.time()
        self.plan = plan
        for key in self.schedule.load(plan.jobs):
            self.pipeline.forget(key, now)
        judged = {device for ping in plan.pings.values() for device in ping.devices}
        polled = {job.thing for job in plan.jobs.values() if job.kind == "device"}
        before = set(self.engine.verdicts)
        self.tell(
            InventoryChanged(plan.collector, tuple(sorted(judged | polled)), tuple(sorted(judged)))
        )
        for device in before - set(self.engine.verdicts):
            self.pipeline.forget(f"state/{device}", now)
            self.journal.close_incident(f"device:{device}", now)
        self._state_heads = {
            name: Head("device", (("device", name), ("site", plan.inventory.devices[name].site)))
            for name in self.engine.verdicts
        }
        self.pipeline.describe("inventory", inventory_rows(plan.inventory), now)
        self._load_device_rows(plan, now)

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
            self.pipeline.forget(f"inventory/{job.thing}", reading.start)
        if reading.described or not reading.complete:
            self._memory.mark(job.key)
        self._log_news(job, reading)
        self.pipeline.accept(job, reading, lateness, missed)
        if job.kind == "device":
            told = reading.reason or ""
            collector, probe = self.plan.collector, job.probe.name
            self.tell(Polled(collector, job.thing, probe, reading.success, str(told)))

    def _log_news(self, job: Job, reading: Reading) -> None:
        """One line when a probe begins to fail, fails for another reason, or answers again."""
        latest = self.pipeline.latest.get(job.key)
        before = latest.reading.reason if latest is not None and latest.reading else None
        if reading.reason == before:
            return
        facts = {"job": job.key, "reason": reading.reason or "", "why": reading.message}
        log.log(
            logging.WARNING if reading.reason else logging.INFO,
            "probe falls short" if reading.reason else "probe answers again",
            extra=facts,
        )

    def _act(self, outcome: Outcome, now: float) -> None:
        for change in outcome.changes:
            self._changed(change, now)
        for ask in outcome.asks:
            if ask.kind == "verify":
                self.reach.verify(self.plan.inventory.devices[ask.device].address)
            else:
                self.schedule.ask_now(ask.device)

    def _changed(self, change: Change, now: float) -> None:
        self._tell_state(change.device, int(now))
        if (change.before, change.state) == (State.UNKNOWN, State.UP):
            self.journal.close_incident(f"device:{change.device}", now)
            return
        state = change.state.name.lower()
        facts = {"device": change.device, "state": state, "evidence": change.evidence}
        log.info("verdict", extra=facts)
        subject = f"device:{change.device}"
        self.journal.event("verdict", subject, change.evidence, now, state=state)
        if change.state is State.DOWN:
            self.journal.open_incident(subject, now, change.evidence)
        else:
            self.journal.close_incident(subject, now)

    def _tell_state(self, device: str, now: float) -> None:
        fields = b"state=%d" % self.engine.verdicts[device].state
        self.pipeline.observe(f"state/{device}", [Row(self._state_heads[device], fields)], now)

    def _tell_states(self, now: float) -> None:
        for device in self.engine.verdicts:
            self._tell_state(device, int(now))

    def _tick(self, now: float) -> None:
        self.tell(Tick(self.plan.collector))
        self.pipeline.tick(now)

    def _tell_self(self, now: float) -> None:
        self.pipeline.observe("self", self_rows(self, now), now)

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
