"""The collector's own metrics: one definition, told as rows and to Prometheus alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector.selfmetrics import exposition, registry, self_rows
from probes import catalogue
from probes.reading import values
from tests.collector.running import NOW, Running

LIVING = {"collector_resident_bytes", "collector_cpu_seconds_total"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path)
    yield one
    one.journal.close()


def stored(running: Running) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (f"collector_{field}", frozenset(row.head.labels)): value
        for row in self_rows(running, NOW + 5)
        for field, value in values(row.fields).items()
    }


def test_rows_and_exposition_tell_the_same(running: Running) -> None:
    text = exposition(registry(running)).decode()
    scraped = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    written = stored(running)
    assert scraped.keys() == written.keys()
    for series, value in written.items():
        if series[0] not in LIVING:
            assert scraped[series] == value, series


def test_every_row_is_what_the_catalogue_allows(running: Running) -> None:
    for name, labels in stored(running):
        assert catalogue.metric(name).allows({label for label, _ in labels}), name


def test_stores_and_losses_are_told_by_reason(running: Running) -> None:
    own = ("collector", "noc-1")
    told = stored(running)
    assert told["collector_store_up", frozenset((own, ("store", "local")))] == 1
    errors = frozenset((own, ("store", "local"), ("reason", "timeout")))
    assert told["collector_store_errors_total", errors] == 2
    assert told["collector_dropped_samples_total", frozenset((own, ("reason", "rejected")))] == 5
    assert told["collector_spool_age_seconds", frozenset((own,))] == 1.5


def test_heads_are_made_once(running: Running) -> None:
    first, second = self_rows(running, NOW), self_rows(running, NOW)
    assert all(a.head is b.head for a, b in zip(first, second, strict=True))


def test_memory_and_processor_time_are_those_of_this_process(running: Running) -> None:
    own = frozenset((("collector", "noc-1"),))
    told = stored(running)
    assert 10e6 < told["collector_resident_bytes", own] < 4e9
    assert told["collector_cpu_seconds_total", own] > 0
