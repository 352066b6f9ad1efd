"""The ssh probe on this very machine, through a real sshd."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from probes.catalogue import METRICS
from probes.reading import Reason
from probes.ssh.settings import SECTIONS
from tests import house
from tests.ssh.serving import Server, ask, lines, once, programs, serving, shown

FAILED = """\
nginx.service                 loaded failed failed A high performance web server and a reverse proxy
certbot.timer                 loaded failed failed Run certbot twice daily"""


@pytest.mark.asyncio
async def test_reading_is_whole_and_of_the_catalogue(server: Server) -> None:
    reading = await once(server, only=[n for n in SECTIONS if n != "units"])
    assert reading.complete, (reading.message, reading.missing)
    assert reading.tables_answered == reading.tables_expected >= 6
    rows = [*reading.rows, *(row for table in reading.described.values() for row in table)]
    for head, fields in rows:
        labels = {name for name, _ in head.labels}
        for part in fields.decode().split(","):
            name = f"{head.subject}_{part.partition('=')[0]}"
            assert house.series(name, labels) == []
    described = {name for name, metric in METRICS.items() if metric.described}
    measured = {
        f"{h.subject}_{p.split('=')[0]}" for h, f in reading.rows for p in f.decode().split(",")
    }
    assert not measured & described
    assert {"device", "interfaces", "memory", "storage"} <= set(reading.described)


@pytest.mark.asyncio
async def test_many_polls_are_one_login_and_one_command_each(server: Server) -> None:
    logins, commands = server.said("Accepted publickey"), server.said("Starting session: command")
    session = server.session()
    for _ in range(5):
        assert (await ask(session)).success
    await session.close()
    assert server.said("Accepted publickey") == logins + 1
    assert server.said("Starting session: command") == commands + 5


@pytest.mark.asyncio
async def test_usage_is_told_from_the_second_poll_on(server: Server) -> None:
    session = server.session(only=["cpu"])
    first = shown(await ask(session))
    await asyncio.sleep(0.2)
    second = shown(await ask(session))
    await session.close()
    assert "cpu_usage_ratio" not in first
    assert first["cpu_seconds_total"].keys() == second["cpu_seconds_total"].keys()
    assert {("all",), ("0",)} <= second["cpu_usage_ratio"].keys()
    assert all(0 <= value <= 1 for value in second["cpu_usage_ratio"].values())


@pytest.mark.asyncio
async def test_what_seldom_changes_is_read_seldom(server: Server) -> None:
    session = server.session()
    first, second = await ask(session), await ask(session)
    await session.close()
    assert {"device", "interfaces"} <= first.described.keys()
    assert not {"device", "interfaces"} & second.described.keys()
    (device,) = first.described["device"]
    words = dict(device.head.labels)
    pretty = re.search(r'^PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text(), re.MULTILINE)
    assert pretty is not None
    assert words["os"] == pretty[1]
    assert words["version"] == Path("/proc/sys/kernel/osrelease").read_text().strip()


@pytest.mark.asyncio
async def test_clock_is_ours_to_a_few_milliseconds(server: Server) -> None:
    offsets = [
        shown(await once(server, only=["clock"]))["system_clock_offset_seconds"][()]
        for _ in range(3)
    ]
    assert min(map(abs, offsets)) < 0.1


@pytest.mark.asyncio
async def test_what_another_probe_tells_can_be_left_to_it(server: Server) -> None:
    reading = await once(server, only=["clock", "reboot"])
    assert reading.complete
    assert [head.subject for head, _ in reading.rows] == ["system"]


@pytest.mark.asyncio
async def test_words_before_and_between_do_no_harm(tmp_path: Path) -> None:
    noise = "echo; echo Welcome to $HOSTNAME; echo motd >&2; printf 'no line end'; exec /bin/sh"
    with serving(tmp_path, f"ForceCommand={noise}", "Banner=/etc/os-release") as server:
        reading = await once(server, only=["system", "memory", "storage"])
    assert reading.complete, reading.message
    assert {"memory_used_bytes", "storage_used_bytes", "system_load1"} <= shown(reading).keys()


@pytest.mark.asyncio
async def test_locale_of_the_account_changes_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, "SetEnv=LC_ALL=vi_VN.UTF-8 LANG=vi_VN.UTF-8 LANGUAGE=vi") as server:
        reading = await once(server, only=["system", "storage", "clock"])
    assert reading.complete, reading.message
    assert ("/",) in shown(reading)["storage_used_ratio"]


@pytest.mark.asyncio
async def test_failed_units_are_told_and_told_again_when_they_are_well(tmp_path: Path) -> None:
    list_ = tmp_path / "failed"
    list_.write_text(FAILED)
    path = programs(tmp_path / "bin", {"systemctl": f"cat {list_}"})
    with serving(tmp_path / "sshd", path) as server:
        memory: dict[str, object] = {}
        session = server.session(memory, only=["units"])
        down = shown(await ask(session))["unit_up"]
        list_.write_text(FAILED.partition("\n")[0])
        half = shown(await ask(session))["unit_up"]
        await session.close()
        session = server.session(memory, only=["units"])
        again = shown(await ask(session))["unit_up"]
        await session.close()
    assert down == {("nginx.service",): 0, ("certbot.timer",): 0}
    assert half == again == {("nginx.service",): 0, ("certbot.timer",): 1}


@pytest.mark.asyncio
async def test_chosen_units_are_told_each(tmp_path: Path) -> None:
    text = 'for s in active failed inactive; do echo "ActiveState=$s"; echo; done'
    path = programs(tmp_path / "bin", {"systemctl": text})
    with serving(tmp_path / "sshd", path) as server:
        reading = await once(server, only=["units"], units=["nginx", "app@1.service", "none.timer"])
    assert reading.complete, reading.message
    ups = shown(reading)["unit_up"]
    assert ups == {("nginx",): 1, ("app@1.service",): 0, ("none.timer",): 0}


@pytest.mark.asyncio
async def test_chosen_units_without_systemd_are_missing(server: Server) -> None:
    if Path("/run/systemd/system").exists():
        pytest.skip("systemd runs here")
    reading = await once(server, only=["system", "units"], units=["ssh.service"])
    assert reading.reason is Reason.PARTIAL
    assert reading.missing == ("units",)
    assert "not been booted with systemd" in reading.message or "ended with" in reading.message


@pytest.mark.asyncio
async def test_configured_commands_give_metrics_of_the_catalogue(
    server: Server, tmp_path: Path
) -> None:
    dump = tmp_path / "it's a dump"
    dump.write_bytes(b"x" * 1234)
    commands = {
        "backup_last_success_timestamp_seconds": {"db": f'stat -c %Y "{dump}"'},
        "backup_last_bytes": {"db": f'stat -c %s "{dump}"'},
        "mail_queue_messages": {"postfix": "printf 7", "exim": "echo 7 messages"},
        "log_used_ratio": {"journal": "echo 0.25"},
        "database_up": {"main": "exit 3"},
    }
    reading = await once(server, only=["system"], commands=commands)
    found = shown(reading)
    assert found["backup_last_success_timestamp_seconds"] == {("db",): int(dump.stat().st_mtime)}
    assert found["backup_last_bytes"] == {("db",): 1234}
    assert found["mail_queue_messages"] == {("postfix",): 7}
    assert found["log_used_ratio"] == {("journal",): 0.25}
    assert any(
        line.startswith("log,device=hbh-dc-app01,site=dc,store=journal ") for line in lines(reading)
    )
    assert reading.reason is Reason.PARTIAL
    assert reading.missing == ("mail_queue_messages of exim", "database_up of main")
    assert "says '7 messages', which is no number" in reading.message
    assert "ended with 3" in reading.message


@pytest.mark.asyncio
async def test_command_that_hangs_costs_only_itself(server: Server) -> None:
    commands = {"mail_queue_messages": {"hung": "sleep 60", "well": "echo 1"}}
    reading = await once(server, 8.0, only=["system"], commands=commands)
    assert reading.reason is Reason.PARTIAL
    assert reading.missing == ("mail_queue_messages of hung",)
    assert "did not end in time" in reading.message
    assert shown(reading)["mail_queue_messages"] == {("well",): 1}


@pytest.mark.asyncio
async def test_clock_of_chrony_is_taken_when_it_agrees(tmp_path: Path) -> None:
    told = "A1B2C3D4,10.0.0.1,3,1795296786.1,{},0.0,0.0,0.0,0.0,0.0,0.0,0.0,64.0,{}"
    chronyc = tmp_path / "tracking"
    path = programs(tmp_path / "bin", {"chronyc": f"cat {chronyc}"})
    with serving(tmp_path / "sshd", path) as server:
        chronyc.write_text(told.format("0.000004321", "Normal"))
        fine = shown(await once(server, only=["clock"]))
        chronyc.write_text(told.format("77.5", "Normal"))
        wrong = shown(await once(server, only=["clock"]))
    # positive is slow: the server's clock less NTP's is the opposite
    assert fine["system_clock_offset_seconds"] == {(): pytest.approx(-0.000004, abs=1e-6)}
    assert abs(wrong["system_clock_offset_seconds"][()]) < 1


@pytest.mark.asyncio
async def test_unix_without_proc_tells_uptime_load_and_file_systems(tmp_path: Path) -> None:
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"no mount namespace here: {tried.stderr.decode().strip()}")
    path = programs(
        tmp_path / "bin",
        {
            "uname": "case $1 in -s) echo FreeBSD;; *) echo 14.1-RELEASE-p5;; esac",
            "uptime": "echo ' 9:12AM  up 12 days, 3:04, 2 users, load averages: 0.31, 0.28, 0.25'",
            "sysctl": 'echo "{ sec = $(($(date +%s) - 1000)), usec = 5 } Fri Nov 21 10:00:00 2026"',
            "df": "cat <<'X'\n"
            "Filesystem  1024-blocks    Used   Avail Capacity  Mounted on\n"
            "zroot/ROOT/default 8000000 2000000 6000000  25%    /\n"
            "devfs                 1       1       0 100%    /dev\n"
            "nas:/vol/home   1000 10 990 1% /home\n"
            "zroot/var      8000 1000 6000 14% /var/my logs\nX",
        },
    )
    without = "exec unshare -m sh -c 'mount -t tmpfs none /proc; exec sh'"
    with serving(tmp_path / "sshd", path, f"ForceCommand={without}") as server:
        reading = await once(server)
    found = shown(reading)
    assert reading.reason is Reason.PARTIAL
    assert reading.missing == ("cpu, memory, disks, interfaces",)
    assert "FreeBSD has no /proc as Linux has" in reading.message
    assert reading.hint
    assert found["system_load5"] == {(): 0.28}
    assert 1000 <= found["system_uptime_seconds"][()] < 1010
    assert found["storage_used_ratio"] == {
        ("/",): 0.25,
        ("/var/my logs",): pytest.approx(1 / 7, abs=1e-5),
    }
    (device,) = reading.described["device"]
    assert ("version", "14.1-RELEASE-p5") in device.head.labels  # os-release is this machine's


@pytest.mark.asyncio
async def test_server_that_restarted_is_asked_again_in_the_same_poll(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        session = server.session(only=["system"])
        assert (await ask(session)).complete
        port = server.port
        _signal(_sessions(server), signal.SIGKILL)
    with serving(tmp_path, port=port):
        reading = await ask(session)
    await session.close()
    assert reading.complete, reading.message


@pytest.mark.asyncio
async def test_kept_connection_that_hangs_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        session = server.session(only=["system"])
        assert (await ask(session)).complete
        stopped = _sessions(server)
        try:
            _signal(stopped, signal.SIGSTOP)
            reading = await ask(session, 6.0)
        finally:
            _signal(stopped, signal.SIGKILL)
        await session.close()
    assert reading.complete, reading.message


def _sessions(server: Server) -> list[int]:
    """Processes that our sshd has started, youngest last."""
    found, parents = [], [server.daemon.process.pid]
    while parents:
        path = Path(f"/proc/{parents[0]}/task/{parents[0]}/children")
        children = [int(pid) for pid in path.read_text().split()]
        found += children
        parents = parents[1:] + children
    return found


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
