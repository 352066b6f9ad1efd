"""Days of traffic for a real store: counters of a port, one sample a minute."""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collector.contract.grid import midnight
from inventory.model import Circuit, End
from tests.contract.circuits import CIRCUIT

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
YESTERDAY = datetime.now(HERE).date() - timedelta(days=1)
"""The store refuses what is older than it keeps, so the days are of now."""


def line(name: str) -> Circuit:
    """A circuit of 200 Mbit/s with a port of its own in the centre."""
    return replace(CIRCUIT, name=name, a=End("pe01", f"ge-{name}"), z=End("rt01", f"wan-{name}"))


def ago(days: int) -> date:
    """A day that is over: 1 is yesterday."""
    return YESTERDAY - timedelta(days=days - 1)


def hour(days: int, hours: int) -> float:
    """An hour of a day that is over."""
    return midnight(ago(days), HERE) + hours * 3_600


@dataclass
class Port:
    """A port whose counters go on from one stretch of time to the next."""

    end: End
    sent: int = 10**12
    received: int = 3 * 10**11

    def series(self, start: float, until: float, out: float, back: float) -> list[dict[str, Any]]:
        """Samples from a moment up to another, at even rates in bits a second."""
        times = list(range(int(start), int(until), 60))
        found = []
        for name, rate in (("transmit", out), ("receive", back)):
            held = self.sent if name == "transmit" else self.received
            step = int(rate * 60 / 8)
            values = [held + step * n for n in range(1, len(times) + 1)]
            if name == "transmit":
                self.sent = values[-1]
            else:
                self.received = values[-1]
            metric = {"__name__": f"interface_{name}_bytes_total", "site": "dc"}
            metric |= {"device": self.end.device, "interface": self.end.interface}
            stamps = [1_000 * at for at in times]
            found.append({"metric": metric, "values": values, "timestamps": stamps})
        return found


def push(url: str, series: Sequence[dict[str, Any]]) -> None:
    """Write to VictoriaMetrics, and wait until it can be read."""
    body = "\n".join(map(json.dumps, series)).encode()
    for path, data in (("/api/v1/import", body), ("/internal/force_flush", None)):
        with urllib.request.urlopen(url + path, data, timeout=20) as answer:
            assert answer.status in (200, 204)


def openmetrics(series: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The same, for promtool."""
    for one in series:
        labels = dict(one["metric"])
        name = labels.pop("__name__").removesuffix("_total")
        shown = ",".join(f"{key}={json.dumps(value)}" for key, value in labels.items())
        yield f"# TYPE {name} counter"
        pairs = zip(one["timestamps"], one["values"], strict=True)
        yield from (f"{name}_total{{{shown}}} {value} {at / 1000}" for at, value in pairs)
    yield "# EOF"
