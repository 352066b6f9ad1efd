"""What availability reads of the journal: changes of state, whatever else is marked."""

from dataclasses import replace
from pathlib import Path

from collector.contract.availability import Judged
from collector.contract.verdicts import verdicts
from collector.journal import Journal
from collector.verdicts.events import State
from collector.verdicts.verdict import Change, Sign, Verdict
from tests.collector.running import LINE, NOW, province


def test_marks_of_maintenance_are_no_changes_of_state(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.sqlite")
    journal.start()
    circuit = province().circuits[LINE.partition(":")[2]]
    new = Verdict(since=NOW)
    well = Verdict(State.UP, NOW, "", (Sign("answers_echo"),))
    broken = Verdict(State.DOWN, NOW + 20, "", (Sign("probe_silent"),), "site:pa-co")
    steps = [
        (new, well),
        (well, replace(well, maintenance="site:pa-co")),
        (replace(well, maintenance="site:pa-co"), broken),
        (broken, replace(broken, maintenance="")),
    ]
    for second, (before, now) in enumerate(steps):
        journal.record(NOW + 10 * second, [Change(LINE, before, now)])
    assert journal.flush()
    found = verdicts(journal, circuit, NOW - 60, NOW + 60)
    journal.close()
    assert found == [Judged(NOW, State.UP), Judged(NOW + 20, State.DOWN)]
