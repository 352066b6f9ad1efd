"""Availability of a circuit: every second of a window is counted once, as one of five things.

In this order: outside its hours, in maintenance, not known, down, up. Not known is what nobody
watched (the collector was off), what has no verdict yet, and what was unknown or unreachable: a
line hidden behind another cause was not shown to fail, nor to work, so it counts neither for nor
against its carrier. Degraded is up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collector.contract.grid import Span, Window, edges, union
from collector.verdicts.events import State

_WORKS = (State.UP, State.DEGRADED)


class Judged(NamedTuple):
    """A verdict change of the circuit: since when (Unix seconds) which state holds."""

    at: float
    state: State


@dataclass(frozen=True, slots=True)
class Pauses:
    """Spans that the contract does not count: approved maintenance, and time off hours."""

    maintenance: Sequence[Span] = ()
    off_hours: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Availability:
    """Seconds of a window by what they were; together they are the whole window."""

    up: float
    down: float
    unknown: float
    maintenance: float
    off_hours: float
    outages: int

    @property
    def ratio(self) -> float | None:
        """Up over what is known and counted; None where nothing is."""
        known = self.up + self.down
        return self.up / known if known else None

    @property
    def coverage(self) -> float:
        """Share of the counted time that is known."""
        counted = self.up + self.down + self.unknown
        return (self.up + self.down) / counted if counted else 0.0


@dataclass(slots=True)
class _Now:
    """What holds at an instant of the sweep."""

    state: State = State.UNKNOWN
    watched: bool = False
    maintenance: bool = False
    off_hours: bool = False

    @property
    def counts_as(self) -> str:
        if self.off_hours:
            return "off_hours"
        if self.maintenance:
            return "maintenance"
        if not self.watched or self.state not in (*_WORKS, State.DOWN):
            return "unknown"
        return "down" if self.state is State.DOWN else "up"


def availability(
    window: Window, verdicts: Sequence[Judged], watched: Sequence[Span], pauses: Pauses
) -> Availability:
    """Count the seconds of a window.

    `verdicts` may begin before it: the last one before the window holds at its start, and before
    the first of all the state is unknown. Of two at one instant the later in the sequence holds.

    An outage is a stretch of counted downtime until the circuit is seen to work again; time that
    is unknown or not counted does not end it. One that began before the window is one of its own.
    """
    seconds = dict.fromkeys(("up", "down", "unknown", "maintenance", "off_hours"), 0.0)
    outages, broken = 0, False
    for begin, end, now in _stretches(window, verdicts, watched, pauses):
        kind = now.counts_as
        seconds[kind] += end - begin
        if kind == "down" and not broken:
            outages, broken = outages + 1, True
        elif now.watched and now.state in _WORKS:
            broken = False
    return Availability(**seconds, outages=outages)


def _stretches(
    window: Window, verdicts: Sequence[Judged], watched: Sequence[Span], pauses: Pauses
) -> Iterator[tuple[float, float, _Now]]:
    """The window in order, cut where anything changes."""
    changes: list[tuple[float, str, State | bool]] = [
        (max(one.at, window.start), "state", one.state)
        for one in sorted(verdicts, key=lambda one: one.at)
        if one.at < window.end
    ]
    for name, spans in (
        ("watched", watched),
        ("maintenance", pauses.maintenance),
        ("off_hours", pauses.off_hours),
    ):
        changes += [(at, name, holds) for at, holds in edges(union(spans, window))]
    now, since = _Now(), window.start
    for at, name, value in sorted(changes, key=lambda change: change[0]):
        if at > since:
            yield since, at, now
            since = at
        setattr(now, name, value)
    if since < window.end:
        yield since, window.end, now
