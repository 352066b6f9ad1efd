"""A profile made ready to run: object identifiers encoded, conditions and values as functions.

Compiled once a profile and shared by every session that uses it; holds nothing of a device.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from probes.catalogue import METRICS
from probes.reading import clean
from probes.snmp.ber import encode_oid
from probes.snmp.check import REFERENCE, columns_of
from probes.snmp.index import arcs, dotted
from probes.snmp.profile import (
    Column,
    Condition,
    Lookup,
    Profile,
    Rows,
    TableSpec,
    Tier,
    Value,
)
from probes.snmp.shelf import shipped
from probes.snmp.value import Cell, Cells, Moment, Number, address, compile_value, shown

Template = Callable[[Cells, bytes], str]


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column: `oids` are tried in turn for rows that the one before does not have."""

    name: str
    oids: tuple[bytes, ...]
    tier: Tier
    skip: frozenset[int | float | bytes]
    form: str | None
    pattern: re.Pattern[str] | None
    identity: bool


@dataclass(frozen=True, slots=True, eq=False)
class LookupPlan:
    """A column of another table; `by` gives the index there in dotted form."""

    name: str
    oid: bytes
    by: Template
    form: str | None
    pattern: re.Pattern[str] | None
    skip: frozenset[int | float | bytes] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class FieldPlan:
    """One field of a row: its name, its value, and the columns that it needs.

    `plain` is a column whose integers are the field as they are; `states` maps a column's integers.
    """

    name: str
    number: Number
    columns: frozenset[str]
    plain: str | None
    states: Mapping[int | float | bytes, bytes] | None
    integral: bool


@dataclass(frozen=True, slots=True, eq=False)
class RowsPlan:
    """The rows of one subject in a table.

    `sources` of the name: the text, the columns it needs, whether it is made of the index alone.
    """

    spec: Rows
    subject: str
    label: str | None
    sources: tuple[tuple[Template, tuple[str, ...], bool], ...]
    duplicates: Template
    labels: tuple[tuple[str, Template], ...]
    where: tuple[tuple[str, Callable[[Cell], bool]], ...]
    info: tuple[tuple[str, Template], ...]
    measured: tuple[FieldPlan, ...]
    described: tuple[FieldPlan, ...]
    fields: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class TablePlan:
    """A table, or a set of scalars (then `rows` are made once, at the empty index).

    `fast` columns are read in every run, `medium` ones (the fast among them) every so often. Of the
    columns in `keeps` the values are needed in runs that do not read them.
    """

    name: str
    scalar: bool
    columns: Mapping[str, ColumnPlan]
    fast: tuple[ColumnPlan, ...]
    medium: tuple[ColumnPlan, ...]
    lookups: tuple[LookupPlan, ...]
    changed: bytes | None
    rows: tuple[RowsPlan, ...]
    described_by: frozenset[str]
    keeps: frozenset[str]
    unless: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole profile, compiled."""

    profile: Profile
    tables: tuple[TablePlan, ...]


def _template(text: str, forms: Mapping[str, str | None]) -> Template:
    names = REFERENCE.findall(text)
    frame = REFERENCE.split(text)[::2]
    if not names:
        return lambda _cells, _index: text

    def fill(cells: Cells, index: bytes) -> str:
        parts = [
            _own(name, index) if name not in forms else shown(cells.get(name), forms[name])
            for name in names
        ]
        if not all(parts):
            return ""
        return "".join(a + b for a, b in zip(frame, [*parts, ""], strict=True))

    return fill


def _source(text: str, forms: Mapping[str, str | None]) -> tuple[Template, tuple[str, ...], bool]:
    names = REFERENCE.findall(text)
    needs = tuple(name for name in names if name in forms)
    return _template(text, forms), needs, bool(names) and not needs


def _own(name: str, index: bytes) -> str:
    """`index`; `index.1`, one part (`-1` the last); from a part on: `text.1`, `texts.1` (each with
    its length in front), `address.1`.
    """
    numbers = arcs(index)
    word, _, at = name.partition(".")
    if word == "index":
        if not at:
            return dotted(index)
        place = int(at) - (int(at) > 0)
        return str(numbers[place]) if -len(numbers) <= place < len(numbers) else ""
    codes = numbers[max(int(at or 1) - 1, 0) :]
    if word == "address":
        return address(codes)
    if word == "texts":
        return " ".join(_strings(codes))
    if codes and codes[0] == len(codes) - 1:
        codes = codes[1:]
    return _characters(codes)


def _characters(codes: Sequence[int]) -> str:
    return clean(bytes(code for code in codes if code < 256))


def _strings(codes: Sequence[int]) -> Iterator[str]:
    """Strings of an index, each with its length in front, as many as there are."""
    while codes and 0 < codes[0] < len(codes):
        yield _characters(codes[1 : codes[0] + 1])
        codes = codes[codes[0] + 1 :]


def _condition(condition: Condition, form: str | None) -> Callable[[Cell], bool]:
    wanted = None if condition.is_ is None else {str(one) for one in condition.is_}
    barred = None if condition.not_ is None else {str(one) for one in condition.not_}
    pattern = re.compile(condition.pattern) if condition.pattern else None

    def fits(value: Cell) -> bool:
        text = shown(value, form)
        if wanted is not None and text not in wanted:
            return False
        if barred is not None and text in barred:
            return False
        return pattern is None or bool(pattern.search(text))

    return fits


def _field(
    name: str, values: list[Value], forms: Mapping[str, str | None], subject: str
) -> FieldPlan:
    numbers = [compile_value(value) for value in values]

    def first(cells: Cells, moment: Moment) -> float | None:
        for number in numbers:
            found = number(cells, moment)
            if found is not None and math.isfinite(found):
                return found
        return None

    one = values[0]
    direct = len(values) == 1 and len(one.of) == 1 and one.of[0] in forms
    simple = direct and one == Value(of=one.of, map=one.map)
    metric = METRICS.get(f"{subject}_{name}")
    return FieldPlan(
        name=name,
        number=first,
        columns=frozenset().union(*(columns_of(value) for value in values)),
        plain=one.of[0] if simple and not one.map else None,
        states={int(k): b"%s=%d," % (name.encode(), v) for k, v in one.map.items()}
        if simple
        and one.map
        and all(isinstance(k, int) and v == int(v) for k, v in one.map.items())
        else None,
        integral=metric is not None and metric.kind in ("counter", "state"),
    )


def _rows(rows: Rows, forms: Mapping[str, str | None]) -> RowsPlan:
    fields = [_field(name, values, forms, rows.subject) for name, values in rows.fields.items()]
    metrics = {one.name: METRICS.get(f"{rows.subject}_{one.name}") for one in fields}
    described = [f for f in fields if (m := metrics[f.name]) is not None and m.described]
    label, sources = next(iter(rows.label.items()), (None, []))
    return RowsPlan(
        spec=rows,
        subject=rows.subject,
        label=label,
        sources=tuple(_source(text, forms) for text in sources),
        duplicates=_template(rows.duplicates, forms),
        labels=tuple((name, _template(text, forms)) for name, text in rows.labels.items()),
        where=tuple((n, _condition(c, forms.get(n))) for n, c in rows.where.items()),
        info=tuple((name, _template(text, forms)) for name, text in rows.info.items()),
        measured=tuple(field for field in fields if field not in described),
        described=tuple(described),
        fields=frozenset(rows.fields) | ({"info"} if rows.info else set()),
    )


def _identity(table: TableSpec) -> set[str]:
    """The columns that decide which rows there are, their names and what describes them."""
    found = {name for lookup in table.lookups.values() for name in REFERENCE.findall(lookup.by)}
    for rows in table.rows:
        texts = [one for sources in rows.label.values() for one in sources]
        for text in (*texts, rows.duplicates, *rows.labels.values(), *rows.info.values()):
            found |= set(REFERENCE.findall(text))
        found |= set(rows.where)
    return found


def _described_by(rows: tuple[RowsPlan, ...]) -> set[str]:
    found: set[str] = set()
    for one in rows:
        found |= {name for field in one.described for name in field.columns}
        found |= {name for text in one.spec.info.values() for name in REFERENCE.findall(text)}
    return found


def _kept(rows: tuple[RowsPlan, ...]) -> set[str]:
    """The columns that go together with others, or into what is described."""
    mixed = (one.columns for row in rows for one in row.measured if len(one.columns) > 1)
    return _described_by(rows).union(*mixed)


def _searched(spec: Column | Lookup) -> re.Pattern[str] | None:
    return re.compile(spec.pattern) if spec.pattern else None


def _lookup(name: str, spec: Lookup, forms: Mapping[str, str | None]) -> LookupPlan:
    return LookupPlan(
        name, encode_oid(spec.oid), _template(spec.by, forms), spec.form, _searched(spec)
    )


def _table(name: str, table: TableSpec) -> TablePlan:
    specs = table.columns or table.scalars
    # a part of a text is a text already
    read: dict[str, Column | Lookup] = {**specs, **table.lookups}
    forms = {key: None if one.pattern else one.form for key, one in read.items()}
    identity = _identity(table)
    rows = tuple(_rows(one, forms) for one in table.rows)
    columns = {
        key: ColumnPlan(
            name=key,
            oids=tuple(encode_oid(oid) for oid in (one.oid, *one.otherwise)),
            tier=one.tier or table.tier,
            skip=frozenset(s.encode() if isinstance(s, str) else s for s in one.skip),
            form=one.form,
            pattern=_searched(one),
            identity=key in identity,
        )
        for key, one in specs.items()
    }
    return TablePlan(
        name=name,
        scalar=bool(table.scalars),
        columns=columns,
        fast=tuple(one for one in columns.values() if one.tier == "fast"),
        medium=tuple(one for one in columns.values() if one.tier != "slow"),
        lookups=tuple(_lookup(key, one, forms) for key, one in table.lookups.items()),
        changed=encode_oid(table.changed) if table.changed else None,
        rows=rows,
        described_by=frozenset(_described_by(rows)),
        keeps=frozenset(
            n
            for n in identity | _kept(rows)
            if n in columns and (n in identity or columns[n].tier != "fast")
        ),
        unless=tuple(one.rstrip("?") for one in table.unless),
        needs=tuple(one.rstrip("?") for one in table.needs),
    )


def compile_profile(profile: Profile) -> Plan:
    """A plan of a checked profile."""
    return Plan(profile, tuple(_table(name, table) for name, table in profile.tables.items()))


@cache
def plan_of(name: str) -> Plan:
    """The plan of a shipped profile. Raises ProfileInvalid when there is none of that name."""
    return compile_profile(shipped(name))
