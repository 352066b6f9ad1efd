"""A whole collector that pings nobody: what it writes of itself, and how it goes on after a restart
or a reload.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from collector.collector import Collector, Rooms, load_plan
from collector.contract import Breach
from collector.delivery import Delivery
from collector.journal import Incident, Journal, Said
from collector.pipeline import Pipeline
from collector.state import Memory
from collector.telling import Ways
from collector.verdicts.events import Tick
from collector.verdicts.verdict import Cause, Kept, News
from probes.reading import values

WHOLE = """
collectors: {noc-1: {attached_to: [core]}}
defaults: {ping: off}
sites:
  dc: {name: Trung tâm dữ liệu}
  pa-co: {name: UBND xã Pà Cò, parent: dc}
devices:
  core: {address: 127.17.0.1, site: dc}
  rt1: {address: 127.17.1.1, site: pa-co, uplinks: [circuit:tsl-1]}
circuits:
  tsl-1: {capacity: 200M, a: core/ge1, z: rt1/wan1}
services:
  mot-cua: {name: Một cửa điện tử, needs: [device:rt1]}
"""
LESS = """
collectors: {noc-1: {attached_to: [core]}}
defaults: {ping: off}
sites:
  dc: {name: Trung tâm dữ liệu}
devices:
  core: {address: 127.17.0.1, site: dc}
"""
PEAK = "CircuitPeakHigh/circuit:tsl-1"
OURS = "collector:noc-1"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    path = tmp_path / "inventory.yaml"

    def written(text: str) -> Path:
        path.write_text(text)
        return path

    return written


@asynccontextmanager
async def collecting(path: Path) -> AsyncIterator[Collector]:
    """A collector over the state beside its inventory."""
    state = path.parent / "state"
    state.mkdir(exist_ok=True)
    plan, problems = load_plan(path, None)
    assert plan is not None, problems
    memory, journal = Memory(state / "memory.sqlite"), Journal(state / "events.sqlite")
    journal.start()
    delivery = Delivery(state / "spool.sqlite", [])
    delivery.start()
    rooms = Rooms(delivery, memory, journal, None, Ways([], "", "local", state / "gate.sqlite"))
    one = Collector(plan, path, rooms, state / "contract.sqlite")
    try:
        await one.start()
        yield one
    finally:
        await one.stop()
        delivery.close(3.0)
        memory.write()
        journal.close()


def cause(key: str, severity: str = "critical") -> Cause:
    alert, _, thing = key.partition("/")
    return Cause(key, alert, thing, severity, time.time() - 60)


def row(pipeline: Pipeline, key: str, head: str) -> dict[str, float]:
    """The fields of one of the rows that were written last."""
    rows = pipeline.latest[key].rows
    (found,) = [values(one.fields) for one in rows if one.head.encoded.decode() == head]
    return found


@pytest.mark.asyncio
async def test_a_collector_that_is_cut_off_says_so_in_its_own_rows_at_once(write: Write) -> None:
    isolated = cause(f"CollectorIsolated/{OURS}")
    async with collecting(write(WHOLE)) as one:
        for what, said in (("opened", 1), ("closed", 0)):
            one.desk.take(time.time(), [News(what, isolated, time.time())])
            assert row(one.pipeline, "self", "collector,collector=noc-1")["isolated"] == said


@pytest.mark.asyncio
async def test_a_peak_is_of_minor_severity_and_counts_as_open_at_once(write: Write) -> None:
    breach = Breach("tsl-1", "transmit", date(2026, 11, 1), date(2026, 11, 7), 7, 0.93)
    async with collecting(write(WHOLE)) as one:
        for found, count in ((breach, 1), (None, 0)):
            one.breached("tsl-1", found)
            assert [held.cause.severity for held in one.incidents.open.values()] == [
                "minor"
            ] * count
            assert row(one.pipeline, "incidents", "incident,severity=minor") == {"open": count}
            one.desk.tell_states(time.time())
            assert row(one.pipeline, "incidents", "incident,severity=minor") == {"open": count}


@pytest.mark.asyncio
async def test_incidents_of_what_left_the_inventory_close_after_a_restart(write: Write) -> None:
    path = write(LESS)
    journal = Journal(path.parent / "state" / "events.sqlite")
    journal.start()
    keys = [
        "DeviceDown/device:rt1",
        "DeviceFlapping/device:rt1",
        "CircuitDown/circuit:tsl-1",
        "SiteDown/site:pa-co",
        "ServiceDown/service:mot-cua",
        "OfAnEarlierVersion/device:core",
        PEAK,
    ]
    told = [Incident(n, cause(key), int(time.time()) - 60) for n, key in enumerate(keys, 1)]
    kept = [Kept(one.cause.thing, "{}") for one in told]
    journal.record(time.time(), (), kept, told, [Said("verdict", "device:rt1", "up -> down", {})])
    assert journal.flush()
    journal.close()
    async with collecting(path) as one:
        for _ in range(3):
            one.desk.tell(Tick("noc-1"), time.time())
        assert dict(one.incidents.open) == {}
        assert one.engine.causes == {}
        assert one.journal.flush()
        assert all(one.journal.incident(n).closed_at for n in range(1, len(keys) + 1))
        assert "device:rt1" not in {kept.thing for kept in one.journal.recall().kept}


@pytest.mark.asyncio
async def test_a_limit_that_a_reload_changes_is_recorded_with_who_and_why(write: Write) -> None:
    async with collecting(write(WHOLE)) as one:
        write(WHOLE.replace("capacity: 200M", "capacity: 200M, targets: {loss: 3%}"))
        assert await one.reload("an", "ổ đĩa mới") == []
        write(WHOLE)
        assert await one.reload() == []
        assert one.journal.flush()
        first, *_, last = one.journal.events(after=0, where={"kind": "threshold"})
        assert (first.subject, first.detail["who"]) == ("circuit:tsl-1", "an")
        assert first.detail["why"] == "ổ đĩa mới"
        assert "(owner of inventory.yaml)" in last.detail["who"]
        told = one.journal.events(after=0, where={"kind": "reload"})
        assert [(e.detail["who"], e.detail["why"]) for e in told] == [("an", "ổ đĩa mới"), ("", "")]
