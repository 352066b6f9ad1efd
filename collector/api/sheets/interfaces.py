"""Interfaces of a device as they were read last. How much they carry is asked of the store."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from collector.api.exposition import rows
from collector.api.sheets.look import Look
from collector.api.sheets.shape_kinds import Interface, Interfaces
from probes import reading
from probes.reading import Row

LISTED = 400
"""Interfaces that one device's page has; `total` counts all."""

_TYPES = {
    "6": "ethernet",
    "23": "ppp",
    "24": "loopback",
    "53": "virtual",
    "71": "wifi",
    "117": "ethernet",
    "131": "tunnel",
    "135": "vlan",
    "136": "vlan",
    "161": "lag",
}
"""IANAifType-MIB, as far as people speak of it."""

_NAME = re.compile(rb"interface,.*?,interface=((?:\\.|[^,\\])*)")
_ESCAPED = re.compile(r"\\(.)")


class Ports(NamedTuple):
    """The rows of a device's interfaces by name, and when they were read."""

    rows: dict[str, list[Row]]
    at: float | None


def ports(look: Look, device: str) -> Ports:
    """All that is known of a device's interfaces, not yet told."""
    found: dict[str, list[Row]] = {}
    read = None
    for use in look.inventory.devices[device].probes:
        one = look.latest.get(f"device/{device}/{use.name}")
        for row, at in rows(one) if one is not None else ():
            name = _NAME.match(row.head.encoded)
            if name is not None:
                found.setdefault(_ESCAPED.sub(r"\1", name[1].decode()), []).append(row)
                read = at if read is None else max(at, read)
    return Ports(found, read)


def interfaces(look: Look, device: str) -> Interfaces:
    """Those where a circuit ends first, then as the device counts them."""
    found, ends = ports(look, device), ending(look, device)
    ordered = sorted(found.rows, key=lambda name: name not in ends)
    return Interfaces(
        at=found.at,
        total=len(ordered),
        items=[interface(look, one, found.rows[one], ends.get(one)) for one in ordered[:LISTED]],
    )


def ending(look: Look, device: str) -> dict[str, str]:
    """The circuits that end at a device, by interface."""
    return {
        end.interface: f"circuit:{one.name}"
        for one in look.inventory.circuits.values()
        for end in (one.a, one.z)
        if end is not None and end.device == device and end.interface
    }


def interface(look: Look, name: str, known: Iterable[Row], circuit: str | None) -> Interface:
    """One interface, from its rows."""
    texts: dict[str, str] = {}
    values: dict[str, float] = {}
    for row in known:
        if row.fields == b"info=1":
            texts.update(row.head.labels)
        else:
            values.update(reading.values(row.fields))

    def flag(field: str) -> bool | None:
        return bool(values[field]) if field in values else None

    return Interface(
        name=name,
        alias=texts.get("alias", ""),
        description=texts.get("description", ""),
        type=_TYPES.get(kind := texts.get("type", ""), kind),
        mac=texts.get("mac", ""),
        mtu=texts.get("mtu", ""),
        up=flag("up"),
        admin_up=flag("admin_up"),
        full_duplex=flag("full_duplex"),
        speed=values.get("speed_bits_per_second"),
        changed=values.get("last_change_timestamp_seconds"),
        circuit=look.named(circuit) if circuit else None,
    )
