"""Points in time as Unix seconds: DateAndTime, texts by a pattern, NTP's time stamps."""

from datetime import UTC, date, datetime

from probes.snmp.column import Address, Identifier, Value
from probes.snmp.module.text import shown

_EPOCH = date(1970, 1, 1).toordinal()
_NTP = 2_208_988_800
"""Seconds from 1900, where NTP begins (RFC 5905 section 6), to 1970."""


def date_and_time(value: Value) -> int | None:
    """A DateAndTime (RFC 2579) in whole seconds; without a zone in UTC; None for what is none.

    Fields beyond their range go over into the next, as snmp_exporter does: a date of zeros, which
    agents send for never, is the last of November of the year before.
    """
    if not isinstance(value, bytes) or len(value) not in (8, 11) or _other(value):
        return None
    year, (month, day, hour, minute, second) = int.from_bytes(value[:2]), value[2:7]
    east = 0
    if len(value) == 11:
        sign, hours, minutes = value[8:9], value[9], value[10]
        if sign not in (b"+", b"-") or hours > 24 or minutes > 60:
            return None
        east = (hours * 3600 + minutes * 60) * (1 if sign == b"+" else -1)
    years, months = divmod(month - 1, 12)
    days = _first_of(year + years, months + 1) + day - 1
    return days * 86400 + hour * 3600 + minute * 60 + second - east


def _first_of(year: int, month: int) -> int:
    """Days from 1970 to the first of a month; 400 years always have 146,097 days."""
    turns = (2000 - year) // 400 + 1 if year < 1 else -((year - 1) // 400 - 4)
    return date(year + 400 * turns, month, 1).toordinal() - _EPOCH - 146_097 * turns


def by_pattern(value: Value, pattern: str) -> int | None:
    """A text read by a pattern of strptime, in UTC where it names no zone."""
    try:
        found = datetime.strptime(shown(value, "DisplayString"), pattern)  # noqa: DTZ007 - UTC below
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def ntp(value: Value) -> int | None:
    """An NTP time stamp in whole seconds."""
    if not isinstance(value, bytes) or len(value) < 8 or _other(value):
        return None
    return int.from_bytes(value[:4]) - _NTP


def _other(value: bytes) -> bool:
    return isinstance(value, (Identifier, Address))
