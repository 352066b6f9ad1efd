"""Time as contract numbers see it: windows, slots of five minutes, the province's days, spans.

Every zone of today is a whole number of quarter hours off UTC, so the slots of any province begin
at multiples of 300 Unix seconds, and its midnights are borders of slots. Days are 24 hours long,
23 or 25 where clocks change.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SLOT = 300
"""Seconds of a slot: TT 06/2026 Đ5.6 samples every five minutes."""

Span = tuple[float, float]
"""Unix seconds: from the first up to, not with, the second."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is measured: Unix seconds from `start` up to `end`, days as in `zone`.

    Raises ValueError when it holds no time at all.
    """

    start: float
    end: float
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError("a window ends after it starts")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start

    @property
    def slots(self) -> range:
        """The slots that lie wholly inside, as numbers since 1970."""
        return range(math.ceil(self.start / SLOT), math.floor(self.end / SLOT))

    def days(self) -> Iterator[date]:
        """The province's days that lie wholly inside."""
        day = datetime.fromtimestamp(self.start, self.zone).date()
        if midnight(day, self.zone) < self.start:
            day += timedelta(days=1)
        while midnight(day + timedelta(days=1), self.zone) <= self.end:
            yield day
            day += timedelta(days=1)


def midnight(day: date, zone: ZoneInfo) -> float:
    """When a day begins, in Unix seconds; where clocks skip midnight, the instant they do."""
    return datetime.combine(day, time(), zone).timestamp()


def whole(day: date, zone: ZoneInfo, days: int = 1) -> Window:
    """The window of so many days that end with `day`."""
    first = day - timedelta(days=days - 1)
    return Window(midnight(first, zone), midnight(day + timedelta(days=1), zone), zone)


def day_of(at: float, zone: ZoneInfo) -> date:
    """The province's day at an instant."""
    return datetime.fromtimestamp(at, zone).date()


def union(spans: Iterable[Span], window: Window) -> list[Span]:
    """Spans within a window, in order, those that overlap or touch made one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        first, last = max(begin, window.start), min(end, window.end)
        if first >= last:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def edges(spans: Sequence[Span]) -> Iterator[tuple[float, bool]]:
    """When spans that do not overlap begin (True) and end (False)."""
    for begin, end in spans:
        yield begin, True
        yield end, False
