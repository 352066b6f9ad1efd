"""A scenario from its seed, its judgement, and the smallest story that still fails."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.verdicts.drawn import Mishap, draw_world
from tests.verdicts.oracle import Oracle
from tests.verdicts.play import BASE, Play, length
from tests.verdicts.watch import Judging, Watch
from tests.verdicts.world import Box, Fault, World

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


def draw(seed: int, scale: float | None = None, slow: float | None = None) -> Scenario:
    """The scenario of a seed: 50 to 500 devices. At `scale` 1 they boot for up to three minutes,
    at `slow` 1 faults last up to 50 seconds; unless given, both are drawn. Some small worlds lose
    echoes at random.
    """
    rng = random.Random(seed)
    scale = scale or rng.choice((0.15, 0.15, 0.2, 0.3, 0.5, 1.0))
    world = draw_world(rng, round(50 * 10 ** rng.random()), scale)
    faults = Mishap(rng, world, slow or rng.choice((1.0, 1.0, 2.0))).draw()
    loss = rng.choice((0.0, 0.0, 0.02, 0.05)) if len(world.boxes) < 100 else 0.0
    return Scenario(seed, world, faults, loss)


def smallest(scenario: Scenario, make: MakeEngine, patience: int = 200) -> Scenario:
    """Take away faults and devices as long as the same is wrong, in `patience` tries."""
    best, wrong = scenario, _sort(scenario.complaints(make)[0])

    def same(trial: Scenario) -> bool:
        return wrong in map(_sort, trial.complaints(make))

    if len(best.faults) > 1:
        tries = (Scenario(best.seed, best.world, (one,), best.loss) for one in best.faults)
        best = next(filter(same, tries), best)
    for name in list(best.world.boxes):
        trial = _without(best, name)
        if trial is not None and patience > 0:
            patience -= 1
            best = trial if same(trial) else best
    return best


def _sort(complaint: str) -> str:
    """A complaint without names and numbers."""
    return " ".join(word for word in complaint.split() if word.isalpha())


def _without(scenario: Scenario, name: str) -> Scenario | None:
    """The scenario without a device and all that hangs on it, if no fault needs that."""
    world, thing = scenario.world, f"device:{name}"
    if name not in world.boxes:
        return None
    tied = world.reached(frozenset((thing,)))
    gone = {one for one in world.boxes if f"device:{one}" not in tied}
    left = world.without(gone)
    names = {*left.boxes, *left.wires, *left.works, *(one.site for one in left.boxes.values())}
    needed = {one.thing.partition(":")[2] for one in scenario.faults if one.kind != "isolation"}
    if len(left.boxes) < 3 or not needed <= names:
        return None
    return Scenario(scenario.seed, left, scenario.faults, scenario.loss)


def _short(box: Box) -> str:
    asked = f"ping {box.ping:g} s" if box.ping else "no ping"
    polled = f", polled {box.interval:g} s" if box.polled else ""
    return f"{box.name} at {box.site} ({asked}{polled}, settle {box.settle:g}, boot {box.boot:.0f})"


def _near(scenario: Scenario) -> set[str]:
    """All devices of a small world; of a large one those at the places where something breaks."""
    world = scenario.world
    if len(world.boxes) <= 40:
        return set(world.boxes)
    near = {one[7:] for fault in scenario.faults for one in world.taken(fault.thing)}
    wires = [one for one in world.wires.values() if {one.a, one.z, f":{one.name}"} & near]
    near |= {end for one in wires for end in (one.a, one.z)}
    sites = {world.boxes[one].site for one in near if one in world.boxes} - {"dc"}
    return {one.name for one in world.boxes.values() if one.site in sites or one.name in near}


def story(scenario: Scenario, make: MakeEngine) -> str:
    """Who is tied to whom, who falls when, what was told, what is wrong."""
    world = scenario.world
    play, wrong = scenario.play(make)
    lines = [f"seed {scenario.seed}: {len(world.boxes)} devices, loss {scenario.loss}"]
    near = _near(scenario)
    lines += [f"  {_short(one)}" for one in world.boxes.values() if one.name in near]
    lines += [
        f"  circuit {one.name} {one.a} -> {one.z} ({one.mode}, probe: {one.probed or 'none'})"
        for one in world.wires.values()
        if {one.a, one.z} & near
    ]
    lines += [f"  {one.name} on {one.host}" for one in world.works.values() if one.host in near]
    lines.append(f"  ties: {' '.join('-'.join(pair) for pair in world.links if near & {*pair})}")
    lines.append(f"  the collector is tied to {' '.join(world.attached)}")
    lines += [f"  fault: {one}" for one in scenario.faults]
    lines += [
        f"  {one.at - BASE:8.2f} {one.what} {one.cause.key} side={one.cause.side!r}"
        f" hides {len(one.cause.hides)}: {' '.join(one.cause.hides[:6])}"
        f" [{' '.join(sign.code for sign in one.cause.evidence + one.evidence)}]"
        for one in play.news
    ]
    return "\n".join([*lines, *(f"  WRONG: {one}" for one in wrong[:12])])
