"""Who a device is, of all that its probes say: one `device_info`, whatever asks it.

Two series of one device at once would break every rule that joins with `device_info`. So what each
probe says is kept here, and all of them write the same row: words that belong together (maker and
model, system and version) are taken from one probe, the one that knows best.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from collector.plan import Job
from probes.reading import Row, info

HARDWARE = ("redfish", "ssh", "cli", "snmp")
SYSTEM = ("ssh", "cli", "snmp", "redfish")
TOGETHER = ((("vendor", "model"), HARDWARE), (("os", "version"), SYSTEM), (("serial",), HARDWARE))
"""Words that belong together, and who is believed first: the board's own controller knows the
machine, and of systems only its own firmware. Others come last.
"""

Words = tuple[tuple[str, str], ...]


class _Said(NamedTuple):
    """What one job says of its device: its row, which is in memory anyhow."""

    job: Job
    row: Row

    def words(self) -> tuple[str, Words]:
        """Its probe, and what it says besides the labels that it was given."""
        own = {*self.job.target.labels}
        return self.job.probe.name, tuple(p for p in self.row.head.labels if p not in own)


class Identities:
    """What is known of devices, by device and by job."""

    def __init__(self) -> None:
        self._said: defaultdict[str, dict[str, _Said]] = defaultdict(dict)
        self._given: dict[str, Row] = {}

    def take(self, job: Job | None, rows: list[Row]) -> list[Row]:
        """These rows with the device's own info row as all its probes together say it."""
        if job is None or not job.about:
            return rows
        if not any(map(_names_device, rows)):
            return rows
        return [self._noted(job, row) if _names_device(row) else row for row in rows]

    def _noted(self, job: Job, row: Row) -> Row:
        self._said[job.thing][job.key] = _Said(job, row)
        return self.row(job)

    def row(self, job: Job) -> Row:
        """The info row of a job's device, which from now on is this job's."""
        words = [one.words() for _, one in sorted(self._said[job.thing].items())]
        labels = (("device", job.thing), ("site", job.site))
        found = info("device", (*labels, *_joined(words), *job.about))
        self._given[job.key] = found
        return found

    def behind(self, job: Job) -> list[str]:
        """Keys of the other jobs of this device whose row is not the one of this job."""
        given = self._given.get(job.key)
        said = self._said.get(job.thing, {})
        return [key for key in said if key != job.key and self._given[key] != given]

    def others(self, job: Job) -> list[str]:
        """Keys of the other jobs that have said who this device is."""
        return [key for key in self._said.get(job.thing, ()) if key != job.key]

    def renewed(self, job: Job, rows: list[Row]) -> list[Row]:
        """The same rows with the info row of now."""
        return [self.row(job) if _names_device(row) else row for row in rows]

    def forget(self, job: Job) -> None:
        """A job has ended: what it said counts no longer."""
        self._given.pop(job.key, None)
        if job.thing in self._said:
            self._said[job.thing].pop(job.key, None)
            if not self._said[job.thing]:
                del self._said[job.thing]


def _names_device(row: Row) -> bool:
    return row.fields == b"info=1" and row.head.encoded.startswith(b"device,")


def _rank(order: Sequence[str], one: tuple[str, Mapping[str, str]]) -> int:
    return order.index(one[0]) if one[0] in order else len(order)


def _joined(said: Sequence[tuple[str, Words]]) -> Iterator[tuple[str, str]]:
    """Words by group from the first that has one of the group; all others from whoever has them."""
    known = [(probe, dict(words)) for probe, words in said]
    for group, order in TOGETHER:
        ranked = sorted(known, key=partial(_rank, order))
        first = next((words for _, words in ranked if any(word in words for word in group)), {})
        yield from ((word, first[word]) for word in group if word in first)
    seen = {word for group, _ in TOGETHER for word in group}
    for _, words in said:
        yield from ((word, text) for word, text in words if word not in seen)
        seen.update(word for word, _ in words)
