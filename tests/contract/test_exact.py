"""Contract numbers are exact: held against a count of every second, over what can happen to a line.

Gaps, restarts, counters of 32 and 64 bits that wrap, month borders, zones with and without summer
time, maintenance once and again, hours, verdicts from before the window, a collector that was off.
"""

import random
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.contract.availability import Judged
from collector.contract.grid import Window, whole
from collector.contract.measure import Evidence, Numbers, measure
from collector.contract.pauses import pauses
from collector.contract.traffic import Traffic
from collector.verdicts.events import State
from inventory.model import Calendar, Maintenance, Recurrence, Thing
from tests.contract import brute
from tests.contract.circuits import CIRCUIT, province

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES = [HERE, *map(ZoneInfo, ("America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"))]
BORDERS = [date(2026, 3, 1), date(2026, 11, 1), date(2027, 1, 1)]


def midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


@st.composite
def windows(draw: st.DrawFn, longest: int) -> tuple[int, int]:
    start = midnight(draw(st.sampled_from(BORDERS)), HERE) + draw(st.integers(-7_200, 7_200))
    length = draw(st.integers(longest // 2, longest) | st.integers(1, longest))
    return start, start + length


def evenly(numbers: Traffic, rates: list[Fraction | None]) -> None:
    """What was measured is what the slow way finds."""
    known = [rate for rate in rates if rate is not None]
    assert (numbers.slots, numbers.measured) == (len(rates), len(known))
    if not known:
        assert (numbers.p95, numbers.mean, numbers.most) == (None, None, None)
        return
    found = brute.percentile(rates)
    assert found is not None
    assert numbers.p95 == pytest.approx(float(found), rel=1e-12, abs=1e-6)
    assert numbers.mean == pytest.approx(float(sum(known) / len(known)), rel=1e-12, abs=1e-6)
    assert numbers.most == pytest.approx(float(max(known)), rel=1e-12, abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_traffic_is_what_a_count_of_every_second_finds(data: st.DataObject) -> None:
    start, end = data.draw(windows(6 * 3600))
    line = data.draw(brute.lines(start, end))
    numbers = measure(CIRCUIT, start, end, HERE, Evidence(line.counters))
    evenly(numbers.transmit, brute.slots(line.transmit, start, end))
    evenly(numbers.receive, brute.slots(line.receive, start, end))


@st.composite
def stories(draw: st.DrawFn, start: int, end: int) -> brute.Story:
    instant = st.integers(start - 3_600, end + 600)
    spans = st.lists(st.tuples(instant, instant).map(lambda two: (min(two), max(two))), max_size=4)
    state = st.sampled_from([State.UP, State.DOWN, *State])
    verdicts = draw(st.lists(st.builds(Judged, instant.map(float), state), max_size=12))
    minute = st.integers(0, 1439)
    repeated = st.builds(
        Recurrence,
        minute,
        minute,
        st.frozensets(st.integers(0, 6), max_size=3),
        st.frozensets(st.sampled_from([1, 28, 30, 31]), max_size=2),
    )
    what = (Thing("circuit", CIRCUIT.name),)
    work = [
        Maintenance(what, "", *(datetime.fromtimestamp(edge, HERE) for edge in span))
        for span in draw(spans)
    ]
    work += [Maintenance(what, "", every=one) for one in draw(st.lists(repeated, max_size=2))]
    watched = draw(spans | st.just([(start - 3_600, end + 600)]))
    return brute.Story(HERE, verdicts, watched, work, draw(st.none() | calendars()))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    begin, long = st.integers(0, 1380), st.integers(1, 60) | st.integers(60, 1440)
    spans = draw(st.lists(st.builds(lambda b, n: (b, min(b + n, 1440)), begin, long)))
    days = draw(st.frozensets(st.integers(0, 6), min_size=4))
    return Calendar("office", days, tuple(spans), draw(st.frozensets(st.sampled_from(BORDERS))))


def measured(story: brute.Story, start: int, end: int) -> Numbers:
    inventory, circuit = province(story.calendar)
    window = Window(start, end, story.zone)
    excluded = pauses(circuit, inventory, story.maintenance, window)
    known = Evidence(verdicts=story.verdicts, watched=story.watched, pauses=excluded)
    return measure(circuit, start, end, story.zone, known)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_availability_is_what_a_count_of_every_second_finds(data: st.DataObject) -> None:
    start, end = data.draw(windows(10_000))
    story = data.draw(stories(start, end))
    found = measured(story, start, end).availability
    expected = brute.count(story, start, end)
    assert (
        brute.Counted(
            *map(int, (found.up, found.down, found.unknown, found.maintenance, found.off_hours)),
            found.outages,
        )
        == expected
    )
    if expected.up + expected.down:
        assert found.ratio == expected.up / (expected.up + expected.down)
    else:
        assert found.ratio is None


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from([date(2026, 3, 8), date(2026, 4, 5), date(2026, 10, 4), date(2026, 11, 1)]),
    calendars(),
)
def test_hours_follow_the_wall_clock_on_days_that_change_it(
    zone: ZoneInfo, day: date, calendar: Calendar
) -> None:
    start, end = midnight(day, zone) - 3_600, midnight(day + timedelta(days=1), zone) + 3_600
    moments = range(start, end, 60)
    open_minutes = sum(calendar.open(datetime.fromtimestamp(one, zone)) for one in moments)
    story = brute.Story(zone, [], [], [], calendar)
    found = measured(story, start, end).availability
    assert found.unknown == 60 * open_minutes
    assert found.off_hours == end - start - 60 * open_minutes


@settings(max_examples=6, deadline=None)
@given(
    st.integers(), st.sampled_from(ZONES), st.sampled_from([date(2026, 3, 7), date(2026, 10, 31)])
)
def test_days_and_their_weeks_are_what_a_count_of_every_second_finds(
    number: int, zone: ZoneInfo, first: date
) -> None:
    """Nine days polled every ten minutes; the days of 23 and 25 hours are among them."""
    begin = midnight(first - timedelta(days=7), zone)
    start, end = midnight(first, zone) - 1_000, midnight(first + timedelta(days=2), zone) + 299
    seed = random.Random(number)
    polls = [
        brute.Poll(600, seed.randrange(brute.FASTEST), seed.randrange(brute.FASTEST))
        for _ in range((end - begin) // 600 + 2)
        if seed.random() < 0.95
    ]
    line = brute.played(begin, polls, 64, (5, 5))
    numbers = measure(CIRCUIT, start, end, zone, Evidence(line.counters))
    assert [day.date for day in numbers.days] == [first, first + timedelta(days=1)]
    for day in numbers.days:
        for days, traffic in ((1, day.receive), (7, day.week_receive)):
            of = whole(day.date, zone, days)
            evenly(traffic, brute.slots(line.receive, int(of.start), int(of.end)))
