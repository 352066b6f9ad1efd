"""The scorer is strict: too little, too much, the wrong thing and stale doubts all show."""

import re
from typing import Any

import pytest

from probes.reading import Reading
from tests.recordings.emitted import Emitted, Polled
from tests.recordings.extras import judge_extras
from tests.recordings.matching import alike, pairs
from tests.recordings.ports import judge_ports
from tests.recordings.sensors import judge_sensors
from tests.recordings.shares import below, share
from tests.recordings.system import judge_amounts, judge_identity, judge_processors
from tests.recordings.tally import Doubt, Tally

OID = "1.3.6.1.4.1.99999.1."


def emitted(metric: str, name: str, value: float, *oids: str, **more: str) -> Emitted:
    return Emitted(metric, name, {"x": name, **more}, value, frozenset(OID + one for one in oids))


def polled(*values: Emitted, **identity: str) -> Polled:
    return Polled(Reading(0.0), "p", list(values), identity, {})


def sensor(kind: str, value: float, oid: str, descr: str = "it", **more: Any) -> dict[str, Any]:
    row = {"class": kind, "descr": descr, "value": value, "oid": OID + oid, "check": "match"}
    return row | more


def judged(rows: list[dict[str, Any]], poll: Polled, *doubts: Doubt) -> Tally:
    tally = Tally("f/r", doubts)
    judge_sensors("sensors", poll, {"sensors": rows}, tally)
    return tally


def test_one_value_satisfies_one_expected_value_only() -> None:
    rows = [sensor("temperature", 30, "1"), sensor("temperature", 30, "2")]
    tally = judged(rows, polled(emitted("sensor_temperature_celsius", "a", 30, "9")))
    assert tally.sections() == {"sensors": (1, 2)}


def test_as_many_pairs_as_can_be_had_are_found() -> None:
    found = pairs([10, 11], [11, 12], lambda a, b: abs(a - b) if abs(a - b) <= 1 else None)
    assert found == {0: 0, 1: 1}


def test_value_of_the_very_object_that_differs_is_missing_and_wrong() -> None:
    poll = polled(
        emitted("sensor_temperature_celsius", "a", 300, "1"),
        emitted("sensor_temperature_celsius", "b", 30, "2"),
    )
    tally = judged([sensor("temperature", 30, "1")], poll)
    assert tally.sections() == {"sensors": (0, 1)}
    assert len(tally.extras) == 1


@pytest.mark.parametrize(
    ("kind", "value", "metric", "ours"),
    [
        ("humidity", 41, "sensor_humidity_ratio", 0.41),
        ("runtime", 30, "ups_battery_runtime_seconds", 1800),
        ("power_consumed", 2, "sensor_energy_joules_total", 7.2e6),
        ("waterflow", 60, "sensor_flow_cubic_meters_per_second", 0.001),
        ("count", 12, "firewall_sessions", 12),
        ("load", 25, "ups_load_ratio", 0.25),
    ],
)
def test_units_of_a_class_are_ours(kind: str, value: float, metric: str, ours: float) -> None:
    tally = judged([sensor(kind, value, "1")], polled(emitted(metric, "a", ours, "1")))
    assert tally.sections() == {"sensors": (1, 1)}


@pytest.mark.parametrize(
    ("level", "metric", "ours", "right"),
    [
        ("ok", "sensor_state", 0, True),
        ("warning", "sensor_state", 2, True),
        ("ok", "sensor_state", 1, False),
        ("critical", "tunnel_up", 0, True),
        ("ok", "ups_on_battery", 0, True),
        ("ok", "ups_on_battery", 1, False),
        ("unknown", "sensor_state", 3, True),
        ("unknown", "sensor_state", 2, False),
        ("unknown", "outlet_up", 0, True),
        ("ok", "firewall_ha_state", 2, True),
    ],
)
def test_state_is_right_when_it_says_the_same_of_well_and_ill(
    level: str, metric: str, ours: float, right: bool
) -> None:
    tally = judged([sensor("state", 1, "1", level=level)], polled(emitted(metric, "a", ours, "1")))
    assert tally.sections() == {"sensors": (int(right), 1)}
    assert len(tally.extras) == (not right)


def test_state_of_another_object_counts_for_a_thing_of_like_name_only() -> None:
    row = sensor("state", 1, "1", "Power Supply 1", level="ok")
    fan = emitted("sensor_state", "Fan 1", 0, "8", **{"class": "fan"})
    psu = emitted("sensor_state", "PSU 1", 0, "9", **{"class": "psu"})
    assert judged([row], polled(fan)).sections() == {"sensors": (0, 1)}
    assert judged([row], polled(psu)).sections() == {"sensors": (1, 1)}
    assert not alike("Power Supply 1", "PSU 2")


def test_what_is_not_to_be_judged_is_counted() -> None:
    rows = [
        sensor("temperature", 30, "1", suspect="65535"),
        sensor("temperature", 30, "2", check="absent"),
        sensor("state", 5, "3", level="unknown"),
    ]
    tally = judged(rows, polled())
    assert not tally.verdicts
    assert sum(tally.left.values()) == 3


def test_doubtful_value_is_left_out_and_a_stale_entry_is_told() -> None:
    def doubt(what: str) -> Doubt:
        return Doubt("f/r", "sensors", re.compile(what), "why")

    rows = [sensor("temperature", 30, "1", "odd"), sensor("temperature", 31, "2", "even")]
    poll = polled(emitted("sensor_temperature_celsius", "a", 31, "2"))
    odd, even, none = doubt("odd"), doubt("even"), doubt("nothing")
    tally = judged(rows, poll, odd, even, none)
    assert not tally.verdicts
    assert [one.stale is None for one in (odd, even, none)] == [True, False, False]


def test_what_cannot_be_and_what_stands_twice_is_wrong() -> None:
    tally = Tally("f/r")
    poll = polled(
        emitted("sensor_temperature_celsius", "a", -8e8, "1"),
        emitted("cpu_usage_ratio", "all", 1.2),
        emitted("sensor_voltage_volts", "b", 12, "2"),
        emitted("sensor_voltage_volts", "c", 12, "2"),
    )
    judge_extras(poll, tally)
    assert len(tally.extras) == 3


def test_ports_are_compared_by_index_and_field() -> None:
    poll = polled(emitted("interface_up", "ge1", 0), emitted("interface_admin_up", "ge1", 1))
    poll.infos["interface"] = [{"interface": "ge1", "index": "7", "mtu": "1500"}]
    tally = Tally("f/r")
    row = {"index": 7, "name": "ge1", "oper": "up", "admin": "up", "mtu": 1500, "in_octets": 5}
    judge_ports(poll, {"ports": [row]}, tally)
    assert tally.sections() == {"ports": (3, 4), "port counters": (0, 1)}
    assert len(tally.extras) == 1


def test_processors_memory_and_identity() -> None:
    poll = polled(
        emitted("cpu_usage_ratio", "1", 0.104, "1"),
        emitted("memory_used_ratio", "system", 0.5, "2"),
        emitted("memory_total_bytes", "system", 1000, "3"),
        model="Cisco C9300-48P",
        serial="ABC",
    )
    tally = Tally("f/r")
    cpus = [{"descr": "c", "usage_percent": 10, "oid": OID + one, "check": "match"} for one in "12"]
    judge_processors(poll, {"processors": cpus}, tally)
    pool = {"descr": "m", "class": "system", "oids": {}, "check": "match"}
    amounts = {"used_percent": 51, "total_bytes": 1000, "used_bytes": 600}
    judge_amounts("memory", poll, {"memory": [pool | amounts]}, tally)
    judge_identity(poll, {"identity": {"hardware": "C9300-48P", "serial": "ABCD"}}, tally)
    assert tally.sections() == {"processors": (1, 2), "memory": (2, 3), "identity": (1, 2)}


def test_ports_do_not_hide_what_else_is_missing() -> None:
    tally = Tally("f/r")
    for _ in range(1000):
        tally.judge("port counters", True, "")
    tally.judge("sensors", False, "")
    assert share("f", [tally], ports=True).part > 0.99
    assert below([tally]) == [
        "f, without ports: 0.0% right, not 90%",
        "all, without ports: 0.0% right, not 97%",
    ]


def test_doubts_cannot_carry_the_whole() -> None:
    doubt = Doubt("f/r", "sensors", re.compile("it"), "why")
    rows = [sensor("temperature", 30, str(at)) for at in range(10)]
    tally = judged(rows, polled(), doubt)
    for _ in range(90):
        tally.judge("sensors", True, "")
    assert below([tally]) == [
        "all, everything: doubts carry it, 90.0% right without them",
        "all, without ports: doubts carry it, 90.0% right without them",
    ]
