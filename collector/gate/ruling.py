"""What vmalert says when it is asked: which rules it has looked at, and which alerts it has.

A post that an alert has ended is no evidence by itself: vmalert says so too when data is missing.
And it does not say at all that an alert which it forgot in a restart, or that waits out its `for`
again, is (or is not) over. `GET /api/v1/rules` (Prometheus' own API) answers both.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from collector.gate.held import Key
from collector.gate.incoming import instance, moment, named, subject

MOST = 32 << 20
"""Largest answer that is read, in bytes."""

_Labels = dict[str, str]


class _Alert(BaseModel):
    state: str = ""
    labels: _Labels = {}


class _Rule(BaseModel):
    name: str = ""
    type: str = ""
    health: str = ""
    lastError: str = ""  # noqa: N815 - Prometheus' own name
    lastEvaluation: str = ""  # noqa: N815 - Prometheus' own name
    annotations: _Labels | None = None
    alerts: list[_Alert] | None = None


class _Group(BaseModel):
    rules: list[_Rule] | None = None


class _Data(BaseModel):
    groups: Annotated[list[_Group], Field(min_length=1)]


class _Answer(BaseModel):
    status: Literal["success"]
    data: _Data


_ANSWER = TypeAdapter(_Answer)


@dataclass(frozen=True, slots=True)
class Ruling:
    """`looked` is by alert name when vmalert last evaluated its rules well (the oldest of them; 0
    when one fails), `alive` are the alerts that fire or wait to, `at` when it was asked.
    """

    at: float
    looked: Mapping[str, float]
    alive: frozenset[Key]

    def of(self, alertname: str) -> float:
        """When it last looked for an alert. A rule that is no more finds nothing, ever."""
        return self.looked.get(alertname, self.at)


def read(body: bytes, at: float) -> Ruling | None:
    """An answer of `/api/v1/rules`; None for anything else, and for one without any rule."""
    try:
        answer = _ANSWER.validate_python(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        return None
    rules = [rule for group in answer.data.groups for rule in group.rules or ()]
    rules = [rule for rule in rules if rule.type == "alerting"]
    looked: dict[str, float] = {}
    for rule in rules:
        well = rule.health == "ok" and not rule.lastError
        seen = moment(rule.lastEvaluation) if well else 0.0
        looked[rule.name] = min(looked.get(rule.name, seen), seen)
    alive = {
        _key(rule, alert)
        for rule in rules
        for alert in rule.alerts or ()
        if alert.state in ("firing", "pending")
    }
    return Ruling(at, looked, frozenset(alive)) if looked else None


def _key(rule: _Rule, alert: _Alert) -> Key:
    identity = named(alert.labels, rule.annotations or {})
    return Key(rule.name, subject(identity), instance(identity))
