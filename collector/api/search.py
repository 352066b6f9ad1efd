"""Which things of the inventory are meant: filters by field, search without tone marks."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from collector.api.guard import RefusedError
from inventory.model import Asset, Credential, Device, End, Inventory, Site, Targets, Unit, Use

Filter = tuple[str, str, bool]

_WALKED = (Asset, End, Targets, Unit)
_JOINED = {"site": "sites", "parent": "sites", "device": "devices"}


def fold(text: str) -> str:
    """Lower case without tone and other marks: hoà, hòa and Hoa are one."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def found(
    thing: object, inventory: Inventory, filters: Iterable[Filter], words: str, state: str
) -> bool:
    """Whether a thing passes every filter, and every word of the search stands in what it says."""
    for path, value, equal in filters:
        values = [state] if path == "state" else list(_values(thing, path, inventory))
        if (value in values) != equal:
            return False
    if not words:
        return True
    text = fold(" ".join(_said(thing, inventory)))
    return all(word in text for word in fold(words).split())


def _values(thing: object, path: str, inventory: Inventory) -> Iterator[str]:
    """The values of a field: of a list each, of a missing one the empty text."""
    name, _, rest = path.partition(".")
    value = _field(thing, name, path)
    if rest and isinstance(value, str) and name in _JOINED:
        value = getattr(inventory, _JOINED[name])[value]
        yield from _values(value, rest, inventory)
    elif rest and isinstance(value, Mapping):
        yield _shown(value.get(rest))
    elif rest and isinstance(value, _WALKED):
        yield from _values(value, rest, inventory)
    elif rest and value is not None:
        raise _unknown(path)
    elif isinstance(value, tuple | list):
        yield from map(_shown, value)
    else:
        yield _shown(value)


def _field(thing: object, name: str, path: str) -> object:
    known = is_dataclass(thing) and any(field.name == name for field in fields(thing))
    if not known:
        raise _unknown(path)
    return getattr(thing, name)


def _unknown(path: str) -> RefusedError:
    return RefusedError(400, f"no field {path[:40]!r} to filter by", "as in where=site.kind=ward")


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Credential | Use):
        return value.name
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _said(thing: object, inventory: Inventory) -> Iterator[str]:
    for name in ("name", "title", "role", "site", "kind", "provider", "contract", "owner"):
        yield str(getattr(thing, name, None) or "")
    yield from getattr(thing, "tags", ())
    if isinstance(thing, Device):
        yield from thing.addresses
        yield from (str(getattr(thing.asset, field.name) or "") for field in fields(Asset))
        yield inventory.sites[thing.site].title
    if isinstance(thing, Site):
        yield from (thing.unit.code, thing.unit.name)
