"""The audit log's file: what is changed by hand shows, and a crash harms no line."""

import ast
import errno
import hashlib
import json
import logging
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest

from collector.audit import CUT, FIRST, NAME, Audit, Deed, Line, digest, parse, verify
from collector.command.main import main
from tests.collector.running import LINE

LATER = 4_000_000_000.0


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """A log with five lines."""
    one = Audit(tmp_path / NAME)
    for number in range(5):
        one.write(Deed("note", "an", True, "127.0.0.1", (LINE,), f"lần {number}"), 1e9 + number)
    return one


def every(_: Line) -> bool:
    return True


@pytest.mark.parametrize("missing", [1, 2, 40, 250], ids=["its end", "a byte", "a part", "most"])
def test_a_line_that_a_full_disk_cut_stays_and_the_chain_goes_on(
    audit: Audit, missing: int
) -> None:
    deed = verify(audit.path).lines[-1][0].deed
    before = audit.path.read_bytes()
    long = len(before.splitlines(keepends=True)[-1])
    room = len(before) + long - missing
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        with pytest.raises(OSError, match="too large"):
            audit.write(deed, 1e9 + 5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    cut = audit.path.read_bytes()
    assert len(cut) == room
    assert [one.number for one in audit.read(1, None, every).lines] == [5], "it was not done"
    assert verify(audit.path).torn == [6]
    assert Audit(audit.path).write(Deed("owner", "an"), 2e9) == 6
    assert audit.path.read_bytes().startswith(cut + CUT)
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


def spoken(audit: Audit) -> list[tuple[int, str, int | None]]:
    found = verify(audit.path)
    assert (found.problems, found.torn) == ([], [])
    return [(one.number, one.deed.outcome, one.deed.of) for one, _, _ in found.lines[5:]]


def test_an_act_that_a_crash_cut_off_is_closed_at_the_next_start_and_only_once(
    audit: Audit,
) -> None:
    deed = Deed("owner", "an", True, "127.0.0.1", (LINE,), "", {"owner": "tổ mạng"})
    for number in (6, 7, 8):
        assert audit.write(deed, 2e9, lasts=True) == number
    audit.done(7)
    audit.write(Deed("owner", "an", outcome="failed", of=8), 2e9)  # the crash comes before `done`
    before = audit.path.read_bytes()
    for at in (3e9, 3e9 + 1):
        Audit(audit.path).settle(at)
        assert spoken(audit) == [
            *((6, "accepted", None), (7, "accepted", None), (8, "accepted", None)),
            *((9, "failed", 8), (10, "unknown", 6)),
        ]
    assert audit.path.read_bytes().startswith(before)
    told = audit.read(1, None, every).lines[0]
    assert (told.at, told.deed.act, told.deed.who, told.deed.things) == (
        3e9,
        "owner",
        "an",
        (LINE,),
    )
    assert "collector stopped" in told.deed.text
    assert [path.name for path in audit.path.parent.iterdir()] == [NAME]


def test_a_crash_before_the_line_was_on_disk_leaves_nothing_to_be_closed(audit: Audit) -> None:
    before = audit.path.read_bytes()
    audit.write(Deed("owner", "an"), 2e9, lasts=True)
    audit.path.write_bytes(before)  # noted to be under way, and then the power went
    other = Audit(audit.path)
    assert other.write(Deed("login", "bình"), 3e9) == 6
    other.settle(3e9)
    assert spoken(audit) == [(6, "accepted", None)]


def test_a_crash_while_acts_are_closed_closes_none_twice(audit: Audit) -> None:
    audit.write(Deed("owner", "an"), 2e9, lasts=True)
    notes = audit.path.with_suffix(".open")
    kept = notes.read_bytes()
    Audit(audit.path).settle(3e9)
    notes.write_bytes(kept)
    Audit(audit.path).settle(3e9)
    assert spoken(audit) == [(6, "accepted", None), (7, "unknown", 6)]
    notes.write_bytes(b"\xff not a hash\n")
    Audit(audit.path).settle(3e9)
    assert len(spoken(audit)) == 2


def test_what_a_full_disk_leaves_unsaid_is_said_at_the_start_after_that(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.write(Deed("owner", "an"), 2e9, lasts=True)
    other = Audit(audit.path)

    def full(_: bytes) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(other, "_add", full)
        other.settle(3e9)
    other.done(other.write(Deed("owner", "bình"), 3e9, lasts=True))
    Audit(audit.path).settle(4e9)
    assert spoken(audit) == [(6, "accepted", None), (7, "accepted", None), (8, "unknown", 6)]
