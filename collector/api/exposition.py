"""`/metrics`: the latest value of every device series, in Prometheus' text format 0.0.4, family by
family.

The whole is some hundred thousand lines, so it is made in slices of a few milliseconds between
which the loop does its work, one subject at a time. Values stand without a time stamp; what could
not be read in the last run of its job is absent.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from functools import cache

from collector.pipeline import Latest, Pipeline
from probes import catalogue
from probes.reading import Head, Row, metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SLICE = 0.008
"""Seconds of work after which the loop gets its turn."""

CHUNK = 64 << 10

_NAME = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_RESERVED = ("_total", "_count", "_sum", "_bucket")


class Turns:
    """Gives the loop its turn when a slice of time is used up."""

    def __init__(self) -> None:
        self._until = time.perf_counter() + SLICE

    async def take(self) -> None:
        """Call between small pieces of work."""
        if time.perf_counter() >= self._until:
            await asyncio.sleep(0)
            self._until = time.perf_counter() + SLICE


def rows(latest: Latest) -> Iterator[tuple[Row, float]]:
    """What is known of one job now, each row with when it was read (Unix seconds)."""
    for row in latest.rows:
        yield row, latest.at
    for described in list(latest.described.values()):
        for row in described.rows:
            yield row, described.read_at
    for row in fared(latest):
        yield row, latest.at


def fared(latest: Latest) -> list[Row]:
    """How the last run of a job went, as rows."""
    job, reading = latest.job, latest.reading
    if job is None or reading is None:
        return []
    fields = b"success=%d,duration_seconds=%.4f" % (reading.success, reading.duration)
    if reading.tables_expected:
        counts = (reading.tables_expected, reading.tables_answered)
        fields += b",tables_expected=%d,tables_answered=%d" % counts
    found = [Row(job.heads.probe, fields)]
    for reason, count in list(latest.failures.items()):  # others read it in threads
        fields = b"failures_total=%d" % count
        if reason == reading.reason:
            fields += b",reason_info=1"
        found.append(Row(job.heads.reason(reason), fields))
    return found


async def device_series(pipeline: Pipeline) -> AsyncIterator[bytes]:
    """The text in chunks of whole lines. The collector's own rows are left out: they stand
    apart.
    """
    turns = Turns()
    subjects: dict[str, list[Row]] = {}
    for latest in list(pipeline.latest.values()):
        for row, _ in rows(latest):
            subjects.setdefault(row.head.subject, []).append(row)
        await turns.take()
    subjects.pop("collector", None)
    for subject in sorted(subjects):
        async for chunk in _subject(subject, subjects.pop(subject), turns):
            yield chunk


async def _subject(subject: str, found: list[Row], turns: Turns) -> AsyncIterator[bytes]:
    """The families of one subject, each whole; of two values of one series the later one."""
    families: dict[str, dict[str, str]] = {}
    for place, row in enumerate(found):
        labels = _labels(row.head)
        for part in row.fields.decode().split(","):
            field, _, value = part.partition("=")
            family = families.get(field)
            if family is None:
                family = families[field] = {}
            family[labels] = value
        if place % 64 == 0:
            await turns.take()
    found.clear()
    for field in sorted(families):
        series = families.pop(field)
        header = _header(subject, field)
        if header:
            async for chunk in _lines(metric(subject, field), header, series, turns):
                yield chunk


async def _lines(
    name: str, header: str, series: dict[str, str], turns: Turns
) -> AsyncIterator[bytes]:
    parts = [header]
    size = 0
    for labels, value in series.items():
        line = f"{name}{labels} {value}\n"
        parts.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(parts).encode()
            parts, size = [], 0
            await turns.take()
    yield "".join(parts).encode()


def _labels(head: Head) -> str:
    pairs = ",".join([f'{name}="{_escaped(value)}"' for name, value in head.labels])
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    """As the format wants it. A cleaned label has no line ends, so most need nothing."""
    if "\\" in text or '"' in text or "\n" in text:
        return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return text


@cache
def _header(subject: str, field: str) -> str:
    """HELP and TYPE; empty for what cannot be a metric's name.

    A gauge whose name ends as a counter's or histogram's would is `untyped`, else checkers object.
    """
    name = metric(subject, field)
    if not _NAME.fullmatch(name):
        return ""
    known = catalogue.METRICS.get(name)
    if known is None:
        return f"# TYPE {name} untyped\n"
    kind = "counter" if known.kind == "counter" else "gauge"
    if kind == "gauge" and name.endswith(_RESERVED):
        kind = "untyped"
    text = known.help.replace("\\", "\\\\").replace("\n", "\\n")
    return f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
