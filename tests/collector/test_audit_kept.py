"""The audit log of a real collector, across a `kill -9`."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.audit import NAME, verify
from collector.command.main import main
from tests.running import until

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "collector.command.main", "run"]
PLACE = ["-i", str(ROOT / "tests/inventory/minimal.yaml"), "--store", "http://127.0.0.1:9"]


@contextmanager
def collector(state: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A running one, ended as by a power cut; and its address."""
    facts = state / "run.json"
    facts.unlink(missing_ok=True)
    process = subprocess.Popen(
        [*COMMAND, *PLACE, "--state-dir", str(state), "--listen", "127.0.0.1:0"],
        env={**os.environ, "SNMP_COMMUNITY": "public"},
        stderr=subprocess.DEVNULL,
    )
    try:
        until("it runs", facts.exists)
        yield process, json.loads(facts.read_text())["api"]
    finally:
        process.kill()
        process.wait()


def post(url: str, path: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_what_was_done_is_there_after_a_power_cut_and_the_chain_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = {"what": ["agent-1"], "why": "thay nguồn", "to": time.time() + 600, "who": "an"}
    with collector(tmp_path) as (process, url):
        one = post(url, "/api/v1/maintenance", work)
        process.send_signal(signal.SIGHUP)
        until("the reload stands", lambda: len(verify(tmp_path / NAME).lines) == 2)
        assert (tmp_path / "audit.open").read_text() == ""
    announced = verify(tmp_path / NAME).lines[0][2]
    (tmp_path / "audit.open").write_text(f"{announced}\n")  # as if it had not come to its end
    with collector(tmp_path) as (_, url):
        post(url, f"/api/v1/maintenance/{one['id']}/extend", {"to": time.time() + 900, "who": "b"})
    found = verify(tmp_path / NAME)
    assert (found.problems, found.torn) == ([], [])
    assert [(line.deed.act, line.deed.who) for line, _, _ in found.lines] == [
        ("announce", "an"),
        ("reload", ""),
        ("announce", "an"),
        ("extend", "b"),
    ]
    closed = found.lines[2][0].deed
    assert (closed.outcome, closed.of, closed.things) == ("unknown", 1, ("device:agent-1",))
    assert main(["audit", "--state-dir", str(tmp_path)]) == 0
    assert "thay nguồn" in capsys.readouterr().out
