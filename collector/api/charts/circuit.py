"""Charts of a circuit: what it carries in both directions, as seen from A, and how well."""

from collections.abc import Iterator

from collector.api.charts.chart import Chart, Drawn, Mark, Text, Thing, levels
from collector.api.charts.device import LITTLE_LOSS, LITTLE_RTT, peaked, pings
from collector.api.charts.metric import Pace, bits, busiest, rhythm
from collector.api.charts.span import PEAK
from collector.stores.promql import Grid
from inventory.model import Circuit, End

SEND, BACK = Text("Chiều đi", "A to Z"), Text("Chiều về", "Z to A")
_COUNTED = ("interface_transmit_bytes_total", "interface_receive_bytes_total")
_PROBED = 60.0
"""Seconds between the figures of a circuit's own pings (`collector.plan`)."""


def circuit(thing: Thing, one: Circuit, grid: Grid) -> Iterator[Chart]:
    """Traffic, and its own pings; where the circuit has none, those to its Z end."""
    yield _traffic(thing, one, grid)
    far = thing.inventory.devices[one.z.device]
    if one.probe is None:
        yield from pings(Pace(grid, far.interval), far.name, far.title)
        return
    pace, it = Pace(grid, _PROBED), {"circuit": one.name}
    yield Chart(
        "rtt",
        Text("Độ trễ khứ hồi", "Round trip time"),
        "seconds",
        levels("circuit_rtt_seconds", pace, it),
        high=LITTLE_RTT,
        marks=thing.marks("CircuitSlow"),
    )
    yield Chart(
        "loss",
        Text("Tỷ lệ mất gói", "Packet loss"),
        "ratio",
        levels("circuit_loss_ratio", pace, it),
        high=LITTLE_LOSS,
        marks=thing.marks("CircuitLoss"),
    )
    yield Chart(
        "jitter",
        Text("Biến động trễ (jitter)", "Jitter"),
        "seconds",
        levels("circuit_jitter_seconds", pace, it),
        high=LITTLE_RTT,
        marks=thing.marks("CircuitJitter"),
    )


def _traffic(thing: Thing, one: Circuit, grid: Grid) -> Chart:
    """As contracts count it: by the A end's port, and by the Z end's, with directions swapped,
    where A's has nothing.
    """
    ends = ((one.a, _COUNTED), (one.z, _COUNTED[::-1]))
    ports = [(end, metrics) for end, metrics in ends if end is not None and end.interface]
    drawn = []
    for way, name in enumerate((SEND, BACK)):
        asked = [(end, metrics[way]) for end, metrics in ports]
        drawn += list(_way(thing, asked, grid, name))
    marks = thing.marks("CircuitBusy", times=one.capacity or 0.0)
    if one.capacity:
        marks = (*marks, Mark(one.capacity, "capacity"))
    title = Text("Lưu lượng (chiều đi: A → Z)", "Traffic")
    return Chart("traffic", title, "bits_per_second", tuple(drawn), marks=marks)


def _way(thing: Thing, ports: list[tuple[End, str]], grid: Grid, name: Text) -> Iterator[Drawn]:
    """One direction: its mean, and its highest five minutes where steps are coarser than that."""
    if not ports:
        return
    paces = [_pace(thing, end, grid) for end, _ in ports]
    means, peaks = (
        " or ".join(
            f"({asks(metric, pace, device=end.device, interface=end.interface)})"
            for (end, metric), pace in zip(ports, paces, strict=True)
        )
        for asks in (bits, busiest)
    )
    yield Drawn(means, "mean", max(pace.counted for pace in paces), name)
    if grid.step > PEAK:
        yield Drawn(peaks, "highest", PEAK, peaked(name))


def _pace(thing: Thing, end: End, grid: Grid) -> Pace:
    device = thing.inventory.devices[end.device]
    return Pace(grid, rhythm(device.probes, otherwise=device.interval))
