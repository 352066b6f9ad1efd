"""Charts of stores that are slow, lie, or go away; and one question for many who ask."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from collector.api.charts import questions
from collector.api.charts.questions import Questions
from collector.api.charts.span import grid
from collector.stores.promql import Grid, PromQL, StoreAwayError
from tests.collector.running import faced
from tests.console.filled import UP
from tests.console.fronted import answering, fronted, known, matrix, serving
from tests.daemons import free_port, victoria_metrics


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with victoria_metrics(tmp_path_factory.mktemp("vm")) as one:
        yield one.url


@pytest.mark.asyncio
async def test_same_charts_for_many_are_asked_of_the_store_once(tmp_path: Path) -> None:
    asked: list[str] = []
    async with answering(tmp_path, matrix({}, []), asked=asked) as face:
        await face.get(f"/api/v1/devices/{UP}/charts?span=24h")
        once = len(asked)
        path = f"/api/v1/devices/{UP}/charts?span=24h&language="
        many = [face.get(path + ("vi" if number % 2 else "en")) for number in range(10)]
        await asyncio.gather(*many)
        assert len(asked) == once == len(set(asked)) > 10


@pytest.mark.asyncio
async def test_store_that_goes_away_is_told_and_one_that_comes_back_is_asked(
    tmp_path: Path,
) -> None:
    port = free_port()
    async with fronted(tmp_path, f"http://127.0.0.1:{port}") as face:
        for path in (f"devices/{UP}/charts", f"devices/{UP}/interfaces/rates", "loads"):
            refused = await face.get(f"/api/v1/{path}", 503)
            assert "the store does not answer" in refused["error"]
        with victoria_metrics(tmp_path / "vm", port):
            assert (await face.get(f"/api/v1/devices/{UP}/charts"))["charts"] == []


@pytest.mark.asyncio
async def test_collector_without_a_store_says_so(tmp_path: Path) -> None:
    async with faced(tmp_path) as face:
        for path in (f"devices/{UP}/charts", f"devices/{UP}/interfaces/rates", "loads"):
            assert "--query" in (await face.get(f"/api/v1/{path}"))["problem"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [b"", b"[" * 100_000, b"\xff", b'{"data": {"result": [1]}}', matrix(5, []), b"x" * 3_000_000],
)
async def test_answer_of_another_kind_is_a_problem_of_the_chart(
    tmp_path: Path, body: bytes
) -> None:
    async with answering(tmp_path, body) as face:
        answer = await face.get(f"/api/v1/devices/{UP}/charts")
        assert answer["charts"]
        assert all(one["problem"] and not one["series"] for one in answer["charts"])
        assert (await face.get("/api/v1/loads", 503))["error"]


@pytest.mark.asyncio
async def test_samples_and_labels_may_be_anything(tmp_path: Path) -> None:
    at = time.time() // 120 * 120
    values: list[object] = [
        [at, "NaN"],
        [at - 120, "1e400"],
        [9e300, "1"],
        [-5, "2"],
        None,
        [at - 240],
        {},
    ]
    values += [[at - 240, "7"], ["x", "y"], [at - 360, True], [at - 480, "0.123456789012"]]
    hostile = {"storage": "<b>" * 400, "pool": 5, "\x00": None}
    async with answering(tmp_path, matrix(hostile, values)) as face:
        answer = await face.get(f"/api/v1/devices/{UP}/charts")
        storage = next(one for one in answer["charts"] if one["key"] == "storage")
        (line,) = storage["series"]
        assert known(line) == [0.1234568, 1.0, 7.0]
        assert line["label"] == ("<b>" * 400)[:300]


@pytest.mark.asyncio
async def test_store_that_hangs_costs_one_patience_and_the_wait_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "SECONDS", 0.3)
    async with answering(tmp_path, b"{}", wait=30.0) as face:
        path = f"/api/v1/devices/{UP}/charts"
        began = time.monotonic()
        refused = await asyncio.gather(*(face.get(path, 503) for _ in range(5)))
        assert time.monotonic() - began < 5.0
        assert all(
            "did not answer" in one["error"] or "not answer" in one["error"] for one in refused
        )


@pytest.mark.asyncio
async def test_question_that_takes_too_long_costs_its_own_chart_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "SECONDS", 0.5)

    async def answer(request: web.Request) -> web.Response:
        if "storage_used" in str((await request.post())["query"]):
            await asyncio.sleep(30.0)
        return web.Response(body=matrix({}, [[time.time() - 60, "1"]]))

    async with serving(tmp_path, answer) as face:
        charts = (await face.get(f"/api/v1/devices/{UP}/charts"))["charts"]
    assert [one["key"] for one in charts if one["problem"]] == ["storage"]
    assert len(charts) > 10


@pytest.mark.asyncio
async def test_who_goes_away_does_not_take_the_answer_from_others(store: str) -> None:
    there = PromQL(store)
    keeper = Questions(lambda: there)
    point = grid("1h", time.time())
    first = asyncio.create_task(keeper.ask("vector(1)", point))
    await asyncio.sleep(0)
    second = asyncio.create_task(keeper.ask("vector(1)", point))
    await asyncio.sleep(0)
    first.cancel()
    (line,) = await second
    assert set(line.values) == {1.0}
    await there.close()


@pytest.mark.asyncio
async def test_answers_are_let_go_of_when_they_are_old(store: str) -> None:
    there, clock = PromQL(store), [0.0]
    keeper = Questions(lambda: there, lambda: clock[0])
    for number in range(20):
        await keeper.ask(f"vector({number})", Grid(time.time()))
    assert len(keeper._asked) == 20
    clock[0] = questions.FRESH + 1
    await keeper.ask("vector(3)", Grid(time.time()))
    assert len(keeper._asked) == 1
    await keeper.close()
    assert not keeper._asked
    await there.close()
    nowhere = Questions(lambda: None)
    with pytest.raises(StoreAwayError, match="no store"):
        await nowhere.ask("vector(1)", Grid(0.0))
