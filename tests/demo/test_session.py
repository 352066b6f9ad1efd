"""A whole demo, started and ended as a person does, and the parts that decide what it may touch."""

import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from collector.demo import view
from collector.demo.figures import Figures
from collector.demo.session import DemoError, environment, free_port, owned, prepare
from inventory.load import load
from probes.registry import vocabulary
from tests.daemons import program
from tests.demo.conftest import Namespace


def started(
    namespace: Namespace, inventory: Path, folder: Path, *more: str
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "collector.command.main", "demo"]
    return namespace.start([*command, "-i", str(inventory), "--state-dir", str(folder), *more])


def until_line(process: subprocess.Popen[str], wanted: Callable[[str], bool]) -> list[str]:
    """The lines of a demo up to the first that is wanted."""
    assert process.stdout is not None
    seen: list[str] = []
    for line in process.stdout:
        seen.append(line)
        if wanted(line):
            return seen
    assert process.stderr is not None
    raise AssertionError("".join(seen) + process.stderr.read())


def counted(line: str) -> bool:
    return "up=3" in line and "polls/s=–" not in line


def alive(folder: Path) -> list[str]:
    """Command lines of processes that work in a directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command and "nsenter" not in command:
            found.append(command)
    return found


def test_demo_shows_numbers_ends_on_ctrl_c_and_continues(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    program("victoria-metrics")
    folder = tmp_path / "state"
    demo = started(namespace, province_file, folder)
    lines = until_line(demo, counted)
    assert "starts clean" in lines[0]
    assert any(line.startswith("store ") and "interface_receive_bytes" in line for line in lines)
    demo.send_signal(signal.SIGINT)
    rest, errors = demo.communicate(timeout=20)
    assert (demo.returncode, errors) == (0, "")
    assert rest.endswith("hatang demo: stopped\n")
    assert alive(folder) == []

    again = started(namespace, province_file, folder)
    assert "continues what began" in until_line(again, lambda _: True)[0]
    until_line(again, lambda line: line.startswith("devices"))
    again.send_signal(signal.SIGTERM)
    again.communicate(timeout=20)
    assert again.returncode == 0
    assert alive(folder) == []


def test_children_end_when_the_demo_is_killed(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    program("victoria-metrics")
    program("setpriv")
    folder = tmp_path / "state"
    demo = started(namespace, province_file, folder)
    until_line(demo, lambda line: line.startswith("devices"))
    demo.kill()
    demo.communicate(timeout=10)
    end = time.monotonic() + 20
    while alive(folder) and time.monotonic() < end:
        time.sleep(0.2)
    assert alive(folder) == []


def test_inventory_with_errors_starts_nothing(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    province_file.write_text(province_file.read_text().replace("role: camera", "role: camra"))
    demo = started(namespace, province_file, tmp_path / "state")
    _, errors = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert "camra" in errors
    assert "nothing started" in errors
    assert not (tmp_path / "state").exists()


def test_fresh_removes_what_a_demo_made_and_nothing_else(tmp_path: Path) -> None:
    assert "starts clean" in prepare(tmp_path, fresh=False)
    (tmp_path / "collector" / "spool.sqlite").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    assert "continues" in prepare(tmp_path, fresh=False)
    assert (tmp_path / "collector" / "spool.sqlite").exists()
    assert "starts clean" in prepare(tmp_path, fresh=True)
    assert not (tmp_path / "collector" / "spool.sqlite").exists()
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("fresh", [False, True])
def test_directory_that_no_demo_made_is_left_alone(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "collector").mkdir()
    (tmp_path / "collector" / "data").write_text("real")
    with pytest.raises(DemoError, match="was not made by a demo"):
        prepare(tmp_path, fresh)
    assert (tmp_path / "collector" / "data").read_text() == "real"


def test_second_demo_on_a_directory_is_refused(tmp_path: Path) -> None:
    with (
        owned(tmp_path),
        pytest.raises(DemoError, match="a demo already runs"),
        owned(tmp_path),
    ):
        pass


def test_taken_port_gives_the_next_free_one() -> None:
    first = free_port(21_000)
    with socket.create_server(("127.0.0.1", first)):
        assert free_port(first) > first


def test_secrets_that_nothing_is_set_for_are_made_up(
    province_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load(province_file, vocabulary())
    monkeypatch.delenv("DEMO_COMMUNITY", raising=False)
    assert environment(loaded)["DEMO_COMMUNITY"] == "demo-demo-community"
    monkeypatch.setenv("DEMO_COMMUNITY", "set")
    assert environment(loaded)["DEMO_COMMUNITY"] == "set"


SEEN = Figures(
    states=Counter(up=837, down=1, unreachable=2),
    polls=100,
    polls_rate=13.5,
    samples_rate=2750.4,
    lateness=0.012,
    store_up=False,
    spool_bytes=3 * 2**20,
)
PLAYED = {"broken": [{"thing": "circuit:line", "since": 0}], "silent": 3, "limits": ["Pings go on"]}


def test_line_has_every_number_and_what_is_broken() -> None:
    assert view.line(SEEN, PLAYED) == (
        "devices up=837 degraded=0 down=1 unreachable=2 unknown=0 polls/s=13.5 samples/s=2750 "
        "lateness_p99=0.012 spool_bytes=3145728 store=down "
        "broken=circuit:line: 3 devices silent"
    )


def test_panel_shows_limits_addresses_and_a_store_that_is_down() -> None:
    console = Console(width=120)
    known = {"api": "http://127.0.0.1:9871", "query": "http://127.0.0.1:8428"}
    with console.capture() as shown:
        console.print(view.panel("Hatang demo", SEEN, PLAYED, known, []))
    text = shown.get()
    for wanted in ("837 up", "Pings go on", "http://127.0.0.1:9871/metrics", "down, data goes"):
        assert wanted in text
