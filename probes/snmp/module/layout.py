"""A module worked out once for all devices: what is to be asked, and which metrics share labels.

snmp_exporter walks the subtrees of `walk` and takes what it has a metric for. Here only the columns
that a metric or a label needs are asked, and single instances are fetched by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from probes.catalogue import METRICS
from probes.snmp.ber import encode_oid, encode_subids
from probes.snmp.module.file import (
    Filter,
    Lookup,
    Metric,
    Module,
    ModuleInvalid,
    Reference,
    load,
)
from probes.snmp.module.index import COMBINED

COUNTED = frozenset(("gauge", "counter", "Float", "Double"))
DATED = frozenset(("DateAndTime", "ParseDateAndTime", "NTPTimeStamp"))
STATED = frozenset(("EnumAsInfo", "EnumAsStateSet", "Bits"))
"""Kinds of metrics whose values are numbers, points in time, states; all others are texts."""


class Look(NamedTuple):
    """A lookup with its objects encoded; `before` tells the type where that is told."""

    spec: Lookup
    oid: bytes
    before: bytes | None


class Measured(NamedTuple):
    """A metric with its object encoded. `plain`: numbers go to the row as they are; `own`: its text
    becomes a label of its name.
    """

    spec: Metric
    oid: bytes
    before: bytes | None
    plain: bool
    own: bool


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Metrics with the same indexes and lookups: one set of labels for each index of theirs."""

    metrics: tuple[Measured, ...]
    looks: tuple[Look, ...]

    @property
    def first(self) -> Metric:
        """One of them, for the indexes that all have."""
        return self.metrics[0].spec

    @property
    def looked(self) -> list[bytes]:
        """The objects that its labels are made of."""
        return [oid for one in self.looks for oid in (one.oid, one.before) if oid is not None]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A module, ready to be asked. `scalars` are objects without an index: one instance is
    expected of them, `.0`.
    """

    name: str
    module: Module
    groups: tuple[Group, ...]
    columns: tuple[str, ...]
    scalars: frozenset[str]


class Source(NamedTuple):
    """Where a column's values come from: what is asked for, and the front of the index that is in
    it already.
    """

    oid: bytes
    front: bytes


@dataclass(slots=True)
class Questions:
    """What to ask. `walks` are side by side when they stand in the same entry of a table; `spare`
    are walked where the instance in `gets` is not there; `sources` tells what belongs to which
    column.
    """

    walks: list[list[bytes]] = field(default_factory=list)
    gets: list[bytes] = field(default_factory=list)
    spare: dict[bytes, bytes] = field(default_factory=dict)
    sources: dict[bytes, list[Source]] = field(default_factory=dict)


def under(oid: str, above: str) -> bool:
    """Whether an identifier is, or stands below, another."""
    return oid == above or oid.startswith(above + ".")


@lru_cache(64)
def lay_out(one: Reference) -> Layout:
    """A module by its reference. Raises ModuleInvalid."""
    return layout(one.name, load(one))


def layout(name: str, module: Module) -> Layout:
    """A module worked out. Raises ModuleInvalid where it takes a name of ours."""
    metrics = _unhidden(module.metrics)
    grouped: dict[str, list[Metric]] = {}
    for one in metrics:
        _ours(name, one)
        key = repr((one.indexes, one.lookups))
        grouped.setdefault(key, []).append(one)
    groups = tuple(_group(some) for some in grouped.values())
    labels = [look.spec for group in groups for look in group.looks]
    needed = {one.oid for one in metrics} | {one.oid for one in labels if one.oid}
    told: list[Metric | Lookup] = [*metrics, *labels]
    typed = [one for one in told if one.type in COMBINED]
    needed |= {_before(one.oid) for one in typed if one.oid}
    joined = {one.oid for one in metrics if one.indexes or one.type in COMBINED}
    joined |= {one.oid for one in labels if one.oid} | {
        _before(one.oid) for one in typed if one.oid
    }
    columns = tuple(sorted(needed, key=_order))
    return Layout(name, module, groups, columns, frozenset(needed - joined))


def _unhidden(metrics: Iterable[Metric]) -> list[Metric]:
    """Metrics that can be met: of one object the last counts, and none below another's object."""
    by_oid = {one.oid: one for one in metrics}
    return [one for oid, one in by_oid.items() if not any(up in by_oid for up in _above(oid))]


def _above(oid: str) -> list[str]:
    parts = oid.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _ours(name: str, metric: Metric) -> None:
    """A series of this name would be taken for one of Hatang's own."""
    suffixes = ["_info" if metric.type == "EnumAsInfo" else "", *metric.regex_extracts]
    for suffix in suffixes:
        if metric.name + suffix in METRICS:
            raise ModuleInvalid(
                f"module {name}: {metric.name + suffix} is a metric of Hatang's own"
            )


def _group(metrics: Sequence[Metric]) -> Group:
    first = metrics[0]
    names = {one.labelname for one in first.indexes}
    for one in first.lookups:
        names = names | {one.labelname} if one.labels else names - {one.labelname}
    looks = tuple(
        Look(one, encode_oid(one.oid or "0.0"), _type_of(one.oid, one.type))
        for one in first.lookups
    )
    return Group(tuple(_measured(one, one.name not in names) for one in metrics), looks)


def _measured(one: Metric, own: bool) -> Measured:
    plain = one.type in COUNTED and not one.scale and not one.offset
    return Measured(one, encode_oid(one.oid), _type_of(one.oid, one.type), plain, own)


def _type_of(oid: str | None, kind: str) -> bytes | None:
    """The object that tells the type of this one, where its kind needs it told."""
    return encode_oid(_before(oid)) if oid and kind in COMBINED else None


def _before(oid: str) -> str:
    above, _, last = oid.rpartition(".")
    return f"{above}.{max(int(last) - 1, 0)}"


def _order(oid: str) -> list[int]:
    return [int(part) for part in oid.split(".")]


def questions(one: Layout, walk: Sequence[str], get: Sequence[str]) -> Questions:
    """What to ask for a module's columns, of these subtrees and instances."""
    asked = Questions()
    entries: dict[str, list[bytes]] = {}
    for oid in one.columns:
        column = encode_oid(oid)
        sources = asked.sources.setdefault(column, [])
        walked = any(under(oid, subtree) for subtree in walk)
        if walked and oid not in one.scalars:
            entries.setdefault(oid.rpartition(".")[0], []).append(column)
            sources.append(Source(column, b""))
        elif walked:
            asked.spare[column + b"\0"] = column
            asked.gets.append(column + b"\0")
            sources += [Source(column + b"\0", b"\0"), Source(column, b"")]
        else:
            narrow = [subtree for subtree in walk if under(subtree, oid)]
            for subtree in narrow:
                entries.setdefault(subtree, []).append(encode_oid(subtree))
                sources.append(Source(encode_oid(subtree), _rest(subtree, oid)))
            for instance in (*narrow, *get):
                if under(instance, oid) and instance != oid:
                    asked.gets.append(encode_oid(instance))
                    sources.append(Source(encode_oid(instance), _rest(instance, oid)))
    asked.walks = [list(dict.fromkeys(some)) for some in entries.values()]
    asked.gets = list(dict.fromkeys(asked.gets))
    return asked


def _rest(oid: str, above: str) -> bytes:
    return encode_subids(int(part) for part in oid[len(above) + 1 :].split(".") if part)


def filtered(
    module: Module, allowed: Mapping[Filter, Sequence[str]]
) -> tuple[list[str], list[str]]:
    """`walk` and `get` once filters have been looked at: targets are no longer walked, but fetched
    for the indexes that are allowed.
    """
    walk, get = list(module.walk), list(module.get)
    for one, indexes in allowed.items():
        walk = [oid for oid in walk if oid not in one.targets]
        get = [oid for oid in get if not any(under(oid, target) for target in one.targets)]
        get += [f"{target}.{index}" for target in one.targets for index in indexes]
    return walk, get
