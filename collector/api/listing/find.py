"""Which things are found, and in what order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from collector.api.listing.columns import COLUMNS, Column
from collector.api.listing.facets import FACETS
from collector.api.listing.stock import STATES, Stock, own
from inventory.model import KINDS, Thing
from inventory.query import Condition, condition, fold, known, look, select


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. `sort` is a column's key, with - before it the other way round."""

    kind: str
    search: str
    conditions: tuple[str, ...]
    columns: tuple[str, ...]
    sort: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is found, in order, of so many as have the words; `near` is what only the filters on
    one field keep out.
    """

    things: list[Thing]
    spoken: int
    near: Mapping[str, list[Thing]]
    wanted: Mapping[str, tuple[str, ...]]


def find(stock: Stock, asked: Question) -> Found:
    """Things of one kind with every word, that meet every condition. Raises QueryInvalid."""
    conditions = [condition(text) for text in asked.conditions]
    for one in conditions:
        if not own(asked.kind, one.path[0]):
            known(stock.inventory, asked.kind, one.path)
    fields = {by.field for by in FACETS[asked.kind]}
    filters = [one for one in conditions if one.sign == "=" and ".".join(one.path) in fields]
    others = [one for one in conditions if one not in filters]
    found: list[Thing] = []
    near: dict[str, list[Thing]] = {".".join(one.path): [] for one in filters}
    worded = spoken(stock, asked.kind, asked.search)
    for thing in worded:
        if not conditions:
            found.append(thing)
        elif all(_met(stock, thing, one) for one in others):
            failed = {".".join(one.path) for one in filters if not _met(stock, thing, one)}
            if len(failed) < 2:
                (near[failed.pop()] if failed else found).append(thing)
    wanted = {".".join(one.path): one.wanted[1:] or one.wanted for one in filters}
    return Found(_ordered(stock, found, asked), len(worded), near, wanted)


def spoken(stock: Stock, kind: str, search: str) -> list[Thing]:
    """Things of a kind that the words find: as `hatang inventory list` does, and in what devices
    say of themselves.
    """
    said = stock.said() if kind == "device" and search else {}
    return select(stock.inventory, kind, (), search, said)


def counts(stock: Stock, asked: Question, found: Found) -> dict[str, int]:
    """Of each kind how many the words find."""
    if not asked.search:
        return {kind: len(getattr(stock.inventory, f"{kind}s")) for kind in KINDS}
    others = {kind: len(spoken(stock, kind, asked.search)) for kind in KINDS if kind != asked.kind}
    return {kind: others.get(kind, found.spoken) for kind in KINDS}


def _met(stock: Stock, thing: Thing, one: Condition) -> bool:
    if own(thing.kind, one.path[0]):
        return one.met(stock.values(thing, one.path[0]))
    return one.met(look(stock.inventory, thing, one.path))


def _ordered(stock: Stock, found: list[Thing], asked: Question) -> list[Thing]:
    """By the column that was asked for, what has no value there last; else by name, those first
    that are called, or are at a place called, as was searched.
    """
    found.sort(key=lambda one: natural(one.name))
    if not asked.sort:
        phrase = " ".join(fold(asked.search).split())
        return sorted(found, key=lambda one: phrase not in _called(stock, one)) if phrase else found
    column = COLUMNS[asked.kind][asked.sort.removeprefix("-")]
    placed = [(thing, stock.values(thing, column.key)) for thing in found]
    full = [(_rank(stock, thing, column, values), thing) for thing, values in placed if values]
    full.sort(key=lambda one: one[0], reverse=asked.sort.startswith("-"))
    return [thing for _, thing in full] + [thing for thing, values in placed if not values]


def _called(stock: Stock, thing: Thing) -> str:
    place = look(stock.inventory, thing, ("site", "title")) if thing.kind in _PLACED else ()
    return fold(" ".join([thing.name, stock.title(thing), *place]))


_PLACED = ("device", "circuit")


def _rank(stock: Stock, thing: Thing, column: Column, values: Sequence[Any]) -> Any:
    if column.form == "state":
        return STATES.index(values[0])
    if column.number:
        return values[0]
    return natural(stock.text(thing, column) if column.form else " ".join(map(str, values)))


@lru_cache(65_536)
def natural(text: str) -> str:
    """A key to sort by: marks aside, and sw2 before sw10. Remembered: an inventory's names are put
    in order with every look at it.
    """
    return _DIGITS.sub(lambda number: number[0].rjust(_WIDE, "0"), fold(text))


_DIGITS = re.compile(r"[0-9]+")
_WIDE = 20
