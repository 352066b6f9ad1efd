"""Real snmpd on a free loopback port, as its own process, ended by its pid."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.daemons import free_port

AUTH_PASSWORD = "authpass12"
PRIV_PASSWORD = "privpass12"
USERS = {
    "none": ("", ""),
    "md5": ("md5", ""),
    "sha1": ("sha1", ""),
    "sha224": ("sha224", ""),
    "sha256": ("sha256", ""),
    "sha384": ("sha384", ""),
    "sha512": ("sha512", ""),
} | {
    f"{auth}-{priv}": (auth, priv)
    for auth in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    for priv in ("des", "aes128", "aes192", "aes256", "aes192c", "aes256c")
}
NET_SNMP_AUTH = {
    "md5": "MD5",
    "sha1": "SHA",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
NET_SNMP_PRIV = {
    "des": "DES",
    "aes128": "AES",
    "aes192": "AES-192",
    "aes256": "AES-256",
    "aes192c": "AES-192-C",
    "aes256c": "AES-256-C",
}


def _users() -> list[str]:
    lines = []
    for name, (auth, priv) in USERS.items():
        line = f"createUser {name}"
        if auth:
            line += f" {NET_SNMP_AUTH[auth]} {AUTH_PASSWORD}"
        if priv:
            line += f" {NET_SNMP_PRIV[priv]} {PRIV_PASSWORD}"
        level = "priv" if priv else "auth" if auth else "noauth"
        lines += [line, f"rouser {name} {level}"]
    return lines


class Snmpd:
    """One snmpd; `extra` are more lines of its configuration."""

    def __init__(self, folder: Path, *extra: str, ip: str = "127.0.0.1") -> None:
        self.folder = folder
        self.port = free_port(socket.SOCK_DGRAM)
        self.ip = ip
        self.extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *extra: str) -> None:
        """Start it and wait until it answers."""
        lines = [f"agentAddress udp:{self.ip}:{self.port}", "rocommunity public", *_users()]
        lines += ["sysLocation Phòng máy", *self.extra, *extra]
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "snmpd.conf"
        config.write_text("\n".join(lines) + "\n")
        self._process = subprocess.Popen(
            ["snmpd", "-f", "-m", "", "-Lf", str(self.folder / "log")],
            env={
                **os.environ,
                # with -C, or without the state in the path, it would not read the boots it saved
                "SNMPCONFPATH": f"{self.folder}:{self.folder}/state",
                "SNMP_PERSISTENT_DIR": str(self.folder / "state"),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if "NET-SNMP version" in self.log():
                return
            time.sleep(0.02)
        raise RuntimeError(f"snmpd did not start: {self.log()}")

    def log(self) -> str:
        """What it logged so far."""
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def forget(self) -> None:
        """Throw away what it kept over restarts: boots, engine id."""
        shutil.rmtree(self.folder / "state", ignore_errors=True)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
        (self.folder / "log").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def snmpd_program() -> str:
    """The program, or a skip that says what is missing."""
    program = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        pytest.skip("snmpd is not installed (apt install snmpd)")
    return program


@pytest.fixture(scope="module")
def snmpd(snmpd_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """One agent with all users, for tests that leave it as it is."""
    daemon = Snmpd(tmp_path_factory.mktemp("snmpd"))
    daemon.start()
    yield daemon
    daemon.stop()


@pytest.fixture
def make_snmpd(snmpd_program: str, tmp_path: Path) -> Iterator[Callable[..., Snmpd]]:
    """Agents of the test's own."""
    made: list[Snmpd] = []

    def make(*extra: str, **options: str) -> Snmpd:
        daemon = Snmpd(tmp_path / f"snmpd{len(made)}", *extra, **options)
        made.append(daemon)
        return daemon

    yield make
    for daemon in made:
        daemon.stop()
