"""What is known of every thing at one moment, by column: the inventory's fields, the verdict, and
what devices say of themselves.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from alerts.wording import state_word
from alerts.wording.names import Naming
from alerts.wording.names import thing as as_thing
from alerts.wording.plain import clean
from collector.api import codes
from collector.api.listing.columns import Column
from collector.api.listing.writing import WRITTEN, Writing
from collector.api.search import MAINTENANCE, Held, shown_name, state_name
from collector.pipeline import Latest
from collector.verdicts.events import State
from inventory.model import Circuit, Device, Inventory, Thing
from inventory.query import look, plain
from probes.reading import Head, Row

UNWATCHED = "unwatched"
"""What nothing is concluded of: a place where nothing stands."""
STATES = ("down", "unreachable", "degraded", "unknown", MAINTENANCE, "up", UNWATCHED)
"""The gravest first."""

CELL = 400
"""Characters of a cell."""

_KINDS = ("site", "circuit", "service")
_OTHERS = {
    MAINTENANCE: ("Đang bảo trì", "In maintenance"),
    UNWATCHED: ("Không giám sát", "Not watched"),
}
_SAID = ("vendor", "model", "serial", "version", "os")


@dataclass(frozen=True)
class Stock:
    """What is held at one moment. `latest` is what was read, by job."""

    inventory: Inventory
    language: str
    held: Held
    latest: Mapping[str, Latest]

    @cached_property
    def identities(self) -> dict[str, Mapping[str, str]]:
        """What each device says of itself."""
        return {
            job.thing: _labels(row.head.encoded)
            for one in self.latest.values()
            if (job := one.job) is not None and job.kind == "device"
            for row in _rows(one)
            if row.fields == b"info=1" and row.head.encoded.startswith(b"device,")
        }

    def said(self) -> dict[str, str]:
        """The same as words to be searched, by device."""
        return {
            name: " ".join(labels[key] for key in _SAID if key in labels)
            for name, labels in self.identities.items()
        }

    def thing(self, thing: Thing) -> Any:
        """The thing itself."""
        return getattr(self.inventory, f"{thing.kind}s")[thing.name]

    def values(self, thing: Thing, key: str) -> list[Any]:
        """What stands in a column: none, one or several plain values."""
        own = _OWN.get(key)
        if own is None:
            return look(self.inventory, thing, tuple(key.split(".")))
        value = own(self, thing)
        return [] if value is None or value == "" else [value]

    def text(self, thing: Thing, column: Column, *, raw: bool = False) -> str:
        """The same for people; `raw` for a spreadsheet, that counts with numbers and dates."""
        cells = (self.told(thing, column, one, raw=raw) for one in self.values(thing, column.key))
        text = ", ".join(cells)
        return text if text.isprintable() and len(text) <= CELL else clean(text, CELL)

    def told(self, thing: Thing, column: Column, value: Any, *, raw: bool = False) -> str:
        """One value."""
        if column.form in WRITTEN:
            return WRITTEN[column.form](
                value, Writing(self.language, self.inventory.province.zone, raw)
            )
        return self.word(thing.kind, column.form, str(plain(value)))

    def word(self, kind: str, form: str, code: str) -> str:
        """A code in words, by what it is a code of."""
        if form == "role":
            return codes.role(code, self.inventory, self.language)
        if form == "state":
            return self._state(kind, code)
        if form == "thing":
            return self.naming.name(as_thing(code))
        if form == "place":
            site = self.inventory.sites.get(code)
            return clean(site.title) if site else code
        if form == "lifecycle":
            return codes.of(codes.LIFECYCLES, code, self.language)
        if form == "room":
            return codes.of(codes.ROOMS, code, self.language)
        return codes.kind(form, code, self.language) if form in _KINDS else code

    @cached_property
    def naming(self) -> Naming:
        """How things are called in this language."""
        return Naming(self.inventory, self.language)

    def shown(self, thing: str) -> str:
        """The verdict's state; or `maintenance` where announced work covers it, `unwatched` where
        there is no verdict.
        """
        held = self.held.get(thing)
        return shown_name(held) if held else UNWATCHED

    def because(self, thing: Thing) -> str:
        """The cause of a thing's state, empty where it is its own."""
        held = self.held.get(str(thing))
        return held.because if held else ""

    def title(self, thing: Thing) -> str:
        """What a thing is called; a circuit without a name of its own by its kind and place."""
        one = self.thing(thing)
        return self.naming.circuit(one) if isinstance(one, Circuit) else clean(one.title)

    @cached_property
    def _sizes(self) -> Counter[str]:
        return Counter(one.site for one in self.inventory.devices.values())

    def size(self, site: str) -> int:
        """How many devices stand at a site, those in places below it not counted."""
        return self._sizes[site]

    def _state(self, kind: str, code: str) -> str:
        if code in _OTHERS:
            return _OTHERS[code][self.language == "en"]
        return state_word(kind, State[code.upper()], self.language)


def _rows(latest: Latest) -> Iterator[Row]:
    for table in list(latest.described.values()):
        yield from table.rows


@lru_cache(65_536)
def _labels(encoded: bytes) -> Mapping[str, str]:
    return dict(Head.written(encoded).labels)


def identity(stock: Stock, one: Device, key: str) -> str:
    """What a device says of itself, else what the asset register says."""
    told = stock.identities.get(one.name, {}).get(key)
    return told or str(getattr(one.asset, key, ""))


def _identity(key: str) -> Callable[[Stock, Thing], str]:
    return lambda stock, thing: identity(stock, stock.inventory.devices[thing.name], key)


def _version(stock: Stock, thing: Thing) -> str:
    told = stock.identities.get(thing.name, {})
    return " ".join(told[key] for key in ("os", "version") if key in told)


def _since(stock: Stock, thing: Thing) -> float | None:
    held = stock.held.get(str(thing))
    return held.since if held else None


_OWN: Mapping[str, Callable[[Stock, Thing], Any]] = {
    "title": Stock.title,
    "shown": lambda stock, thing: stock.shown(str(thing)),
    "state": lambda stock, thing: state_name(stock.held.get(str(thing))),
    "since": _since,
    "because": Stock.because,
    "vendor": _identity("vendor"),
    "model": _identity("model"),
    "serial": _identity("serial"),
    "version": _version,
    "devices": lambda stock, thing: stock.size(thing.name),
}
JUDGED = frozenset({"shown", "state", "because"})
IDENTITY = frozenset({"vendor", "model", "serial", "version"})


def own(kind: str, key: str) -> bool:
    """Whether a condition on this field is answered from here, not from the inventory."""
    return key in JUDGED or (kind == "device" and key in IDENTITY)
