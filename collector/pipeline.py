"""From readings to lines: what was read, what is remembered of it, and batches for the spool.

Measured rows are written when they are read and never again. Described rows (info, totals, speeds)
are written again from memory with each successful poll, at most once a minute and never older than
a day. An info row whose labels changed or ended is written once with 0, after a restart too
(docs/metrics.md).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.identity import Identities
from collector.plan import Job
from collector.state import Memory
from probes.reading import Head, Reading, Row

DESCRIBE_EVERY = 55.0
"""Seconds: a little under a minute, so that a poll each minute always writes them."""
DESCRIBED_FOR = 24 * 3600.0
RARE_FOR = 900.0
"""Seconds for which rows are still told that the runs since did not ask for: three times the
rhythm of what is read less often (`probes.snmp.session`).
"""
BATCH_LINES = 2000
BATCH_AGE = 1.0

_FIELD = re.compile(rb"(?:^|,)([^=,]+)=")


class Batch(NamedTuple):
    """Lines ready to be stored, and how many lines and samples they are."""

    body: bytes
    lines: int
    samples: int


@dataclass(slots=True)
class Described:
    """One table of rows that change rarely: as read, as written, and when it was last read."""

    read: list[Row]
    rows: list[Row]
    read_at: float


@dataclass(slots=True)
class Latest:
    """What is known of one job now: the rows of its last run, what it described, and `rarer` rows
    of earlier runs with when they were read: of sensors that are not asked each time, and of what
    does not answer now.
    """

    job: Job | None
    at: float = 0.0
    rows: list[Row] = field(default_factory=list)
    rarer: list[tuple[Row, float]] = field(default_factory=list)
    described: dict[str, Described] = field(default_factory=dict)
    described_at: float = 0.0
    reading: Reading | None = None
    reason: Head | None = None
    failures: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    failed: int = 0
    """Of the runs, the last so many in a row did not succeed."""

    @property
    def lasting(self) -> bool:
        """Whether it fails, and not by a single slip: on every run so far, or on the last two."""
        return self.failed > 0 and (self.failed == self.runs or self.failed > 1)


@dataclass(frozen=True, slots=True)
class _Written:
    """Info rows that were written: in memory anyhow, as texts only where they are kept."""

    rows: tuple[Row, ...]

    def kept(self) -> list[str]:
        """Head and name of each, as the next life of the collector finds them."""
        return sorted({f"{head.encoded.decode()} {name[:-2].decode()}" for head, name in self.rows})


class Pipeline:
    """Takes readings, keeps the latest, hands batches of line protocol to `put`.

    `put` must not block. `memory` keeps across restarts which info rows were written last.
    """

    def __init__(self, put: Callable[[Batch], None], memory: Memory) -> None:
        self.latest: dict[str, Latest] = {}
        self.polls = 0
        self.samples = 0
        self._put = put
        self._memory = memory
        self._identities = Identities()
        self._parts: list[bytes] = []
        self._lines = 0
        self._samples = 0
        self._since = 0.0

    def accept(self, job: Job, reading: Reading, lateness: float, missed: int) -> None:
        """One run of one job: its rows, and the rows that tell how it fared."""
        latest = self.latest.get(job.key)
        if latest is None:
            latest = self.latest[job.key] = Latest(job)
        latest.job = job
        at = reading.start
        latest.rarer = _rarer(latest, reading)
        latest.at, latest.rows, latest.reading = at, reading.rows, reading
        latest.runs += 1
        latest.failed = 0 if reading.success else latest.failed + 1
        self.polls += 1
        rows = [*reading.rows, *self._fared(job, latest, reading, lateness, missed)]
        rows += self._described(job.key, latest, reading, at)
        self.write(rows, at)

    def describe(self, key: str, rows: Iterable[Row], at: float) -> None:
        """Described rows that stand for themselves, not for a poll: what the inventory says."""
        latest = self.latest.setdefault(key, Latest(None))
        latest.at = at
        reading = Reading(at, described={"inventory": list(rows)})
        self.write(self._described(key, latest, reading, at), at)

    def repeat(self, at: float) -> None:
        """Write what stands for itself again."""
        for key, latest in self.latest.items():
            if latest.job is None and latest.described:
                for described in latest.described.values():
                    described.read_at = at
                latest.at = at
                self.write(self._described(key, latest, Reading(at), at), at)

    def observe(self, key: str, rows: list[Row], at: float) -> None:
        """Measured rows that no job brought: echoes, verdicts, the collector's own figures."""
        latest = self.latest.setdefault(key, Latest(None))
        latest.at, latest.rows = at, rows
        self.write(rows, at)

    def forget(self, key: str, at: float) -> None:
        """A job has ended: its info rows end with 0, and it is no longer among the latest."""
        latest = self.latest.pop(key, None)
        if latest is not None:
            latest.described.clear()
            if latest.reason is not None:
                self.write([Row(latest.reason, b"reason_info=0")], at)
            self.write(self._ended(key, {}), at)
            self._memory.forget(f"info/{key}")
            if latest.job is not None:
                self._part(latest.job, at)

    def _part(self, job: Job, at: float) -> None:
        """What a job that has ended said of its device counts no longer; others say the rest."""
        self._identities.forget(job)
        for key in self._identities.others(job):
            ended = self._renew(key)
            rows = [row for table in self.latest[key].described.values() for row in table.rows]
            self.write([*(row for row in rows if row.head.subject == "device"), *ended], at)

    def write(self, rows: Iterable[Row], at: float) -> None:
        """Rows of one instant (Unix seconds) into the current batch."""
        end = b" %d\n" % int(at * 1000)
        parts = self._parts
        lines = samples = 0
        for head, fields in rows:
            parts += (head.encoded, b" ", fields, end)
            lines += 1
            samples += fields.count(b"=")
        if not self._lines:
            self._since = at
        self._lines += lines
        self._samples += samples
        self.samples += samples
        if self._lines >= BATCH_LINES:
            self.flush()

    def tick(self, now: float) -> None:
        """Called every so often: a batch that is old enough goes."""
        if self._lines and now - self._since >= BATCH_AGE:
            self.flush()

    def flush(self) -> None:
        """Hand over what is there."""
        if self._lines:
            batch = Batch(b"".join(self._parts), self._lines, self._samples)
            self._parts, self._lines, self._samples = [], 0, 0
            self._put(batch)

    def _fared(
        self, job: Job, latest: Latest, reading: Reading, lateness: float, missed: int
    ) -> list[Row]:
        heads = job.heads
        fields = b"success=%d,duration_seconds=%.4f" % (reading.success, reading.duration)
        if reading.tables_expected:
            fields += b",tables_expected=%d,tables_answered=%d" % (
                reading.tables_expected,
                reading.tables_answered,
            )
        rows = [
            Row(heads.probe, fields),
            Row(
                heads.poll, b"lateness_seconds=%.3f,missed_total=%d" % (max(lateness, 0.0), missed)
            ),
        ]
        reason = heads.reason(reading.reason) if reading.reason else None
        if latest.reason is not None and latest.reason != reason:
            rows.append(Row(latest.reason, b"reason_info=0"))
        latest.reason = reason
        if reading.reason:
            latest.failures[reading.reason] += 1
        for name, count in latest.failures.items():
            fields = b"failures_total=%d" % count
            if name == reading.reason:
                fields += b",reason_info=1"
            rows.append(Row(heads.reason(name), fields))
        return rows

    def _described(self, key: str, latest: Latest, reading: Reading, at: float) -> list[Row]:
        """The described rows to write with this run: what is new, and each minute everything."""
        tables = latest.described
        fresh = {name for name, rows in reading.described.items() if _news(tables, name, rows, at)}
        for name in fresh:
            rows = reading.described[name]
            tables[name] = Described(rows, self._identities.take(latest.job, rows), at)
            if not rows:
                del tables[name]
        old = [name for name, table in tables.items() if at - table.read_at > DESCRIBED_FOR]
        for name in old:
            del tables[name]
        due = reading.success and at - latest.described_at >= DESCRIBE_EVERY
        if due:
            latest.described_at = at
        told = tables if due else tables.keys() & fresh
        written = [row for name in told for row in tables[name].rows]
        if fresh or old:
            written += self._ended(key, tables)
        if fresh and latest.job is not None:
            written += [row for k in self._identities.behind(latest.job) for row in self._renew(k)]
        return written

    def _renew(self, key: str) -> list[Row]:
        """Another job of a device takes over what is now known of it; what it said before ends."""
        latest = self.latest[key]
        assert latest.job is not None
        for table in latest.described.values():
            table.rows = self._identities.renewed(latest.job, table.rows)
        return self._ended(key, latest.described)

    def _ended(self, key: str, described: dict[str, Described]) -> list[Row]:
        """Info rows written before that are true no longer, with 0; remembers those that are."""
        rows = (row for table in described.values() for row in table.rows)
        written = _Written(tuple(row for row in rows if row.fields.endswith(b"info=1")))
        kept = self._memory.of(f"info/{key}")
        known = kept.get("written", ())
        now = set(written.kept())
        before = set(known.kept() if isinstance(known, _Written) else known)
        if now != before:
            kept["written"] = written
            self._memory.mark(f"info/{key}")
        gone = (line.rpartition(" ") for line in sorted(before - now))
        return [Row(Head.written(head.encode()), name.encode() + b"=0") for head, _, name in gone]


def _rarer(before: Latest, reading: Reading) -> list[tuple[Row, float]]:
    """Rows that were read before and have a field that was not read since: several rows of a
    reading may have one head. Of interfaces, which are many, only counters are.
    """
    told: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for row in reading.rows:
        if row.head.subject != "interface":
            told[row.head.encoded].update(_FIELD.findall(row.fields))
    earlier = [(row, before.at) for row in before.rows if row.head.subject != "interface"]
    earlier += [
        one for one in before.rarer if not reading.success or reading.start - one[1] < RARE_FOR
    ]
    kept = []
    for row, at in earlier:
        known, fields = told[row.head.encoded], _FIELD.findall(row.fields)
        if not known.issuperset(fields):
            kept.append((row, at))
            known.update(fields)
    return kept


def _news(tables: dict[str, Described], name: str, rows: list[Row], at: float) -> bool:
    """Whether a table says something else than before; what it said is true again in any case."""
    held = tables.get(name)
    if held is None or held.read != rows:
        return True
    held.read_at = at
    return False
