"""Whatever a collector at work stores is in the catalogue, with labels that it may carry."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons import Daemon, nginx, snmpd
from tests.house import series
from tests.running import Running, hatang_run, until

INVENTORY = """\
province: {{name: Hòa Bình}}
collectors: {{noc-1: {{}}}}
credentials: {{lab: {{snmp: {{version: 2c, community: env:SNMP_COMMUNITY}}}}}}
defaults: {{interval: 2s, ping: 1s, timeout: 1s, thresholds: {{StorageFull: {{warning: 85%}}}}}}
sites:
  lab: {{name: Phòng thử nghiệm, kind: data-centre, location: [20.81, 105.34]}}
  far: {{name: Xã Pà Cò, parent: lab, unit: {{code: "05212", name: Xã Pà Cò}}}}
devices:
  agent: {{address: 127.0.4.1, site: lab, credentials: [lab], probes: {{snmp: {{port: {agent}}}}}}}
  silent: {{address: 127.0.4.2, site: far, credentials: [lab], uplinks: [circuit:line],
           probes: {{snmp: {{port: {closed}}}}},
           checks: {{door: {{tcp: {{host: 127.0.0.1, port: {web}}}}},
                    page: {{http: {{url: "{url}"}}}}}}}}
circuits:
  line: {{kind: tslcd, provider: VNPT, contract: 15/2026, path: A, capacity: 200M,
         targets: {{availability: 99.5%, rtt: 50ms, loss: 1%, jitter: 30ms}}, probe: 127.0.4.3,
         a: agent/lo, z: silent/wan1}}
services:
  portal: {{name: Cổng dịch vụ công, level: 3, needs: [agent],
           checks: {{home: {{http: {{url: "{url}"}}}}}}}}
"""
PROOF = {
    "device_info",
    "device_state",
    "site_info",
    "circuit_info",
    "circuit_end_info",
    "circuit_capacity_bits_per_second",
    "circuit_target_rtt_seconds",
    "service_info",
    "probe_success",
    "probe_reason_info",
    "probe_failures_total",
    "poll_lateness_seconds",
    "icmp_rtt_seconds",
    "system_uptime_seconds",
    "system_load1",
    "memory_used_bytes",
    "interface_info",
    "interface_receive_bytes_total",
    "http_status_code",
    "http_duration_seconds",
    "tcp_connect_seconds",
    "collector_info",
    "collector_store_up",
}
"""Seen to be there, so that the test does not pass on an empty store."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Daemon]:
    page = "server { listen 127.0.0.1:{port}; location / { return 200 ok; } }"
    with nginx(tmp_path, page) as server:
        yield server


def _closed() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.4.2", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def running(tmp_path: Path, web: Daemon) -> Iterator[Running]:
    with snmpd(tmp_path / "agent") as agent:
        file = tmp_path / "inventory.yaml"
        file.write_text(
            INVENTORY.format(agent=agent.port, closed=_closed(), web=web.port, url=web.url)
        )
        secrets = {"SNMP_COMMUNITY": "public"}
        with hatang_run(file, tmp_path / "state", environment=secrets) as one:
            yield one


def test_everything_stored_is_in_the_catalogue(running: Running) -> None:
    until("the proof", lambda: running.names() >= PROOF, 40)
    found = running.series("{__name__!=''}")
    own = [labels for labels, _ in found if not labels["__name__"].startswith(("vm_", "go_"))]
    faults = {
        fault
        for labels in own
        if "job" not in labels  # what VictoriaMetrics says of itself
        for fault in series(labels["__name__"], {name for name in labels if name != "__name__"})
    }
    assert sorted(faults) == []
