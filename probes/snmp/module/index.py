"""Indexes as labels: the part of an object identifier behind a metric's own, taken apart by the
types that a module gives, as snmp_exporter writes them.

Agents that leave trailing zeros away are met by reading zeros behind the end.
"""

from collections.abc import Mapping
from typing import NamedTuple

Arcs = tuple[int, ...]

MOST = 1024
"""Numbers that one index may take: the length stands in what the agent sent."""

NUMBERS = frozenset(("gauge", "counter", "Integer", "Integer32"))
COMBINED: Mapping[str, Mapping[int, str]] = {
    "InetAddress": {1: "InetAddressIPv4", 2: "InetAddressIPv6"},
    "InetAddressMissingSize": {1: "InetAddressIPv4", 2: "InetAddressIPv6"},
    "LldpPortId": {
        1: "DisplayString",
        2: "DisplayString",
        3: "PhysAddress48",
        5: "DisplayString",
        7: "DisplayString",
    },
}
"""Types that another number tells: of an index the one before it, of a value the object before it
(INET-ADDRESS-MIB, LLDP-MIB)."""


class Part(NamedTuple):
    """One index: its text, the numbers it is made of, and those that are left."""

    text: str
    used: Arcs
    rest: Arcs


def take(arcs: Arcs, kind: str, size: int = 0, implied: bool = False) -> Part:
    """The first index of these numbers. `size` is that of a string of fixed size; an `implied` one
    takes all that is left. A kind that is unknown is written as bytes.
    """
    if kind in COMBINED:
        return _combined(arcs, kind)
    if kind in NUMBERS or kind == "EnumAsInfo":
        used, rest = _split(arcs, 1)
        return Part(str(used[0]), used, rest)
    if kind in _FIXED:
        count, write = _FIXED[kind]
        used, rest = _split(arcs, count)
        return Part(write(used), used, rest)
    length: Arcs = ()
    count = len(arcs) if implied else size
    if not count:
        length, arcs = _split(arcs, 1)
        count = length[0]
    used, rest = _split(arcs, count)
    raw = bytes(arc & 255 for arc in used)
    return Part(text_of(raw) if kind == "DisplayString" else hexadecimal(raw), length + used, rest)


def _combined(arcs: Arcs, kind: str) -> Part:
    """An index whose type, and for most its length, stand in front of it."""
    front = 1 if kind == "InetAddressMissingSize" else 2
    head, rest = _split(arcs, front)
    known = COMBINED[kind].get(head[0])
    if known is not None:
        found = take(rest, known)
        return Part(found.text, head + found.used, found.rest)
    if front == 1:
        return take(arcs, "OctetString", implied=True)
    return take(arcs, "OctetString", head[1] + 2)


def _split(arcs: Arcs, count: int) -> tuple[Arcs, Arcs]:
    """So many numbers, with zeros behind the end, and the others."""
    count = min(count, MOST)
    head = arcs[:count]
    return head + (0,) * (count - len(head)), arcs[count:]


def _physical(arcs: Arcs) -> str:
    return ":".join(f"{arc:02X}" for arc in arcs)


def _version4(arcs: Arcs) -> str:
    return ".".join(map(str, arcs))


def _version6(arcs: Arcs) -> str:
    return ":".join(f"{arcs[at]:02X}{arcs[at + 1]:02X}" for at in range(0, 16, 2))


_FIXED = {
    "PhysAddress48": (6, _physical),
    "InetAddressIPv4": (4, _version4),
    "InetAddressIPv6": (16, _version6),
}
KINDS = NUMBERS | {*COMBINED, *_FIXED, "OctetString", "DisplayString", "EnumAsInfo"}
"""Every type that an index may have."""


def hexadecimal(raw: bytes) -> str:
    """Bytes as `0x1F02`; nothing for none."""
    return f"0x{raw.hex().upper()}" if raw else ""


def text_of(raw: bytes) -> str:
    """Bytes as UTF-8; a run of what is none becomes one replacement character."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        parts = raw.decode("utf-8", "replace").split("\ufffd")
        kept = [part for at, part in enumerate(parts) if part or at in (0, len(parts) - 1)]
        return "\ufffd".join(kept)
