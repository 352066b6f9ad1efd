"""Whether what an alert is about has been read again: over the latest readings of every job.

Only this lets a history rule's alert end (docs/design.md §4): a metric that was not read, or whose
reading has not reached the store, says nothing, whatever vmalert concluded from its absence.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from collector.gate.gate import Sighting
from collector.gate.incoming import SUBJECTS
from collector.pipeline import Latest
from inventory.model import Inventory
from probes.catalogue import METRICS, Metric
from probes.reading import Row

EVERY = 60.0
"""Seconds between readings that no job brings: echoes, verdicts, the collector's own figures."""

INDEX_FOR = 60.0
"""Seconds for which the index of things is good; a reading found late only ends an alert late."""

ROWS_LOOKED_AT = 64
"""Of readings that belong to no job, so many rows tell whose they are."""

LAG = 4.0
"""Seconds after which what was read is at the latest among what the spool counts as waiting."""

Labels = dict[str, str]


class Waiting(Protocol):
    """How one store is doing."""

    @property
    def spool_age_seconds(self) -> float:
        """Age of the oldest batch that it waits for, 0 for none."""


class Waits(Protocol):
    """How the stores are doing."""

    @property
    def stores(self) -> Mapping[str, Waiting]:
        """By name."""


class Way(Protocol):
    """What is asked of the delivery."""

    @property
    def stats(self) -> Waits:
        """How that goes."""

    @property
    def accepting(self) -> bool:
        """True while batches reach the disk."""


class _Found(NamedTuple):
    """One row that was read: its labels, its fields, when, and how often that is."""

    labels: Labels
    fields: frozenset[str]
    at: float
    every: float


class Readings:
    """Answers from `latest` (by job). `delivered` gives the time up to which what was read is in
    the store; `inventory` the current one.
    """

    def __init__(
        self,
        latest: Mapping[str, Latest],
        inventory: Callable[[], Inventory],
        delivered: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self._latest = latest
        self._inventory = inventory
        self._delivered = delivered
        self._clock = clock
        self._index: dict[str, list[str]] = {}
        self._indexed = 0.0
        self._rows: dict[str, tuple[float, dict[str, list[_Found]]]] = {}

    def fresh(self, identity: Mapping[str, str], metrics: Collection[str]) -> Sighting | None:
        """The newest reading that has every metric of what these labels name; None where one is
        missing.
        """
        known = [METRICS[name] for name in metrics if name in METRICS]
        if len(known) < len(metrics):
            return None
        instance = {name: text for name, text in identity.items() if name not in SUBJECTS}
        own = [one for one in known if instance.keys() & _labels(one)]
        if own:
            # A rule may take its instance from another label (a sensor of class raid is an array).
            found = [self._newest(one, identity, instance) for one in own]
            if not any(found):
                rest = [one for one in known if one not in own]
                found = [at for one in rest if (at := self._newest(one, identity, instance))]
        else:
            found = [self._newest(one, identity, {}) for one in known]
        rows = [one for one in found if one is not None]
        if not rows or len(rows) < len(found):
            return None
        oldest, rarest = min(one.at for one in rows), max(one.every for one in rows)
        return Sighting(oldest, self._delivered(), rarest)

    def _newest(
        self, metric: Metric, identity: Mapping[str, str], instance: Mapping[str, str]
    ) -> _Found | None:
        wanted = set(instance.values())
        rows = [
            row
            for row in self._about(identity, metric.subject)
            if metric.field in row.fields and wanted <= set(row.labels.values())
        ]
        return max(rows, key=lambda row: row.at, default=None)

    def _about(self, identity: Mapping[str, str], subject: str) -> Iterator[_Found]:
        """Rows of a subject that speak of the thing."""
        for names in self._names(identity):
            kind = next(iter(names))
            for key in self._keys(f"{kind}:{names[kind]}"):
                for row in self._read(key).get(subject, ()):
                    if names.items() <= row.labels.items():
                        yield row

    def _names(self, identity: Mapping[str, str]) -> Iterator[Labels]:
        """The labels under which rows tell of what is meant: its own, a circuit's ends too."""
        kind = next((one for one in SUBJECTS if one in identity), "")
        if not kind:
            return
        yield {kind: identity[kind]}
        circuit = self._inventory().circuits.get(identity[kind]) if kind == "circuit" else None
        for end in (circuit.a, circuit.z) if circuit else ():
            if end is not None and end.interface:
                yield {"device": end.device, "interface": end.interface}

    def _keys(self, thing: str) -> Iterable[str]:
        now = self._clock()
        if now >= self._indexed + INDEX_FOR or now < self._indexed:
            self._indexed = now
            self._index = {}
            for key, latest in list(self._latest.items()):
                for one in _things(latest):
                    self._index.setdefault(one, []).append(key)
            self._rows = {key: rows for key, rows in self._rows.items() if key in self._latest}
        return self._index.get(thing, ())

    def _read(self, key: str) -> dict[str, list[_Found]]:
        """The rows of one job by subject, taken apart once for each reading."""
        latest = self._latest.get(key)
        if latest is None:
            return {}
        at, rows = self._rows.get(key, (0.0, {}))
        if at != latest.at:
            rows = {}
            every = latest.job.interval if latest.job is not None else EVERY
            for row, read_at in _rows(latest):
                fields = frozenset(
                    one.partition(b"=")[0].decode() for one in row.fields.split(b",")
                )
                found = _Found(dict(row.head.labels), fields, read_at, every)
                rows.setdefault(row.head.subject, []).append(found)
            self._rows[key] = (latest.at, rows)
        return rows


def _labels(metric: Metric) -> set[str]:
    """The labels that may tell a metric's instances apart."""
    found = {name for names in metric.identities for name in names} | set(metric.optional)
    return found - set(SUBJECTS)


def _rows(latest: Latest) -> Iterator[tuple[Row, float]]:
    """What a job read: measured rows of its last run, described ones of when they were read."""
    for row in latest.rows:
        yield row, latest.at
    if latest.job is not None:
        for table in list(latest.described.values()):
            for row in table.read:
                yield row, table.read_at


def _things(latest: Latest) -> set[str]:
    """Whose a job's readings are."""
    if latest.job is not None:
        site = {f"site:{latest.job.site}"} if latest.job.site else set()
        return {f"{latest.job.kind}:{latest.job.thing}"} | site
    return {
        f"{name}:{text}"
        for row in latest.rows[:ROWS_LOOKED_AT]
        for name, text in row.head.labels
        if name in SUBJECTS
    }


def delivered(delivery: Way, store: str, now: float) -> float:
    """The time up to which everything that was read has reached a store (by its name)."""
    if not delivery.accepting:
        return 0.0
    return now - LAG - max(delivery.stats.stores[store].spool_age_seconds, 0.0)
