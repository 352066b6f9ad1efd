"""The words of the inventory's values: durations, bandwidths, ratios, addresses, times, references.

Each type reads what a person writes (`30s`, `200M`, `85%`) and carries its own JSON Schema. What is
wrong is told by `wrong()`, whose message never holds the value where that may be a secret.
"""

import ipaddress
import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from inventory.problem import quoted
from inventory.secret import SecretRef

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)")
_DURATION_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BANDWIDTH = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([kMGT])")
_BANDWIDTH_UNITS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s?%")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
SHORTEST_INTERVAL, SHORTEST_PING = 1.0, 0.1
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


def wrong(message: str, suggestion: str = "") -> PydanticCustomError:
    """An error to raise in a validator: what is wrong, and what was probably meant."""
    return PydanticCustomError(
        "inventory", "{message}", {"message": message, "suggestion": suggestion}
    )


def described(value: object) -> str:
    """What kind of value stands there, for `must be text, not ...`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def _match(pattern: re.Pattern[str], value: object) -> re.Match[str] | None:
    return pattern.fullmatch(value) if isinstance(value, str) else None


def duration(value: object) -> float:
    """Seconds of `30s`, `5m`, `1h`, `2d`, `200ms`; more than nothing."""
    found = _match(_DURATION, value)
    seconds = float(found[1]) * _DURATION_UNITS[found[2]] if found else 0.0
    if seconds <= 0:
        example = f"{value}s" if isinstance(value, int) and value > 0 else "30s, 5m, 1h or 200ms"
        raise wrong(f"bad duration {quoted(value)}", f"write it like {example}")
    return seconds


def rhythm(value: object) -> float:
    """Seconds between two runs of a probe, at least 1."""
    seconds = duration(value)
    if seconds < SHORTEST_INTERVAL:
        raise wrong(f"interval {quoted(value)} is too short", "1s or more")
    return seconds


def bandwidth(value: object) -> float:
    """Bits per second of `200M`, `10G`, `512k`."""
    found = _match(_BANDWIDTH, value)
    if found is None or not float(found[1]):
        raise wrong(f"bad bandwidth {quoted(value)}", "bits per second like 512k, 200M or 10G")
    return float(found[1]) * _BANDWIDTH_UNITS[found[2]]


def ratio(value: object) -> float:
    """0..1 of `85%`, `99.95%`."""
    found = _match(_PERCENT, value)
    if not found or float(found[1]) > 100:
        raise wrong(f"bad percentage {quoted(value)}", "write it like 85%")
    return float(f"{float(found[1]) / 100:.10g}")


def limit(value: object) -> float:
    """A threshold's limit: a number, a percentage (ratio), a duration (s), a bandwidth (bit/s)."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if value.endswith("%"):
            return ratio(value)
        if _BANDWIDTH.fullmatch(value):
            return bandwidth(value)
        if _DURATION.fullmatch(value):
            return duration(value)
    raise wrong(f"bad limit {quoted(value)}", "a number, or like 85%, 50ms or 200M")


def ping(value: object) -> float | None:
    """Seconds between two echoes, at least 0.1; None for `off`."""
    seconds = None if value is False else duration(value)
    if seconds is not None and seconds < SHORTEST_PING:
        raise wrong(f"ping {quoted(value)} is too short", "100ms or more, or off")
    return seconds


def hours(value: object) -> str | None:
    """A calendar's name; None for `off`: always."""
    return None if value is None or value is False else name(value)


def address(value: object) -> str:
    """An IP literal in its shortest form."""
    try:
        if isinstance(value, str):
            return str(ipaddress.ip_address(value))
    except ValueError:
        pass
    raise wrong(f"{quoted(value)} is no IP address", "a literal like 10.17.0.1 or fd00::1, no name")


def addresses(value: object) -> tuple[str, ...]:
    """One IP literal, or a list: the first is asked."""
    found = tuple(address(one) for one in (value if isinstance(value, list) else [value]))
    if not found or len(set(found)) < len(found):
        raise wrong("an address stands twice in the list" if found else "no address in the list")
    return found


def text(value: object) -> str:
    """Text that is not empty."""
    if not isinstance(value, str):
        suggestion = f'in quotes: "{value}"' if isinstance(value, (int, float)) else ""
        raise wrong(f"must be text, not {described(value)}", suggestion)
    if not value.strip():
        raise wrong("is empty")
    return value


def name(value: object) -> str:
    """A name that others refer to: letters, digits, `.`, `_`, `-`."""
    word = text(value)
    if not NAME.fullmatch(word):
        raise wrong(
            f"bad name {quoted(word)}", "letters, digits, dot, dash, underscore; 80 at most"
        )
    return word


def names(value: object) -> tuple[str, ...]:
    """A list of names; a single one may stand alone."""
    return tuple(name(one) for one in (value if isinstance(value, list) else [value]))


def texts(value: object) -> tuple[str, ...]:
    """A list of texts; a single one may stand alone."""
    return tuple(text(one) for one in (value if isinstance(value, list) else [value]))


def _folder(info: ValidationInfo) -> Path:
    """The folder of the file that is read: paths in it are relative to it."""
    return info.context["folder"] if info.context else Path()


def secret(value: object, info: ValidationInfo) -> SecretRef:
    """A reference; the value is not repeated when it is none, for it may be the secret."""
    try:
        if isinstance(value, str):
            return SecretRef.parse(value, _folder(info))
    except ValueError:
        pass
    raise wrong("secret in plain", "write env:NAME or file:path, and change the secret")


def way(value: object, info: ValidationInfo) -> str | SecretRef:
    """How somebody is reached: a reference, or text."""
    return secret(value, info) if str(value).startswith(("env:", "file:")) else text(value)


def local_file(value: object, info: ValidationInfo) -> str:
    """The path in `file:path`."""
    if isinstance(value, str) and value.startswith("file:"):
        return SecretRef.parse(value, _folder(info)).place
    raise wrong(f"{quoted(value)} is no file reference", "write file:path")


def day(value: object) -> date:
    """A date like 2028-06-30."""
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise wrong(f"bad date {quoted(value)}", "write it like 2028-06-30") from None


def moment(value: object) -> datetime:
    """A time like 2026-11-22T22:00, with or without an offset."""
    try:
        return datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise wrong(f"bad time {quoted(value)}", "write it like 2026-11-22T22:00") from None


def span(value: object) -> tuple[int, int]:
    """Minutes of the day of `07:30-11:30`."""
    found = _match(_SPAN, value)
    start, end = _minutes(found) if found else (0, 0)
    if not start < end <= 1440:
        raise wrong(f"bad hours {quoted(value)}", "write them like 07:30-11:30")
    return start, end


def _minutes(found: re.Match[str]) -> tuple[int, int]:
    hour, minute, until_hour, until_minute = map(int, found.groups())
    return hour * 60 + minute, until_hour * 60 + until_minute


def clock(value: object) -> int:
    """The minute of the day of `01:00`."""
    found = _match(_CLOCK, value)
    if not found:
        raise wrong(f"bad time of day {quoted(value)}", "write it like 01:00")
    return int(found[1]) * 60 + int(found[2])


def weekdays(value: object) -> frozenset[int]:
    """Weekdays (Monday 0) of `mon-fri`, `sun`, or a list."""
    found: set[int] = set()
    for part in value if isinstance(value, list) else [value]:
        first, _, last = str(part).partition("-")
        last = last or first
        if first not in WEEKDAYS or last not in WEEKDAYS:
            raise wrong(f"bad weekday {quoted(part)}", "mon to sun, or like mon-fri")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
        found.update(range(start, end + 1) if start <= end else {*range(start, 7), *range(end + 1)})
    return frozenset(found)


def _schema(pattern: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, **more})


def _one_or_list(one: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one}]})


_NAME = {"type": "string", "pattern": f"^{NAME.pattern}$"}
_TEXT = {"type": "string", "minLength": 1}
_REFERENCE = {"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"}
_SECONDS = {"type": "string", "pattern": r"^\d+(\.\d+)?(ms|s|m|h|d)$", "examples": ["30s", "5m"]}
_DAYS = {
    "type": "string",
    "pattern": "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$",
}

Duration = Annotated[float, BeforeValidator(duration), WithJsonSchema(_SECONDS)]
Ping = Annotated[
    float | None,
    BeforeValidator(ping),
    WithJsonSchema({"anyOf": [_SECONDS, {"const": False}]}),
]
Interval = Annotated[float, BeforeValidator(rhythm), WithJsonSchema(_SECONDS)]
Hours = Annotated[
    str | None,
    BeforeValidator(hours),
    WithJsonSchema({"anyOf": [_NAME, {"const": False}, {"type": "null"}]}),
]
Bandwidth = Annotated[float, BeforeValidator(bandwidth), _schema(r"^\d+(\.\d+)?[kMGT]$")]
Ratio = Annotated[float, BeforeValidator(ratio), _schema(r"^\d+(\.\d+)?\s?%$")]
Limit = Annotated[float, BeforeValidator(limit), WithJsonSchema({"type": ["number", "string"]})]
Address = Annotated[str, BeforeValidator(address), WithJsonSchema(_TEXT)]
Addresses = Annotated[tuple[str, ...], BeforeValidator(addresses), _one_or_list(_TEXT)]
Text = Annotated[str, BeforeValidator(text), WithJsonSchema(_TEXT)]
Texts = Annotated[tuple[str, ...], BeforeValidator(texts), _one_or_list(_TEXT)]
Name = Annotated[str, BeforeValidator(name), WithJsonSchema(_NAME)]
Names = Annotated[tuple[str, ...], BeforeValidator(names), _one_or_list(_NAME)]
Reference = Annotated[SecretRef, BeforeValidator(secret), WithJsonSchema(_REFERENCE)]
Way = Annotated[str | SecretRef, BeforeValidator(way), WithJsonSchema(_TEXT)]
LocalFile = Annotated[str, BeforeValidator(local_file), _schema("^file:.+$")]
Day = Annotated[date, BeforeValidator(day), _schema(r"^\d{4}-\d{2}-\d{2}$")]
Moment = Annotated[datetime, BeforeValidator(moment), _schema(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")]
Span = Annotated[tuple[int, int], BeforeValidator(span), _schema(r"^\d{2}:\d{2}-\d{2}:\d{2}$")]
Clock = Annotated[int, BeforeValidator(clock), _schema(r"^\d{2}:\d{2}$")]
Weekdays = Annotated[frozenset[int], BeforeValidator(weekdays), _one_or_list(_DAYS)]
