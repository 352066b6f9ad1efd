"""Resources as rows: pure. What a part does not say, or says of an empty slot, is absent.

Field names are those of the Redfish schemas (DSP8010): Thermal, Power, Fan, PowerSupply, Sensor,
ComputerSystem, Chassis, Storage, Drive, Volume.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from probes.reading import clean
from probes.redfish.client import Resource
from probes.redfish.tree import each

STATES = {"OK": 0, "Warning": 1, "Critical": 2}
UNKNOWN = 3
_THERE = ("Enabled", "StandbyOffline", "StandbySpare", "Starting", "Updating", "UnavailableOffline")


class Part(NamedTuple):
    """One row to be: its subject, its instance's name, more labels, and its fields."""

    subject: str
    name: str
    labels: tuple[tuple[str, str], ...]
    fields: dict[str, float | None]


def parts(kind: str, resource: Resource) -> Iterator[Part]:
    """What a resource of this kind says."""
    for part in _KINDS[kind](resource):
        if part.name and any(value is not None for value in part.fields.values()):
            yield part


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    return value if fits and abs(value) < 1e15 else None


def _state(resource: Resource, name: str = "Health") -> int | None:
    """The health of a part that is there; None of an empty slot, and of what is switched off."""
    status = resource.get("Status")
    if not isinstance(status, dict) or status.get("State", "Enabled") not in _THERE:
        return None
    health = status.get(name) or status.get("HealthRollup" if name == "Health" else "Health")
    return STATES.get(health, UNKNOWN) if isinstance(health, str) else None


def _name(resource: Resource, *more: str) -> str:
    for key in (*more, "Name", "MemberId", "Id"):
        value = resource.get(key)
        if isinstance(value, str) and clean(value):
            return clean(value)
    return ""


def _there(resource: Resource) -> bool:
    status = resource.get("Status")
    return not isinstance(status, dict) or status.get("State", "Enabled") in _THERE


def _sensor(name: str, **fields: float | None) -> Part:
    return Part("sensor", name, (), dict(fields))


def _health(name: str, kind: str, state: int | None) -> Part:
    return Part("sensor", name, (("class", kind),), {"state": state})


def _thermal(resource: Resource) -> Iterator[Part]:
    for one in filter(_there, each(resource, "Temperatures")):
        yield _sensor(_name(one), temperature_celsius=_number(one.get("ReadingCelsius")))
        yield _health(_name(one), "temperature", _state(one))
    for one in filter(_there, each(resource, "Fans")):
        name = _name(one, "FanName")
        reading = _number(one.get("Reading", one.get("CurrentReading")))
        percent = str(one.get("ReadingUnits", one.get("Units", "RPM"))) == "Percent"
        if percent:
            yield _sensor(name, fan_ratio=None if reading is None else reading / 100)
        else:
            yield _sensor(name, fan_rpm=reading)
        yield _health(name, "fan", _state(one))


def _fan(resource: Resource) -> Iterator[Part]:
    if not _there(resource):
        return
    speed = resource.get("SpeedPercent")
    speed = speed if isinstance(speed, dict) else {}
    percent = _number(speed.get("Reading"))
    name = _name(resource)
    yield _sensor(name, fan_rpm=_number(speed.get("SpeedRPM")),
                  fan_ratio=None if percent is None else percent / 100)  # fmt: skip
    yield _health(name, "fan", _state(resource))


def _power(resource: Resource) -> Iterator[Part]:
    for one in filter(_there, each(resource, "PowerControl")):
        yield _sensor(_name(one), power_watts=_number(one.get("PowerConsumedWatts")))
    for one in filter(_there, each(resource, "Voltages")):
        yield _sensor(_name(one), voltage_volts=_number(one.get("ReadingVolts")))
        yield _health(_name(one), "voltage", _state(one))
    supplies = list(each(resource, "PowerSupplies"))
    names = [_name(one) for one in supplies]
    for number, (one, name) in enumerate(zip(supplies, names, strict=True), 1):
        yield from _supplied(one, name if names.count(name) == 1 else f"{name} {number}")


def _supplied(one: Resource, name: str) -> Iterator[Part]:
    if not _there(one):
        return
    output = _number(one.get("LastPowerOutputWatts", one.get("PowerOutputWatts")))
    yield _sensor(name, power_watts=output, voltage_volts=_number(one.get("LineInputVoltage")))
    yield _health(name, "psu", _state(one))


def _supply(resource: Resource) -> Iterator[Part]:
    if _there(resource):
        yield _health(_name(resource), "psu", _state(resource))


_READINGS: dict[str, Callable[[float], dict[str, float | None]]] = {
    "Temperature": lambda value: {"temperature_celsius": value},
    "Power": lambda value: {"power_watts": value},
    "Voltage": lambda value: {"voltage_volts": value},
    "Current": lambda value: {"current_amperes": value},
    "Humidity": lambda value: {"humidity_ratio": value / 100},
    "Frequency": lambda value: {"frequency_hertz": value},
}


def _reading(resource: Resource) -> Iterator[Part]:
    """A Sensor. Speeds of fans come with the fans."""
    value = _number(resource.get("Reading"))
    made = _READINGS.get(str(resource.get("ReadingType")))
    if value is not None and made is not None and _there(resource):
        yield Part("sensor", _name(resource), (), made(value))


def _system(resource: Resource) -> Iterator[Part]:
    yield _health("system", "other", _state(resource, "HealthRollup"))
    for key, shown in (("ProcessorSummary", "processors"), ("MemorySummary", "memory")):
        summary = resource.get(key)
        if isinstance(summary, dict):
            yield _health(shown, "other", _state(summary, "HealthRollup"))


def _chassis(resource: Resource) -> Iterator[Part]:
    yield _health(f"chassis {_name(resource)}", "other", _state(resource))


def _storage(resource: Resource) -> Iterator[Part]:
    controllers = list(each(resource, "StorageControllers")) or [resource]
    for one in controllers:
        yield _health(_name(one, "Model"), "raid", _state(one))


def _drive(resource: Resource) -> Iterator[Part]:
    state = _state(resource)
    if state == 0 and resource.get("FailurePredicted") is True:
        state = 1
    yield Part("drive", _place(resource), (), {"state": state})


def _place(drive: Resource) -> str:
    """Where a drive is put in, else what it is called: names are often only the model's."""
    name, own = _name(drive), clean(str(drive.get("Id") or ""))
    return name if not own or own in name.split() else f"{name} ({own})"


def _volume(resource: Resource) -> Iterator[Part]:
    yield Part("array", _place(resource), (), {"state": _state(resource)})


_KINDS: dict[str, Callable[[Resource], Iterator[Part]]] = {
    "thermal": _thermal,
    "power": _power,
    "fan": _fan,
    "supply": _supply,
    "sensor": _reading,
    "system": _system,
    "chassis": _chassis,
    "storage": _storage,
    "drive": _drive,
    "volume": _volume,
}
