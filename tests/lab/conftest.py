"""The lab's province: a data centre, two carriers, two districts, four wards and a site with two
circuits; and a collector at work in its operations centre.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemons import program
from tests.lab.net import COMMUNITY, Cable, Lab, answer_snmp, lab, route
from tests.running import until

CABLES = (
    Cable("noc:eth0", "gw:noc", 1),
    Cable("gw:c1", "core1:gw", 2),
    Cable("gw:c2", "core2:gw", 3),
    Cable("core1:x", "core2:x", 4),
    Cable("core1:srv", "srv:eth0", 5),
)
LINES = (
    ("c-d1", "vnpt", "core1", "dist1"),
    ("c-d2", "viettel", "core2", "dist2"),
    ("c-w1", "vnpt", "dist1", "w1"),
    ("c-w2", "vnpt", "dist1", "w2"),
    ("c-w3", "viettel", "dist2", "w3"),
    ("c-w4", "viettel", "dist2", "w4"),
    ("c-rs-a", "vnpt", "core1", "rs"),
    ("c-rs-b", "viettel", "core2", "rs"),
)
"""Circuit, carrier, A, Z. Both ends' interfaces are named as the circuit."""
ROUTERS = ("gw", "core1", "core2", "dist1", "dist2", "w1", "w2", "w3", "w4", "rs")
INVENTORY = """\
province: {{name: Thử nghiệm}}
collectors: {{noc: {{attached_to: [core1, core2], gateway: 10.1.1.2}}}}
credentials: {{lab: {{snmp: {{version: 2c, community: env:LAB_COMMUNITY}}}}}}
defaults: {{interval: 3s, ping: 1s, timeout: 1s, settle: 8s}}
roles: {{router: {{probes: {{snmp: {{}}}}, credentials: [lab]}}}}
sites:
  dc: {{name: Trung tâm dữ liệu}}
  huyen-1: {{name: Huyện 1}}
  huyen-2: {{name: Huyện 2}}
  so: {{name: Sở hai đường}}
  xa-1: {{name: Xã 1}}
  xa-2: {{name: Xã 2}}
  xa-3: {{name: Xã 3}}
  xa-4: {{name: Xã 4}}
devices:
  core1: {{address: {core1}, site: dc, role: router, uplinks: [core2]}}
  core2: {{address: {core2}, site: dc, role: router}}
  srv: {{address: {srv}, site: dc, uplinks: [core1], checks: {{ssh: {{tcp: {{port: 22}}}}}}}}
  dist1: {{address: {dist1}, site: huyen-1, role: router, uplinks: [circuit:c-d1]}}
  dist2: {{address: {dist2}, site: huyen-2, role: router, uplinks: [circuit:c-d2]}}
  w1: {{address: {w1}, site: xa-1, role: router, uplinks: [circuit:c-w1]}}
  w2: {{address: {w2}, site: xa-2, role: router, uplinks: [circuit:c-w2]}}
  w3: {{address: {w3}, site: xa-3, role: router, uplinks: [circuit:c-w3]}}
  w4: {{address: {w4}, site: xa-4, role: router, uplinks: [circuit:c-w4]}}
  rs: {{address: {rs}, site: so, role: router, uplinks: [circuit:c-rs-a, circuit:c-rs-b]}}
circuits:
{circuits}
"""
DEVICES = 10
_FETCH = (
    "import sys, urllib.request;"
    "print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())"
)


class Watched:
    """The lab with a collector that watches it."""

    def __init__(self, one: Lab, process: subprocess.Popen[bytes], state: Path) -> None:
        self.lab, self.process, self.state = one, process, state

    def api(self, path: str) -> Any:
        """A page of the collector's API, asked from its own host."""
        facts = json.loads((self.state / "run.json").read_text())
        return json.loads(self.lab.run("noc", sys.executable, "-c", _FETCH, facts["api"] + path))

    def open(self) -> dict[str, dict[str, Any]]:
        """Open incidents by what is their cause."""
        return {one["cause"]: one for one in self.api("/api/v1/incidents?open=true")["items"]}

    def quiet(self) -> bool:
        """Whether everything is up and nothing is open."""
        states = [one["state"] for one in self.api("/api/v1/devices?limit=100")["items"]]
        return not self.open() and states == ["up"] * DEVICES


def _built(one: Lab) -> None:
    for host in (*ROUTERS, "noc", "srv"):
        one.add_host(host)
    for carrier in ("vnpt", "viettel"):
        one.add_host(carrier, loopback=False)
    interfaces: dict[str, list[str]] = {host: [] for host in ROUTERS}
    for cable in CABLES:
        one.add_cable(cable)
        for end in (cable.a, cable.b):
            host, _, interface = end.partition(":")
            interfaces.setdefault(host, []).append(interface)
    for number, (name, carrier, a, z) in enumerate(LINES, 11):
        one.add_line(carrier, number, f"{a}:{name}", f"{z}:{name}")
        interfaces[a].append(name)
        interfaces[z].append(name)
    one.run("noc", "ip", "route", "add", "default", "via", "10.1.1.2")
    for host in (*ROUTERS, "srv"):
        route(one, host, interfaces[host])
    for host in ROUTERS:
        answer_snmp(one, host)


def _serve_ssh(one: Lab) -> None:
    key, run = one.folder / "host_key", Path("/run/sshd")
    run.mkdir(exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    sshd = [program("sshd"), "-D", "-e", "-f", "/dev/null", "-o", f"HostKey={key}"]
    one.spawn("srv", *sshd, "-o", "PidFile=none", log="sshd")


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The lab, all its routes found, all its devices seen up."""
    folder = tmp_path_factory.mktemp("lab")
    with lab() as one:
        _built(one)
        _serve_ssh(one)
        for host in ROUTERS:
            until(f"a route to {host}", lambda host=host: one.answers("noc", one.address(host)), 40)
        inventory = folder / "inventory.yaml"
        circuits = "\n".join(
            f"  {name}: {{provider: {carrier}, a: {a}/{name}, z: {z}/{name}}}"
            for name, carrier, a, z in LINES
        )
        places = {host: one.address(host) for host in one.hosts}
        inventory.write_text(INVENTORY.format(circuits=circuits, **places))
        os.environ["LAB_COMMUNITY"] = COMMUNITY
        command = [sys.executable, "-m", "collector.command.main", "run", "-i", str(inventory)]
        process = one.spawn("noc", *command, "--state-dir", str(folder / "state"), log="collector")
        found = Watched(one, process, folder / "state")
        until("the collector runs", lambda: (folder / "state/run.json").exists(), 30)
        until("all is up", found.quiet, 60)
        yield found
        process.send_signal(signal.SIGTERM)
        process.wait(20)
