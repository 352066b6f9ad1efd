"""The limits that rules ship with: `alerts/thresholds.yaml`, read strictly.

A limit is data, never a number in a rule. What the inventory says lies over these; the collector
writes the result as `threshold_limit` (`collector.thresholds`), and the rule joins it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from inventory.value import Limit
from probes.catalogue import METRICS, Unit

Owner = Literal["device", "circuit", "service", "check", "collector"]
SEVERITIES = ("warning", "critical")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bounds(_Strict):
    """A limit of each severity, in the rule's unit; None where there is none."""

    warning: Limit | None = None
    critical: Limit | None = None


class _Entry(Bounds):
    of: Owner
    metric: str
    unit: Unit
    instance: str | None = None
    below: bool = False
    target: Literal["rtt", "loss", "jitter"] | None = None
    roles: list[str] = Field(default_factory=list)
    rooms: dict[str, Bounds] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.metric not in METRICS:
            raise ValueError(f"metric {self.metric} is not in the catalogue")
        every: tuple[Bounds, ...] = (self, *self.rooms.values())
        for bounds in every:
            _ordered(bounds, self.below, self.unit)
        return self


def _ordered(bounds: Bounds, below: bool, unit: str) -> None:
    low, high = bounds.warning, bounds.critical
    if low is not None and high is not None and (high >= low if below else high <= low):
        raise ValueError("critical comes before warning (below: true when less is worse)")
    if unit == "ratio" and any(one is not None and one > 1 for one in (low, high)):
        raise ValueError("a ratio is at most 1: write 85%")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rule's limits are of. `of` is whose they are, `check` meaning a service or a device
    that has the check; they exist where `metric` does. `instance` is the label that an inventory's
    `only` may name. `below`: the rule tells what is under its limit. `target` is the contract's
    word for the warning limit; `roles` and `rooms` narrow whom the shipped bounds are for.
    """

    rule: str
    of: Owner
    metric: str
    unit: Unit
    bounds: Bounds
    instance: str | None = None
    below: bool = False
    target: str | None = None
    roles: frozenset[str] = frozenset()
    rooms: Mapping[str, Bounds] = field(default_factory=dict)

    def shipped(self, role: str | None = None, room: str = "") -> Bounds:
        """The bounds that hold where the inventory says nothing."""
        if self.roles and role not in self.roles:
            return Bounds()
        return self.rooms.get(room, self.bounds)


def read(text: str) -> Mapping[str, Limits]:
    """Limits by rule from the YAML text. Raises ValueError that names the rule."""
    raw = yaml.load(text, yaml.CSafeLoader)
    names = re.findall(r"^(\w+):", text, re.MULTILINE)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)}: stands twice")
    return MappingProxyType({name: _limits(name, entry) for name, entry in raw.items()})


def _limits(name: str, entry: object) -> Limits:
    try:
        one = _Entry.model_validate(entry)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return Limits(
        rule=name,
        of=one.of,
        metric=one.metric,
        unit=one.unit,
        bounds=Bounds(warning=one.warning, critical=one.critical),
        instance=one.instance,
        below=one.below,
        target=one.target,
        roles=frozenset(one.roles),
        rooms=one.rooms,
    )


@cache
def thresholds() -> Mapping[str, Limits]:
    """The shipped limits by rule. Raises ValueError on a bad file."""
    return read(files("alerts").joinpath("thresholds.yaml").read_text("utf-8"))
