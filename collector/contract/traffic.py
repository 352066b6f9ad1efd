"""From byte counters to the traffic of a line in one direction: means of five minutes, percentile.

Between two polls the rate is taken as even. What cannot be known (a gap, a reset) is no data; the
coverage says how much there was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.contract.grid import SLOT, Window

GAP = 660.0
"""Seconds between two samples beyond which nothing is concluded of the time between them: one poll
of five minutes may be lost, with a tenth for jitter.
"""

HALF = SLOT / 2
"""Seconds of a slot that must be known for it to count as measured."""

PLAUSIBLE = 1.5
"""A counter that fell has wrapped only if the line would have carried no more than this multiple of
its capacity; otherwise it was reset.
"""

WIDTHS = (2**32, 2**64)
"""What byte counters wrap at: ifInOctets, ifHCInOctets (RFC 2863)."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Samples of one byte counter, oldest first, each at its own instant (Unix seconds)."""

    times: Sequence[float] = ()
    values: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Counters:
    """Both directions of a line as its A end sees them: it transmits towards Z."""

    transmit: Counter = field(default_factory=Counter)
    receive: Counter = field(default_factory=Counter)

    @property
    def swapped(self) -> "Counters":
        """The same, told from the other end."""
        return Counters(self.receive, self.transmit)


@dataclass(frozen=True, slots=True)
class Traffic:
    """One direction over some slots: bits per second, None where no slot was measured."""

    slots: int
    measured: int
    p95: float | None = None
    mean: float | None = None
    most: float | None = None

    @property
    def coverage(self) -> float:
        """Share of the slots that were measured."""
        return self.measured / self.slots if self.slots else 0.0


class Step(NamedTuple):
    """What a counter did between two samples: bytes at an even rate."""

    begin: float
    end: float
    size: float


Rates = Sequence[float | None]
"""Mean bits per second of slots in order, None where a slot was not measured."""


def nearest_rank(values: Sequence[float], percent: int) -> float:
    """The percentile by nearest rank: the smallest value that at least `percent` of all do not
    exceed. One that was measured, never one in between. `values` in order, at least one.
    """
    return values[-(-percent * len(values) // 100) - 1]


def summed(rates: Rates) -> Traffic:
    """The numbers of one direction."""
    known = sorted(rate for rate in rates if rate is not None)
    if not known:
        return Traffic(len(rates), 0)
    mean = sum(known) / len(known)
    return Traffic(len(rates), len(known), nearest_rank(known, 95), mean, known[-1])


def slot_rates(
    counters: Counters, window: Window, capacity: float | None
) -> tuple[list[float | None], list[float | None]]:
    """Transmit and receive rates of every slot that lies wholly in the window."""
    limit = PLAUSIBLE * capacity / 8 if capacity else 0.0
    out, back = counters.transmit, counters.receive
    fallen = (_falls(out), _falls(back))
    both = fallen[0] & fallen[1]
    return (
        _spread(_steps(out, fallen[0], both, limit), window),
        _spread(_steps(back, fallen[1], both, limit), window),
    )


def _falls(counter: Counter) -> set[float]:
    """When a counter stood lower than before."""
    values = counter.values
    return {at for k, at in enumerate(counter.times) if k and values[k] < values[k - 1]}


def _steps(counter: Counter, falls: set[float], resets: set[float], limit: float) -> list[Step]:
    """What is known of the time between samples.

    Both counters of a port that fall at once were reset (a restart): what was carried meanwhile is
    lost, and the step is left out. One that falls alone has wrapped if the line can have carried
    that much, at `limit` bytes a second.
    """
    times, values = counter.times, counter.values
    modulus = WIDTHS[0] if max(values, default=0) < WIDTHS[0] else WIDTHS[1]
    found = []
    for k in range(1, len(times)):
        begin, end = times[k - 1], times[k]
        if not 0 < end - begin <= GAP:
            continue
        size = values[k] - values[k - 1]
        if end in falls:
            size += modulus
            if end in resets or size > limit * (end - begin):
                continue
        found.append(Step(begin, end, size))
    return found


def _spread(steps: Sequence[Step], window: Window) -> list[float | None]:
    """Mean rate of each slot from the steps that reach into it."""
    slots = window.slots
    sizes = [0.0] * len(slots)
    known = [0.0] * len(slots)
    for begin, end, size in steps:
        rate = size / (end - begin)
        first = max(int(begin // SLOT), slots.start)
        last = min(int(-(-end // SLOT)), slots.stop)
        for slot in range(first, last):
            seconds = min(end, (slot + 1) * SLOT) - max(begin, slot * SLOT)
            sizes[slot - slots.start] += rate * seconds
            known[slot - slots.start] += seconds
    return [
        8 * size / seconds if seconds >= HALF else None
        for size, seconds in zip(sizes, known, strict=True)
    ]
