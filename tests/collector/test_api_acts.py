"""What people do through the API, and how hostile bodies fare."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from collector.api import Access, serve
from tests.collector.running import LINE, NOW, Face, Running, faced
from tests.collector.test_api_guard import OPERATOR, VIEWER, bearer, served, tokens_file

ONE = "/api/v1/incidents/1"
WORK = "/api/v1/maintenance"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.asyncio
async def test_acts_stand_when_they_are_answered(face: Face) -> None:
    acked = await face.send("POST", f"{ONE}/acknowledge")
    assert acked["acknowledged"]["who"] == "operator"
    await face.send("POST", f"{ONE}/owner", {"owner": "to-truyen-dan", "who": "an"})
    noted = await face.send("POST", f"{ONE}/note", {"text": " gọi VNPT\nhẹn 30 phút ", "who": "an"})
    assert (noted["notes"][0]["text"], noted["notes"][0]["who"]) == ("gọi VNPT\nhẹn 30 phút", "an")
    marked = await face.send("POST", f"{ONE}/suspected", {"who": "truong-ca"})
    due = marked["suspected"]
    assert (due["first_notice_due"], due["full_report_due"]) == (
        int(NOW) + 86400,
        int(NOW) + 259200,
    )
    assert await face.get(ONE) == marked
    cleared = await face.send("POST", f"{ONE}/suspected", {"suspected": False})
    assert cleared["suspected"] is None
    (cause, *_) = (await face.get("/api/v1/verdicts"))["items"]
    assert cause["incidents"][0]["owner"] == "to-truyen-dan"
    events = (await face.get("/api/v1/events?where=kind=incident"))["items"]
    assert [one["text"] for one in events] == [
        "cleared",
        "suspected",
        "noted",
        "assigned",
        "acknowledged",
        "opened",
    ]
    await face.send("POST", "/api/v1/incidents/99/acknowledge", {}, 404)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"text": "x"', "Invalid JSON"),
        (b"[1]", "object"),
        (b"[" * 50_000, "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"{}", "text: Field required"),
        (b'{"text": 5}', "text: Input should be a valid string"),
        (b'{"text": "  "}', "text: String should have at least 1"),
        (b'{"text": "x", "admin": true}', "admin: Extra inputs"),
        (b'{"text": "a\\u001b[2J"}', "text: String should match"),
        (b'{"text": "a\\u202eb"}', "text: String should match"),
        (b'{"text": "\\ud800"}', "Invalid JSON"),
        (b'{"text": "x", "who": "a\\nb"}', "who: String should match"),
        (b'{"text": "' + b"x" * 2001 + b'"}', "text: String should have at most 2000"),
    ],
)
async def test_a_hostile_body_is_refused_with_what_is_wrong(
    face: Face, body: bytes, problem: str
) -> None:
    headers = {"Content-Type": "application/json"}
    async with face.client.post(f"{ONE}/note", data=body, headers=headers) as answer:
        told = await answer.json()
        assert answer.status == 400, told
    assert told["error"] == "the body is refused"
    assert any(problem in one for one in told["problems"]), told
    assert (await face.get(ONE))["notes"] == []


@pytest.mark.asyncio
async def test_a_body_that_is_no_json_or_too_large_is_refused(face: Face) -> None:
    async with face.client.post(f"{ONE}/note", data={"text": "a form"}) as answer:
        assert answer.status == 415
    await face.send("POST", f"{ONE}/note", {"text": "x" * 70_000}, 413)
    await face.send("POST", f"{ONE}/note?who=an", {"text": "x"}, 400)


@pytest.mark.asyncio
async def test_with_tokens_only_operators_act_and_in_their_own_name(tmp_path: Path) -> None:
    running = Running(tmp_path / "state")
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:

        async def act(token: str, body: dict[str, Any]) -> tuple[int, Any]:
            async with client.post(
                f"{ONE}/acknowledge", json=body, headers=bearer(token)
            ) as answer:
                return answer.status, await answer.json()

        assert (await act("wrong", {}))[0] == 401
        assert (await act(VIEWER, {}))[0] == 403
        status, told = await act(OPERATOR, {"who": "somebody else"})
        assert (status, told["problems"]) == (400, ["who: the token is operator's; leave it out"])
        status, told = await act(OPERATOR, {})
        assert (status, told["acknowledged"]["who"]) == (200, "operator")
    running.journal.close()


@pytest.mark.asyncio
async def test_maintenance_is_announced_listed_and_ended(face: Face) -> None:
    now = time.time()
    body = {"what": [LINE, "pa-co", LINE], "why": "VNPT chuyển tuyến", "to": now + 600, "who": "an"}
    one = await face.send("POST", WORK, body)
    assert one["what"] == [LINE, "site:pa-co"]
    assert now <= one["from"] < now + 60
    assert (one["to"], one["ended"]) == (now + 600, None)
    assert [(told.act, told.thing) for told in face.running.told] == [
        ("maintenance", LINE),
        ("maintenance", "site:pa-co"),
    ]
    assert (await face.get(WORK))["items"] == [one]
    ended = await face.send("DELETE", f"{WORK}/{one['id']}", {"who": "binh"})
    assert ended["ended"]["who"] == "binh"
    assert face.running.told[-1].act == "end-maintenance"
    assert (await face.get(WORK))["items"] == []
    await face.send("DELETE", f"{WORK}/{one['id']}", None, 404)
    await face.send("DELETE", f"{WORK}/x", None, 404)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"what": []}, "what: List should have at least 1"),
        ({"what": ["device:rt99"]}, 'what: nothing is called "device:rt99"'),
        ({"what": ["planet:mars"]}, "what: unknown kind"),
        ({"what": ["site:pa-co"] * 51}, "what: List should have at most 50"),
        ({"why": ""}, "why: String should have at least 1"),
        ({"to": 5}, "to: not after from"),
        ({"from": 5, "to": 6}, "to: is over already"),
        ({"to": time.time() + 400 * 86400}, "to: more than 366 days"),
        ({"to": "2026-11-22 10:00"}, "to: Value error, write Unix seconds"),
        ({"to": 1e300}, "to: Value error"),
        ({"from": "soon"}, "from: Value error"),
        ({"from": True}, "from: Value error"),
        ({"from": [1]}, "from: Value error"),
    ],
)
async def test_maintenance_that_makes_no_sense_is_refused(
    face: Face, change: dict[str, Any], problem: str
) -> None:
    body = {"what": ["site:pa-co"], "why": "x", "to": time.time() + 600, **change}
    told = await face.send("POST", WORK, body, 400)
    assert any(problem in one for one in told["problems"]), told
    assert face.running.told == []


@pytest.mark.asyncio
async def test_times_of_maintenance_may_be_iso_8601_with_a_zone(face: Face) -> None:
    body = {
        "what": ["site:pa-co"],
        "why": "x",
        "from": "2030-01-01T22:00:00+07:00",
        "to": "2030-01-02T04:00:00+07:00",
    }
    one = await face.send("POST", WORK, body)
    assert (one["from"], one["to"]) == (1893510000, 1893531600)


@pytest.mark.asyncio
async def test_without_a_disk_an_act_is_not_said_to_be_done(tmp_path: Path) -> None:
    running = Running(tmp_path)
    server = await serve(running, "127.0.0.1:0")
    running.journal.close()
    async with served(running) as client, client.post(f"{ONE}/acknowledge") as answer:
        told = await answer.json()
        assert answer.status == 503
    assert "not known to be on disk" in told["error"]
    await server.stop()
