"""What a dashboard is made of, before it is JSON: pages of rows of panels.

A panel takes its unit from its first query, and its value names from the catalogue when that query
yields a state. Rows fill 24 columns exactly. Numbers of panels are theirs for ever: links to a
panel stay good.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dashboards.query import Expr
from dashboards.words import Shown, Text

Kind = Literal["stat", "series", "table", "timeline", "map", "bars"]
COLUMNS = 24
TARGETS: dict[str, tuple[str, ...]] = {
    "site": ("site",),
    "device": ("device",),
    "interface": ("device", "interface"),
    "circuit": ("circuit",),
    "service": ("service",),
}
"""The pages that things link to, by the labels that these need."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel: what it asks, and how a series is called (`{{label}}` in it)."""

    expr: Expr
    legend: Text


def asks(expr: Expr, vi: str, en: str | None = None) -> Query:
    """A query with its legend."""
    return Query(expr, Text(vi, vi if en is None else en))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: a label, or (with `value`) the value of a query. `states` names the
    metric whose states the values are. A label that names a thing links to its page. `hidden` is of
    the value of an info, which is always 1.
    """

    title: Text
    label: str = ""
    value: Expr | None = None
    states: str = ""
    width: int = 0
    link: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel. `id` is unique on its page, `width` of 24 columns. `states` names the state that
    values are; `counts` the state of which each query counts one value. `limits` are rules whose
    limits are drawn as dashed lines, with the labels that choose them. `link` is where a click
    leads. `bad_from`, `good_from`: where a number is coloured. `since` overrides the page's time:
    `now/M` is this month.
    """

    id: int
    kind: Kind
    title: Text
    about: Text
    queries: tuple[Query, ...] = ()
    width: int = 12
    height: int = 8
    columns: tuple[Column, ...] = ()
    states: str = ""
    counts: str = ""
    limits: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    link: str = ""
    bad_from: float | None = None
    good_from: float | None = None
    worst_first: str = ""
    stacked: bool = False
    most: float | None = None
    since: str = ""

    def asked(self) -> tuple[Query, ...]:
        """Every query that yields this panel's own values, tables' columns too."""
        if self.kind != "table":
            return self.queries
        return tuple(Query(one.value, one.title) for one in self.columns if one.value is not None)

    @property
    def unit(self) -> Shown:
        """The unit of the first query."""
        return self.asked()[0].expr.unit


@dataclass(frozen=True, slots=True)
class Row:
    """A part of a page, with a heading."""

    title: Text
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of a page. `query` lists values; of a `regex` with groups `text` and
    `value`, people read the first. `several`: more than one, and all;
    `listed`: all are those of the list, not everything that there is.
    """

    name: str
    label: Text
    query: str
    regex: str = ""
    several: bool = True
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """Marks on every chart while an expression has values above 0."""

    name: Text
    expr: Expr
    title: Text
    colour: str = "red"


@dataclass(frozen=True, slots=True)
class Page:
    """A dashboard; its uid is `hatang-` and its slug."""

    slug: str
    title: Text
    about: Text
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    shown: str = "now-6h"
    links: tuple[tuple[str, Text], ...] = ()

    @property
    def uid(self) -> str:
        """What Grafana knows it by."""
        return f"hatang-{self.slug}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands on the grid."""

    x: int
    y: int
    width: int
    height: int


def placed(rows: tuple[Row, ...]) -> Iterator[tuple[Row | Panel, Place]]:
    """Headings and panels with their places, line by line.

    Raises ValueError when a line does not fill the width, or its panels differ in height.
    """
    y = 0
    for row in rows:
        yield row, Place(0, y, COLUMNS, 1)
        y += 1
        x = height = 0
        for panel in row.panels:
            if x and panel.height != height:
                raise ValueError(f"panel {panel.id}: not as high as its neighbour")
            height = panel.height
            yield panel, Place(x, y, panel.width, height)
            x += panel.width
            if x > COLUMNS:
                raise ValueError(f"panel {panel.id}: its line is {x} columns wide")
            if x == COLUMNS:
                x, y = 0, y + height
        if x:
            raise ValueError(f"{row.title.en}: the last line is {x} columns wide")


def limits(*rules: str, **labels: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Rules whose limits a panel draws, all chosen by the same labels."""
    return tuple((rule, tuple(labels.items())) for rule in rules)


def told_by(info: Expr) -> Column:
    """Asks for an info whose labels are the columns; its own value is not shown."""
    return Column(Text("Hiệu lực", "Valid"), value=info, hidden=True)


def column(vi: str, en: str, of: str | Expr, states: str = "", width: int = 0) -> Column:
    """A column by a label's name or a query."""
    title = Text(vi, en)
    if isinstance(of, str):
        return Column(title, label=of, width=width, link=of if of in TARGETS else "")
    return Column(title, value=of, states=states, width=width)
