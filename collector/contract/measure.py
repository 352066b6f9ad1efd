"""The one function that makes contract numbers. Pure: what it is told decides what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from collector.contract.availability import Availability, Judged, Pauses, availability
from collector.contract.breach import DAYS
from collector.contract.grid import Span, Window, whole
from collector.contract.traffic import Counters, Traffic, slot_rates, summed
from inventory.model import Circuit


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a circuit: its counters, verdicts, when a collector watched, what does not
    count.
    """

    counters: Counters = field(default_factory=Counters)
    verdicts: Sequence[Judged] = ()
    watched: Sequence[Span] = ()
    pauses: Pauses = field(default_factory=Pauses)


@dataclass(frozen=True, slots=True)
class Day:
    """One whole day of the province; the `week` is the seven days that end with it, for charts."""

    date: date
    transmit: Traffic
    receive: Traffic
    week_transmit: Traffic
    week_receive: Traffic


@dataclass(frozen=True, slots=True)
class Numbers:
    """Contract numbers of a circuit. Transmit is from A to Z, receive from Z to A."""

    circuit: str
    window: Window
    capacity: float | None
    transmit: Traffic
    receive: Traffic
    availability: Availability
    days: tuple[Day, ...]


def measure(circuit: Circuit, start: float, end: float, zone: ZoneInfo, known: Evidence) -> Numbers:
    """The numbers of a circuit from `start` up to `end` (Unix seconds), days as in `zone`.

    Traffic is counted in the five-minute slots that lie wholly inside, availability by the second.
    Counters may begin before the window: the rolling weeks of its first days need six days more.
    Raises ValueError when the window is empty.
    """
    window = Window(start, end, zone)
    dates = list(window.days())
    wider = window
    if dates:
        first = whole(dates[0], zone, DAYS).start
        wider = Window(min(first, start), end, zone)
    rates = slot_rates(known.counters, wider, circuit.capacity)

    def within(part: Window) -> tuple[Traffic, Traffic]:
        first, last = (edge - wider.slots.start for edge in (part.slots.start, part.slots.stop))
        return summed(rates[0][first:last]), summed(rates[1][first:last])

    days = [Day(day, *within(whole(day, zone)), *within(whole(day, zone, DAYS))) for day in dates]
    held = availability(window, known.verdicts, known.watched, known.pauses)
    return Numbers(circuit.name, window, circuit.capacity, *within(window), held, tuple(days))
