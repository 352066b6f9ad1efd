"""What a circuit's own evidence says: the interfaces at its ends, and its probe address."""

from typing import NamedTuple

from collector.verdicts.listening import Listening
from collector.verdicts.polling import Polling
from collector.verdicts.verdict import Sign
from collector.verdicts.wiring import Wiring

WAIT = 4.0
"""Seconds in which the ends of circuits may tell which of them carries again."""


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
        self._void: dict[str, float] = {}

    def load(self, wiring: Wiring) -> None:
        """The circuits of a wiring."""
        self._wiring = wiring
        self._void = {one: at for one, at in self._void.items() if one in wiring.lines}

    def ends(self, circuit: str) -> list[End]:
        """What the devices at the ends say that answer now; only what they told since both returned
        (before, it was the other's absence that they told of) and since an echo is known to have
        come through.
        """
        line = self._wiring.lines[circuit]
        ears = [self._listening.ears.get(f"device:{one}") for one in (line.a, line.z)]
        void = max((ear.returned for ear in ears if ear is not None), default=0.0)
        void = max(void, self._void.get(circuit, 0.0))
        probe = self._listening.ears.get(circuit)
        if probe is not None and not probe.silent:
            void = max(void, probe.heard)
        found = (
            self._end("a", line.a, line.a_interface, void),
            self._end("z", line.z, line.z_interface, void),
        )
        return [end for end in found if end is not None]

    def _end(self, which: str, device: str, interface: str, void: float) -> End | None:
        ear = self._listening.ears.get(f"device:{device}")
        facts = self._polling.of(f"device:{device}")
        up = facts.get(("interface_up", interface))
        if not interface or ear is None or ear.silent or up is None or up[1] < void:
            return None
        admin = facts.get(("interface_admin_up", interface))
        return End(which, device, interface, up[0] != 0, admin is None or admin[0] != 0, up[1])

    def forgive(self, circuit: str, now: float) -> None:
        """Something answered through it: what was said against it before no longer counts."""
        self._void[circuit] = now
        self._listening.forgive(circuit, now)

    def broken(self, circuit: str) -> list[End]:
        """The ends that say that it is down."""
        return [end for end in self.ends(circuit) if not end.up]

    def first(self, circuit: str) -> float:
        """When the ends that say that it is down began to."""
        down = self._polling.down
        return min(
            down.get((f"device:{end.device}", end.interface), end.at)
            for end in self.broken(circuit)
        )

    def mute(self, circuit: str) -> bool:
        """Whether its probe address is verified to be silent."""
        ear = self._listening.ears.get(circuit)
        return ear is not None and ear.silent

    def whole(self, circuit: str, since: float, now: float) -> list[Sign]:
        """What has shown since then that it carries; nothing as long as anything says otherwise."""
        ear = self._listening.ears[circuit]
        ends = self.ends(circuit)
        if ear.silent or any(not end.up for end in ends) or self._gainsaid(circuit, now):
            return []
        signs = [end.sign() for end in ends if end.at > since]
        if ear.ping is not None and ear.heard > since:
            signs.append(Sign("probe_answers"))
        return signs

    def _gainsaid(self, circuit: str, now: float) -> bool:
        """Whether an end's last word was that it is down, before an echo came that may have gone
        another way round: it is asked again, and given a while.
        """
        ear, line = self._listening.ears[circuit], self._wiring.lines[circuit]
        if ear.ping is None or now >= ear.heard + WAIT:
            return False
        ends = [(f"device:{device}", port) for device, port in line.ends]
        said = [one for one, port in ends if (one, port) in self._polling.down]
        if not any(not self._listening.ears[one].silent for one in said):
            return False
        self.ask(circuit, now)
        self._listening.fresh = True
        return True

    def doubted(self) -> list[str]:
        """Circuits of which anything says that they are down."""
        ports = self._wiring.ports
        found = {one for one in self._listening.silent if one in self._wiring.lines}
        shown = (ports[port] for port in self._polling.down if port in ports)
        return sorted(found.union(one for one in shown if self.broken(one)))

    def since(self, circuit: str, moment: float, *, alone: bool) -> str:
        """What a circuit's evidence from after a moment says: `up`, `down`, `waiting` for evidence
        that can be had, or `nothing`. Its probe address counts only where it is `alone`: else the
        echo may have gone another way round.
        """
        ear = self._listening.ears[circuit]
        ends = [end for end in self.ends(circuit) if end.at > moment]
        if any(not end.up for end in ends):
            return "down"
        probed = alone and ear.ping is not None
        if ear.silent:
            return "waiting"
        if ends or (probed and ear.heard > moment):
            return "up"
        return "waiting" if probed or self._told(circuit) else "nothing"

    def _told(self, circuit: str) -> list[str]:
        """The devices at its ends that have told of their interface before."""
        found = []
        for device, interface in self._wiring.lines[circuit].ends:
            if ("interface_up", interface) in self._polling.of(f"device:{device}"):
                found.append(f"device:{device}")
        return found

    def ask(self, circuit: str, now: float) -> None:
        """Have its ends polled that can tell of it."""
        for device in self._told(circuit):
            self._listening.poll(device, now)
