"""Incidents that stand at a restart, and how they end: through the collector's own parts."""

import time
from pathlib import Path

from collector.gate.held import Held
from collector.gate.message import Links
from collector.gate.shelf import Shelf
from collector.telling import Telling, Ways
from tests.collector.running import LINE, Running


def begun(running: Running, shelf: Path, links: dict[str, str]) -> Telling:
    """The gate, at its start, of a collector whose address stands in `links` once it is known."""
    ways = Ways([], "", "local", shelf)
    told = Telling(ways, running.desk, lambda: running.plan, lambda: Links(links.get("api", "")))
    told.begin(running.pipeline, running.delivery)
    return told


def line(telling: Telling) -> Held:
    """What the gate holds of the circuit that is down."""
    (one,) = telling.rounds.gate.held.values()
    assert one.key.subject == LINE
    return one


def keep(telling: Telling, shelf: Path) -> None:
    telling.rounds.gate.step(time.time())
    taken = telling.rounds.gate.taken().items()
    Shelf(shelf).save({key: one.dump() if one else None for key, one in taken})


def test_incident_that_stands_at_a_restart_keeps_its_links(tmp_path: Path) -> None:
    running, shelf = Running(tmp_path), tmp_path / "kept.sqlite"
    before = begun(running, shelf, {"api": "https://noc:9871"})
    keep(before, shelf)
    told = line(before).words
    assert told.annotations["console"].startswith("https://noc:9871/incidents/")
    known: dict[str, str] = {}
    again = begun(running, shelf, known)
    assert line(again).words == told
    known["api"] = "https://noc:9872"
    again.reword()
    assert line(again).words.url.startswith("https://noc:9872/incidents/")
    running.journal.close()


def test_incident_that_the_gate_lost_gets_its_links_when_they_are_known(tmp_path: Path) -> None:
    running, known = Running(tmp_path), dict[str, str]()
    telling = begun(running, tmp_path / "lost.sqlite", known)
    assert "console" not in line(telling).words.annotations
    known["api"] = "https://noc:9871"
    telling.reword()
    assert "console" in line(telling).words.annotations
    running.journal.close()


def test_incident_that_closes_is_told_with_the_evidence_of_its_end(tmp_path: Path) -> None:
    running = Running(tmp_path)
    keep(running.telling, tmp_path / "gate.sqlite")
    labels = line(running.telling).words.labels
    running.recover()
    one = line(running.telling)
    assert one.ended
    assert one.words.labels == labels
    said = one.words.annotations
    assert said["summary"].startswith("[ĐÃ KHẮC PHỤC] Đường truyền Kênh xã Pà Cò đã khắc phục lúc")
    assert "Căn cứ: " in said["description"]
    assert "Việc cần làm" not in said["description"]
    assert said["sms"].startswith("DA KHAC PHUC: ")
    running.journal.close()
