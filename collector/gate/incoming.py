"""Alerts as vmalert posts them (Alertmanager's v2 API), read with distrust."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from alerts.notice import ENGINE_ALERTS, SEVERITIES
from collector.gate.held import Key, address
from collector.journal.record import sound
from probes.reading import clean

ALERTS = 20_000
"""Most alerts in one post, and most that are held."""

TEXT = 4_000
"""Longest annotation, in characters."""

SUBJECTS = ("circuit", "service", "device", "site", "collector")
"""Labels that name the thing, the nearest first."""

_Name = Annotated[str, Field(max_length=128)]
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_CONTROL = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)")


class _Alert(BaseModel):
    labels: dict[_Name, str] = Field(max_length=64)
    annotations: dict[_Name, str] = Field({}, max_length=64)
    startsAt: str = Field("", max_length=64)  # noqa: N815 - Alertmanager's own name
    endsAt: str = Field("", max_length=64)  # noqa: N815 - Alertmanager's own name
    generatorURL: str = Field("", max_length=2_000)  # noqa: N815 - Alertmanager's own name


_POST = TypeAdapter(Annotated[list[Any], Field(max_length=ALERTS)])
_ALERT = TypeAdapter(_Alert)


@dataclass(frozen=True, slots=True)
class Posted:
    """One alert as a rule gives it. `identity` are the labels that name its subject and instance,
    cleaned; `until` is when vmalert takes it for ended, in the past when it has ended.
    """

    key: Key
    severity: str
    identity: Mapping[str, str]
    annotations: Mapping[str, str]
    since: float
    until: float
    url: str = ""


class AlertsRefusedError(ValueError):
    """A post that is not taken; says why."""


def read(body: bytes) -> list[Posted]:
    """The alerts of a post. One that makes no sense is left out; raises AlertsRefusedError on a
    body that is no list of at most 20,000.
    """
    try:
        raw = _POST.validate_python(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise AlertsRefusedError(_short(error)) from None
    return [one for alert in raw if (one := _posted(alert)) is not None]


def _short(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"no list of at most {ALERTS} alerts"
    return "no JSON"


def _posted(raw: object) -> Posted | None:
    try:
        alert = _ALERT.validate_python(raw)
    except ValidationError:
        return None
    name = clean(alert.labels.get("alertname", ""))
    if not name or name in ENGINE_ALERTS:  # up and down are the engine's to say
        return None
    annotations = {
        name: _text(text) for name, text in alert.annotations.items() if _LABEL.fullmatch(name)
    }
    identity = named(alert.labels, annotations)
    severity = alert.labels.get("severity", "")
    return Posted(
        key=Key(name, subject(identity), instance(identity)),
        severity=severity if severity in SEVERITIES else "warning",
        identity=identity,
        annotations=annotations,
        since=moment(alert.startsAt),
        until=moment(alert.endsAt),
        url=address(alert.generatorURL),
    )


def _text(text: str) -> str:
    """An annotation as every file and peer takes it."""
    return sound(_CONTROL.sub(" ", text[:TEXT]))


def named(labels: Mapping[str, str], annotations: Mapping[str, str]) -> dict[str, str]:
    """The labels that name an alert's subject and its instance; whatever else stands beside them
    tells no two alerts apart.
    """
    own = annotations.get("instance_label", "target" if "service" in labels else "")
    wanted = [*(one for one in SUBJECTS if one in labels), *own.split()[:4]]
    wanted = [name for name in wanted if name in labels and _LABEL.fullmatch(name)]
    found = {name: clean(labels[name]) for name in wanted}
    return {name: text for name, text in found.items() if text}


def subject(identity: Mapping[str, str]) -> str:
    """The thing that is meant, "" when the labels name none."""
    return next((f"{kind}:{identity[kind]}" for kind in SUBJECTS if kind in identity), "")


def instance(identity: Mapping[str, str]) -> str:
    """What of it, as `storage=/var`."""
    rest: Iterable[str] = (name for name in identity if name not in SUBJECTS)
    return ",".join(f"{name}={identity[name]}" for name in rest)


def moment(text: str) -> float:
    """An RFC 3339 time as Unix seconds, 0 for what is none (as Go's zero time)."""
    parts = _DATE.fullmatch(text)
    if parts is None:
        return 0.0
    whole, fraction, zone = parts[1], parts[2] or "", parts[3]
    try:
        found = datetime.fromisoformat(f"{whole}{zone.replace('Z', '+00:00')}").astimezone(UTC)
    except (ValueError, OverflowError):
        return 0.0
    return max(found.timestamp(), 0.0) + float(fraction or 0)
