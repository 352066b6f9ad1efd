"""From what a command line said to rows: pure functions, nothing raised for what a device says."""

import calendar
import re
import time
from collections.abc import Iterator, Mapping, Sequence

from probes.cli.language import Changed, Fact, Rows, Value
from probes.reading import Head, Row, row

MOST_ROWS = 1000
"""Rows that one command may make."""

LONGEST_SPAN = 100 * 366 * 86400.0

_SPAN = re.compile(r"(\d{1,9})\s*(year|week|day|hour|minute|second)", re.IGNORECASE)
_SECONDS = {
    "year": 365 * 86400,
    "week": 604800,
    "day": 86400,
    "hour": 3600,
    "minute": 60,
    "second": 1,
}
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "ICT": 7, "VN": 7, "+07": 7}
"""Hours east of Greenwich of the words that Vietnamese devices carry."""

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")

Labels = Sequence[tuple[str, str]]
Match = Mapping[str, str]


class UnreadableError(Exception):
    """An answer in which nothing of what is known is found."""


def rows_of(fact: Fact, text: str, identity: Labels, now: float) -> list[Row]:
    """The rows that an answer makes at `now` (Unix seconds). Raises UnreadableError on an answer
    that says something, but nothing that the parser can read.
    """
    matches = list(_matches(fact, text))
    if not matches and text.strip() and not (fact.nothing and re.search(fact.nothing, text)):
        raise UnreadableError
    found: dict[Head, Row] = {}
    for match in matches[:MOST_ROWS]:
        for rows in fact.rows:
            one = _row(rows, match, identity, now)
            if one is not None:
                before = found.get(one.head)
                found[one.head] = _joined(before, one) if before else one
    return list(found.values())


def _matches(fact: Fact, text: str) -> Iterator[Match]:
    if fact.pattern is not None:
        for found in re.finditer(fact.pattern, text, re.MULTILINE):
            yield {name: (value or "").strip() for name, value in found.groupdict().items()}
        return
    from ntc_templates.parse import ParsingException, parse_output

    try:
        table = parse_output(platform=fact.template, command=fact.command, data=text)
    except ParsingException:
        raise UnreadableError from None
    for one in table:
        yield {name: value for name, value in one.items() if isinstance(value, str)}


def _row(rows: Rows, match: Match, identity: Labels, now: float) -> Row | None:
    if not all(re.search(wanted, match.get(name, "")) for name, wanted in rows.where.items()):
        return None
    instance = [(name, _filled(text, match)) for name, text in rows.label.items()]
    if not all(value for _, value in instance):
        return None
    more = [(name, _filled(text, match)) for name, text in rows.labels.items()]
    values = {name: number(one, match, now) for name, one in rows.fields.items()}
    return row(Head(rows.subject, (*identity, *instance, *more)), values)


def _joined(first: Row, second: Row) -> Row:
    """Two rows of one instance: what the first says stands."""
    said = {one.partition(b"=")[0] for one in first.fields.split(b",")}
    more = [one for one in second.fields.split(b",") if one.partition(b"=")[0] not in said]
    return Row(first.head, b",".join((first.fields, *more)))


def _filled(text: str, match: Match) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: match.get(found[1], ""), text).strip()


def number(value: Value, match: Match, now: float) -> float | None:
    """The number of a field, or None where nothing is said of it."""
    text = next((match[name] for name in value.of if match.get(name)), "")
    if not text:
        return None
    if value.map or value.default is not None:
        return value.map.get(text.lower(), value.default)
    if value.form == "left":
        span = sum(int(count) * _SECONDS[unit.lower()] for count, unit in _SPAN.findall(text))
        return now + span if 0 < span < LONGEST_SPAN else None
    if value.form == "number":
        return _plain(text, value.scale)
    at = instant(text, value.formats)
    if at is None or value.form == "instant":
        return at
    return max(now - at, 0.0)


def _plain(text: str, scale: float) -> float | None:
    try:
        return float(text.replace(",", "")) * scale
    except (ValueError, OverflowError):
        return None


def instant(text: str, formats: Sequence[str], zone: str = "") -> float | None:
    """Unix seconds of a time as a device writes it; None where it is none, or in an unknown zone.

    Without a zone it is taken as UTC, which an end of a licence does not mind.
    """
    words = re.sub(r"\s+", " ", text).strip()
    offset = _offset(zone) if zone else 0
    if offset is None:
        return None
    for one in formats:
        try:
            return float(calendar.timegm(time.strptime(words, one)) - offset)
        except (ValueError, OverflowError):
            continue
    return None


def _offset(zone: str) -> int | None:
    """Seconds east of Greenwich."""
    found = _OFFSET.fullmatch(zone)
    if found:
        return int(f"{found[1]}1") * (int(found[2]) * 3600 + int(found[3]) * 60)
    hours = _ZONES.get(zone.upper())
    return None if hours is None else hours * 3600


def changed_at(told: Changed | None, text: str) -> float | None:
    """When a configuration says that it was changed last."""
    found = re.search(told.pattern, text, re.MULTILINE) if told else None
    if told is None or found is None:
        return None
    groups = found.groupdict()
    when = f"{groups.get('when') or ''} {groups.get('day') or ''}"
    return instant(when, told.formats, (groups.get("zone") or "UTC").strip())
