"""Why something stands as it does, as signs that a reader can follow."""

from functools import lru_cache

from collector.verdicts.circuits import Circuits
from collector.verdicts.ear import Ear, Failing
from collector.verdicts.events import State
from collector.verdicts.fault import OFF, Fault
from collector.verdicts.judge import Judge
from collector.verdicts.listening import Listening
from collector.verdicts.polling import FAILURES, Polling
from collector.verdicts.side import Sides
from collector.verdicts.standing import Stand
from collector.verdicts.verdict import Sign
from collector.verdicts.wiring import Wiring

MOST = 8
"""Signs of one kind that are named."""


class Evidence:
    """Makes signs of what is known at the moment when something is concluded."""

    def __init__(self, listening: Listening, polling: Polling, judge: Judge) -> None:
        self._listening, self._polling, self._judge = listening, polling, judge
        self._circuits: Circuits = judge.circuits
        self._sides = Sides(judge.circuits, polling)
        self._wiring: Wiring

    def load(self, wiring: Wiring) -> None:
        """What may be spoken of."""
        self._wiring = wiring

    def of(
        self, thing: str, stand: Stand, stands: dict[str, Stand], now: float
    ) -> tuple[Sign, ...]:
        """The signs for how a thing stands."""
        fault = self._judge.faults.get(thing)
        if stand.state is State.DOWN and fault is not None:
            return self.fault(fault, now)[1]
        if stand.state is State.UNKNOWN:
            return self._unknown(thing, stand)
        kind = thing.partition(":")[0]
        if stand.state is State.UNREACHABLE:
            return (_named("behind", cause=stand.because), *self._heard(thing, now))
        if kind == "device":
            return self._device(self._listening.ears[thing], stand, now)
        if kind == "circuit":
            return self._circuit(thing)
        if kind == "site":
            return self._site(stand, stands)
        return self._service(thing, stand, stands)

    def fault(self, fault: Fault, now: float) -> tuple[str, tuple[Sign, ...]]:
        """The suspected side of a fault, and its signs."""
        signs = list(fault.signs)
        side = fault.side
        if fault.thing in self._wiring.nodes:
            signs += self._heard(fault.thing, now)
        elif fault.thing in self._wiring.lines:
            side, ends = self._sides.suspect(fault, self._judge.faults, self._wiring)
            signs += [*self._line(fault), *ends]
        elif fault.alert == "SiteDown":
            signs += self._sides.on_battery(fault, self._wiring)
        if fault.settled:
            ears = [
                self._listening.ears[one]
                for one in (fault.thing, *fault.mouth)[:2]
                if one in self._listening.ears
            ]
            seconds = max((ear.settle for ear in ears), default=0.0)
            signs.append(_named("settled", seconds=f"{seconds:.0f}"))
        return side, tuple(signs)

    def _line(self, fault: Fault) -> list[Sign]:
        found: list[Sign] = []
        if fault.mouth:
            line, dark = self._wiring.lines[fault.thing], len(fault.mouth)
            far = f"device:{line.z}"
            found += [_named("far_end_silent", device=far)] if far in fault.mouth else []
            found += [_named("site_silent", site=line.site, count=str(dark))] if dark > 1 else []
            found.append(Sign("only_path"))
        elif fault.alert == "CircuitRedundancyLost":
            far = f"device:{self._wiring.lines[fault.thing].z}"
            found.append(_named("other_path", device=far))
        ear = self._listening.ears[fault.thing]
        if ear.ping is not None and ear.answered:
            found.append(Sign("probe_silent" if ear.silent else "probe_answers"))
        return found

    def _heard(self, thing: str, now: float) -> list[Sign]:
        ear = self._listening.ears.get(thing)
        if ear is None or not ear.silent:
            return []
        if not ear.answered:
            return [Sign("never_answered")]
        failing = _failing("poll_failed", "probe", ear.fails, 1) if ear.ping is None else []
        return [_named("silent_for", seconds=f"{now - ear.answered:.0f}"), *failing]

    def _unknown(self, thing: str, stand: Stand) -> tuple[Sign, ...]:
        if stand.because.startswith(OFF):
            return (_named("off_hours", calendar=stand.because[len(OFF) :]),)
        if stand.because:
            return (_named("behind", cause=stand.because),)
        ends = [thing, *self._wiring.residents.get(thing, ())]
        if thing in self._wiring.lines:
            ends.append(f"device:{self._wiring.lines[thing].z}")
        for one in ends:
            ear = self._listening.ears.get(one)
            if ear is not None and ear.unsent:
                return (_named("cannot_be_asked", why=ear.unsent),)
        return (Sign("not_asked"),)

    def _device(self, ear: Ear, stand: Stand, now: float) -> tuple[Sign, ...]:
        heard = ear.sign()
        if stand.state is State.UP:
            return (heard,)
        checks = self._wiring.nodes[ear.thing].checks
        probes = {name: one for name, one in ear.fails.items() if name not in checks}
        found = _failing("poll_failed", "probe", probes)
        found += _failing(
            "check_failed", "check", {n: f for n, f in ear.fails.items() if n in checks}
        )
        if ear.mute:
            found.insert(0, _named("silent_for", seconds=f"{now - ear.heard:.0f}"))
        return (*found, heard)

    def _circuit(self, thing: str) -> tuple[Sign, ...]:
        ear = self._listening.ears[thing]
        line = self._wiring.lines[thing]
        found = [end.sign() for end in self._circuits.ends(thing)]
        if ear.ping is not None and (ear.silent or ear.heard):
            found.append(Sign("probe_silent" if ear.silent else "probe_answers"))
        far = self._listening.ears.get(f"device:{line.z}")
        if far is not None and far.unsent:
            found.append(_named("cannot_be_asked", why=far.unsent))
        elif far is not None and far.answered and not far.silent:
            found.append(_named("behind_answers", device=far.thing))
        return tuple(found)

    def _site(self, stand: Stand, stands: dict[str, Stand]) -> tuple[Sign, ...]:
        if not stand.because:
            return ()
        if stand.over:
            return (_named("returning", cause=stand.because),)
        fault = self._judge.faults.get(stand.because)
        if fault is not None and stand.because in self._wiring.lines and not fault.mouth:
            site = f"site:{self._wiring.lines[stand.because].site}"
            return (_named("one_path_left", site=site), _need(stand.because, stands))
        return (_need(stand.because, stands),)

    def _service(self, thing: str, stand: Stand, stands: dict[str, Stand]) -> tuple[Sign, ...]:
        checks = self._polling.checks.get(thing, {})
        found = _failing("check_failed", "check", checks)
        if stand.over:
            found.append(_named("returning", cause=stand.because))
        elif stand.because:
            found.append(_need(stand.because, stands))
        passing = [name for name, one in checks.items() if one.since and not one.count]
        found += [_named("check_passes", check=name) for name in passing[:MOST]]
        return tuple(found)


@lru_cache(maxsize=1024)
def _named(code: str, **args: str) -> Sign:
    """A sign; thousands of things that lie behind one cause share theirs."""
    return Sign(code, tuple(args.items()))


def _need(thing: str, stands: dict[str, Stand]) -> Sign:
    state = stands[thing].state.name.lower() if thing in stands else "down"
    return _named("need_failed", thing=thing, state=state)


def _failing(code: str, name: str, fails: dict[str, Failing], least: int = FAILURES) -> list[Sign]:
    found = [
        Sign(code, ((name, one), ("reason", fails[one].reason)))
        for one in sorted(fails)
        if fails[one].count >= least
    ]
    return found[:MOST]
