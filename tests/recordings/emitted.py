"""What a poll of a recording emits: each value with its name, its instance and where it was read.

The objects that a value was read from (`oids`) come from the layout that the session made: a field
knows its columns, a row its index. Values of totals ("all") have none.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inventory.secret import Secret
from probes.probe import Target
from probes.reading import Reading, values
from probes.snmp.ber import decode_oid
from probes.snmp.decode import TableState
from probes.snmp.device import Cycle
from probes.snmp.errors import DecodeError
from probes.snmp.profile import Profile
from probes.snmp.session import SnmpSession, SnmpSettings
from tests.snmp_session.polling import LABELS, agent, ask
from tests.snmp_session.replay import Oid, load, numbers, parts

BOOT = 1_700_000_000.0
DEADLINE = 60.0
PLACE = ("device", "site")
Where = dict[tuple[bytes, str], frozenset[str]]


@dataclass(slots=True, eq=False)
class Emitted:
    """One value of one metric. `used` is set by what it satisfies, which is one thing at most."""

    metric: str
    instance: str
    labels: dict[str, str]
    value: float
    oids: frozenset[str]
    used: bool = False

    @property
    def subject(self) -> str:
        return self.metric.partition("_")[0]

    def __str__(self) -> str:
        more = "".join(f",{k}={v}" for k, v in self.labels.items() if v != self.instance)
        return f"{self.metric}{{{self.instance}{more}}} {self.value:g}"


@dataclass(slots=True)
class Polled:
    """One poll of one recording."""

    reading: Reading
    profile: str
    emitted: list[Emitted]
    identity: dict[str, str]
    infos: dict[str, list[dict[str, str]]]
    objects: dict[Oid, bytes] = field(default_factory=dict)

    def of(self, *metrics: str) -> list[Emitted]:
        return [one for one in self.emitted if one.metric in metrics]

    def instances(self, subject: str) -> dict[str, dict[str, Emitted]]:
        """Values by instance, then by field."""
        found: dict[str, dict[str, Emitted]] = {}
        for one in self.emitted:
            if one.subject == subject:
                found.setdefault(one.instance, {})[one.metric.removeprefix(f"{subject}_")] = one
        return found

    def number(self, oid: str) -> int | None:
        """The integer that the recording has for an object."""
        found = self.objects.get(tuple(map(int, oid.split("."))))
        return int.from_bytes(next(parts(found))[1], "big", signed=True) if found else None


async def poll(path: Path, profile: Profile | None) -> Polled:
    """Poll a recording through the real client; by sysObjectID where no profile is given."""
    objects = load(path)
    with agent(objects) as device:
        secret = {"version": "2c", "community": Secret("public")}
        settings = SnmpSettings(port=device.port)
        target = Target("d", ("127.0.0.1",), LABELS, settings, {"snmp": secret})
        session = SnmpSession(target, {}, profile, lambda: BOOT)
        reading = await ask(session, DEADLINE)
    found = polled(session, reading)
    found.objects = objects
    return found


def who(path: Path) -> tuple[str, str, set[str]]:
    """What a recording says of itself: sysObjectID, sysDescr, and the objects that it has."""
    objects = load(path)
    found = []
    for last in (2, 1):
        encoded = objects.get((1, 3, 6, 1, 2, 1, 1, last, 0), b"")
        found.append(next(parts(encoded))[1] if encoded else b"")
    number = ".".join(map(str, numbers(found[0]))) if found[0] else ""
    there = {".".join(map(str, oid)) for oid in objects}
    return number, found[1].decode("utf-8", "replace"), there


def polled(session: SnmpSession, reading: Reading) -> Polled:
    """What a poll brought back, by value."""
    device = session.device
    where: Where = {}
    for cycle in device.tables if device else ():
        if cycle.state is not None:
            where.update(_where(cycle.state, cycle))
    described = [row for rows in reading.described.values() for row in rows]
    emitted: dict[tuple[bytes, str], Emitted] = {}
    infos: dict[str, list[dict[str, str]]] = {}
    for head, fields in [*reading.rows, *described]:
        labels = dict(head.labels)
        own = {name: text for name, text in labels.items() if name not in PLACE}
        if fields == b"info=1":
            infos.setdefault(head.subject, []).append(own)
            continue
        instance = next(iter(own.values()), "")
        for name, value in values(fields).items():
            key = head.encoded, name
            oids = where.get(key, frozenset())
            emitted[key] = Emitted(f"{head.subject}_{name}", instance, own, value, oids)
    identity = infos.get("device", [{}])[0]
    name = device.plan.profile.name if device else ""
    return Polled(reading, name, list(emitted.values()), identity, infos)


def _where(state: TableState, cycle: Cycle) -> Iterator[tuple[tuple[bytes, str], frozenset[str]]]:
    for block in state.layout.blocks if state.layout else ():
        total = block.plan.spec.total
        for one in (*block.plan.measured, *block.plan.described):
            columns = [
                state.plan.columns[name] for name in one.columns if name in state.plan.columns
            ]
            objects = [
                column.oids[place]
                for column in columns
                for place in cycle.sources.get(column.name, ())
            ]
            indexes = state.layout.indexes if state.layout else []
            for index, head in zip(indexes, block.heads, strict=True):
                if head is not None and not (total and head == block.total):
                    oids = frozenset(_dotted(oid + index) for oid in objects)
                    yield (head.encoded, one.name), oids


def _dotted(oid: bytes) -> str:
    try:
        return ".".join(map(str, decode_oid(oid)))
    except (DecodeError, ValueError):
        return ""


def addresses(text: str) -> set[str]:
    """The IP addresses that stand in a text, in one spelling."""
    found = set()
    for word in re.findall(r"[0-9a-fA-F:.]{3,}", text):
        try:
            found.add(str(ipaddress.ip_address(word.strip("."))))
        except ValueError:
            continue
    return found
