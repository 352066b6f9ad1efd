"""Charts of a device that tells of more than anybody can look at, and of names that are traps."""

import asyncio
import json
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from collector.api.charts import questions
from collector.api.charts.questions import Questions
from collector.stores import promql
from collector.stores.promql import Grid, PromQL, StoreError
from inventory.secret import Secret
from tests.collector.running import faced
from tests.console.filled import UP
from tests.console.fronted import answering


def crowd(count: int) -> bytes:
    """So many series of one sample each: what a device makes that renames its sensors each time."""
    at = time.time() // 120 * 120
    found = [
        {"metric": {"sensor": f"{n}"}, "values": [[at, "1"]], "value": [at, "1"]}
        for n in range(count)
    ]
    return json.dumps({"data": {"result": found}}).encode()


@pytest.mark.asyncio
async def test_series_without_end_are_a_problem_of_the_chart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promql, "VALUES_MOST", 5_000)
    async with answering(tmp_path, crowd(200)) as face:
        answer = await face.get(f"/api/v1/devices/{UP}/charts")
    assert answer["charts"]
    assert all("too many" in one["problem"] for one in answer["charts"])
    assert not any(one["series"] for one in answer["charts"])


@pytest.mark.asyncio
async def test_many_series_are_cut_to_the_worst_and_the_rest_counted(tmp_path: Path) -> None:
    async with answering(tmp_path, crowd(30)) as face:
        answer = await face.get(f"/api/v1/devices/{UP}/charts")
    drawn = [one for one in answer["charts"] if one["left_out"]]
    assert drawn
    assert all(len(one["series"]) == 8 for one in drawn)


@pytest.mark.asyncio
async def test_answers_that_are_kept_are_bounded_by_what_is_in_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = crowd(100)

    class Store(PromQL):
        async def ask(self, query: str, grid: Grid, bounds: promql.Bounds) -> bytes:
            return body

    monkeypatch.setattr(questions, "VALUES", 5_000)
    asked = Questions(lambda: Store("http://127.0.0.1:1"))
    for n in range(30):
        assert len(await asked.ask(f"up{n}", Grid(0.0, 30.0, 10))) == 100
    assert len(asked._asked) < 8
    with pytest.raises(StoreError, match="too many"):
        await asked.ask("up", Grid(0.0, 30.0, 100_000))
    await asked.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "port",
    ['a"} or up{x="', "a\\", "a\nb", "a\u202eb", '{__name__=~".+"}', "a' or vector(1) #", "\x00"],
)
async def test_name_of_an_interface_stays_a_value(tmp_path: Path, port: str) -> None:
    asked: list[str] = []
    async with answering(tmp_path, crowd(1), asked=asked) as face:
        await face.get(f"/api/v1/devices/{UP}/charts?interface={quote(port)}")
    assert asked
    literal = promql.quoted(port)
    assert literal.count("\n") == 0
    for query in asked:
        assert f"interface={literal}" in query
        bare = query.replace(literal, "")
        assert "vector(" not in bare
        assert "__name__" not in bare
        assert "or up{x=" not in bare


@pytest.mark.asyncio
async def test_span_is_one_of_ours(tmp_path: Path) -> None:
    async with answering(tmp_path, crowd(1)) as face:
        for span in ("1h[5m]", "365d", "9" * 100, "6h) or up", ""):
            path = f"/api/v1/devices/{UP}/charts?span={quote(span)}"
            await face.get(path, 400 if span else 200)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 422 No\r\nContent-Length: 32\r\n\r\nyou sent Bearer t0ken-of-store \x1b\x07",
        b"",
    ],
)
async def test_no_answer_of_a_store_shows_its_token(tmp_path: Path, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    store = PromQL(
        f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", Secret("t0ken-of-store")
    )
    async with faced(tmp_path) as face:
        face.running.promql = store
        for path in (f"devices/{UP}/charts", f"devices/{UP}/interfaces/rates", "loads"):
            async with face.client.get(f"/api/v1/{path}") as told:
                text = await told.text()
                assert told.status in (200, 503)
                assert "the store" in text
                assert "t0ken" not in text
                assert text.isprintable()
    await store.close()
    server.close()
