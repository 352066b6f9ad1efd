"""Time as the simulated province lives it: office hours, steady drifts, and counters that never run
back.

Every value is a function of a device's seed and the time, so nothing ticks and nothing is kept. A
counter is the integral of the week's activity, read at a warped time that always moves forward: it
waves like traffic does and stays monotonic by construction.
"""

import math
from bisect import bisect_right
from itertools import pairwise

ZONE = 7 * 3600.0
DAY, WEEK = 86400.0, 7 * 86400.0
_TO_MONDAY = 3 * DAY  # 1970-01-01 was a Thursday
_SLOW, _QUICK = 0.40, 0.35  # depth of the two waves; below 1 together, so time never runs back

_WORKDAY = (
    (0.0, 0.05), (6.5, 0.15), (7.5, 0.80), (8.0, 1.00), (10.0, 0.80), (11.5, 0.18),
    (13.5, 0.80), (14.0, 0.95), (16.0, 0.70), (17.0, 0.20), (20.0, 0.10), (22.0, 0.05),
)  # fmt: skip
_WEEKEND = ((0.0, 0.04), (8.0, 0.12), (17.0, 0.06))


class Week:
    """A weekly pattern of activity (1 is an office-hour peak) and its integral."""

    def __init__(self) -> None:
        points: list[tuple[float, float]] = []
        for day in range(7):
            lift = 1.3 if day == 0 else 1.0
            pattern = _WORKDAY if day < 5 else _WEEKEND
            points += [(day * DAY + hour * 3600, level * lift) for hour, level in pattern]
        self.starts = [start for start, _ in points]
        self.levels = [level for _, level in points]
        self.sums = [0.0]
        ends = [*self.starts, WEEK]
        for (start, end), level in zip(pairwise(ends), self.levels, strict=True):
            self.sums.append(self.sums[-1] + (end - start) * level)

    def _place(self, moment: float) -> tuple[float, float, int]:
        weeks, rest = divmod(moment + ZONE + _TO_MONDAY, WEEK)
        return weeks, rest, bisect_right(self.starts, rest) - 1

    def level(self, moment: float) -> float:
        """Activity at a moment (Unix seconds), 0.04 to 1.3."""
        return self.levels[self._place(moment)[2]]

    def integral(self, moment: float) -> float:
        """Activity summed from the Monday before 1970, in seconds of peak."""
        weeks, rest, place = self._place(moment)
        return (
            weeks * self.sums[-1]
            + self.sums[place]
            + (rest - self.starts[place]) * self.levels[place]
        )


WEEK_OF_OFFICE = Week()


def warp(moment: float, phase: float) -> float:
    """Time with waves of some fifty minutes and some five, shifted by phase (0..1); never runs
    back.
    """
    turn = math.tau * phase
    slow, quick = 2900 + 400 * phase, 290 + 60 * phase
    return (
        moment
        + _SLOW * slow / math.tau * math.sin(math.tau * moment / slow + turn)
        + _QUICK * quick / math.tau * math.sin(math.tau * moment / quick + 3 * turn)
    )


def worked(since: float, moment: float, phase: float) -> float:
    """Seconds of peak activity from `since` to `moment`: what a traffic counter counts, times its
    rate.
    """
    integral = WEEK_OF_OFFICE.integral
    return integral(warp(moment, phase)) - integral(warp(since, phase))


def activity(moment: float, phase: float) -> float:
    """Activity right now with the same waves, about 0 to 2."""
    turn = math.tau * phase
    slow, quick = 2900 + 400 * phase, 290 + 60 * phase
    wave = (
        1
        + _SLOW * math.cos(math.tau * moment / slow + turn)
        + _QUICK * math.cos(math.tau * moment / quick + 3 * turn)
    )
    return WEEK_OF_OFFICE.level(warp(moment, phase)) * wave


def swing(moment: float, period: float, phase: float) -> float:
    """A smooth wave between 0 and 1."""
    return 0.5 + 0.5 * math.sin(math.tau * (moment / period + phase))


def sawtooth(moment: float, period: float, phase: float) -> float:
    """Grows from 0 to 1 over a period, then starts again: a disk that fills and is cleaned."""
    return (moment / period + phase) % 1.0
