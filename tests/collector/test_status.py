"""`hatang status`: what a person reads at two in the morning, and what a program does."""

import asyncio
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from collector.api import Access, serve
from collector.command.main import main
from collector.events import EchoHeard
from probes.reading import Reading, Reason
from tests.collector.running import NOW, Running

DOWN = "hbh-xa-05212-rt01"
UP = "hbh-dc-sw01"
HOME = "service/mot-cua/home"


class Served:
    """A collector that answers from a thread, announced in its state directory."""

    def __init__(self, state: Path, access: Access) -> None:
        self.state = state
        self.running = Running(state)
        self._access = access
        self._ready = Event()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._ready.wait(10)

    async def _serve(self) -> None:
        server = await serve(self.running, "127.0.0.1:0", self._access)
        self.url = server.url
        (self.state / "run.json").write_text(json.dumps({"pid": 1, "api": server.url}))
        self._ready.set()
        await self._end.wait()
        await server.stop()

    def end(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            self.running.journal.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    one = Served(tmp_path / "state", Access())
    yield one
    one.end()


def test_what_is_down_is_shown_with_since_when_and_why(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--state-dir", str(served.state)]) == 1
    shown = capsys.readouterr().out
    assert "Mất kết nối / Down: 1   Hoạt động tốt / Up: 1" in shown
    (line,) = [line for line in shown.splitlines() if DOWN in line]
    assert "21/11/2026 08:16:00" in line
    assert "pa-co" in line
    assert "no echo answered for 65 s" in line
    assert "Mất 5 giá trị" in shown


def test_programs_get_json(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--url", served.url, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["wrong"] is True
    assert [one["name"] for one in told["down"]] == [DOWN]
    assert told["status"]["counts"]["up"] == 1


def mend(running: Running) -> None:
    """All is well: the device answers, and so does the service."""
    running.engine.step(EchoHeard("noc-1", DOWN), NOW + 90)
    poll(running, HOME)


def poll(running: Running, key: str, reason: Reason | None = None, **said: str) -> None:
    job = running.plan.jobs[key]
    running.pipeline.accept(job, Reading(NOW + 60, 0.1, reason=reason, **said), 0.0, 0)


def test_nothing_wrong_is_said_and_exits_0(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(served.running)
    assert main(["status", "--state-dir", str(served.state)]) == 0
    assert "Không có gì hỏng / Nothing is down" in capsys.readouterr().out


def test_probes_that_fail_are_grouped_by_reason_with_what_to_do(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(served.running)
    wrong = {"message": "the agent does not know user noc", "hint": "check the credential's user"}
    for device in (UP, DOWN):
        poll(served.running, f"device/{device}/snmp")
        poll(served.running, f"device/{device}/snmp", Reason.AUTH, **wrong)
    assert main(["status", "--url", served.url]) == 0, "one failure after a good run is a slip"
    poll(served.running, f"device/{UP}/snmp", Reason.AUTH, **wrong)
    assert main(["status", "--url", served.url]) == 1
    shown = capsys.readouterr().out
    (line,) = [line for line in shown[shown.rindex("Reason") :].splitlines() if "snmp" in line]
    assert "Sai thông tin truy cập / auth" in line
    assert f"2: {UP}, {DOWN}" in line
    assert "the agent does not know user noc; check the credential's user" in line
    assert "Nothing is down" not in shown[shown.rindex("Reason") :]
    poll(served.running, f"device/{UP}/snmp")
    poll(served.running, f"device/{DOWN}/snmp")
    assert main(["status", "--url", served.url]) == 0
    assert "auth" not in capsys.readouterr().out


def test_a_probe_that_never_succeeded_is_wrong_and_programs_see_why(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.running.engine.step(EchoHeard("noc-1", DOWN), NOW + 90)
    assert main(["status", "--url", served.url, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    first, second = told["status"]["failing"]
    assert (first["probe"], first["reason"], first["names"]) == (
        "http",
        "timeout",
        ["service:mot-cua"],
    )
    assert (first["things"], first["lasting"], first["answered"]) == (1, 1, False)
    assert (second["reason"], second["lasting"], second["answered"]) == ("partial", 0, True)
    assert second["hint"] == "look at the agent's load"


def test_a_collector_that_died_is_said_to_have(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with subprocess.Popen(["true"]) as dead:
        pass
    state = tmp_path / "dead"
    state.mkdir()
    announced = {"pid": dead.pid, "api": "http://127.0.0.1:9"}
    (state / "run.json").write_text(json.dumps(announced))
    assert main(["status", "--state-dir", str(state)]) == 2
    told = capsys.readouterr().err
    assert f"{state}/run.json (process {dead.pid}) ended without stopping" in told
    assert "hatang run" in told


def test_a_store_that_does_not_take_is_wrong_too(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(served.running)
    served.running.delivery.stats.stores["local"].up = False
    served.running.delivery.stats.stores["local"].message = "refused [bold]"
    served.running.reloaded = (False, NOW)
    assert main(["status", "--url", served.url]) == 1
    shown = capsys.readouterr().out
    assert "Store local is down: refused [bold] (spool 1s)" in shown
    assert "The last reload was refused: hatang check" in shown


def test_a_collector_that_is_not_there_exits_2_and_says_what_to_do(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served.end()
    assert main(["status", "--state-dir", str(served.state)]) == 2
    assert "start it with: hatang run" in capsys.readouterr().err
    assert main(["status", "--state-dir", str(tmp_path / "nowhere")]) == 2
    assert "--state-dir or --url" in capsys.readouterr().err
    assert main(["status", "--url", "file:///etc/passwd"]) == 2
    assert "is no http address" in capsys.readouterr().err


def test_a_token_is_taken_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"noc:viewer:{hashlib.sha256(b'the-token').hexdigest()}\n")
    served = Served(tmp_path / "state", Access(tokens=str(tokens)))
    try:
        assert main(["status", "--url", served.url]) == 2
        assert "put a valid token into HATANG_TOKEN" in capsys.readouterr().err
        monkeypatch.setenv("HATANG_TOKEN", "the-token")
        assert main(["status", "--url", served.url]) == 1
    finally:
        served.end()
