"""What goes through ports and circuits now, in one or two questions whatever their number."""

import re
from collections.abc import Iterator, Mapping

from collector.api.charts import shape
from collector.api.charts.metric import MEDIUM, Pace, among, grouped, rate, rhythm, series
from collector.api.charts.questions import FRESH, Questions
from collector.stores.promql import Grid, Line, quoted
from inventory.model import Circuit, Device, End, Inventory

_OFTEN = {"receive": "receive_bytes_total", "transmit": "transmit_bytes_total"}
_SELDOM = {
    f"{way}_{fault}": f"{way}_{fault}_total"
    for way in ("receive", "transmit")
    for fault in ("errors", "discards")
}
_PORT = ("device", "interface")
_NAMES_MOST = 6_000
"""Bytes of names in a question; they stand in it twice."""

Rates = Mapping[tuple[str, str, str], float]
"""By device, interface and what is counted."""


def moment(now: float) -> Grid:
    """A moment that all who ask within a quarter of a minute have in common."""
    return Grid(now // FRESH * FRESH)


async def ports(device: Device, questions: Questions, at: Grid) -> shape.Ports:
    """What goes through a device's interfaces. Raises StoreError."""
    pace = Pace(at, rhythm(device.probes, otherwise=device.interval))
    found: dict[tuple[str, str, str], float] = {}
    for names, one in ((_OFTEN, pace), (_SELDOM, pace.slower())):
        parts = {
            name: grouped("max", rate(series(f"interface_{field}", device=device.name), one), _PORT)
            for name, field in names.items()
        }
        found |= _rates(await questions.ask(_marked(parts), at))
    items = [
        shape.Port(
            interface=port,
            receive=_bits(found.get((device.name, port, "receive"))),
            transmit=_bits(found.get((device.name, port, "transmit"))),
            **{name: found.get((device.name, port, name)) for name in _SELDOM},
        )
        for port in sorted({port for _, port, _ in found})
    ]
    return shape.Ports(device=device.name, at=at.start, items=items, problem="")


async def loads(inventory: Inventory, questions: Questions, at: Grid) -> shape.Loads:
    """What every circuit carries. Raises StoreError."""
    ends = [end for one in inventory.circuits.values() for end in _ends(one)]
    found: dict[tuple[str, str, str], float] = {}
    for some in _parted(ends):
        found |= _rates(await questions.ask(_carried(inventory, some, at), at))
    items = [load(one, found) for one in inventory.circuits.values()]
    return shape.Loads(at=at.start, items=items, problem="")


def _parted(ends: list[End]) -> Iterator[list[End]]:
    """Ports in parts that one question may name: VictoriaMetrics takes 16 KiB."""
    part, size = [], 0
    for end in sorted(ends, key=lambda one: (one.device, one.interface)):
        part.append(end)
        size += len(quoted(re.escape(end.device) + re.escape(end.interface)).encode())
        if size > _NAMES_MOST:
            yield part
            part, size = [], 0
    if part:
        yield part


def _carried(inventory: Inventory, ends: list[End], at: Grid) -> str:
    devices = [inventory.devices[end.device] for end in ends]
    every = rhythm(use for one in devices for use in one.probes)
    labels = {
        "device": [end.device for end in ends],
        "interface": [end.interface for end in ends],
    }
    pace = Pace(at, max(every, MEDIUM / 2))
    return _marked(
        {
            name: grouped("max", rate(among(f"interface_{field}", **labels), pace), _PORT)
            for name, field in _OFTEN.items()
        }
    )


def load(circuit: Circuit, found: Rates) -> shape.Load:
    """What a circuit carries, by the first end whose port is counted: the Z end's directions are
    swapped.
    """
    sent, received, counters = None, None, ""
    for end in _ends(circuit):
        out, back = (
            _bits(found.get((end.device, end.interface, way))) for way in ("transmit", "receive")
        )
        if out is not None or back is not None:
            sent, received = (back, out) if end is circuit.z else (out, back)
            counters = f"{end.device}/{end.interface}"
            break
    capacity = circuit.capacity or None
    return shape.Load(
        circuit=circuit.name,
        capacity=capacity,
        transmit=sent,
        receive=received,
        transmit_ratio=_share(sent, capacity),
        receive_ratio=_share(received, capacity),
        counters=counters,
    )


def _ends(circuit: Circuit) -> Iterator[End]:
    """A, then Z: those whose port is known."""
    return (end for end in (circuit.a, circuit.z) if end is not None and end.interface)


def _marked(parts: Mapping[str, str]) -> str:
    """Several queries as one, each series with the name of its own."""
    return " or ".join(
        f'label_replace({text}, "way", "{name}", "", "")' for name, text in parts.items()
    )


def _rates(answer: list[Line]) -> Rates:
    found = {}
    for line in answer:
        device, port, way = (line.labels.get(name, "") for name in (*_PORT, "way"))
        if (value := line.values[0]) is not None and port:
            found[device, port, way] = value
    return found


def _bits(octets: float | None) -> float | None:
    return None if octets is None else 8 * octets


def _share(bits: float | None, capacity: float | None) -> float | None:
    return None if bits is None or capacity is None else bits / capacity
