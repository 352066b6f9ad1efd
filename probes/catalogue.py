"""The catalogue: every metric that can exist, with its kind, unit, labels and meaning.

Probes, profiles, rules, dashboards and the store use these names and no others. The facts are data
(`catalogue.yaml`); this module reads them strictly, once, and holds the naming rules.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["gauge", "counter", "state", "info"]
Unit = Literal[
    "amperes",
    "any",
    "bits_per_second",
    "bytes",
    "celsius",
    "code",
    "count",
    "cubic_meters_per_second",
    "dbm",
    "decibels",
    "hertz",
    "info",
    "joules",
    "pascals",
    "ratio",
    "rpm",
    "seconds",
    "state",
    "timestamp_seconds",
    "voltamperes",
    "volts",
    "watts",
]
Owner = Literal[
    "device", "site", "circuit", "service", "check", "asked", "thing", "collector", "none"
]

_CHECK = (("service", "target"), ("device", "site", "target"))
OWNERS: Mapping[Owner, tuple[tuple[str, ...], ...]] = {
    "device": (("device", "site"),),
    "site": (("site",),),
    "circuit": (("circuit", "site"),),
    "service": (("service",),),
    "check": _CHECK,
    "asked": (("device", "site"), *_CHECK),
    "thing": (("device",), ("circuit",), ("site",), ("service",), ("collector",)),
    "collector": (("collector",),),
    "none": ((),),
}
"""Whose a metric is, as the sets of identity labels that may stand first."""

UNITLESS = frozenset({"any", "code", "count", "info", "state"})
"""Units that a metric's name does not end with."""

_WORDS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LABEL = re.compile(r"[a-z][a-z_]*")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Text(_Strict):
    en: str = Field(min_length=1)
    vi: str = Field(min_length=1)


class _Field(_Strict):
    kind: Kind
    unit: Unit
    described: bool = False
    labels: list[str] | None = None
    optional: list[str] | None = None
    text: list[str] = []
    states: dict[int, str] = {}
    help: str = Field(min_length=1)
    vi: str = Field(min_length=1)


class _Subject(_Strict):
    of: Owner
    labels: list[str] = []
    optional: list[str] = []
    about: _Text
    fields: dict[str, _Field] = Field(min_length=1)


class _Section(_Strict):
    title: _Text
    subjects: dict[str, _Subject] = Field(min_length=1)


class _File(_Strict):
    anchors: Any = None
    sections: list[_Section]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `identities` are the label sets that may stand on it, instance labels included;
    `optional` labels may be absent, `text` labels (of an info series) may change or be absent.
    `states` gives each value of a state its name; `described` values may be written again from
    memory.
    """

    name: str
    subject: str
    field: str
    kind: Kind
    unit: Unit
    described: bool
    identities: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]
    text: tuple[str, ...]
    states: Mapping[int, str]
    help: str
    help_vi: str

    def allows(self, labels: frozenset[str] | set[str]) -> bool:
        """True when a row of this metric may carry exactly these label names."""
        spare = {*self.optional, *self.text}
        return any(set(need) <= labels <= {*need, *spare} for need in self.identities)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about: its name, its meaning in two languages and its metrics by field."""

    name: str
    about: str
    about_vi: str
    fields: Mapping[str, Metric]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the reference page: its title in two languages and its subjects."""

    title: str
    title_vi: str
    subjects: tuple[Subject, ...]


def _metric(subject: str, about: _Subject, field: str, raw: _Field) -> Metric:
    labels = tuple(about.labels if raw.labels is None else raw.labels)
    optional = about.optional if raw.optional is None else raw.optional
    return Metric(
        name=f"{subject}_{field}",
        subject=subject,
        field=field,
        kind=raw.kind,
        unit=raw.unit,
        described=raw.described,
        identities=tuple((*owner, *labels) for owner in OWNERS[about.of]),
        optional=tuple(optional),
        text=tuple(raw.text),
        states=MappingProxyType(raw.states),
        help=raw.help,
        help_vi=raw.vi,
    )


def faults(metric: Metric) -> list[str]:
    """What the naming rules have against a metric; empty when it keeps them all."""
    stem = metric.name.removesuffix("_total")
    counter, info, state = (metric.kind == kind for kind in ("counter", "info", "state"))
    labels = {*metric.optional, *metric.text, *(name for one in metric.identities for name in one)}
    rules = {
        "is not lower-case words joined by _": not _WORDS.fullmatch(metric.name),
        "has _ in its subject": "_" in metric.subject,
        "is a counter but does not end in _total": counter and not metric.name.endswith("_total"),
        "ends in _total but neither counts nor is described": metric.name.endswith("_total")
        and not (counter or metric.described),
        f"does not end in its unit, {metric.unit}": metric.unit not in UNITLESS
        and not stem.endswith(f"_{metric.unit}"),
        "is a point in time: its unit is timestamp_seconds": metric.unit == "seconds"
        and stem.endswith("_timestamp_seconds"),
        "is an info: it ends in info, is described, and has text": info
        != metric.name.endswith("_info")
        or (info and not (metric.described and metric.text)),
        "has text but is no info": bool(metric.text) and not info,
        "is a state: its values are spelled out, and only a state's are": state
        != bool(metric.states)
        or state != (metric.unit == "state"),
        "has a label that is not lower-case words": not all(_LABEL.fullmatch(x) for x in labels),
    }
    return [f"{metric.name} {fault}" for fault, broken in rules.items() if broken]


def load(text: str) -> tuple[Section, ...]:
    """A catalogue from its YAML text.

    Raises ValueError (pydantic's, or one that lists every broken naming rule) on a bad catalogue.
    """
    raw = _File.model_validate(yaml.load(text, yaml.CSafeLoader))
    sections = tuple(
        Section(
            section.title.en,
            section.title.vi,
            tuple(
                Subject(
                    name,
                    about.about.en,
                    about.about.vi,
                    MappingProxyType(
                        {key: _metric(name, about, key, one) for key, one in about.fields.items()}
                    ),
                )
                for name, about in section.subjects.items()
            ),
        )
        for section in raw.sections
    )
    _prove(sections)
    return sections


def _prove(sections: tuple[Section, ...]) -> None:
    seen: defaultdict[str, int] = defaultdict(int)
    found = []
    for subject in (one for section in sections for one in section.subjects):
        seen[subject.name] += 1
        for metric in subject.fields.values():
            found += faults(metric)
    found += [f"{name} stands {times} times" for name, times in seen.items() if times > 1]
    if found:
        raise ValueError("\n".join(found))


SECTIONS: tuple[Section, ...] = load(files("probes").joinpath("catalogue.yaml").read_text("utf-8"))
SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {subject.name: subject for section in SECTIONS for subject in section.subjects}
)
METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for subject in SUBJECTS.values() for metric in subject.fields.values()}
)


def metric(name: str) -> Metric:
    """The metric of that full name (`interface_receive_bytes_total`).

    Raises KeyError with the name when the catalogue has none.
    """
    return METRICS[name]


def fields(subject: str) -> Mapping[str, Metric]:
    """The metrics of a subject by field name. Raises KeyError when there is no such subject."""
    return SUBJECTS[subject].fields
