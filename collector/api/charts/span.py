"""The spans of time that charts are drawn over, and how finely."""

from collections.abc import Mapping

from collector.stores.promql import Grid

HOUR, DAY = 3_600.0, 86_400.0
SPANS: Mapping[str, tuple[float, float]] = {
    "1h": (HOUR, 30.0),
    "6h": (6 * HOUR, 120.0),
    "24h": (DAY, 300.0),
    "7d": (7 * DAY, 3_600.0),
    "30d": (30 * DAY, 10_800.0),
}
"""Name to length and step, in seconds: 120 to 288 points."""

PEAK = 300.0
"""The stretch over which traffic is a mean: as contracts count it. Coarser steps show the highest
of them too.
"""


def grid(span: str, now: float) -> Grid:
    """The points of a span. Each stands for the step before it; the last may lie a little ahead of
    now, and stands for what there is so far. All who ask within a step ask for the same points.
    """
    length, step = SPANS[span]
    end = -(-now // step) * step
    return Grid(end - length, step, round(length / step) + 1)
