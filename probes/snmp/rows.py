"""Replies to a GETBULK, read row by row with one regular expression.

Most of what an agent sends is whole rows of small numbers under names that only repeat what was
asked. The expression for a group of columns checks those names and takes the values out in C;
whatever it does not match (signs, long text, another object) is left to `message.varbinds`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter

from probes.snmp import ber
from probes.snmp.column import Address, Identifier, Value

PATTERNS = 256
"""Expressions kept, of about 15 KB: one for each group of columns that is read side by side."""
VARIANTS = 4
"""Expressions for one group, by which columns are text: an agent that changes its mind with every
reply must not keep us busy.
"""
TEXT = 64
"""Bytes of a text that is read here."""

LONGEST = 24
"""Bytes of an index that is read here: a bound on what a hostile reply can cost."""

_UNSIGNED = rb"[\x41\x42\x43\x46]"  # Counter32, Gauge32, TimeTicks, Counter64
_NATURAL = rb"\x02(?=.[\x00-\x7f])"  # an INTEGER that is not negative
_BYTES = {ber.OCTETS: bytes, ber.OID: Identifier, ber.ADDRESS: Address}


def _sized(sizes: range) -> bytes:
    return b"|".join(b"%b.{%d}" % (re.escape(bytes((size,))), size) for size in sizes)


_NUMBER = rb"(?:" + _UNSIGNED + b"|" + _NATURAL + b")(" + _sized(range(1, 10)) + b")"
_TEXT = b"(" + _sized(range(TEXT + 1)) + b")"
_FRAME = 5
"""Bytes of a varbind beside its name and the length and content of its value."""

_content = itemgetter(slice(1, None))


@lru_cache(PATTERNS)
def _variants(oids: tuple[bytes, ...]) -> set[tuple[int, ...]]:  # noqa: ARG001 - the cache's key
    return set()


@lru_cache(PATTERNS)
def _pattern(oids: tuple[bytes, ...], texts: tuple[int, ...]) -> re.Pattern[bytes]:
    """A row of these columns: name length and index of the first, then every value with its length.

    Names of the first one's length share its length byte.
    """
    parts: list[bytes] = []
    for oid, text in zip(oids, texts, strict=True):
        size = b"(.)" if not parts else rb"\1" if len(oid) == len(oids[0]) else b"."
        index = rb"\2" if parts else rb"(.{1,%d}?)" % LONGEST
        parts.append(
            rb"0.\x06"
            + size
            + b"(?:"
            + re.escape(oid)
            + b")"
            + index
            + (re.escape(bytes((text,))) + _TEXT if text else _NUMBER)
        )
    return re.compile(b"".join(parts), re.DOTALL)


def read(
    oids: tuple[bytes, ...], data: bytes, start: int, end: int
) -> tuple[list[bytes], list[list[Value]], int]:
    """The rows from `start` on: their indexes, a list of values a column, and the offset behind.

    No rows, and `start`, when the reply does not begin with two rows that are plain in this sense.
    """
    texts = _texts(len(oids), data, start)
    variants = _variants(oids)
    if texts not in variants and len(variants) >= VARIANTS:
        return [], [], start
    variants.add(texts)
    pattern = _pattern(oids, texts)
    rows: list[tuple[bytes, ...]] = pattern.findall(data, start, end)
    if len(rows) < 2:
        return [], [], start
    lengths, indexes, *columns = zip(*rows, strict=True)
    sizes = list(map(len, indexes))
    names = len(oids[0])
    if list(b"".join(lengths)) != [names + size for size in sizes]:
        return [], [], start  # a guess at where the index ends that was wrong
    fixed = sum(map(len, oids)) + _FRAME * len(oids)
    last = fixed + len(oids) * sizes[-1] + sum(map(len, rows[-1][2:]))
    widths = [sum(map(len, column)) for column in columns]
    stop = start + fixed * len(rows) + len(oids) * sum(sizes) + sum(widths)
    again = pattern.match(data, stop - last, end)
    if again is None or again.groups() != rows[-1]:
        return [], [], start  # something else stands between the rows
    return list(indexes), list(map(_values, columns, widths, texts)), stop


def _texts(wide: int, data: bytes, at: int) -> tuple[int, ...]:
    """Which of the first row's values are bytes: their tags, 0 for numbers."""
    found: list[int] = []
    try:
        for _ in range(wide):
            tag = data[at + 4 + data[at + 3]]
            found.append(tag if tag in _BYTES else 0)
            at += 2 + data[at + 1]
    except IndexError:
        pass
    return (*found, *[0] * (wide - len(found)))


def _values(column: Sequence[bytes], width: int, text: int) -> list[Value]:
    if text:
        contents = map(_content, column)
        return list(contents if text == ber.OCTETS else map(_BYTES[text], contents))
    if width == 2 * len(column):
        return list(b"".join(column)[1::2])
    return list(map(int.from_bytes, map(_content, column)))
