"""What an SNMP agent writes: values as BER type, length, value (RFC 3416 §3, X.690 8.1).

The polling engine's codec reads; this one writes whole values, ready to stand in an answer.
"""

from functools import lru_cache

INTEGER, OCTETS, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x06, 0x30
COUNTER32, GAUGE32, TICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = b"\x80\x00", b"\x81\x00", b"\x82\x00"


def wrap(tag: int, content: bytes) -> bytes:
    """Content behind its tag and length."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def whole(tag: int, value: int) -> bytes:
    """A whole number under any of the integer tags, in the fewest two's-complement bytes."""
    if 0 <= value < 128:
        return bytes((tag, 1, value))
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return bytes((tag, size)) + value.to_bytes(size, "big", signed=True)


def integer(value: int) -> bytes:
    """INTEGER."""
    return whole(INTEGER, value)


def counter32(value: int) -> bytes:
    """Counter32: wraps as the device's would."""
    return whole(COUNTER32, value & 0xFFFFFFFF)


def counter64(value: int) -> bytes:
    """Counter64."""
    return whole(COUNTER64, value & 0xFFFFFFFFFFFFFFFF)


def gauge(value: int) -> bytes:
    """Gauge32: sticks at its ends (RFC 2578 §7.1.7)."""
    return whole(GAUGE32, min(max(value, 0), 0xFFFFFFFF))


def ticks(seconds: float) -> bytes:
    """TimeTicks of a duration in seconds; wraps after 497 days."""
    return whole(TICKS, int(seconds * 100) & 0xFFFFFFFF)


def octets(value: str | bytes) -> bytes:
    """OCTET STRING; text as UTF-8."""
    return wrap(OCTETS, value.encode() if isinstance(value, str) else value)


def object_id(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    return wrap(OBJECT_ID, oid_content(numbers(dotted)))


@lru_cache(maxsize=256)
def numbers(dotted: str) -> tuple[int, ...]:
    """`1.3.6` as a tuple."""
    return tuple(int(part) for part in dotted.split("."))


def oid_content(parts: tuple[int, ...]) -> bytes:
    """An object identifier of at least two numbers as BER content."""
    content = bytearray()
    for part in (parts[0] * 40 + parts[1], *parts[2:]):
        group = [part & 0x7F]
        while part := part >> 7:
            group.append(0x80 | part & 0x7F)
        content += bytes(reversed(group))
    return bytes(content)


def oid_parts(content: bytes) -> tuple[int, ...]:
    """BER content as numbers. Raises ValueError when it ends inside a number, is empty or is
    huge.
    """
    if not content or content[-1] & 0x80 or len(content) > 640:
        raise ValueError("no object identifier")
    found: list[int] = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            found.append(value)
            value = 0
    first = min(found[0] // 40, 2)
    return (first, found[0] - first * 40, *found[1:])
