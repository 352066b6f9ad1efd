"""However much is asked of the API, and however dear, the collector's own work goes on."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from collector.api import threads
from collector.api.entry.guard import RefusedError
from collector.api.listing import answer
from collector.api.state.ledger import Speech
from collector.api.state.shape import Event
from collector.api.state.stream import EACH, LISTENERS, Streams
from collector.journal import Entry, Journal
from tests.collector.running import LINE, Face, faced

ROOM = threads.AT_WORK + threads.WAITING


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.asyncio
async def test_whoever_asks_too_much_waits_for_no_thread_of_the_collectors(face: Face) -> None:
    go = threading.Event()
    busy = [asyncio.create_task(threads.apart(go.wait)) for _ in range(ROOM)]
    try:
        await asyncio.sleep(0)
        for path in ("/api/v1/wall", "/api/v1/devices", "/api/v1/inventory", "/api/v1/events"):
            told = await face.get(path, 503)
            assert told["error"] == "too many ask at once"
        async with asyncio.timeout(60):
            await asyncio.to_thread(time.monotonic)
            body = {"what": [LINE], "why": "đổi thiết bị", "to": time.time() + 3600}
            await face.send("POST", "/api/v1/maintenance", body)
    finally:
        go.set()
        await asyncio.gather(*busy)
    assert (await face.get("/api/v1/devices"))["total"] == 2, "who leaves makes room"


@pytest.mark.asyncio
async def test_a_file_that_cannot_go_on_does_not_look_whole(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def refusing(*given: object) -> bytes:
        nonlocal asked
        asked += 1
        raise RefusedError(503, "too many ask at once")

    monkeypatch.setattr(answer, "lines", refusing)
    async with face.client.get("/api/v1/inventory.csv") as told:
        with pytest.raises(Exception, match="payload"):
            await told.read()
    assert asked == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "where",
    [
        "&".join(f"where=name!={n}" for n in range(500)),
        "where=name=" + "%7C".join(map(str, range(1000))),
    ],
)
async def test_a_question_of_a_thousand_conditions_is_refused(face: Face, where: str) -> None:
    for path in ("inventory", "inventory.csv", "devices", "circuits", "verdicts", "sites"):
        told = await face.get(f"/api/v1/{path}?{where}", 400)
        assert told["error"]


@pytest.mark.asyncio
async def test_streams_are_put_together_in_threads(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = set()
    plain = Speech.event

    def event(self: Speech, one: Entry) -> Event:
        names.add(threading.current_thread().name.partition("_")[0])
        return plain(self, one)

    monkeypatch.setattr(Speech, "event", event)
    async with face.client.get("/api/v1/events/stream?after=0") as told:
        while b"data: " not in await told.content.readany():
            pass
    assert names == {"api"}


def test_nobody_takes_every_place_of_those_who_listen(tmp_path: Path) -> None:
    streams = Streams(Journal(tmp_path / "events.sqlite"))
    with ExitStack() as held:
        for _ in range(EACH):
            held.enter_context(streams.listening("10.17.9.9"))
        with pytest.raises(RefusedError), streams.listening("10.17.9.9"):
            pass
        for _ in range(LISTENERS - EACH):
            held.enter_context(streams.listening("127.0.0.1"))
        with pytest.raises(RefusedError), streams.listening("10.17.4.4"):
            pass
    with streams.listening("10.17.9.9"):
        pass


def test_answers_take_no_thread_of_the_collectors() -> None:
    """But for what is done once, or one at a time: reading tokens, keeping sessions."""
    folder = Path(threads.__file__).parent
    taking = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if "to_thread(" in path.read_text("utf-8") or "run_in_executor(" in path.read_text("utf-8")
    }
    assert taking == {"server.py", "entry/visitors.py"}
