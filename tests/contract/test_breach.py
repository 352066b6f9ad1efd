"""When the peak of a circuit is a breach, and when it ends: tables of days."""

from datetime import date, timedelta

import pytest

from collector.contract.breach import Breach, Peak, Peaks, breach

FIRST = date(2026, 10, 28)
KINDS = {
    "#": Peak(0.95, 1.0),
    ".": Peak(0.5, 1.0),
    "=": Peak(0.9, 1.0),
    "?": Peak(0.95, 0.79),
    "8": Peak(0.95, 0.8),
    "0": Peak(None, 0.0),
}


def told(transmit: str, receive: str = "") -> Breach | None:
    """The verdict over days drawn as letters; `-` is a day that is missing."""
    days = [
        Peaks(FIRST + timedelta(days=n), KINDS[one], KINDS[other])
        for n, (one, other) in enumerate(zip(transmit, receive or "." * 99, strict=False))
        if one != "-"
    ]
    return breach("tsl-a", days)


@pytest.mark.parametrize(
    "days",
    ["", "######", "###.####", "=======", "###?###", "###-####", "0000000", "#######.",
     "#######?.", "???????", "######?#", "#######.######"],
)  # fmt: skip
def test_less_than_seven_days_in_a_row_or_a_day_below_since_is_no_breach(days: str) -> None:
    assert told(days) is None


@pytest.mark.parametrize(
    ("days", "since", "last", "count"),
    [
        ("#######", 0, 6, 7),
        ("...########", 3, 10, 8),
        ("8888888", 0, 6, 7),
        ("#######?", 0, 6, 7),
        ("#######0-0", 0, 6, 7),
        ("#######?-#", 0, 9, 8),
        ("#######.#######", 8, 14, 7),
    ],
)
def test_seven_days_in_a_row_are_a_breach_until_a_day_is_measured_below(
    days: str, since: int, last: int, count: int
) -> None:
    found = told(days)
    assert found is not None
    assert (found.direction, found.days) == ("transmit", count)
    assert (found.since, found.last) == tuple(FIRST + timedelta(days=n) for n in (since, last))


def test_directions_are_held_against_the_limit_each_by_itself() -> None:
    assert told("###....", "...####") is None
    either = told("...#######", "##########")
    assert either is not None
    assert (either.direction, either.days) == ("receive", 10)
    other = told("#######.", "########")
    assert other is not None
    assert other.direction == "receive"


def test_sign_names_value_limit_and_days() -> None:
    found = told("#######")
    assert found is not None
    assert found.sign == (("value", "0.950"), ("limit", "0.9"), ("days", "7"))
