"""Compares the verdicts of a state engine with the truth while a play runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from collector.verdicts.events import Event, State
from collector.verdicts.verdict import Cause, Outcome, Verdict
from tests.verdicts.play import Play

FINE = (State.UP, State.DEGRADED)


class Judging(Protocol):
    """A state engine whose verdicts can be read."""

    @property
    def verdicts(self) -> Mapping[str, Verdict]: ...

    @property
    def causes(self) -> Mapping[str, Cause]: ...

    def step(self, event: Event, now: float) -> Outcome: ...


@dataclass(slots=True)
class Watch:
    """Looks at every device before the world changes, and at everything in the end."""

    engine: Judging
    wrong: list[str] = field(default_factory=list)
    _since: dict[str, float] = field(default_factory=dict)
    _alive: frozenset[str] = frozenset()

    def look(self, play: Play, number: int) -> None:
        """Before span `number` begins: what has lasted long enough must be known."""
        world = play.world
        for name, box in world.boxes.items() if number else ():
            thing, lasted = f"device:{name}", play.now - self._since[f"device:{name}"]
            state = self.engine.verdicts[thing].state
            quick = box.ping is not None and box.ping <= 1.0
            enough = 10.0 if quick else 2 * box.interval + 3 * play.timeout + 15.0
            if lasted < enough:
                continue
            if (thing in self._alive) != (state in FINE):
                truth = "answers" if thing in self._alive else "is silent"
                self.wrong.append(
                    f"{play.now:.1f}: {thing} {truth} for {lasted:.1f} s, held for {state.name}"
                )
        alive = world.answering(play.spans[number].gone())
        for name in world.boxes:
            thing = f"device:{name}"
            if number == 0 or (thing in alive) != (thing in self._alive):
                self._since[thing] = play.now
        self._alive = alive

    def end(self) -> None:
        """Everything is well again, and every device and circuit is known to be."""
        for thing, verdict in self.engine.verdicts.items():
            if verdict.state is not State.UP and not thing.startswith("collector:"):
                self.wrong.append(f"at the end {thing} is held for {verdict.state.name}")
        self.wrong += [f"at the end {key} is open" for key in self.engine.causes]
