"""Which readings let an alert end."""

from dataclasses import replace
from typing import Any

import pytest

from collector.gate.fresh import Readings, delivered
from collector.gate.gate import Sighting
from collector.pipeline import Described, Latest
from collector.plan import Job
from inventory.model import Circuit, End, Inventory
from probes.probe import Probe, Session, Settings, Target
from probes.reading import Head, Row
from tests.gate.outpost import inventory

T = 1_000_000.0
STORED = T - 4


def _nobody(target: Target, memory: dict[str, Any]) -> Session:
    raise AssertionError("nobody is asked")


def job(thing: str, kind: str = "device", interval: float = 60.0) -> Job:
    target = Target(thing, (), ((kind, thing),), Settings(), {})
    probe = Probe("snmp", Settings, _nobody)
    return Job(f"{kind}/{thing}/snmp", kind, thing, "dc", probe, target, interval, 5.0)


def row(subject: str, fields: str, **labels: str) -> Row:
    return Row(Head(subject, labels), fields.encode())


def world() -> Inventory:
    line = Circuit("c1", "c1", End("d2", "wan1"), End("d1", "ge-0"))
    return replace(inventory(["d1", "d2"]), circuits={"c1": line})


def seen(latest: dict[str, Latest], metrics: str, **identity: str) -> Sighting | None:
    readings = Readings(latest, world, lambda: STORED, lambda: T)
    return readings.fresh(identity, metrics.split())


def one(*rows: Row, at: float = T - 10, thing: str = "d1", **more: Any) -> dict[str, Latest]:
    about = job(thing, **more)
    return {about.key: Latest(about, at, list(rows))}


DISK = row("storage", "used_bytes=5,used_ratio=0.5", device="d1", site="dc", storage="/var")


def test_row_with_the_metric_and_the_labels_counts() -> None:
    found = seen(one(DISK), "storage_used_ratio", device="d1", site="dc", storage="/var")
    assert found == Sighting(T - 10, STORED, 60.0)


@pytest.mark.parametrize(
    ("metrics", "identity"),
    [
        ("storage_used_ratio", {"device": "d1", "storage": "/"}),  # another disk
        ("storage_used_ratio", {"device": "d2", "storage": "/var"}),  # another device
        ("storage_inodes_used", {"device": "d1", "storage": "/var"}),  # another metric
        ("storage_used_ratio storage_inodes_used", {"device": "d1", "storage": "/var"}),
        ("no_such_metric", {"device": "d1"}),
        ("storage_used_ratio", {}),
    ],
)
def test_anything_less_does_not(metrics: str, identity: dict[str, str]) -> None:
    assert seen(one(DISK), metrics, **identity) is None


def test_table_that_is_away_is_no_reading_though_the_job_ran() -> None:
    latest = one(row("interface", "up=1", device="d1", interface="ge-0"))
    assert seen(latest, "storage_used_ratio", device="d1", storage="/var") is None


def test_oldest_of_several_metrics_counts() -> None:
    latest = one(row("ups", "on_battery=1", device="d1"), at=T - 50) | {
        "other": Latest(job("d1", interval=600), T - 9, [row("ups", "load_ratio=1", device="d1")])
    }
    found = seen(latest, "ups_on_battery ups_load_ratio", device="d1")
    assert found == Sighting(T - 50, STORED, 600)


def test_described_values_count_from_when_they_were_read() -> None:
    latest = one()
    (held,) = latest.values()
    expires = row("license", "expiry_timestamp_seconds=9", device="d1", license="av")
    held.described["licenses"] = Described([expires], [expires], T - 300)
    found = seen(latest, "license_expiry_timestamp_seconds", device="d1", license="av")
    assert found == Sighting(T - 300, STORED, 60)


def test_instance_may_come_from_another_label() -> None:
    raid = row("sensor", "state=1", device="d1", sensor="raid-1")
    found = seen(one(raid), "array_state sensor_state", device="d1", array="raid-1")
    assert found is not None
    other = row("sensor", "state=1", device="d1", sensor="fan-1")
    assert seen(one(other), "array_state sensor_state", device="d1", array="raid-1") is None


def test_label_that_the_rule_made_up_needs_no_row() -> None:
    ends = row(
        "interface", "receive_bytes_total=1,transmit_bytes_total=1", device="d2", interface="wan1"
    )
    metrics = "interface_receive_bytes_total interface_transmit_bytes_total"
    found = seen(one(ends, thing="d2"), metrics, circuit="c1", site="dc", direction="transmit")
    assert found == Sighting(T - 10, STORED, 60)


def test_circuit_is_read_at_its_ends_and_at_no_other_interface() -> None:
    other = row("interface", "receive_bytes_total=1", device="d2", interface="lan")
    assert seen(one(other, thing="d2"), "interface_receive_bytes_total", circuit="c1") is None


@pytest.mark.parametrize(
    ("held", "metric", "identity"),
    [
        (row("circuit", "loss_ratio=0", circuit="c1", site="dc"), "circuit_loss_ratio", "circuit"),
        (row("icmp", "loss_ratio=0", device="d1", site="dc"), "icmp_loss_ratio", "device"),
        (row("collector", "store_up=1", collector="noc"), "collector_store_up", "collector"),
    ],
)
def test_readings_that_no_job_brings_count(held: Row, metric: str, identity: str) -> None:
    name = dict(held.head.labels)[identity]
    found = seen({"icmp/127.0.0.1": Latest(None, T - 20, [held])}, metric, **{identity: name})
    assert found == Sighting(T - 20, STORED, 60.0)


def test_check_of_a_service_counts() -> None:
    web = row("http", "duration_seconds=1", service="web", target="home")
    latest = one(web, thing="web", kind="service")
    assert seen(latest, "http_duration_seconds", service="web", target="home") is not None
    assert seen(latest, "http_duration_seconds", service="web", target="other") is None


def test_next_reading_of_the_same_job_is_seen() -> None:
    latest = one(DISK)
    readings = Readings(latest, world, lambda: STORED, lambda: T)
    wanted = {"device": "d1", "storage": "/var"}
    assert readings.fresh(wanted, ["storage_used_ratio"]) == Sighting(T - 10, STORED)
    (held,) = latest.values()
    held.at, held.rows = T - 1, []
    assert readings.fresh(wanted, ["storage_used_ratio"]) is None
    held.at, held.rows = T, [DISK]
    assert readings.fresh(wanted, ["storage_used_ratio"]) == Sighting(T, STORED)


class _Store:
    def __init__(self, age: float) -> None:
        self.spool_age_seconds = age


class _Stats:
    def __init__(self, age: float) -> None:
        self.stores = {"vm": _Store(age), "copy": _Store(9e9)}


class _Way:
    def __init__(self, age: float, accepting: bool = True) -> None:
        self.stats, self.accepting = _Stats(age), accepting


def test_only_what_its_store_waits_for_holds_a_reading_up() -> None:
    assert delivered(_Way(0.0), "vm", T) == T - 4
    assert delivered(_Way(600.0), "vm", T) == T - 604
    assert delivered(_Way(0.0, accepting=False), "vm", T) == 0.0
