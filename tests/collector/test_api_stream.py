"""Events as they happen: no gap, no double, nobody who listens can do harm."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from collector.api.state import stream
from collector.journal import Said
from tests.collector.running import LINE, NOW, Face, faced

EVENTS = "/api/v1/events/stream"


class Sent(NamedTuple):
    """One server-sent event."""

    id: int
    kind: str
    body: Any


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


async def read(answer: ClientResponse, count: int) -> list[Sent]:
    """The next so many events of a stream."""
    found: list[Sent] = []
    fields: dict[str, str] = {}
    async with asyncio.timeout(60):
        while len(found) < count:
            line = (await answer.content.readline()).decode().rstrip("\n")
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                found.append(Sent(int(fields["id"]), fields["event"], json.loads(fields["data"])))
                fields = {}
    return found


def tell(face: Face, count: int, kind: str = "trap") -> None:
    face.running.journal.record(NOW, said=[Said(kind, LINE, "x", {}) for _ in range(count)])


@pytest.mark.asyncio
async def test_what_happens_is_sent_as_it_is_written(face: Face) -> None:
    first = face.running.journal.committed + 1
    async with face.client.get(EVENTS) as answer:
        assert answer.content_type == "text/event-stream"
        tell(face, 1)
        (sent,) = await read(answer, 1)
    assert (sent.id, sent.kind, sent.body["subject"]) == (first, "trap", LINE)


@pytest.mark.asyncio
async def test_who_comes_back_goes_on_without_gap_or_double(face: Face) -> None:
    seen: list[int] = []
    for burst in range(6):
        headers = {"Last-Event-ID": str(seen[-1])} if seen else {"Last-Event-ID": "0"}
        async with face.client.get(EVENTS, headers=headers) as answer:
            tell(face, 300)
            seen += [one.id for one in await read(answer, 150 + burst)]
        tell(face, 7)
    assert seen == list(range(1, len(seen) + 1))


@pytest.mark.asyncio
async def test_events_told_while_others_are_sent_come_in_order(face: Face) -> None:
    async def busy() -> None:
        for _ in range(200):
            tell(face, 3)
            await asyncio.sleep(0)

    last = face.running.journal.committed
    async with (
        face.client.get(f"{EVENTS}?after={last}") as one,
        face.client.get(EVENTS) as other,
    ):
        writing = asyncio.create_task(busy())
        first, second = await asyncio.gather(read(one, 600), read(other, 600))
        await writing
    assert [sent.id for sent in first] == list(range(last + 1, last + 601))
    assert first == second


@pytest.mark.asyncio
async def test_a_stream_may_be_of_one_kind_and_of_incidents_as_they_are(face: Face) -> None:
    async with (
        face.client.get(f"{EVENTS}?where=kind=trap&after=0") as traps,
        face.client.get("/api/v1/incidents/stream?after=0&language=en") as incidents,
    ):
        tell(face, 1, "syslog")
        tell(face, 1)
        await face.send("POST", "/api/v1/incidents/1/owner", {"owner": "an"})
        assert [one.body["kind"] for one in await read(traps, 1)] == ["trap"]
        first, second = await read(incidents, 2)
    assert [first.kind, second.kind] == ["incident", "incident"]
    assert (second.body["id"], second.body["owner"]) == (1, "an")
    assert second.body["severity_word"] == "Critical"


@pytest.mark.asyncio
async def test_quiet_is_broken_by_heartbeats(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.02)
    async with face.client.get(EVENTS) as answer, asyncio.timeout(60):
        lines = [(await answer.content.readline()).decode() for _ in range(6)]
    assert lines == ["retry: 2000\n", "\n", ": \n", "\n", ": \n", "\n"]


@pytest.mark.asyncio
async def test_listeners_are_bounded_and_who_leaves_makes_room(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LISTENERS", 1)
    monkeypatch.setattr(stream, "HEARTBEAT", 0.02)
    async with face.client.get(EVENTS):
        refused = await face.get(EVENTS, 503)
        assert refused["error"] == "1 listen already"
    async with asyncio.timeout(60):
        while True:
            async with face.client.get(EVENTS) as answer:
                if answer.status == 200:
                    break


@pytest.mark.asyncio
async def test_a_reader_that_is_too_slow_is_cut_off_and_others_go_on(
    face: Face, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stream, "SLOW", 0.2)
    host, port = face.client._base_url.host, face.client._base_url.port  # type: ignore[union-attr]
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(slow, (host, port))
        slow.send(f"GET {EVENTS}?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        said = [Said("trap", LINE, "x" * 2000, {}) for _ in range(6000)]
        all_of_them = face.running.journal.committed + len(said)
        face.running.journal.record(NOW, said=said)
        async with face.client.get(f"{EVENTS}?after=0") as answer:
            assert len(await read(answer, all_of_them)) == all_of_them
        async with asyncio.timeout(60):
            while "too slow" not in caplog.text:
                await asyncio.sleep(0.05)


@pytest.mark.asyncio
async def test_a_stream_does_not_keep_the_collector_from_stopping(tmp_path: Path) -> None:
    async with asyncio.timeout(30):
        async with faced(tmp_path) as face:
            answer = await face.client.get(EVENTS)
            assert answer.status == 200
        answer.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("seen", ["x", "-1", "٣", "9" * 30])
async def test_a_last_event_id_that_is_none_is_refused(face: Face, seen: str) -> None:
    async with face.client.get(EVENTS, headers={"Last-Event-ID": seen}) as answer:
        assert answer.status == 400
    async with face.client.head(EVENTS) as answer:
        assert answer.status == 200
