"""Pushing: each Alertmanager by itself, real ones and ones that do not behave."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from collector.gate.gate import Gate
from collector.gate.held import Key, Told
from collector.gate.peer import BATCH, Peer, PeerInvalid, parse_address, payload
from collector.gate.rounds import Rounds
from collector.gate.shelf import Shelf
from collector.journal import Journal
from tests.daemons import alertmanager, free_port
from tests.gate.stage import SAID, Stage, news, posted

NOBODY = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


class Sink:
    """What an Alertmanager gets; `answer` may make it misbehave."""

    def __init__(self) -> None:
        self.posts: list[list[dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.hangs = False

    async def take(self, request: web.Request) -> web.Response:
        if self.hangs:
            await asyncio.sleep(3600)
        self.posts.append(await request.json())
        self.headers.append(dict(request.headers))
        return web.Response(status=self.status, text="no " * 1000)


@contextlib.asynccontextmanager
async def sink(one: Sink, port: int = 0) -> AsyncIterator[str]:
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/prefix/api/v2/alerts", one.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = port or free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/prefix"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def at_work(rounds: Rounds) -> AsyncIterator[None]:
    task = asyncio.create_task(rounds.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def rounds(folder: Path, *peers: str, vmalert: str = "") -> Rounds:
    return Rounds(Gate(Stage()), Shelf(folder / "gate.sqlite"), peers, vmalert)


@pytest.mark.asyncio
async def test_hung_or_absent_peer_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.gate.peer.TIMEOUT", 600.0)
    good, hung = Sink(), Sink()
    hung.hangs = True
    async with sink(good) as one, sink(hung) as other:
        gate = rounds(tmp_path, other, f"http://127.0.0.1:{free_port()}", one)
        async with at_work(gate):
            for number in range(3):
                gate.gate.incident(news("opened", time.time(), thing=f"device:d{number}"), SAID)
                gate.wake()
                await until(lambda n=number: good.posts and len(good.posts[-1]) == n + 1)
            assert [peer.up for peer in gate.peers] == [False, False, True]


@pytest.mark.asyncio
async def test_news_of_one_step_go_in_one_post_and_are_kept_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.gate.rounds.TOGETHER", 0.5)
    good = Sink()
    async with sink(good) as one:
        gate = rounds(tmp_path, one)
        gate.recall()
        async with at_work(gate):
            await until(lambda: good.posts)
            now = time.time()
            for number in range(20):
                gate.gate.incident(news("opened", now, thing=f"device:d{number}"), SAID)
                gate.wake()
                await asyncio.sleep(0)
            await until(lambda: len(good.posts) == 2)
            assert len(good.posts[1]) == 20
            assert len(Shelf(tmp_path / "gate.sqlite").load()) == 20


@pytest.mark.asyncio
async def test_refusal_is_told_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("collector.gate.peer.RETRY", 0.05)
    bad = Sink()
    bad.status = 400
    async with sink(bad) as one:
        gate = rounds(tmp_path, one)
        async with at_work(gate):
            await until(lambda: len(bad.posts) > 3)
            assert not gate.peers[0].up
            bad.status = 200
            await until(lambda: gate.peers[0].up)
    assert caplog.text.count("takes nothing") == 1
    assert len(caplog.records[0].__dict__["error"]) <= 310


@pytest.mark.asyncio
async def test_login_is_sent_and_shown_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = Sink()
    async with sink(good) as one:
        gate = rounds(tmp_path, one.replace("http://", "http://user:s3cret%40@"))
        async with at_work(gate):
            await until(lambda: gate.peers[0].up)
    assert good.headers[0]["Authorization"] == "Basic dXNlcjpzM2NyZXRA"
    assert gate.peers[0].name == one
    address = parse_address("http://user:s3cret@h:1")
    assert "s3cret" not in f"{caplog.text}{gate.peers[0].name}{address}{vars(gate.peers[0])}"


@pytest.mark.parametrize(
    "text", ["", "h:9093", "ftp://h", "http://", "http://h:99999", "http://h/?a=1", "http://[::1"]
)
def test_address_that_is_none_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(PeerInvalid) as refused:
        Peer(text.replace("://", "://u:s3cret@"))
    assert "s3cret" not in str(refused.value)


def test_many_alerts_go_in_several_posts() -> None:
    what = payload([{"number": number} for number in range(BATCH + 1)], [])
    assert [len(json.loads(body)) for body in what.bodies] == [BATCH, 1]
    assert payload([], []).bodies == (b"[]",)


@pytest.mark.asyncio
async def test_alertmanager_takes_it_and_knows_what_is_over(tmp_path: Path) -> None:
    with alertmanager(tmp_path / "am", NOBODY) as real:
        gate = rounds(tmp_path, real.url)
        quoted = Told({"kind": "device", "site": 'á"\\ {}\n'}, {"summary": 'Ổ "đĩa"\nđầy 😀'})
        async with at_work(gate):
            gate.gate.incident(news("opened", time.time()), quoted)
            gate.gate.alerts([posted(time.time())], time.time())
            gate.wake()
            await until(lambda: gate.peers[0].up and gate.gate.held)
            await asyncio.sleep(0.2)
            (alert,) = (
                await known(real.url)
            ).values()  # the rule's is a symptom of the device that is down
            assert alert["labels"]["site"] == 'á"\\ {}\n'
            assert alert["annotations"]["summary"] == 'Ổ "đĩa"\nđầy 😀'
            assert "startsAt" in alert
            gate.gate.incident(news("closed", time.time()), quoted)
            gate.wake()
            await until(lambda: gate.gate.held[next(iter(gate.gate.held))].accepted)
            await asyncio.sleep(0.2)
            assert await known(real.url) == {}


@pytest.mark.asyncio
async def test_disk_that_refuses_keeps_nobody_from_being_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = Sink()
    (tmp_path / "gate.sqlite").mkdir()
    async with sink(good) as one:
        gate = rounds(tmp_path, one)
        async with at_work(gate):
            gate.gate.incident(news("opened", time.time()), SAID)
            gate.wake()
            await until(lambda: good.posts and good.posts[-1])
    assert caplog.text.count("cannot be kept") == 1


async def known(url: str) -> dict[str, dict[str, Any]]:
    async with ClientSession() as session, session.get(f"{url}/api/v2/alerts") as answer:
        return {one["labels"]["subject"]: one for one in await answer.json()}


@pytest.mark.asyncio
async def test_alert_that_alertmanager_does_not_read_costs_only_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = Told({"kind": "device"}, {"summary": "x"}, "http://a/%")
    with alertmanager(tmp_path / "am", NOBODY) as real:
        gate = rounds(tmp_path, real.url)
        now = time.time()
        for number in range(9):
            words = odd if number in (3, 4) else SAID
            gate.gate.incident(news("opened", now, thing=f"device:d{number}"), words)
        async with at_work(gate):
            await until(lambda: gate.peers[0].up)
            assert len(await known(real.url)) == 7
            gate.gate.incident(news("closed", time.time(), thing="device:d3"), odd)
            gate.gate.incident(news("closed", time.time(), thing="device:d5"), SAID)
            gate.wake()
            ended = [gate.gate.held[Key("DeviceDown", f"device:d{n}")] for n in (3, 5)]
            await until(lambda: all(one.accepted for one in ended))
            await asyncio.sleep(0.2)
            assert len(await known(real.url)) == 6
    assert caplog.text.count("refuses an alert") == 2
    assert "takes nothing" not in caplog.text


@pytest.mark.asyncio
async def test_peer_that_takes_nothing_is_not_asked_for_each_alert(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Sink()
    bad.status = 422
    async with sink(bad) as one:
        gate = rounds(tmp_path, one)
        for number in range(BATCH):
            gate.gate.incident(news("opened", time.time(), thing=f"device:d{number}"), SAID)
        async with at_work(gate):
            await until(lambda: caplog.text.count("takes nothing"))
            assert len(bad.posts) < 100
            assert not gate.peers[0].up


@pytest.mark.asyncio
async def test_malformed_alerts_stop_nobody_from_being_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hostile = (
        r'[{"labels":{"alertname":"X","device":"d1","severity":"major"},'
        r'"annotations":{"runbook":"\ud800","at":"\ud800","metrics":"\ud800 \u0000"},'
        r'"generatorURL":"%zz","endsAt":"2999-01-01T00:00:00Z"}]'
    )
    with alertmanager(tmp_path / "am", NOBODY) as real:
        gate = rounds(tmp_path, real.url)
        async with at_work(gate):
            await gate.take(hostile.encode())
            await until(lambda: gate.peers[0].up)
            gate.gate.incident(news("opened", time.time(), thing="device:d2"), SAID)
            gate.wake()
            began = time.monotonic()
            while "device:d2" not in await known(real.url):
                assert time.monotonic() < began + 60
            assert {"device:d1", "device:d2"} <= (await known(real.url)).keys()
    assert "turn of the gate failed" not in caplog.text
    assert len(Shelf(tmp_path / "gate.sqlite").load()) == 2


@pytest.mark.asyncio
async def test_incident_is_on_disk_before_people_read_its_number(tmp_path: Path) -> None:
    good, journal = Sink(), Journal(tmp_path / "events.sqlite")
    journal.start()
    async with sink(good) as one:
        order: list[int] = []

        def written() -> None:
            assert journal.flush()
            order.append(len(good.posts))

        gate = Rounds(Gate(Stage()), Shelf(tmp_path / "g.sqlite"), [one], written=written)
        async with at_work(gate):
            await until(lambda: good.posts)
            assert order[0] == 0
    journal.close()


@pytest.mark.asyncio
async def test_alerts_of_rules_without_a_vmalert_are_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fires = b'[{"labels":{"alertname":"X","device":"d"}}]'
    asked = rounds(tmp_path, vmalert="http://127.0.0.1:1")
    await asked.take(fires)
    assert "--vmalert" not in caplog.text
    gate = rounds(tmp_path)
    await gate.take(b"[]")
    assert "--vmalert" not in caplog.text
    await gate.take(fires)
    await gate.take(fires)
    assert caplog.text.count("--vmalert") == 1
