"""Silences, through real Alertmanagers: nobody is told of what is silenced, and all are after."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from jsonschema import Draft202012Validator

from collector.gate.silences import Matcher
from tests.collector.running import LINE, Face, faced
from tests.daemons import Daemon, alertmanager, connects, daemon, free_port

PLACE = "/api/v1/silences"
QUIET = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
ROUTES = """
route: {{receiver: people, group_by: [alertname, subject], group_wait: 1s, group_interval: 1s}}
receivers: [{{name: people, webhook_configs: [{{url: "http://127.0.0.1:{port}/"}}]}}]
"""
UNREACHED = "http://127.0.0.1:9"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Daemon]:
    with alertmanager(tmp_path / "am", QUIET) as one:
        yield one


def body(what: str = LINE, seconds: float = 600, **more: Any) -> dict[str, Any]:
    given = {"what": what, "until": time.time() + seconds, "why": "VNPT đang đo", "who": "an"}
    return {**given, **more}


async def at(face: Face, daemon: Daemon, path: str = "silences") -> Any:
    """What an Alertmanager has itself."""
    async with face.client.get(f"{daemon.url}/api/v2/{path}") as answer:
        return await answer.json()


async def soon(what: str, happens: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not await happens():
        assert time.monotonic() < until, what
        await asyncio.sleep(0.1)


async def lines(face: Face) -> list[tuple[Any, ...]]:
    items = (await face.get("/api/v1/audit"))["items"][::-1]
    return [(one["act"], one["outcome"], one["who"], one["of"]) for one in items]


@asynccontextmanager
async def telling(face: Face) -> AsyncIterator[None]:
    """The gate at work."""
    task = asyncio.create_task(face.running.telling.rounds.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.asyncio
async def test_nobody_is_told_of_what_is_silenced_and_everybody_after(tmp_path: Path) -> None:
    port, told = free_port(), tmp_path / "told.jsonl"
    receiver = [sys.executable, "-m", "tests.webhook", str(port), str(told)]
    with (
        daemon(receiver, port, tmp_path / "people.log", lambda: connects(port)),
        alertmanager(tmp_path / "am", ROUTES.format(port=port)) as one,
    ):
        async with faced(tmp_path / "state", [one.url]) as face:
            taken = await face.send("POST", PLACE, body("incident:1"))
            assert taken == {"taken": [one.url], "failed": {}}
            async with telling(face):

                async def suppressed() -> bool:
                    alerts = await at(face, one, "alerts")
                    return [alert["status"]["state"] for alert in alerts] == ["suppressed"]

                await soon("the alert is there and silenced", suppressed)
                await asyncio.sleep(3)  # three groups are due in this time
                assert not told.exists()
                (silence,) = (await face.get(PLACE))["items"]
                assert silence["things"] == [{"thing": LINE, "title": "Kênh xã Pà Cò"}]
                assert (silence["alert"], silence["who"]) == ("CircuitDown", "an")
                assert silence["why"] == "VNPT đang đo"
                assert silence["stands"] == {one.url: True}
                await face.send("DELETE", f"{PLACE}/{silence['id']}", {"who": "binh"})
                assert (await face.get(PLACE))["items"] == []

                async def heard() -> bool:
                    return told.exists()

                await soon("people are told", heard)
            subjects = [
                alert["labels"]["subject"]
                for line in told.read_text().splitlines()
                for alert in json.loads(line)["alerts"]
            ]
            assert set(subjects) == {LINE}
            assert await lines(face) == [
                ("silence", "accepted", "an", None),
                ("unsilence", "accepted", "binh", None),
            ]


@pytest.mark.asyncio
async def test_what_is_asked_for_is_what_alertmanager_gets(tmp_path: Path, manager: Daemon) -> None:
    async with faced(tmp_path / "state", [manager.url]) as face:
        document = await face.get("/api/v1/openapi.json")
        schema = document["paths"][PLACE]["post"]["responses"]["200"]["content"]
        schema = {**schema["application/json"]["schema"], "components": document["components"]}
        taken = await face.send("POST", PLACE, body("tsl-a", alert="CircuitFlapping"))
        Draft202012Validator(schema).validate(taken)
        await face.send("POST", PLACE, body("site:pa-co", 1200))
        first, second = sorted(await at(face, manager), key=lambda one: one["endsAt"])
        matchers = {one["name"]: one["value"] for one in first["matchers"]}
        assert matchers == {"subject": LINE, "alertname": "CircuitFlapping"}
        assert (first["createdBy"], first["comment"]) == ("an", "VNPT đang đo")
        assert [one["value"] for one in second["matchers"]] == ["site:pa-co"]
        page = await face.get(PLACE)
        assert [one["alert"] for one in page["items"]] == ["CircuitFlapping", ""]
        assert sorted(page["items"][0]["matchers"]) == [
            'alertname="CircuitFlapping"',
            f'subject="{LINE}"',
        ]
        assert [one[0] for one in await lines(face)] == ["mute-flapping", "silence"]
        identity = page["items"][1]["id"]
        await face.send("DELETE", f"{PLACE}/{identity}", {"who": "an"})
        await face.send("DELETE", f"{PLACE}/{identity}", {"who": "an"}, 404)


@pytest.mark.asyncio
async def test_several_alertmanagers_have_one_silence_and_each_is_told(
    tmp_path: Path, manager: Daemon
) -> None:
    with alertmanager(tmp_path / "second", QUIET) as second:
        async with faced(tmp_path / "state", [manager.url, second.url]) as face:
            taken = await face.send("POST", PLACE, body())
            assert taken["taken"] == [manager.url, second.url]
            (one,) = (await face.get(PLACE))["items"]
            assert one["stands"] == {manager.url: True, second.url: True}
            (mine,) = await at(face, second)
            async with face.client.delete(f"{second.url}/api/v2/silence/{mine['id']}") as answer:
                assert answer.status == 200
            (one,) = (await face.get(PLACE))["items"]
            assert one["stands"] == {manager.url: True, second.url: False}
            lifted = await face.send("DELETE", f"{PLACE}/{one['id']}", {"who": "an"})
            assert lifted == {"taken": [manager.url], "failed": {}}
            assert (await face.get(PLACE))["items"] == []


@pytest.mark.asyncio
async def test_what_not_all_take_is_told_as_it_is(tmp_path: Path, manager: Daemon) -> None:
    async with faced(tmp_path / "state", [manager.url, UNREACHED]) as face:
        taken = await face.send("POST", PLACE, body())
        assert taken["taken"] == [manager.url]
        assert "Cannot connect" in taken["failed"][UNREACHED]
        page = await face.get(PLACE)
        assert list(page["failed"]) == [UNREACHED]
        assert page["items"][0]["stands"] == {manager.url: True}
        lifted = await face.send("DELETE", f"{PLACE}/{page['items'][0]['id']}", {"who": "an"})
        assert list(lifted["failed"]) == [UNREACHED]
        refused = await face.send("DELETE", f"{PLACE}/0123456789abcdef", {"who": "an"}, 503)
        assert "not every Alertmanager answers" in refused["error"]
        assert await lines(face) == [
            ("silence", "accepted", "an", None),
            ("silence", "partly", "an", 1),
            ("unsilence", "accepted", "an", None),
            ("unsilence", "partly", "an", 3),
        ]


@pytest.mark.asyncio
async def test_where_nobody_takes_it_it_is_not_said_to_be_done(tmp_path: Path) -> None:
    async with faced(tmp_path, [UNREACHED]) as face:
        refused = await face.send("POST", PLACE, body(), 503)
        assert refused["error"].startswith(f"no Alertmanager took it: {UNREACHED}: Cannot connect")
        assert await lines(face) == [
            ("silence", "accepted", "an", None),
            ("silence", "failed", "an", 1),
        ]


@pytest.mark.asyncio
async def test_without_an_alertmanager_there_is_nothing_to_silence(tmp_path: Path) -> None:
    async with faced(tmp_path) as face:
        assert await face.get(PLACE) == {"items": [], "failed": {}}
        refused = await face.send("POST", PLACE, body(), 409)
        assert "no Alertmanager is configured" in refused["error"]
        await face.send("DELETE", f"{PLACE}/x", None, 409)
        assert await lines(face) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"what": "device:rt99"}, "what: nothing is called"),
        ({"what": "incident:99"}, "what: no incident '99'"),
        ({"what": "incident:x"}, "what: no incident 'x'"),
        ({"why": " "}, "why: String should have at least 1"),
        ({"until": 5}, "until: not between now and 31 days"),
        ({"until": time.time() + 40 * 86400}, "until: not between"),
        ({"alert": 'x"} or {'}, "alert: String should match"),
    ],
)
@pytest.mark.asyncio
async def test_a_silence_that_makes_no_sense_is_refused(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    async with faced(tmp_path, [UNREACHED]) as face:
        told = await face.send("POST", PLACE, body(**change), 400)
        assert any(problem in one for one in told["problems"]), told
        assert await lines(face) == []


@pytest.mark.asyncio
async def test_silences_of_others_show_where_they_keep_ours_silent(
    tmp_path: Path, manager: Daemon
) -> None:
    """Made with amtool by labels of their own; which alerts they match Alertmanager itself says."""
    now = time.time()
    texts = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(one)) for one in (now, now + 900)]
    async with faced(tmp_path / "state", [manager.url]) as face, telling(face):
        for name, value in (("kind", "circ.*|x"), ("team", "somebody else's")):
            matcher = {"name": name, "value": value, "isRegex": True, "isEqual": True}
            silence = {"matchers": [matcher], "startsAt": texts[0], "endsAt": texts[1]}
            given = {**silence, "createdBy": "amtool", "comment": "x"}
            if name == "team":
                given["comment"] = "not ours"
            async with face.client.post(f"{manager.url}/api/v2/silences", json=given) as answer:
                assert answer.status == 200

        async def shown() -> bool:
            return bool((await face.get(PLACE))["items"])

        await soon("it is shown", shown)
        (one,) = (await face.get(PLACE))["items"]
        assert (one["things"][0]["thing"], one["who"], one["alert"]) == (LINE, "amtool", "")
        assert one["matchers"] == ['kind=~"circ.*|x"']


@pytest.mark.parametrize(
    "answer", [b"{}", b"[1]", b"<html>", b'[{"id": 5}]', b"[" * 100_000, b'"' + b"x" * (9 << 20)]
)
@pytest.mark.asyncio
async def test_what_answers_nonsense_is_told_as_one_that_did_not_answer(
    tmp_path: Path, answer: bytes
) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(body=answer, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", nonsense)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with faced(tmp_path, [url]) as face:
        page = await face.get(PLACE)
        assert (page["items"], list(page["failed"])) == ([], [url])
    await runner.cleanup()


def test_matchers_are_shown_as_alertmanager_writes_them() -> None:
    shown = [
        str(Matcher(name="a", value='b"', isRegex=regex, isEqual=equal))
        for regex in (False, True)
        for equal in (True, False)
    ]
    assert shown == ['a="b\\""', 'a!="b\\""', 'a=~"b\\""', 'a!~"b\\""']
