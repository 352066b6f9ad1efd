"""The journal: what was told stays, in order, bounded, through kills and damage."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.journal import Announced, Incident, Journal, Mark, Note, Said, writer
from collector.journal import journal as journals
from collector.verdicts.events import State
from collector.verdicts.verdict import Cause, Change, Kept, Sign, Verdict

ROOT = Path(__file__).parents[2]
THING = "device:rt01"
SILENT = Sign("silent_for", (("seconds", "4"),))
NOW = 1_795_222_500.25


def change(thing: str) -> Change:
    return Change(thing, Verdict(State.UP), Verdict(State.DOWN, NOW, "", (SILENT,)))


def incident(number: int, thing: str, *, at: float = NOW, severity: str = "major") -> Incident:
    cause = Cause(f"DeviceDown/{thing}", "DeviceDown", thing, severity, at - 4, "", (SILENT,))
    return Incident(number, cause, int(at))


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


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


def test_a_change_stands_as_event_verdict_and_incident(journal: Journal) -> None:
    journal.record(NOW, [change(THING)], [Kept(THING, "{}")], [incident(1, THING)])
    assert journal.flush()
    (entry,) = journal.events()
    assert (entry.kind, entry.subject, entry.text) == ("verdict", THING, "up -> down")
    assert entry.detail["evidence"] == [{"code": "silent_for", "args": {"seconds": "4"}}]
    assert (entry.detail["state"], entry.detail["because"]) == ("down", "")
    assert journal.incident(1) == incident(1, THING)
    assert journal.incident(2) is None
    assert journal.recall() == ([Kept(THING, "{}")], [incident(1, THING).cause])


def test_maintenance_and_flapping_are_events_of_their_own_and_no_change_of_state(
    journal: Journal,
) -> None:
    well = Verdict(State.UP, NOW, "", (SILENT,))
    marked = replace(well, maintenance="site:pa-co")
    hidden = Verdict(State.UNREACHABLE, NOW, "circuit:a", (SILENT,), "site:pa-co", flapping=True)
    steps = [
        (well, marked),
        (marked, hidden),
        (hidden, replace(hidden, because="circuit:b")),
        (hidden, replace(hidden, maintenance="", flapping=False)),
    ]
    for before, now in steps:
        journal.record(NOW, [Change(THING, before, now)])
    assert journal.flush()
    told = journal.events(after=0)
    assert [(one.kind, one.text) for one in told] == [
        ("maintenance", "begins"),
        ("flapping", "begins"),
        ("verdict", "up -> unreachable"),
        ("verdict", "unreachable because of circuit:b"),
        ("maintenance", "ends"),
        ("flapping", "ends"),
    ]
    assert told[0].detail == {"what": "begins", "state": "up", "by": "site:pa-co"}


def test_incidents_are_found_by_cause_kind_severity_and_time(journal: Journal) -> None:
    closed = replace(incident(2, "circuit:c", severity="critical"), closed_at=int(NOW) + 9)
    journal.record(NOW, incidents=[incident(1, THING), closed, incident(3, THING, at=NOW + 60)])
    assert journal.flush()

    def found(**asked: Any) -> list[int]:
        return [one.id for one in journal.incidents(**asked)]

    assert found() == [3, 2, 1]
    assert found(open_only=True) == [3, 1]
    assert found(where={"cause": THING}, before=3) == [1]
    assert found(where={"kind": "circuit"}) == [2]
    assert found(where={"severity": "critical", "alert": "DeviceDown"}) == [2]
    assert found(since=int(NOW) + 60) == [3]
    with pytest.raises(KeyError, match="evidence"):
        journal.incidents(where={"evidence": "x"})


def test_what_stands_is_known_after_a_restart_and_ids_go_on(tmp_path: Path) -> None:
    first = Journal(tmp_path / "events.sqlite")
    first.start()
    number = first.number("incident")
    noted = replace(incident(number, THING), owner="a", notes=(Note(NOW, "b", "c"),))
    marked = replace(noted, acknowledged=Mark(NOW, "b"), suspected=Mark(NOW + 1, "c"))
    window = Announced(first.number("maintenance"), (THING,), "why", "who", NOW, NOW + 60)
    first.record(NOW, [change(THING)], [Kept(THING, "kept"), Kept("device:b", "b")], [marked])
    first.forget(["device:b", "device:never"])
    first.announce(window, NOW, [Said("maintenance", THING, "announced", {})])
    first.close()
    second = Journal(tmp_path / "events.sqlite")
    second.start()
    assert second.recall() == ([Kept(THING, "kept")], [marked.cause])
    assert list(second.open_incidents) == [marked]
    assert list(second.windows) == [window]
    assert (second.number("incident"), second.number("maintenance")) == (2, 2)
    assert second.event("start", "collector", "started", NOW + 5) == 3
    second.record(NOW, incidents=[replace(marked, closed_at=int(NOW) + 60)])
    ended = replace(window, ended=Mark(NOW, "b"))
    second.announce(ended, NOW)
    second.close()
    third = Journal(tmp_path / "events.sqlite")
    third.start()
    assert (third.recall().causes, list(third.windows)) == ([], [ended])
    third.close()


_FIRST_VERSION = """
CREATE TABLE event (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  text TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX event_subject ON event (subject, id);
CREATE INDEX event_kind ON event (kind, id);
CREATE TABLE incident (
  id INTEGER PRIMARY KEY, cause TEXT NOT NULL, detected_at INTEGER NOT NULL, closed_at INTEGER,
  evidence TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX incident_open ON incident (id) WHERE closed_at IS NULL;
PRAGMA user_version = 1;
INSERT INTO event VALUES (7, 1795222500.25, 'verdict', 'device:a', 'no echo', '{"state": "down"}');
INSERT INTO incident VALUES (3, 'device:a', 1795222500, NULL, 'no echo answered', '{}');
INSERT INTO incident VALUES (2, 'device:b', 1795222000, 1795222100, 'never', '{"x": 1}');
"""


def test_a_file_of_the_first_version_is_taken_over_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(_FIRST_VERSION)
    for _ in range(2):
        journal = Journal(path)
        journal.start()
        open_now, closed = journal.incidents()
        assert [one.text for one in journal.events()] == ["no echo"]
        assert (open_now.id, open_now.cause.key) == (3, "DeviceDown/device:a")
        assert (open_now.detected_at, open_now.notes[0].text) == (1795222500, "no echo answered")
        assert (closed.closed_at, closed.notes[0].text) == (1795222100, 'never {"x": 1}')
        assert [one.id for one in journal.open_incidents] == [3]
        assert journal.committed == 7
        journal.close()
    assert not list(tmp_path.glob("*damaged*"))


def test_a_file_of_a_version_to_come_is_set_aside_not_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    with closing(sqlite3.connect(path)) as newer:
        newer.executescript("CREATE TABLE event (id); PRAGMA user_version = 9;")
    journal = Journal(path)
    journal.start()
    assert journal.flush()
    assert len(list(tmp_path.glob("events.sqlite.damaged-*"))) == 1
    journal.close()


_WRITER = """
import sys
import time
from dataclasses import replace
from pathlib import Path
from collector.incidents import Incidents
from collector.journal import Journal
from tests.collector.test_journal import THING, change, incident
from collector.verdicts.verdict import Kept, News
journal = Journal(Path(sys.argv[1]))
journal.start()
incidents = Incidents(journal)
number = 0
while True:
    number += 1
    what = "opened" if number % 2 else "closed"
    things = [f"device:{name}" for name in range(40)]
    cause = replace(incident(1, THING).cause, since=float(number))
    now = time.time()
    incidents.take(now, map(change, things), [Kept(thing, str(number)) for thing in things],
                   [News(what, cause, now)])
    if number % 10 == 0:
        journal.flush()
        print(number, flush=True)
"""


def test_kill_9_leaves_all_that_was_flushed_and_nothing_by_halves(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(3)][-1]
        os.kill(child.pid, signal.SIGKILL)
    journal = Journal(path)
    journal.start()
    kept, causes = journal.recall()
    (last,) = {int(one.text) for one in kept}
    assert len(kept) == 40
    assert last >= told
    assert len(journal.incidents(limit=100_000)) == (last + 1) // 2
    assert [cause.since for cause in causes] == ([last] if last % 2 else [])
    events = journal.events(after=0, limit=1_000_000)
    assert [entry.id for entry in events] == list(range(1, len(events) + 1))
    assert len(events) == last * 41
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


def test_of_a_file_damaged_while_in_use_what_stands_and_what_waits_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RETRY", 0.01)
    journal = Journal(tmp_path / "events.sqlite")
    journal.start()
    journal.event("start", "collector", "started", NOW)
    journal.record(NOW, kept=[Kept(THING, "kept")], incidents=[incident(1, THING)])
    assert journal.flush()
    faults: list[sqlite3.Error] = [sqlite3.DatabaseError("database disk image is malformed")]
    fail_first(monkeypatch, faults)
    journal.event("trap", THING, "down", NOW)
    assert journal.flush()
    assert [(entry.id, entry.kind) for entry in journal.events()] == [(2, "trap")]
    assert [one.id for one in journal.incidents()] == [1]
    with closing(sqlite3.connect(journal.path)) as file:
        assert file.execute("SELECT * FROM verdict").fetchall() == [(THING, "kept")]
    assert list(tmp_path.glob("events.sqlite.damaged-*"))
    journal.close()


def test_a_disk_that_refuses_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RETRY", 0.01)
    journal = Journal(tmp_path / "events.sqlite")
    journal.start()
    full = sqlite3.OperationalError("database or disk is full")
    fail_first(monkeypatch, [full, full, full])
    journal.event("trap", "device:a", "down", NOW)
    assert journal.flush()
    assert len(journal.events()) == 1
    assert journal.problem == ""
    journal.close()


def fail_first(monkeypatch: pytest.MonkeyPatch, faults: list[sqlite3.Error]) -> None:
    """The next writes fail, one for each fault."""
    real = writer._execute

    def execute(connection: sqlite3.Connection, statements: Iterable[writer.Statement]) -> None:
        if faults:
            raise faults.pop()
        real(connection, statements)

    monkeypatch.setattr(writer, "_execute", execute)


def test_too_much_for_the_disk_is_dropped_and_counted_but_what_stands_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "PENDING", 3)
    journal = Journal(tmp_path / "events.sqlite")  # not started: nothing is taken from the queue
    ids = [journal.event("trap", "device:a", "down", NOW) for _ in range(5)]
    assert ids == [1, 2, 3, None, None]
    assert journal.record(NOW, [change(THING)], [Kept(THING, "late")]) == []
    assert journal.dropped == 3
    assert journal.record(NOW, [change(THING)], incidents=[incident(1, THING)]) == [4]
    journal.start()
    assert journal.flush()
    with closing(sqlite3.connect(journal.path)) as file:
        assert file.execute("SELECT * FROM verdict").fetchall() == [(THING, "late")]
    journal.close()


def test_who_watches_is_called_after_each_write(journal: Journal) -> None:
    written: list[int] = []
    unwatch = journal.watch(lambda: written.append(journal.committed))
    journal.event("start", "collector", "started", NOW)
    assert journal.flush()
    assert written[-1] == 1
    unwatch()
    journal.event("start", "collector", "started", NOW)
    assert journal.flush()
    assert (written[-1], journal.committed) == (1, 2)


def test_what_is_older_than_it_is_kept_goes_but_open_incidents_stay(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    first = Journal(path)
    first.start()
    old = time.time() - 100
    first.event("verdict", "device:a", "down", old)
    first.event("verdict", "device:a", "up", time.time())
    closed = replace(incident(2, "device:closed", at=old), closed_at=int(old) + 1)
    first.record(old, incidents=[incident(1, "device:open", at=old), closed])
    first.close()
    second = Journal(path, keep=50)
    second.start()
    second.event("start", "collector", "started", time.time())
    assert second.flush()
    wait_until(lambda: len(second.events()) == 2)
    assert [entry.text for entry in second.events()] == ["started", "up"]
    assert [one.cause.thing for one in second.incidents()] == ["device:open"]
    second.close()


def test_a_journal_above_its_size_drops_its_oldest_events_traps_before_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PRUNE_SLICE", 100)
    monkeypatch.setattr(writer, "PRUNE_EVERY", 0.0)
    journal = Journal(tmp_path / "events.sqlite", size=200_000)
    journal.start()
    journal.event("verdict", "device:a", "the first", time.time())
    for _ in range(1000):
        journal.event("trap", "device:a", "x" * 500, time.time())
    assert journal.flush()
    journal.event("trap", "device:a", "the last", time.time())
    assert journal.flush()
    wait_until(lambda: len(journal.events(limit=10_000)) < 500)
    kept = journal.events(limit=10_000)
    assert len(kept) > 100
    assert [kept[0].text, kept[-1].text] == ["the last", "the first"]
    journal.close()


def test_a_place_that_cannot_be_written_is_an_error_at_start(tmp_path: Path) -> None:
    (tmp_path / "events.sqlite").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        Journal(tmp_path / "events.sqlite").start()


def test_text_from_outside_is_bounded(journal: Journal) -> None:
    journal.event("trap", "device:a", "x" * 1_000_000, NOW)
    journal.event("trap", "device:\ud800", "lone \ud800", NOW, more="\udfff")
    assert journal.flush()
    odd, long = journal.events()
    assert len(long.text) == journals.TEXT
    assert (odd.subject, odd.text, odd.detail) == ("device:?", "lone ?", {"more": "?"})
