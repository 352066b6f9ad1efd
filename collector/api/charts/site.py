"""Charts of a site: its devices together, the worst of them by name."""

from collections.abc import Iterator

from alerts.wording import state_word
from collector.api.charts.chart import Chart, Drawn, Text, Thing, gauges
from collector.api.charts.metric import Pace, condensed, grouped, series
from collector.stores.promql import Grid
from collector.verdicts.events import State

_JUDGED = 60.0
"""Seconds between the rows of verdicts (`collector.collector`)."""

_STATES = {
    state: Text(state_word("device", state, "vi"), state_word("device", state, "en"))
    for state in (State.DOWN, State.UNREACHABLE, State.DEGRADED, State.UNKNOWN, State.UP)
}
"""The worst first, as they are stacked."""


def site(thing: Thing, grid: Grid) -> Iterator[Chart]:
    """Everything that may be drawn of a place."""
    here = {"site": thing.name}
    devices = [one for one in thing.inventory.devices.values() if one.site == thing.name]
    polled = Pace(grid, max((one.interval for one in devices), default=60.0))
    yield _states(Pace(grid, _JUDGED), here)
    yield Chart(
        "ping-rtt",
        Text("Độ trễ ping tới thiết bị", "Ping round trip to devices"),
        "seconds",
        (gauges("icmp_rtt_max_seconds", "device", polled, here),),
        high=0.002,
    )
    yield Chart(
        "ping-loss",
        Text("Mất gói ping tới thiết bị", "Ping loss to devices"),
        "ratio",
        (gauges("icmp_loss_ratio", "device", polled, here),),
        high=0.02,
    )
    yield Chart(
        "temperature",
        Text("Nhiệt độ cao nhất của từng thiết bị", "Hottest sensor of each device"),
        "celsius",
        (gauges("sensor_temperature_celsius", "device", polled.slower(), here),),
        low=None,
    )
    yield Chart(
        "ups-charge",
        Text("Mức nạp ắc quy UPS", "UPS battery charge"),
        "ratio",
        (gauges("ups_battery_charge_ratio", "device", polled, here, "lowest"),),
        high=1.0,
        worst="lowest",
    )


def _states(pace: Pace, here: dict[str, str]) -> Chart:
    """How many devices were in each state at the end of a step."""
    each = grouped("max", condensed("last", series("device_state", **here), pace), ["device"])
    drawn = tuple(
        Drawn(
            f"count({each} == {state.value})", "last", pace.window, name, state=state.name.lower()
        )
        for state, name in _STATES.items()
    )
    title = Text("Thiết bị theo trạng thái", "Devices by state")
    return Chart("states", title, "count", drawn, stacked=True)
