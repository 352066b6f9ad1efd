"""What the state engine may be told: a closed set of facts that can be written down and read back.

Each names the collector that saw it. A recorded log of events replays to the same verdicts
(docs/design.md §1). Times are Unix seconds.
"""

import json
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class State(IntEnum):
    """What is concluded of a device, circuit, site or service; the numbers are the catalogue's."""

    UP = 0
    DEGRADED = 1
    DOWN = 2
    UNREACHABLE = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class Polled:
    """A probe ran against a device: whether it answered, and if not why (a reason's name)."""

    collector: str
    device: str
    probe: str
    success: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EchoLost:
    """A device's echo went unanswered; `heard` is when it last answered one, 0 for never."""

    collector: str
    device: str
    heard: float


@dataclass(frozen=True, slots=True)
class EchoUnsent:
    """Our own machine refused to send an echo: says nothing of the device, but it is unseen."""

    collector: str
    device: str
    heard: float
    why: str


@dataclass(frozen=True, slots=True)
class EchoHeard:
    """A device answers echoes (told when that changes, not for every echo)."""

    collector: str
    device: str


@dataclass(frozen=True, slots=True)
class Hint:
    """Something outside a poll (trap, syslog) suggests to look at a device at once."""

    collector: str
    device: str
    kind: str


@dataclass(frozen=True, slots=True)
class Operator:
    """What a person did: acknowledge, note, maintenance. Kept for the incident record."""

    collector: str
    what: str
    act: str
    who: str


@dataclass(frozen=True, slots=True)
class InventoryChanged:
    """The devices to be judged from now on, and which of them are pinged."""

    collector: str
    devices: tuple[str, ...]
    pinged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by."""

    collector: str


Event = Polled | EchoLost | EchoUnsent | EchoHeard | Hint | Operator | InventoryChanged | Tick

_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (Polled, EchoLost, EchoUnsent, EchoHeard, Hint, Operator, InventoryChanged, Tick)
}


def dump(event: Event, now: float) -> str:
    """An event and its time as one line of JSON."""
    return json.dumps(
        {"at": now, "event": type(event).__name__, **asdict(event)}, ensure_ascii=False
    )


def parse(line: str) -> tuple[Event, float]:
    """The event and time of a line that `dump` wrote. Raises ValueError on anything else."""
    fields = json.loads(line)
    try:
        kind = _KINDS[fields.pop("event")]
        now = float(fields.pop("at"))
        given: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
        return kind(**given), now
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no event: {line[:80]!r}") from error
