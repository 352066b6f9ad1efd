"""The daily job against a real store: the breach is told, and late data changes a day."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from collector.contract import Breach, Contract, History, Sources
from collector.contract.daily import AFTER_MIDNIGHT, LATE_WAIT
from collector.contract.grid import midnight
from collector.contract.ledger import Kept
from collector.contract.traffic import Traffic
from collector.journal import Journal
from collector.stores.promql import PromQL
from inventory.model import Circuit, Maintenance, Thing
from tests.contract.circuits import province
from tests.contract.stored import HERE, Port, ago, hour, line, push
from tests.daemons import free_port, victoria_metrics

MORNING = midnight(ago(0), HERE) + AFTER_MIDNIGHT + 1
BUSY, CALM = 190e6, 60e6
Told = list[tuple[str, Breach | None]]


@dataclass
class Job:
    """A contract of some circuits, what it told, and a clock that is turned by hand."""

    contract: Contract
    journal: Journal
    told: Told = field(default_factory=list)

    def kept(self, circuit: str) -> dict[int, Kept]:
        """The days of a circuit in the ledger, by how many days ago."""
        days = self.contract.ledger.days(ago(40), circuit)
        return {(ago(0) - one.day).days: one for one in days}


@asynccontextmanager
async def job(
    folder: Path, url: str | None, *circuits: Circuit, clock: Callable[[], float] = time.time
) -> AsyncIterator[Job]:
    inventory, _ = province(None, *circuits)
    store = PromQL(url) if url else None
    history = History(store) if store else None
    journal = Journal(folder / "events.sqlite")
    journal.start()
    told: Told = []

    def tell(circuit: str, breach: Breach | None) -> None:
        told.append((circuit, breach))

    sources = Sources(lambda: inventory, journal, history)
    one = Job(Contract(folder / "contract.sqlite", sources, tell, clock), journal, told)
    one.contract.ledger.open()
    yield one
    journal.close()
    if store is not None:
        await store.close()


def week(port: Port, out: float, *, hole: bool = False) -> list[dict[str, object]]:
    """Eight days: a calm one, then seven as told; `hole` leaves most of the third day out."""
    found = port.series(hour(9, 20), hour(7, 0), CALM, CALM)
    found += port.series(hour(7, 0), hour(3, 6 if hole else 24), out, CALM)
    return found + port.series(hour(2, 0), hour(0, 1), out, CALM)


@pytest.mark.asyncio
async def test_seven_days_over_the_limit_are_told_once_and_one_calm_day_ends_it(
    tmp_path: Path,
) -> None:
    busy, calm, back = line("busy"), line("calm"), line("back")
    assert busy.a is not None
    assert calm.a is not None
    with victoria_metrics(tmp_path / "vm") as store:
        push(store.url, week(Port(busy.a), BUSY))
        push(store.url, week(Port(calm.a), CALM))
        # This one is known by its Z end only: what rt01 sends is what A receives.
        push(store.url, week(Port(back.z), BUSY))
        async with job(tmp_path, store.url, busy, calm, back) as one:
            assert await one.contract.compute(MORNING)
            await one.contract.judge(MORNING)
            told = dict(one.told)
            assert told["calm"] is None
            assert told["busy"] == Breach("busy", "transmit", ago(7), ago(1), 7, 0.95)
            assert told["back"] == Breach("back", "receive", ago(7), ago(1), 7, 0.95)
            days = one.kept("busy")
            assert sorted(days) == list(range(1, 9))
            assert days[1].transmit == Traffic(288, 288, BUSY, BUSY, BUSY)
            assert days[1].complete
            assert days[8].transmit.p95 == CALM
            await one.contract.judge(MORNING)
            assert len(one.told) == 3
            day = ago(0)
            quiet = Traffic(288, 288, CALM, CALM, CALM)
            one.contract.ledger.write([Kept("busy", day, 200e6, quiet, quiet)])
            await one.contract.judge(MORNING + 86_400)
            assert one.told[3:] == [("busy", None)]


@pytest.mark.asyncio
async def test_late_data_changes_its_day_and_completes_the_breach(tmp_path: Path) -> None:
    held = line("held")
    assert held.a is not None
    port = Port(held.a)
    with victoria_metrics(tmp_path / "vm") as store:
        push(store.url, week(port, BUSY, hole=True))
        async with job(tmp_path, store.url, held) as one:
            one.contract._due = MORNING
            await one.contract.step(MORNING)
            assert one.told == [("held", None)]
            before = one.kept("held")[3]
            assert before.transmit.coverage == pytest.approx(0.25, abs=0.01)
            late = Port(held.a, sent=10**15, received=10**15)
            push(store.url, late.series(hour(3, 6) + 900, hour(2, 0) - 900, 198e6, CALM))
            one.contract.late(hour(3, 6), hour(2, 0) - 60)
            noon = MORNING + 40_000
            await one.contract.step(noon)
            assert one.kept("held")[3] == before
            await one.contract.step(noon + LATE_WAIT)
            after = one.kept("held")[3]
            assert after.transmit.p95 == 198e6
            assert 0.9 < after.transmit.coverage < 1
            assert one.told[1:] == [("held", Breach("held", "transmit", ago(7), ago(1), 7, 0.95))]


@pytest.mark.asyncio
async def test_nights_compute_again_what_was_not_whole_and_leave_the_rest(tmp_path: Path) -> None:
    """An older day only when it is told that data for it came late."""
    held = line("held")
    assert held.a is not None
    with victoria_metrics(tmp_path / "vm") as store:
        push(store.url, week(Port(held.a), CALM, hole=True))
        async with job(tmp_path, store.url, held) as one:
            assert await one.contract.compute(MORNING)
            other = Port(held.a, sent=10**15, received=10**15)
            for days in (12, 4, 3):
                series = other.series(hour(days, 8), hour(days, 12), BUSY, CALM)
                push(store.url, series)
            assert await one.contract.compute(MORNING)
            days = one.kept("held")
            assert sorted(days) == list(range(1, 9))
            assert days[4].transmit.p95 == CALM
            assert days[3].transmit.p95 == BUSY
            one.contract.late(hour(12, 8), hour(12, 12))
            await one.contract.step(MORNING)
            await one.contract.step(MORNING + LATE_WAIT)
            assert one.kept("held")[12].transmit == Traffic(288, 48, BUSY, BUSY, BUSY)
            one.contract.ledger.write([Kept("held", ago(12), 200e6, *[Traffic(288, 0)] * 2)])
            assert await one.contract.compute(MORNING)
            assert one.kept("held")[12].transmit.measured == 0


@pytest.mark.asyncio
async def test_job_runs_half_an_hour_after_midnight_and_beats_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.contract.daily.FIRST_WAIT", 0.0)
    busy = line("busy")
    assert busy.a is not None
    shift = midnight(ago(0), HERE) + AFTER_MIDNIGHT - 2 - time.time()
    with victoria_metrics(tmp_path / "vm") as store:
        push(store.url, week(Port(busy.a), BUSY))

        def clock() -> float:
            return time.time() + shift

        async with job(tmp_path, store.url, busy, clock=clock) as one:
            running = asyncio.create_task(one.contract.run())
            while 2 not in one.kept("busy"):
                await asyncio.sleep(0.05)
            assert 1 not in one.kept("busy")
            assert one.told == [("busy", None)]
            while len(one.told) < 2:
                await asyncio.sleep(0.05)
            assert clock() >= midnight(ago(0), HERE) + AFTER_MIDNIGHT
            assert one.told[1][1] is not None
            ((begin, _),) = one.contract.ledger.watched(0, 2 * clock())
            assert begin == pytest.approx(clock(), abs=15)
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


@pytest.mark.asyncio
async def test_store_that_is_away_is_asked_again_and_the_breach_before_still_stands(
    tmp_path: Path,
) -> None:
    busy = line("busy")
    full = Traffic(288, 288, BUSY, BUSY, BUSY)
    nowhere = f"http://127.0.0.1:{free_port()}"
    async with job(tmp_path, nowhere, busy) as one:
        days = [Kept("busy", ago(n), 200e6, full, full) for n in range(2, 9)]
        one.contract.ledger.write(days)
        one.contract._due = MORNING
        await one.contract.step(MORNING)
        assert one.contract._due == MORNING + 300
        assert one.told[0][1] == Breach("busy", "transmit", ago(8), ago(2), 7, 0.95)


@pytest.mark.asyncio
async def test_circuit_that_left_the_inventory_has_no_breach(tmp_path: Path) -> None:
    busy = line("busy")
    full = Traffic(288, 288, BUSY, BUSY, BUSY)
    async with job(tmp_path, None, busy) as one:
        one.contract.ledger.write([Kept("busy", ago(n), 200e6, full, full) for n in range(1, 8)])
        await one.contract.judge(MORNING)
        assert one.contract.breaches.keys() == {"busy"}
        retired, _ = province(None, replace(busy, lifecycle="retired"))
        one.contract._sources = replace(one.contract._sources, inventory=lambda: retired)
        await one.contract.judge(MORNING)
        assert one.told[1:] == [("busy", None)]


@pytest.mark.asyncio
async def test_numbers_on_demand_join_counters_verdicts_watch_and_maintenance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.contract.verdicts.PAGE", 2)
    busy = line("busy")
    assert busy.a is not None
    name = "circuit:busy"
    with victoria_metrics(tmp_path / "vm") as store:
        push(store.url, week(Port(busy.a), BUSY))
        async with job(tmp_path, store.url, busy) as one:
            for days, hours, state in ((9, 0, "up"), (2, 3, "down"), (2, 5, "up"), (1, 9, "down")):
                one.journal.event("verdict", name, "", hour(days, hours), state=state)
            one.journal.event("verdict", "circuit:calm", "", hour(2, 7), state="down")
            one.journal.event("verdict", name, "", hour(1, 10), state="up")
            one.journal.event("verdict", name, "", hour(1, 11), state="nonsense")
            one.journal.flush()
            with closing(sqlite3.connect(one.contract.ledger.path)) as db, db:
                db.execute("INSERT INTO watch VALUES (?, ?)", (hour(9, 0), hour(1, 12)))
            work = Maintenance(
                (Thing("site", "pa-co"),), "", *map(_moment, (hour(2, 4), hour(2, 6)))
            )
            sources = replace(one.contract._sources, maintenance=lambda: [work])
            one.contract._sources = sources
            numbers, end = await one.contract.numbers(busy, hour(2, 0), hour(1, 24))
    found = numbers.availability
    assert end == "a"
    assert (found.down, found.outages, found.maintenance) == (7_200, 2, 7_200)
    assert found.unknown == pytest.approx(12 * 3_600)
    assert numbers.transmit.p95 == BUSY
    assert [day.date for day in numbers.days] == [ago(2), ago(1)]
    assert numbers.days[0].week_transmit.coverage == 1.0
    assert numbers.days[0].week_transmit.p95 == BUSY


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, HERE)


@pytest.mark.asyncio
async def test_disk_that_refuses_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.contract.daily.BEAT", 0.05)
    async with job(tmp_path, None, line("busy")) as one:
        one.contract.ledger.path.unlink()
        one.contract.ledger.path.mkdir()
        running = asyncio.create_task(one.contract.run())
        await asyncio.sleep(0.2)
        assert not running.done()
        one.contract.ledger.path.rmdir()
        while not one.told:
            await asyncio.sleep(0.02)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.mark.asyncio
async def test_fault_of_who_is_told_does_not_stop_the_others(tmp_path: Path) -> None:
    inventory, _ = province(None, line("a"), line("b"))
    told = []

    def tell(circuit: str, _: Breach | None) -> None:
        told.append(circuit)
        raise RuntimeError(circuit)

    journal = Journal(tmp_path / "events.sqlite")
    contract = Contract(tmp_path / "c.sqlite", Sources(lambda: inventory, journal, None), tell)
    contract.ledger.open()
    await contract.judge(MORNING)
    assert told == ["a", "b"]
