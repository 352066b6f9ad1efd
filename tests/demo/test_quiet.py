"""Nothing that the simulator makes up breaks a shipped limit by accident, at any hour of a week."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest

from alerts.thresholds import thresholds
from collector.demo.columns.entity import CELSIUS, HUMIDITY, reading
from collector.demo.columns.host import busy, disk_used, memory_used
from collector.demo.columns.power import load as load_percent
from collector.demo.device import Device
from collector.demo.model import CABINETS, model_of
from collector.demo.province import Province
from collector.demo.rhythm import DAY, WEEK
from inventory.load import load
from probes.registry import vocabulary

MONDAY = 1_795_366_800.0
"""2026-11-23, 00:00 in Vietnam."""
HOURS = [MONDAY + 3600 * hour + 1800 for hour in range(int(WEEK / 3600))]
STRICTEST = 0.80
"""The lowest limit of StorageFull in the example inventory, of databases and storage."""


@cache
def devices() -> list[Device]:
    """What the example province's simulator plays."""
    inventory = load(Path(__file__).parents[2] / "inventory.yaml", vocabulary())
    return [Device(one) for one in Province(inventory).devices() if one.snmp_port]


def mean(value: Callable[[float], float], moment: float) -> float:
    """Of a quarter of an hour, as the rules take it."""
    return fmean(value(moment - 180 * step) for step in range(5))


def limit(rule: str, room: str = "") -> float:
    found = thresholds()[rule].shipped("sensor", room).warning
    assert found is not None
    return float(found)


def test_province_of_the_example_is_what_is_looked_at() -> None:
    assert len(devices()) == 611


@pytest.mark.parametrize(
    ("rule", "value", "scale"),
    [
        ("CpuHigh", busy, 1.0),
        ("MemoryHigh", memory_used, 1.0),
        ("UpsOverloaded", load_percent, 100),
    ],
)
def test_load_stays_below_its_limit(
    rule: str, value: Callable[[Device, float], float], scale: float
) -> None:
    for device in devices():
        for moment in HOURS[: 24 * 2] + HOURS[24 * 4 :: 5]:
            now = mean(lambda at, one=device: value(one, at), moment) / scale
            assert now < limit(rule), (device.plays.name, moment)


def test_disks_are_cleaned_long_before_they_are_full() -> None:
    for device in devices():
        for row in range(5):
            for day in range(0, 120, 3):
                then, now = (disk_used(device, row, MONDAY + (day + n) * DAY) for n in (0, 1))
                assert now < STRICTEST
                assert now <= then or (1 - now) / (now - then) * DAY > limit("StorageFilling")


def test_machine_room_stays_within_its_bounds() -> None:
    rooms = [one for one in devices() if model_of(one.plays) == "sensors"]
    assert rooms
    bounds = {
        CELSIUS: (
            limit("TemperatureLow", "machine-room"),
            limit("TemperatureHigh", "machine-room"),
        ),
        HUMIDITY: (
            100 * limit("HumidityLow", "machine-room"),
            100 * limit("HumidityHigh", "machine-room"),
        ),
    }
    for part in CABINETS:
        if part.measures not in bounds or part.name.endswith("phía sau"):
            continue
        low, high = bounds[part.measures]
        for room in rooms:
            for moment in HOURS:
                now = mean(lambda at, one=room, of=part: reading(one, of, at), moment)
                assert low < now < high, (part.name, moment)
