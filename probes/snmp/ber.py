"""Basic Encoding Rules, as far as SNMP uses them (X.690; RFC 3417 section 8): identifiers, lengths,
numbers.

Object identifiers stay content bytes everywhere: nothing on the hot path builds numbers or text of
them.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache

from probes.snmp.column import Address, Identifier, Value
from probes.snmp.errors import DecodeError

INTEGER = 0x02
OCTETS = 0x04
NULL = 0x05
OID = 0x06
SEQUENCE = 0x30
ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46
NO_OBJECT = 0x80
NO_INSTANCE = 0x81
END_OF_VIEW = 0x82

LARGEST_SUBID = 2**32 - 1
LONGEST_OID = 128
"""Sub-identifiers in one object identifier (RFC 2578 section 3.5)."""


@lru_cache(maxsize=4096)
def encode_oid(dotted: str) -> bytes:
    """Content bytes of an identifier like `1.3.6.1` (a leading dot is allowed).

    Raises ValueError on anything that is no object identifier of SNMP (RFC 2578 section 3.5).
    """
    numbers = [int(part) for part in dotted.removeprefix(".").split(".")]
    if (
        not 2 <= len(numbers) <= LONGEST_OID
        or numbers[0] > 2
        or (numbers[0] < 2 and numbers[1] > 39)
    ):
        raise ValueError(f"{dotted} is no object identifier")
    return encode_subids([numbers[0] * 40 + numbers[1], *numbers[2:]])


def encode_subids(numbers: Iterable[int]) -> bytes:
    """Sub-identifiers in base 128: the tail of an identifier, such as a table index."""
    out = bytearray()
    for number in numbers:
        if not 0 <= number <= LARGEST_SUBID + 80:
            raise ValueError(f"{number} is no sub-identifier")
        shift = 7 * max(0, (number.bit_length() - 1) // 7)
        while shift:
            out.append(0x80 | (number >> shift & 0x7F))
            shift -= 7
        out.append(number & 0x7F)
    return bytes(out)


def decode_subids(content: bytes) -> tuple[int, ...]:
    """Sub-identifiers in an index's content bytes. Raises DecodeError when the last one is cut."""
    numbers = []
    number = 0
    for byte in content:
        number = number << 7 | (byte & 0x7F)
        if byte < 0x80:
            numbers.append(number)
            number = 0
        elif number > LARGEST_SUBID:
            raise DecodeError("sub-identifier too large")
    if content and content[-1] >= 0x80:
        raise DecodeError("object identifier ends within a sub-identifier")
    return tuple(numbers)


def decode_oid(content: bytes) -> tuple[int, ...]:
    """The numbers of an object identifier. Raises DecodeError on bytes that are none."""
    if not content:
        raise DecodeError("empty object identifier")
    first, *rest = decode_subids(content)
    head = (first // 40, first % 40) if first < 80 else (2, first - 80)
    return (*head, *rest)


def dotted(content: bytes) -> str:
    """An identifier for people; bytes that are none are shown in hexadecimal."""
    try:
        return ".".join(map(str, decode_oid(content)))
    except DecodeError:
        return content.hex()


def encode_length(size: int) -> bytes:
    """A definite length in the shortest form."""
    if size < 0x80:
        return bytes((size,))
    content = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((0x80 | len(content),)) + content


def encode(tag: int, content: bytes) -> bytes:
    """One element: tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    return bytes((tag,)) + encode_length(size) + content


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """A whole number in the fewest bytes; unsigned types get a leading zero byte where the top bit
    is set.
    """
    content = value.to_bytes(
        (value.bit_length() if value >= 0 else (~value).bit_length()) // 8 + 1, signed=True
    )
    return bytes((tag, len(content))) + content


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at `at`, all of it within `end`.

    Raises DecodeError on an element that is cut or has a length that SNMP never needs.
    """
    if at + 2 > end:
        raise DecodeError("element cut")
    size = data[at + 1]
    start = at + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4:
            raise DecodeError("length of a form that SNMP does not use")
        start += count
        size = int.from_bytes(data[at + 2 : start])
    if start + size > end:
        raise DecodeError("element longer than its message")
    return data[at], start, start + size


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Start and end of the content of the element at `at`, which must have this tag."""
    found, start, stop = header(data, at, end)
    if found != tag:
        raise DecodeError(f"tag {found:#x} where {tag:#x} should be")
    return start, stop


def read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A signed INTEGER of at most five bytes and the offset behind it."""
    if at + 2 > end or data[at] != INTEGER:
        raise DecodeError("no INTEGER where one should be")
    size = data[at + 1]
    stop = at + 2 + size
    if not 1 <= size <= 5 or stop > end:
        raise DecodeError("INTEGER of impossible size")
    return int.from_bytes(data[at + 2 : stop], signed=True), stop


def read_octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """An OCTET STRING and the offset behind it."""
    start, stop = expect(data, at, end, OCTETS)
    return data[start:stop], stop


_UNSIGNED = frozenset((COUNTER32, GAUGE32, TICKS, COUNTER64, 0x47))
"""0x47 is the UInteger32 of RFC 1442, which some old agents still send."""
_BYTES = {OCTETS: bytes, OID: Identifier, ADDRESS: Address, 0x45: bytes}
_ABSENT = frozenset((NULL, NO_OBJECT, NO_INSTANCE, END_OF_VIEW))


def decode_value(tag: int, content: bytes) -> Value | None:
    """One value by its tag; None for NULL and the three exceptions of RFC 3416.

    Unsigned numbers whose agent forgot the leading zero byte are read as unsigned.
    """
    if tag in _UNSIGNED or tag == INTEGER:
        if not 1 <= len(content) <= 9:
            raise DecodeError("number of impossible size")
        return int.from_bytes(content, signed=tag == INTEGER)
    if tag in _BYTES:
        return _BYTES[tag](content)
    if tag == OPAQUE:
        return _opaque(content)
    if tag in _ABSENT:
        return None
    raise DecodeError(f"value of unknown type {tag:#x}")


def _opaque(content: bytes) -> Value:
    """Net-SNMP's float and double in an Opaque (NET-SNMP-TC; opaque tags 0x9f78 and 0x9f79)."""
    if len(content) == 7 and content.startswith(b"\x9fx\x04"):
        return float(struct.unpack(">f", content[3:])[0])
    if len(content) == 11 and content.startswith(b"\x9fy\x08"):
        return float(struct.unpack(">d", content[3:])[0])
    return content
