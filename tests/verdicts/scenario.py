"""A scenario from its seed, its judgement, and the smallest story that still fails."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.verdicts.drawn import Mishap, draw_world
from tests.verdicts.oracle import Oracle
from tests.verdicts.play import BASE, Play, length
from tests.verdicts.watch import Judging, Watch
from tests.verdicts.world import Fault, World

MakeEngine = Callable[[], Judging]


@dataclass(slots=True)
class Scenario:
    """A world, what befalls it, and the seed of everything else."""

    seed: int
    world: World
    faults: Sequence[Fault]
    loss: float = 0.0

    def play(self, make: MakeEngine, record: bool = False) -> tuple[Play, list[str]]:
        """Run it against a new engine: what was played, and what is wrong with its verdicts and
        what it told.
        """
        until, engine = length(self.world, self.faults), make()
        watch = Watch(engine)
        play = Play(self.world, self.faults, engine, self.seed, self.loss, until, record=record)
        play.look = watch.look
        play.run()
        watch.end()
        return play, Oracle(play).complaints() + watch.wrong

    def complaints(self, make: MakeEngine) -> list[str]:
        """What is wrong with what a new engine tells and holds."""
        return self.play(make)[1]


def draw(seed: int, scale: float | None = None) -> Scenario:
    """The scenario of a seed: 50 to 500 devices; most of them boot fast."""
    rng = random.Random(seed)
    if scale is None:
        scale = rng.choice((0.15, 0.15, 0.2, 0.3, 0.5, 1.0))
    world = draw_world(rng, round(50 * 10 ** rng.random()), scale)
    faults = Mishap(rng, world, rng.choice((1.0, 1.0, 2.0))).draw()
    return Scenario(seed, world, faults)


def smallest(scenario: Scenario, make: MakeEngine, patience: int = 60) -> Scenario:
    """Take away faults and devices as long as something is still wrong, in `patience` tries."""
    best = scenario
    tries = [Scenario(best.seed, best.world, (one,), best.loss) for one in best.faults]
    if len(best.faults) > 1:
        best = next((one for one in tries if one.complaints(make)), best)
    share = 2
    while patience > 0:
        smaller = None
        for names in _parts(best, share):
            patience -= 1
            trial = Scenario(best.seed, best.world.without(names), best.faults, best.loss)
            if _whole(trial) and trial.complaints(make):
                smaller = trial
                break
            if patience <= 0:
                break
        if smaller is not None:
            best = smaller
        elif share >= len(best.world.boxes):
            break
        else:
            share *= 2
    return best


def _parts(scenario: Scenario, share: int) -> list[set[str]]:
    needed = {one.thing.partition(":")[2] for one in scenario.faults}
    names = [one for one in scenario.world.boxes if one not in needed]
    size = max(1, len(names) // share)
    return [set(names[i : i + size]) for i in range(0, len(names), size)]


def _whole(scenario: Scenario) -> bool:
    """Whether every device is still tied to the collector, and every fault has its thing."""
    world = scenario.world
    tied = world.reached(frozenset())
    kinds = {"device": set(world.boxes), "circuit": set(world.wires), "service": set(world.works)}
    for one in scenario.faults:
        kind, _, name = one.thing.partition(":")
        if kind == "site" and not world.at(name):
            return False
        if kind in kinds and name not in kinds[kind]:
            return False
    return len(world.boxes) > 2 and all(f"device:{one}" in tied for one in world.boxes)


def story(scenario: Scenario, make: MakeEngine) -> str:
    """Who is tied to whom, who falls when, what was told, what is wrong."""
    world = scenario.world
    play, wrong = scenario.play(make)
    lines = [f"seed {scenario.seed}: {len(world.boxes)} devices, loss {scenario.loss}"]
    if len(world.boxes) <= 40:
        lines += [f"  {one}" for one in world.boxes.values()]
        lines += [f"  {one}" for one in world.wires.values()]
        lines += [f"  {one}" for one in world.works.values()]
        lines.append(f"  tied: {world.links}, to the collector: {world.attached}")
    lines += [f"  fault: {one}" for one in scenario.faults]
    lines += [
        f"  {one.at - BASE:8.2f} {one.what} {one.cause.key} side={one.cause.side!r}"
        f" hides {len(one.cause.hides)}: {' '.join(one.cause.hides[:6])}"
        f" [{' '.join(sign.code for sign in one.cause.evidence + one.evidence)}]"
        for one in play.news
    ]
    return "\n".join([*lines, *(f"  WRONG: {one}" for one in wrong[:12])])
