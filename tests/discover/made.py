"""Devices for the tests of discovery: agents with tables of neighbours, answers made by hand, and
the way through the real loader.
"""

import contextlib
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from collector.command.main import main
from collector.discover.found import Answer, Neighbour
from collector.vocabulary import vocabulary
from inventory.load import Inventory, load
from tests import daemons
from tests.snmp_session.replay import Oid, ReplayAgent, integer, tlv

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
CDP: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1)
MIKROTIK: Oid = (1, 3, 6, 1, 4, 1, 14988, 1, 1, 11, 1, 1)
IF_NAME: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
Objects = dict[Oid, bytes]


def system(name: str, location: str = "", services: int = 78, engine: str = "") -> Objects:
    """An agent of no known vendor. `engine` tells devices of one name apart."""
    objects = {
        (*SYSTEM, 1, 0): tlv(4, b"a device of the tests"),
        (*SYSTEM, 2, 0): tlv(6, bytes((43, 6, 1, 4, 1, 99))),
        (*SYSTEM, 3, 0): integer(67, 100_000),
        (*SYSTEM, 5, 0): tlv(4, name.encode()),
        (*SYSTEM, 6, 0): tlv(4, location.encode()),
        (*SYSTEM, 7, 0): integer(2, services),
    }
    if engine:
        objects[1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0] = tlv(4, engine.encode())
    return objects


def chassis(mac: str) -> Objects:
    """Its own chassis id, as LLDP sends it out."""
    return {(*LLDP, 3, 1, 0): integer(2, 4), (*LLDP, 3, 2, 0): tlv(4, bytes.fromhex(mac))}


def port(number: int, name: str) -> Objects:
    """A local port of LLDP."""
    return {
        (*LLDP, 3, 7, 1, 2, number): integer(2, 5),
        (*LLDP, 3, 7, 1, 3, number): tlv(4, name.encode()),
        (*LLDP, 3, 7, 1, 4, number): tlv(4, b"a description"),
    }


def lldp(number: int, who: Mapping[str, str], row: int = 1) -> Objects:
    """A neighbour on a local port: `name`, `port`, `mac`, `address`."""
    at = (0, number, row)
    objects = {
        (*LLDP, 4, 1, 1, 4, *at): integer(2, 4),
        (*LLDP, 4, 1, 1, 5, *at): tlv(4, bytes.fromhex(who.get("mac", "020000000001"))),
        (*LLDP, 4, 1, 1, 6, *at): integer(2, 5),
        (*LLDP, 4, 1, 1, 7, *at): tlv(4, who.get("port", "").encode()),
        (*LLDP, 4, 1, 1, 8, *at): tlv(4, b""),
        (*LLDP, 4, 1, 1, 9, *at): tlv(4, who.get("name", "").encode()),
    }
    if "address" in who:
        raw = ip_address(who["address"]).packed
        kind = 1 if len(raw) == 4 else 2
        objects[*LLDP, 4, 2, 1, 3, *at, kind, len(raw), *raw] = integer(2, 2)
    return objects


def cdp(index: int, name: str, port: str, address: str, local: str) -> Objects:
    """A neighbour as CDP tells it, on the port with an ifIndex."""
    return {
        (*CDP, 4, index, 1): tlv(4, ip_address(address).packed),
        (*CDP, 6, index, 1): tlv(4, name.encode()),
        (*CDP, 7, index, 1): tlv(4, port.encode()),
        (*CDP, 8, index, 1): tlv(4, b"cisco C9300"),
        (*IF_NAME, index): tlv(4, local.encode()),
    }


@contextlib.contextmanager
def network(devices: Mapping[str, Objects]) -> Iterator[tuple[int, dict[str, ReplayAgent]]]:
    """Agents by loopback address, all on one free port."""
    port = daemons.free_port(socket.SOCK_DGRAM)
    with contextlib.ExitStack() as stack:
        agents = {}
        for address, objects in devices.items():
            agents[address] = ReplayAgent(objects, at=(address, port))
            stack.callback(agents[address].close)
        yield port, agents


@contextlib.contextmanager
def snmpd(folder: Path, address: str, port: int, lines: Sequence[str]) -> Iterator[None]:
    """A real agent on one loopback address."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "snmpd.conf"
    config.write_text("\n".join([*lines, ""]))
    ask = [daemons.program("snmpget"), "-v2c", "-c", "ready", "-t", "0.5", "-r", "0"]
    ask += [f"{address}:{port}", "1.3.6.1.2.1.1.3.0"]
    config.write_text("\n".join(["rocommunity ready 127.0.0.0/8", *lines, ""]))
    command = ["snmpd", "-f", "-Lo", "-C", "-c", str(config), "-p", str(folder / "snmpd.pid")]
    with daemons.daemon(
        [*command, f"udp:{address}:{port}"],
        port,
        folder / "snmpd.log",
        lambda: subprocess.run(ask, capture_output=True, check=False).returncode == 0,
        {"SNMP_PERSISTENT_DIR": str(folder)},
    ):
        yield


INVENTORY = """\
include: [{include}]
collectors:
  noc-1: {{{collector}}}
credentials:
  core: {{snmp: {{version: 2c, community: env:DISCOVER_CORE}}}}
  other: {{snmp: {{version: 2c, community: env:DISCOVER_OTHER}}}}
  secure: {{snmp: {{version: 3, user: noc, auth: {{sha256: env:DISCOVER_AUTH}}, priv: {{aes128: env:DISCOVER_PRIV}}}}}}
  ssh-only: {{ssh: {{user: u, key: env:K, known_hosts: file:known_hosts}}}}
sites:
  dc: {{name: Trung tâm dữ liệu}}
devices:
  known-01: {{address: 127.61.0.1, site: dc, asset: {{serial: OLD-1, model: same}}}}
"""  # noqa: E501 - a file as people write it


def inventory(folder: Path, include: str = "", collector: str = "", more: str = "") -> Path:
    """An inventory in a folder, that may include a fragment."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "inventory.yaml"
    path.write_text(INVENTORY.format(include=include, collector=collector) + more)
    return path


def included(folder: Path, fragment: str, collector: str = "", more: str = "") -> Inventory:
    """A fragment through the real loader and `hatang check`, under that inventory."""
    path = inventory(folder, "fragment.yaml", collector, more)
    (folder / "fragment.yaml").write_text(fragment)
    assert main(["check", "-i", str(path)]) == 0
    return load(path, vocabulary())


def answer(address: str, name: str = "", *seen: Neighbour, **more: Any) -> Answer:
    """What an address told, identified unless `access` says otherwise."""
    told = {"access": "core", "name": name, "engine": f"80{address}" if name else ""} | more
    return Answer(address, neighbours=list(seen), **told)
