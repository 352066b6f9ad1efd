"""The journal: what was told stays, in order, bounded, through kills and damage."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector import journal as journals
from collector.journal import Journal

NOW = 1_795_222_500.25


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    one = Journal(tmp_path / "state" / "events.sqlite")
    one.start()
    yield one
    one.close()


def test_events_come_back_as_told_and_page_both_ways(journal: Journal) -> None:
    for number in range(5):
        journal.event("verdict", f"device:d{number}", "mất kết nối", NOW + number, state="down")
    assert journal.flush()
    newest = journal.events(limit=2)
    assert [entry.id for entry in newest] == [5, 4]
    assert [entry.id for entry in journal.events(limit=2, before=4)] == [3, 2]
    assert [entry.id for entry in journal.events(after=3)] == [4, 5]
    assert newest[0].at == NOW + 4
    assert (newest[0].subject, newest[0].text) == ("device:d4", "mất kết nối")
    assert newest[0].detail == {"state": "down"}


def test_events_are_filtered_by_kind_and_subject_and_nothing_else(journal: Journal) -> None:
    journal.event("verdict", "device:a", "down", NOW)
    journal.event("reload", "collector", "done", NOW)
    assert journal.flush()
    assert [entry.kind for entry in journal.events(where={"kind": "reload"})] == ["reload"]
    assert [entry.id for entry in journal.events(where={"subject": "device:a"})] == [1]
    with pytest.raises(KeyError, match="text"):
        journal.events(where={"text": "down' OR 1"})


def test_an_incident_is_one_cause_from_detection_to_recovery(journal: Journal) -> None:
    number = journal.open_incident("device:rt01", NOW, "no echo answered for 3 s")
    assert journal.open_incident("device:rt01", NOW + 9, "again") == number
    assert journal.close_incident("device:rt01", NOW + 60) == number
    assert journal.close_incident("device:rt01", NOW + 61) is None
    again = journal.open_incident("device:rt01", NOW + 70, "no echo answered for 3 s")
    assert journal.flush()
    assert [(i.id, i.detected_at, i.closed_at) for i in journal.incidents()] == [
        (again, int(NOW + 70), None),
        (number, int(NOW), int(NOW + 60)),
    ]
    assert [i.id for i in journal.incidents(open_only=True)] == [again]
    assert [i.id for i in journal.incidents(before=again)] == [number]


def test_open_incidents_and_ids_are_known_after_a_restart(tmp_path: Path) -> None:
    first = Journal(tmp_path / "events.sqlite")
    first.start()
    number = first.open_incident("device:rt01", NOW, "silent")
    first.event("start", "collector", "started", NOW)
    first.close()
    second = Journal(tmp_path / "events.sqlite")
    second.start()
    assert second.open_causes == {"device:rt01": number}
    assert second.open_incident("device:rt01", NOW + 5, "silent") == number
    assert second.event("start", "collector", "started", NOW + 5) == 2
    second.close()


_WRITER = """
import sys
import time
from pathlib import Path
from collector.journal import Journal
journal = Journal(Path(sys.argv[1]))
journal.start()
number = 0
while True:
    number += 1
    journal.event("verdict", "device:a", "down", time.time())
    if number % 50 == 0:
        journal.flush()
        print(number, flush=True)
"""


def test_what_was_flushed_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(3)][-1]
        os.kill(child.pid, signal.SIGKILL)
    journal = Journal(path)
    journal.start()
    kept = journal.events(after=0, limit=100_000)
    assert len(kept) >= told
    assert [entry.id for entry in kept] == list(range(1, len(kept) + 1))
    journal.close()
    assert not list(tmp_path.glob("*damaged*"))


def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    path.write_bytes(b"this is no database" * 500)
    journal = Journal(path)
    journal.start()
    assert journal.flush()
    (aside,) = tmp_path.glob("events.sqlite.damaged-*")
    assert re.fullmatch(r"events\.sqlite\.damaged-\d{8}T\d{6}\.\d{6}", aside.name)
    assert aside.read_bytes().startswith(b"this is no database")
    (told,) = journal.events()
    assert (told.kind, told.text) == ("journal", f"damaged, set aside as {aside.name}")
    journal.close()


def test_a_file_damaged_while_in_use_is_set_aside_and_the_event_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "events.sqlite")
    journal.start()
    journal.event("start", "collector", "started", NOW)
    assert journal.flush()
    real = journals._write
    faults = [sqlite3.DatabaseError("database disk image is malformed")]

    def write(connection: sqlite3.Connection, batch: list[journals._Write]) -> None:
        if faults:
            raise faults.pop()
        real(connection, batch)

    monkeypatch.setattr(journals, "_write", write)
    journal.event("verdict", "device:a", "down", NOW)
    assert journal.flush()
    assert [(entry.id, entry.kind) for entry in journal.events()] == [(2, "verdict")]
    assert list(tmp_path.glob("events.sqlite.damaged-*"))
    journal.close()


def test_a_disk_that_refuses_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "RETRY", 0.01)
    journal = Journal(tmp_path / "events.sqlite")
    journal.start()
    real = journals._write
    faults = ["database or disk is full"] * 3

    def write(connection: sqlite3.Connection, batch: list[journals._Write]) -> None:
        if faults:
            raise sqlite3.OperationalError(faults.pop())
        real(connection, batch)

    monkeypatch.setattr(journals, "_write", write)
    journal.event("verdict", "device:a", "down", NOW)
    assert journal.flush()
    assert len(journal.events()) == 1
    assert journal.problem == ""
    journal.close()


def test_too_much_for_the_disk_is_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "PENDING", 3)
    journal = Journal(tmp_path / "events.sqlite")  # not started: nothing is taken from the queue
    ids = [journal.event("verdict", "device:a", "down", NOW) for _ in range(5)]
    assert ids == [1, 2, 3, None, None]
    assert journal.dropped == 2


def test_what_is_older_than_it_is_kept_goes_but_open_incidents_stay(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    first = Journal(path)
    first.start()
    old = time.time() - 100
    first.event("verdict", "device:a", "down", old)
    first.event("verdict", "device:a", "up", time.time())
    first.open_incident("device:open", old, "silent")
    first.open_incident("device:closed", old, "silent")
    first.close_incident("device:closed", old + 1)
    first.close()
    second = Journal(path, keep=50)
    second.start()
    second.event("start", "collector", "started", time.time())
    assert second.flush()
    assert [entry.text for entry in second.events()] == ["started", "up"]
    assert [incident.cause for incident in second.incidents()] == ["device:open"]
    second.close()


def test_a_journal_above_its_size_drops_its_oldest_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "PRUNE_SLICE", 100)
    monkeypatch.setattr(journals, "PRUNE_EVERY", 0.0)
    journal = Journal(tmp_path / "events.sqlite", size=200_000)
    journal.start()
    for _ in range(1000):
        journal.event("trap", "device:a", "x" * 500, time.time())
    assert journal.flush()
    journal.event("trap", "device:a", "the last", time.time())
    assert journal.flush()
    kept = journal.events(limit=10_000)
    assert 100 < len(kept) < 500
    assert kept[0].text == "the last"
    journal.close()


def test_a_place_that_cannot_be_written_is_an_error_at_start(tmp_path: Path) -> None:
    (tmp_path / "events.sqlite").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        Journal(tmp_path / "events.sqlite").start()


def test_text_from_outside_is_bounded(journal: Journal) -> None:
    journal.event("trap", "device:a", "x" * 1_000_000, NOW)
    assert journal.flush()
    assert len(journal.events()[0].text) == journals.TEXT
