"""IF-MIB (RFC 2863): ports whose counters follow the office day, some unused, a few with errors."""

from collections.abc import Sequence
from typing import NamedTuple

from collector.demo import tlv
from collector.demo.columns.system import fixed, integers, rows, texts
from collector.demo.device import Device, Link
from collector.demo.rhythm import worked
from collector.demo.shape import Column, Value

_ETHERNET, _LOOPBACK, _TUNNEL = 6, 24, 131
_PACKET = 620  # bytes, mean
_OFFICE_SHARE = 0.006  # of an access port's rate that its users reach in peak hours
_LINE_SHARE = 125_000 * 0.35  # bytes a second that a line carries in peak hours, a megabit


class Port(NamedTuple):
    """An interface: `uplink` ports are always up and carry more; `name` is ifName."""

    name: str
    description: str
    megabits: int = 1000
    uplink: bool = False
    kind: int = _ETHERNET


def ports(prefix: str, count: int, uplinks: Sequence[str] = (), megabits: int = 1000) -> list[Port]:
    """Access ports `prefix1` to `prefix<count>` and uplinks by name."""
    access = [Port(f"{prefix}{n}", f"{prefix}{n}", megabits) for n in range(1, count + 1)]
    return access + [Port(name, name, max(megabits, 1000), uplink=True) for name in uplinks]


class Ports:
    """The values of a list of ports; one for all devices of a model."""

    def __init__(self, listed: Sequence[Port]) -> None:
        self.listed = tuple(listed)
        self._rates = [
            port.megabits * 125_000 * (_OFFICE_SHARE * 5 if port.uplink else _OFFICE_SHARE)
            for port in self.listed
        ]

    def up(self, device: Device, row: int) -> bool:
        """Whether a port has a link: uplinks and links with a circuit always, two in three of the
        rest.
        """
        port = self.listed[row]
        return (
            port.uplink or device.share(row * 7 + 11) < 0.66 or self.link(device, row) is not None
        )

    def link(self, device: Device, row: int) -> Link | None:
        """The circuit that ends at this port, by the interface's name."""
        return device.links.get(self.listed[row].name)

    def carried(self, device: Device, row: int, now: float, salt: int) -> int:
        """Bytes since the device's start, in one direction (salt)."""
        port = self.listed[row]
        if port.kind == _LOOPBACK or not self.up(device, row):
            return 0
        pace, link = device.share(row * 7 + salt), self.link(device, row)
        rate = self._rates[row] if link is None else link.megabits * _LINE_SHARE
        return int(worked(device.boot(now), now, pace) * rate * (0.1 + pace * pace))

    def octets(self, salt: int, wide: bool) -> Value:
        """ifIn/OutOctets or their 64-bit forms."""
        encode = tlv.counter64 if wide else tlv.counter32
        return lambda device, row, now: encode(self.carried(device, row, now, salt))

    def packets(self, salt: int, part: float, wide: bool) -> Value:
        """A part of the packets that the octets make."""
        encode = tlv.counter64 if wide else tlv.counter32
        return lambda device, row, now: encode(
            int(self.carried(device, row, now, salt) * part / _PACKET)
        )

    def faults(self, salt: int, one_in: float) -> Value:
        """Errors or discards: only bad ports (one in twenty) have them, one in so many packets."""

        def value(device: Device, row: int, now: float) -> bytes:
            if device.share(row * 7 + salt + 3) > 0.05:
                return b"\x41\x01\x00"
            packets = self.carried(device, row, now, salt) / _PACKET
            return tlv.counter32(int(packets / one_in))

        return value

    def status(self, device: Device, row: int, _now: float) -> bytes:
        """ifOperStatus: up 1, down 2."""
        return tlv.integer(1 if self.up(device, row) else 2)

    def alias(self, device: Device, row: int, _now: float) -> bytes:
        """ifAlias: the circuit, or what an engineer would have typed."""
        link = self.link(device, row)
        if link is not None:
            return tlv.octets(link.circuit.upper())
        return tlv.octets("Uplink" if self.listed[row].uplink else "")

    def address(self, device: Device, row: int, _now: float) -> bytes:
        """ifPhysAddress: locally administered, from the seed."""
        return tlv.octets(b"\x02" + device.seed.to_bytes(4, "big") + bytes(((row + 1) & 0xFF,)))

    def changed(self, device: Device, row: int, now: float) -> bytes:
        """ifLastChange: shortly after the start, in the agent's time."""
        return tlv.ticks(min(30 + 60 * device.share(row + 900), device.uptime(now)))


def _high(megabits: int) -> int:
    return min(megabits * 1_000_000, 0xFFFFFFFF)


def interfaces(listed: Sequence[Port]) -> list[Column]:
    """ifNumber, ifTable, ifTableLastChange and ifXTable of these ports."""
    played = Ports(listed)
    index = rows(len(listed))
    count = len(listed)
    table = {
        1: integers(list(index)),
        2: texts([port.description for port in listed]),
        3: integers([port.kind for port in listed]),
        4: integers([1500] * count),
        5: lambda _device, row, _now: tlv.gauge(_high(listed[row].megabits)),
        6: played.address,
        7: integers([1] * count),
        8: played.status,
        9: played.changed,
        10: played.octets(101, wide=False),
        11: played.packets(101, 0.97, wide=False),
        12: played.packets(101, 0.03, wide=False),
        13: played.faults(101, 40_000),
        14: played.faults(101, 90_000),
        16: played.octets(202, wide=False),
        17: played.packets(202, 0.98, wide=False),
        18: played.packets(202, 0.02, wide=False),
        19: played.faults(202, 30_000),
        20: played.faults(202, 200_000),
    }
    extended = {
        1: texts([port.name for port in listed]),
        2: played.packets(101, 0.02, wide=False),
        3: played.packets(101, 0.01, wide=False),
        4: played.packets(202, 0.01, wide=False),
        5: played.packets(202, 0.01, wide=False),
        6: played.octets(101, wide=True),
        7: played.packets(101, 0.97, wide=True),
        8: played.packets(101, 0.02, wide=True),
        9: played.packets(101, 0.01, wide=True),
        10: played.octets(202, wide=True),
        11: played.packets(202, 0.98, wide=True),
        12: played.packets(202, 0.01, wide=True),
        13: played.packets(202, 0.01, wide=True),
        15: lambda _device, row, _now: tlv.gauge(listed[row].megabits),
        17: integers([1] * count),
        18: played.alias,
    }
    return [
        Column("1.3.6.1.2.1.2.1", fixed(tlv.integer(count))),
        *(Column(f"1.3.6.1.2.1.2.2.1.{n}", value, index) for n, value in table.items()),
        Column("1.3.6.1.2.1.31.1.5", fixed(tlv.ticks(30))),
        *(Column(f"1.3.6.1.2.1.31.1.1.1.{n}", value, index) for n, value in extended.items()),
        # EtherLike-MIB dot3StatsDuplexStatus: fullDuplex
        Column("1.3.6.1.2.1.10.7.2.1.19", integers([3] * count), index),
    ]
