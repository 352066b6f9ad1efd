"""When to ask: beats, limits, deadlines, back-off. Real time, in tenths of seconds."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from collector.plan import Job
from collector.schedule import PER_SITE, Schedule, first_due, next_due
from probes.probe import Probe, Session, Settings, Target
from probes.reading import Reading, Reason

Behaviour = Callable[[str, float], Awaitable[Reading]]


class Asked:
    """A session that does what the test says."""

    def __init__(self, name: str, behaviour: Behaviour, closed: list[str]) -> None:
        self.name, self.behaviour, self.closed = name, behaviour, closed

    async def ask(self, deadline: float) -> Reading:
        return await self.behaviour(self.name, deadline)

    async def close(self) -> None:
        self.closed.append(self.name)


class Rig:
    """A schedule, and everything that came out of it."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.readings: list[tuple[str, Reading, int]] = []
        self.closed: list[str] = []
        self.opened: list[str] = []
        self.behaviour = behaviour
        self.schedule = Schedule(self.accept, lambda _key: {})
        self.probe = Probe("fake", Settings, self.open)

    def open(self, target: Target, memory: dict[str, Any]) -> Session:
        self.opened.append(target.name)
        return Asked(target.name, self.behaviour, self.closed)

    def accept(self, job: Job, reading: Reading, lateness: float, missed: int) -> None:
        self.readings.append((job.thing, reading, missed))

    def job(self, name: str, interval: float = 0.2, timeout: float = 0.1, site: str = "dc") -> Job:
        labels = (("device", name), ("site", site))
        target = Target(name, ("127.0.0.1",), labels, Settings())
        return Job(
            f"device/{name}/fake", "device", name, site, self.probe, target, interval, timeout
        )

    @contextlib.asynccontextmanager
    async def running(self, *jobs: Job) -> AsyncIterator[Schedule]:
        self.schedule.load({job.key: job for job in jobs})
        task = asyncio.create_task(self.schedule.run())
        try:
            yield self.schedule
        finally:
            task.cancel()
            await self.schedule.close()


async def answer(_name: str, _deadline: float) -> Reading:
    return Reading(time.time())


async def hang(_name: str, _deadline: float) -> Reading:
    await asyncio.sleep(60)
    raise AssertionError


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def test_beat_is_the_same_in_every_process_and_spread_over_the_interval() -> None:
    rig = Rig(answer)
    jobs = [rig.job(f"sw{n}", interval=60.0) for n in range(200)]
    dues = [first_due(job, 1_000_000.0) for job in jobs]
    assert dues == [first_due(job, 1_000_000.0) for job in jobs]
    assert all(1_000_000 < due <= 1_000_060 for due in dues)
    assert max(sum(due // 6 == bucket for due in dues) for bucket in {d // 6 for d in dues}) < 45
    assert all(
        first_due(j, 1_000_060.0) == pytest.approx(d + 60) for j, d in zip(jobs, dues, strict=True)
    )


@pytest.mark.parametrize(
    ("now", "failures", "due"),
    [
        (100.0, 0, 160.0),
        (100.0, 1, 160.0),
        (100.0, 3, 220.0),
        (100.0, 99, 400.0),
        (1000.0, 0, 1060),
    ],
)
def test_next_run_keeps_the_beat_and_failures_stretch_it(
    now: float, failures: int, due: float
) -> None:
    assert next_due(Rig(answer).job("sw1", interval=60.0), 100.0, now, failures) == due


@pytest.mark.asyncio
async def test_jobs_run_again_and_again_on_one_session() -> None:
    rig = Rig(answer)
    async with rig.running(rig.job("sw1")):
        await until(lambda: len(rig.readings) >= 3)
    assert rig.opened == ["sw1"]
    assert rig.closed == ["sw1"]


@pytest.mark.asyncio
async def test_slow_run_is_never_doubled_and_the_missed_ones_are_counted() -> None:
    flying = most = 0

    async def slow(_name: str, _deadline: float) -> Reading:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.35)
        flying -= 1
        return Reading(time.time())

    rig = Rig(slow)
    async with rig.running(rig.job("sw1", interval=0.1, timeout=5.0)):
        await until(lambda: len(rig.readings) >= 2)
    assert most == 1
    assert rig.readings[-1][2] >= 4


@pytest.mark.asyncio
async def test_probe_that_hangs_is_ended_from_outside_and_opened_anew() -> None:
    rig = Rig(hang)
    async with rig.running(rig.job("sw1", timeout=0.1)):
        await until(lambda: len(rig.readings) >= 2)
    assert {reading.reason for _, reading, _ in rig.readings} == {Reason.TIMEOUT}
    assert len(rig.opened) >= 2
    assert rig.closed.count("sw1") == len(rig.opened)


@pytest.mark.asyncio
async def test_hanging_device_delays_nobody_else() -> None:
    async def mixed(name: str, deadline: float) -> Reading:
        return await (hang if name == "bad" else answer)(name, deadline)

    rig = Rig(mixed)
    jobs = [rig.job("bad", timeout=60.0), *(rig.job(f"sw{n}") for n in range(10))]
    async with rig.running(*jobs):
        await until(lambda: len(rig.readings) >= 30)
        assert max(rig.schedule.lateness) < 20


@pytest.mark.asyncio
async def test_fault_in_a_probe_is_a_reading_not_the_end(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_name: str, _deadline: float) -> Reading:
        raise ZeroDivisionError

    rig = Rig(broken)
    async with rig.running(rig.job("sw1")):
        await until(lambda: len(rig.readings) >= 2)
    assert rig.readings[0][1].reason is Reason.INTERNAL
    assert "ZeroDivisionError" in rig.readings[0][1].message


@pytest.mark.asyncio
async def test_dead_device_is_asked_more_rarely_and_at_once_when_wanted() -> None:
    async def dead(_name: str, _deadline: float) -> Reading:
        return Reading(time.time(), reason=Reason.TIMEOUT)

    rig = Rig(dead)
    began = time.monotonic()
    async with rig.running(rig.job("sw1", interval=0.1)):
        await until(lambda: len(rig.readings) >= 6)
    assert time.monotonic() - began > 0.7, "after 1, 2, 3, 5 and 8 beats, not after 5"
    seldom = Rig(dead)
    async with seldom.running(seldom.job("sw1", interval=3600.0)) as schedule:
        for count in (1, 2, 3):
            schedule.ask_now("device:sw1")
            await until(lambda n=count: len(seldom.readings) >= n)


@pytest.mark.asyncio
async def test_probe_that_is_not_for_that_is_never_asked_out_of_turn() -> None:
    async def well(_name: str, _deadline: float) -> Reading:
        return Reading(time.time())

    rig = Rig(well)
    prompt = rig.job("sw1", interval=3600.0)
    rig.probe = replace(rig.probe, name="cli", prompt=False)
    seldom = replace(rig.job("sw1", interval=3600.0), key="device/sw1/cli")
    async with rig.running(prompt, seldom) as schedule:
        schedule.ask_now("device:sw1")
        await until(lambda: len(rig.readings) == 1)
        await asyncio.sleep(0.05)
        assert len(rig.readings) == 1


@pytest.mark.asyncio
async def test_what_is_asked_while_a_run_is_out_is_asked_once_more_after_it() -> None:
    times = 0

    async def slow(_name: str, _deadline: float) -> Reading:
        nonlocal times
        times += 1
        await asyncio.sleep(0.1)
        return Reading(time.time(), reason=Reason.TIMEOUT if times == 1 else None)

    rig = Rig(slow)
    async with rig.running(rig.job("sw1", interval=3600.0, timeout=60.0)) as schedule:
        schedule.ask_now("device:sw1")
        await until(lambda: times == 1)
        schedule.ask_now("device:sw1")
        schedule.ask_now("device:sw1")
        await until(lambda: len(rig.readings) == 2)
        await asyncio.sleep(0.15)
    assert [reading.success for _, reading, _ in rig.readings] == [False, True]


@pytest.mark.asyncio
async def test_site_is_asked_a_bounded_number_of_things_at_once() -> None:
    flying = most = 0

    async def slow(_name: str, _deadline: float) -> Reading:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.1)
        flying -= 1
        return Reading(time.time())

    rig = Rig(slow)
    jobs = [rig.job(f"sw{n}", interval=0.2, timeout=60.0) for n in range(PER_SITE * 3)]
    async with rig.running(*jobs):
        await until(lambda: len({name for name, _, _ in rig.readings}) == PER_SITE * 3)
    assert most == PER_SITE


@pytest.mark.asyncio
async def test_reload_keeps_equal_jobs_and_closes_what_ended() -> None:
    rig = Rig(answer)
    async with rig.running(rig.job("sw1"), rig.job("sw2")) as schedule:
        await until(lambda: len({name for name, _, _ in rig.readings}) == 2)
        kept, changed = rig.job("sw1"), rig.job("sw3")
        assert schedule.load({kept.key: kept, changed.key: changed}) == ["device/sw2/fake"]
        await until(lambda: "sw3" in {name for name, _, _ in rig.readings})
        assert rig.opened.count("sw1") == 1
        assert "sw2" in rig.closed
