"""What a chart is before it is asked for: its questions, its unit, its limits, its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from alerts.thresholds import thresholds
from collector.api.charts.metric import Pace, condensed, grouped, series
from collector.thresholds import limits_of
from inventory.model import Inventory

LINES = 8
"""Lines of a chart: more cannot be told apart."""


class Text(NamedTuple):
    """What people read, in Vietnamese and English."""

    vi: str
    en: str

    def said(self, language: str) -> str:
        """The text in that language."""
        return self.en if language == "en" else self.vi


def same(word: str) -> Text:
    """What both languages write alike."""
    return Text(word, word)


NAMELESS = same("")
MEAN, HIGHEST, LOWEST = (
    Text("Trung bình", "Mean"),
    Text("Cao nhất", "Highest"),
    Text("Thấp nhất", "Lowest"),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question: lines that are named by their values of the labels `by`, or one by `name`.

    `how` the readings of a step become one value; `window` seconds are what a point is made from.
    `known` are words for values of a label, in the order of the lines. `state` is the name of a
    state whose colour the line has.
    """

    query: str
    how: str
    window: float
    name: Text = NAMELESS
    by: tuple[str, ...] = ()
    known: tuple[tuple[str, Text], ...] = ()
    state: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across a chart: a limit (warning, critical), or a capacity."""

    value: float
    kind: str
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. The axis reaches at least from `low` to `high`. `worst` are the lines that are
    kept where there are too many: those with the highest values, or the lowest. `ceiling` is a
    question for what the lines cannot be above: a port's speed.
    """

    key: str
    title: Text
    unit: str
    drawn: tuple[Drawn, ...]
    low: float | None = 0.0
    high: float | None = None
    worst: str = "highest"
    marks: tuple[Mark, ...] = ()
    stacked: bool = False
    ceiling: str = ""


class Thing(NamedTuple):
    """Whose charts they are."""

    inventory: Inventory
    kind: str
    name: str

    def marks(self, *rules: str, times: float = 1.0) -> tuple[Mark, ...]:
        """The limits of rules, as they are in force; `times` puts them in the chart's unit."""
        return tuple(
            Mark(one.value * times, one.severity, one.instance)
            for one in limits_of(self.kind, self.name, self.inventory, thresholds())
            if one.rule in rules
        )


def gauge(
    metric: str, pace: Pace, labels: Mapping[str, str], name: Text, how: str = "highest"
) -> Drawn:
    """One line of a gauge that has no instances."""
    query = grouped(_OVER[how], condensed(how, series(metric, **labels), pace))
    return Drawn(query, how if pace.coarse else "last", pace.window, name)


def gauges(
    metric: str, by: str, pace: Pace, labels: Mapping[str, str], how: str = "highest"
) -> Drawn:
    """A line for each instance of a gauge."""
    query = grouped(_OVER[how], condensed(how, series(metric, **labels), pace), [by])
    return Drawn(query, how if pace.coarse else "last", pace.window, by=(by,))


def levels(metric: str, pace: Pace, labels: Mapping[str, str]) -> tuple[Drawn, ...]:
    """Mean and highest of a gauge; where each reading is shown they are the same, and one."""
    highest = gauge(metric, pace, labels, HIGHEST if pace.coarse else MEAN)
    return (gauge(metric, pace, labels, MEAN, "mean"), highest) if pace.coarse else (highest,)


_OVER = {"highest": "max", "lowest": "min", "mean": "avg", "last": "max"}
