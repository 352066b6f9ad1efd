"""From faults and verdicts to what people are told: one incident for each cause."""

from dataclasses import replace
from typing import NamedTuple

from collector.verdicts.board import Board
from collector.verdicts.events import State
from collector.verdicts.evidence import Evidence
from collector.verdicts.fault import Ended, Fault
from collector.verdicts.flapping import SLOT, SLOTS, Flapping
from collector.verdicts.incidents import Incidents
from collector.verdicts.judge import Judge
from collector.verdicts.listening import Listening
from collector.verdicts.polling import FAILURES, Polling
from collector.verdicts.side import after
from collector.verdicts.standing import WELL
from collector.verdicts.verdict import Cause, Sign
from collector.verdicts.wiring import Wiring

FLAPS = {
    "DeviceDown": "DeviceFlapping",
    "CircuitDown": "CircuitFlapping",
    "CircuitRedundancyLost": "CircuitFlapping",
}
ILLS = {
    ("device", State.DEGRADED): ("DeviceDegraded", "warning"),
    ("service", State.DOWN): ("ServiceDown", "critical"),
    ("service", State.DEGRADED): ("ServiceDegraded", "minor"),
}
ILLNESS = frozenset(alert for alert, _ in ILLS.values())
SEVERITY = {"CircuitRedundancyLost": "major", "DeviceFlapping": "minor", "CircuitFlapping": "minor"}

LINGER = 3.0
"""Seconds that the end of a circuit's incident waits for the far device to tell its uptime."""


class Closing(NamedTuple):
    """An incident that ends as soon as a device has told its uptime since `at`, when it came back,
    or at a time.
    """

    due: float
    at: float
    ended: Ended
    device: str


class Herald:
    """Keeps the incidents in step with the faults."""

    def __init__(
        self,
        listening: Listening,
        polling: Polling,
        judge: Judge,
        evidence: Evidence,
        board: Board,
    ) -> None:
        self._listening, self._polling, self._judge = listening, polling, judge
        self._evidence, self._board = evidence, board
        self.incidents = Incidents()
        self.flapping = Flapping()
        self._faulty: set[str] = set()
        self._closing: dict[str, Closing] = {}
        self._wiring: Wiring
        self._shift = 0.0

    def load(self, wiring: Wiring) -> None:
        """What incidents may be about."""
        self._wiring = wiring
        self.flapping.load({*wiring.nodes, *wiring.lines})

    def restart(self) -> None:
        """What is faulty now was so before: no new change is to be counted."""
        faults = self._judge.faults.items()
        self._faulty = {one for one, fault in faults if fault.alert in FLAPS}

    def score(self, now: float) -> None:
        """Count what went down and came up by itself since the last round."""
        faults = {one for one, fault in self._judge.faults.items() if fault.alert in FLAPS}
        for thing in faults - self._faulty:
            self.flapping.changed(thing, now, down=True)
        for thing in self._faulty - faults:
            self.flapping.changed(thing, now, down=False)
        self._faulty = faults
        self.flapping.calm(now)
        self._judge.later(self.flapping.next(now))

    def announce(self, now: float, shift: float) -> None:
        """Open, change and close incidents; `shift` is the engine's clock less the real one."""
        self._shift = shift
        wanted: set[str] = set()
        for thing in sorted(self._judge.faults):
            wanted.add(self._broken(self._judge.faults[thing], now))
        for thing, held in self._board.verdicts.items():
            if held.state in (State.DEGRADED, State.DOWN) and not held.because:
                wanted.update(self._ill(thing, held.state, now))
        for key in [one for one in self.incidents.open if one not in wanted]:
            self._unwanted(key, now)
        for key in [one for one, it in self._closing.items() if self._ready(it, now)]:
            self._close(key, self._closing.pop(key), now)
        for one in self._closing.values():
            self._judge.later(one.due)
        self._judge.ended.clear()

    def _broken(self, fault: Fault, now: float) -> str:
        flaps = self._flaps(fault, now)
        alert = FLAPS[fault.alert] if flaps else fault.alert
        key = f"{alert}/{fault.thing}"
        self._closing.pop(key, None)
        before = self.incidents.open.get(key)
        if before is not None:
            self._follow(before, fault, now)
            return key
        side, signs = self._evidence.fault(fault, now)
        fault.side = side
        if flaps:
            signs = (self._flapped(fault.thing, now), *signs)
        hides = self._hides(fault)
        severity = SEVERITY.get(alert) or self._severity(fault, hides)
        since = fault.since - self._shift
        cause = Cause(key, alert, fault.thing, severity, since, side, signs, hides)
        self.incidents.tell(cause, now - self._shift)
        return key

    def _flaps(self, fault: Fault, now: float) -> bool:
        """Whether a fault is only one more of a flapping thing.

        What flaps and then stays silent for longer than its settle is told as down, critical and
        all, and not as the end of its flapping: that incident stays open beside it, and ends when
        the thing answers and is calm. So people hear one thing more, and never that something dead
        is well again. When it answers before it is calm, only its being down ends.
        """
        if fault.alert not in FLAPS or fault.thing not in self.flapping.things:
            return False
        if f"{fault.alert}/{fault.thing}" in self.incidents.open:
            return False
        due = fault.since + self._listening.ears[fault.thing].settle
        if now < due:
            self._judge.later(due)
        return now < due

    def _follow(self, before: Cause, fault: Fault, now: float) -> None:
        """Say more of what lasts: a side that shows only now, a severity that rises."""
        after_ = before
        if before.side == "not-known":
            side, signs = self._evidence.fault(fault, now)
            if side != before.side:
                after_ = replace(before, side=side, evidence=signs)
        if before.alert == "DeviceDown" and before.severity != "critical":
            after_ = replace(after_, severity=self._severity(fault, self._hides(fault)))
        if after_ is not before:
            self.incidents.tell(after_, now - self._shift)

    def _hides(self, fault: Fault) -> tuple[str, ...]:
        if fault.alert == "CircuitRedundancyLost":
            return ()
        behind = set(self._board.behind(fault.thing))
        users = self._wiring.using({fault.thing, *behind})
        return tuple(sorted(behind | users))

    def _severity(self, fault: Fault, hides: tuple[str, ...]) -> str:
        if fault.alert != "DeviceDown":
            return "critical"
        weighty = any(one.startswith(("device:", "service:")) for one in hides)
        return "critical" if weighty else "major"

    def _flapped(self, thing: str, now: float) -> Sign:
        changes = round(self.flapping.score(thing, now) * SLOTS)
        minutes = round(SLOT * SLOTS / 60)
        return Sign("flapped", (("changes", str(changes)), ("minutes", str(minutes))))

    def _ill(self, thing: str, state: State, now: float) -> list[str]:
        alert, severity = ILLS.get((thing.partition(":")[0], state), ("", ""))
        if not alert:
            return []
        key = f"{alert}/{thing}"
        if key not in self.incidents.open:
            since = self._failed(thing, now) - self._shift
            evidence = self._board.verdicts[thing].evidence
            cause = Cause(key, alert, thing, severity, since, evidence=evidence)
            self.incidents.tell(cause, now - self._shift)
        return [key]

    def _failed(self, thing: str, now: float) -> float:
        """When what is wrong with a thing was first seen."""
        ear = self._listening.ears.get(thing)
        if ear is not None and ear.mute:
            return ear.heard
        fails = ear.fails if ear is not None else self._polling.checks.get(thing, {})
        bad = [one for one in fails.values() if one.count >= FAILURES]
        for one in bad:
            one.told = True
        return min((one.since for one in bad), default=now)

    def _unwanted(self, key: str, now: float) -> None:
        cause = self.incidents.open[key]
        held = self._board.verdicts.get(cause.thing)
        if held is None:
            self._shut(key, now, (Sign("not_asked"),))
        elif cause.alert in ILLNESS:
            gone = held.state is State.UP or (
                held.state in (State.DOWN, State.DEGRADED) and cause.thing.startswith("service:")
            )
            if gone:
                self._shut(key, now, held.evidence)
        elif cause.alert in FLAPS.values():
            if cause.thing not in self.flapping.things and held.state in WELL:
                self._shut(key, now, (self._flapped(cause.thing, now), *held.evidence))
        elif key not in self._closing:
            self._finish(key, cause, now)

    def _finish(self, key: str, cause: Cause, now: float) -> None:
        """A fault has ended. A circuit's end waits a little for word from its far device."""
        ended = self._judge.ended.get(cause.thing)
        if ended is None:
            self._shut(key, now, ())
            return
        polled = [one for one in ended.fault.mouth if self._polling.of(one)]
        if cause.alert != "CircuitDown" or not polled:
            self._shut(key, now, ended.signs)
            return
        back = self._listening.ears[polled[0]].returned
        since = back if ended.fault.began < back < now else now
        self._closing[key] = Closing(now + LINGER, since, ended, polled[0])
        self._polling.wanted.add(polled[0])

    def _ready(self, closing: Closing, now: float) -> bool:
        fact = self._uptime(closing.device)
        return now >= closing.due or (fact is not None and fact[1] >= closing.at)

    def _uptime(self, device: str) -> tuple[float, float] | None:
        return self._polling.of(device).get(("system_uptime_seconds", ""))

    def _close(self, key: str, closing: Closing, now: float) -> None:
        self._polling.wanted.discard(closing.device)
        fact, signs = self._uptime(closing.device), closing.ended.signs
        cause = self.incidents.open.get(key)
        if cause is not None and fact is not None and fact[1] >= closing.at:
            outage = fact[1] - closing.ended.fault.since
            side, sign = after(fact[0], closing.device, outage)
            signs = (*signs, sign)
            if cause.side != "ours":
                self.incidents.open[key] = replace(cause, side=side)
        self._shut(key, now, signs)

    def _shut(self, key: str, now: float, signs: tuple[Sign, ...]) -> None:
        self.incidents.close(key, now - self._shift, signs)
