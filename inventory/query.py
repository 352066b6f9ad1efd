"""Finding things: any field by its path, and words in Vietnamese whatever their tone marks.

A thing is looked at as a record of plain values (`record`). References are followed: `site.kind` is
the kind of a device's site.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from inventory.model import KINDS, Asset, Circuit, Inventory, Thing
from inventory.problem import near, quoted
from inventory.secret import Secret, SecretRef
from inventory.source import scalar
from inventory.value import limit


class QueryInvalid(ValueError):  # noqa: N818 - it says what is the case
    """A condition that cannot be read, or a field that nothing has."""


def fold(text: str) -> str:
    """Text for comparing: no marks, đ as d, lower case; so hoà, hòa and hoa are one."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "d"))
    plain = _MARKS.sub("", plain)
    if not plain.isascii():
        plain = "".join(one for one in plain if not unicodedata.combining(one))
    return plain.casefold()


_MARKS = re.compile("[\u0300-\u036f]+")
"""Those of Vietnamese and its neighbours, all at once; others are looked up one by one."""


def plain(value: Any) -> Any:
    """A value as JSON can hold it; secrets are shown as where they stand, never themselves."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (SecretRef, Thing)):
        return str(value)
    if isinstance(value, Secret):
        return "***"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return {key: plain(getattr(value, key)) for key in type(value).model_fields}
    if dataclasses.is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (frozenset, set)):
        return sorted(plain(one) for one in value)
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    return str(value)


def things(inventory: Inventory, kinds: Iterable[str] = KINDS) -> Iterator[tuple[Thing, Any]]:
    """Everything of some kinds, in the order of the files."""
    for kind in kinds:
        for name, one in getattr(inventory, f"{kind}s").items():
            yield Thing(kind, name), one


def find(inventory: Inventory, text: str) -> Thing:
    """The thing that `kind:name` or a bare name means. Raises QueryInvalid, with what was meant."""
    kind, colon, name = text.partition(":")
    kinds = (kind,) if colon else KINDS
    name = name if colon else text
    if not set(kinds) <= set(KINDS):
        raise QueryInvalid(f"unknown kind {quoted(kind)} (one of {', '.join(KINDS)})")
    for one in kinds:
        if name in getattr(inventory, f"{one}s"):
            return Thing(one, name)
    meant = near(name, (thing.name for thing, _ in things(inventory, kinds)))
    raise QueryInvalid(f"nothing is called {quoted(text)}" + (f" ({meant})" if meant else ""))


def record(inventory: Inventory, thing: Thing) -> dict[str, Any]:
    """A thing as plain values. A device's `site` and a site's `parent` stand there as names."""
    found: dict[str, Any] = plain(getattr(inventory, f"{thing.kind}s")[thing.name])
    return {"thing": str(thing), **found}


def look(inventory: Inventory, thing: Thing, path: Sequence[str]) -> list[Any]:
    """The plain values at a path: none, one, or those of every element of a list."""
    return _look(inventory, thing, getattr(inventory, f"{thing.kind}s")[thing.name], path)


_FOLLOWED = {
    ("device", "site"): "sites",
    ("circuit", "site"): "sites",
    ("site", "parent"): "sites",
    ("device", "collector"): "collectors",
}


def _look(inventory: Inventory, thing: Thing, value: Any, path: Sequence[str]) -> list[Any]:
    if value is None:
        return []
    if not path:
        return _leaves(plain(value))
    if isinstance(value, (list, tuple, frozenset)):
        return [one for part in value for one in _look(inventory, thing, part, path)]
    head, *rest = path
    below = inventory.devices[value.z.device].site if _placed(value, head) else _step(value, head)
    section = _FOLLOWED.get((thing.kind, head))
    if section is None or not rest or not dataclasses.is_dataclass(value):
        return _look(inventory, thing, below, rest)
    there = Thing(section.removesuffix("s"), "")
    return _look(inventory, there, getattr(inventory, section).get(below), rest)


def _placed(value: Any, key: str) -> bool:
    """Whether a circuit's site is meant, which is that of its Z end."""
    return key == "site" and isinstance(value, Circuit)


def _step(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(key)
    if key == "address" and hasattr(value, "addresses"):
        return value.addresses
    if dataclasses.is_dataclass(value) or isinstance(value, BaseModel):
        return getattr(value, key, None) if key in _fields(value) else None
    return None


def _fields(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        return list(type(value).model_fields)
    return [one.name for one in dataclasses.fields(value)]


def _leaves(value: Any) -> list[Any]:
    """The scalars in a plain value; of a mapping that has a name, the name."""
    if isinstance(value, Mapping):
        named = value.get("name", value.get("device"))
        return [named] if isinstance(named, str) else list(value)
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one)]
    return [] if value is None else [value]


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of the values at a path: `=`, `!=` or `~`, and the values that are wanted."""

    path: tuple[str, ...]
    sign: str
    wanted: tuple[str, ...]

    def met(self, found: Sequence[Any]) -> bool:
        """Whether the values that stand there are such."""
        if self.sign == "~":
            parts = [fold(one) for one in self.wanted]
            return any(part in fold(str(one)) for one in found for part in parts)
        same = any(_same(found, one) for one in self.wanted)
        return same if self.sign == "=" else not same


def condition(text: str) -> Condition:
    """Read `path=value`, `path!=value` or `path~part`. Raises QueryInvalid.

    `=` compares exactly (a number as a number: `capacity=200M`, `ping=1s`), `~` finds a part of the
    text, tone marks aside. Of several values with `|` between them one is enough.
    """
    marks = [(text.find(sign), sign) for sign in ("!=", "~", "=") if text.find(sign) > 0]
    if not marks:
        raise QueryInvalid(f"bad condition {quoted(text)} (write field=value, != or ~)")
    at, sign = min(marks)
    wanted = text[at + len(sign) :].strip()
    several = [one.strip() for one in wanted.split("|")] if "|" in wanted else []
    return Condition(tuple(text[:at].strip().split(".")), sign, (wanted, *several))


def _same(found: Sequence[Any], wanted: str) -> bool:
    if any(_equal(one, wanted) for one in found) or (wanted == "" and not found):
        return True
    return f"device:{wanted}" in found


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted in (("on", "true", "yes") if value else ("off", "false", "no"))
    if isinstance(value, (int, float)):
        try:
            return limit(scalar(wanted)) == value if wanted else False
        except ValueError:
            return False
    return bool(unicodedata.normalize("NFC", str(value)) == unicodedata.normalize("NFC", wanted))


def select(
    inventory: Inventory,
    kind: str,
    conditions: Sequence[str] = (),
    words: str = "",
    also: Mapping[str, str] = MappingProxyType({}),
) -> list[Thing]:
    """The things of a kind that meet every condition and have every word, in the order of the
    files. `also` are more words of things, by name. Raises QueryInvalid, also for a field that no
    thing of the kind has.
    """
    asked = [condition(text) for text in conditions]
    for one in asked:
        known(inventory, kind, one.path)
    found = [thing for thing, _ in things(inventory, (kind,))]
    for each in asked:
        found = [one for one in found if each.met(look(inventory, one, each.path))]
    parts = fold(words).split()
    if not parts:
        return found
    text = _reader(inventory, also)
    return [one for one in found if _spoken(text(one), parts)]


def _spoken(text: str, parts: Sequence[str]) -> bool:
    return all(part in text for part in parts)


def _reader(inventory: Inventory, also: Mapping[str, str]) -> Callable[[Thing], str]:
    """What gives all that somebody may call a thing by, folded: names, addresses, contract, the
    asset register's words, and where it is.
    """
    roles = {name: fold(title) for name, title in inventory.roles.items()}
    places = {
        one.name: fold(f"{one.name} {one.title} {one.unit.code} {one.unit.name}")
        for one in inventory.sites.values()
    }

    def text(thing: Thing) -> str:
        one = getattr(inventory, f"{thing.kind}s")[thing.name]
        own = [one.name, one.title, *one.tags, also.get(thing.name, "")]
        if thing.kind == "device":
            own += [*one.addresses, one.role or "", *_register(one.asset)]
            own += [up.name for up in one.uplinks if up.kind == "circuit"]
            return f"{fold(' '.join(own))} {roles.get(one.role, '')} {places[one.site]}"
        if thing.kind == "circuit":
            own += [one.kind, one.provider, one.contract, one.path, one.probe or "", *one.payers]
            own += [text for end in (one.a, one.z) if end for text in (end.device, end.interface)]
            return f"{fold(' '.join(own))} {places[inventory.devices[one.z.device].site]}"
        place = places[thing.name] if thing.kind == "site" else ""
        return f"{fold(' '.join([*own, one.owner]))} {place}"

    return text


def _register(asset: Asset) -> Sequence[str]:
    """What the asset register says in words; dates are none."""
    told = (asset.serial, asset.vendor, asset.model, asset.mac, asset.rack, asset.owner)
    return (*told, asset.purpose, asset.code, asset.contract)


_BESIDE = {"device": ("address",), "circuit": ("site",)}
"""What is asked of a thing as if it were a field of it."""


def known(inventory: Inventory, kind: str, path: Sequence[str]) -> None:
    """Raise QueryInvalid for a first word that is no field at all: a slip, not an empty answer."""
    for _, one in things(inventory, (kind,)):
        fields = [*_fields(one), *_BESIDE.get(kind, ())]
        if path[0] not in fields:
            meant = near(path[0], fields)
            also = f" ({meant})" if meant else f" (fields: {', '.join(fields)})"
            raise QueryInvalid(f"no field {quoted(path[0])}{also}")
        return
