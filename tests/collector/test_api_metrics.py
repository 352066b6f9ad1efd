"""/metrics: valid, whole, and never in the way of the loop."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from collector.api import exposition, plain
from collector.api.exposition import device_series
from probes import catalogue
from probes.reading import Head, Row
from tests.collector.running import NOW, Face, faced

UP = "hbh-dc-sw01"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.asyncio
async def test_metrics_pass_promtool_and_hold_every_latest_value(face: Face) -> None:
    async with face.client.get("/metrics") as answer:
        text = await answer.text()
    assert complaints(text) == []
    series = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    port = (("device", UP), ("interface", 'Gi0/1 "core" \\ a'), ("site", "dc"))
    assert series["interface_up", port] == 1
    assert series["interface_speed_bits_per_second", port] == 1e9
    assert 'interface_receive_bytes_total{device="hbh-dc-sw01",site="dc",' in text
    assert " 18446744073709551615\n" in text
    home = (("probe", "http"), ("service", "mot-cua"), ("target", "home"))
    assert series["probe_success", home] == 0
    assert series["probe_failures_total", (*home[:1], ("reason", "timeout"), *home[1:])] == 1
    assert series["collector_polls_total", (("collector", "noc-1"),)] == 2
    assert text.count("# TYPE interface_up ") == 1
    assert text.count("# TYPE collector_polls_total ") == 1


def complaints(text: str) -> list[str]:
    """What promtool has against an exposition, but for bits per second, which we do mean."""
    done = subprocess.run(
        ["promtool", "check", "metrics"],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode in (0, 3), done.stderr.decode()
    bits = 'use base unit "bytes" instead of "bits"'
    return [line for line in done.stderr.decode().splitlines() if not line.endswith(bits)]


@pytest.mark.asyncio
async def test_every_metric_of_the_catalogue_may_stand_in_the_exposition(face: Face) -> None:
    rows = [
        Row(Head(metric.subject, dict.fromkeys(metric.identities[0], "x")), b"%s=1" % field)
        for metric in catalogue.METRICS.values()
        if (field := metric.field.encode()) and metric.subject != "collector"
    ]
    face.running.pipeline.observe("all", rows, NOW)
    async with face.client.get("/metrics") as answer:
        text = await answer.text()
    assert complaints(text) == []
    for metric in catalogue.METRICS.values():
        if metric.subject != "collector":
            assert f"# HELP {metric.name} " in text


@pytest.mark.asyncio
async def test_metrics_leave_out_what_could_not_be_a_metric(face: Face) -> None:
    odd = [
        Row(Head("made", (("device", "x"),)), b"up=1,9bad name{=2"),
        Row(Head("interface", (("device", "x"), ("interface", "y"))), b"up=0"),
        Row(Head("interface", (("device", "x"), ("interface", "y"))), b"up=1"),
    ]
    face.running.pipeline.observe("odd", odd, NOW)
    async with face.client.get("/metrics") as answer:
        text = await answer.text()
    assert 'made_up{device="x"} 1\n' in text
    assert "bad name" not in text
    assert text.count('interface_up{device="x",interface="y"}') == 1


@pytest.mark.asyncio
async def test_a_reader_that_goes_away_does_no_harm(face: Face) -> None:
    host, port = face.client._base_url.host, face.client._base_url.port  # type: ignore[union-attr]
    for _ in range(5):
        _, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await writer.drain()
        writer.transport.abort()
    async with face.client.get("/metrics") as answer:
        assert answer.status == 200


@pytest.mark.asyncio
async def test_the_loop_gets_its_turn_between_slices(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "interface", ("device", "x")
    rows = [
        Row(Head(head[0], (head[1], ("interface", str(number)))), b"up=1") for number in range(6400)
    ]
    face.running.pipeline.observe("many", rows, NOW)
    monkeypatch.setattr(exposition, "SLICE", 0.0)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count())
    lines = [chunk.count(b"interface_up{") async for chunk in device_series(face.running.pipeline)]
    other.cancel()
    assert sum(lines) == 6401
    assert turns > 100


@pytest.mark.asyncio
async def test_more_readers_than_two_wait_and_then_are_sent_away(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()

    async def held(pipeline: object) -> AsyncIterator[bytes]:
        await go.wait()
        yield b"held_up 1\n"

    monkeypatch.setattr(plain, "device_series", held)
    monkeypatch.setattr(plain, "QUEUE", 0.05)
    first = [await face.client.get("/metrics") for _ in range(2)]
    answer = await face.get("/metrics", 503)
    assert answer["error"] == "too many readers of /metrics at once"
    go.set()
    for one in first:
        assert (await one.text()).endswith("held_up 1\n")


@pytest.mark.asyncio
async def test_a_page_that_takes_too_long_or_fails_ends_broken_not_short(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(pipeline: object) -> AsyncIterator[bytes]:
        await asyncio.sleep(60)
        yield b""

    async def faulty(pipeline: object) -> AsyncIterator[bytes]:
        yield b"some_series 1\n"
        raise RuntimeError("fault")

    monkeypatch.setattr(plain, "SCRAPE", 0.05)
    for broken in (stuck, faulty):
        monkeypatch.setattr(plain, "device_series", broken)
        with pytest.raises(aiohttp.ClientError):
            async with face.client.get("/metrics") as answer:
                await answer.read()
