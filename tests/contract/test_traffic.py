"""What counters say of a line, and what they do not: tables."""

import pytest

from collector.contract.grid import Window
from collector.contract.traffic import Counter, Counters, nearest_rank, slot_rates, summed
from tests.contract.brute import CAPACITY
from tests.contract.test_exact import HERE

START = 1_795_223_700
"""The beginning of a slot."""


def rates(
    values: list[int], other: list[int] | None = None, every: int = 60, capacity: float = CAPACITY
) -> list[float | None]:
    """Transmit rates of the first two slots of a port polled every so often."""
    times = [START + every * n for n in range(len(values))]
    counters = Counters(Counter(times, values), Counter(times, other or values))
    return slot_rates(counters, Window(START, START + 600, HERE), capacity)[0]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([95], 95),
        (list(range(1, 21)), 19),
        (list(range(1, 101)), 95),
        (list(range(1, 289)), 274),
    ],
)
def test_percentile_is_a_measured_value_by_nearest_rank(values: list[float], found: float) -> None:
    """288 slots of a day leave the 14 busiest out."""
    assert nearest_rank(values, 95) == found


def test_nothing_measured_gives_no_numbers_and_no_coverage() -> None:
    nothing = summed([None, None])
    assert (nothing.p95, nothing.mean, nothing.most, nothing.coverage) == (None, None, None, 0.0)
    assert summed([]).coverage == 0.0


def test_even_traffic_is_its_rate_in_bits() -> None:
    assert rates([1_000 * n for n in range(11)]) == [pytest.approx(8_000 / 60)] * 2


def test_slot_that_is_half_known_is_measured_and_one_second_less_is_not() -> None:
    for seconds, found in ((150, pytest.approx(80.0)), (149, None)):
        counter = Counter([START, START + seconds], [0, 10 * seconds])
        got = slot_rates(Counters(counter), Window(START, START + 300, HERE), CAPACITY)
        assert got == ([found], [None])


def test_counter_of_32_bits_that_wraps_goes_on() -> None:
    values = [(2**32 - 3_000 + 1_000 * n) % 2**32 for n in range(11)]
    assert rates(values, list(range(11))) == [pytest.approx(8_000 / 60)] * 2


def test_both_counters_that_fall_at_once_are_a_restart_and_that_time_is_unknown() -> None:
    values = [10**6 + 1_000 * n for n in range(3)] + [500 + 1_000 * n for n in range(8)]
    assert rates(values) == [pytest.approx(8_000 / 60)] * 2
    times = [START + 60 * n for n in range(11)]
    short = Counters(Counter(times[:4], values[:4]), Counter(times[:4], values[:4]))
    assert slot_rates(short, Window(START, START + 300, HERE), CAPACITY)[0] == [None]


def test_counter_that_falls_alone_and_would_outrun_the_line_was_reset() -> None:
    """It would have to have carried 4 GB in a minute."""
    values = [10**6, 10**6, 0, 0, 0, 0]
    up = list(range(6))
    assert rates(values, up)[0] == 0.0
    assert rates(values, up, every=75) == [0.0, None]
    assert rates(values, up, every=75, capacity=1e10)[0] > 1e8


def test_line_without_a_capacity_takes_no_fall_for_a_wrap() -> None:
    times = [START, START + 200]
    counters = Counters(Counter(times, [2**32 - 1, 1]), Counter(times, [0, 1]))
    assert slot_rates(counters, Window(START, START + 300, HERE), None) == ([None], [0.04])


def test_one_lost_poll_of_five_minutes_leaves_no_hole_and_two_do() -> None:
    for gap, known in ((600, 4), (900, 2)):
        times = [START, START + 300, START + 300 + gap, START + 600 + gap]
        counters = Counters(Counter(times, times))
        window = Window(START, START + 1_200 if gap == 600 else START + 1_500, HERE)
        assert summed(slot_rates(counters, window, CAPACITY)[0]).measured == known
