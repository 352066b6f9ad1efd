"""Queries of charts as functions over the catalogue: what they name exists, with labels that it may
carry, and a label's value stays a value whatever stands in it.

A line's query gives a value for each step: the highest, lowest, mean or last of the readings within
it, so that a coarse step loses no peak. A step finer than the readings shows each of them, held
until the next is due: then there is a gap.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from collector.api.charts.span import PEAK
from collector.stores.promql import Grid, quoted
from inventory.model import Use
from probes.catalogue import METRICS

MEDIUM = 300.0
"""Seconds between readings of columns that are not read each time (`probes.snmp.session`)."""

_LATE = 2.2
"""Readings that may be missing or late before there is a gap: one, and some."""

_FUNCTIONS = {
    "mean": "avg_over_time",
    "highest": "max_over_time",
    "lowest": "min_over_time",
    "last": "last_over_time",
}


class UnknownError(ValueError):
    """A query names a metric or a label that the catalogue does not know."""


def rhythm(uses: Iterable[Use], *probes: str, otherwise: float = 60.0) -> float:
    """Seconds between readings: of these probes, or of all that measure. The longest, for it is not
    known which of them read what; saving configurations is no reading.
    """
    measuring = [use for use in uses if use.probe != "cli"]
    chosen = [use.interval for use in measuring if use.probe in probes]
    return max(chosen or [use.interval for use in measuring], default=otherwise)


@dataclass(frozen=True, slots=True)
class Pace:
    """The grid of a chart and the rhythm of what it shows: `every` is seconds between readings."""

    grid: Grid
    every: float

    @property
    def hold(self) -> float:
        """How long a reading stands."""
        return _LATE * self.every

    @property
    def window(self) -> float:
        """What a point is made from."""
        return max(self.grid.step, self.hold)

    @property
    def counted(self) -> float:
        """What a rate is made from: two readings, also when one of them is late."""
        return max(self.grid.step, (_LATE + 1) * self.every)

    @property
    def coarse(self) -> bool:
        """Whether a step has several readings."""
        return self.grid.step > self.every

    def slower(self) -> "Pace":
        """The same for what is read every five minutes only."""
        return Pace(self.grid, max(self.every, MEDIUM))


def series(name: str, **labels: str) -> str:
    """The series of a metric with these labels. Raises UnknownError."""
    return _selected(name, [f"{label}={quoted(value)}" for label, value in labels.items()], labels)


def among(name: str, **labels: Iterable[str]) -> str:
    """The series of a metric whose labels have one of these values each. Raises UnknownError."""
    matchers = [
        f"{label}=~{quoted('|'.join(sorted(map(re.escape, set(values)))))}"
        for label, values in labels.items()
    ]
    return _selected(name, matchers, labels)


def _selected(name: str, matchers: Iterable[str], labels: Iterable[str]) -> str:
    """A selector, of what the catalogue knows. Raises UnknownError."""
    if name not in METRICS:
        raise UnknownError(f"{name} is not in the catalogue")
    metric = METRICS[name]
    known = {label for identity in metric.identities for label in identity}
    if unknown := set(labels) - known - {*metric.optional, *metric.text}:
        raise UnknownError(f"{name} may not carry {', '.join(sorted(unknown))}")
    return f"{name}{{{','.join(matchers)}}}"


def grouped(function: str, text: str, by: Iterable[str] = ()) -> str:
    """An aggregate by labels, or over everything: a thing that moved to another site is one."""
    names = ", ".join(by)
    return f"{function} by ({names}) ({text})" if names else f"{function}({text})"


def condensed(how: str, one: str, pace: Pace) -> str:
    """A gauge's value in each step."""
    function = _FUNCTIONS[how] if pace.coarse else "last_over_time"
    return f"{function}({one}[{pace.window:.0f}s])"


def rate(one: str, pace: Pace) -> str:
    """A counter a second, as the mean of each step."""
    return f"rate({one}[{pace.counted:.0f}s])"


def peak(text: str, pace: Pace, every: float = PEAK) -> str:
    """The highest of a query's values within each step, looked at every so many seconds."""
    return f"max_over_time(({text})[{pace.grid.step:.0f}s:{every:.0f}s])"


def bits(name: str, pace: Pace, **labels: str) -> str:
    """A port's traffic in bits a second, as the mean of each step."""
    return grouped("max", f"8 * {rate(series(name, **labels), pace)}")


def busiest(name: str, pace: Pace, **labels: str) -> str:
    """The same, as the highest five minutes of each step; of use where steps are coarser."""
    fine = Pace(Grid(0.0, PEAK), pace.every)
    return grouped("max", peak(f"8 * {rate(series(name, **labels), fine)}", pace))
