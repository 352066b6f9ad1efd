"""Each part of the house away for 1 to 30 minutes while 50 alerts fire: no false RESOLVED, and a
true one when there is evidence.
"""

from pathlib import Path

import pytest

from tests.gate.away import PARTS, Province25

MINUTES = (1, 11, 30)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("minutes", MINUTES)
def test_nothing_is_resolved_while_it_lasts(tmp_path: Path, part: str, minutes: int) -> None:
    world = Province25(tmp_path, lambda device, now: False)
    world.run(900)
    assert len(world.gate.held) == 50
    before = world.alertmanager.told.copy()
    assert len({labels for labels in before if ("severity", "warning") not in labels}) == 50
    world.run(60 * minutes, away=part)
    world.run(1500)
    assert world.alertmanager.resolved == []
    assert world.alertmanager.told == before
    assert len(world.alertmanager.alerts) == len(before)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("minutes", [20])
def test_what_recovered_meanwhile_is_resolved_once_when_that_was_read(
    tmp_path: Path, part: str, minutes: int
) -> None:
    world = Province25(tmp_path, lambda device, now: now > well_at)
    well_at = world.now + 900 + 60
    world.run(900)
    told = world.alertmanager.told.copy()
    world.run(60 * minutes, away=part)
    world.run(900)
    resolved = [labels for _, labels in world.alertmanager.resolved]
    assert sorted(map(sorted, resolved)) == sorted(map(sorted, told))
    assert min(at for at, _ in world.alertmanager.resolved) > well_at + 60
