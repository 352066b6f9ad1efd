"""The limits in force: the inventory's thresholds, over the contract's targets, over the shipped
ones.

They are described rows, `threshold_limit`, which history rules join. A device's or a service's are
written with the readings that have their metric, so that a limit stands only where its subject
does; a circuit's and the collector's stand for themselves.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from alerts.thresholds import SEVERITIES, Bounds, Limits, Owner, thresholds
from collector.plan import Job
from inventory.model import Circuit, Inventory, Targets, Threshold
from probes.reading import Head, Reading, Row, number

LOOK_EVERY = 600.0
"""Seconds between two looks at what a job reads; its metrics hardly ever change."""

Shipped = Mapping[str, Limits]
_OWNERS: Mapping[str, tuple[Owner, ...]] = {
    "device": ("device", "check"),
    "service": ("service", "check"),
    "circuit": ("circuit",),
    "collector": ("collector",),
}


class Limit(NamedTuple):
    """One limit of one thing, in the rule's unit, and what was shipped in its place."""

    rule: str
    severity: str
    instance: str
    value: float
    shipped: float | None


class _Asked(NamedTuple):
    """What decides a thing's limits."""

    kind: str
    given: tuple[Threshold, ...]
    role: str | None = None
    room: str = ""
    targets: Targets = Targets()


def limits_of(kind: str, name: str, inventory: Inventory, shipped: Shipped) -> list[Limit]:
    """Every limit that a thing would have, were all metrics read. Raises KeyError."""
    asked = _asked(kind, name, inventory)
    own: dict[str, list[Threshold]] = {}
    for one in asked.given:
        own.setdefault(one.rule, []).append(one)
    found: list[Limit] = []
    for rule in shipped.values():
        if rule.of in _OWNERS[kind]:
            found += _limits(rule, asked, own.get(rule.rule, ()))
    return found


def _asked(kind: str, name: str, inventory: Inventory) -> _Asked:
    if kind == "device":
        device = inventory.devices[name]
        room = inventory.sites[device.site].room
        return _Asked(kind, device.thresholds, device.role, room)
    if kind == "circuit":
        circuit = inventory.circuits[name]
        return _Asked(kind, circuit.thresholds, targets=circuit.targets)
    return _Asked(kind, inventory.services[name].thresholds if kind == "service" else ())


def _limits(rule: Limits, asked: _Asked, given: Iterable[Threshold]) -> Iterator[Limit]:
    """The whole's limits, then those of instances."""
    shipped = rule.shipped(asked.role, asked.room)
    whole = _promised(rule, asked.targets) or shipped
    for one in given:
        if not one.only:
            whole = _over(whole, one)
        elif len(one.only) == 1 and one.only[0][0] == rule.instance:
            yield from severities(rule.rule, one.only[0][1], _over(Bounds(), one), Bounds())
    yield from severities(rule.rule, "", whole, shipped)


def _over(under: Bounds, given: Threshold) -> Bounds:
    return Bounds(
        warning=under.warning if given.warning is None else given.warning,
        critical=under.critical if given.critical is None else given.critical,
    )


def _promised(rule: Limits, targets: Targets) -> Bounds | None:
    """The contract's word: its target is the warning limit, critical keeps its distance."""
    target = getattr(targets, rule.target) if rule.target else None
    warning, critical = rule.bounds.warning, rule.bounds.critical
    if target is None or not warning or critical is None:
        return None
    return Bounds(warning=target, critical=round(target * critical / warning, 9))


def severities(rule: str, instance: str, bounds: Bounds, shipped: Bounds) -> Iterator[Limit]:
    """The limits that there are of one rule and instance, warning first."""
    for severity in SEVERITIES:
        value = getattr(bounds, severity)
        if value is not None:
            yield Limit(rule, severity, instance, value, getattr(shipped, severity))


def standing_rows(inventory: Inventory) -> list[Row]:
    """Limits of circuits that are measured, and of collectors."""
    shipped = thresholds()
    rows: list[Row] = []
    for circuit in inventory.circuits.values():
        measured = {rule for rule in shipped if _measured(circuit, shipped[rule].metric)}
        rows += _rows("circuit", circuit.name, inventory, {r: shipped[r] for r in measured})
    for name in inventory.collectors:
        rows += _rows("collector", name, inventory, shipped)
    return rows


def _measured(circuit: Circuit, metric: str) -> bool:
    if metric == "circuit_capacity_bits_per_second":
        return circuit.capacity is not None
    return circuit.probe is not None


def _rows(kind: str, name: str, inventory: Inventory, shipped: Shipped) -> list[Row]:
    return [
        Row(
            Head(
                "threshold",
                (
                    (kind, name),
                    ("rule", one.rule),
                    ("severity", one.severity),
                    ("instance", one.instance),
                ),
            ),
            b"limit=" + number(one.value).encode(),
        )
        for one in limits_of(kind, name, inventory, shipped)
    ]


class JobLimits:
    """Puts the limits of devices and services beside the readings that they are for."""

    def __init__(self) -> None:
        self._shipped = thresholds()
        self._metrics = {one.metric.encode(): one.metric for one in self._shipped.values()}
        self._subjects = {metric.split(b"_")[0] for metric in self._metrics}
        self._seen: dict[str, frozenset[str]] = {}
        self._kinds: dict[frozenset[str], frozenset[str]] = {}
        self._looked: dict[str, float] = {}
        self._rows: dict[str, list[Row]] = {}
        self._inventory: Inventory | None = None

    def load(self, inventory: Inventory, jobs: Iterable[str]) -> None:
        """Limits as this inventory says, from the next readings on; `jobs` are those that stay."""
        kept = set(jobs)
        self._inventory = inventory
        self._rows.clear()
        self._kinds.clear()
        for key in self._looked.keys() - kept:
            del self._looked[key], self._seen[key]

    def attach(self, job: Job, reading: Reading) -> None:
        """Add a described table `thresholds` to a reading that succeeded, before the pipeline takes
        it; nothing where no rule has a limit for what the job reads.
        """
        if not reading.success or self._inventory is None:
            return
        if reading.start - self._looked.get(job.key, 0.0) >= LOOK_EVERY:
            self._looked[job.key] = reading.start
            self._look(job.key, reading)
        rows = self._rows.get(job.key)
        if rows is None:
            seen = self._seen[job.key]
            for_it = {name: one for name, one in self._shipped.items() if one.metric in seen}
            rows = self._rows[job.key] = _rows(job.kind, job.thing, self._inventory, for_it)
        if rows:
            reading.described["thresholds"] = rows

    def _look(self, key: str, reading: Reading) -> None:
        """Note which metrics that have limits stand in a reading; once seen, they stay. Jobs that
        read the same share one set.
        """
        before = self._seen.get(key, frozenset())
        seen = set(before)
        for row in (*reading.rows, *(row for rows in reading.described.values() for row in rows)):
            subject = row.head.encoded.partition(b",")[0]
            if subject in self._subjects:
                for field in _FIELD.findall(row.fields):
                    metric = subject + b"_" + field
                    if metric in self._metrics:
                        seen.add(self._metrics[metric])
        found = frozenset(seen)
        self._seen[key] = self._kinds.setdefault(found, found)
        if found != before:
            self._rows.pop(key, None)


_FIELD = re.compile(rb"(?:^|,)([^=,]+)=")
