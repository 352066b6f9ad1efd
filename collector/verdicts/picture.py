"""What the graph shows at one moment: what is dark, what can still be reached, what lies
behind what.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector.verdicts.ear import Ear
from collector.verdicts.fault import Label
from collector.verdicts.listening import POLL_WAIT, Listening
from collector.verdicts.wiring import Wiring


@dataclass(slots=True)
class Picture:
    """`dark` devices are verified silent, `cut` circuits known to carry nothing, `living` is what
    has a path, the collector included. Only devices and circuits.
    """

    wiring: Wiring
    dark: set[str]
    cut: set[str]
    living: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Walk again, after `cut` has changed."""
        self.living = self.wiring.reached(self.dark | self.cut)

    def fronts(self) -> list[str]:
        """Dark devices that a living path leads to, sorted."""
        beside, living = self.wiring.beside, self.living
        return sorted(one for one in self.dark if any(map(living.__contains__, beside[one])))

    def entries(self, device: str) -> list[str]:
        """What of the living is beside a device."""
        return [one for one in self.wiring.beside[device] if one in self.living]

    def labelled(self, sources: Mapping[str, Label]) -> dict[str, Label]:
        """For everything without a living path: the nearest source's label."""
        found = dict(sources)
        ahead = sorted(found)
        for thing in ahead:
            label = found[thing]
            for one in self.wiring.beside[thing]:
                if one not in found and one not in self.living:
                    found[one] = label
                    ahead.append(one)
        return found


class Certainty:
    """Which of the living is surely alive, as far as paths to some devices need it."""

    def __init__(self, picture: Picture, listening: Listening, since: float, now: float) -> None:
        self._picture, self._listening = picture, listening
        self._since, self._now = since, now
        ears = listening.ears
        self._doubtful = {
            one for one in picture.living if one in ears and self._doubt(one, ears[one])
        }
        gone = picture.dark | picture.cut | self._doubtful
        self._sure = picture.wiring.reached(gone) if self._doubtful else picture.living

    def _doubt(self, thing: str, ear: Ear) -> bool:
        if ear.silent or ear.unsent or thing == self._picture.wiring.root or ear.clean(self._since):
            return False
        if ear.ping is None:
            if thing not in self._picture.wiring.nodes:
                return False
            asked = ear.poll_asked
            return not self._since <= asked < self._now - POLL_WAIT
        return ear.pending() or ear.ended < self._since

    def of(self, device: str) -> bool:
        """Whether a device has a path of things that are surely alive. Where it has not, ask what
        is doubtful on the way.
        """
        entries = self._picture.entries(device)
        if any(one in self._sure for one in entries):
            return True
        self._ask(entries)
        return False

    def _ask(self, ahead: Iterable[str]) -> None:
        beside, living = self._picture.wiring.beside, self._picture.living
        seen = set(ahead)
        queue = list(seen)
        while queue:
            one = queue.pop()
            if one in self._doubtful:
                self._listening.look(one, self._now, self._since)
            for other in beside[one]:
                if other in living and other not in self._sure and other not in seen:
                    seen.add(other)
                    queue.append(other)
