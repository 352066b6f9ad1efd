import json
import sqlite3
from pathlib import Path

import pytest

from collector.state import Memory


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "memory.sqlite"


def kept(path: Path) -> dict[str, object]:
    db = sqlite3.connect(path)
    try:
        return {key: json.loads(text) for key, text in db.execute("SELECT * FROM memory")}
    finally:
        db.close()


def test_what_is_marked_is_there_after_a_restart(path: Path) -> None:
    memory = Memory(path)
    memory.start()
    memory.of("tường-lửa/snmp")["bulk"] = 25
    memory.of("not marked")["x"] = 1
    memory.mark("tường-lửa/snmp")
    memory.close()
    again = Memory(path)
    assert again.of("tường-lửa/snmp") == {"bulk": 25}
    assert again.keys() == ["tường-lửa/snmp"]
    again.close()


def test_a_dict_is_the_same_object_for_whoever_asks(path: Path) -> None:
    memory = Memory(path)
    assert memory.of("a") is memory.of("a")
    memory.close()


def test_only_what_changed_is_written(path: Path) -> None:
    memory = Memory(path)
    memory.of("a")["x"] = [1, {"y": None}]
    memory.of("b")["x"] = 1
    memory.mark("a")
    memory.mark("b")
    assert memory.write() == 2
    memory.of("a")["x"].append(2)
    memory.mark("a")
    memory.mark("b")
    assert memory.write() == 1
    assert kept(path) == {"a": {"x": [1, {"y": None}, 2]}, "b": {"x": 1}}
    memory.close()


class Short:
    def kept(self) -> list[str]:
        return ["so much", "to say"]


def test_what_is_short_in_memory_is_written_in_full(path: Path) -> None:
    memory = Memory(path)
    memory.of("a")["said"] = Short()
    memory.mark("a")
    assert memory.write() == 1
    memory.mark("a")
    assert memory.write() == 0
    memory.close()
    again = Memory(path)
    assert again.of("a") == {"said": ["so much", "to say"]}
    again.close()


def test_a_forgotten_key_is_gone(path: Path) -> None:
    memory = Memory(path)
    memory.of("a")["x"] = 1
    memory.mark("a")
    memory.write()
    memory.forget("a")
    memory.forget("never known")
    assert memory.write() == 1
    assert kept(path) == {}
    memory.close()


@pytest.mark.parametrize("value", [b"bytes", float("nan"), {1, 2}, "x" * (1 << 20)])
def test_what_cannot_be_kept_is_told_once_and_spoils_nothing_else(
    path: Path, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    memory = Memory(path)
    memory.of("bad")["x"] = value
    memory.of("good")["x"] = 1
    for _ in range(3):
        memory.mark("bad")
        memory.mark("good")
        memory.write()
    assert kept(path) == {"good": {"x": 1}}
    assert caplog.text.count("not kept") == 1
    memory.close()


def test_a_damaged_file_is_set_aside_and_memory_begins_anew(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    memory = Memory(path)
    assert memory.keys() == []
    memory.of("a")["x"] = 1
    memory.mark("a")
    memory.close()
    assert kept(path) == {"a": {"x": 1}}
    assert [found for found in path.parent.iterdir() if "damaged" in found.name]
    assert "set aside" in caplog.text


def test_a_file_damaged_under_us_is_written_anew(path: Path) -> None:
    memory = Memory(path)
    for key in ("a", "b"):
        memory.of(key)["x"] = 1
        memory.mark(key)
    memory.write()
    path.write_bytes(b"no database" * 1000)
    memory.of("a")["x"] = 2
    memory.mark("a")
    memory.write()
    memory.write()
    assert kept(path) == {"a": {"x": 2}, "b": {"x": 1}}
    memory.close()


def test_what_is_no_dict_is_left_out(path: Path) -> None:
    memory = Memory(path)
    memory.of("a")["x"] = 1
    memory.mark("a")
    memory.close()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("INSERT INTO memory VALUES ('list', '[1]'), ('broken', '{')")
    db.close()
    again = Memory(path)
    assert again.keys() == ["a"]
    again.close()


def test_while_the_disk_refuses_nothing_is_forgotten(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory = Memory(path)
    memory.of("a")["x"] = 1
    memory.mark("a")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("BEGIN IMMEDIATE")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("collector.state.BUSY_SECONDS", 0.05)
        assert memory.write() == 0
    other.execute("ROLLBACK")
    other.close()
    assert "cannot be written" in caplog.text
    assert memory.write() == 1
    memory.close()
