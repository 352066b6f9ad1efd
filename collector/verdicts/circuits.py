"""What a circuit's own evidence says: the interfaces at its ends, and its probe address."""

from typing import NamedTuple

from collector.verdicts.ear import Ear
from collector.verdicts.listening import POLL_WAIT, Listening
from collector.verdicts.picture import Picture
from collector.verdicts.polling import Polling
from collector.verdicts.topology import Line
from collector.verdicts.verdict import Sign
from collector.verdicts.wiring import Wiring


class End(NamedTuple):
    """One end of a circuit as its device last told it; `at` is when."""

    which: str
    device: str
    interface: str
    up: bool
    admin: bool
    at: float

    def sign(self) -> Sign:
        """The same as evidence."""
        code = "up" if self.up else "down" if self.admin or self.which == "z" else "admin_down"
        args = (("device", self.device), ("interface", self.interface))
        return Sign(f"{self.which}_end_{code}", args)


class Circuits:
    """The evidence of all circuits. `void` is until when a circuit's facts count for nothing,
    because
    something answered through it since.
    """

    def __init__(self, listening: Listening, polling: Polling) -> None:
        self._listening, self._polling = listening, polling
        self._wiring: Wiring
        self.void: dict[str, float] = {}

    def load(self, wiring: Wiring) -> None:
        """The circuits of a wiring."""
        self._wiring = wiring
        self.void = {thing: at for thing, at in self.void.items() if thing in wiring.lines}

    def ends(self, circuit: str) -> list[End]:
        """What the devices at the ends say that answer now and have told it since they returned."""
        line = self._wiring.lines[circuit]
        found = (
            self._end("a", line.a, line.a_interface, self.void.get(circuit, 0.0)),
            self._end("z", line.z, line.z_interface, self.void.get(circuit, 0.0)),
        )
        return [end for end in found if end is not None]

    def _end(self, which: str, device: str, interface: str, void: float) -> End | None:
        ear = self._listening.ears.get(f"device:{device}")
        up = self._polling.facts.get((f"device:{device}", "interface_up", interface))
        if not interface or ear is None or ear.silent or up is None:
            return None
        if up[1] <= void or up[1] < ear.returned:
            return None
        admin = self._polling.facts.get((f"device:{device}", "interface_admin_up", interface))
        return End(which, device, interface, up[0] != 0, admin is None or admin[0] != 0, up[1])

    def broken(self, circuit: str) -> list[End]:
        """The ends that say that it is down."""
        return [end for end in self.ends(circuit) if not end.up]

    def mute(self, circuit: str) -> bool:
        """Whether its probe address is verified to be silent."""
        ear = self._listening.ears.get(circuit)
        return ear is not None and ear.silent

    def doubted(self) -> list[str]:
        """Circuits of which anything says that they are down."""
        lines = self._wiring.lines
        down = {
            (thing, instance)
            for (thing, metric, instance), (value, _) in self._polling.facts.items()
            if metric == "interface_up" and not value
        }
        found = [one for one in lines if one in self._listening.silent]
        if down:
            found += [one for one, line in lines.items() if _touched(line, down)]
        return sorted({one for one in found if self.mute(one) or self.broken(one)})

    def weigh(self, picture: Picture, now: float) -> tuple[dict[str, float], set[str], set[str]]:
        """Circuits that are down by their own evidence (with when it is from), those that only
        their probe or an interface calls so while what lies behind answers, and those that are not yet
        decided. The picture is one with every known-down circuit cut.
        """
        doubted = [one for one in self.doubted() if one not in picture.cut]
        lit = picture.wiring.reached(picture.dark | picture.cut | set(doubted))
        down: dict[str, float] = {}
        weak: set[str] = set()
        open_: set[str] = set()
        for circuit in doubted:
            beside = picture.wiring.beside[circuit]
            if not any(one in lit for one in beside):
                continue
            broken = self.broken(circuit)
            ear = self._listening.ears[circuit]
            since = min((end.at for end in broken), default=ear.suspected)
            far = [one for one in beside if one not in lit]
            word = self._beyond(far or list(beside), bool(far), since, now)
            if far and not broken and word != "alive":
                continue
            if word == "open":
                open_.add(circuit)
            elif far and word == "alive":
                weak.add(circuit)
            else:
                down[circuit] = since if broken else ear.heard or since
        return down, weak, open_

    def _beyond(self, far: list[str], cut: bool, since: float, now: float) -> str:
        """Whether what lies behind is `alive`, `silent`, or the answer still `open`."""
        ears = [ear for one in far if (ear := self._listening.ears.get(one)) is not None]
        if cut and any(ear.silent for ear in ears):
            return "silent"
        for ear in ears:
            if self._undecided(ear, since, now):
                return "open"
        return "alive"

    def _undecided(self, ear: Ear, since: float, now: float) -> bool:
        if ear.silent or ear.unsent or ear.thing not in self._wiring.nodes:
            return False
        if ear.pending():
            return True
        if ear.ended >= since or (ear.clean(since) and not ear.fast):
            return False
        if ear.ping is None and since <= ear.poll_asked < now - POLL_WAIT:
            return False
        self._listening.look(ear.thing, now, since)
        return True


def _touched(line: Line, down: set[tuple[str, str]]) -> bool:
    ends = ((line.a, line.a_interface), (line.z, line.z_interface))
    return any((f"device:{device}", interface) in down for device, interface in ends)
