"""GET /api/v1/circuits/{name}/contract: what it answers, and what it refuses."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from collector.api.entry.guard import Guard, RefusedError
from collector.api.entry.visitors import Visitors
from collector.api.rim import SOURCE
from collector.api.things.contract import CONTRACT, EXAMPLE, ContractNumbers, contract, span
from collector.contract import Breach, Contract, History, Sources
from collector.journal import Journal
from collector.stores.promql import PromQL
from inventory.model import Targets
from tests.contract.circuits import province
from tests.contract.stored import HERE, Port, ago, hour, line, push
from tests.daemons import free_port, victoria_metrics

BUSY = replace(line("busy"), targets=Targets(availability=0.99))
NOW = datetime(2026, 11, 22, 8, 15, tzinfo=HERE).timestamp()


def at(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=HERE).timestamp()


@dataclass
class Asked:
    """A face with this one route."""

    client: TestClient[web.Request, web.Application]
    contract: Contract
    journal: Journal

    async def get(self, query: str, status: int = 200, name: str = "busy") -> Any:
        """The JSON of the answer, which must have that status."""
        async with self.client.get(f"/api/v1/circuits/{name}/contract{query}") as answer:
            body = await answer.text()
            assert answer.status == status, body
            return json.loads(body)


@asynccontextmanager
async def asked(folder: Path, url: str | None) -> AsyncIterator[Asked]:
    inventory, _ = province(None, BUSY)
    journal = Journal(folder / "events.sqlite")
    journal.start()
    store = PromQL(url) if url else None
    history = History(store) if store else None
    keeper = Contract(
        folder / "contract.sqlite", Sources(lambda: inventory, journal, history), lambda *_: None
    )
    keeper.ledger.open()
    app = web.Application(middlewares=[Guard(Visitors(()), True, lambda _: "viewer").admit])
    source: Any = SimpleNamespace(plan=SimpleNamespace(inventory=inventory))
    app[SOURCE] = source
    app[CONTRACT] = keeper
    app.router.add_get("/api/v1/circuits/{name}/contract", contract)
    async with TestClient(TestServer(app)) as client:
        yield Asked(client, keeper, journal)
    journal.close()
    if store is not None:
        await store.close()


@pytest.mark.asyncio
async def test_numbers_are_told_in_their_shape(tmp_path: Path) -> None:
    assert BUSY.a is not None
    with victoria_metrics(tmp_path / "vm") as store:
        push(store.url, Port(BUSY.a).series(hour(2, 0) - 600, hour(0, 1), 190e6, 50e6))
        async with asked(tmp_path, store.url) as face:
            face.journal.event("verdict", "circuit:busy", "", hour(3, 0), state="up")
            face.journal.event("verdict", "circuit:busy", "", hour(1, 9), state="down")
            face.journal.event("verdict", "circuit:busy", "", hour(1, 9) + 30, state="up")
            face.journal.flush()
            for beat in range(20):
                face.contract.ledger.beat(hour(1, 9) - 60 + 30 * beat)
            standing = Breach("busy", "transmit", ago(7), ago(1), 7, 0.95)
            face.contract.breaches["busy"] = standing
            answer = await face.get(f"?from={ago(2)}&to={ago(1)}")
    assert ContractNumbers.model_validate(answer)
    assert (answer["start"], answer["end"]) == (hour(2, 0), hour(0, 0))
    assert answer["counters"] == "pe01/ge-busy"
    assert answer["transmit"] == {
        "p95": 190e6,
        "p95_ratio": 0.95,
        "mean": pytest.approx(190e6),
        "max": 190e6,
        "coverage": 1.0,
    }
    assert answer["receive"]["p95_ratio"] == 0.25
    up = answer["availability"]
    assert (up["up_seconds"], up["down_seconds"], up["outages"]) == (540, 30, 1)
    assert up["unknown_seconds"] == 2 * 86_400 - 570
    assert (up["target"], up["met"]) == (0.99, False)
    assert [day["day"] for day in answer["days"]] == [str(ago(2)), str(ago(1))]
    assert answer["days"][1]["week_transmit"]["coverage"] == pytest.approx(2 / 7, abs=0.01)
    assert answer["breach"]["days"] == 7


@pytest.mark.asyncio
async def test_without_a_store_availability_is_told_and_traffic_is_not_measured(
    tmp_path: Path,
) -> None:
    async with asked(tmp_path, None) as face:
        answer = await face.get("")
        assert (answer["counters"], answer["transmit"]["p95"]) == ("", None)
        assert answer["transmit"]["coverage"] == 0.0
        assert answer["availability"]["ratio"] is None
        assert answer["availability"]["met"] is None
        assert answer["breach"] is None


@pytest.mark.asyncio
async def test_wrong_questions_are_told_so(tmp_path: Path) -> None:
    async with asked(tmp_path, None) as face:
        assert "no circuit" in (await face.get("", 404, "tsl-zz"))["error"]
        assert "form" in (await face.get("?form=1", 400))["error"]
        for query in ("?from=yesterday", "?to=1e9", "?from=0001-01-01", "?from=9999-12-31"):
            assert (await face.get(query, 400))["error"], query
        assert "no time" in (await face.get("?from=2026-11-02&to=2026-11-01", 400))["error"]
        assert "93 days" in (await face.get("?from=2026-01-01&to=2026-10-01", 400))["error"]


@pytest.mark.asyncio
async def test_store_that_is_away_is_said(tmp_path: Path) -> None:
    async with asked(tmp_path, f"http://127.0.0.1:{free_port()}") as face:
        assert "does not answer" in (await face.get("", 503))["error"]


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        ("", "", at(2026, 11, 1), NOW),
        ("2026-11-10", "2026-11-12", at(2026, 11, 10), at(2026, 11, 13)),
        ("2026-11-22", "2026-11-22", at(2026, 11, 22), NOW),
        ("2026-10-01", "2026-10-31", at(2026, 10, 1), at(2026, 11, 1)),
        ("1795000000", "1795000300", 1795000000, 1795000300),
        ("2026-11-01", "2027-01-01", at(2026, 11, 1), NOW),
    ],
)
def test_days_are_the_provinces_and_count_whole(
    first: str, last: str, start: float, end: float
) -> None:
    assert span(first, last, HERE, NOW) == (start, end)


def test_nothing_lies_after_now() -> None:
    with pytest.raises(RefusedError):
        span("2026-11-23", "", HERE, NOW)


def test_example_adds_up() -> None:
    up = EXAMPLE.availability
    parts = (up.up_seconds, up.down_seconds, up.unknown_seconds, up.maintenance_seconds)
    assert sum(parts) + up.off_hours_seconds == EXAMPLE.end - EXAMPLE.start
    assert EXAMPLE.start == at(2026, 11, 1)
    assert date.fromisoformat(EXAMPLE.days[0].day) == date(2026, 11, 1)
