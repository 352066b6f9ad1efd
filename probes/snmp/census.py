"""How many of a profile's tables a device answers, and what it means when hardly any does.

Counted when tables are looked at anew, at slow turns; between them the count stands. Every table
that applies has rows, or has none (a MIB that the device lacks), or fell short with a reason.
"""

from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple

from probes.snmp.device import Device, fitting
from probes.snmp.errors import SnmpError
from probes.snmp.poll import Poll
from probes.snmp.profile import Profile
from probes.snmp.shelf import shipped


class Census(NamedTuple):
    """Tables that apply, those of them without rows, and what to say of so few (message, hint)."""

    expected: int
    empty: tuple[str, ...] = ()
    doubt: tuple[str, str] | None = None


async def count(poll: Poll, device: Device) -> Census:
    """Count anew. Never raises."""
    tables = [cycle for cycle in device.tables if device.wants(cycle.plan)]
    there = {cycle.plan.name for cycle in tables if cycle.sources}
    broken = set(poll.missing)
    empty = tuple(one.plan.name for one in tables if one.plan.name not in there | broken)
    doubt = None
    with suppress(SnmpError):  # it fell silent just now: the next poll tells why
        doubt = None if broken else await _doubt(poll, device, there)
    return Census(len(tables), empty, doubt)


async def _doubt(poll: Poll, device: Device, there: Collection[str]) -> tuple[str, str] | None:
    """Why hardly any table has rows: a profile that is not the device's, or a narrow view."""
    profile = device.plan.profile
    if profile.raw or not there:
        return None
    own = _own(profile)
    if device.told and own and own.isdisjoint(there):
        right = await fitting(poll, device.who)
        nameless = right.name == "generic" and not device.who.object_id
        if right.name != profile.name and not nameless:
            says = f"sysObjectID {device.who.object_id}" if device.who.object_id else "sysDescr"
            return (
                f"none of the {len(own)} tables of profile {profile.name} answered",
                f"is it the right profile? {says} says profile {right.name}: leave `profile` out",
            )
    if shipped("_system").tables.keys() >= set(there) and len(profile.tables) > len(there):
        return (
            "the agent shows nothing but its system group",
            "widen the view of this community or user (a plain snmpd.conf of Debian shows no more)",
        )
    return None


def _own(profile: Profile) -> set[str]:
    """The tables of a profile that not any device is asked for."""
    common = shipped("generic").tables
    return {name for name, table in profile.tables.items() if common.get(name) != table}
