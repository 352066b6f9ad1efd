"""What is held of everything: the verdicts, replaced whole when they change."""

from collections.abc import Callable, Iterable, Mapping

from collector.verdicts.fault import OFF
from collector.verdicts.standing import UNKNOWN, Stand
from collector.verdicts.verdict import Change, Sign, Verdict

Grounds = Callable[[str, Stand], tuple[float, tuple[Sign, ...]]]
"""Since when a thing stands as it does (Unix seconds), and what shows it."""


class Board:
    """Verdicts by thing. A verdict that was handed out is never altered."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self._stands: dict[str, Stand] = {}

    def load(self, things: Iterable[str], wall: float) -> None:
        """Hold verdicts of these things, and of no others."""
        before, self.verdicts = self.verdicts, {}
        for thing in things:
            self.verdicts[thing] = before.get(thing) or Verdict(since=wall)
        self._stands = {one: stand for one, stand in self._stands.items() if one in self.verdicts}

    def put(self, thing: str, verdict: Verdict, stand: Stand) -> None:
        """Hold a verdict that was held before."""
        self.verdicts[thing] = verdict
        self._stands[thing] = stand

    def post(
        self,
        stands: Mapping[str, Stand],
        marks: Mapping[str, str],
        flapping: set[str],
        grounds: Grounds,
    ) -> list[Change]:
        """Take over how everything stands; what changed. Grounds are asked only for what did, and
        for what is unknown by itself: why it is may become known later.
        """
        changes = []
        for thing, stand in stands.items():
            held = self.verdicts[thing]
            mark, flaps = marks.get(thing, ""), thing in flapping
            moved = self._stands.get(thing) != stand or stand == UNKNOWN
            if not moved and held.maintenance == mark and held.flapping == flaps:
                continue
            self._stands[thing] = stand
            since, evidence = grounds(thing, stand) if moved else (held.since, held.evidence)
            because = "" if stand.because.startswith(OFF) else stand.because
            if held.state is stand.state:
                since = held.since
            new = Verdict(stand.state, since, because, evidence, mark, flaps)
            if stand.state is not held.state or new != held:
                self.verdicts[thing] = new
                changes.append(Change(thing, held, new))
        return changes

    def behind(self, thing: str) -> tuple[str, ...]:
        """What is lost from sight because of a thing, sorted."""
        return tuple(
            sorted(
                one
                for one, held in self.verdicts.items()
                if held.because == thing and held.state >= 3
            )
        )
