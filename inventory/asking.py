"""How things are asked, as it is written: probes, checks, thresholds; what defaults, roles and
devices share.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from inventory.access import Entry
from inventory.value import (
    Duration,
    Hours,
    Interval,
    Limit,
    Name,
    Names,
    Ping,
    Text,
    Texts,
    described,
    wrong,
)


class ProbeEntry(BaseModel):
    """A probe put to use: interval and timeout, all other keys are the probe's own settings."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    interval: Interval | None = None
    timeout: Duration | None = None


def _switch(value: object) -> object:
    if value is None or value is True:
        return {}
    return None if value is False else value


def _single(value: object) -> object:
    if isinstance(value, dict) and len(value) != 1:
        raise wrong("must name one probe", "like home: {http: {url: ...}}")
    return None if value is False else value


_OFF = {"const": False}
ProbeUse = Annotated[
    ProbeEntry | None,
    BeforeValidator(_switch),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "description": "interval, timeout, the probe's own settings"},
                {"type": "null"},
                {"type": "boolean"},
            ]
        }
    ),
]
CheckUse = Annotated[
    dict[Name, ProbeUse] | None,
    BeforeValidator(_single),
    WithJsonSchema({"anyOf": [{"type": "object", "minProperties": 1, "maxProperties": 1}, _OFF]}),
]


class ThresholdEntry(Entry):
    """Limits of one rule; `only` narrows them to one instance."""

    warning: Limit | None = None
    critical: Limit | None = None
    only: dict[Name, Text] = Field(default_factory=dict)


def listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_LIMIT = {"type": ["number", "string"]}
_LIMITS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "warning": _LIMIT,
        "critical": _LIMIT,
        "only": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
ThresholdUse = Annotated[
    list[ThresholdEntry],
    BeforeValidator(listed),
    WithJsonSchema({"anyOf": [_LIMITS, {"type": "array", "items": _LIMITS}]}),
]
Thresholds = dict[Name, ThresholdUse]


def _plain(value: object) -> object:
    if isinstance(value, (str, int, float, bool)):
        return value
    raise wrong(f"must be text or a number, not {described(value)}")


Parameters = dict[
    Name,
    Annotated[
        str | int | float | bool,
        BeforeValidator(_plain),
        WithJsonSchema({"type": ["string", "number", "boolean"]}),
    ],
]


class Asked(Entry):
    """What defaults, roles and devices may all say; the nearest wins."""

    ping: Ping = 1.0
    interval: Interval = 60.0
    timeout: Duration = 5.0
    settle: Duration = 180.0
    collector: Name | None = None
    credentials: Names = ()
    probes: dict[Name, ProbeUse] = Field(default_factory=dict)
    checks: dict[Name, CheckUse] = Field(default_factory=dict)
    thresholds: Thresholds = Field(default_factory=dict)
    hours: Hours = None
    tags: Texts = ()
    parameters: Parameters = Field(default_factory=dict)


class DefaultsEntry(Asked):
    """What holds for every device unless it says otherwise."""


class RoleEntry(Asked):
    """What a kind of device is asked."""

    name: Text | None = None
    extends: Name | None = None
