"""A small province of real hosts: network namespaces joined by veth pairs and bridges, FRR routers
that speak OSPF, snmpd on each router, sshd where a server stands.

Everything carries this process's prefix and goes when the lab is closed; daemons are ended by their
own pids, and see a `/run` and a `/var/tmp` of their own. Each router's snmpd has a clock of its own
(a time namespace): one that lost its power has an uptime that begins anew. Made for what crosses a
network: routing, link down, both ends of a circuit, power.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Running = subprocess.Popen[bytes]
FRR = Path("/usr/lib/frr")
COMMUNITY = "lab-7c1e"
PLACES = "/usr/local/sbin:/usr/sbin:/sbin"
LONG_UP = 86_400
"""Seconds that a router says it has been up when the lab begins."""
_ALONE = (
    "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/tmp"
    ' && mkdir -m 755 /run/sshd /run/frr && exec "$0" "$@"'
)


@dataclass(frozen=True)
class Cable:
    """A veth pair between two hosts; `a` and `b` are `host:interface`. Where `bridge` is set the
    interface joins that host's bridge instead of having an address.
    """

    a: str
    b: str
    subnet: int = 0


@dataclass
class Lab:
    """A running lab. Hosts by short name; their loopback address is `10.255.0.<n>`."""

    folder: Path
    prefix: str
    hosts: list[str] = field(default_factory=list)
    running: dict[tuple[str, str], Running] = field(default_factory=dict)
    ports: dict[str, list[str]] = field(default_factory=dict)

    def name(self, host: str) -> str:
        """The namespace of a host."""
        return f"{self.prefix}{host}"

    def address(self, host: str) -> str:
        """A host's loopback address, reached by routing."""
        return f"10.255.0.{self.hosts.index(host) + 1}"

    def run(self, host: str, *command: str, check: bool = True) -> str:
        """Run a command inside a host and return what it says."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.name(host), *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        if check and done.returncode:
            raise RuntimeError(f"{host}: {' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def spawn(self, host: str, *command: str, log: str) -> Running:
        """Start a daemon inside a host; ended when the lab closes."""
        with (self.folder / f"{host}-{log}.log").open("ab") as output:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.name(host), "sh", "-c", _ALONE, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.running[host, log] = process
        return process

    def said(self, host: str, log: str) -> str:
        """The end of what a daemon wrote."""
        return (self.folder / f"{host}-{log}.log").read_text(errors="replace")[-3000:]

    def stop(self, host: str, *logs: str) -> None:
        """Kill daemons of a host, all where none is named by its log."""
        chosen = [one for one in self.running if one[0] == host and (not logs or one[1] in logs)]
        _end([self.running.pop(one) for one in chosen], signal.SIGKILL)

    def unplug(self, host: str) -> None:
        """Take a router's power: its interfaces and its daemons are gone."""
        for interface in self.ports[host]:
            self.link(f"{host}:{interface}", "down")
        self.stop(host)

    def boot(self, host: str) -> None:
        """Give a router its power back: it starts from nothing."""
        for interface in self.ports[host]:
            self.link(f"{host}:{interface}", "up")
        route(self, host)
        answer_snmp(self, host, uptime=0)

    def link(self, end: str, state: str) -> None:
        """Set an interface, written `host:interface`, `up` or `down`."""
        host, _, interface = end.partition(":")
        self.run(host, "ip", "link", "set", interface, state)

    def answers(self, source: str, address: str) -> bool:
        """Whether one echo comes back."""
        return address in self.run(source, "fping", "-a", "-r0", "-t300", address, check=False)

    def add_host(self, host: str, loopback: bool = True) -> None:
        """A namespace that forwards, with its loopback address."""
        subprocess.run(["ip", "netns", "add", self.name(host)], check=True)
        if loopback:
            self.hosts.append(host)
        self.run(host, "ip", "link", "set", "lo", "up")
        for key in ("ip_forward=1", "conf.all.rp_filter=0", "conf.default.rp_filter=0"):
            self.run(host, "sysctl", "-qw", f"net.ipv4.{key}")
        if loopback:
            self.run(host, "ip", "addr", "add", f"{self.address(host)}/32", "dev", "lo")

    def add_cable(self, cable: Cable) -> None:
        """A veth pair, with addresses 10.1.<subnet>.1 and .2 where it has a subnet."""
        (a, a_if), (b, b_if) = (end.split(":") for end in (cable.a, cable.b))
        self.run(a, "ip", "link", "add", a_if, "type", "veth", "peer", "name", "far-end")
        self.run(a, "ip", "link", "set", "far-end", "netns", self.name(b), "name", b_if)
        for end, last in ((cable.a, 1), (cable.b, 2)):
            if cable.subnet:
                self.add_port(end, f"10.1.{cable.subnet}.{last}/30")
            self.link(end, "up")

    def add_port(self, end: str, address: str) -> None:
        """Give an interface its address; OSPF is to speak on it."""
        host, _, interface = end.partition(":")
        self.run(host, "ip", "addr", "add", address, "dev", interface)
        self.ports.setdefault(host, []).append(interface)

    def add_line(self, carrier: str, number: int, a: str, z: str) -> None:
        """A circuit: a's interface and z's interface joined by a bridge inside a carrier. The
        carrier's own ports are `a<number>` and `z<number>`, the bridge is `br<number>`.
        """
        self.run(carrier, "ip", "link", "add", f"br{number}", "type", "bridge")
        self.run(carrier, "ip", "link", "set", f"br{number}", "up")
        for end, port, last in ((a, f"a{number}", 1), (z, f"z{number}", 2)):
            self.add_cable(Cable(end, f"{carrier}:{port}"))
            self.run(carrier, "ip", "link", "set", port, "master", f"br{number}")
            self.add_port(end, f"10.1.{number}.{last}/30")

    def close(self) -> None:
        """End every daemon, then the namespaces with all that is in them."""
        _end([*self.running.values()], signal.SIGTERM)
        listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            name = line.split()[0]
            if name.startswith(self.prefix):
                subprocess.run(["ip", "netns", "delete", name], check=True)


def needs() -> None:
    """Skip, and say why, where a lab cannot be."""
    if os.geteuid() != 0:
        pytest.skip("the lab needs root: it makes network namespaces")
    path = f"{os.environ.get('PATH', '')}:{PLACES}"
    for tool in ("ip", "sysctl", "fping", "snmpd", "sshd", "unshare"):
        if shutil.which(tool, path=path) is None:
            pytest.skip(f"the lab needs {tool}")
    if not Path("/proc/self/ns/time").exists():
        pytest.skip("the lab needs time namespaces (Linux 5.6)")
    if not (FRR / "ospfd").exists():
        pytest.skip("the lab needs FRR (package frr)")


@contextlib.contextmanager
def lab() -> Iterator[Lab]:
    """An empty lab, gone afterwards whatever happens."""
    needs()
    with tempfile.TemporaryDirectory(prefix="hatang-lab-") as folder:
        Path(folder).chmod(0o755)  # FRR's daemons drop to their own user
        made = Lab(Path(folder), f"hl{os.getpid()}-")
        try:
            yield made
        finally:
            made.close()


def route(one: Lab, host: str) -> None:
    """Start zebra and ospfd on a host: OSPF in one area, neighbours found dead within a second."""
    place = one.folder / host
    place.mkdir(exist_ok=True)
    shutil.chown(place, "frr", "frr")
    said = "".join(
        f"interface {name}\n ip ospf network point-to-point\n ip ospf retransmit-interval 1\n"
        " ip ospf dead-interval minimal hello-multiplier 4\nexit\n"
        for name in one.ports[host]
    )
    (place / "zebra.conf").write_text(f"hostname {host}\n")
    (place / "ospfd.conf").write_text(
        f"hostname {host}\n{said}router ospf\n ospf router-id {one.address(host)}\n"
        " network 10.0.0.0/8 area 0\n timers throttle spf 10 50 200\n"
        " timers throttle lsa all 50\n timers lsa min-arrival 20\nexit\n"
    )
    (place / "zserv.api").unlink(missing_ok=True)
    for daemon in ("zebra", "ospfd"):
        one.spawn(
            host,
            *(str(FRR / daemon), "-u", "frr", "-g", "frr", "-P", "0"),
            *("--vty_socket", str(place), "-z", str(place / "zserv.api")),
            *("-i", str(place / f"{daemon}.pid"), "-f", str(place / f"{daemon}.conf")),
            log=daemon,
        )
        if daemon == "zebra":
            _wait(f"{host}'s zebra", lambda: (place / "zserv.api").exists())


def answer_snmp(one: Lab, host: str, uptime: int = LONG_UP) -> None:
    """Start snmpd on a host, on all its addresses; the host has been up for so many seconds."""
    place = one.folder / f"{host}-snmp"
    place.mkdir(exist_ok=True)
    (place / "snmpd.conf").write_text(f"rocommunity {COMMUNITY}\nsysName {host}\n")
    offset = uptime - int(time.clock_gettime(time.CLOCK_BOOTTIME))
    one.spawn(
        host,
        *("unshare", "--time", "--boottime", str(offset)),
        *("env", f"SNMP_PERSISTENT_DIR={place}", "SNMPCONFPATH=/nonexistent"),
        *("snmpd", "-f", "-Lo", "-C", "-c", str(place / "snmpd.conf"), "udp:161"),
        log="snmpd",
    )


def _end(processes: Sequence[Running], how: signal.Signals) -> None:
    """End daemons with all that they started."""
    for process in reversed(processes):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
    until = time.monotonic() + 20
    for process in processes:
        try:
            process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(what: str, done: Callable[[], bool], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise RuntimeError(f"{what} is not there after {seconds:.0f} s")
        time.sleep(0.05)
