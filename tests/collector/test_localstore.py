import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.localstore import (
    GIB,
    STOP_SECONDS,
    LocalStore,
    LocalStoreFailed,
    disk_reserve,
    ends,
)
from collector.stores import open_store
from collector.stores.answer import OK
from tests.collector.stored import exported, get, wait_for
from tests.collector.test_stores import body
from tests.daemons import free_port


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStore]:
    store = LocalStore(tmp_path, first_port=free_port())
    yield store
    store.stop()


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_it_stores_restarts_on_its_port_and_stops(local: LocalStore) -> None:
    local.start()
    pid, port = local.pid, local.port
    assert pid is not None
    assert os.getpgid(pid) != os.getpgid(0), "Ctrl-C does not reach it"
    assert local.address.name == "local"
    stamp = (int(time.time()) - 60) * 1000
    client = open_store(local.address)
    assert client.write(body(f"t,n=a v=1 {stamp + 7}")) == OK
    client.close()
    assert exported(port, "t_v") == {"a": {stamp: 1}}, "stamps are floored to the second"
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: local.pid not in (None, pid))
    wait_for(lambda: _healthy(port))
    assert (local.port, local.restarts) == (port, 1)
    second = local.pid
    assert second is not None
    local.stop()
    assert not alive(second)
    assert local.pid is None


def _healthy(port: int) -> bool:
    try:
        return get(port, "/health") == b"OK"
    except OSError:
        return False


def test_its_data_outlive_it(tmp_path: Path) -> None:
    stamp = (int(time.time()) - 60) * 1000
    first = LocalStore(tmp_path, first_port=free_port())
    first.start()
    client = open_store(first.address)
    assert client.write(body(f"t,n=a v=1 {stamp}")) == OK
    client.close()
    first.stop()
    again = LocalStore(tmp_path, first_port=free_port())
    again.start()
    assert exported(again.port, "t_v") == {"a": {stamp: 1}}
    again.stop()


def test_a_port_that_is_taken_is_passed_over(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        local = LocalStore(tmp_path, first_port=port)
        local.start()
        assert local.port > port
        local.stop()


def test_what_is_missing_is_named_with_its_package(tmp_path: Path) -> None:
    local = LocalStore(tmp_path, binary="no-such-victoria-metrics")
    with pytest.raises(LocalStoreFailed, match="apt-get install victoria-metrics"):
        local.start()
    local.stop()


def test_a_store_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "victoria-metrics").mkdir()
    (tmp_path / "victoria-metrics" / "data").write_text("no directory")
    local = LocalStore(tmp_path, first_port=free_port())
    with pytest.raises(LocalStoreFailed, match=r"does not start; .*victoria-metrics\.log ends: \S"):
        local.start()
    assert local.pid is None


def test_a_second_collector_on_the_same_state_is_refused(local: LocalStore) -> None:
    local.start()
    other = LocalStore(local.data.parent, first_port=free_port())
    with pytest.raises(LocalStoreFailed, match="another collector runs"):
        other.start()
    other.stop()
    assert local.pid is not None


CHILD = """
import sys, time
from pathlib import Path
from collector.localstore import LocalStore
local = LocalStore(Path(sys.argv[1]), first_port=int(sys.argv[2]))
local.start()
print(local.pid, flush=True)
time.sleep(60)
"""


def test_it_ends_when_the_collector_is_killed(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), str(free_port())], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    pid = int(child.stdout.readline())
    assert alive(pid)
    child.kill()
    child.stdout.close()
    child.wait()
    wait_for(lambda: not alive(pid))


def test_one_that_hangs_is_killed_soon_and_starts_again(tmp_path: Path) -> None:
    hung = LocalStore(tmp_path, first_port=free_port())
    hung.start()
    pid = hung.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    hung.stop()
    assert not alive(pid)
    assert time.monotonic() - began < STOP_SECONDS / 2
    again = LocalStore(tmp_path, first_port=free_port())
    again.start()
    assert _healthy(again.port)
    again.stop()


WORKS_ON = """
import signal, sys, time
def work(number, frame):
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        pass
    sys.exit(7)
signal.signal(signal.SIGINT, work)
print(flush=True)
signal.pause()
"""


def test_one_that_is_still_at_work_is_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", WORKS_ON], stdout=subprocess.PIPE) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        busy.send_signal(signal.SIGINT)
        assert ends(busy)
        assert busy.returncode == 7


def test_one_that_was_left_over_is_stopped_first(local: LocalStore) -> None:
    local.data.mkdir()
    log = local.log_path.open("ab")
    left = subprocess.Popen(
        [
            "victoria-metrics",
            f"-storageDataPath={local.data}",
            f"-httpListenAddr=127.0.0.1:{free_port()}",
        ],
        stdout=log,
        stderr=log,
    )
    log.close()
    (local.data.parent / "victoria-metrics.pid").write_text(f"{left.pid}\n")
    wait_for(lambda: (local.data / "flock.lock").exists())
    local.start()
    assert left.wait(5) is not None
    assert local.pid not in (None, left.pid)


def test_a_process_that_only_has_the_number_is_left_alone(local: LocalStore) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (local.data.parent / "victoria-metrics.pid").write_text(f"{bystander.pid}\n")
        local.start()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_its_log_is_bounded(local: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.localstore.LOG_BYTES", 1000)
    local.log_path.write_bytes(b"x" * 2000)
    local.start()
    assert b"xxx" not in local.log_path.read_bytes()
    assert local.log_path.with_suffix(".log.1").read_bytes() == b"x" * 2000


@pytest.mark.parametrize(
    ("total", "free", "reserve"),
    [
        (500 * GIB, 400 * GIB, 2 * GIB),
        (20 * GIB, 10 * GIB, GIB),
        (20 * GIB, 1 * GIB, GIB // 4),
        (500 * GIB, 3 * GIB, 3 * GIB // 4),
        (500 * GIB, 0, 0),
    ],
)
def test_the_reserve_of_disk_fits_the_disk(total: int, free: int, reserve: int) -> None:
    assert disk_reserve(total, free) == reserve
