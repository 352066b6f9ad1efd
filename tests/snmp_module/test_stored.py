"""Rows of modules on their way: pipeline, spool, VictoriaMetrics, /metrics, InfluxDB's lines."""

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from collector.api.exposition import device_series
from collector.delivery import Delivery
from collector.pipeline import Pipeline
from collector.plan import Job
from collector.state import Memory
from collector.stores import open_store, parse_address
from collector.stores.influx2 import measured
from probes.probe import Settings, Target
from probes.reading import Head, Reading, Row, metric
from probes.registry import PROBES
from probes.snmp.module.samples import labelled
from tests.collector.stored import Daemon, get, victoria_metrics, wait_for
from tests.snmp_module import exporter
from tests.snmp_module.conftest import OWN
from tests.snmp_module.own import OBJECTS
from tests.snmp_session.polling import LABELS, agent, ask, session_on


@pytest.fixture
def vm(tmp_path: Path) -> Iterator[Daemon]:
    daemon = victoria_metrics(tmp_path)
    daemon.start()
    yield daemon
    daemon.end()


def job() -> Job:
    target = Target("d", ("127.0.0.1",), LABELS, Settings())
    return Job("device/d/snmp", "device", "d", "s", PROBES["snmp"], target, 60.0, 5.0)


async def reading() -> Reading:
    with agent(OBJECTS) as device:
        return await ask(session_on(device.port, modules=(f"{OWN}:own",)))


def held(port: int) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    get(port, "/internal/force_flush")
    found = {}
    match = quote('{device="d"}')
    for line in get(port, f"/api/v1/export?match[]={match}").splitlines():
        series = json.loads(line)
        name = series["metric"].pop("__name__")
        pairs = frozenset(p for p in series["metric"].items() if p[0] not in ("device", "site"))
        found[name, pairs] = series["values"][-1]
    return found


@pytest.mark.asyncio
async def test_the_store_has_the_names_of_the_module(tmp_path: Path, vm: Daemon) -> None:
    read = await reading()
    read.start = time.time() - 60
    store = open_store(parse_address(f"http://127.0.0.1:{vm.port}", name="vm"))
    delivery = Delivery(tmp_path / "spool.sqlite", [store])
    delivery.start()
    pipeline = Pipeline(delivery.put, Memory(tmp_path / "memory.sqlite"))
    pipeline.accept(job(), read, lateness=0.0, missed=0)
    pipeline.flush()
    wait_for(lambda: delivery.stats.stores["vm"].sent_samples >= pipeline.samples)
    expected = exporter.ours(Reading(0, rows=[row for row in read.rows if not row.head.subject]))
    found = held(vm.port)
    assert len(expected) > 60
    assert {key: found.get(key) for key in expected} == pytest.approx(expected, rel=1e-9)
    assert ("system_uptime_seconds", frozenset()) in found
    assert delivery.close()


@pytest.mark.asyncio
async def test_metrics_show_the_names_of_the_module(tmp_path: Path) -> None:
    read = await reading()
    pipeline = Pipeline(lambda _: None, Memory(tmp_path / "memory.sqlite"))
    pipeline.accept(job(), read, lateness=0.0, missed=0)
    text = b"".join([chunk async for chunk in device_series(pipeline)]).decode()
    assert "# TYPE sysUpTime untyped\n" in text
    assert 'sysUpTime{device="d",site="s"} 4711\n' in text
    assert '\nlooked{device="d",site="s",title="a=b \\"c\\" \\\\d ",slot="4",' in text


def test_a_name_is_subject_and_field_or_the_field_alone() -> None:
    assert metric("interface", "up") == "interface_up"
    assert metric("", "ifInOctets") == "ifInOctets"


def test_text_of_labels_is_kept_but_for_what_cannot_be_shown() -> None:
    texts = {"a": " spaces \\ kept, = too ", "b": "line\nend\x1b[0m", "c": "é" * 2000, "d": "\0"}
    head = labelled((("device", "d"), *texts.items()))
    kept = dict(head.labels)
    assert kept["a"] == texts["a"]
    assert kept["b"] == "line end [0m"
    assert len(kept["c"].encode()) == 1024
    assert "d" not in kept
    assert head.subject == ""


def test_influxdb_gets_a_measurement_where_there_is_none() -> None:
    lines = b"interface,device=d up=1 5\n,device=d ifInOctets=5 5\n,device=e sysUpTime=6 5\n"
    assert gzip.decompress(measured(gzip.compress(lines))) == (
        b"interface,device=d up=1 5\nsnmp,device=d ifInOctets=5 5\nsnmp,device=e sysUpTime=6 5\n"
    )
    first = gzip.compress(b",device=d a=1 5\n")
    assert gzip.decompress(measured(first)) == b"snmp,device=d a=1 5\n"
    others = gzip.compress(b"interface,device=d,interface=a\\,b up=1 5\n")
    assert measured(others) is others


def test_a_head_without_subject_keeps_its_labels() -> None:
    row = Row(Head("", LABELS), b"sysUpTime=1")
    assert (row.head.subject, row.head.labels) == ("", LABELS)
