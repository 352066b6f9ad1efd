"""The audit log: what it has, that nothing changes it, and what happens where it is not written."""

import ast
import hashlib
import json
import logging
import os
import resource
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from collector.api import Access, audited
from collector.api.audited import ALL, EACH, HOUR, Refusals
from collector.api.routes import ROUTES
from collector.audit import FIRST, NAME, Audit, Deed, Line, digest, parse, verify
from collector.command.main import main
from tests.collector.running import LINE, Face, Running, faced
from tests.collector.test_api_guard import OPERATOR, VIEWER, bearer, served, tokens_file

ONE = "/api/v1/incidents/1"
WORK = "/api/v1/maintenance"
LATER = 4_000_000_000.0


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """A log with five lines."""
    one = Audit(tmp_path / NAME)
    for number in range(5):
        one.write(Deed("note", "an", True, "127.0.0.1", (LINE,), f"lần {number}"), 1e9 + number)
    return one


def every(_: Line) -> bool:
    return True


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
    refusals = Refusals(lambda: now)
    told = [refusals.counts("10.0.0.1") for _ in range(EACH + 5)]
    assert told == [0] * EACH + [None] * 5
    assert refusals.counts("10.0.0.2") == 5, "says how many were not written down"
    assert sum(refusals.counts(f"10.1.{n // 250}.{n % 250}") is not None for n in range(999)) == (
        ALL - EACH - 1
    )
    now = HOUR
    assert refusals.counts("10.0.0.1") == 999 - (ALL - EACH - 1)


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


def test_a_line_that_a_full_disk_cut_stays_and_the_chain_goes_on(audit: Audit) -> None:
    size = audit.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, resource.RLIM_INFINITY))
    try:
        with pytest.raises(OSError, match="too large"):
            audit.write(Deed("owner", "an"), 2e9)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    cut = audit.path.read_bytes()
    assert len(cut) == size + 40
    assert audit.write(Deed("owner", "an"), 2e9) == 6
    assert audit.path.read_bytes().startswith(cut + b"\n")
    found = verify(audit.path)
    assert (found.problems, found.torn, len(found.lines)) == ([], [6], 6)
    assert audit.read(9, None, every).sound


def test_a_restart_keeps_all_and_goes_on(audit: Audit) -> None:
    before = audit.path.read_bytes()
    again = Audit(audit.path)
    assert again.write(Deed("end", "binh"), 2e9) == 6
    assert audit.path.read_bytes().startswith(before)
    page = again.read(2, None, every)
    assert [(one.number, one.deed.act) for one in page.lines] == [(6, "end"), (5, "note")]
    assert (page.sound, page.following) == (True, 5)
    assert audit.path.stat().st_mode & 0o077 == 0


def test_anybody_can_look_at_the_chain_with_what_every_system_has(audit: Audit) -> None:
    script = f"sed -n 3p {audit.path} | tr -d '\\n' | sha256sum"
    told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    lines = audit.path.read_bytes().splitlines()
    assert told.stdout.split()[0] == json.loads(lines[3])["previous"]
    assert json.loads(lines[0])["previous"] == FIRST


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace(b"an", b"on"), *lines[1:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: lines[1:],
        lambda lines: [*lines[:3], lines[2], *lines[3:]],
        lambda lines: [*lines[:2], lines[2].replace(b'{"', b'{ "'), *lines[3:]],
        lambda lines: [*lines[:2], b"{}", *lines[3:]],
    ],
    ids=["word", "removed", "moved", "beginning", "twice", "space", "emptied"],
)
def test_whatever_is_changed_by_hand_shows(
    audit: Audit, change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = audit.path.read_bytes().splitlines()
    audit.path.write_bytes(b"\n".join(change(lines)) + b"\n")
    assert verify(audit.path).problems
    assert not audit.read(9, None, every).sound
    assert main(["audit", "--file", str(audit.path)]) == 1
    assert "line" in capsys.readouterr().err


def test_command_shows_the_lines_and_what_the_end_of_the_chain_is(
    audit: Audit, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "hatang.audit"):
        audit.write(Deed("note", "binh", text="x\x1b[2J\u202eđ"), LATER)
    state = ["--state-dir", str(audit.path.parent)]
    assert main(["audit", *state, "--since", "2030-01-01"]) == 0
    out, err = capsys.readouterr()
    assert "binh (own word) note" in out
    assert out.count("\n") == 1
    assert "\x1b" not in out + err
    sha = hashlib.sha256(audit.path.read_bytes().splitlines()[-1]).hexdigest()
    assert f"the chain holds up to line #6, sha256 {sha}" in err
    assert caplog.records[-1].sha256 == sha  # type: ignore[attr-defined]
    assert main(["audit", *state, "--holds", sha, "--who", "nobody"]) == 0
    assert main(["audit", *state, "--holds", digest(b"x")]) == 1
    capsys.readouterr()
    assert main(["audit", *state, "--json"]) == 0
    assert [json.loads(line)["number"] for line in capsys.readouterr().out.splitlines()] == [
        *range(1, 7)
    ]
    assert main(["audit", "--file", str(audit.path) + ".none"]) == 2


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"\xff", b'{"number": 1}', b"1", b"[" * 9999])
def test_what_is_no_line_is_none(line: bytes) -> None:
    assert parse(line) is None


def test_the_program_opens_the_file_for_nothing_but_reading_and_adding() -> None:
    """In the source: no other module names the file, and this one has no way to change a byte."""
    root = Path(__file__).parent.parent.parent
    source = (root / "collector/audit.py").read_text()
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & {"truncate", "unlink", "rename", "replace", "write_bytes", "write_text"}
    assert "O_APPEND" in source
    assert "O_TRUNC" not in source
    assert sorted(line.strip() for line in source.splitlines() if ".open(" in line) == [
        'file = self.path.open("rb")',
        "folder = os.open(self.path.parent, os.O_RDONLY)",
        "place = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)",
        'with path.open("rb") as file:',
    ]
    naming = [path for path in root.glob("collector/**/*.py") if NAME in path.read_text()]
    assert sorted(str(path.relative_to(root)) for path in naming) == [
        "collector/audit.py",
        "collector/command/audit.py",
    ]
