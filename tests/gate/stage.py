"""A world for the pure gate: masks, readings and owners as a test sets them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from collector.gate.gate import Gate, Sighting
from collector.gate.held import Held, Key, Told
from collector.gate.incoming import Posted
from collector.verdicts.verdict import Cause, Mask, News


class Stage:
    """A `World` in plain data: `masks` by thing, `read` by subject, `gone` things."""

    def __init__(self) -> None:
        self.masks: dict[str, Mask] = {}
        self.read: dict[str, Sighting] = {}
        self.gone: set[str] = set()
        self.others: set[str] = set()
        self.later: tuple[int, ...] = ()
        self.owners: set[Key] = set()

    def mask(self, thing: str) -> Mask | None:
        return self.masks.get(thing)

    def fresh(self, identity: Mapping[str, str], metrics: Collection[str]) -> Sighting | None:
        assert metrics == ("storage_used_ratio",)
        return self.read.get(f"device:{identity['device']}")

    def knows(self, thing: str) -> bool:
        return thing not in self.gone

    def theirs(self, thing: str) -> bool:
        return thing in self.others

    def words(self, posted: Posted, severity: str) -> Told:
        return Told(
            {"kind": "device", "site": "dc"}, {"summary": f"{severity} {posted.annotations['at']}"}
        )

    def over(self, one: Held, at: float) -> Told:
        return Told({}, {"summary": f"{one.key.alertname} is over at {at:g}"})

    def steps(self, labels: Mapping[str, str]) -> Iterable[int]:
        return self.later if labels["severity"] == "critical" else ()

    def owned(self, key: Key) -> bool:
        return key in self.owners


NAME = Key("StorageFull", "device:d1", "storage=/var")


def posted(
    now: float, severity: str = "warning", *, over: bool = False, at: str = "90 %"
) -> Posted:
    """One alert as vmalert posts it: fires, or has ended now."""
    return Posted(
        NAME,
        severity,
        {"device": "d1", "storage": "/var"},
        {"metrics": "storage_used_ratio", "at": at},
        now,
        now if over else now + 60,
    )


def news(what: str, at: float, severity: str = "major", thing: str = "device:d1") -> News:
    """An incident of the engine's."""
    return News(what, Cause(f"DeviceDown/{thing}", "DeviceDown", thing, severity, at - 3), at)


SAID = Told({"kind": "device", "site": "dc"}, {"summary": "d1 is down"})


def desired(gate: Gate, now: float) -> list[dict[str, Any]]:
    """All that lasts and is told."""
    return [one for part in gate.parts(now) for one in part]


def told(gate: Gate, now: float) -> list[str]:
    """What Alertmanager is told lasts: alert name and severity."""
    gate.step(now)
    return [
        f"{one['labels']['alertname']} {one['labels']['severity']}" for one in desired(gate, now)
    ]


def over(gate: Gate, now: float) -> list[str]:
    """What Alertmanager is told has ended."""
    gate.step(now)
    return [
        f"{one['labels']['alertname']} {one['labels']['severity']}"
        for _, ones in gate.ended()
        for one in ones
    ]
