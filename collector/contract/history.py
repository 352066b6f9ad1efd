"""Counters from the store: raw samples of a port, through the Prometheus HTTP API.

An instant query with a range selector gives raw samples on VictoriaMetrics and on Prometheus alike.
Answers are parsed in a thread, and what is no sample is passed over.
"""

import asyncio
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collector.contract.grid import Window
from collector.contract.traffic import GAP, Counter, Counters
from collector.stores.promql import Bounds, Grid, PromQL, quoted, samples, series
from inventory.model import Circuit, End

PIECE = 26 * 3600.0
"""Seconds that one query asks for: the longest day and what is around it."""

BOUNDS = Bounds(32 << 20, 30.0)
"""Two counters polled every second for a day are a third of that size."""

_NAMES = {
    "interface_transmit_bytes_total": "transmit",
    "interface_receive_bytes_total": "receive",
}
_Samples = dict[str, dict[float, float]]


class History:
    """The past of circuits, as a store that answers PromQL knows it."""

    def __init__(self, store: PromQL) -> None:
        self._store = store

    async def of(self, circuit: Circuit, window: Window) -> tuple[Counters, str]:
        """The byte counters of a circuit as seen from A, over a window and a little around it, and
        which end they came from: `a`, or `z` where A has none, "" where neither has.

        Raises StoreError.
        """
        for name, end in (("a", circuit.a), ("z", circuit.z)):
            if end is None or not end.interface:
                continue
            found = await self.port(end, window)
            if found.transmit.times or found.receive.times:
                return (found if name == "a" else found.swapped), name
        return Counters(), ""

    async def port(self, end: End, window: Window) -> Counters:
        """The byte counters of a port, over a window and a little around it. Raises StoreError"""
        held: _Samples = {"transmit": {}, "receive": {}}
        first, last = window.start - GAP, window.end + GAP
        while first < last:
            upto = min(first + PIECE, last)
            body = await self._store.ask(selector(end, upto - first), Grid(upto), BOUNDS)
            for name, found in (await asyncio.to_thread(parse, body)).items():
                held[name].update(found)
            first = upto
        return Counters(_in_order(held["transmit"]), _in_order(held["receive"]))


def selector(end: End, seconds: float) -> str:
    """PromQL for the raw samples of a port's byte counters, over so many seconds."""
    device, port = quoted(end.device), quoted(end.interface)
    names = "|".join(_NAMES)
    matchers = f'__name__=~"{names}",device={device},interface={port}'
    return f"{{{matchers}}}[{math.ceil(seconds)}s]"


def parse(body: bytes) -> _Samples:
    """Samples by direction, from the body of an answer.

    Series that differ in their site alone are one port that was moved in the inventory; of others
    under the same names (a second SNMP context) the one with most samples counts. Raises
    StoreError where the body is no answer of the Prometheus API.
    """
    found: dict[str, dict[tuple[object, ...], dict[float, float]]] = {}
    for labels, values in series(body):
        direction = _NAMES.get(str(labels.get("__name__")))
        if direction is not None:
            groups = found.setdefault(direction, {})
            groups.setdefault(_identity(labels), {}).update(_counted(values))
    return {name: max(groups.values(), key=len) for name, groups in found.items()}


def _identity(labels: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(sorted((k, str(v)) for k, v in labels.items() if k not in ("__name__", "site")))


def _counted(values: Iterable[Any]) -> Iterator[tuple[float, float]]:
    return ((at, value) for at, value in samples(values) if value >= 0)


def _in_order(held: Mapping[float, float]) -> Counter:
    times = sorted(held)
    return Counter(times, [held[at] for at in times])
