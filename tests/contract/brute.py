"""Contract numbers the slow way, second by second, and scenarios to hold them against.

Nothing of the product's own arithmetic is used here: a scenario knows what the line truly carried,
and the counters are made from that.
"""

import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from collector.contract.availability import Judged
from collector.contract.traffic import Counter, Counters
from collector.verdicts.events import State
from inventory.model import Calendar, Maintenance

CAPACITY = 200_000_000.0
FASTEST = 30_000_000
"""Bytes a second: a fifth more than the capacity."""

Known = dict[int, int]
"""Bytes carried in a second, for the seconds that polls tell of."""


@dataclass(frozen=True)
class Line:
    """What was polled, and what was truly carried in the seconds that the polls tell of."""

    counters: Counters
    transmit: Known
    receive: Known


@dataclass(frozen=True)
class Poll:
    """A poll that comes so long after the one before; even rates until then; maybe a restart."""

    after: int
    transmit: int
    receive: int
    restart: bool = False


def played(start: int, polls: Iterable[Poll], bits: int, first: tuple[int, int]) -> Line:
    """Counters of a port with `bits` wide counters that stood at `first`."""
    size = 2**bits
    now, held = start, list(first)
    times, values = [now], ([held[0]], [held[1]])
    known: tuple[Known, Known] = ({}, {})
    for poll in polls:
        rates = [poll.transmit, poll.receive]
        if bits == 32:  # more than one wrap between two polls cannot be seen by anyone
            rates = [min(rate, (size - 1) // poll.after) for rate in rates]
        lost = poll.restart and min(held) > 0
        ends = [held[n] + rates[n] * poll.after for n in (0, 1)]
        if lost:
            ends = [held[n] // 2 for n in (0, 1)]
        # Two counters that wrap at once look like a restart: told as unknown.
        lost = lost or all(end >= size for end in ends)
        if not lost and poll.after <= 660:
            for n in (0, 1):
                known[n].update(dict.fromkeys(range(now, now + poll.after), rates[n]))
        now, held = now + poll.after, [end % size for end in ends]
        times.append(now)
        for n in (0, 1):
            values[n].append(held[n])
    return Line(Counters(Counter(times, values[0]), Counter(times, values[1])), *known)


def lines(start: int, end: int) -> st.SearchStrategy[Line]:
    """Lines that are polled from somewhere before a window until somewhere after it."""

    def polled(bits: int, seed: int, interval: int, faults: float, begin: int) -> Line:
        chance = random.Random(seed)
        fastest = chance.choice([1_000, FASTEST // 3, FASTEST])
        polls, now = [], begin
        while now < end + 700:
            after = interval + chance.randrange(-9, 10)
            if chance.random() < faults:
                after = chance.choice([1, 299, 300, 301, 600, 659, 660, 661, 900, 2_000])
            rates = chance.randrange(fastest), chance.randrange(fastest)
            polls.append(Poll(after, *rates, chance.random() < faults / 2))
            now += after
        late = 2**bits - FASTEST * 600 if bits == 64 else 0
        first = chance.randrange(late, 2**bits), chance.randrange(0, 2**bits)
        return played(begin, polls, bits, first)

    return st.builds(
        polled,
        st.sampled_from([32, 64]),
        st.integers(),
        st.sampled_from([10, 60, 300]),
        st.sampled_from([0.0, 0.02, 0.2, 0.6]),
        st.integers(start - 700, start + 1_000),
    )


def slots(known: Known, start: int, end: int) -> list[Fraction | None]:
    """Mean bits per second of every five minutes that lie wholly in a window."""
    found: list[Fraction | None] = []
    for slot in range(start // 300 * 300, end, 300):
        if slot >= start and slot + 300 <= end:
            sizes = [known[second] for second in range(slot, slot + 300) if second in known]
            found.append(Fraction(8 * sum(sizes), len(sizes)) if len(sizes) >= 150 else None)
    return found


def percentile(rates: Sequence[Fraction | None]) -> Fraction | None:
    """The smallest rate that at least 95 of 100 do not exceed."""
    known = sorted(rate for rate in rates if rate is not None)
    for rate in known:
        if 100 * bisect_right(known, rate) >= 95 * len(known):
            return rate
    return None


@dataclass(frozen=True)
class Counted:
    """Seconds of a window, by what they were."""

    up: int = 0
    down: int = 0
    unknown: int = 0
    maintenance: int = 0
    off_hours: int = 0
    outages: int = 0


@dataclass(frozen=True)
class Story:
    """What happened to a circuit."""

    zone: ZoneInfo
    verdicts: Sequence[Judged]
    watched: Sequence[tuple[int, int]]
    maintenance: Sequence[Maintenance]
    calendar: Calendar | None


def count(story: Story, start: int, end: int) -> Counted:
    """Ask every second of a window what it was."""
    seconds = dict.fromkeys(("up", "down", "unknown", "maintenance", "off_hours"), 0)
    outages, broken = 0, False
    for second in range(start, end):
        moment = datetime.fromtimestamp(second, story.zone)
        state = State.UNKNOWN
        for verdict in sorted(story.verdicts, key=lambda one: one.at):
            if verdict.at <= second:
                state = verdict.state
        seen = any(begin <= second < until for begin, until in story.watched)
        if not seen:
            state = State.UNKNOWN
        works = state in (State.UP, State.DEGRADED)
        if story.calendar is not None and not story.calendar.open(moment):
            kind = "off_hours"
        elif any(in_work(one, moment) for one in story.maintenance):
            kind = "maintenance"
        elif state is State.DOWN:
            kind = "down"
            outages += not broken
            broken = True
        else:
            kind = "up" if works else "unknown"
        broken = broken and not works
        seconds[kind] += 1
    return Counted(**seconds, outages=outages)


def in_work(one: Maintenance, moment: datetime) -> bool:
    """Whether work is announced for a moment, by the clock on the wall."""
    if one.every is None:
        assert one.start is not None
        assert one.end is not None
        return one.start <= moment < one.end
    minute = moment.hour * 60 + moment.minute

    def chosen(day: date) -> bool:
        assert one.every is not None
        return day.weekday() in one.every.weekdays or day.day in one.every.days

    today, yesterday = moment.date(), moment.date() - timedelta(days=1)
    if one.every.end > one.every.start:
        return chosen(today) and one.every.start <= minute < one.every.end
    return (chosen(today) and minute >= one.every.start) or (
        chosen(yesterday) and minute < one.every.end
    )
