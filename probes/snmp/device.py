"""What a session knows of the device it polls: who it is, its tables and their turns."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from probes.reading import Row, info
from probes.snmp.ber import encode_oid
from probes.snmp.column import Value
from probes.snmp.decode import Claims, Labels, TableState
from probes.snmp.index import identifier
from probes.snmp.plan import Plan, TablePlan, compile_profile, plan_of
from probes.snmp.poll import Poll, Sources
from probes.snmp.profile import Head, Profile, Source, Who, match, telling
from probes.snmp.shelf import heads
from probes.snmp.value import shown

SYS_DESCR = encode_oid("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID = encode_oid("1.3.6.1.2.1.1.2.0")
SYS_UPTIME = encode_oid("1.3.6.1.2.1.1.3.0")

TEXT_BYTES = 1024
"""How much of a description is searched for words."""

CHASSIS_ROWS = 64
"""Rows of a column looked through for a word of the identity: the chassis stands early."""

EARLY = 5
"""Times a table may read its names out of turn within one slow period."""


NOWHERE: Sources = {}
"""The sources of every table that a device lacks: most profiles know many of those."""


@lru_cache(2048)
def _shared(sources: tuple[tuple[str, tuple[int, ...]], ...]) -> Sources:
    return dict(sources)


@dataclass(slots=True)
class Cycle:
    """A table's turns: when its slow and medium columns are due, and which objects the device has.

    A column that had no row at the last slow reading is not in `sources` and is not asked until
    the next. `changed` is the table's change counter as last seen. `state` begins with the first
    row.
    """

    plan: TablePlan
    state: TableState | None = None
    slow_at: float = 0.0
    medium_at: float = 0.0
    early: int = EARLY
    changed: Value | None = None
    sources: Sources = field(default_factory=lambda: NOWHERE)

    def found(self, sources: Sources) -> None:
        """These are the objects that the device has: devices of a kind share what says so."""
        self.sources = _shared(tuple(sources.items())) if sources else NOWHERE


@dataclass(slots=True)
class Device:
    """A device that has been identified. `ticks` is its sysUpTime when last heard; `told` says that
    its profile was named, not found by `who` it says it is.
    """

    plan: Plan
    identity: Row
    labels: Labels
    tables: list[Cycle]
    ticks: int | None
    who: Who
    told: bool
    claims: Claims = field(default_factory=dict)

    def state(self, cycle: Cycle) -> TableState:
        """What is known of the rows of a table, from now on."""
        if cycle.state is None:
            cycle.state = TableState(cycle.plan, self.labels, self.claims)
        return cycle.state

    def counters(self) -> list[bytes]:
        """The change counters of its tables."""
        return sorted({cycle.plan.changed for cycle in self.tables if cycle.plan.changed})

    def has(self, names: Collection[str]) -> bool:
        """True when one of these tables has rows on it."""
        if not names:
            return False
        return any(cycle.sources for cycle in self.tables if cycle.plan.name in names)

    def wants(self, table: TablePlan) -> bool:
        """True unless another table stands for this one, or none has rows that this one needs."""
        return not self.has(table.unless) and (not table.needs or self.has(table.needs))

    def scalars(self) -> list[bytes]:
        """The scalars that it has and that are read each time."""
        return [
            plan.oids[at]
            for cycle in self.tables
            if cycle.plan.scalar
            for name, places in cycle.sources.items()
            if (plan := cycle.plan.columns[name]).tier == "fast"
            for at in places
        ]


async def identify(poll: Poll, labels: Labels, profile: str | Profile | None) -> Device:
    """Ask a device who it is and choose its profile. Raises SnmpError when it does not answer."""
    descr, oid, ticks = await poll.get([SYS_DESCR, SYS_OBJECT_ID, SYS_UPTIME])
    text = descr[:TEXT_BYTES].decode("utf-8", "replace") if isinstance(descr, bytes) else ""
    number = identifier(oid) if isinstance(oid, bytes) else ""
    who = Who(number, text)
    plan = await _plan(poll, profile, who)
    words = await _words(poll, plan.profile)
    return Device(
        plan,
        info("device", (*labels, *words)),
        labels,
        [Cycle(one) for one in plan.tables],
        ticks if isinstance(ticks, int) else None,
        who,
        told=profile is not None,
    )


async def _plan(poll: Poll, profile: str | Profile | None, who: Who) -> Plan:
    if isinstance(profile, Profile):
        return compile_profile(profile)
    if profile:
        return plan_of(profile)
    return plan_of((await fitting(poll, who)).name)


async def fitting(poll: Poll, who: Who) -> Head:
    """Which shipped profile fits a device. Raises SnmpError when it does not answer."""
    known = heads()
    asked = sorted(telling(known, who))
    got = await poll.get([encode_oid(one) for one in asked]) if asked else []
    has = {one for one, value in zip(asked, got, strict=True) if value is not None}
    return match(known, who._replace(has=has))


async def _words(poll: Poll, profile: Profile) -> list[tuple[str, str]]:
    """The words of the identity: for each the first source that says something."""
    sources = [one for many in profile.identity.values() for one in many]
    objects = sorted({s.object for s in sources if isinstance(s, Source) and s.object})
    got = await poll.get([encode_oid(one) for one in objects])
    known = dict(zip(objects, got, strict=True))
    found: list[tuple[str, str]] = []
    for word, many in profile.identity.items():
        for source in many:
            if text := source if isinstance(source, str) else await _word(poll, source, known):
                found.append((word, text))
                break
    return found


async def _word(poll: Poll, source: Source, known: dict[str, Value | None]) -> str:
    if source.object:
        return _extract(source, known.get(source.object))
    assert source.column
    column = await poll.column(encode_oid(source.column), CHASSIS_ROWS)
    rows = dict(zip(column.indexes, column.values, strict=True))
    if source.beside:
        beside = await poll.column(encode_oid(source.beside), CHASSIS_ROWS)
        kept = zip(beside.indexes, beside.values, strict=True)
        rows = {i: rows[i] for i, value in kept if value in source.beside_is and i in rows}
    return next((text for value in rows.values() if (text := _extract(source, value))), "")


def _extract(source: Source, value: Value | None) -> str:
    text = shown(value)
    if isinstance(value, bytes):
        text = value[:TEXT_BYTES].decode("utf-8", "replace")
    found = re.search(source.pattern, text)
    return found.expand(source.text).strip() if found else ""
