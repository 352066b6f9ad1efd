"""How a profile's values become numbers: sums, maps, scales, points in time; and cells as text.

Pure: compiled once a profile, called with a row's cells.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_address

from probes.reading import clean
from probes.snmp.index import identifier
from probes.snmp.profile import Decimal, Value

Cell = int | float | bytes | str | None
Cells = Mapping[str, Cell]
Number = Callable[[Cells, "Moment"], float | None]

_NUMERAL = re.compile(rb"\s*([+-]?\d{1,18}(?:\.\d{1,9})?)(?![\d.])")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a poll ran: Unix seconds, and sysUpTime in hundredths of a second."""

    start: float
    ticks: int | None


def numeric(value: Cell) -> float | None:
    """A number that an agent sent as such or as decimal text (`"23.5 C"`)."""
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, bytes):
        found = _NUMERAL.match(value)
        return float(found[1]) if found else None
    return None


def shown(value: Cell, form: str | None = None) -> str:
    """A value as text of a label."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        if form == "oid":
            return identifier(value)
        if form == "mac":
            return value.hex(":") if len(value) == 6 else ""
        if form == "address":
            return address(value)
        return clean(value)
    return str(value)


def part(pattern: re.Pattern[str], value: Cell, form: str | None) -> bytes:
    """What the pattern finds in a value as text: its first group, else all of it; else nothing."""
    found = pattern.search(shown(value, form))
    return (found[found.re.groups > 0] or "").encode() if found else b""


def address(codes: bytes | Sequence[int]) -> str:
    """An address of an index or an InetAddress (RFC 4001), as text; empty for what is none.

    In an index its type and length, or its length alone, may stand in front; a zone is left out.
    """
    if len(codes) > 5 and codes[0] in (1, 2, 3, 4) and codes[1] in (4, 8, 16, 20):
        codes = codes[1:]
    size = len(codes)
    if size > 4 and codes[0] in (4, 8, 16, 20) and size > codes[0]:
        codes = codes[1 : codes[0] + 1]
        size = len(codes)
    if size not in (4, 8, 16, 20) or not all(0 <= code < 256 for code in codes):
        return ""
    return str(ip_address(bytes(codes[: 16 if size >= 16 else 4])))


def moment_of(value: Cell, formats: Sequence[str]) -> float | None:
    """A point in time in Unix seconds: DateAndTime (RFC 2579), a text by one of these formats, or a
    number that is one already. Without a zone it is taken as UTC.
    """
    if isinstance(value, bytes) and len(value) in (8, 11) and value[0] < 0x20:  # no text
        return _date_and_time(value)
    if not formats:
        return numeric(value)
    text = shown(value)
    for one in formats:
        try:
            found = datetime.strptime(text, one)  # noqa: DTZ007 - UTC is put in where it has none
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return None


def _date_and_time(raw: bytes) -> float | None:
    """year (2), month, day, hour, minute, second, tenths, and from UTC: sign, hours, minutes."""
    year, (month, day, hour, minute, second) = int.from_bytes(raw[:2]), raw[2:7]
    zone = UTC
    try:
        if len(raw) == 11:
            east = timedelta(hours=raw[9], minutes=raw[10])
            zone = timezone(-east if raw[8:9] == b"-" else east)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        return None


def _signed(names: list[str]) -> list[tuple[str, int, bool]]:
    return [(n.lstrip("-").rstrip("?"), -1 if n[0] == "-" else 1, n[-1] == "?") for n in names]


def _sum(terms: list[tuple[str, int, bool]], cells: Cells) -> float | None:
    total: float = 0
    for name, sign, optional in terms:
        value = numeric(cells.get(name))
        if value is None:
            if optional:
                continue
            return None
        total += sign * value
    return total


def _raw(value: Value) -> Callable[[Cells], float | None]:
    of, over = _signed(value.of), _signed(value.over)
    mapping = {str(key): number for key, number in value.map.items()}
    first = of[0][0]

    def mapped(cells: Cells) -> float | None:
        cell = cells.get(first)
        return None if cell is None else mapping.get(shown(cell), value.default)

    def dated(cells: Cells) -> float | None:
        return moment_of(cells.get(first), value.format)

    def ratio(cells: Cells) -> float | None:
        total = _sum(of, cells)
        for name in value.times:
            factor = numeric(cells.get(name))
            total = None if total is None or factor is None else total * factor
        if total is None or not over:
            return total
        whole = _sum(over, cells)
        return total / whole if whole else None

    if mapping or value.default is not None:
        return mapped
    return dated if value.form == "time" or value.format else ratio


def compile_value(value: Value) -> Number:
    """A value of a profile as a function of a row's cells; None where there is no reading."""
    raw = _raw(value)

    def make(cells: Cells, moment: Moment) -> float | None:
        number = raw(cells)
        if number is None or (value.valid and not value.valid[0] <= number <= value.valid[1]):
            return None
        scaled = _decimal(value, number, cells)
        return None if scaled is None else _formed(value, scaled, moment)

    return make


def _decimal(value: Value, number: float, cells: Cells) -> float | None:
    if value.decimal:
        power = _power(value.decimal, cells)
        if power is None or not -40 < power < 40:
            return None
        number *= 10.0**power
    return number if value.scale == 1 and not value.offset else number * value.scale + value.offset


def _power(decimal: Decimal, cells: Cells) -> float | None:
    """By ENTITY-SENSOR-MIB (RFC 3433): units(9) is 1, each step 10^3; precision is decimal places.

    None where one of them has not been read: a number without its point is none.
    """
    prefix = numeric(cells.get(decimal.prefix)) if decimal.prefix else 9
    places = numeric(cells.get(decimal.places)) if decimal.places else 0
    if prefix is None or places is None:
        return None
    return 3 * ((prefix or 9) - 9) - places


def _formed(value: Value, number: float, moment: Moment) -> float | None:
    if value.form in ("number", "time"):
        return number
    if value.form == "ahead":
        return round(moment.start + number)
    if value.form == "dbm":
        return 10 * math.log10(number) if number > 0 else None
    if value.form == "age":
        return moment.start - number if 0 < number <= moment.start else None
    if moment.ticks is None or not 0 < number <= moment.ticks:
        return None
    return round(moment.start - (moment.ticks - number) / 100)
