"""Real daemons for tests: each on a free loopback port, as its own process, ended by its pid.

Each is a context manager that yields once the daemon answers. What it wrote stands in the failure's
message when it does not.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

# Debian keeps some daemons where a plain user's PATH does not look.
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_PORTS = range(22_000, 32_000)


def program(name: str) -> str:
    """Where a daemon is; the test is skipped, and says so, when it is not installed."""
    found = shutil.which(name, path=_PATH)
    if found is None:
        pytest.skip(f"{name} is not installed (make test installs it)")
    return found


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of loopback that nobody holds now, from below those that the system gives to
    connections: of these one may be gone before a daemon has it.
    """
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket(socket.AF_INET, kind) as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


class Daemon:
    """A running daemon: where it listens, its process, what it said."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    @property
    def url(self) -> str:
        """Where it listens, for those that speak HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """End it and wait; killed when it does not end in ten seconds. Safe to repeat."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


Snmpd = Daemon


@contextlib.contextmanager
def daemon(
    command: Sequence[str],
    port: int,
    log: Path,
    answers: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
) -> Iterator[Daemon]:
    """Start a command and wait up to a minute until it answers."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [program(command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
        )
    running = Daemon(process, port, log)
    try:
        until = time.monotonic() + 60
        while not answers():
            assert process.poll() is None, f"{command[0]} ended: {running.output}"
            assert time.monotonic() < until, f"{command[0]} does not answer: {running.output}"
            time.sleep(0.05)
        yield running
    finally:
        running.stop()


def connects(port: int) -> bool:
    """True when something takes TCP connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def healthy(port: int, path: str = "/health") -> bool:
    """True when a page of it answers 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextlib.contextmanager
def snmpd(folder: Path, community: str = "public", lines: Sequence[str] = ()) -> Iterator[Snmpd]:
    """net-snmp's agent on every 127.x address; `lines` are added to its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port(socket.SOCK_DGRAM)
    config = folder / "snmpd.conf"
    config.write_text("\n".join([f"rocommunity {community} 127.0.0.0/8", *lines, ""]))
    ask = [program("snmpget"), "-v2c", "-c", community, "-t", "0.5", "-r", "0"]
    ask += [f"127.0.0.1:{port}", "1.3.6.1.2.1.1.3.0"]
    command = ["snmpd", "-f", "-Lo", "-C", "-c", str(config), "-p", str(folder / "snmpd.pid")]
    with daemon(
        [*command, f"udp:0.0.0.0:{port}"],
        port,
        folder / "snmpd.log",
        lambda: subprocess.run(ask, capture_output=True, check=False).returncode == 0,
        {"SNMP_PERSISTENT_DIR": str(folder)},
    ) as running:
        yield running


@contextlib.contextmanager
def victoria_metrics(folder: Path, port: int = 0) -> Iterator[Daemon]:
    """A store with its data in `folder`, which may be started on again, on the same port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [
        "victoria-metrics",
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=13",
        "-dedup.minScrapeInterval=1ms",
        "-search.latencyOffset=1ms",
    ]
    with daemon(command, port, folder / "vm.log", lambda: healthy(port)) as running:
        yield running


@contextlib.contextmanager
def alertmanager(folder: Path, config: str, port: int = 0) -> Iterator[Daemon]:
    """Alertmanager alone, with its configuration as text; what it knows stays in `folder`, where
    it may be started again, on the same port.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    path = folder / "alertmanager.yml"
    path.write_text(config)
    command = [
        "prometheus-alertmanager",
        f"--config.file={path}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    log = folder / "alertmanager.log"
    with daemon(command, port, log, lambda: healthy(port, "/-/ready")) as running:
        yield running


@contextlib.contextmanager
def vmalert(
    folder: Path,
    rules: Path,
    datasource: str,
    notifier: str,
    options: Sequence[str] = (),
    port: int = 0,
) -> Iterator[Daemon]:
    """vmalert with a file of rules (or a pattern), asking a store and telling a notifier; its
    state is kept in that store.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [
        "vmalert",
        f"-rule={rules}",
        f"-datasource.url={datasource}",
        f"-remoteWrite.url={datasource}",
        f"-remoteRead.url={datasource}",
        f"-notifier.url={notifier}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-datasource.queryTimeAlignment=false",
        "-remoteWrite.flushInterval=1s",
        *options,
    ]
    with daemon(command, port, folder / "vmalert.log", lambda: healthy(port)) as running:
        yield running


@contextlib.contextmanager
def snmp_exporter(folder: Path, config: str) -> Iterator[Daemon]:
    """Prometheus' SNMP exporter with a module file of the 0.21 format."""
    port = free_port()
    path = folder / "snmp.yml"
    path.write_text(config)
    command = ["prometheus-snmp-exporter", f"--config.file={path}"]
    command += [f"--web.listen-address=127.0.0.1:{port}"]
    with daemon(command, port, folder / "snmp_exporter.log", lambda: healthy(port, "/")) as running:
        yield running


@contextlib.contextmanager
def blackbox_exporter(folder: Path, config: str) -> Iterator[Daemon]:
    """Prometheus' blackbox exporter with its configuration."""
    port = free_port()
    path = folder / "blackbox.yml"
    path.write_text(config)
    command = ["prometheus-blackbox-exporter", f"--config.file={path}"]
    command += [f"--web.listen-address=127.0.0.1:{port}"]
    with daemon(command, port, folder / "blackbox.log", lambda: healthy(port, "/")) as running:
        yield running


@contextlib.contextmanager
def node_exporter(folder: Path) -> Iterator[Daemon]:
    """Prometheus' exporter of this machine's own figures."""
    port = free_port()
    command = ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"]
    command += ["--collector.processes"]
    log = folder / "node_exporter.log"
    with daemon(command, port, log, lambda: healthy(port, "/")) as running:
        yield running


@contextlib.contextmanager
def nginx(folder: Path, server: str) -> Iterator[Daemon]:
    """nginx with one server block; `{port}` in it stands for the port."""
    port = free_port()
    path = folder / "nginx.conf"
    temporary = " ".join(
        f"{kind}_temp_path {folder / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path.write_text(
        f"daemon off; pid {folder / 'nginx.pid'}; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{server.replace('{port}', str(port))}\n}}\n"
    )
    command = ["nginx", "-c", str(path), "-p", str(folder)]
    with daemon(command, port, folder / "nginx.log", lambda: connects(port)) as running:
        yield running


@contextlib.contextmanager
def sshd(folder: Path, extra: Sequence[str] = (), port: int = 0) -> Iterator[Daemon]:
    """OpenSSH's server with a host key of its own, kept in `folder`; nobody can log in unless
    `extra` options say how.
    """
    port = port or free_port()
    key = folder / "host_key"
    if not key.exists():
        command = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(command, check=True)
    options = [*extra, f"HostKey={key}", f"ListenAddress=127.0.0.1:{port}"]
    options += ["PidFile=none", "UsePAM=no"]
    started = ["sshd", "-D", "-e", "-f", "/dev/null", *(f"-o{option}" for option in options)]
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd's own demand of root
    with daemon(started, port, folder / "sshd.log", lambda: connects(port)) as running:
        yield running


@contextlib.contextmanager
def namespace(name: str) -> Iterator[str]:
    """A network namespace with loopback up, gone afterwards; skipped, and says so, without root."""
    if os.geteuid() != 0:
        pytest.skip("a network namespace needs root")
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no network namespace here: {made.stderr.decode().strip()}")
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)
