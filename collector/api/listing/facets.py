"""What a list can be narrowed by: the values that its things have, with how many have each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.api.listing.shape import Choice, Facet
from collector.api.listing.stock import STATES, Stock, identity
from inventory.model import Thing
from inventory.query import fold

CHOICES = 60
"""Values of one facet that are told; others are found by searching."""

Values = Callable[[Stock, Any], Sequence[str]]
"""The values of a device, circuit, site or service."""


@dataclass(frozen=True, slots=True)
class By:
    """A field whose values are offered; `form` says what they are codes of."""

    field: str
    vi: str
    en: str
    values: Values
    form: str = ""


def _field(name: str) -> Values:
    return lambda _, one: (str(getattr(one, name) or ""),)


def _identity(key: str) -> Values:
    return lambda stock, one: (identity(stock, one, key),)


def _site(name: str) -> Values:
    return lambda stock, one: (getattr(stock.inventory.sites[one.site], name) or "",)


def _line_site(name: str) -> Values:
    return lambda stock, one: _site(name)(stock, stock.inventory.devices[one.z.device])


def _state(kind: str) -> By:
    return By(
        "shown",
        "Trạng thái",
        "State",
        lambda stock, one: (stock.shown(f"{kind}:{one.name}"),),
        "state",
    )


_TAGS = By("tags", "Nhãn", "Tags", lambda _, one: one.tags)
_LIFE = By("lifecycle", "Tình trạng sử dụng", "Lifecycle", _field("lifecycle"), "lifecycle")
_COLLECTOR = By("collector", "Máy giám sát", "Collector", _field("collector"))

FACETS: Mapping[str, tuple[By, ...]] = {
    "device": (
        _state("device"),
        By("role", "Loại thiết bị", "Role", _field("role"), "role"),
        By("site.kind", "Loại địa điểm", "Kind of site", _site("kind"), "site"),
        By("site.parent", "Trực thuộc", "Part of", _site("parent"), "place"),
        By("vendor", "Hãng", "Vendor", _identity("vendor")),
        By("model", "Model", "Model", _identity("model")),
        _LIFE,
        _COLLECTOR,
        _TAGS,
    ),
    "circuit": (
        _state("circuit"),
        By("kind", "Loại đường truyền", "Kind", _field("kind"), "circuit"),
        By("provider", "Nhà mạng", "Carrier", _field("provider")),
        By("site.kind", "Loại địa điểm", "Kind of site", _line_site("kind"), "site"),
        By("site.parent", "Trực thuộc", "Part of", _line_site("parent"), "place"),
        By("path", "Hướng vật lý", "Path", _field("path")),
        _LIFE,
        _TAGS,
    ),
    "site": (
        _state("site"),
        By("kind", "Loại địa điểm", "Kind", _field("kind"), "site"),
        By("parent", "Trực thuộc", "Part of", _field("parent"), "place"),
        _TAGS,
    ),
    "service": (
        _state("service"),
        By("kind", "Loại dịch vụ", "Kind", _field("kind"), "service"),
        By("level", "Cấp độ an toàn", "Security level", _field("level")),
        By("owner", "Đơn vị chủ quản", "Owner", _field("owner")),
        _COLLECTOR,
        _TAGS,
    ),
}


def facet(stock: Stock, kind: str, by: By, among: Iterable[Thing], wanted: Sequence[str]) -> Facet:
    """The values of one field, the most frequent first, those that are `wanted` always."""
    things = getattr(stock.inventory, f"{kind}s")
    counts = Counter(value for thing in among for value in by.values(stock, things[thing.name]))
    words = {value: stock.word(kind, by.form, value) if value else "" for value in counts}
    words.update(
        {value: stock.word(kind, by.form, value) for value in wanted if value not in words}
    )
    ordered = sorted(words, key=lambda one: _place(by, one, counts[one], words[one]))
    kept = [one for place, one in enumerate(ordered) if place < CHOICES or one in wanted]
    choices = [Choice(value=one, word=words[one], count=counts[one]) for one in kept]
    title = by.en if stock.language == "en" else by.vi
    return Facet(field=by.field, title=title, choices=choices, more=len(ordered) - len(kept))


def _place(by: By, value: str, count: int, word: str) -> tuple[int, str]:
    """States stand by how grave they are; what is not said stands last."""
    if by.form == "state" and value in STATES:
        return STATES.index(value), ""
    return (-count if value else 1), fold(word)
