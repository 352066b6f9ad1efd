"""The part of an object identifier after its column: a row's index, as bytes, numbers, text."""

from probes.snmp.ber import LARGEST_SUBID, decode_oid, decode_subids, encode_subids
from probes.snmp.errors import DecodeError


def arcs(index: bytes) -> tuple[int, ...]:
    """The numbers of an index; none for bytes that are no index."""
    try:
        return decode_subids(index)
    except (DecodeError, ValueError):
        return ()


def dotted(index: bytes) -> str:
    """An index as `1.2.3`."""
    return ".".join(map(str, arcs(index)))


def identifier(content: bytes) -> str:
    """A value that is an object identifier, as `1.3.6.1`; empty for bytes that are none."""
    try:
        return ".".join(map(str, decode_oid(content)))
    except (DecodeError, ValueError):
        return ""


def encode(text: str) -> bytes | None:
    """A dotted index as bytes; None when the text is none."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return encode_subids(numbers) if max(numbers) <= LARGEST_SUBID else None
