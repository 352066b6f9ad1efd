"""The peak of a circuit over its limit: TT 06/2026/TT-BKHCN, Đ5.6.

"Mức đỉnh lưu lượng (95th percentile) của mỗi hướng không vượt quá 90 % dung lượng kết nối 07 ngày
liên tiếp": read as the percentile of each day of the province, over the limit in the same direction
on seven consecutive days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

LIMIT = 0.9
"""Share of the capacity that a day's 95th percentile may reach, not exceed."""

DAYS = 7
"""Consecutive days over the limit that make a breach."""

COVERAGE = 0.8
"""Share of a day's slots that must be measured for the day to say anything."""


class Peak(NamedTuple):
    """One direction on one day: the percentile over the capacity (None without data), coverage."""

    ratio: float | None
    coverage: float

    @property
    def over(self) -> bool | None:
        """Whether the day was over the limit; None when too little was measured to say."""
        if self.ratio is None or self.coverage < COVERAGE:
            return None
        return self.ratio > LIMIT


class Peaks(NamedTuple):
    """A day of a circuit."""

    day: date
    transmit: Peak
    receive: Peak


@dataclass(frozen=True, slots=True)
class Breach:
    """A circuit over its limit, in one direction: since which day, on how many measured days, and
    the ratio of the last of them.
    """

    circuit: str
    direction: str
    since: date
    last: date
    days: int
    value: float
    limit: float = LIMIT

    @property
    def sign(self) -> tuple[tuple[str, str], ...]:
        """The arguments of the sign `above_threshold`: ratios as text, and days."""
        return (
            ("value", f"{self.value:.3f}"),
            ("limit", f"{self.limit:g}"),
            ("days", str(self.days)),
        )


def breach(circuit: str, days: Iterable[Peaks]) -> Breach | None:
    """The breach that stands after the last day; `days` oldest first, none twice.

    A day that is missing or too little measured proves nothing: it breaks a run that is not yet a
    breach, and does not end a breach. A measured day at or below the limit ends it. Where both
    directions are over, the older breach is told.
    """
    known = list(days)
    found = [
        one
        for name in ("transmit", "receive")
        if (one := _standing(circuit, name, [(d.day, getattr(d, name)) for d in known])) is not None
    ]
    return min(found, key=lambda one: one.since, default=None)


def _standing(circuit: str, direction: str, days: Sequence[tuple[date, Peak]]) -> Breach | None:
    run: list[tuple[date, float]] = []
    for day, peak in days:
        follows = bool(run) and day - run[-1][0] == timedelta(days=1)
        if len(run) < DAYS and not follows:
            run = []
        if peak.over and peak.ratio is not None:
            run.append((day, peak.ratio))
        elif peak.over is False or len(run) < DAYS:
            run = []
    if len(run) < DAYS:
        return None
    (since, _), (last, value) = run[0], run[-1]
    return Breach(circuit, direction, since, last, len(run), value)
