"""What is broken: one round over the graph, taken when something fell silent, came back or settled.

Owns the faults. What they mean for each thing is `standing`, what people are told is `incidents`.
"""

from collector.verdicts.attribution import blamed
from collector.verdicts.circuits import Circuits
from collector.verdicts.ear import Ear
from collector.verdicts.fault import HELD, OFF, Ended, Fault, Label
from collector.verdicts.hours import Calendars
from collector.verdicts.listening import SUSPECT_AFTER, VERIFY_FOR, Listening
from collector.verdicts.picture import Certainty, Picture
from collector.verdicts.polling import Polling
from collector.verdicts.returns import Returns
from collector.verdicts.verdict import Sign
from collector.verdicts.weighing import Scales, Weighed
from collector.verdicts.wiring import Wiring

LEAST = 3
"""So many pinged devices must all be silent before the collector is thought to be cut off."""

AGAIN = 0.25
"""Seconds after which a decision that had to wait is tried again."""

FOREVER = float("inf")


class Judge:
    """Faults by thing. `next` is when a round is due although nothing was heard; `ended` why faults
    ended since the last round, `labels` behind what each thing without a path lies.
    """

    def __init__(self, listening: Listening, polling: Polling, calendars: Calendars) -> None:
        self._listening, self._calendars = listening, calendars
        self.circuits = Circuits(listening, polling)
        self.faults: dict[str, Fault] = {}
        self.ended: dict[str, Ended] = {}
        self.labels: dict[str, Label] = {}
        self._resting: set[str] = set()
        self.weighed = Weighed()
        self._returns = Returns(self.circuits, listening)
        self.living: set[str] = set()
        self.next = FOREVER
        self._wiring: Wiring

    def load(self, wiring: Wiring) -> None:
        """Judge what a wiring names; faults of what is gone end."""
        self._wiring = wiring
        self.circuits.load(wiring)
        self._returns.load(wiring)
        known = {*wiring.nodes, *wiring.lines, *wiring.residents, wiring.root}
        for thing in [one for one in self.faults if one not in known]:
            self._end(thing, Sign("not_asked"))

    def later(self, when: float) -> None:
        """Have a round at a time, or sooner."""
        self.next = min(self.next, when)

    def round(self, now: float) -> None:
        """Find out what is broken now."""
        self.next = FOREVER
        woken = sorted(self._listening.woken)
        self._listening.fresh = False
        if self._isolated(woken, now):
            return
        self._listening.woken.clear()
        self._resting.clear()
        self._mend(woken, now)
        picture = self._picture()
        sources = self._cut(picture, now)
        picture.look()
        self._blame(picture, sources, now)
        self._trace(picture, sources)

    def _end(self, thing: str, *signs: Sign) -> None:
        self.ended[thing] = Ended(self.faults.pop(thing), signs)

    def _isolated(self, woken: list[str], now: float) -> bool:
        listening, root = self._listening, self._wiring.root
        if root in self.faults:
            answers = [one for one in woken if one in self._wiring.nodes]
            if not answers:
                return True
            listening.isolated = False
            self._end(root, Sign("behind_answers", (("device", answers[0]),)))
            return False
        if not self._nobody(now):
            return False
        gateway = listening.ears.get(root)
        unsure = gateway is not None and gateway.refused and gateway.pending()
        if unsure or any(listening.ears[one].pending() for one in self._wiring.nodes):
            self.later(now + AGAIN)
        else:
            self._isolate(now)
        return True

    def _nobody(self, now: float) -> bool:
        """Whether no device is surely alive and none is about to show that it is."""
        if not self._listening.silent and not any(
            self._listening.ears[one].unsent for one in self._wiring.nodes
        ):
            return False
        ears = [self._listening.ears[one] for one in self._wiring.nodes]
        pinged = [ear for ear in ears if ear.ping is not None]
        newest = max((ear.suspected for ear in pinged if ear.silent), default=now)
        return len(pinged) >= LEAST and not any(ear.clean(newest) for ear in ears)

    def _isolate(self, now: float) -> None:
        listening, root = self._listening, self._wiring.root
        ears = [listening.ears[one] for one in self._wiring.nodes]
        quiet = [ear for ear in ears if ear.silent or ear.unsent]
        since = max((ear.answered for ear in quiet), default=0.0) or now
        signs = [Sign("everything_silent", (("count", str(len(quiet))),))]
        gateway = listening.ears.get(root)
        asked = [*quiet] if gateway is None else [gateway, *quiet]
        if why := next((ear.unsent for ear in asked if ear.unsent), ""):
            signs.append(Sign("cannot_be_asked", (("why", why),)))
        if gateway is not None and not gateway.unsent:
            dumb = gateway.silent or gateway.lost
            signs.append(Sign("gateway_silent" if dumb else "gateway_answers"))
        self.faults[root] = Fault("CollectorIsolated", root, since, now, (), tuple(signs))
        listening.isolated = True
        listening.woken.clear()
        for ear in listening.ears.values():
            if ear.thing not in self.faults:
                ear.hide(root, now)
                ear.grace = 0.0

    def _picture(self) -> Picture:
        dark = {one for one in self._listening.silent if one in self._wiring.nodes}
        cut = {one for one in self.faults if one in self._wiring.lines}
        return Picture(self._wiring, dark, cut)

    def _mend(self, woken: list[str], now: float) -> None:
        """End the faults that something has answered in spite of."""
        listening, wiring = self._listening, self._wiring
        for thing, fault in list(self.faults.items()):
            if fault.alert == "DeviceDown":
                if not listening.ears[thing].silent:
                    self._end(thing, listening.ears[thing].sign())
            elif fault.alert == "SiteDown":
                seen = [one for one in wiring.residents[thing] if one in woken]
                if seen:
                    self._end(thing, Sign("behind_answers", (("device", seen[0]),)))
            elif (signs := self.circuits.whole(thing, fault.began, now)) and (
                fault.shown or not fault.mouth
            ):
                # What is silent behind it still has its settle from here.
                self._end(thing, *signs)
            elif not fault.proven:
                fault.proven = bool(self.circuits.broken(thing))
        back = {
            one
            for fault in self.faults.values()
            if fault.alert == "CircuitDown"
            for one in fault.mouth
            if not listening.ears[one].silent and listening.ears[one].answered > fault.began
        }
        for device in sorted({*woken, *self._returns.open, *back}):
            if device in wiring.nodes:
                self._through(device, now)

    def _through(self, device: str, now: float) -> None:
        """A device was seen again: did it answer through a circuit that was said to be down?"""
        if not any(fault.alert == "CircuitDown" for fault in self.faults.values()):
            self._returns.open.clear()
            return
        picture = self._picture()
        picture.look()
        ends = self._returns.weigh(device, self.faults, picture, now)
        for circuit, signs in ends.items():
            fault = self.faults[circuit]
            stayed = self._listening.ears[device].returned < fault.began
            # A neighbour that was there all the time: the rest is not coming back but broken.
            for one in fault.mouth if stayed and signs[0].code == "other_path" else ():
                self._listening.ears[one].grace = now + SUSPECT_AFTER + VERIFY_FOR
            self.circuits.forgive(circuit, now)
            self._end(circuit, *signs)
        if self._returns.open:
            self.later(now + AGAIN)

    def _cut(self, picture: Picture, now: float) -> dict[str, Label]:
        """Take the circuits that are down by their own evidence out of the picture."""
        scales = Scales(self.circuits, self._listening, picture, self.faults, now)
        self.weighed = scales.weigh()
        if self.weighed.undecided:
            self.later(now + AGAIN)
        sources = {one: Label(HELD, now) for one in self.weighed.undecided}
        for circuit, since in self.weighed.down.items():
            picture.cut.add(circuit)
            ear = self._listening.ears[circuit]
            if self._waits(ear, now):
                sources[circuit] = Label(ear.hidden, now)
            elif self._off(self._wiring.lines[circuit].hours):
                ear.hide(OFF + str(self._wiring.lines[circuit].hours), now)
                sources[circuit] = Label(ear.hidden, now)
            else:
                self._lose(circuit, since, bool(ear.hidden), now)
        return sources

    def _lose(self, circuit: str, since: float, settled: bool, now: float) -> None:
        dark = self._listening.silent
        mouth = tuple(one for one in self._wiring.beside[circuit] if one in dark)
        spare = not mouth and self._wiring.lines[circuit].a
        alert = "CircuitRedundancyLost" if spare else "CircuitDown"
        heard = [self._listening.ears[one].heard for one in mouth]
        first = min((since, *(one for one in heard if one))) or now
        ear = self._listening.ears[circuit]
        ear.hidden, ear.grace = "", 0.0
        self.faults[circuit] = Fault(alert, circuit, first, now, mouth, settled=settled, shown=True)

    def _waits(self, ear: Ear, now: float) -> bool:
        """Whether something that was hidden is still given time; it begins when a path is back."""
        if not ear.hidden:
            return False
        if not ear.grace:
            ear.grace = now + ear.settle
            self._listening.seek(ear)
        if now < ear.grace:
            self.later(ear.grace)
            self._resting.add(ear.thing)
            return True
        return False

    def _off(self, calendar: str | None) -> bool:
        return calendar is not None and not self._calendars.open(calendar)

    def _blame(self, picture: Picture, sources: dict[str, Label], now: float) -> None:
        """Find a fault for every dark device that a living path leads to."""
        ears = self._listening.ears
        fronts = []
        owned = {
            one: Label(thing, fault.began)
            for thing, fault in self.faults.items()
            if thing in self._wiring.lines
            for one in fault.mouth
        }
        for device in picture.fronts():
            ear = ears[device]
            if device in self.faults or self._wiring.site(device) in self.faults:
                continue
            if device in owned:
                sources[device] = owned[device]
            elif self._off(self._wiring.nodes[device].hours):
                ear.hide(f"{OFF}{self._wiring.nodes[device].hours}", now)
                ear.grace = 0.0
                sources[device] = Label(ear.hidden, ear.suspected)
            elif self._waits(ear, now):
                sources[device] = Label(ear.hidden, ear.suspected)
            else:
                fronts.append(device)
        if fronts:
            self._decide(fronts, picture, sources, now)

    def _decide(
        self, fronts: list[str], picture: Picture, sources: dict[str, Label], now: float
    ) -> None:
        ears = self._listening.ears
        since = min(ears[one].suspected for one in fronts)
        certain = Certainty(picture, self._listening, since, now)
        cut = False
        for device in fronts:
            fault = blamed(device, picture, self._listening) if certain.of(device) else None
            if fault is None:
                sources[device] = Label(HELD, ears[device].suspected)
                self.later(now + AGAIN)
            elif fault.thing not in self.faults:
                cut = self._find(fault, sources, now) or cut
        if cut:
            picture.cut.update(one for one in self.faults if one in self._wiring.lines)
            picture.look()

    def _find(self, fault: Fault, sources: dict[str, Label], now: float) -> bool:
        """A new fault; whether it takes a circuit out of the picture."""
        circuit = self._wiring.lines.get(fault.thing)
        if circuit is not None and self._off(circuit.hours):
            for one in fault.mouth:
                self._listening.ears[one].hide(f"{OFF}{circuit.hours}", now)
                sources[one] = Label(f"{OFF}{circuit.hours}", fault.began)
            return False
        ear = self._listening.ears.get(fault.thing)
        fault.settled = any(self._listening.ears[one].grace for one in fault.mouth)
        if ear is not None:
            ear.hidden, ear.grace = "", 0.0
        if circuit is not None:
            fault.shown = fault.proven = self._shown(fault.thing)
        self.faults[fault.thing] = fault
        return circuit is not None

    def _shown(self, circuit: str) -> bool:
        """Whether a circuit's own evidence says that it is down."""
        return self.circuits.mute(circuit) or bool(self.circuits.broken(circuit))

    def _trace(self, picture: Picture, sources: dict[str, Label]) -> None:
        for thing, fault in self.faults.items():
            if fault.alert == "SiteDown":
                dark = (one for one in self._wiring.residents[thing] if one in picture.dark)
                sources.update((one, Label(thing, fault.began)) for one in dark)
        for thing, fault in self.faults.items():
            if fault.alert != "SiteDown":
                sources[thing] = Label(thing, fault.began)
                for one in fault.mouth:
                    if one in picture.dark:
                        sources.setdefault(one, sources[thing])
        self.labels = picture.labelled(sources)
        for thing in self.labels.keys() - self._resting:
            if thing in self._listening.ears:
                self._listening.ears[thing].grace = 0.0
        self.living = picture.living
