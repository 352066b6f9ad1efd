"""Columns as they were read, and how they become lines: the pure part of `decode`.

Aligned columns of plain integers take a fast path: one template over a zip of the columns.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from statistics import fmean
from typing import NamedTuple

from probes.reading import Head, Row, number
from probes.snmp.column import Value
from probes.snmp.plan import ColumnPlan, FieldPlan, LookupPlan, RowsPlan, TablePlan
from probes.snmp.value import Cell, Moment, part


class Fresh(NamedTuple):
    """A column as this run read it."""

    indexes: list[bytes]
    values: Sequence[Value]
    complete: bool


class Shape(NamedTuple):
    """How the fast path formats: fields of states, of integers as they are, and all others."""

    states: list[tuple[str, FieldPlan]]
    plain: list[FieldPlan]
    rest: list[FieldPlan]


ALIKE = 64
"""Rows up to which lists of indexes are shared, among columns and among devices."""


@lru_cache(2048)
def _shared(indexes: tuple[bytes, ...]) -> list[bytes]:
    return list(indexes)


@lru_cache(2048)
def _places(indexes: tuple[bytes, ...], complete: bool) -> Fresh:
    return Fresh(_shared(indexes), (), complete)


def alike(indexes: list[bytes]) -> list[bytes]:
    """This list, or an equal one that others have already."""
    return _shared(tuple(indexes)) if len(indexes) <= ALIKE else indexes


def places(column: Fresh) -> Fresh:
    """Where a column has rows, without its values; one that others have already."""
    if len(column.indexes) <= ALIKE:
        return _places(tuple(column.indexes), column.complete)
    return Fresh(column.indexes, (), column.complete)


def agree(kept: Fresh, one: Fresh) -> bool:
    """True when a column says what was kept of it."""
    if kept.complete or one.complete:
        return kept.values == one.values
    known = dict(zip(kept.indexes, kept.values, strict=True))
    return all(known.get(i) == v for i, v in zip(one.indexes, one.values, strict=True))


def cells_of(column: Fresh, plan: ColumnPlan | LookupPlan | None) -> dict[bytes, Cell]:
    """A column's values by index, without those that say nothing; the wanted part of each text.

    `form: unsigned` takes what a 32-bit number lost when it went below zero (hrStorageSize).
    """
    cells = zip(column.indexes, column.values, strict=True)
    if plan is None or not (plan.skip or plan.pattern or plan.form == "unsigned"):
        return dict(cells)
    kept = {i: v for i, v in cells if v not in plan.skip}
    if plan.form == "unsigned":
        return {i: v + (1 << 32) if isinstance(v, int) and v < 0 else v for i, v in kept.items()}
    if plan.pattern is None:
        return {**kept}
    parts = {i: part(plan.pattern, value, plan.form) for i, value in kept.items()}
    return {i: text for i, text in parts.items() if text}


def integers(values: Sequence[Value], counts: bool) -> bool:
    """True when all are integers that the field may have; an odd cell takes the slow way."""
    try:
        least = min(values)
        return type(least) is int and type(max(values)) is int and not (counts and least < 0)
    except TypeError:
        return False


@lru_cache(4096)
def shape_of(plan: RowsPlan, table: TablePlan, names: frozenset[str]) -> Shape | None:
    """The fast path over these columns; None when no field is just a column."""
    fields = [one for one in plan.measured if not one.columns.isdisjoint(names)]
    shape = Shape([], [], [])
    for one in fields:
        columns = (table.columns[name] for name in one.columns & names)
        skips = any(c.skip or c.pattern or c.form == "unsigned" for c in columns)
        if one.plain in names and not skips:
            shape.plain.append(one)
        elif one.states and not skips:
            shape.states.append((next(iter(one.columns)), one))
        else:
            shape.rest.append(one)
    return shape if shape.plain and not plan.spec.total else None


@lru_cache(4096)
def template(states: int, words: tuple[str, ...]) -> bytes:
    """A line's fields: so many states, written out already, then these integers."""
    return b"%b" * states + ",".join(f"{word}=%d" for word in words).encode()


made: Callable[[tuple[Head | None, bytes]], Row] = partial(tuple.__new__, Row)
"""A row from a pair, without the detour over the named tuple's own constructor."""


def evaluate(
    fields: Sequence[FieldPlan], cells: Mapping[str, Cell], moment: Moment
) -> list[tuple[str, float]]:
    """What these fields say of a row; absent ones and negative counts are left out."""
    found = [(one, one.number(cells, moment)) for one in fields]
    return [
        (one.name, value)
        for one, value in found
        if value is not None and not (one.integral and value < 0)
    ]


def fields_of(values: Sequence[tuple[str, float]]) -> bytes:
    """Fields as line protocol."""
    return ",".join(f"{name}={number(value)}" for name, value in values).encode()


def totals(sums: Mapping[str, Sequence[float]], plan: RowsPlan) -> list[tuple[str, float]]:
    """Each field over a whole table: its mean, sum, largest or least, as the profile wants."""
    assert plan.spec.total is not None
    over = _OVER[plan.spec.total.how]
    return [(name, over(one)) for name, one in sums.items()]


_OVER: Mapping[str, Callable[[Sequence[float]], float]] = {
    "mean": fmean,
    "sum": sum,
    "max": max,
    "min": min,
}
