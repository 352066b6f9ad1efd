"""A change of limits is a fact to record: who, when, from what, to what, why.

Limits are compared with those that were in force before, over restarts too, so that an edit is
recorded however it was taken over.
"""

import pwd
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alerts.thresholds import Bounds, thresholds
from collector.journal import Journal
from collector.state import Memory
from collector.thresholds import Limit, limits_of, severities
from inventory.model import Inventory, Thing

MEMORY = "thresholds/"
NAMES = 20
"""Most things that one recorded change names."""
SHIPPED = "*"
"""Stands in place of a thing where the shipped limit itself changed."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Limits that went from one value to another, alike on all these things (`*`: what is shipped).

    None is no limit.
    """

    rule: str
    severity: str
    instance: str
    before: float | None
    after: float | None
    things: tuple[str, ...]

    @property
    def thing(self) -> str:
        """The one thing that it is about; empty when there are more, or it is as shipped."""
        return self.things[0] if len(self.things) == 1 and self.things[0] != SHIPPED else ""

    def __str__(self) -> str:
        place = f" {self.instance}" if self.instance else ""
        whose = (
            ", ".join(self.things[:1]) if len(self.things) == 1 else f"{len(self.things)} things"
        )
        whose = "as shipped" if whose == SHIPPED else whose
        steps = ("none" if one is None else f"{one:g}" for one in (self.before, self.after))
        return f"{self.rule} {self.severity}{place}: {' -> '.join(steps)} ({whose})"

    def detail(self) -> dict[str, object]:
        """Fields for an event beside who and why."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "instance": self.instance,
            "before": self.before,
            "after": self.after,
            "count": len(self.things),
            "things": list(self.things[:NAMES]),
        }


Values = dict[str, list[float | None]]
Table = dict[str, dict[str, Values]]
"""By rule, by `severity instance`, by thing: its limit and the shipped one, where they differ."""


def table(inventory: Inventory) -> Table:
    """What of the limits is not as shipped, and under `*` what is shipped."""
    shipped = thresholds()
    found: Table = {}
    for rule in shipped.values():
        for one in severities(rule.rule, "", rule.bounds, Bounds()):
            _put(found, one, SHIPPED)
    said: tuple[tuple[str, Iterable[str]], ...] = (
        ("device", (one.name for one in inventory.devices.values() if one.thresholds)),
        ("circuit", inventory.circuits),
        ("service", (one.name for one in inventory.services.values() if one.thresholds)),
    )
    for kind, names in said:
        for name in names:
            for one in limits_of(kind, name, inventory, shipped):
                if one.value != one.shipped:
                    _put(found, one, str(Thing(kind, name)))
    return found


def _put(found: Table, one: Limit, thing: str) -> None:
    place = f"{one.severity} {one.instance}"
    found.setdefault(one.rule, {}).setdefault(place, {})[thing] = [one.value, one.shipped]


def changes(before: Table, after: Table) -> list[Changed]:
    """What changed between two tables, one for all things that changed alike."""
    found: dict[tuple[str, str, float | None, float | None], list[str]] = {}
    for rule in sorted({*before, *after}):
        old, new = before.get(rule, {}), after.get(rule, {})
        for place in sorted({*old, *new}):
            for thing, was, now in _moved(old.get(place, {}), new.get(place, {})):
                found.setdefault((rule, place, was, now), []).append(thing)
    return [
        Changed(rule, *_placed(place), was, now, tuple(sorted(things)))
        for (rule, place, was, now), things in found.items()
    ]


def _placed(place: str) -> tuple[str, str]:
    severity, _, instance = place.partition(" ")
    return severity, instance


def _moved(old: Values, new: Values) -> Iterator[tuple[str, float | None, float | None]]:
    for thing in {*old, *new}:
        was = old[thing][0] if thing in old else new[thing][1]
        now = new[thing][0] if thing in new else old[thing][1]
        if was != now:
            yield thing, was, now


def remember(memory: Memory, inventory: Inventory) -> list[Changed]:
    """Changes since the table that is remembered, across restarts too; none the first time.

    The table of this inventory is remembered instead, a key a rule.
    """
    keys = memory.keys()
    before: Table = {
        key.removeprefix(MEMORY): memory.of(key)["limits"]
        for key in keys
        if key.startswith(MEMORY) and "limits" in memory.of(key)
    }
    after = table(inventory)
    for rule in before.keys() - after.keys():
        memory.forget(f"{MEMORY}{rule}")
    for rule, places in after.items():
        memory.of(f"{MEMORY}{rule}")["limits"] = places
        memory.mark(f"{MEMORY}{rule}")
    return changes(before, after) if before else []


def record(
    journal: Journal, changed: Iterable[Changed], at: float, collector: str, **why: str
) -> None:
    """Write each change down as an event of kind `threshold`; `why` is who and why, as known."""
    for one in changed:
        subject = one.thing or f"collector:{collector}"
        journal.event("threshold", subject, str(one), at, **one.detail(), **why)


def author(files: Sequence[Path]) -> str:
    """Who changed an inventory last, as far as files tell: the owner of the newest, and its name;
    empty when none can be looked at.
    """
    found: list[tuple[float, int, str]] = []
    for path in files:
        with suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime, status.st_uid, path.name))
    if not found:
        return ""
    _, uid, name = max(found)
    owner = str(uid)
    with suppress(KeyError):
        owner = pwd.getpwuid(uid).pw_name
    return f"{owner} (owner of {name})"
