"""What the gate keeps across restarts."""

import sqlite3
from pathlib import Path

import pytest

from collector.gate.gate import Gate
from collector.gate.held import Held, Told
from collector.gate.shelf import Shelf
from tests.gate.stage import NAME, SAID, Stage, news, posted

T = 1_000_000.0


def kept(gate: Gate, shelf: Shelf) -> None:
    shelf.save({key: one.dump() if one else None for key, one in gate.taken().items()})


def test_alert_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    stage, shelf = Stage(), Shelf(tmp_path / "state" / "gate.sqlite")
    assert shelf.load() == []
    gate = Gate(stage)
    gate.alerts([posted(T, "critical")], T)
    gate.incident(news("opened", T), SAID)
    stage.masks.clear()
    gate.step(T)
    kept(gate, shelf)
    back = {one.key: one for one in shelf.load()}
    assert back.keys() == gate.held.keys()
    for key, one in back.items():
        was = gate.held[key]
        assert (one.told, one.words, one.severity, one.since) == (
            was.told,
            was.words,
            was.severity,
            was.since,
        )
        assert (one.identity, one.metrics) == (was.identity, was.metrics)


def test_one_row_an_alert_and_none_when_it_is_over(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "gate.sqlite")
    shelf.load()
    gate = Gate(Stage())
    for at in range(5):
        gate.alerts([posted(T + at, at=str(at))], T + at)
        gate.step(T + at)
        kept(gate, shelf)
    assert [one.key for one in shelf.load()] == [NAME]
    shelf.save({NAME: None})
    assert shelf.load() == []


def test_row_that_cannot_be_read_costs_only_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(tmp_path / "gate.sqlite")
    good = Held(NAME, "rule", T, "warning", SAID)
    shelf.load()
    shelf.save({NAME: good.dump(), NAME._replace(subject="x"): '{"told": 7}'})
    shelf.save({NAME._replace(subject="y"): "[]", NAME._replace(subject="z"): "{"})
    assert [one.key for one in shelf.load()] == [NAME]
    assert caplog.text.count("cannot be read") == 3


def test_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "gate.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"damage" * 1000)
    shelf = Shelf(path)
    assert shelf.load() == []
    shelf.save({NAME: Held(NAME, "rule", T, "warning", SAID).dump()})
    assert len(shelf.load()) == 1
    assert list(tmp_path.glob("gate.sqlite.damaged-*"))


def test_place_without_writing_is_told(tmp_path: Path) -> None:
    (tmp_path / "gate.sqlite").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        Shelf(tmp_path / "gate.sqlite").load()


def test_row_that_no_file_takes_holds_up_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(tmp_path / "gate.sqlite")
    shelf.load()
    bad = NAME._replace(subject="device:\ud800")
    good = Held(NAME, "rule", T, "warning", SAID).dump()
    for _ in range(2):
        shelf.save({bad: good, NAME: good})
        shelf.save({bad: None})
    assert [one.key for one in shelf.load()] == [NAME]
    assert caplog.text.count("cannot be kept") == 1


def test_address_that_no_peer_takes_is_not_recalled(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "gate.sqlite")
    shelf.load()
    odd = Held(NAME, "rule", T, "warning", Told({}, {"summary": "\ud800"}, "http://a/%"))
    shelf.save({NAME: odd.dump()})
    (one,) = shelf.load()
    assert one.words.url == ""
