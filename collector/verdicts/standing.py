"""From what is broken to a verdict for every device, circuit, site and service."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from collector.verdicts.ear import Ear
from collector.verdicts.events import State
from collector.verdicts.fault import HELD, OFF
from collector.verdicts.judge import Judge
from collector.verdicts.listening import Listening
from collector.verdicts.polling import FAILURES, PATIENCE
from collector.verdicts.topology import Line
from collector.verdicts.verdict import Verdict
from collector.verdicts.wiring import Wiring


class Stand(NamedTuple):
    """A state and whose fault it is. Evidence is added only where it is news. `over` says that what
    it is laid to is well again, and that what was behind it is given time to answer.
    """

    state: State
    because: str = ""
    over: bool = False


WELL = (State.UP, State.DEGRADED)
UP, UNKNOWN = Stand(State.UP), Stand(State.UNKNOWN)


@lru_cache(maxsize=1024)
def hidden(because: str, root: str) -> Stand:
    """How something stands that was lost from sight behind something else."""
    if because == root:
        return Stand(State.UNKNOWN, root)
    if because.startswith(OFF):
        return Stand(State.UNKNOWN, because)
    return Stand(State.UNREACHABLE, because)


def mark_over(stands: dict[str, Stand], things: Iterable[str]) -> None:
    """Mark those of some things that are less than well because of what is up by now."""
    for thing in things:
        stand = stands[thing]
        blamed = stands.get(stand.because)
        if stand.state is State.DEGRADED and blamed is not None and blamed.state is State.UP:
            stands[thing] = stand._replace(over=True)


class Standing:
    """Works out how everything stands after a round of the judge."""

    def __init__(self, listening: Listening, judge: Judge) -> None:
        self._listening, self._judge = listening, judge
        self._wiring: Wiring

    def load(self, wiring: Wiring) -> None:
        """What is to stand somewhere."""
        self._wiring = wiring

    def devices(self, held: dict[str, Verdict], now: float) -> dict[str, Stand]:
        """How every device stands."""
        ears, faults = self._listening.ears, self._judge.faults
        found = {}
        for thing in self._wiring.nodes:
            ear = ears[thing]
            if thing in faults:
                found[thing] = Stand(State.DOWN)
            elif ear.silent or thing not in self._judge.living:
                found[thing] = self._behind(ear, held[thing], now)
            elif ear.hidden and not ear.unsent:
                self._listening.look(thing, now, 0.0)
                found[thing] = hidden(ear.hidden, self._wiring.root)
            else:
                found[thing] = self._seen(ear, now)
        return found

    def _behind(self, ear: Ear, held: Verdict, now: float) -> Stand:
        label = self._judge.labels.get(ear.thing)
        if label is None or label.because == HELD:
            if ear.hidden:
                return hidden(ear.hidden, self._wiring.root)
            return Stand(held.state, held.because) if ear.silent else self._seen(ear, now)
        if not ear.silent and not ear.hidden and ear.clean(label.began):
            return self._seen(ear, now)
        ear.hide(label.because, now)
        return hidden(ear.hidden, self._wiring.root)

    def _seen(self, ear: Ear, now: float) -> Stand:
        if ear.unsent or not ear.answered:
            return UNKNOWN
        if ear.mute:
            return Stand(State.DEGRADED)
        failing = [one for one in ear.fails.values() if one.count >= FAILURES]
        if any(one.told or now >= one.since + PATIENCE for one in failing):
            return Stand(State.DEGRADED)
        for one in failing:
            self._judge.later(one.since + PATIENCE)
        return UP

    def circuits(
        self, held: dict[str, Verdict], devices: dict[str, Stand], now: float
    ) -> dict[str, Stand]:
        """How every circuit stands."""
        faults, root, weighed = self._judge.faults, self._wiring.root, self._judge.weighed
        found = {}
        for thing, line in self._wiring.lines.items():
            ear = self._listening.ears[thing]
            far = devices.get(f"device:{line.z}", UNKNOWN)
            blind = far == UNKNOWN
            heard = self._heard(ear, line, devices) if blind else far.state in WELL
            label = self._judge.labels.get(thing)
            if thing in faults:
                found[thing] = Stand(State.DOWN)
            elif thing in weighed.weak:
                found[thing] = Stand(State.DEGRADED)
            elif label is not None and label.because != HELD:
                ear.hide(label.because, now)
                found[thing] = hidden(ear.hidden, root)
            elif thing in weighed.explained and self._because(weighed.explained[thing]):
                ear.hide(self._because(weighed.explained[thing]), now)
                found[thing] = hidden(ear.hidden, root)
            elif heard and label is None and self._carries(ear, now):
                ear.hidden, ear.grace = "", 0.0
                found[thing] = UP
            elif blind and not heard:
                found[thing] = UNKNOWN
            elif ear.hidden:
                found[thing] = hidden(ear.hidden, root)
            elif held[thing].state is State.DOWN:
                found[thing] = hidden(far.because or f"device:{line.z}", root)
            else:
                found[thing] = Stand(held[thing].state, held[thing].because)
        return found

    def _heard(self, ear: Ear, line: Line, devices: dict[str, Stand]) -> bool:
        """Whether anything is heard at a circuit's far side although its end is not known."""
        if ear.ping is not None and ear.heard and not (ear.silent or ear.unsent):
            return True
        wiring = self._wiring
        near = (
            *wiring.residents.get(f"site:{line.site}", ()),
            *wiring.beside.get(f"device:{line.z}", ()),
        )
        return any(devices[one].state in WELL for one in near if one in devices)

    def _because(self, device: str) -> str:
        """Behind what a circuit lies with a silent end; empty while that is not decided."""
        faults, site = self._judge.faults, self._wiring.site(device)
        told = next((one for one in (device, site) if one in faults), "")
        return told or self._listening.ears[device].hidden

    def _carries(self, ear: Ear, now: float) -> bool:
        """Whether a circuit with a living path is to be taken for well: not as long as word of it
        may come that tells otherwise.
        """
        circuits = self._judge.circuits
        if not ear.hidden or circuits.since(ear.thing, ear.gone, alone=True) != "waiting":
            return True
        if not ear.grace:
            ear.grace = now + ear.settle
            circuits.ask(ear.thing, now)
        self._judge.later(ear.grace)
        return now >= ear.grace
