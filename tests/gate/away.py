"""A world in which parts go away, on a clock of its own: agents, a collector with the real gate, a
store, a vmalert that behaves as was measured, an Alertmanager that counts what people would get.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.gate.fresh import Readings
from collector.gate.gate import Gate
from collector.gate.held import Key, parse
from collector.gate.incoming import moment, read
from collector.gate.ruling import read as read_ruling
from collector.gate.world import Around
from collector.pipeline import Pipeline
from collector.state import Memory
from probes.reading import Head, Row
from tests.gate.outpost import inventory
from tests.gate.stage import desired

STEP, POLL, RESEND, RETENTION = 15, 60, 15.0, 900.0
PARTS = ("vmalert", "store", "collector", "agent", "table", "alertmanager")
Series = tuple[str, str, str]
"""Metric, device, instance."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An alerting rule over one metric: its last value in a window, or its rate over it."""

    name: str
    severity: str
    metric: str
    instance_label: str
    limit: float
    window: float
    hold: float
    rate: bool = False

    def over(self, samples: list[tuple[float, float]], now: float) -> bool:
        """Whether the expression has a result. What was stored a second ago is not seen yet."""
        seen = [one for one in samples[-60:] if now - self.window < one[0] <= now - 1]
        if not self.rate:
            return bool(seen) and seen[-1][1] > self.limit
        if len(seen) < 2:
            return False
        return (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0]) > self.limit


_STORAGE = ("storage_used_ratio", "storage")
_ERRORS = ("interface_receive_errors_total", "interface")
RULES = (
    Rule("StorageFull", "warning", *_STORAGE, limit=0.9, window=600, hold=300),
    Rule("StorageFull", "critical", *_STORAGE, limit=0.95, window=600, hold=300),
    Rule("InterfaceErrors", "major", *_ERRORS, limit=1, window=300, hold=120, rate=True),
)


@dataclass(slots=True)
class Active:
    """An alert inside vmalert."""

    since: float
    firing: bool = False
    sent: float = -1e9
    resolved: float = 0.0


@dataclass(slots=True)
class Vmalert:
    """Evaluates every 30 s; tells what fires every 15 s, what ended for 15 minutes. Asks nothing
    and forgets nothing while the store is away; forgets everything when it ends.
    """

    active: dict[tuple[int, Series], Active] = field(default_factory=dict)
    looked: float = 0.0
    healthy: bool = False

    def evaluate(self, samples: dict[Series, list[tuple[float, float]]] | None, now: float) -> None:
        """One evaluation of every rule; None for a store that does not answer."""
        self.looked, self.healthy = now, samples is not None
        for series, values in (samples or {}).items():
            for number, rule in enumerate(RULES):
                if rule.metric == series[0]:
                    self._judge((number, series), rule, rule.over(values, now), now)

    def _judge(self, key: tuple[int, Series], rule: Rule, over: bool, now: float) -> None:
        one = self.active.get(key)
        if over and (one is None or one.resolved):
            one = self.active[key] = Active(now)
        if over and one is not None and now - one.since >= rule.hold:
            one.firing = True
        elif not over and one is not None and not one.firing:
            del self.active[key]
        elif not over and one is not None and not one.resolved:
            one.resolved, one.sent = now, -1e9
        elif one is not None and one.resolved and now > one.resolved + RETENTION:
            del self.active[key]

    def post(self, now: float) -> bytes:
        """What is due to be sent to the notifier now."""
        due = [
            (key, one)
            for key, one in self.active.items()
            if one.firing and self.healthy and now >= one.sent + RESEND
        ]
        for _, one in due:
            one.sent = now
        return json.dumps([self._alert(key, one, now) for key, one in due]).encode()

    def _alert(self, key: tuple[int, Series], one: Active, now: float) -> dict[str, Any]:
        rule = RULES[key[0]]
        return {
            "labels": self._labels(key),
            "annotations": {
                "summary": rule.name,
                "metrics": rule.metric,
                "instance_label": rule.instance_label,
            },
            "startsAt": _time(one.since),
            "endsAt": _time(one.resolved or now + 4 * 30),
        }

    def _labels(self, key: tuple[int, Series]) -> dict[str, str]:
        rule, (_, device, instance) = RULES[key[0]], key[1]
        found = {"alertname": rule.name, "alertgroup": "g", "severity": rule.severity}
        return {**found, "device": device, "site": "dc", rule.instance_label: instance}

    def rules(self) -> bytes:
        """`/api/v1/rules`."""
        told = [
            {
                "type": "alerting",
                "name": rule.name,
                "health": "ok" if self.healthy else "err",
                "lastError": "" if self.healthy else "connection refused",
                "lastEvaluation": _time(self.looked),
                "annotations": {"instance_label": rule.instance_label},
                "alerts": [
                    {"state": "firing" if one.firing else "pending", "labels": self._labels(key)}
                    for key, one in self.active.items()
                    if key[0] == number and not one.resolved
                ],
            }
            for number, rule in enumerate(RULES)
        ]
        return json.dumps({"status": "success", "data": {"groups": [{"rules": told}]}}).encode()


@dataclass(slots=True)
class Alertmanager:
    """Counts what people get: each label set once as firing, and as resolved when its end passes.
    A restart forgets the alerts and remembers who was told.
    """

    alerts: dict[frozenset[tuple[str, str]], float] = field(default_factory=dict)
    told: set[frozenset[tuple[str, str]]] = field(default_factory=set)
    resolved: list[tuple[float, frozenset[tuple[str, str]]]] = field(default_factory=list)

    def take(self, posted: list[dict[str, Any]], now: float) -> None:
        """A post, and time went by."""
        for one in posted:
            self.alerts[frozenset(one["labels"].items())] = moment(one["endsAt"])
        for labels, end in list(self.alerts.items()):
            if end > now:
                self.told.add(labels)
                continue
            del self.alerts[labels]
            if labels in self.told:
                self.told.remove(labels)
                self.resolved.append((now, labels))


class Province25:
    """25 devices with a full disk and a bad port each. `away` are the parts that are away now;
    `well` says of a device whether it has recovered.
    """

    def __init__(self, folder: Path, well: Callable[[str, float], bool]) -> None:
        self.away: frozenset[str] = frozenset()
        self.well = well
        self.now = 1_000_020.0
        self.devices = [f"d{number}" for number in range(25)]
        self.samples: dict[Series, list[tuple[float, float]]] = {}
        self.errors = dict.fromkeys(self.devices, 0.0)
        self.vmalert, self.alertmanager = Vmalert(), Alertmanager()
        self.kept: dict[Key, str] = {}
        self._spool: list[tuple[Series, float, float]] = []
        self._folder = folder
        self._start()

    def _start(self) -> None:
        self.pipeline = Pipeline(lambda _: None, Memory(self._folder / "memory.sqlite"))
        known = inventory(self.devices)
        readings = Readings(self.pipeline.latest, lambda: known, self._delivered, lambda: self.now)
        around = Around("noc", lambda: known, lambda _: None, readings, owned=lambda _: False)
        self.gate = Gate(around)
        self.gate.recall([parse(key, text) for key, text in self.kept.items()], self.now)

    def _delivered(self) -> float:
        return self._spool[0][1] - 1 if self._spool else self.now

    def run(self, seconds: float, away: str = "") -> None:
        """Time goes by with a part away; then it is back."""
        self.away = frozenset([away])
        until = self.now + seconds
        while self.now < until:
            self.now += STEP
            self._step()
        self.away = frozenset()
        if away == "vmalert":
            self.vmalert = Vmalert()
        if away == "collector":
            self._start()
        if away == "alertmanager":
            self.alertmanager.alerts.clear()

    def _step(self) -> None:
        if "collector" not in self.away and self.now % POLL == 0:
            self._poll()
        if "store" not in self.away:
            for series, at, value in self._spool:
                self.samples.setdefault(series, []).append((at, value))
            self._spool = []
        if "vmalert" not in self.away and self.now % 30 == 0:
            self.vmalert.evaluate(None if "store" in self.away else self.samples, self.now)
        if "collector" not in self.away:
            self._gate()
        elif "alertmanager" not in self.away:
            self.alertmanager.take([], self.now)

    def _poll(self) -> None:
        for device in self.devices:
            well = self.well(device, self.now)
            self.errors[device] += 0 if well else 3 * POLL
            if "agent" in self.away:
                continue
            if "table" not in self.away:
                self._read(device, "storage", "/var", "used_ratio", 0.5 if well else 0.99)
            self._read(device, "interface", "ge-0", "receive_errors_total", self.errors[device])

    def _read(self, device: str, subject: str, instance: str, name: str, value: float) -> None:
        labels = {"device": device, "site": "dc", subject: instance}
        row = Row(Head(subject, labels), f"{name}={value}".encode())
        self.pipeline.observe(f"{subject}/{device}", [row], self.now)
        self._spool.append(((f"{subject}_{name}", device, instance), self.now, value))

    def _gate(self) -> None:
        if "vmalert" not in self.away:
            self.gate.alerts(read(self.vmalert.post(self.now)), self.now)
        keys = self.gate.asked(self.now)
        self.gate.sight(keys, self.now)
        if "vmalert" not in self.away:
            ruling = read_ruling(self.vmalert.rules(), self.now)
            assert ruling is not None
            self.gate.weigh(keys, ruling, self.now)
        self.gate.step(self.now)
        for key, held in self.gate.taken().items():
            self.kept.pop(key, None)
            if held is not None:
                self.kept[key] = held.dump()
        if "alertmanager" not in self.away:
            told = [*desired(self.gate, self.now), *_flat(self.gate.ended())]
            self.alertmanager.take(told, self.now)


def _flat(ended: list[tuple[Any, list[dict[str, Any]]]]) -> Iterator[dict[str, Any]]:
    return (one for _, ones in ended for one in ones)


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
