"""Who answers and who does not: from single echoes and polls to verified silence.

Facts about things that are well cost a dictionary look-up. What becomes suspect is verified at once
together with everything that lies above it, so that the order in which timeouts arrive decides
nothing.
"""

from collections.abc import Iterable
from heapq import heappop, heappush

from collector.verdicts.ear import Ear
from collector.verdicts.events import EchoLost, EchoUnsent
from collector.verdicts.verdict import Ask
from collector.verdicts.wiring import Wiring

SUSPECT_AFTER = 3.0
"""Seconds since the last answered echo that make a suspect (docs/design.md §6)."""

VERIFY_FOR = 1.5
"""Seconds that a verification takes: 6 echoes 200 ms apart, and half a second for the last
answer.
"""

POLL_WAIT = 12.0
"""Seconds that are given to a poll that was asked of something not pinged."""

HINT_EVERY = 5.0
"""A thing is looked at because of hints at most once in so many seconds."""


class Listening:
    """Ears of all that is asked. `woken` and `fresh` say what changed since the last round."""

    def __init__(self) -> None:
        self.ears: dict[str, Ear] = {}
        self.silent: set[str] = set()
        self.woken: set[str] = set()
        self.fresh = False
        self.isolated = False
        self.asks: dict[Ask, None] = {}
        self._due: list[tuple[float, str]] = []
        self._wiring: Wiring

    def load(self, wiring: Wiring, now: float) -> None:
        """Listen to what a wiring names; what goes on being asked keeps what is known of it."""
        self._wiring = wiring
        before, self.ears = self.ears, {}
        for thing, ping, settle in _asked(wiring):
            ear = before.get(thing)
            if ear is None or (ear.ping is None) != (ping is None):
                ear = Ear(thing, ping, now)
            ear.ping, ear.settle = ping, settle
            self.ears[thing] = ear
        self.silent.intersection_update(thing for thing, ear in self.ears.items() if ear.silent)
        self.woken.intersection_update(self.ears)
        self.fresh = True

    def lost(self, event: EchoLost, heard: float, now: float) -> None:
        """An echo of a thing went unanswered; `heard` is when it last answered one."""
        ear = self.ears.get(event.thing)
        if ear is None or ear.ping is None:
            return
        self._catch_up(ear, heard, now)
        if ear.silent:
            return
        ear.lost = True
        ear.unsent, ear.refused = "", False
        if ear.fails:
            # Polls that fail while echoes are lost say nothing of the probe.
            ear.fails = {name: one for name, one in ear.fails.items() if one.told}
        if ear.mute:
            return
        if ear.until:
            ear.missed = True
        elif not ear.waiting:
            self._wait(ear, max(max(ear.heard, ear.born) + SUSPECT_AFTER, now))

    def _catch_up(self, ear: Ear, heard: float, now: float) -> None:
        """Single answers are not told: the last one is learnt with the first echo that fails."""
        if heard > ear.heard:
            if heard > max(ear.suspected, ear.begun, ear.gone):
                self._answer(ear, min(heard, now), now)
            ear.heard = min(heard, now)

    def heard(self, thing: str, now: float) -> None:
        """A thing answered an echo."""
        ear = self.ears.get(thing)
        if ear is not None and ear.ping is not None:
            self._answer(ear, now, now)
            ear.lost = False

    def _answer(self, ear: Ear, heard: float, now: float) -> None:
        seen = ear.heard and not (ear.silent or ear.suspected or ear.until or ear.hidden)
        told = seen and not (ear.unsent or ear.mute)
        ear.heard = heard
        ear.lost = ear.mute = ear.refused = False
        ear.unsent = ""
        if not told:
            self.wake(ear, now)

    def wake(self, ear: Ear, now: float) -> None:
        """A thing that was in doubt, silent or hidden has been seen."""
        if ear.silent or ear.hidden:
            ear.returned = now
            if ear.thing in self._wiring.nodes and self._wiring.nodes[ear.thing].probes:
                self.poll(ear.thing, now, 1.0)
        self.silent.discard(ear.thing)
        ear.silent = False
        ear.suspected = ear.until = ear.grace = 0.0
        ear.hider, ear.hidden = ear.hidden, ""
        ear.watched = False
        self.woken.add(ear.thing)
        self.fresh = True

    def doubt(self, ear: Ear, now: float) -> None:
        """It answers a poll: it is there, but do its echoes come back as well?"""
        ear.lost, ear.suspected = True, now
        self.verify(ear, now)

    def _wait(self, ear: Ear, due: float) -> None:
        ear.waiting = True
        heappush(self._due, (due, ear.thing))

    def unsent(self, event: EchoUnsent, heard: float, now: float) -> None:
        """Our own machine could not ask: after a while nothing is known of the thing."""
        ear = self.ears.get(event.thing)
        if ear is None or ear.ping is None:
            return
        self._catch_up(ear, heard, now)
        if ear.silent or ear.unsent:
            return
        ear.refused = True
        if now - max(ear.heard, ear.born) >= SUSPECT_AFTER:
            ear.unsent = event.why or "unsent"
            ear.suspected = ear.until = 0.0
            self.fresh = True

    def hint(self, thing: str, now: float) -> None:
        """Something suggests to look at a thing."""
        ear = self.ears.get(thing)
        if ear is None or ear.silent or ear.until or now < ear.ended + HINT_EVERY:
            return
        if ear.ping is None:
            self.poll(thing, now, HINT_EVERY)
        else:
            self.verify(ear, now)
            self.poll(thing, now, HINT_EVERY)

    def tick(self, now: float) -> None:
        """Begin and end verifications whose time has come."""
        due = self._due
        while due and due[0][0] <= now:
            ear = self.ears.get(heappop(due)[1])
            if ear is None or not ear.waiting:
                continue
            ear.waiting = False
            if ear.until:
                self._judge(ear, now)
            elif ear.lost and not ear.silent and not ear.mute:
                self._consider(ear, now)

    def _judge(self, ear: Ear, now: float) -> None:
        # What was verified in company has its three seconds all the same.
        due = max(ear.until, ear.heard + SUSPECT_AFTER) if ear.missed else ear.until
        if now < due:
            self._wait(ear, due)
            return
        ear.until = 0.0
        ear.ended = now
        self.fresh = True
        if ear.ping is None:
            return
        if not ear.lost and not ear.refused:
            ear.verified = now
            self.wake(ear, now)
        elif ear.missed:
            self.silence(ear, now)

    def silence(self, ear: Ear, now: float) -> None:
        """A thing is verified to be silent: no echo, and no poll since the suspicion began."""
        ear.suspected = ear.suspected or ear.begun or now
        ear.mute = ear.ping is not None and ear.polled >= ear.suspected
        self.fresh = True
        if ear.mute:
            return
        ear.silent = True
        ear.until = 0.0
        self.silent.add(ear.thing)

    def _consider(self, ear: Ear, now: float) -> None:
        since = max(ear.heard, ear.born)
        if now - since < SUSPECT_AFTER:
            self._wait(ear, since + SUSPECT_AFTER)
        elif self.isolated:
            self.silence(ear, now)
        else:
            self.suspect(ear, now)

    def suspect(self, ear: Ear, now: float) -> None:
        """Verify a thing, and with it all that its silence may be the fault of."""
        ear.suspected = now
        self.verify(ear, now)
        wiring = self._wiring
        for other in wiring.above(ear.thing):
            self.look(other, now)
        doors = wiring.doors(ear.thing)
        for door in doors:
            self.poll(f"device:{wiring.lines[door].a}", now)
        if doors and ear.thing in wiring.nodes:
            for other in wiring.mates(ear.thing):
                self.look(other, now)
        if wiring.topology.gateway:
            self.look(wiring.root, now)

    def verify(self, ear: Ear, now: float) -> None:
        """Ask a pinged thing by a burst of echoes, unless one is under way."""
        if ear.until or ear.ping is None:
            return
        ear.begun, ear.until, ear.missed = now, now + VERIFY_FOR, False
        self.asks[Ask(ear.thing, "verify")] = None
        if not ear.waiting:
            self._wait(ear, ear.until)
        else:
            heappush(self._due, (ear.until, ear.thing))

    def look(self, thing: str, now: float, since: float = 0.0) -> None:
        """Make sure of a thing that is not known to be silent, unless that was done since then."""
        ear = self.ears.get(thing)
        if ear is None or ear.silent:
            return
        if ear.ping is not None:
            if ear.ended <= since or not since:
                self.verify(ear, now)
        elif thing in self._wiring.nodes:
            ear.watched = True
            self.poll(thing, now, 0.0 if ear.poll_asked < since else POLL_WAIT)

    def forgive(self, thing: str, now: float) -> None:
        """Begin anew to listen to something that was silent."""
        ear = self.ears[thing]
        ear.silent = ear.lost = False
        ear.suspected = ear.until = 0.0
        ear.born = now
        self.silent.discard(thing)

    def seek(self, ear: Ear) -> None:
        """Look for something silent that could answer again, and would not soon by itself."""
        if ear.silent and not ear.fast and ear.thing in self._wiring.nodes:
            self.asks[Ask(ear.thing, "verify" if ear.ping else "poll")] = None

    def undecided(self, thing: str, since: float, now: float) -> bool:
        """Whether it is not yet sure that a thing lived on after `since`; if so, it is asked."""
        ear = self.ears[thing]
        if ear.silent or ear.unsent:
            return False
        if ear.pending():
            return True
        if ear.ended >= since or (ear.clean(since) and not ear.fast):
            return False
        if ear.ping is None and since <= ear.poll_asked < now - POLL_WAIT:
            return False
        self.look(thing, now, since)
        return True

    def poll(self, thing: str, now: float, every: float = 2.0) -> None:
        """Have a thing polled, unless that was asked for a moment ago."""
        ear = self.ears.get(thing)
        if ear is not None and (not ear.poll_asked or now >= ear.poll_asked + every):
            ear.poll_asked = now
            self.asks[Ask(thing, "poll")] = None


def _asked(wiring: Wiring) -> Iterable[tuple[str, float | None, float]]:
    for thing, node in wiring.nodes.items():
        yield thing, node.ping, node.settle
    for thing, line in wiring.lines.items():
        end = wiring.nodes.get(f"device:{line.z}")
        yield thing, 1.0 if line.probed else None, end.settle if end else 180.0
    if wiring.topology.gateway:
        yield wiring.root, 1.0, 180.0
