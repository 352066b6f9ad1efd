"""The main job from end to end: real agents, the real collector as a process, a real store."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.daemons import Snmpd, snmpd, victoria_metrics
from tests.running import Running, fetch, hatang_run, until

COMMUNITY = "planted-community-7f3a"
PASSWORD = "planted-password-91bc"
SECRETS = {"SNMP_COMMUNITY": COMMUNITY, "SNMP_AUTH": PASSWORD, "SNMP_PRIV": PASSWORD}

INVENTORY = """\
province: {{name: Hòa Bình}}
collectors: {{noc-1: {{}}}}
credentials:
  lab: {{snmp: {{version: 2c, community: env:SNMP_COMMUNITY}}}}
  v3:
    snmp:
      {{version: 3, user: noc, auth: {{sha256: env:SNMP_AUTH}}, priv: {{aes128: env:SNMP_PRIV}}}}
defaults: {{interval: 2s, ping: 1s, timeout: 1s}}
sites: {{lab: {{name: Phòng thử nghiệm}}}}
devices:
{devices}
"""
DEVICE = (
    "  {name}: {{address: {address}, site: lab, credentials: [{credential}],"
    " probes: {{snmp: {{port: {port}}}}}}}"
)


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), community=COMMUNITY) as running:
        yield running


def inventory(path: Path, agent: Snmpd, count: int = 3, **extra: tuple[str, int]) -> Path:
    lines = [
        DEVICE.format(name=f"agent-{n}", address=f"127.0.3.{n}", credential="lab", port=agent.port)
        for n in range(1, count + 1)
    ]
    lines += [
        DEVICE.format(name=name, address=address, credential="v3", port=port)
        for name, (address, port) in extra.items()
    ]
    file = path / "inventory.yaml"
    file.write_text(INVENTORY.format(devices="\n".join(lines)))
    return file


@pytest.fixture
def running(tmp_path: Path, agent: Snmpd) -> Iterator[Running]:
    with hatang_run(inventory(tmp_path, agent), tmp_path / "state", environment=SECRETS) as one:
        yield one


def unbroken(running: Running, device: str, first: float, last: float) -> None:
    """Wait until the store holds a device from before `first` to after `last` without a gap."""
    match = f'system_uptime_seconds{{device="{device}"}}'

    def times() -> list[float]:
        try:
            return [at for _, samples in running.series(match) for at, _ in samples]
        except OSError:
            return []

    def whole() -> bool:
        found = times()
        gaps = [later - earlier for earlier, later in pairwise(found)]
        return bool(gaps) and found[0] < first and found[-1] > last and max(gaps) < 4.0

    try:
        until(f"{device} without a gap", whole, 40)
    except AssertionError as error:
        raise AssertionError(f"{error}: {times()}") from None
    assert len(running.series(match)) == 1


def test_device_is_polled_stored_and_queryable(running: Running) -> None:
    wanted = {
        "interface_receive_bytes_total",
        "interface_info",
        "icmp_rtt_seconds",
        "memory_used_bytes",
        "probe_success",
        "device_state",
        "device_info",
        "poll_lateness_seconds",
        "collector_polls_total",
        "site_info",
    }
    until(f"{wanted} in the store", lambda: wanted <= running.names())
    ((labels, samples), *_) = running.series('interface_receive_bytes_total{device="agent-1"}')
    assert labels["site"] == "lab"
    assert "interface" in labels
    assert samples
    page = running.api("/metrics")
    assert 'probe_success{device="agent-1",site="lab",probe="snmp"} 1' in page
    assert "collector_polls_total" in page


def test_verdict_follows_the_device_within_seconds(tmp_path: Path, agent: Snmpd) -> None:
    file = inventory(tmp_path, agent, 1, dead=("127.0.3.99", 9))
    text = file.read_text().replace(
        "site: lab, credentials: [v3]", "site: lab, ping: off, credentials: [v3]"
    )
    file.write_text(text)
    with hatang_run(file, tmp_path / "state", environment=SECRETS) as running:

        def states() -> dict[str, str]:
            items = json.loads(running.api("/api/v1/verdicts?kind=device"))["items"]
            return {item["name"]: item["state"] for item in items}

        until("verdicts", lambda: states() == {"agent-1": "up", "dead": "down"})


def test_killed_store_is_restarted_and_no_counter_has_a_gap(running: Running) -> None:
    until("samples", lambda: running.series('system_uptime_seconds{device="agent-1"}'))
    time.sleep(4)
    os.kill(running.local_store_pid(), signal.SIGKILL)
    killed = time.time()
    for device in ("agent-1", "agent-2", "agent-3"):
        unbroken(running, device, killed - 3, killed + 15)


def test_store_that_was_away_gets_everything_afterwards(tmp_path: Path, agent: Snmpd) -> None:
    data = tmp_path / "vm"
    with victoria_metrics(data) as first:
        port = first.port
        store = f"http://127.0.0.1:{port}"
        file = inventory(tmp_path, agent)
        with hatang_run(file, tmp_path / "state", "--store", store, environment=SECRETS) as running:
            until("samples", lambda: running.series('system_uptime_seconds{device="agent-1"}'))
            first.stop()
            stopped = time.time()
            time.sleep(10)
            with victoria_metrics(data, port=port):
                unbroken(running, "agent-2", stopped, stopped + 15)


def test_sigterm_ends_it_within_five_seconds_and_the_store_with_it(running: Running) -> None:
    until("samples", lambda: running.series('system_uptime_seconds{device="agent-1"}'))
    store = running.local_store_pid()
    assert running.stop() < 5.0
    assert running.process.returncode == 0
    until("the store gone", lambda: not Path(f"/proc/{store}").exists(), 5)
    assert not (running.state / "run.json").exists()


def test_sigterm_ends_it_within_five_seconds_also_when_the_store_hangs(running: Running) -> None:
    until("samples", lambda: running.series('system_uptime_seconds{device="agent-1"}'))
    store = running.local_store_pid()
    os.kill(store, signal.SIGSTOP)
    time.sleep(3)  # long enough for a send to be under way
    assert running.stop() < 5.0
    assert running.process.returncode == 0
    assert not Path(f"/proc/{store}").exists()
    assert "local store hangs; killing it" in running.log.read_text()


def test_restart_continues_with_the_same_store(tmp_path: Path, agent: Snmpd) -> None:
    file = inventory(tmp_path, agent, 1)
    starts = []
    for _ in range(2):
        with hatang_run(file, tmp_path / "state", environment=SECRETS) as running:
            wanted = 'system_uptime_seconds{device="agent-1"}'
            starts.append(time.time())
            until(
                "fresh samples",
                lambda: any(s[-1][0] > starts[-1] for _, s in running.series(wanted)),  # noqa: B023
            )
            if len(starts) == 2:
                assert running.series(wanted)[0][1][0][0] < starts[1]
            running.stop()


def test_reload_takes_the_new_and_refuses_the_bad(tmp_path: Path, agent: Snmpd) -> None:
    file = inventory(tmp_path, agent, 2)
    with hatang_run(file, tmp_path / "state", environment=SECRETS) as running:

        def devices() -> set[str]:
            items = json.loads(running.api("/api/v1/devices"))["items"]
            return {item["name"] for item in items}

        assert devices() == {"agent-1", "agent-2"}
        good = file.read_text()
        file.write_text(good + "  broken: {addres: 127.0.0.1}\n")
        running.process.send_signal(signal.SIGHUP)
        until(
            "refusal",
            lambda: (
                "collector_reload_success" in (p := running.api("/metrics"))
                and 'collector_reload_success{collector="noc-1"} 0' in p
            ),
        )
        assert devices() == {"agent-1", "agent-2"}
        inventory(tmp_path, agent, 3)
        running.process.send_signal(signal.SIGHUP)
        until("the third device", lambda: devices() == {"agent-1", "agent-2", "agent-3"})


def test_bad_inventory_starts_nothing(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text("devices: {a: {addres: 127.0.0.1}}\n")
    state = tmp_path / "state"
    command = [sys.executable, "-m", "collector.command.main", "run", "-i", str(file)]
    done = subprocess.run(
        [*command, "--state-dir", str(state)], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert 'unknown key "addres"' in done.stderr
    assert "nothing started" in done.stderr
    assert not state.exists()


def test_second_collector_on_the_same_state_is_refused(running: Running, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "collector.command.main", "run"]
    command += ["-i", str(tmp_path / "inventory.yaml"), "--state-dir", str(running.state)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, env={**os.environ, **SECRETS}
    )
    assert done.returncode == 1
    assert "another collector runs on this state" in done.stderr


def test_no_secret_is_ever_shown(tmp_path: Path, agent: Snmpd) -> None:
    file = inventory(tmp_path, agent, 1, v3=("127.0.3.50", agent.port), refused=("127.0.3.51", 9))
    state = tmp_path / "state"
    more = ("--log-level", "debug")
    with hatang_run(file, state, *more, environment=SECRETS) as running:
        until("polls", lambda: running.series('probe_success{device="v3"}'))
        pages = ["/metrics", "/api/v1/openapi.json"]
        pages += [
            f"/api/v1/{kind}"
            for kind in ("devices", "sites", "circuits", "services", "verdicts", "incidents")
        ]
        pages += ["/api/v1/events", "/api/v1/readings?device=v3", "/api/v1/readings?device=refused"]
        shown = [running.api(page) for page in pages]
        shown.append(fetch(running.facts["query"] + "/api/v1/export?match[]={device!=''}"))
        running.stop()
    files = [one.read_bytes() for one in state.iterdir() if one.is_file()]
    for text in (*(page.encode() for page in shown), *files):
        assert COMMUNITY.encode() not in text
        assert PASSWORD.encode() not in text
