"""The objects of a kind of device, in order: shared by all devices of the kind, values apart.

A switch with 48 ports has some two thousand objects; two hundred such switches have one shape. An
entry is the encoded object identifier and a function of (device, row, now) that makes the encoded
value.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from collector.demo import tlv
from collector.demo.device import Device

Value = Callable[[Device, int, float], bytes]
"""Makes a whole encoded value of a device, for a row (0 first), at a time in Unix seconds."""

_REMEMBERED = 4096


class Column(NamedTuple):
    """One column of a table, or a scalar: `indexes` are what follows the column's identifier."""

    oid: str
    value: Value
    indexes: Sequence[str | int] = ("0",)


class Entry(NamedTuple):
    """One object: its name as a whole BER value, and where its value comes from."""

    head: bytes
    value: Value
    row: int


class Shape:
    """The sorted objects of a kind of device; finds one, or the one after."""

    def __init__(self, columns: Iterable[Column], largest: int = 1472) -> None:
        """`largest` is the longest message this kind of device sends, in bytes. Later columns
        win.
        """
        objects: dict[tuple[int, ...], tuple[Value, int]] = {}
        for column in columns:
            base = tlv.numbers(column.oid)
            for row, index in enumerate(column.indexes):
                place = (index,) if isinstance(index, int) else tlv.numbers(index)
                objects[base + place] = (column.value, row)
        self.largest = largest
        self.order = sorted(objects)
        contents = [tlv.oid_content(parts) for parts in self.order]
        self.entries = [
            Entry(tlv.wrap(tlv.OBJECT_ID, content), *objects[parts])
            for parts, content in zip(self.order, contents, strict=True)
        ]
        self.places = {content: place for place, content in enumerate(contents)}
        self._starts: dict[bytes, int] = {}

    def after(self, content: bytes) -> int:
        """The place of the first object behind this identifier; `len(entries)` when there is none.

        Raises ValueError when the content is no object identifier.
        """
        place = self.places.get(content)
        if place is not None:
            return place + 1
        place = self._starts.get(content)
        if place is None:
            place = bisect_right(self.order, tlv.oid_parts(content))
            if len(self._starts) < _REMEMBERED:
                self._starts[content] = place
        return place

    def missing(self, content: bytes) -> bytes:
        """What a v2 agent says of an object it has not: no such instance, or no such object at
        all.
        """
        parts = tlv.oid_parts(content)[:-1]
        place = bisect_right(self.order, parts)
        known = place < len(self.order) and self.order[place][: len(parts)] == parts
        return tlv.NO_SUCH_INSTANCE if known else tlv.NO_SUCH_OBJECT
