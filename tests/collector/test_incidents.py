"""Incidents: one cause from first evidence to recovery, and what people do about it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collector import incidents as room
from collector.incidents import (
    Incidents,
    NoIncidentError,
    NotWrittenError,
    TooManyNotesError,
    deadlines,
)
from collector.journal import Incident, Journal, Mark, Note
from collector.verdicts.events import Operator, State
from collector.verdicts.verdict import Cause, Change, Kept, News, Sign, Verdict
from collector.windows import NoWindowError, TooManyWindowsError, Windows

NOW = 1_795_222_500.75
LINE = "circuit:tsl-a"
CAUSE = Cause(
    f"CircuitDown/{LINE}",
    "CircuitDown",
    LINE,
    "major",
    NOW - 4,
    "not-known",
    (Sign("silent_for", (("seconds", "4"),)),),
    ("device:rt01",),
)
BACK = (Sign("answers_echo"),)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    one = Journal(tmp_path / "events.sqlite")
    one.start()
    yield one
    one.close()


@pytest.fixture
def heard() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def incidents(journal: Journal, heard: list[tuple[str, int]]) -> Incidents:
    one = Incidents(journal)
    one.listeners.append(lambda what, incident: heard.append((what, incident.id)))
    return one


def opened(incidents: Incidents, cause: Cause = CAUSE) -> Incident:
    incidents.take(NOW, news=[News("opened", cause, NOW)])
    return incidents.open[cause.key]


def test_an_incident_opens_changes_and_closes_with_what_was_concluded(
    journal: Journal, incidents: Incidents, heard: list[tuple[str, int]]
) -> None:
    down = Change(LINE, Verdict(State.UP), Verdict(State.DOWN, NOW, "", CAUSE.evidence))
    incidents.take(NOW, [down], [Kept(LINE, "{}")], [News("opened", CAUSE, NOW)])
    assert incidents.open[CAUSE.key] == Incident(1, CAUSE, int(NOW))
    worse = replace(CAUSE, severity="critical", side="carrier")
    incidents.take(NOW + 9, news=[News("changed", worse, NOW + 9)])
    assert incidents.open[CAUSE.key].cause == worse
    incidents.take(NOW + 60, news=[News("closed", worse, NOW + 60, BACK)])
    assert incidents.open == {}
    assert heard == [("opened", 1), ("changed", 1), ("closed", 1)]
    assert journal.flush()
    kept = journal.incident(1)
    assert kept == Incident(1, worse, int(NOW), int(NOW + 60), BACK)
    told = [(one.kind, one.text) for one in journal.events(after=0)]
    assert told == [
        ("verdict", "up -> down"),
        ("incident", "opened"),
        ("incident", "changed"),
        ("incident", "closed"),
    ]
    assert journal.events()[0].detail["evidence"] == [{"code": "answers_echo"}]


def test_severity_only_rises_and_t0_stays(incidents: Incidents) -> None:
    critical = replace(CAUSE, severity="critical")
    first = opened(incidents, critical)
    again = opened(incidents, replace(CAUSE, severity="minor", since=NOW + 50))
    assert (again.id, again.detected_at) == (first.id, int(NOW))
    assert again.cause.severity == "critical"


def test_the_same_cause_again_after_its_end_is_another_incident(incidents: Incidents) -> None:
    opened(incidents)
    incidents.take(NOW + 60, news=[News("closed", CAUSE, NOW + 60, BACK)])
    incidents.take(NOW + 60, news=[News("closed", CAUSE, NOW + 61, BACK)])
    assert opened(incidents).id == 2


def test_a_listener_that_fails_keeps_nobody_from_hearing(
    incidents: Incidents, heard: list[tuple[str, int]], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(what: str, incident: Incident) -> None:
        raise RuntimeError(what)

    incidents.listeners.insert(0, broken)
    opened(incidents)
    assert heard == [("opened", 1)]
    assert "listener failed" in caplog.text


def test_open_incidents_are_known_after_a_restart(tmp_path: Path) -> None:
    first = Journal(tmp_path / "one.sqlite")
    first.start()
    incident = opened(Incidents(first))
    first.close()
    second = Journal(tmp_path / "one.sqlite")
    second.start()
    again = Incidents(second)
    assert again.open == {CAUSE.key: incident}
    again.take(NOW + 60, news=[News("closed", CAUSE, NOW + 60, BACK)])
    assert second.flush()
    (kept,) = second.incidents()
    assert (kept.id, kept.closed_at) == (incident.id, int(NOW + 60))
    second.close()


@pytest.mark.asyncio
async def test_what_people_do_stands_at_once_and_is_an_event(
    journal: Journal, incidents: Incidents, heard: list[tuple[str, int]]
) -> None:
    number = opened(incidents).id
    assert not incidents.owned(CAUSE.key)
    await incidents.acknowledge(number, "an", NOW + 1)
    assert incidents.owned(CAUSE.key)
    await incidents.acknowledge(number, "binh", NOW + 2)
    await incidents.assign(number, "to-truyen-dan", "an", NOW + 3)
    done = await incidents.note(number, "gọi VNPT", "an", NOW + 4)
    assert done.acknowledged == Mark(NOW + 1, "an")
    assert (done.owner, done.notes) == ("to-truyen-dan", (Note(NOW + 4, "an", "gọi VNPT"),))
    assert journal.incident(number) == done == incidents.open[CAUSE.key]
    assert [what for what, _ in heard] == ["opened", "acknowledged", "assigned", "noted"]
    (noted,) = journal.events(limit=1)
    assert noted.detail["incident"] == number
    assert (noted.detail["who"], noted.detail["text"]) == ("an", "gọi VNPT")


@pytest.mark.asyncio
async def test_only_a_person_suspects_a_cyber_incident_and_then_clocks_run_from_t0(
    incidents: Incidents,
) -> None:
    one = opened(incidents)
    assert deadlines(one) is None
    done = await incidents.suspect(one.id, True, "truong-ca", NOW + 7200)
    assert done.suspected == Mark(NOW + 7200, "truong-ca")
    assert deadlines(done) == (int(NOW) + 86_400, int(NOW) + 259_200)
    cleared = await incidents.suspect(one.id, False, "truong-ca", NOW + 7300)
    assert deadlines(cleared) is None


@pytest.mark.asyncio
async def test_a_closed_incident_takes_notes_and_stays_closed(
    journal: Journal, incidents: Incidents
) -> None:
    number = opened(incidents).id
    incidents.take(NOW + 60, news=[News("closed", CAUSE, NOW + 60, BACK)])
    await asyncio.gather(
        *(incidents.note(number, f"note {place}", "an", NOW + 70) for place in range(5)),
        incidents.suspect(number, True, "an", NOW + 71),
    )
    kept = journal.incident(number)
    assert kept is not None
    assert kept.closed_at == int(NOW + 60)
    assert {note.text for note in kept.notes} == {f"note {place}" for place in range(5)}
    assert kept.suspected is not None
    assert incidents.open == {}


@pytest.mark.asyncio
async def test_acts_on_nothing_or_too_much_or_without_a_disk_are_refused(
    journal: Journal, incidents: Incidents, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoIncidentError):
        await incidents.acknowledge(99, "an", NOW)
    number = opened(incidents).id
    monkeypatch.setattr(room, "NOTES", 1)
    await incidents.note(number, "one", "an", NOW)
    with pytest.raises(TooManyNotesError, match="1 notes already"):
        await incidents.note(number, "two", "an", NOW)
    journal.close()
    with pytest.raises(NotWrittenError):
        await incidents.acknowledge(number, "an", NOW)


@pytest.mark.asyncio
async def test_maintenance_is_told_to_the_engine_and_stands_over_a_restart(
    journal: Journal,
) -> None:
    told: list[Operator] = []
    windows = Windows(journal, "noc-1", told.append)
    one = await windows.announce([LINE, "site:pa-co"], "fibre", (NOW, NOW + 60), "an", NOW)
    assert [(one.act, one.thing, one.start, one.end) for one in told] == [
        ("maintenance", thing, NOW, NOW + 60) for thing in (LINE, "site:pa-co")
    ]
    told.clear()
    windows.restate(NOW + 30)
    assert told == []
    Windows(journal, "noc-1", told.append).restate(NOW + 59)
    assert [one.thing for one in told] == [LINE, "site:pa-co"]
    assert windows.standing(NOW + 59) == [one]
    assert windows.standing(NOW + 60) == []
    assert [entry.subject for entry in journal.events(where={"kind": "maintenance"})] == [
        "site:pa-co",
        LINE,
    ]


@pytest.mark.asyncio
async def test_the_engine_holds_of_each_thing_the_span_that_comes_next(journal: Journal) -> None:
    told: list[Operator] = []
    windows = Windows(journal, "noc-1", told.append)
    later = await windows.announce([LINE], "c", (NOW + 200, NOW + 300), "an", NOW)
    await windows.announce([LINE], "a", (NOW, NOW + 60), "an", NOW)
    joined = await windows.announce([LINE], "b", (NOW + 50, NOW + 90), "an", NOW)
    spans = [(one.start - NOW, one.end - NOW) for one in told]
    assert spans == [(200, 300), (0, 60), (0, 90)]
    told.clear()
    ended = await windows.end(joined.id, "binh", NOW + 10)
    assert ended.ended == Mark(NOW + 10, "binh")
    assert [(one.start - NOW, one.end - NOW) for one in told] == [(0, 60)]
    told.clear()
    windows.restate(NOW + 60)
    assert [(one.start - NOW, one.end - NOW) for one in told] == [(200, 300)]
    await windows.end(later.id, "binh", NOW + 70)
    assert [(one.act, one.thing) for one in told[1:]] == [("end-maintenance", LINE)]
    with pytest.raises(NoWindowError):
        await windows.end(later.id, "binh", NOW + 71)


@pytest.mark.asyncio
async def test_contract_numbers_see_windows_as_long_as_they_were_in_effect(
    journal: Journal,
) -> None:
    windows = Windows(journal, "noc-1", lambda told: None)
    one = await windows.announce([LINE], "cut short", (NOW, NOW + 60), "an", NOW)
    await windows.end(one.id, "an", NOW + 20)
    two = await windows.announce([LINE], "called off", (NOW + 100, NOW + 160), "an", NOW)
    await windows.end(two.id, "an", NOW + 20)
    await windows.announce(["site:a"], "over", (NOW, NOW + 5), "an", NOW)
    found = [
        (str(one.what[0]), one.start.timestamp() - NOW, one.end.timestamp() - NOW)
        for one in windows.effective()
        if one.start and one.end
    ]
    assert found == [(LINE, 0, 20), ("site:a", 0, 5)]


@pytest.mark.asyncio
async def test_windows_are_bounded(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.windows.MOST", 1)
    windows = Windows(journal, "noc-1", lambda told: None)
    await windows.announce([LINE], "a", (NOW, NOW + 60), "an", NOW)
    with pytest.raises(TooManyWindowsError):
        await windows.announce([LINE], "b", (NOW, NOW + 60), "an", NOW)
