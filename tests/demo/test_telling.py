"""A whole demo with Alertmanager and vmalert: what is broken is told once, to whoever broke it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.demo.children import Child
from tests.daemons import program
from tests.demo.conftest import Namespace
from tests.demo.test_session import alive, until_line

PORTS = (9093, 9890, 8880, 8890)
HOLD = f"""
import socket, time
held = [socket.create_server(("127.0.0.1", port)) for port in {PORTS}]
print("held", flush=True)
time.sleep(300)
"""
DEMO = [sys.executable, "-m", "collector.command.main", "demo"]


def up(line: str) -> bool:
    """Whether a line of numbers says that every device is up."""
    return "up=3" in line


@contextmanager
def demo(
    namespace: Namespace, inventory: Path, folder: Path, *before: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A demo whose devices are all up, and what it said until then."""
    where = ["-i", str(inventory), "--state-dir", str(folder)]
    process = namespace.start([*before, *DEMO, *where])
    try:
        yield process, "".join(until_line(process, up))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def ask(namespace: Namespace, folder: Path, *verb: str) -> str:
    """What `hatang demo --break` and its like print."""
    done = namespace.run(*DEMO, "--state-dir", str(folder), *verb, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def taken(namespace: Namespace) -> Iterator[None]:
    """Another program on every port that the demo would rather have."""
    holding = namespace.start([sys.executable, "-c", HOLD])
    assert holding.stdout is not None
    assert holding.stdout.readline() == "held\n"
    yield
    holding.kill()
    holding.communicate()


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("taken")
def test_cut_is_told_once_and_its_end_once_though_the_usual_ports_are_taken(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    for needed in ("victoria-metrics", "prometheus-alertmanager", "vmalert", "nft"):
        program(needed)
    folder = tmp_path / "state"
    with demo(namespace, province_file, folder) as (_, said):
        assert "alerts   http://127.0.0.1:9094/" in said
        broken = ask(namespace, folder, "--break", "line")
        assert broken.count("●") == 1
        assert "circuit:line is broken; 2 devices fell silent: cam, rt" in broken
        assert "[KHẨN CẤP] " in broken
        assert "VNPT" in broken
        assert "Việc cần làm: " in broken
        assert ask(namespace, folder, "--break", "line") == (
            "circuit:line is broken already; --mend mends it\n"
        )
        mended = ask(namespace, folder, "--mend")
        assert mended.count("○ ") == 1
        assert "[ĐÃ KHẮC PHỤC] " in mended
        assert "●" not in mended
    assert alive(folder) == []


@pytest.mark.timeout(120)
def test_without_alertmanager_a_line_says_what_to_install(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("victoria-metrics", "vmalert", "setpriv", "nft"):
        found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if found is not None:
            (programs / name).symlink_to(found)
    folder = tmp_path / "state"
    before = ("/usr/bin/env", f"PATH={programs}")
    with demo(namespace, province_file, folder, *before) as (_, said):
        assert "Nobody is told anything; install prometheus-alertmanager." in said
        assert "nobody is told anything here" in ask(namespace, folder, "--break", "line")
    assert alive(folder) == []


@pytest.mark.timeout(120)
def test_killed_collector_ends_the_demo_and_says_how_it_ended(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    program("victoria-metrics")
    folder = tmp_path / "state"
    where = ["-i", str(province_file), "--state-dir", str(folder)]
    process = namespace.start([*DEMO, *where])
    until_line(process, up)
    (pid,) = [
        int(entry.parent.name)
        for entry in Path("/proc").glob("[0-9]*/cmdline")
        if f"main\0run\0--inventory\0{province_file}" in entry.read_text(errors="replace")
    ]
    os.kill(pid, signal.SIGKILL)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "hatang demo: the collector has ended (killed by SIGKILL)" in errors
    assert alive(folder) == []


def test_how_a_child_ended_is_told_in_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    child = Child(command, tmp_path / "child.log", os.environ)
    while child.alive:
        pass
    assert child.ending == "with code 3"
    child.stop(1)
