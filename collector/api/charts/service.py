"""Charts of a service: its checks."""

from collections.abc import Iterator

from collector.api.charts.chart import Chart, Thing
from collector.api.charts.checks import checks
from collector.api.charts.metric import Pace
from collector.stores.promql import Grid
from inventory.model import Service


def service(thing: Thing, one: Service, grid: Grid) -> Iterator[Chart]:
    """Everything that may be drawn of a service."""
    every = max((use.interval for use in one.checks), default=60.0)
    return checks(thing, Pace(grid, every), {"service": one.name})
