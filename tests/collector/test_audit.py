"""The audit log: what it has, that nothing changes it, and what happens where it is not written."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from collector.api import Access
from collector.api.acts import audited
from collector.api.acts.audited import HOUR, Tally
from collector.api.routes import ROUTES
from collector.audit import NAME, verify
from tests.collector.running import LINE, Face, Running, faced
from tests.collector.test_api_guard import OPERATOR, VIEWER, bearer, served, tokens_file

ONE = "/api/v1/incidents/1"
WORK = "/api/v1/maintenance"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


def soon(seconds: float = 600) -> float:
    return time.time() + seconds


async def told(face: Face, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await face.get(f"/api/v1/audit{query}"))["items"]
    return items


@pytest.mark.asyncio
async def test_every_act_is_one_line_with_who_what_and_the_words(face: Face) -> None:
    await face.send("POST", f"{ONE}/acknowledge", {"who": "an", "note": "đã gọi\nVNPT"})
    await face.send("POST", f"{ONE}/note", {"who": "binh", "text": "hẹn 30 phút"})
    await face.send("POST", f"{ONE}/owner", {"who": "an", "owner": "to-truyen-dan"})
    await face.send("POST", f"{ONE}/suspected", {"who": "truong-ca"})
    until = soon()
    work = {"who": "an", "what": [LINE, "pa-co"], "why": "chuyển tuyến", "to": until}
    one = await face.send("POST", WORK, work)
    place = f"{WORK}/{one['id']}"
    await face.send("POST", f"{place}/extend", {"who": "an", "to": until + 60, "why": "xin thêm"})
    await face.send("DELETE", place, {"who": "an"})
    await face.send("POST", "/-/reload", {"who": "an", "why": "ổ mới"})
    lines = (await told(face))[::-1]
    assert [(line["act"], line["who"], line["text"]) for line in lines] == [
        ("acknowledge", "an", "đã gọi\nVNPT"),
        ("note", "binh", "hẹn 30 phút"),
        ("owner", "an", ""),
        ("suspected", "truong-ca", ""),
        ("announce", "an", "chuyển tuyến"),
        ("extend", "an", "xin thêm"),
        ("end", "an", ""),
        ("reload", "an", "ổ mới"),
    ]
    assert {(line["outcome"], line["token"], line["address"]) for line in lines} == {
        ("accepted", False, "127.0.0.1")
    }
    assert [thing["thing"] for thing in lines[0]["things"]] == ["incident:1", LINE]
    assert lines[2]["detail"] == {"owner": "to-truyen-dan"}
    assert lines[5]["detail"] == {"from": until, "to": until + 60}
    assert [thing["thing"] for thing in lines[6]["things"]] == ["maintenance:1", LINE, "site:pa-co"]
    acked = await face.get(ONE)
    assert acked["acknowledged"]["who"] == "an"
    assert [note["text"] for note in acked["notes"]] == ["đã gọi\nVNPT", "hẹn 30 phút"]


@pytest.mark.asyncio
async def test_an_act_is_under_way_until_it_has_taken_effect_or_failed(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = face.running.audit.path.with_suffix(".open")
    seen: list[int] = []
    reload = face.running.reload

    async def looking(*given: str) -> list[str]:
        seen.append(len(notes.read_text().split()))
        return await reload(*given)

    monkeypatch.setattr(face.running, "reload", looking)
    await face.send("POST", "/-/reload", {"who": "an"})
    assert (seen, notes.read_text()) == ([1], "")
    monkeypatch.setattr(face.running.incidents, "note", None)
    async with face.client.post(f"{ONE}/note", json={"who": "an", "text": "x"}) as answer:
        assert answer.status == 500
    assert notes.read_text() == ""
    face.running.audit.settle(time.time())
    assert [line["outcome"] for line in await told(face)] == ["failed", "accepted", "accepted"]


@pytest.mark.asyncio
async def test_the_log_is_told_by_page_and_by_what_is_looked_for(face: Face) -> None:
    for number in range(7):
        await face.send("POST", f"{ONE}/note", {"who": f"n{number % 2}", "text": f"lời {number}"})
    page = await face.get("/api/v1/audit?limit=3")
    assert ([one["number"] for one in page["items"]], page["sound"]) == ([7, 6, 5], True)
    page = await face.get(f"/api/v1/audit?limit=5&cursor={page['next']}")
    assert ([one["number"] for one in page["items"]], page["next"]) == ([4, 3, 2, 1], None)
    assert [one["number"] for one in await told(face, "?where=who=n1")] == [6, 4, 2]
    assert [one["number"] for one in await told(face, "?search=kenh+xa+LOI+3")] == [4]
    assert await told(face, "?where=act=owner") == []
    assert len(await told(face, f"?where=thing={LINE}&limit=2")) == 2
    await face.get("/api/v1/audit?where=text=x", 400)
    await face.get("/api/v1/audit?cursor=eA", 400)


@pytest.mark.asyncio
async def test_an_act_that_fails_after_all_has_a_line_that_says_so(face: Face) -> None:
    face.running.journal.close()
    await face.send("POST", f"{ONE}/acknowledge", {"who": "an"}, 503)
    face.running.problems = ["devices.x: wrong"]
    await face.send("POST", "/-/reload", {"who": "an"}, 400)
    lines = (await told(face))[::-1]
    assert [(one["act"], one["outcome"], one["of"]) for one in lines] == [
        ("acknowledge", "accepted", None),
        ("acknowledge", "failed", 1),
        ("reload", "accepted", None),
        ("reload", "failed", 3),
    ]
    assert "not known to be on disk" in lines[1]["text"]


@pytest.mark.asyncio
async def test_what_makes_no_sense_is_no_act(face: Face) -> None:
    await face.send("POST", "/api/v1/incidents/99/acknowledge", {}, 404)
    await face.send("POST", f"{ONE}/note", {"text": ""}, 400)
    await face.send("POST", f"{WORK}/9/extend", {"to": soon()}, 404)
    await face.send("DELETE", f"{WORK}/9", None, 404)
    assert await told(face) == []


def acts() -> Iterator[tuple[str, str]]:
    for route in ROUTES:
        if route.method != "GET" and route.role == "operator":
            yield route.method, route.path.replace("{name}", "1")


@pytest.mark.parametrize(("method", "path"), list(acts()))
@pytest.mark.asyncio
async def test_a_viewer_is_refused_every_act_and_that_is_written_down(
    tmp_path: Path, method: str, path: str
) -> None:
    running = Running(tmp_path / "state")
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:
        async with client.request(method, path, json={}, headers=bearer(VIEWER)) as answer:
            assert answer.status == 403, await answer.text()
        async with client.get("/api/v1/audit", headers=bearer(VIEWER)) as answer:
            assert answer.status == 403
        async with client.get("/api/v1/audit", headers=bearer(OPERATOR)) as answer:
            looked, line = (await answer.json())["items"]
    running.journal.close()
    assert (line["act"], line["outcome"], line["who"]) == ("attempt", "refused", "viewer")
    assert line["detail"] == {"request": f"{method} {path}"}
    assert looked["detail"] == {"request": "GET /api/v1/audit"}
    assert running.incidents.open
    assert running.windows.standing(0) == []


@pytest.mark.asyncio
async def test_no_act_is_done_by_cookie_without_the_sessions_word(tmp_path: Path) -> None:
    running = Running(tmp_path / "state")
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:
        client.cookie_jar._unsafe = True  # type: ignore[attr-defined]
        async with client.post("/api/v1/session", json={"token": OPERATOR}) as answer:
            assert answer.status == 200
        for method, path in acts():
            async with client.request(method, path, json={}) as answer:
                assert (answer.status, (await answer.json())["error"]) == (
                    403,
                    "no valid X-Hatang-Session",
                ), path
    found = verify(tmp_path / "state" / NAME)
    running.journal.close()
    assert [one.deed.outcome for one, _, _ in found.lines][1:] == ["refused"] * len(list(acts()))


@pytest.mark.asyncio
async def test_who_comes_and_goes_and_who_is_not_let_in(tmp_path: Path) -> None:
    running = Running(tmp_path / "state")
    origin = {"Origin": "http://evil.example"}
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:
        client.cookie_jar._unsafe = True  # type: ignore[attr-defined]
        async with client.post("/api/v1/session", json={"token": "wrong"}) as answer:
            assert answer.status == 403
        async with client.get("/api/v1/wall", headers=bearer("wrong")) as answer:
            assert answer.status == 401
        async with client.get("/api/v1/wall") as answer:
            assert answer.status == 401
        async with client.post("/api/v1/session", json={"token": OPERATOR}) as answer:
            word = (await answer.json())["csrf"]
        async with client.post(f"{ONE}/acknowledge") as answer:
            assert answer.status == 403, "without the session's word"
        async with client.post(f"{ONE}/acknowledge", headers=origin) as answer:
            assert answer.status == 403
        async with client.post(f"{ONE}/acknowledge", headers={"X-Hatang-Session": word}) as answer:
            assert answer.status == 200
        async with client.delete("/api/v1/session"):
            pass
    found = verify(tmp_path / "state" / NAME)
    running.journal.close()
    assert [(one.deed.act, one.deed.who, one.deed.outcome) for one, _, _ in found.lines] == [
        ("login", "", "refused"),
        ("token", "", "refused"),
        ("login", "operator", "accepted"),
        ("attempt", "operator", "refused"),
        ("attempt", "", "refused"),
        ("acknowledge", "operator", "accepted"),
        ("logout", "operator", "accepted"),
    ]
    assert found.problems == []


def test_refused_attempts_fill_no_disk_and_are_counted() -> None:
    now = 0.0
    tally = Tally(20, 300, lambda: now)
    told = [tally.counts("10.0.0.1") for _ in range(25)]
    assert told == [0] * 20 + [None] * 5
    assert tally.counts("10.0.0.2") == 5, "says how many were not written down"
    others = [tally.counts(f"10.1.{n // 250}.{n % 250}") for n in range(999)]
    assert others == [0] * 279 + [None] * 720
    now = HOUR
    assert tally.counts("10.0.0.1") == 720


@pytest.mark.asyncio
async def test_who_logs_in_without_end_fills_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audited, "LOGINS_EACH", 3)
    running = Running(tmp_path / "state")
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:
        for _ in range(9):
            async with client.post("/api/v1/session", json={"token": VIEWER}) as answer:
                assert answer.status == 200
    running.journal.close()
    assert len(verify(tmp_path / "state" / NAME).lines) == 3


@pytest.mark.asyncio
async def test_an_act_that_cannot_be_written_down_is_not_done(face: Face) -> None:
    """A disk that is full, really: the kernel says so of this file."""
    audit = face.running.audit
    audit.path.symlink_to("/dev/full")
    refused = await face.send("POST", f"{ONE}/acknowledge", {"who": "an"}, 503)
    assert "nothing was done: the audit log cannot be written: No space left" in refused["error"]
    assert str(audit.path) in refused["hint"]
    body = {"what": [LINE], "why": "x", "to": soon()}
    for method, path, sent in (
        ("POST", f"{ONE}/note", {"text": "x"}),
        ("POST", WORK, body),
        ("POST", "/-/reload", {"why": "x"}),
    ):
        await face.send(method, path, sent, 503)
    one = await face.get(ONE)
    assert (one["acknowledged"], one["notes"]) == (None, [])
    assert (await face.get(WORK))["items"] == []
    assert face.running.asked == ("", "")
    audit.path.unlink()
    await face.send("POST", f"{ONE}/acknowledge", {"who": "an"})
    assert len(await told(face)) == 1


@pytest.mark.asyncio
async def test_a_file_that_may_not_be_written_refuses_the_act_too(face: Face) -> None:
    face.running.audit.path.mkdir()
    refused = await face.send("POST", f"{ONE}/acknowledge", {"who": "an"}, 503)
    assert "Is a directory" in refused["error"]
    assert (await face.get(ONE))["acknowledged"] is None


@pytest.mark.asyncio
async def test_a_disk_that_does_not_answer_holds_up_acts_and_nothing_else(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that nobody reads: whoever opens it waits for good."""
    monkeypatch.setattr(audited, "DISK", 0.2)
    path = face.running.audit.path
    os.mkfifo(path)
    for _ in range(20):  # more than there are threads for other work
        refused = await face.send("POST", f"{ONE}/note", {"who": "an", "text": "x"}, 503)
    assert "the disk does not answer" in refused["error"]
    assert (await face.get(ONE))["notes"] == []
    await face.get("/api/v1/wall")
    pipe = path.rename(path.with_suffix(".pipe"))
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    await face.send("POST", f"{ONE}/note", {"who": "an", "text": "y"})
    os.close(reader)
    face.running.audit.thread.shutdown()
    lines = {one["text"]: one for one in await told(face)}
    assert lines.keys() == {"x", "y", "written too late: not done"}
    assert lines["written too late: not done"]["of"] == lines["x"]["number"]
    assert [note["text"] for note in (await face.get(ONE))["notes"]] == ["y"]
