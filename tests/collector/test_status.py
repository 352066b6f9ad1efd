"""`hatang status`: what a person reads at two in the morning, and what a program does."""

import asyncio
import hashlib
import json
import subprocess
import time
from collections.abc import Coroutine, Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from collector.api import Access, serve
from collector.command.main import main
from collector.command.situation import Situation, show
from collector.gate.peer import Peer
from collector.verdicts.events import EchoUnsent, Tick
from probes.reading import Reading, Reason
from tests.collector.running import LINE, NOW, Running

DOWN = "hbh-xa-05212-rt01"
UP = "hbh-dc-sw01"
HOME = "service/mot-cua/home"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")


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
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        server = await serve(self.running, "127.0.0.1:0", self._access)
        self.url = server.url
        (self.state / "run.json").write_text(json.dumps({"pid": 1, "api": server.url}))
        self._ready.set()
        await self._end.wait()
        await server.stop()

    def do(self, act: Coroutine[Any, Any, None]) -> None:
        """Have it done in the collector's loop."""
        asyncio.run_coroutine_threadsafe(act, self._loop).result(10)

    def end(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            self.running.journal.close()


def clock(at: float) -> str:
    """What the province's clocks showed."""
    return datetime.fromtimestamp(at, HERE).strftime("%H:%M:%S %d/%m/%Y")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    one = Served(tmp_path / "state", Access())
    yield one
    one.end()


def test_causes_are_shown_with_what_each_hides_since_when_and_why(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--state-dir", str(served.state)]) == 1
    shown = capsys.readouterr().out
    assert "Thiết bị: Bị che bởi sự cố khác 1 · Hoạt động tốt 1" in shown
    lines = [line.strip() for line in shown.splitlines()]
    cause = lines.index("[KHẨN CẤP] Đường truyền Kênh xã Pà Cò mất kết nối")
    facts, evidence, hides = lines[cause + 1 : cause + 4]
    assert facts.startswith(f"Từ {clock(NOW - 5)} (đã ")
    assert facts.endswith("nghi phía: chưa xác định · sự cố 1")
    assert DOWN in evidence
    assert hides == (
        "Ảnh hưởng 3 (1 thiết bị, 1 địa điểm, 1 dịch vụ): "
        "Một cửa điện tử, UBND xã Pà Cò, Router UBND xã Pà Cò"
    )
    assert "Mất 5 giá trị" in shown


def test_marks_of_people_and_maintenance_are_shown_in_either_language(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    running = served.running
    now = time.time()

    async def act() -> None:
        await running.incidents.acknowledge(1, "an", now)
        await running.incidents.assign(1, "to-truyen-dan", "an", now)
        await running.incidents.suspect(1, True, "an", now)
        await running.windows.announce(["site:pa-co"], "fibre", (NOW, now + 60), "an", NOW)
        for told in running.told:
            running.desk.tell(told, NOW + 2)
        running.desk.tell(Tick("noc-1"), NOW + 3)

    served.do(act())
    assert main(["status", "--url", served.url, "--language", "en"]) == 1
    shown = capsys.readouterr().out
    assert "Circuit" in shown
    for mark in (
        "acknowledged: an",
        "owner: to-truyen-dan",
        "suspected cyber-security incident",
        "Affects 3 (1 device, 1 site, 1 service): Một cửa điện tử, UBND xã Pà Cò,",
        f"Maintenance 1: site:pa-co from {clock(NOW)} to",
    ):
        assert mark in shown, mark


def test_what_is_hidden_is_folded_and_what_else_is_degraded_stands_below() -> None:
    hides = [
        {"thing": f"device:d{n}", "title": f"D{n}", "state": "unreachable", "word": "x"}
        for n in range(9)
    ]
    cause = {
        "evidence": "",
        "flapping": True,
        "maintenance": "",
        "hidden": 900,
        "hides": hides,
        "incidents": [
            {
                "id": 7,
                "summary": "[CAO] chập chờn",
                "severity": "major",
                "side_word": "",
                "since": NOW,
                "acknowledged": None,
                "owner": "",
                "suspected": False,
            }
        ],
    }
    degraded = {
        "title": "Trung tâm",
        "since": NOW,
        "because": "",
        "evidence": "còn 1 hướng",
        "flapping": False,
        "maintenance": "site:dc",
    }
    status = {
        "province": "Hòa Bình",
        "collector": "noc-1",
        "timezone": "Asia/Ho_Chi_Minh",
        "now": NOW + 3725,
        "counts": dict.fromkeys(("up", "degraded", "down", "unreachable", "unknown"), 0),
        "stores": {},
        "reload_success": True,
        "dropped": {},
        "failing": [],
        "unasked": [],
        "alertmanagers": {},
    }
    page = StringIO()
    show(Console(file=page, width=160), Situation("vi", status, [cause], [degraded], []))
    lines = [line.strip() for line in page.getvalue().splitlines()]
    assert f"Từ {clock(NOW)} (đã 1 giờ 2 phút) · sự cố 7 · chập chờn" in lines
    assert "Ảnh hưởng 900 (9 thiết bị, +891): D0, D1, D2, D3, D4, D5 và 894 nữa" in lines
    assert any(
        line.startswith("Trung tâm") and "còn 1 hướng; đang bảo trì (site:dc)" in line
        for line in lines
    )


def test_programs_get_json(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--url", served.url, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["wrong"] is True
    assert [one["thing"] for one in told["causes"]] == [LINE]
    assert told["degraded"] == [], "the service is told with its cause"
    assert told["causes"][0]["hides"][0]["thing"] == "service:mot-cua"
    assert told["status"]["counts"]["up"] == 1


def mend(running: Running) -> None:
    """All is well: the circuit carries, and the service answers."""
    running.recover()
    poll(running, HOME)


def poll(running: Running, key: str, reason: Reason | None = None, **said: str) -> None:
    job = running.plan.jobs[key]
    running.pipeline.accept(job, Reading(NOW + 60, 0.1, reason=reason, **said), 0.0, 0)


def test_nothing_wrong_is_said_and_exits_0(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(served.running)
    assert main(["status", "--state-dir", str(served.state)]) == 0
    assert "Không có gì hỏng" in capsys.readouterr().out


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
    (line,) = [line for line in shown[shown.rindex("Lý do") :].splitlines() if "snmp" in line]
    assert "không xác thực được" in line
    assert f"2: {UP}, {DOWN}" in line
    assert "the agent does not know user noc; check the credential's user" in line
    assert "Không có gì hỏng" not in shown[shown.rindex("Lý do") :]
    poll(served.running, f"device/{UP}/snmp")
    poll(served.running, f"device/{DOWN}/snmp")
    assert main(["status", "--url", served.url]) == 0
    assert "sai tài khoản" not in capsys.readouterr().out


def test_a_probe_that_never_succeeded_is_wrong_and_programs_see_why(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.running.recover()
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
    assert "Kho local không nhận dữ liệu: refused [bold] (hàng đợi 1 giây)" in shown
    assert "Danh mục mới bị từ chối, xem: hatang check" in shown


def test_devices_that_cannot_be_asked_are_wrong_and_named_with_the_reason(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(served.running)

    async def unsent() -> None:
        for name in (UP, DOWN):
            why = "Network is unreachable"
            told = EchoUnsent("noc-1", f"device:{name}", NOW + 90, why)
            served.running.desk.tell(told, NOW + 120)
        served.running.desk.tell(Tick("noc-1"), NOW + 121)

    assert main(["status", "--url", served.url]) == 0
    served.do(unsent())
    capsys.readouterr()
    assert main(["status", "--url", served.url]) == 1
    shown = capsys.readouterr().out
    said = "không có tuyến tới mạng đó (Network is unreachable)"
    assert f"2 thiết bị không hỏi được: {said} ({UP}, {DOWN})" in shown
    assert "Không có gì hỏng" not in shown
    assert main(["status", "--url", served.url, "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)["status"]["unasked"]
    assert told == {"why": "Network is unreachable", "things": 2, "names": [UP, DOWN]}


def test_that_nobody_is_told_is_said_and_a_silent_alertmanager_is_wrong(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(served.running)
    assert main(["status", "--url", served.url]) == 0, "it was started so"
    assert "Không gửi được cảnh báo: chạy không có --alertmanager" in capsys.readouterr().out
    one, other = Peer("http://noc:secret@127.0.0.1:9"), Peer("http://127.0.0.1:9093")
    served.running.telling.rounds.peers = (one, other)
    assert main(["status", "--url", served.url, "--language", "en"]) == 1
    said = "Nobody is told of anything: http://127.0.0.1:9, http://127.0.0.1:9093 takes nothing"
    shown = capsys.readouterr().out
    assert said in shown
    assert "secret" not in shown
    other.up = True
    assert main(["status", "--url", served.url]) == 1
    assert "Alertmanager http://127.0.0.1:9 không nhận cảnh báo" in capsys.readouterr().out
    one.up = True
    assert main(["status", "--url", served.url, "--json"]) == 0
    status = json.loads(capsys.readouterr().out)["status"]
    assert status["alertmanagers"] == {"http://127.0.0.1:9": True, "http://127.0.0.1:9093": True}


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
