"""Values as text of labels, as snmp_exporter writes them; DISPLAY-HINT (RFC 2579 section 3.1)."""

import re
import struct
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import NamedTuple

from probes.snmp.column import Address, Identifier, Value
from probes.snmp.index import identifier
from probes.snmp.module.index import KINDS, hexadecimal, take, text_of

_PLAIN = ("", "OctetString", "Bits")


def shown(value: Value, kind: str, hint: str = "", enums: Mapping[int, str] | None = None) -> str:
    """A value as the text of a label. `kind` is its type after the module, `hint` how bytes are to
    be written, `enums` the names of numbers.
    """
    if isinstance(value, int):
        return (enums or {}).get(value) or str(value)
    if isinstance(value, float):
        return _short(value)
    if isinstance(value, Identifier):
        return identifier(value)
    if isinstance(value, Address) and len(value) in (4, 16):
        return str(ip_address(bytes(value)))
    if kind in _PLAIN or kind not in KINDS:
        hinted = by_hint(hint, value) if hint else None
        return hexadecimal(value) if hinted is None else hinted
    if kind == "DisplayString":
        return text_of(value)
    return take(tuple(value), kind).text


def _short(value: float) -> str:
    """A float in the fewest digits that tell it from its neighbours, as one of 32 bits where it is
    one; without an exponent.
    """
    text = repr(value)
    try:
        if struct.unpack(">f", struct.pack(">f", value))[0] == value:
            short = (f"{value:.{digits}g}" for digits in range(1, 10))
            text = next(t for t in short if struct.pack(">f", float(t)) == struct.pack(">f", value))
    except OverflowError:
        pass
    if "e" in text:
        text = f"{float(text):.20f}".rstrip("0").rstrip(".")
    return text.removesuffix(".0")


class _Spec(NamedTuple):
    """One octet-format: how many bytes are written in which way, and what stands behind."""

    repeated: bool
    size: int
    form: str
    separator: str
    terminator: str


_SPEC = re.compile(r"(\*?)(\d{1,9})([dxoat])([^\d*])?(?(4)([^\d*]))?", re.ASCII)


def _specs(hint: str) -> list[_Spec]:
    """The octet-formats of a hint; none where it cannot be read."""
    found: list[_Spec] = []
    at = 0
    while at < len(hint):
        match = _SPEC.match(hint, at)
        if match is None:
            return []
        star, size, form, separator, terminator = match.groups(default="")
        if terminator and not star:
            return []
        found.append(_Spec(bool(star), int(size), form, separator, terminator))
        at = match.end()
    return found


def by_hint(hint: str, raw: bytes) -> str | None:
    """Bytes written by a DISPLAY-HINT; None where the hint cannot be applied to them.

    The last format goes on as long as there are bytes; what separates stands only between.
    """
    specs = _specs(hint)
    if not specs or not raw:
        return None
    out = bytearray()
    at = place = 0
    while at < len(raw):
        spec = specs[min(place, len(specs) - 1)]
        if place >= len(specs) and not spec.size and not spec.repeated:
            return None  # a format that takes nothing would go on for ever
        place += 1
        count = 1
        if spec.repeated:
            count, at = raw[at], at + 1
        for turn in range(count):
            if at >= len(raw):
                break
            part = raw[at : at + spec.size]
            written = _written(part, spec.form)
            if written is None:
                return None
            out += written
            at += len(part)
            last = spec.terminator and turn == count - 1
            if spec.separator and at < len(raw) and not last:
                out += spec.separator.encode()
        if spec.terminator and at < len(raw):
            out += spec.terminator.encode()
    return text_of(bytes(out))


def _written(part: bytes, form: str) -> bytes | None:
    if form in "at":
        return part
    if form == "x":
        return part.hex().upper().encode()
    if len(part) > 8:
        return None
    number = int.from_bytes(part)
    return b"%d" % number if form == "d" else b"%o" % number


def bits(value: bytes) -> Iterator[int]:
    """The places of the bits that are set, the first byte's highest bit first (RFC 2578 section
    7.1.4).
    """
    for at, byte in enumerate(value):
        for bit in range(8):
            if byte & 128 >> bit:
                yield at * 8 + bit
