"""ENTITY-MIB (RFC 6933) and ENTITY-SENSOR-MIB (RFC 3433): parts of a device and what they
measure.
"""

from collections.abc import Sequence
from typing import NamedTuple

from collector.demo import tlv
from collector.demo.columns.host import celsius
from collector.demo.columns.system import fixed, integers, listed, texts
from collector.demo.device import Device
from collector.demo.rhythm import swing
from collector.demo.shape import Column, Value

SENSOR = 8
CELSIUS, HUMIDITY, VOLTS, RPM = 8, 9, 4, 10  # EntitySensorDataType
_BASE = "1.3.6.1.2.1.47.1.1.1.1."


class Part(NamedTuple):
    """A row of entPhysicalTable; a sensor has a type, a middle value and a precision, one of
    temperature how much it follows the day (1 is some degrees).
    """

    place: int
    name: str
    kind: int = SENSOR
    measures: int = 0
    around: float = 0
    precision: int = 0
    sway: float = 1.0


def _serial(device: Device, row: int, _now: float) -> bytes:
    return tlv.octets(device.serial if row == 0 else "")


def entities(parts: Sequence[Part], maker: str, model: str, version: str) -> list[Column]:
    """entPhysicalTable: the first part is the chassis and carries serial, model and version."""
    index = [part.place for part in parts]
    first = ["", *[""] * (len(parts) - 1)]
    table: dict[int, Value] = {
        2: texts([part.name for part in parts]),
        3: fixed(tlv.object_id("0.0")),
        4: integers([0, *[parts[0].place] * (len(parts) - 1)]),
        5: integers([part.kind for part in parts]),
        6: integers([1] * len(parts)),
        7: texts([part.name for part in parts]),
        8: texts(first),
        9: texts(first),
        10: texts([version, *first[1:]]),
        11: _serial,
        12: texts([maker, *first[1:]]),
        13: texts([model, *first[1:]]),
        14: texts(first),
        15: texts(first),
        16: listed([tlv.integer(1)] * len(parts)),
    }
    return [Column(f"{_BASE}{number}", value, index) for number, value in table.items()]


def reading(device: Device, part: Part, now: float) -> float:
    """What a sensor measures, in its own unit."""
    if part.measures == CELSIUS:
        return celsius(device, now, part.around, part.place, part.sway)
    wave = swing(now, 1800 + 900 * device.share(part.place), device.share(part.place + 1))
    return part.around * (0.95 + 0.1 * wave)


def sensors(parts: Sequence[Part]) -> list[Column]:
    """entPhySensorTable of the parts that measure."""
    measuring = [part for part in parts if part.measures]
    index = [part.place for part in measuring]

    def value(device: Device, row: int, now: float) -> bytes:
        part = measuring[row]
        return tlv.integer(round(reading(device, part, now) * 10**part.precision))

    table: dict[int, Value] = {
        1: integers([part.measures for part in measuring]),
        2: integers([9] * len(measuring)),  # units
        3: integers([part.precision for part in measuring]),
        4: value,
        5: integers([1] * len(measuring)),  # ok
    }
    return [Column(f"1.3.6.1.2.1.99.1.1.1.{number}", made, index) for number, made in table.items()]
