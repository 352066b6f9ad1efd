"""What counts as up and down, and what does not count: tables."""

from dataclasses import replace
from datetime import datetime

import pytest

from collector.contract.availability import Judged, Pauses, availability
from collector.contract.grid import Window
from collector.contract.pauses import pauses
from collector.verdicts.events import State
from inventory.model import Maintenance, Recurrence, Thing
from tests.contract.circuits import CIRCUIT, province
from tests.contract.test_exact import HERE

WINDOW = Window(1_000, 2_000, HERE)
ALWAYS = [(0.0, 5_000.0)]
UP, DOWN = State.UP, State.DOWN
Story = list[tuple[float, State]]


def judged(*story: tuple[float, State]) -> list[Judged]:
    return [Judged(at, state) for at, state in story]


@pytest.mark.parametrize(
    ("story", "up", "down", "unknown", "outages"),
    [
        ([], 0, 0, 1000, 0),
        ([(500, UP)], 1000, 0, 0, 0),
        ([(500, State.DEGRADED)], 1000, 0, 0, 0),
        ([(500, DOWN), (1_100, UP)], 900, 100, 0, 1),
        ([(500, UP), (1_900, DOWN), (2_500, UP)], 900, 100, 0, 1),
        ([(500, UP), (1_100, State.UNREACHABLE), (1_300, UP)], 800, 0, 200, 0),
        ([(1_400, UP)], 600, 0, 400, 0),
        ([(500, UP), (1_100, DOWN), (1_200, UP), (1_300, DOWN), (1_400, UP)], 800, 200, 0, 2),
        ([(500, UP), (1_100, DOWN), (1_200, State.UNKNOWN), (1_300, DOWN)], 100, 800, 100, 1),
        ([(500, UP), (1_100, DOWN), (1_100, UP)], 1000, 0, 0, 0),
        ([(500, UP), (2_000, DOWN)], 1000, 0, 0, 0),
        ([(2_000, UP)], 0, 0, 1000, 0),
    ],
)
def test_every_second_is_up_down_or_unknown(
    story: Story, up: int, down: int, unknown: int, outages: int
) -> None:
    found = availability(WINDOW, judged(*story), ALWAYS, Pauses())
    assert (found.up, found.down, found.unknown) == (up, down, unknown)
    assert found.outages == outages
    assert found.ratio == (up / (up + down) if up + down else None)
    assert found.coverage == (up + down) / 1000


def test_time_that_no_collector_watched_is_unknown_whatever_was_last_concluded() -> None:
    found = availability(WINDOW, judged((500, DOWN)), [(0, 1_300), (1_600, 1_800)], Pauses())
    assert (found.down, found.unknown, found.outages) == (500, 500, 1)


def test_recovery_that_nobody_watched_does_not_part_an_outage() -> None:
    story = judged((500, DOWN), (1_400, UP), (1_500, DOWN))
    found = availability(WINDOW, story, [(0, 1_300), (1_600, 2_000)], Pauses())
    assert (found.up, found.down, found.outages) == (0, 700, 1)


def test_recovery_in_maintenance_ends_an_outage() -> None:
    story = judged((500, DOWN), (1_400, UP), (1_500, DOWN))
    found = availability(WINDOW, story, ALWAYS, Pauses(maintenance=[(1_300, 1_600)]))
    assert (found.down, found.maintenance, found.outages) == (700, 300, 2)


def test_off_hours_go_before_maintenance_and_neither_counts() -> None:
    excluded = Pauses(maintenance=[(1_000, 1_400)], off_hours=[(1_200, 1_500)])
    found = availability(WINDOW, judged((500, DOWN), (1_500, UP)), ALWAYS, excluded)
    assert (found.maintenance, found.off_hours, found.up, found.down) == (200, 300, 500, 0)
    assert (found.ratio, found.coverage) == (1.0, 1.0)


def test_window_that_holds_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        Window(5, 5, HERE)


@pytest.mark.parametrize(
    ("what", "concerned"),
    [
        ("circuit:tsl-a", True),
        ("circuit:tsl-b", False),
        ("device:rt01", True),
        ("device:pe01", True),
        ("device:rt02", False),
        ("site:pa-co", True),
        ("site:tinh", True),
        ("site:other", False),
    ],
)
def test_maintenance_of_an_end_or_of_a_place_around_it_is_the_circuits(
    what: str, concerned: bool
) -> None:
    inventory, circuit = province()
    kind, _, name = what.partition(":")
    span = [datetime.fromtimestamp(at, HERE) for at in (1_200, 1_500)]
    work = Maintenance((Thing(kind, name),), "", *span)
    found = pauses(circuit, inventory, [work], WINDOW).maintenance
    assert found == ([(1_200, 1_500)] if concerned else [])


def test_end_that_the_inventory_does_not_know_concerns_nobody() -> None:
    inventory, circuit = province()
    lone = replace(circuit, a=None, z=replace(CIRCUIT.z, device="gone"))
    assert pauses(lone, inventory, [], WINDOW) == Pauses([], [])


def test_work_over_midnight_counts_on_both_days() -> None:
    inventory, circuit = province()
    monday = datetime(2026, 11, 2, tzinfo=HERE).timestamp()
    every = Recurrence(23 * 60, 60, weekdays=frozenset({0}))
    work = Maintenance((Thing("circuit", circuit.name),), "", every=every)
    hour = 3_600
    inside = Window(monday + 24 * hour, monday + 48 * hour, HERE)
    assert pauses(circuit, inventory, [work], inside).maintenance == [
        (monday + 24 * hour, monday + 25 * hour)
    ]
