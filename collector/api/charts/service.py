"""Charts of a service: its checks."""

from collections.abc import Iterator

from collector.api.charts.chart import Chart, Thing
from collector.api.charts.checks import checks
from collector.stores.promql import Grid
from inventory.model import Service


def service(thing: Thing, one: Service, grid: Grid) -> Iterator[Chart]:
    """Everything that may be drawn of a service."""
    return checks(thing, one.checks, grid, {"service": one.name})
