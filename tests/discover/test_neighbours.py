"""Tables of neighbours: what is read from their indexes and columns."""

from collector.discover.found import Neighbour
from collector.discover.neighbours import cached, distinct, lldp
from probes.snmp.ber import encode_subids


def at(*numbers: int) -> bytes:
    return encode_subids(numbers)


ROW = at(0, 7, 1)
REMOTE = {
    "chassis": {ROW: bytes.fromhex("020000000a0b")},
    "chassis_kind": {ROW: 4},
    "port": {ROW: b"Gi0/1"},
    "port_kind": {ROW: 5},
    "port_text": {ROW: b"to the core"},
    "name": {ROW: b"sw01.dc"},
}
LOCAL = {"port": {at(7): b"xe-0/0/7"}, "port_kind": {at(7): 5}, "port_text": {at(7): b""}}
NOTHING: dict[str, dict[bytes, int | float | bytes]] = {name: {} for name in LOCAL}


def test_lldp_tells_name_ports_chassis_and_addresses() -> None:
    told = [at(0, 7, 1, 1, 4, 10, 0, 0, 9), at(0, 7, 1, 2, 16, 0xFD, *[0] * 14, 1)]
    assert lldp(REMOTE, told, LOCAL) == [
        Neighbour(
            "LLDP", "xe-0/0/7", "sw01.dc", "Gi0/1", "02:00:00:00:0a:0b", ("10.0.0.9", "fd00::1")
        )
    ]


def test_lldp_addresses_without_their_length_and_of_other_families() -> None:
    told = [
        at(0, 7, 1, 1, 10, 0, 0, 9),
        at(0, 7, 1, 6, 6, 2, 0, 0, 0, 10, 11),
        at(0, 7, 1, 1, 4, 0, 0, 0, 0),
        at(0, 7, 1, 1, 4, 300, 0, 0, 1),
        at(0, 7),
        b"\xff",
    ]
    assert lldp(REMOTE, told, LOCAL)[0].addresses == ("10.0.0.9",)


def test_a_local_port_that_is_not_named_is_its_number() -> None:
    assert lldp(REMOTE, [], NOTHING)[0].local == "port 7"


def test_a_port_whose_id_says_little_is_told_by_its_description() -> None:
    junos = REMOTE | {"port": {ROW: b"513"}, "port_kind": {ROW: 7}, "port_text": {ROW: b"ge-0/0/1"}}
    assert lldp(junos, [], LOCAL)[0].port == "ge-0/0/1"
    host = REMOTE | {"port": {ROW: bytes(6)}, "port_kind": {ROW: 3}, "port_text": {ROW: b""}}
    assert lldp(host, [], LOCAL)[0].port == "00:00:00:00:00:00"


def test_broken_rows_of_lldp_are_borne() -> None:
    hostile = {name: {b"\xff": b"x", b"": 7, ROW: 1.5} for name in REMOTE}
    found = lldp(hostile, [b""], {name: {b"": 3} for name in LOCAL})
    assert all(isinstance(one.name, str) for one in found)


def test_cdp_tells_name_port_address_and_platform() -> None:
    row = at(10101, 3)
    cells = {
        "name": {row: b"core-01.noc(FOC1234)"},
        "port": {row: b"GigabitEthernet1/0/1"},
        "address": {row: bytes((10, 0, 0, 3))},
        "platform": {row: b"cisco C9300"},
    }
    told = Neighbour(
        "CDP", "", "core-01.noc", "GigabitEthernet1/0/1", "", ("10.0.0.3",), "cisco C9300"
    )
    assert cached("CDP", cells) == [(10101, told)]


def test_the_table_of_routeros_tells_the_local_port_in_a_column() -> None:
    row = at(1)
    cells = {
        "name": {row: b"rt-xa"},
        "address": {row: bytes((192, 168, 88, 2))},
        "chassis": {row: bytes.fromhex("020000000002")},
        "platform": {row: b"MikroTik"},
        "index": {row: 4},
    }
    ((index, one),) = cached("MNDP", cells)
    assert (index, one.name, one.addresses, one.chassis) == (
        4,
        "rt-xa",
        ("192.168.88.2",),
        "02:00:00:00:00:02",
    )


def test_a_neighbour_that_speaks_two_protocols_on_a_port_is_one() -> None:
    lldp_one = Neighbour("LLDP", "Gi1", "core", "x", "c")
    cdp_one = Neighbour("CDP", "Gi1", "CORE", "x", "", ("10.0.0.1",))
    other = Neighbour("CDP", "Gi2", "core", "y")
    first, second = distinct([lldp_one, cdp_one, other])
    assert (first.protocol, first.addresses, second) == ("LLDP", ("10.0.0.1",), other)
