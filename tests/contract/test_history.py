"""Counters from real stores, and from answers that are not what they should be."""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from collector.contract.grid import Window, whole
from collector.contract.history import History, parse, selector
from collector.stores.promql import Bounds, PromQL, StoreAwayError, StoreError
from inventory.model import End
from inventory.secret import Secret
from tests.contract.stored import HERE, Port, ago, hour, line, openmetrics, push
from tests.daemons import daemon, free_port, healthy, program, victoria_metrics

CIRCUIT = line("a")
WHOLE_DAY = whole(ago(1), HERE)
assert CIRCUIT.a is not None


@pytest.mark.asyncio
async def test_prometheus_and_victoriametrics_give_the_same_samples(tmp_path: Path) -> None:
    series = Port(CIRCUIT.z).series(hour(1, 0), hour(1, 24), 50e6, 9e6)
    text = tmp_path / "samples"
    text.write_text("\n".join(openmetrics(series)) + "\n")
    blocks = tmp_path / "blocks"
    made = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run([*made, str(text), str(blocks)], check=True, capture_output=True)
    (tmp_path / "prometheus.yml").write_text("")
    port = free_port()
    command = ["prometheus", f"--config.file={tmp_path / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={blocks}", f"--web.listen-address=127.0.0.1:{port}"]
    ready = tmp_path / "prometheus.log"
    with (
        victoria_metrics(tmp_path / "vm") as store,
        daemon(command, port, ready, lambda: healthy(port, "/-/ready")) as other,
    ):
        push(store.url, series)
        found = []
        for url in (store.url, other.url):
            asked = PromQL(url)
            found.append(await History(asked).of(CIRCUIT, WHOLE_DAY))
            await asked.close()
    assert found[0] == found[1]
    counters, end = found[0]
    assert end == "z"
    assert len(counters.transmit.times) == len(counters.receive.times) == 1_440
    # Told by the Z end: what it receives is what A transmits.
    assert counters.receive.values[1] - counters.receive.values[0] == 50e6 * 60 / 8


@pytest.mark.asyncio
async def test_port_of_the_a_end_goes_first_and_long_windows_are_read_in_pieces(
    tmp_path: Path,
) -> None:
    assert CIRCUIT.a is not None
    with victoria_metrics(tmp_path) as store:
        for end in (CIRCUIT.a, CIRCUIT.z):
            push(store.url, Port(end).series(hour(3, 0), hour(1, 24), 50e6, 9e6))
        asked = PromQL(store.url)
        history = History(asked)
        counters, end_name = await history.of(CIRCUIT, whole(ago(1), HERE, 3))
        lone = replace(CIRCUIT, a=End("pe01"), z=End("rt01"))
        assert (await history.of(lone, WHOLE_DAY))[1] == ""
        await asked.close()
    assert end_name == "a"
    assert len(counters.transmit.times) == 3 * 1_440
    assert counters.transmit.times == sorted(set(counters.transmit.times))
    assert counters.transmit.values[1] - counters.transmit.values[0] == 50e6 * 60 / 8


def test_names_are_quoted_so_that_none_can_ask_something_else() -> None:
    query = selector(End('r"} or up{x="', "a\\b"), 60.2)
    assert query.endswith('device="r\\"} or up{x=\\"",interface="a\\\\b"}[61s]')


def answered(*series: object) -> bytes:
    return json.dumps({"status": "success", "data": {"result": list(series)}}).encode()


def one(values: object, **labels: str) -> dict[str, object]:
    name = {"__name__": "interface_receive_bytes_total", "device": "r", "interface": "w"}
    return {"metric": {**name, **labels}, "values": values}


def test_port_that_moved_to_another_site_is_one_and_a_namesake_with_less_is_not_it() -> None:
    body = answered(
        one([[1, "10"]], site="a"), one([[2, "20"]], site="b"), one([[3, "5"]], target="snmp-2")
    )
    assert parse(body) == {"receive": {1.0: 10.0, 2.0: 20.0}}


def test_what_is_no_sample_is_passed_over() -> None:
    values = [[1, "NaN"], [2, "-5"], [3], "x", None, [4, "+Inf"], [5, "7"], ["x", "1"], {}, 6]
    assert parse(answered(one(values))) == {"receive": {5.0: 7.0}}
    assert parse(answered({"metric": {"__name__": "other"}, "values": [[1, "1"]]})) == {}


NO_ANSWERS = [
    b"",
    b"<html>",
    b"[]",
    b'{"data": null}',
    b'{"data": {"result": [1]}}',
    b"\xff" * 9,
    b"[" * 100_000,
    answered({"values": []}),
    answered({"metric": 5, "values": []}),
]


@pytest.mark.parametrize("body", NO_ANSWERS)
def test_answer_of_another_kind_is_an_error(body: bytes) -> None:
    with pytest.raises(StoreError, match="no matrix"):
        parse(body)


@asynccontextmanager
async def answering(status: int, body: bytes) -> AsyncIterator[tuple[History, list[str]]]:
    """A server that gives the same answer to everything, and what it was told."""
    told: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        told.append(request.headers.get("Authorization", ""))
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    async with TestServer(app) as server:
        asked = PromQL(str(server.make_url("/")), Secret("planted-token"))
        yield History(asked), told
        await asked.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, StoreAwayError), (503, StoreAwayError), (422, StoreError), (302, StoreError)],
)
async def test_refusal_is_told_without_the_token(status: int, kind: type[Exception]) -> None:
    async with answering(status, b"no planted-token  here " * 50) as (history, told):
        with pytest.raises(StoreError) as caught:
            await history.of(CIRCUIT, WHOLE_DAY)
    assert type(caught.value) is kind
    assert "planted" not in str(caught.value)
    assert len(str(caught.value)) < 260
    assert told == ["Bearer planted-token"]


@pytest.mark.asyncio
async def test_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.contract.history.BOUNDS", Bounds(1 << 20, 9.0))
    async with answering(200, b"x" * (2 << 20)) as (history, _):
        with pytest.raises(StoreError, match="larger than 1 MiB"):
            await history.of(CIRCUIT, WHOLE_DAY)


@pytest.mark.asyncio
async def test_store_that_is_not_there_is_away() -> None:
    asked = PromQL(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(StoreAwayError, match="does not answer"):
        await History(asked).of(CIRCUIT, Window(0, 60, HERE))
    await asked.close()
