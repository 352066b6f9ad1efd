"""A part of the house is away for 1 to 30 minutes while 50 devices are down: nothing is said to
have ended without a sign of life, and what came back meanwhile ends once, when it was heard.
"""

import random

import pytest

from collector.verdicts.engine import Engine
from tests.verdicts.away import PARTS, Away
from tests.verdicts.drawn import draw_world
from tests.verdicts.oracle import messages
from tests.verdicts.world import ROOT, Fault, World

DOWN = 50
NEVER = 1e6


def province() -> tuple[World, list[str]]:
    """A world whose devices are all pinged, and 50 on which nothing hangs."""
    world = draw_world(random.Random(3), 160, 0.15)
    for box in world.boxes.values():
        box.ping, box.boot = 2.0, min(box.boot, 15.0)
    tied = [name for pair in world.links for name in pair]
    found = [one for one in world.boxes if tied.count(one) == 1 and one.startswith("pc")]
    assert len(found) >= DOWN
    return world, found[:DOWN]


@pytest.mark.parametrize("part", [*PARTS, "uplink"])
@pytest.mark.parametrize("minutes", [1, 5, 30])
def test_nothing_ends_while_a_part_is_away_but_what_was_heard_again(
    part: str, minutes: int
) -> None:
    world, names = province()
    back = 60.0 + 60.0 * minutes
    halves = (names[: DOWN // 2], names[DOWN // 2 :])
    faults = [Fault("device", f"device:{one}", 10.0, 60.0 + 10.0 * minutes) for one in halves[0]]
    faults += [Fault("device", f"device:{one}", 10.0, NEVER) for one in halves[1]]
    if part == "uplink":
        faults.append(Fault("isolation", ROOT, 60.0, back))
    engine = Engine()
    play = Away(world, faults, engine, seed=3, until=back + 120.0)
    play.part, play.gone, play.back = part, 60.0, back
    play.begin_gap()
    play.run()
    told = [one for one in messages(play.news) if one.alert == "DeviceDown"]
    assert sorted(one.thing for one in told) == sorted(f"device:{one}" for one in names)
    ended = {one.thing: one.closed for one in told if one.closed is not None}
    assert sorted(ended) == sorted(f"device:{one}" for one in halves[0])
    for thing, closed in ended.items():
        assert any(one == thing and at <= closed for at, one in play.life if at > 60.0)
        assert part in ("polling", "sending") or closed >= back
