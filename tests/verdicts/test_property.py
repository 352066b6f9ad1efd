"""A thousand random worlds break; what is told is held against the truth (oracle.py, watch.py)."""

import random

import pytest

from collector.verdicts import events
from collector.verdicts.engine import Engine
from collector.verdicts.verdict import Cause, News, Outcome, Verdict
from tests.verdicts.drawn import draw_world
from tests.verdicts.play import Play
from tests.verdicts.scenario import MakeEngine, Scenario, draw, smallest, story
from tests.verdicts.world import Fault

BLOCKS, EACH = 20, 50


@pytest.mark.parametrize("block", range(BLOCKS))
def test_one_message_for_each_true_cause_and_none_for_what_it_hides(block: int) -> None:
    for seed in range(block * EACH, (block + 1) * EACH):
        scenario = draw(seed)
        if scenario.complaints(Engine):
            pytest.fail(story(smallest(scenario, Engine), Engine))


@pytest.mark.parametrize("seed", range(5))
def test_a_written_down_log_of_events_replays_to_the_same_outcomes(seed: int) -> None:
    play, _ = draw(7000 + seed).play(Engine, record=True)
    again = Engine()
    for (event, at), outcome in zip(play.told, play.outcomes, strict=True):
        heard, when = events.parse(events.dump(event, at))
        assert again.step(heard, when) == outcome


def test_loss_of_every_twentieth_echo_for_half_an_hour_is_nobodys_news() -> None:
    world = draw_world(random.Random(11), 200, 1.0)
    play = Play(world, (), Engine(), seed=11, loss=0.05, until=1800.0)
    play.run()
    assert len(world.boxes) >= 200
    assert play.news == []


class Naive:
    """What a monitor without a graph does: every silent device is a cause; it ends by itself after
    a minute when `forgetful`.
    """

    def __init__(self, forgetful: bool = False) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.causes: dict[str, Cause] = {}
        self.forgetful = forgetful

    def step(self, event: events.Event, now: float) -> Outcome:
        match event:
            case events.InventoryChanged(topology=topology):
                for node in topology.devices:
                    self.verdicts[f"device:{node.name}"] = Verdict(events.State.UP)
            case events.EchoLost(thing=thing, heard=heard) if now - heard > 4.5:
                return self._down(thing, heard, now)
            case events.EchoHeard(thing=thing) if thing in self.verdicts:
                self.verdicts[thing].state = events.State.UP
                if cause := self.causes.pop(f"DeviceDown/{thing}", None):
                    return Outcome(news=(News("closed", cause, now),))
        return Outcome()

    def _down(self, thing: str, heard: float, now: float) -> Outcome:
        key = f"DeviceDown/{thing}"
        if thing not in self.verdicts or key in self.causes:
            if self.forgetful and now - heard > 12.0 and key in self.causes:
                return Outcome(news=(News("closed", self.causes.pop(key), now),))
            return Outcome()
        self.verdicts[thing].state = events.State.DOWN
        cause = self.causes[key] = Cause(key, "DeviceDown", thing, "major", heard)
        return Outcome(news=(News("opened", cause, now),))


@pytest.mark.parametrize(
    ("kind", "make", "complaint"),
    [
        ("leaf", Naive, ""),
        ("trunk", Naive, "nothing true explains"),
        ("leaf", lambda: Naive(forgetful=True), "closed without a sign of life"),
        ("polled", Naive, "not told by"),
    ],
)
def test_the_judge_can_complain(kind: str, make: MakeEngine, complaint: str) -> None:
    world = draw_world(random.Random(4), 60, 0.15)
    tied = [name for pair in world.links for name in pair]
    below = {
        "leaf": [n for n, x in world.boxes.items() if x.ping == 1 and tied.count(n) == 1],
        "trunk": [n for n, x in world.boxes.items() if x.ping == 1 and tied.count(n) > 3],
        "polled": [n for n, x in world.boxes.items() if not x.ping],
    }[kind]
    name = next(one for one in below if one.startswith(("pc", "sw")))
    fault = Fault("device", f"device:{name}", 10.0, 130.0)
    found = Scenario(1, world, (fault,)).complaints(make)
    assert any(complaint in one for one in found) if complaint else not found, found
