"""What the state engine may be told: a closed set of facts that can be written down and read back.

Each names the collector that saw it; a recorded log of events replays to the same verdicts
(docs/design.md §1). Things are written `kind:name`; times are Unix seconds.
"""

import json
from dataclasses import asdict
from enum import IntEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from collector.verdicts.topology import Topology


class State(IntEnum):
    """What is concluded of a device, circuit, site or service; the numbers are the catalogue's."""

    UP = 0
    DEGRADED = 1
    DOWN = 2
    UNREACHABLE = 3
    UNKNOWN = 4


Fact = tuple[str, str, float]
"""One value that a poll brought and that verdicts use: metric, instance (an interface, or ""),
value. Only `topology.WATCHED` metrics.
"""


@dataclass(frozen=True, slots=True)
class Polled:
    """A probe ran against a device or service: whether it answered, and if not why (a reason)."""

    collector: str
    thing: str
    probe: str
    success: bool
    reason: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class EchoLost:
    """An echo went unanswered: of a device, a circuit's probe address or the collector's own
    gateway (`collector:name`); `heard` is when it last answered one, 0 for never.
    """

    collector: str
    thing: str
    heard: float


@dataclass(frozen=True, slots=True)
class EchoUnsent:
    """Our own machine refused to send an echo: says nothing of the thing, but it is unseen."""

    collector: str
    thing: str
    heard: float
    why: str


@dataclass(frozen=True, slots=True)
class EchoHeard:
    """It answers echoes (told for the first answer and the first after a loss, not for every)."""

    collector: str
    thing: str


@dataclass(frozen=True, slots=True)
class Hint:
    """Something outside a poll (trap, syslog) suggests to look at a thing at once."""

    collector: str
    thing: str
    kind: str


@dataclass(frozen=True, slots=True)
class Operator:
    """What a person did to a thing. Acts: `maintenance` (from `start` to `end`, why in `text`),
    `end-maintenance`.
    """

    collector: str
    thing: str
    act: str
    who: str
    text: str = ""
    start: float = 0.0
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class InventoryChanged:
    """What is to be judged from now on, and how it hangs together."""

    collector: str
    topology: Topology


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by."""

    collector: str


Event = Polled | EchoLost | EchoUnsent | EchoHeard | Hint | Operator | InventoryChanged | Tick

_KINDS: dict[str, TypeAdapter[Event]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (Polled, EchoLost, EchoUnsent, EchoHeard, Hint, Operator, InventoryChanged, Tick)
}


def dump(event: Event, now: float) -> str:
    """An event and its time as one line of JSON."""
    written: dict[str, Any] = {"at": now, "event": type(event).__name__, **asdict(event)}
    return json.dumps(written, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value)


def parse(line: str) -> tuple[Event, float]:
    """The event and time of a line that `dump` wrote. Raises ValueError on anything else."""
    try:
        fields = json.loads(line)
        kind = _KINDS[fields.pop("event")]
        now = float(fields.pop("at"))
        return kind.validate_python(fields), now
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise ValueError(f"no event: {line[:80]!r}") from error
