"""How a thing was: from events of its verdict, of work on it, and when a collector was at work."""

from typing import Any

import pytest

from collector.api.sheets.history import MOST, Stretch, stretches
from collector.journal import Entry
from collector.verdicts.events import State
from collector.verdicts.verdict import Verdict

LINE = "circuit:tsl-a"
ALWAYS = [(0.0, 10_000.0)]


def entry(number: int, at: float, state: str, before: str, **more: Any) -> Entry:
    return Entry(number, at, "verdict", LINE, "", {"state": state, "before": before, **more})


def mark(number: int, at: float, what: str) -> Entry:
    return Entry(number, at, "maintenance", LINE, what, {"what": what, "by": "site:dc"})


def told(found: list[Stretch]) -> list[tuple[float, float, str]]:
    return [
        (one.start, one.end, one.state.name.lower() if one.watched else "nobody") for one in found
    ]


def test_spans_follow_each_other_from_when_anything_is_known() -> None:
    events = [entry(1, 200, "up", "unknown"), entry(2, 300, "down", "up", because="device:pe")]
    found = stretches(events, None, ALWAYS, 100, 400)
    assert told(found) == [(200, 300, "up"), (300, 400, "down")]
    assert found[1].because == "device:pe"


def test_what_was_before_the_time_holds_at_its_beginning() -> None:
    found = stretches([entry(1, 50, "down", "up", before_since=10)], None, ALWAYS, 100, 400)
    assert told(found) == [(100, 400, "down")]


def test_time_that_no_collector_was_at_work_is_unknown() -> None:
    events = [entry(1, 0, "up", "unknown")]
    found = stretches(events, None, [(0, 200), (150, 220), (300, 400)], 100, 400)
    assert told(found) == [(100, 220, "up"), (220, 300, "nobody"), (300, 400, "up")]
    assert found[1].state is State.UNKNOWN


def test_a_return_that_is_no_event_is_known_from_the_next_one() -> None:
    events = [
        entry(1, 110, "unknown", "up"),
        entry(2, 300, "down", "up", before_since=200),
    ]
    found = stretches(events, None, ALWAYS, 100, 400)
    assert told(found) == [(110, 200, "unknown"), (200, 300, "up"), (300, 400, "down")]


def test_a_return_that_is_no_event_is_known_from_what_is_held() -> None:
    held = Verdict(State.UP, since=350)
    found = stretches([entry(1, 110, "unknown", "up", before_since=50)], held, ALWAYS, 100, 400)
    assert told(found) == [(100, 110, "up"), (110, 350, "unknown"), (350, 400, "up")]


def test_without_any_event_it_is_as_it_is_held() -> None:
    assert told(stretches([], Verdict(State.UP, since=250), ALWAYS, 100, 400)) == [(250, 400, "up")]
    assert stretches([], None, ALWAYS, 100, 400) == []


def test_work_stands_beside_the_state() -> None:
    events = [
        entry(1, 100, "up", "unknown"),
        mark(2, 150, "announced"),
        mark(3, 200, "begins"),
        mark(4, 300, "ends"),
    ]
    found = stretches(events, None, ALWAYS, 100, 400)
    assert [(one.start, one.work) for one in found] == [(100, ""), (200, "site:dc"), (300, "")]


@pytest.mark.parametrize("detail", [{}, {"state": 7}, {"state": "gone"}, {"state": None}])
def test_events_of_another_make_are_passed_over(detail: dict[str, Any]) -> None:
    odd = Entry(2, 200, "verdict", LINE, "", detail)
    found = stretches([entry(1, 100, "up", "unknown"), odd], None, ALWAYS, 100, 400)
    assert told(found) == [(100, 400, "up")]


def test_of_many_short_changes_the_worst_is_told_and_long_spans_stay() -> None:
    events = [entry(1, 0, "up", "unknown")]
    for number in range(2, 2_000):
        state, before = (("down", "up"), ("up", "down"))[number % 2]
        events.append(entry(number, 5_000 + number, state, before))
    found = stretches(events, None, ALWAYS, 0, 10_000)
    assert len(found) <= 2 * MOST + 1
    assert told(found)[0] == (0, 5_002, "up")
    assert {one.state for one in found[1:-2]} == {State.DOWN}
    assert [one.start for one in found[1:]] == [one.end for one in found[:-1]]
