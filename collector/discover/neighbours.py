"""Whom a device sees beside it: LLDP-MIB (IEEE 802.1AB-2005), CISCO-CDP-MIB and MikroTik's table.

Everything in these tables was sent by a neighbour and is believed only as far as a proposal goes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from collector.discover.found import Neighbour
from probes.reading import clean
from probes.snmp.ber import encode_oid, encode_subids
from probes.snmp.column import Value
from probes.snmp.errors import SnmpError
from probes.snmp.index import arcs
from probes.snmp.poll import Poll
from probes.snmp.value import address, shown

ROWS = 500
"""Neighbours of a kind that are read: more is a table that somebody made up."""
PORTS = 2000

_LLDP = "1.0.8802.1.1.2.1"
LLDP = {
    name: encode_oid(f"{_LLDP}.4.1.1.{column}")
    for name, column in (
        ("chassis", 5), ("chassis_kind", 4), ("port", 7), ("port_kind", 6), ("port_text", 8),
        ("name", 9),
    )
}  # fmt: skip
"""lldpRemTable, indexed by time mark, local port number and a number of its own."""
LLDP_ADDRESSES = encode_oid(f"{_LLDP}.4.2.1.3")
"""lldpRemManAddrIfSubtype: the address itself stands in the index only."""
LLDP_PORTS = {
    name: encode_oid(f"{_LLDP}.3.7.1.{column}")
    for name, column in (("port", 3), ("port_kind", 2), ("port_text", 4))
}
"""lldpLocPortTable, indexed by local port number."""
CDP = {
    name: encode_oid(f"1.3.6.1.4.1.9.9.23.1.2.1.1.{column}")
    for name, column in (("name", 6), ("port", 7), ("address", 4), ("platform", 8))
}
"""cdpCacheTable, indexed by ifIndex and a number of its own."""
MIKROTIK = {
    name: encode_oid(f"1.3.6.1.4.1.14988.1.1.11.1.1.{column}")
    for name, column in (("name", 6), ("address", 2), ("chassis", 3), ("platform", 5), ("index", 8))
}
"""mtxrNeighborTable; `index` is the ifIndex of the local port."""
IF_NAME = encode_oid("1.3.6.1.2.1.31.1.1.1.1")

MAC, NETWORK = 4, 5
"""LldpChassisIdSubtype of a MAC and of an address."""
PORT_MAC = 3
"""LldpPortIdSubtype of a MAC."""

Cells = Mapping[str, Mapping[bytes, Value]]
"""Values by column and index."""


async def read(poll: Poll) -> tuple[list[Neighbour], bool]:
    """The neighbours of an agent, and whether its tables were read whole. Raises SnmpError."""
    whole = True
    remote, complete = await _table(poll, LLDP, ROWS)
    whole &= complete
    found: list[Neighbour] = []
    if any(remote.values()):
        told = await poll.column(LLDP_ADDRESSES, ROWS)
        local, complete = await _table(poll, LLDP_PORTS, PORTS)
        found += lldp(remote, told.indexes, local)
        whole &= told.complete and complete
    for protocol, columns in (("CDP", CDP), ("MNDP", MIKROTIK)):
        cells, complete = await _table(poll, columns, ROWS)
        whole &= complete
        found += await _with_ports(poll, cached(protocol, cells))
    return distinct(found), whole


async def _table(poll: Poll, columns: Mapping[str, bytes], rows: int) -> tuple[Cells, bool]:
    table = await poll.client.walk(poll.agent, list(columns.values()), poll.deadline, rows)
    read = {one.oid: dict(zip(one.indexes, one.values, strict=True)) for one in table.columns}
    return {name: read.get(oid, {}) for name, oid in columns.items()}, table.reason is None


async def _with_ports(poll: Poll, found: Sequence[tuple[int, Neighbour]]) -> list[Neighbour]:
    """Neighbours with the names of the local ports, which are asked by ifIndex."""
    indexes = sorted({index for index, _ in found if 0 < index < 2**31})
    names: dict[int, str] = {}
    if indexes:
        try:
            got = await poll.get([IF_NAME + encode_subids((one,)) for one in indexes])
            names = {index: shown(one) for index, one in zip(indexes, got, strict=True)}
        except SnmpError:
            names = {}  # the neighbours are worth more than the names of our ports
    return [replace(one, local=names.get(index) or "") for index, one in found]


def lldp(remote: Cells, told: Iterable[bytes], local: Cells) -> list[Neighbour]:
    """The rows of lldpRemTable; `told` are indexes of lldpRemManAddrTable."""
    addresses: dict[tuple[int, ...], list[str]] = {}
    for index in told:
        numbers = arcs(index)
        if text := _management(numbers[3:]):
            addresses.setdefault(numbers[:3], []).append(text)
    ports = {arcs(index): _port(local, index) for index in _indexes(local)}
    found = []
    for index in _indexes(remote):
        numbers = arcs(index)
        chassis = _chassis(remote["chassis"].get(index), remote["chassis_kind"].get(index))
        seen = Neighbour(
            "LLDP",
            ports.get(numbers[1:2]) or (f"port {numbers[1]}" if len(numbers) > 1 else ""),
            shown(remote["name"].get(index)),
            _port(remote, index),
            chassis,
            tuple(dict.fromkeys(addresses.get(numbers[:3], ()))),
        )
        if seen.name or seen.chassis or seen.addresses:
            found.append(seen)
    return found


def _indexes(cells: Cells) -> list[bytes]:
    return list(dict.fromkeys(index for column in cells.values() for index in column))[:PORTS]


def _management(numbers: tuple[int, ...]) -> str:
    """The address of an index: its family (1 IPv4, 2 IPv6), its length (some agents leave it out),
    its bytes.
    """
    size = {1: 4, 2: 16}.get(numbers[0] if numbers else 0, 0)
    return usable(address(numbers[-size:])) if size and len(numbers) in (size + 1, size + 2) else ""


def usable(text: str) -> str:
    """An address that could be a device's, else nothing."""
    return "" if text in ("0.0.0.0", "::") else text  # noqa: S104 - a text of a device, nobody binds


def _chassis(raw: Value | None, kind: Value | None) -> str:
    if isinstance(raw, bytes) and kind == MAC:
        return shown(raw, "mac")
    if isinstance(raw, bytes) and kind == NETWORK:
        return address(raw[1:])
    return shown(raw)


def _port(cells: Cells, index: bytes) -> str:
    """A port as its owner calls it: its id where that says something (no MAC, and no bare number,
    as Junos gives), else its description, else the id all the same.
    """
    raw = cells["port"].get(index)
    mac = cells["port_kind"].get(index) == PORT_MAC
    told = shown(raw, "mac") if mac else shown(raw)
    says = told and not mac and not told.isdigit()
    return told if says else shown(cells["port_text"].get(index)) or told


def cached(protocol: str, cells: Cells) -> list[tuple[int, Neighbour]]:
    """The rows of cdpCacheTable or mtxrNeighborTable, each with the ifIndex of the local port."""
    found = []
    for index in _indexes(cells):
        cell = {name: column.get(index) for name, column in cells.items()}
        port = cell["index"] if "index" in cells else next(iter(arcs(index)), 0)
        raw = cell["address"]
        one = Neighbour(
            protocol,
            name=_without_serial(shown(cell["name"])),
            port=shown(cell.get("port")),
            chassis=shown(cell.get("chassis"), "mac"),
            addresses=tuple(filter(None, [usable(address(raw))] if isinstance(raw, bytes) else [])),
            platform=shown(cell["platform"]),
        )
        if one.name or one.addresses or one.chassis:
            found.append((port if isinstance(port, int) else 0, one))
    return found


def _without_serial(name: str) -> str:
    """NX-OS tells its name as `name(serial)`."""
    front, bracket, _ = name.partition("(")
    return clean(front) if bracket and name.endswith(")") else name


def distinct(found: Iterable[Neighbour]) -> list[Neighbour]:
    """Each neighbour once a port: one that speaks two protocols is kept as the first told it."""
    seen: dict[tuple[str, str], Neighbour] = {}
    for one in found:
        who = one.name.lower() or one.chassis or ",".join(one.addresses)
        old = seen.setdefault((one.local, who), one)
        if old is not one and not old.addresses:
            seen[one.local, who] = replace(old, addresses=one.addresses)
    return list(seen.values())
