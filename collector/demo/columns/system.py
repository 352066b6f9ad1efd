"""SNMPv2-MIB system group, and the makers of values that other columns share."""

from collections.abc import Callable, Sequence

from collector.demo import tlv
from collector.demo.device import Device
from collector.demo.shape import Column, Value


def fixed(encoded: bytes) -> Value:
    """The same value on every device."""
    return lambda _device, _row, _now: encoded


def listed(encoded: Sequence[bytes]) -> Value:
    """A value per row, the same on every device."""
    return lambda _device, row, _now: encoded[row]


def texts(values: Sequence[str]) -> Value:
    """A text per row."""
    return listed([tlv.octets(value) for value in values])


def integers(values: Sequence[int]) -> Value:
    """An INTEGER per row."""
    return listed([tlv.integer(value) for value in values])


def rows(count: int) -> range:
    """Row numbers as most tables index them: from 1."""
    return range(1, count + 1)


def _name(device: Device, _row: int, _now: float) -> bytes:
    return tlv.octets(device.plays.name)


def _uptime(device: Device, _row: int, now: float) -> bytes:
    return tlv.ticks(device.uptime(now))


def _location(device: Device, _row: int, _now: float) -> bytes:
    return tlv.octets(device.plays.site)


def system(description: str, object_id: str, services: int = 72) -> list[Column]:
    """sysDescr to sysServices (RFC 3418)."""
    base = "1.3.6.1.2.1.1."
    values: Sequence[tuple[int, Callable[[Device, int, float], bytes]]] = (
        (1, fixed(tlv.octets(description))),
        (2, fixed(tlv.object_id(object_id))),
        (3, _uptime),
        (4, fixed(tlv.octets("Phòng Hạ tầng kỹ thuật, Trung tâm CNTT&TT"))),
        (5, _name),
        (6, _location),
        (7, fixed(tlv.integer(services))),
    )
    return [Column(f"{base}{number}", value) for number, value in values]
