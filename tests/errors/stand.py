"""Everything that can refuse us: real daemons on loopback, and an inventory that asks them wrongly.

Each device or service of the inventory makes one error; `cases.py` says what must be told of it.
"""

import contextlib
import getpass
import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.certificates import Certificate, certificate
from tests.daemons import free_port, nginx, snmpd, sshd
from tests.services.servers import postfix
from tests.ssh.serving import keygen, known

COMMUNITY = "planted-community-5d1e"
AUTH, PRIV, WRONG = "planted-auth-71c0", "planted-priv-9b2f", "planted-wrong-44aa"
SECRETS = {"COMMUNITY": COMMUNITY, "AUTH": AUTH, "PRIV": PRIV, "WRONG": WRONG}

ROOT = os.geteuid() == 0
"""Postfix starts as root only."""

USERS = (
    f"createUser full SHA-256 {AUTH} AES {PRIV}",
    "rouser full priv",
    f"createUser signed SHA-256 {AUTH}",
    "rouser signed auth",
    f"rocommunity {COMMUNITY}-narrow 127.0.0.0/8 -V narrow",
    "view narrow included .1.3.6.1.2.1.1",
    f"rocommunity {COMMUNITY}-blind 127.0.0.0/8 -V blind",
    "view blind excluded .1",
)
WEB = """
server { listen 127.0.0.1:{port}; return 200 "ok"; }
server { listen 0.0.0.0:OTHER ssl; ssl_certificate F/other.pem; ssl_certificate_key F/other.key;
  return 404; }
server { listen 0.0.0.0:OLD ssl; ssl_certificate F/old.pem; ssl_certificate_key F/old.key; }
"""


def _v3(user: str, auth: str = "", priv: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"version": 3, "user": user}
    if auth:
        made["auth"] = {"sha256": f"env:{auth}"}
    if priv:
        made["priv"] = {"aes128": f"env:{priv}"}
    return made


CREDENTIALS: dict[str, dict[str, Any]] = {
    "right": {"version": "2c", "community": "env:COMMUNITY"},
    "wrong": {"version": "2c", "community": "env:WRONG"},
    "narrow": {"version": "2c", "community": "env:NARROW"},
    "blind": {"version": "2c", "community": "env:BLIND"},
    "stranger": _v3("stranger", "AUTH", "PRIV"),
    "wrong-auth": _v3("full", "WRONG", "PRIV"),
    "wrong-priv": _v3("full", "AUTH", "WRONG"),
    "no-auth": _v3("full"),
    "no-priv": _v3("full", "AUTH"),
    "too-high": _v3("signed", "AUTH", "PRIV"),
    "context": {**_v3("full", "AUTH", "PRIV"), "context": "nowhere"},
}


@dataclass
class Stand:
    """The inventory, its secrets, and the devices and services that stand in it."""

    folder: Path
    devices: dict[str, Any] = field(default_factory=dict)
    services: dict[str, Any] = field(default_factory=dict)
    credentials: dict[str, Any] = field(default_factory=dict)

    @property
    def inventory(self) -> Path:
        return self.folder / "inventory.yaml"

    def has(self, name: str) -> bool:
        """Whether such a device or service stands here."""
        return name in self.devices or name in self.services

    @property
    def environment(self) -> dict[str, str]:
        more = {"NARROW": f"{COMMUNITY}-narrow", "BLIND": f"{COMMUNITY}-blind"}
        return SECRETS | more

    def device(self, name: str, address: str, credential: str, probe: str, **settings: Any) -> None:
        """A device that is asked in one way."""
        probes = {"credentials": [credential], "probes": {probe: settings}}
        self.devices[name] = {"address": address, "site": "lab", **probes}

    def service(self, name: str, probe: str, **settings: Any) -> None:
        """A service that is checked in one way."""
        self.services[name] = {"name": name, "checks": {"check": {probe: settings}}}

    def write(self) -> None:
        """The inventory as a file: JSON is YAML."""
        text = {
            "province": {"name": "Hòa Bình"},
            "collectors": {"noc-1": {}},
            "defaults": {"interval": "5s", "ping": "1s", "timeout": "1s"},
            "sites": {"lab": {"name": "Phòng thử nghiệm"}},
            "credentials": self.credentials,
            "devices": self.devices,
            "services": self.services,
        }
        self.inventory.write_text(json.dumps(text, ensure_ascii=False, indent=1))


def _snmp(stand: Stand, port: int) -> None:
    for number, (name, access) in enumerate(CREDENTIALS.items(), 1):
        stand.credentials[f"snmp-{name}"] = {"snmp": access}
        stand.device(f"snmp-{name}", f"127.0.5.{number}", f"snmp-{name}", "snmp", port=port)
    foreign = {"port": port, "profile": "fortinet-fortigate"}
    stand.device("snmp-foreign", "127.0.5.100", "snmp-right", "snmp", **foreign)
    nobody = free_port(socket.SOCK_DGRAM)
    stand.device("snmp-nobody", "127.0.5.101", "snmp-right", "snmp", port=nobody)


def _ssh(stand: Stand, port: int, folder: Path, names: Sequence[str]) -> None:
    """The same four errors of logging in, met by the probe ssh and by the probe cli."""
    me, key = getpass.getuser(), str(keygen(folder / "stranger"))
    hosts: dict[str, Path] = {}
    for name, line in (("good", folder / "host_key.pub"), ("changed", folder / "stranger.pub")):
        hosts[name] = folder / f"known_{name}"
        known(hosts[name], port, line)
        one = hosts[name].read_text()
        hosts[name].write_text("".join(one.replace("127.0.0.1", address) for address in names))
    hosts["none"] = folder / "known_none"
    hosts["none"].write_text("# nobody yet\n")
    ways = {
        "unknown-host": {"key": f"file:{folder}/id", "known_hosts": f"file:{hosts['none']}"},
        "changed-host": {"key": f"file:{folder}/id", "known_hosts": f"file:{hosts['changed']}"},
        "wrong-key": {"key": f"file:{key}", "known_hosts": f"file:{hosts['good']}"},
        "wrong-password": {"password": "env:WRONG", "known_hosts": f"file:{hosts['good']}"},
    }
    for number, (name, access) in enumerate(ways.items()):
        stand.credentials[f"ssh-{name}"] = {"ssh": {"user": me, **access}}
        stand.device(f"ssh-{name}", names[number], f"ssh-{name}", "ssh", port=port)
        settings = {"port": port, "platform": "frr", "interval": "5s"}
        stand.device(f"cli-{name}", names[number], f"ssh-{name}", "cli", **settings)
    for probe, more in (("ssh", {}), ("cli", {"platform": "frr", "interval": "5s"})):
        nobody = {"port": free_port(), **more}
        stand.device(f"{probe}-nobody", "127.0.6.9", "ssh-wrong-key", probe, **nobody)


def _tls(stand: Stand, web: tuple[int, int, int], mail: dict[str, int], folder: Path) -> None:
    """Three bad certificates, met by every probe that speaks TLS; and a port that does not."""
    plain, other, old = web
    stand.credentials["web"] = {"http": {"user": "noc", "password": "env:WRONG"}}
    ca = {"self-signed": {}, "wrong-name": {"ca": str(folder / "other.pem")}}
    ca["expired"] = {"ca": str(folder / "old.pem")}
    for number, (name, more) in enumerate(ca.items(), 1):
        port = old if name == "expired" else other
        url = f"https://127.0.0.1:{port}/"
        stand.service(f"http-{name}", "http", url=url, **more)
        there = {"host": "127.0.0.1", **more}
        stand.service(f"tcp-{name}", "tcp", port=port, tls=True, **there)
        if mail:
            smtp = mail["old" if name == "expired" else "other"]
            stand.service(f"smtp-{name}", "smtp", port=smtp, tls="starttls", **there)
        stand.device(f"redfish-{name}", f"127.0.0.{number}", "web", "redfish", port=port, **more)
    stand.service("http-plain", "http", url=f"https://127.0.0.1:{plain}/")
    stand.service("tcp-plain", "tcp", host="127.0.0.1", port=plain, tls=True)
    stand.device("redfish-plain", "127.0.0.1", "web", "redfish", port=plain)
    known = {"ca": str(folder / "other.pem"), "server_name": "motcua.example.vn"}
    stand.device("redfish-absent", "127.0.0.4", "web", "redfish", port=other, **known)


def _certificates(folder: Path) -> tuple[Certificate, Certificate]:
    """One for another name, one that has ended."""
    ours = [f"127.0.0.{number}" for number in range(1, 5)]
    other = certificate(folder, "other", 90, ["motcua.example.vn"])
    return other, certificate(folder, "old", -3, ours)


@contextlib.contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    """All of it at work."""
    made = Stand(folder)
    other, old = _certificates(folder)
    names = [f"127.0.6.{number}" for number in range(1, 5)]
    keygen(folder / "id")
    ssh_port = free_port()
    ears = [f"ListenAddress={name}:{ssh_port}" for name in names]
    ears += [f"AuthorizedKeysFile={folder}/id.pub", "StrictModes=no"]
    with contextlib.ExitStack() as daemons:
        agent = daemons.enter_context(snmpd(folder / "snmpd", COMMUNITY, USERS))
        daemons.enter_context(sshd(folder, ears, ssh_port))
        other_port, old_port = free_port(), free_port()
        servers = WEB.replace("OTHER", str(other_port)).replace("OLD", str(old_port))
        web = daemons.enter_context(nginx(folder, servers.replace("F/", f"{folder}/")))
        mail = {}
        for name, shown in (("other", other), ("old", old)) if ROOT else ():
            (folder / f"mail-{name}").mkdir()
            mail[name], _ = daemons.enter_context(postfix(folder / f"mail-{name}", shown))
        _snmp(made, agent.port)
        _ssh(made, ssh_port, folder, names)
        _tls(made, (web.port, other_port, old_port), mail, folder)
        made.write()
        yield made
