"""The collector's own metrics (subject `collector`): one definition, for /metrics and for the
store.
"""

import os
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector as Collects

from collector.unasked import unasked
from probes import catalogue
from probes.reading import Head, Row, number

if TYPE_CHECKING:
    from collector.api.source import Source

Labels = tuple[tuple[str, str], ...]

VERSION = version("hatang")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def values(source: "Source", now: float) -> Iterator[tuple[str, Labels, float]]:
    """Field, labels beyond `collector`, value: everything that the collector says of itself."""
    delivery = source.delivery.stats
    good, reloaded_at = source.reloaded
    yield "info", (("version", VERSION),), 1
    yield "polls_total", (), source.pipeline.polls
    yield "samples_total", (), source.pipeline.samples
    yield "loop_lag_seconds", (), max(source.loop_lag, 0.0)
    yield "in_flight", (), source.schedule.in_flight
    yield "spool_bytes", (), delivery.spool_bytes
    yield "spool_age_seconds", (), max(delivery.spool_age_seconds, 0.0)
    yield "reload_success", (), int(good)
    yield "reload_timestamp_seconds", (), min(reloaded_at, now)
    yield "resident_bytes", (), resident_bytes()
    yield "cpu_seconds_total", (), time.process_time()
    yield "isolated", (), int(_isolated(source))
    yield "unasked_ratio", (), _unasked(source, now)
    for peer in source.telling.rounds.peers:
        yield "alertmanager_up", (("alertmanager", peer.name),), int(peer.up)
    for reason, count in list(delivery.dropped.items()):
        yield "dropped_samples_total", (("reason", reason),), count
    for name, store in list(delivery.stores.items()):
        yield "store_up", (("store", name),), int(store.up)
        for reason, count in list(store.errors.items()):
            yield "store_errors_total", (("store", name), ("reason", reason)), count


def _isolated(source: "Source") -> bool:
    return f"CollectorIsolated/collector:{source.plan.collector}" in source.incidents.open


def _unasked(source: "Source", now: float) -> float:
    """Share of the devices that cannot be asked."""
    held = source.engine.verdicts
    devices = sum(thing.startswith("device:") for thing in held)
    found = unasked(held, source.plan.inventory, now)
    return sum(map(len, found.values())) / devices if devices else 0.0


def self_rows(source: "Source", now: float) -> list[Row]:
    """The same as rows for the pipeline, one a label set."""
    fields: dict[Head, list[str]] = {}
    for field, labels, value in values(source, now):
        head = _head((("collector", source.plan.collector), *labels))
        fields.setdefault(head, []).append(f"{field}={number(value)}")
    return [Row(head, ",".join(parts).encode()) for head, parts in fields.items()]


class SelfMetrics(Collects):
    """The same for prometheus-client, read when it is scraped."""

    def __init__(self, source: "Source") -> None:
        self._source = source

    def collect(self) -> Iterable[Metric]:
        """One family a field, as the catalogue describes it."""
        name = ("collector", self._source.plan.collector)
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for field, labels, value in values(self._source, time.time()):
            pairs = (name, *labels)
            family = families.get(field)
            if family is None:
                family = families[field] = _family(field, [label for label, _ in pairs])
            family.add_metric([text for _, text in pairs], value)
        return families.values()


def registry(source: "Source") -> CollectorRegistry:
    """A registry of its own that holds only this collector's metrics."""
    one = CollectorRegistry(auto_describe=False)
    one.register(SelfMetrics(source))
    return one


def exposition(own: CollectorRegistry) -> bytes:
    """The registry in Prometheus' text format."""
    return generate_latest(own)


def resident_bytes() -> int:
    """Resident memory of this process, as the kernel counts it."""
    pages = Path("/proc/self/statm").read_bytes().split()[1]
    return int(pages) * _PAGE


def _family(field: str, labels: list[str]) -> CounterMetricFamily | GaugeMetricFamily:
    metric = catalogue.fields("collector")[field]
    family = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    return family(metric.name, metric.help, labels=labels)


@lru_cache(maxsize=256)
def _head(labels: Labels) -> Head:
    return Head("collector", labels)
