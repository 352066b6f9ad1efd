"""The lab's province: a data centre, two carriers, two districts, four wards and a site with two
circuits; and a collector at work in its operations centre.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemons import program
from tests.inside import Inside, inside
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
"""Circuit, carrier, A, Z. Both ends' interfaces are named as the circuit. They count from 11: the
first is the bridge `br11` between its carrier's ports `a11` and `z11`, in 10.1.11.0/30.
"""
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
PROBED = "c-rs-b"
"""The circuit whose far interface is pinged."""
DEVICES = 10


class Watched:
    """The lab with a collector that watches it."""

    def __init__(self, one: Lab, state: Path, host: Inside) -> None:
        self.lab, self.state, self._host = one, state, host

    def api(self, path: str) -> Any:
        """A page of the collector's API, asked from its own host."""
        facts = json.loads((self.state / "run.json").read_text())
        return json.loads(self._host.fetch(facts["api"] + path))

    def incidents(self) -> list[dict[str, Any]]:
        """The newest incidents, in English."""
        return list(self.api("/api/v1/incidents?limit=50&language=en")["items"])

    def states(self) -> dict[str, str]:
        """The devices' states by name."""
        items = self.api("/api/v1/devices?limit=100")["items"]
        return {one["name"]: one["state"] for one in items}

    def quiet(self) -> bool:
        """Whether everything is up and nothing is open."""
        wrong = any(one["closed_at"] is None for one in self.incidents())
        return not wrong and list(self.states().values()) == ["up"] * DEVICES


class Story:
    """What is done to the lab, and what is told of it: each cause once, and nothing else."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.lab = watched, watched.lab
        self._before = {one["id"] for one in watched.incidents()}
        self._expected: set[tuple[str, str]] = set()
        self._allowed: set[tuple[str, str]] = set()
        self._cut: list[str] = []
        self._dark: list[str] = []

    def cut(self, *ends: str) -> None:
        """Take links (`host:interface`) down."""
        for end in ends:
            self._cut.append(end)
            self.lab.link(end, "down")

    def mend(self, *ends: str) -> None:
        """Take links up again."""
        for end in ends:
            self._cut.remove(end)
            self.lab.link(end, "up")

    def unplug(self, host: str) -> None:
        """Take a router's power."""
        self._dark.append(host)
        self.lab.unplug(host)

    def told(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The incidents since the story began, by alert and cause."""
        found = [one for one in self.watched.incidents() if one["id"] not in self._before]
        assert len({(one["alert"], one["cause"]) for one in found}) == len(found)
        return {(one["alert"], one["cause"]): one for one in found}

    def opens(self, alert: str, cause: str, sign: str = "") -> dict[str, Any]:
        """The incident that must be told, once its evidence holds a sign."""
        self._expected.add((alert, cause))

        def shown() -> dict[str, Any] | None:
            one = self.told().get((alert, cause))
            return one if one and (not sign or sign in codes(one)) else None

        return dict(until(f"{alert} {cause} {sign}", shown, 20))

    def may_open(self, alert: str, cause: str) -> None:
        """Allow a message that depends on which evidence comes first."""
        self._allowed.add((alert, cause))

    def open(self) -> list[str]:
        """The causes that are told of now."""
        return [one["cause"] for one in self.told().values() if one["closed_at"] is None]

    def ends(self, alert: str, cause: str) -> dict[str, Any]:
        """The incident that must end while others may last."""

        def shown() -> dict[str, Any] | None:
            one = self.told()[alert, cause]
            return one if one["closed_at"] is not None else None

        return dict(until(f"the end of {alert} {cause}", shown, 20))

    def over(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Mend everything; the incidents when all is up: those that had to be told, each ended
        with the evidence for it.
        """
        self.restore()
        until("all is up again", self.watched.quiet, 40)
        found = self.told()
        assert self._expected <= found.keys() <= self._expected | self._allowed, found
        assert [one["cause"] for one in found.values() if not one["ending"]] == []
        return found

    def restore(self) -> None:
        """Mend what is still cut and boot what has no power."""
        self.mend(*reversed(self._cut))
        while self._dark:
            self.lab.boot(self._dark.pop())


def codes(incident: dict[str, Any]) -> set[str]:
    """What the evidence says, in no language."""
    return {sign["code"] for sign in incident["signs"]}


def _built(one: Lab) -> None:
    for host in (*ROUTERS, "noc", "srv"):
        one.add_host(host)
    for carrier in ("vnpt", "viettel"):
        one.add_host(carrier, loopback=False)
    for cable in CABLES:
        one.add_cable(cable)
    for number, (name, carrier, a, z) in enumerate(LINES, 11):
        one.add_line(carrier, number, f"{a}:{name}", f"{z}:{name}")
    one.run("noc", "ip", "route", "add", "default", "via", "10.1.1.2")
    for host in (*ROUTERS, "srv"):
        route(one, host)
    for host in ROUTERS:
        answer_snmp(one, host)


def serve_ssh(one: Lab) -> None:
    """Start sshd on the server, with a host key of its own."""
    key = one.folder / "host_key"
    if not key.exists():
        make = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(make, check=True)
    options = (f"HostKey={key}", "PidFile=none", "UsePAM=no")
    command = [program("sshd"), "-D", "-e", "-f", "/dev/null", *(f"-o{one}" for one in options)]
    one.spawn("srv", *command, log="sshd")


def _inventory(one: Lab) -> str:
    lines = []
    for number, (name, carrier, a, z) in enumerate(LINES, 11):
        probe = f", probe: 10.1.{number}.2" if name == PROBED else ""
        lines.append(f"  {name}: {{provider: {carrier}, a: {a}/{name}, z: {z}/{name}{probe}}}")
    places = {host: one.address(host) for host in one.hosts}
    return INVENTORY.format(circuits="\n".join(lines), **places)


def _started(one: Lab, folder: Path, host: Inside) -> Watched:
    """A collector that has seen everything up."""
    inventory, state = folder / "inventory.yaml", folder / "state"
    inventory.write_text(_inventory(one))
    command = [sys.executable, "-m", "collector.command.main", "run", "-i", str(inventory)]
    command = ["env", f"LAB_COMMUNITY={COMMUNITY}", *command, "--state-dir", str(state)]
    process = one.spawn("noc", *command, log="collector")
    found = Watched(one, state, host)
    try:
        until(
            "the collector runs",
            lambda: (state / "run.json").exists() or process.poll() is not None,
        )
        until("all is up", found.quiet, 60)
    except (AssertionError, OSError):
        raise AssertionError(one.said("noc", "collector")) from None
    return found


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The lab, all its routes found, all its devices seen up."""
    with lab() as one:
        _built(one)
        serve_ssh(one)
        for host in ROUTERS:
            until(f"a route to {host}", lambda host=host: one.answers("noc", one.address(host)))
        with inside(one.name("noc")) as host:
            yield _started(one, tmp_path_factory.mktemp("lab"), host)


@pytest.fixture
def story(watched: Watched) -> Iterator[Story]:
    """A story that begins with everything up, and leaves everything mended."""
    until("all is up", watched.quiet, 40)
    one = Story(watched)
    yield one
    one.restore()
