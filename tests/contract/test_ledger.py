"""What contract numbers keep on disk."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from collector.contract.ledger import BEAT, KEEP, Kept, Ledger
from collector.contract.traffic import Traffic

DAY = date(2026, 11, 20)


def kept(capacity: float = 100.0, p95: float = 95.0, day: date = DAY) -> Kept:
    return Kept("tsl-a", day, capacity, Traffic(288, 288, p95, 40.0, 99.0), Traffic(288, 0))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    one = Ledger(tmp_path / "state" / "contract.sqlite")
    one.open()
    return one


def test_days_are_given_back_as_they_were_kept(ledger: Ledger) -> None:
    days = [kept(day=DAY - timedelta(days=n)) for n in range(3)]
    ledger.write(days)
    assert ledger.days(DAY - timedelta(days=1)) == [days[1], days[0]]
    assert ledger.days(DAY, "tsl-b") == []
    (one,) = ledger.days(DAY, "tsl-a")
    assert one.peaks == (DAY, (0.95, 1.0), (None, 0.0))
    assert not one.complete


def test_day_that_is_computed_again_keeps_the_capacity_it_had(ledger: Ledger) -> None:
    nothing = Traffic(288, 0)
    ledger.write([Kept("tsl-a", DAY, 20.0, nothing, nothing)])
    ledger.write([kept(100.0, 95.0)])
    ledger.write([kept(500.0, 97.0)])
    (one,) = ledger.days(DAY)
    assert (one.capacity, one.transmit.p95) == (100.0, 97.0)


def test_signs_of_life_are_one_span_until_they_pause(ledger: Ledger) -> None:
    for now in (1_000, 1_000 + BEAT, 1_000 + 4 * BEAT, 5_000, 5_000 + BEAT):
        ledger.beat(now)
    assert ledger.watched(0, 9_000) == [(1_000, 1_000 + 4 * BEAT), (5_000, 5_000 + BEAT)]
    assert ledger.watched(2_000, 4_000) == []


def test_collector_that_was_killed_begins_a_span_of_its_own(ledger: Ledger) -> None:
    ledger.beat(1_000)
    ledger.beat(1_010)
    after = Ledger(ledger.path)
    after.open()
    after.beat(1_020)
    after.beat(1_050)
    assert after.watched(0, 9_000) == [(1_000, 1_010), (1_020, 1_050)]


def test_clock_that_is_set_back_begins_a_new_span(ledger: Ledger) -> None:
    ledger.beat(2_000)
    ledger.beat(1_990)
    assert ledger.watched(0, 9_000) == [(1_990, 1_990), (2_000, 2_000)]


def test_what_is_older_than_fifteen_months_goes(ledger: Ledger) -> None:
    ledger.write([kept(), kept(day=DAY - KEEP - timedelta(days=1))])
    ledger.beat(1_000)
    ledger.prune(DAY)
    assert [one.day for one in ledger.days(date.min)] == [DAY]
    assert ledger.watched(0, 9_000) == []


def test_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "contract.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\x7f" * 8_192)
    ledger = Ledger(path)
    ledger.open()
    ledger.write([kept()])
    assert len(ledger.days(DAY)) == 1
    assert len(list(tmp_path.glob("contract.sqlite.damaged-*"))) == 1


def test_damage_in_the_pages_is_found(tmp_path: Path) -> None:
    path = tmp_path / "contract.sqlite"
    ledger = Ledger(path)
    ledger.open()
    ledger.write([kept(day=DAY - timedelta(days=n)) for n in range(400)])
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    body = bytearray(path.read_bytes())
    body[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    path.write_bytes(body)
    ledger.open()
    assert ledger.days(date.min) == []
    assert list(tmp_path.glob("contract.sqlite.damaged-*"))
