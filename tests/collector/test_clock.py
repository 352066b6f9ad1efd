"""What pages are told of the province's clocks, held against the time zone itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from collector.api.screen import clock


@pytest.mark.parametrize("name", ["Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe"])
def test_clocks_are_told_as_they_go_before_and_after_every_shift(name: str) -> None:
    zone = ZoneInfo(name)
    told = clock(zone, 2026)
    at = datetime(2024, 1, 1, tzinfo=UTC)
    while at.year <= 2028:
        shift = [one for one in told if one.at <= at.timestamp()][-1]
        assert at.astimezone(zone).utcoffset() == timedelta(seconds=shift.ahead), at
        at += timedelta(minutes=15)


def test_a_zone_that_never_shifts_is_told_in_one() -> None:
    assert [one.ahead for one in clock(ZoneInfo("Asia/Ho_Chi_Minh"), 2026)] == [7 * 3600]
