"""Who a device is, of all that its probes say: one `device_info`, whatever asks it.

Two series of one device at once would break every rule that joins with `device_info`. So what each
probe says is kept here, and all of them write the same row: words that belong together (maker and
model, system and version) are taken from one probe, the one that knows best.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from collector.plan import Job
from probes.reading import Row, info

BEST = ("redfish", "ssh", "cli", "snmp")
"""Who is believed first: the board's own controller, then the system itself. Others come last."""

TOGETHER = (("vendor", "model"), ("os", "version"), ("serial",))

Words = tuple[tuple[str, str], ...]


class Identities:
    """What is known of devices, by device and by job."""

    def __init__(self) -> None:
        self._said: defaultdict[str, dict[str, tuple[str, Words]]] = defaultdict(dict)
        self._given: dict[str, Row] = {}

    def take(self, job: Job | None, rows: list[Row]) -> list[Row]:
        """These rows with the device's own info row as all its probes together say it."""
        if job is None or not job.about:
            return rows
        return [self._noted(job, row) if _names_device(row) else row for row in rows]

    def _noted(self, job: Job, row: Row) -> Row:
        own = {*job.target.labels}
        words = tuple(pair for pair in row.head.labels if pair not in own)
        self._said[job.thing][job.key] = (job.probe.name, words)
        return self.row(job)

    def row(self, job: Job) -> Row:
        """The info row of a job's device, which from now on is this job's."""
        said = sorted(self._said[job.thing].items(), key=_rank)
        words = [words for _, (_, words) in said]
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


def _rank(said: tuple[str, tuple[str, Words]]) -> tuple[int, str]:
    key, (probe, _) = said
    return (BEST.index(probe) if probe in BEST else len(BEST), key)


def _joined(said: Sequence[Words]) -> Iterator[tuple[str, str]]:
    """Words by group from the first that has one of the group; all others from whoever has them."""
    known = [dict(words) for words in said]
    grouped = {word for group in TOGETHER for word in group}
    for group in TOGETHER:
        first = next((one for one in known if any(word in one for word in group)), {})
        yield from ((word, first[word]) for word in group if word in first)
    seen: set[str] = set()
    for words in said:
        yield from ((word, text) for word, text in words if word not in grouped | seen)
        seen.update(word for word, _ in words)
