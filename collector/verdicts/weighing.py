"""Which circuits are down by their own evidence, now that it is known who is silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from collector.verdicts.circuits import Circuits
from collector.verdicts.ear import Ear
from collector.verdicts.fault import Fault
from collector.verdicts.listening import SUSPECT_AFTER, Listening
from collector.verdicts.picture import Picture


@dataclass(slots=True)
class Weighed:
    """`down` (with when the evidence is from); `weak`: called so while what lies behind answers;
    `undecided` as long as that is being asked; `explained` by a silent device at an end.
    """

    down: dict[str, float] = field(default_factory=dict)
    weak: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    explained: dict[str, str] = field(default_factory=dict)


class Scales:
    """Weighs the circuits that anything speaks against, at one moment."""

    def __init__(
        self,
        circuits: Circuits,
        listening: Listening,
        picture: Picture,
        faults: Mapping[str, Fault],
        now: float,
    ) -> None:
        self._circuits, self._listening, self._picture = circuits, listening, picture
        self._faults, self._now = faults, now
        doubted = [one for one in circuits.doubted() if one not in picture.cut]
        self._lit = picture.wiring.reached(picture.dark | picture.cut | set(doubted))
        self._doubted = doubted

    def weigh(self) -> Weighed:
        """The circuits that have a living end."""
        found = Weighed()
        for circuit in self._doubted:
            beside = self._picture.wiring.beside[circuit]
            if any(one in self._lit for one in beside):
                self._one(circuit, [one for one in beside if one not in self._lit], found)
        return found

    def _one(self, circuit: str, far: list[str], found: Weighed) -> None:
        ear = self._listening.ears[circuit]
        broken = self._circuits.broken(circuit)
        dark = [one for one in far if one in self._picture.dark]
        since = self._circuits.first(circuit) if broken else ear.suspected
        if dark:
            why = self._why(circuit, dark) if broken else dark[0]
            if why:
                found.explained[circuit] = why
            else:
                found.down[circuit] = since
        elif self._open(far or self._picture.wiring.beside[circuit], since) or (
            broken and self._fresh(circuit)
        ):
            found.undecided.add(circuit)
        elif far:
            found.weak.add(circuit)
        else:
            found.down[circuit] = since if broken else ear.heard or since

    def _fresh(self, circuit: str) -> bool:
        """Whether an interface was seen down only a moment ago; then it is looked at once more."""
        first = self._circuits.first(circuit)
        if self._now >= first + SUSPECT_AFTER:
            return False
        if self._now >= first + SUSPECT_AFTER / 2:
            self._circuits.ask(circuit, self._now)
        return True

    def _why(self, circuit: str, dark: list[str]) -> str:
        """The silent device whose own fault it may be as well that an interface is down: one that
        is told, or one that has lost another way in at the same time.
        """
        wiring = self._picture.wiring
        for device in dark:
            if device in self._faults or wiring.site(device) in self._faults:
                return device
            for one in self._fellows(device):
                for other in wiring.beside[one]:
                    if other != circuit and (other in self._lit or self._hangs(other, one)):
                        return device
        return ""

    def _fellows(self, device: str) -> tuple[str, ...]:
        """Who may have fallen silent with a device for one reason: its site, if all of it is."""
        mates = self._picture.wiring.mates(device)
        ears = [self._listening.ears[one] for one in mates]
        since = self._listening.ears[device].suspected
        return (device,) if any(ear.clean(since) for ear in ears) else mates

    def _hangs(self, circuit: str, device: str) -> bool:
        beside = self._picture.wiring.beside
        return circuit in self._doubted and any(
            one in self._lit for one in beside[circuit] if one != device
        )

    def _open(self, things: list[str] | tuple[str, ...], since: float) -> bool:
        """Whether it is still to be found out if these answer."""
        nodes = self._picture.wiring.nodes
        ears: list[Ear] = [self._listening.ears[one] for one in things if one in nodes]
        doubts = [one for one in ears if self._listening.undecided(one.thing, since, self._now)]
        return bool(doubts)
