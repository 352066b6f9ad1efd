"""A device polled over SNMP: identified first, fast columns each time, slow ones now and then.

Owns the rhythm: what is read when, and what makes the session read names again before their time (a
restart of the agent, a change counter of the table, rows that came or went). One poll of a device
is under way at a time, and in it one table after another.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, field_validator

from probes.probe import Duration, Probe, Settings, Target
from probes.reading import Reading, Reason
from probes.snmp.agent import Agent, security
from probes.snmp.census import Census, count
from probes.snmp.client import Client
from probes.snmp.column import Value
from probes.snmp.decode import MOST_INSTANCES
from probes.snmp.device import EARLY, SYS_UPTIME, Cycle, Device, identify
from probes.snmp.errors import SnmpError
from probes.snmp.lines import Fresh
from probes.snmp.module.asking import Asking
from probes.snmp.module.file import Reference, refer
from probes.snmp.module.layout import lay_out
from probes.snmp.plan import ColumnPlan
from probes.snmp.poll import Poll
from probes.snmp.profile import Profile
from probes.snmp.shelf import heads
from probes.snmp.value import Moment

_SLACK = 0.95
"""Share of a period after which a run counts as due, so that jitter does not cost a whole turn."""


_MARGIN = 0.05
"""Seconds before the deadline when requests stop, so that what came in can still be decoded."""

_log = logging.getLogger(__name__)


def _module(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = refer(value, Path())
    lay_out(found)
    return found


class SnmpSettings(Settings):
    """How a device is polled. Version and secrets come with its credential.

    `profile` overrides the match by sysObjectID; False asks for nothing but `modules`, which are
    those of snmp_exporter's files, `FILE:NAME`. `slow` is the rhythm of names and descriptions,
    `medium` that of packet counters (`5m`; seconds in code). `rows` limits one column of a table.
    """

    port: Annotated[int, Field(ge=1, le=65535)] = 161
    profile: str | Literal[False] | None = None
    modules: tuple[Annotated[Reference, BeforeValidator(_module)], ...] = ()
    slow: Duration = 900.0
    medium: Duration = 300.0
    rows: Annotated[int, Field(ge=1, le=20_000)] = 4000

    @field_validator("profile")
    @classmethod
    def _known(cls, name: str | Literal[False] | None) -> str | Literal[False] | None:
        if name and name not in heads():
            raise ValueError(f'no profile "{name}"')
        return name


class SnmpSession:
    """The probe at work on one agent. `profile` replaces the setting's (benchmarks, tests)."""

    def __init__(
        self,
        target: Target,
        memory: dict[str, Any],
        profile: Profile | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises ValueError on a credential that cannot be used. `clock` gives Unix seconds."""
        assert isinstance(target.settings, SnmpSettings)
        self._settings = target.settings
        self._profile: str | Profile | None = profile or target.settings.profile or None
        self._labels = target.labels
        self._clock = clock
        self._agent = Agent(
            target.addresses,
            target.settings.port,
            security(target.credentials["snmp"]),
            memory,
        )
        self._modules = [
            Asking(lay_out(one), target.labels, target.settings.slow)
            for one in target.settings.modules
        ]
        self._device: Device | None = None
        self._census = Census(0)

    @property
    def device(self) -> Device | None:
        """What was identified, None before the first answer."""
        return self._device

    async def ask(self, deadline: float) -> Reading:
        """One poll: whatever came back before `deadline` (the loop's clock); never raises."""
        begun = time.monotonic()
        reading = Reading(start=self._clock())
        ends = deadline - _MARGIN
        poll = Poll(Client.shared(), self._agent, ends, self._settings.rows, reading)
        try:
            async with asyncio.timeout_at(deadline):
                await self._poll(poll)
        except SnmpError as error:
            _fail(reading, error.reason, error.message, error.hint)
        except TimeoutError:
            _fail(reading, Reason.TIMEOUT, "the deadline passed", "raise `timeout`")
        except Exception as error:  # noqa: BLE001  # a probe never raises: it tells what it met
            _log.warning("an SNMP poll failed in our own code", exc_info=error)
            _fail(reading, Reason.INTERNAL, f"{type(error).__name__} in the SNMP probe", "")
        reading.duration = time.monotonic() - begun
        return reading

    async def close(self) -> None:
        """Forget the device; sockets are the client's."""
        self._device = None

    async def _poll(self, poll: Poll) -> None:
        now = asyncio.get_running_loop().time()
        device, counters = await self._header(poll)
        moment = Moment(poll.reading.start, device.ticks)
        poll.reading.tables_expected = self._census.expected
        looked = False
        settings = self._settings
        rhythm = Rhythm(now, now + settings.slow * _SLACK, now + settings.medium * _SLACK)
        dues = [Due(rhythm, cycle, counters) for cycle in device.tables]
        await self._ahead(poll, device, dues)
        for due in dues:
            if (due.slow or due.cycle.sources) and device.wants(due.cycle.plan):
                await self._table(poll, device, due, moment)
                looked |= due.slow
        if looked:
            self._census = await count(poll, device)
        _tell(poll.reading, self._census._replace(doubt=None) if self._modules else self._census)
        for module in self._modules:  # who asks by module may know that the profile finds little
            await module.poll(poll, now)
        poll.reading.described["device"] = [device.identity]
        if device.ticks is None and not poll.reading.rows and not poll.missing:
            self._device = None
            raise SnmpError(
                Reason.AUTH,
                "the agent answers but shows nothing",
                "look at the view of this community or user on the device",
            )

    async def _ahead(self, poll: Poll, device: Device, dues: Sequence["Due"]) -> None:
        """Look at once for what many tables need that are due to be read whole."""
        slow = {due.cycle.plan: due.cycle for due in dues if due.slow}
        names = {plan.name for plan in slow if device.wants(plan)}
        tables = [
            plan
            for plan in slow
            if not device.has(plan.unless)
            and (plan.name in names or not names.isdisjoint(plan.needs))
        ]
        if names:
            await poll.ahead(tables, [plan for plan in tables if not slow[plan].sources])

    async def _header(self, poll: Poll) -> tuple[Device, Mapping[bytes, Value | None]]:
        """The device (identified anew after a restart) and its change counters."""
        device = self._device
        if device is not None:
            counters = device.counters()
            objects = [SYS_UPTIME, *counters, *device.scalars()]
            known = dict(zip(objects, await poll.get(objects), strict=True))
            ticks = known[SYS_UPTIME]
            if not _restarted(device.ticks, ticks):
                device.ticks = ticks if isinstance(ticks, int) else device.ticks
                poll.known = known
                return device, known
        self._device = None
        device = await identify(poll, self._labels, self._profile)
        if self._settings.profile is False:
            device.tables.clear()
        for module in self._modules:
            module.forget()
        self._census = Census(len(device.tables))
        counters = device.counters()
        self._device = device
        return device, dict(zip(counters, await poll.get(counters), strict=True))

    async def _table(self, poll: Poll, device: Device, due: "Due", moment: Moment) -> None:
        faults, broken = len(poll.missing), poll.broken
        cycle = due.cycle
        plan, state = cycle.plan, cycle.state
        fresh: dict[str, Fresh] = {}
        if state is not None and not due.slow:
            fresh = await poll.read(plan, due.columns(), cycle.sources)
            due.slow = (state.moved(fresh) or state.renamed(fresh)) and due.early()
        if due.slow:
            fresh = await self._learn(poll, device, due)
        elif state is not None and state.renamed(fresh):
            state.learn(fresh, {})
        state = cycle.state
        poll.reading.rows += state.rows(fresh, moment) if state else []
        poll.reading.tables_answered += bool(cycle.sources) and len(poll.missing) == faults
        if poll.broken == broken and (due.slow or not plan.described_by.isdisjoint(fresh)):
            poll.reading.described[plan.name] = state.describe(fresh, moment) if state else []
        if state and state.layout and state.layout.overflow:
            text = f"{state.layout.overflow} beyond {MOST_INSTANCES} of a kind left out"
            poll.lose(plan.name, MOST_INSTANCES, Reason.LIMIT, text, "")

    async def _learn(self, poll: Poll, device: Device, due: "Due") -> dict[str, Fresh]:
        """Read all of a table, names included, and lay out its rows."""
        broken, cycle = poll.broken, due.cycle
        plan = cycle.plan
        fresh, sources = await poll.discover(plan, list(plan.columns.values()))
        looked = await poll.look(plan.lookups) if sources else {}
        if any(one is None for one in looked.values()):
            poll.lose(plan.name, 0, Reason.PARTIAL, "names could not be looked up", "")
        if sources or cycle.state is not None:
            device.state(cycle).learn(fresh, looked)
        if poll.broken == broken:
            cycle.found(sources)
            due.done()
        else:
            cycle.sources = {**cycle.sources, **sources}
        return fresh


class Rhythm(NamedTuple):
    """A run's time, and when what is read whole in it is due again (the loop's clock)."""

    now: float
    slow_at: float
    medium_at: float


class Due:
    """What of a table is due in this run, by its cycle and its change counter."""

    __slots__ = ("_medium", "_rhythm", "_timed", "cycle", "slow")

    def __init__(
        self, rhythm: Rhythm, cycle: Cycle, counters: Mapping[bytes, Value | None]
    ) -> None:
        self._rhythm, self.cycle = rhythm, cycle
        counter = counters.get(cycle.plan.changed) if cycle.plan.changed else None
        moved = cycle.changed is not None and counter is not None and counter != cycle.changed
        cycle.changed = counter if counter is not None else cycle.changed
        self._timed = rhythm.now >= cycle.slow_at
        self.slow = self._timed or (moved and self.early())
        self._medium = rhythm.now >= cycle.medium_at

    def columns(self) -> tuple[ColumnPlan, ...]:
        """The columns due in a run that reads no names."""
        if not self._medium:
            return self.cycle.plan.fast
        self.cycle.medium_at = self._rhythm.medium_at
        return self.cycle.plan.medium

    def early(self) -> bool:
        """True when the table may read its names out of turn; one that never rests must wait."""
        self.cycle.early -= 1
        return self.cycle.early >= 0

    def done(self) -> None:
        """The table has been read whole: plan its next turns."""
        self.cycle.slow_at, self.cycle.medium_at = self._rhythm.slow_at, self._rhythm.medium_at
        if self._timed:
            self.cycle.early = EARLY


def _restarted(before: int | None, ticks: Value | None) -> bool:
    """True when sysUpTime went back (a restart, or its wrap after 497 days: harmless here)."""
    return isinstance(ticks, int) and before is not None and ticks < before


def _tell(reading: Reading, census: Census) -> None:
    """What was counted, and the doubt that goes with it where nothing else went wrong."""
    reading.tables_expected, reading.empty = census.expected, census.empty
    reading.tables_answered = min(reading.tables_answered, census.expected)
    if census.doubt is not None and reading.reason is None:
        reading.reason = Reason.PARTIAL
        reading.message, reading.hint = census.doubt


def _fail(reading: Reading, reason: Reason, message: str, hint: str) -> None:
    """A run that broke off: partial when rows came in, else the reason itself."""
    reading.reason = Reason.PARTIAL if reading.rows else reason
    reading.message = f"{reading.message}; {message}" if reading.message else message
    reading.hint = hint


def _open(target: Target, memory: dict[str, Any]) -> SnmpSession:
    return SnmpSession(target, memory)


PROBE = Probe("snmp", SnmpSettings, _open)
