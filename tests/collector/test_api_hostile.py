"""What hostile neighbours try: two hands on one thing, Alertmanagers that lie, names that are
paths, strangers who write into the log.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from collector.api import Access
from collector.api.acts import silences
from collector.api.routes import ROUTES
from collector.audit import NAME, verify
from tests.collector.running import LINE, PLANTED, Face, Running, faced
from tests.collector.test_api_guard import OPERATOR, bearer, served, tokens_file

WORK = "/api/v1/maintenance"
PLACE = "/api/v1/silences"
UP = "hbh-dc-sw01"
TRICKS = (
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "..%5C..",
    "%00",
    "x%0d%0aSet-Cookie:%20a=b",
    "%2F%2Fevil.example",
    "--output=%2Ftmp%2Fhatang-hostile",
    "HEAD:..%2F",
    "HEAD",
    "%ff%fe",
    "%E2%80%AEgnp",
    "a" * 3000,
    "__proto__",
    "{name}",
)


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.asyncio
async def test_two_who_end_the_same_work_are_both_told_the_truth(face: Face) -> None:
    body = {"what": [LINE], "why": "đổi thiết bị", "to": time.time() + 3600}
    number = (await face.send("POST", WORK, body))["id"]

    async def ended() -> int:
        async with face.client.delete(f"{WORK}/{number}", json={}) as answer:
            return answer.status

    async def extended() -> int:
        more = {"to": time.time() + 7200, "why": "thêm"}
        async with face.client.post(f"{WORK}/{number}/extend", json=more) as answer:
            return answer.status

    assert set(await asyncio.gather(ended(), ended(), extended(), ended())) <= {200, 404}
    assert (await face.get(WORK))["items"] == []
    lines = (await face.get("/api/v1/audit"))["items"]
    failed = {line["of"] for line in lines if line["outcome"] == "failed"}
    assert failed <= {line["number"] for line in lines if line["act"] in ("end", "extend")}


class Manager:
    """An Alertmanager that tells what it is given, holds up whoever asks, or sends them away."""

    def __init__(self, told: list[object], sends: bool = False) -> None:
        self.told, self.sends = told, sends
        self.asked: list[str] = []
        self.now = self.most = 0
        self.go = asyncio.Event()
        self.go.set()

    async def answer(self, request: web.Request) -> web.Response:
        """To whatever is asked."""
        self.asked.append(request.path)
        self.now += 1
        self.most = max(self.most, self.now)
        await self.go.wait()
        self.now -= 1
        if self.sends:
            raise web.HTTPTemporaryRedirect("/elsewhere")
        return web.json_response([] if request.path.endswith("alerts") else self.told)


@asynccontextmanager
async def facing(folder: Path, manager: Manager) -> AsyncIterator[Face]:
    """A collector that tells this Alertmanager."""
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", manager.answer)
    async with TestServer(app) as server, faced(folder, [str(server.make_url(""))]) as face:
        yield face


def told_silence(**more: object) -> dict[str, object]:
    matcher = {"name": "subject", "value": LINE, "isRegex": False, "isEqual": True}
    times = {"startsAt": "2026-11-22T01:00:00Z", "endsAt": "2099-11-22T01:00:00Z"}
    words = {"createdBy": "x", "comment": "y", "status": {"state": "active"}}
    return {"id": "a", "matchers": [matcher], **times, **words, **more}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "more",
    [{"endsAt": "0001-01-01T00:00:00"}, {"startsAt": "0001-01-01T00:00:00"}, {"endsAt": 1e300}],
)
async def test_times_that_are_none_are_no_fault_of_ours(
    tmp_path: Path, more: dict[str, object]
) -> None:
    async with facing(tmp_path, Manager([told_silence(**more)])) as face:
        page = await face.get(PLACE)
        assert page["items"] == []
        assert len(page["failed"]) == 1


@pytest.mark.asyncio
async def test_words_of_others_are_short_and_turn_no_line_around(tmp_path: Path) -> None:
    words = {"createdBy": "a\u202eb" + "c" * 500, "comment": "\u202e<b>\n" + "d" * 100_000}
    async with facing(tmp_path, Manager([told_silence(**words)])) as face:
        (one,) = (await face.get(PLACE))["items"]
    assert one["who"].startswith("a b")
    assert one["why"].startswith("<b> d")
    assert len(one["who"] + one["why"]) < 3_000


@pytest.mark.asyncio
async def test_an_alertmanager_sends_nobody_elsewhere(tmp_path: Path) -> None:
    manager = Manager([], sends=True)
    async with facing(tmp_path, manager) as face:
        assert "307" in next(iter((await face.get(PLACE))["failed"].values()))
        body = {"what": LINE, "until": time.time() + 600, "why": "x"}
        await face.send("POST", PLACE, body, 503)
    assert "/elsewhere" not in manager.asked


@pytest.mark.asyncio
async def test_many_who_look_at_silences_are_few_for_an_alertmanager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silences, "QUEUE", 0.5)
    manager = Manager([told_silence()])
    async with facing(tmp_path, manager) as face:
        manager.go.clear()
        looks = [asyncio.create_task(face.client.get(PLACE)) for _ in range(40)]
        await asyncio.sleep(1)
        assert manager.most <= silences.AT_ONCE
        manager.go.set()
        answers = await asyncio.gather(*looks)
        assert {one.status for one in answers} == {200, 503}


@pytest.mark.asyncio
async def test_names_in_a_path_are_names(tmp_path: Path) -> None:
    async with faced(tmp_path) as face:
        shapes = (
            "/console/x/{}",
            "/api/v1/runbooks/{}",
            f"/api/v1/devices/{UP}/configs/{{}}",
            "/api/v1/devices/{}/sheet",
            "/api/v1/devices/{}/charts",
            "/api/v1/devices/{}/configs",
            "/api/v1/circuits/{}/contract",
            "/api/v1/sites/{}/impact",
            "/api/v1/incidents/{}/sheet",
        )
        for shape in shapes:
            for trick in TRICKS:
                url = URL(
                    str(face.client._base_url).rstrip("/") + shape.format(trick), encoded=True
                )
                async with face.client.get(url, allow_redirects=False) as answer:
                    assert answer.status in (400, 404), (shape, trick)
                    assert "Set-Cookie" not in answer.headers
    assert not Path("/tmp/hatang-hostile").exists()


@pytest.mark.asyncio
async def test_a_stranger_cannot_turn_the_audit_log_around(tmp_path: Path) -> None:
    running = Running(tmp_path / "state")
    tricks = "%0A%7B%22number%22:1%7D%C2%9B2J%E2%80%AE"
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:
        url = URL(f"{str(client._base_url).rstrip(chr(47))}/api/v1/devices/{tricks}", encoded=True)
        for _ in range(3):
            async with client.get(url, headers=bearer("wrong")) as answer:
                assert answer.status == 401
        async with client.get("/api/v1/audit", headers=bearer(OPERATOR)) as answer:
            told = await answer.json()
    running.journal.close()
    assert (len(told["items"]), told["sound"]) == (3, True)
    text = (tmp_path / "state" / NAME).read_text("utf-8")
    assert len(text.split("\n")) == 4
    assert text.replace("\n", "").isprintable()


@pytest.mark.asyncio
async def test_every_answer_has_a_policy_and_may_be_framed_by_nobody(tmp_path: Path) -> None:
    names = {"/incidents/": "1", "/devices/": UP, "/circuits/": "tsl-a", "/sites/": "dc"}
    names |= {"/services/": "mot-cua", "/runbooks/": "CircuitDown"}
    async with faced(tmp_path) as face:
        for route in ROUTES:
            if route.method != "GET" or route.path.endswith("/stream"):
                continue
            name = next((own for part, own in names.items() if part in route.path), "x")
            path = route.path.replace("{name}", name).replace("{version}", "x")
            path = path.replace("{revision}", "abc")
            async with face.client.get(path) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy, path
                assert "frame-ancestors 'none'" in policy, path
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert PLANTED not in await answer.text(), path


def test_without_a_token_there_is_nothing_but_pages_and_the_way_in() -> None:
    opened = {route.path for route in ROUTES if not route.role and route.media != "text/html"}
    assert opened == {
        "/healthz",
        "/readyz",
        "/api/v1/session",
        "/console/{version}/{name}",
    }
    acting = [one for one in ROUTES if one.method not in ("GET", "HEAD")]
    assert {one.role for one in acting if one.path != "/api/v1/session"} == {"operator"}


@pytest.mark.parametrize(
    "forged",
    [
        '{"number": 1e999, "at": "2026-11-22T01:00:00Z", "previous": "", "act": "x"}',
        '{"number": 9, "at": "0001-01-01T00:00:00", "previous": "", "act": "x"}',
        '{"number": [9], "at": 5, "previous": null}',
        "[" * 100_000,
        "{}",
    ],
)
@pytest.mark.asyncio
async def test_a_line_put_in_by_hand_keeps_nobody_from_acting(tmp_path: Path, forged: str) -> None:
    path = tmp_path / NAME
    path.write_text(forged + "\n")
    async with faced(tmp_path) as face:
        await face.send("POST", "/api/v1/incidents/1/note", {"text": "hẹn 30 phút"})
        assert [one["act"] for one in (await face.get("/api/v1/audit"))["items"]] == ["note"]
    assert [line.deed.act for line, _, _ in verify(path).lines] == ["note"]
