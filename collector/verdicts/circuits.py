"""What a circuit's own evidence says: the interfaces at its ends, and its probe address."""

from typing import NamedTuple

from collector.verdicts.listening import Listening
from collector.verdicts.picture import Picture
from collector.verdicts.polling import Polling
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
        facts = self._polling.of(f"device:{device}")
        up = facts.get(("interface_up", interface))
        if not interface or ear is None or ear.silent or up is None:
            return None
        if up[1] <= void or up[1] < ear.returned:
            return None
        admin = facts.get(("interface_admin_up", interface))
        return End(which, device, interface, up[0] != 0, admin is None or admin[0] != 0, up[1])

    def broken(self, circuit: str) -> list[End]:
        """The ends that say that it is down."""
        return [end for end in self.ends(circuit) if not end.up]

    def mute(self, circuit: str) -> bool:
        """Whether its probe address is verified to be silent."""
        ear = self._listening.ears.get(circuit)
        return ear is not None and ear.silent

    def whole(self, circuit: str, since: float) -> list[Sign]:
        """What has shown since then that it carries; nothing as long as anything says otherwise."""
        ear = self._listening.ears[circuit]
        ends = self.ends(circuit)
        if ear.silent or any(not end.up for end in ends):
            return []
        signs = [end.sign() for end in ends if end.at > since]
        if ear.ping is not None and ear.heard > since and not ear.lost:
            signs.append(Sign("probe_answers"))
        return signs

    def doubted(self) -> list[str]:
        """Circuits of which anything says that they are down."""
        ports = self._wiring.ports
        found = {one for one in self._listening.silent if one in self._wiring.lines}
        shown = (ports[port] for port in self._polling.down if port in ports)
        return sorted(found.union(one for one in shown if self.broken(one)))

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
            if ear.thing in self._wiring.nodes and self._listening.undecided(ear.thing, since, now):
                return "open"
        return "alive"
