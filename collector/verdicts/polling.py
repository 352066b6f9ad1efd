"""What polls say: that a thing answers, which of its probes fail, and the facts that they
brought.
"""

from collections.abc import Mapping

from collector.verdicts.ear import Ear, Failing
from collector.verdicts.events import Polled
from collector.verdicts.listening import Listening
from collector.verdicts.topology import WATCHED
from collector.verdicts.verdict import Ask
from collector.verdicts.wiring import Wiring

MOST_PROBES = 64
"""Probes of one thing whose failures are counted: what is told of more is not ours."""

MOST_FACTS = 10_000
"""Facts that are kept of one thing."""

Facts = dict[tuple[str, str], tuple[float, float]]
"""By (metric, instance): the value, and when it was told."""

FAILURES = 2
"""Failures in a row that count; the first one asks again at once."""

PATIENCE = 6.0
"""Seconds from the first failure until it is told: what else may be the reason shows before."""


class Polling:
    """Failures by thing and probe, and the latest facts by thing. `down` are the interfaces that
    are not up, by (thing, interface), since when; of whom a new uptime is `wanted`.
    """

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self.facts: dict[str, Facts] = {}
        self.down: dict[tuple[str, str], float] = {}
        self.checks: dict[str, dict[str, Failing]] = {}
        self.failing: set[str] = set()
        self.wanted: set[str] = set()
        self._ports: Mapping[tuple[str, str], str] = {}

    def polled(self, event: Polled, now: float) -> None:
        """A poll of a device or a check of a service ended."""
        ear = self._listening.ears.get(event.thing)
        if ear is None:
            self._checked(event, now)
            return
        if event.facts:
            self._learn(event, now)
        if event.success:
            self._success(ear, event.probe, now)
        elif ear.ping is None:
            self._unanswered(ear, event, now)
        else:
            self._failed(ear, event, now)

    def _learn(self, event: Polled, now: float) -> None:
        facts = self.facts.setdefault(event.thing, {})
        for metric, instance, value in event.facts:
            key = (metric, instance)
            if metric not in WATCHED or (key not in facts and len(facts) >= MOST_FACTS):
                continue
            before = facts.get(key)
            facts[key] = (value, now)
            if metric == "interface_up":
                # Said again, it may count where an echo has spoken against it, or a circuit waits.
                self._listening.fresh |= not value or self._awaited(event.thing, instance)
                if value:
                    self.down.pop((event.thing, instance), None)
                else:
                    self.down.setdefault((event.thing, instance), now)
            if metric == "system_uptime_seconds":
                self._listening.fresh |= event.thing in self.wanted
            elif before is None or before[0] != value:
                self._listening.fresh = True

    def _awaited(self, thing: str, interface: str) -> bool:
        """Whether the circuit at an interface is given time to show that it carries again."""
        circuit = self._ports.get((thing, interface))
        return circuit is not None and self._listening.ears[circuit].grace > 0

    def of(self, thing: str) -> Facts:
        """What a thing told of itself."""
        return self.facts.get(thing, {})

    def _success(self, ear: Ear, probe: str, now: float) -> None:
        if len(ear.answers) < MOST_PROBES:
            ear.answers.add(probe)
        if ear.fails and ear.fails.pop(probe, None) is not None:
            self._note(ear.thing, ear.fails)
        before, ear.polled = ear.polled, now
        if ear.ping is None:
            ear.lost = False
            if not before or ear.silent or ear.suspected or ear.hidden or ear.watched:
                self._wake(ear, now)
        elif ear.silent:
            self._wake(ear, now)
            self._listening.doubt(ear, now)

    def _wake(self, ear: Ear, now: float) -> None:
        """Failures that its silence made are forgotten; those that were told of are not."""
        ear.fails = {probe: one for probe, one in ear.fails.items() if one.told}
        self._listening.wake(ear, now)

    def _failed(self, ear: Ear, event: Polled, now: float) -> None:
        """A probe of a pinged device failed: worth a word only while its echoes are well."""
        ear.answers.discard(event.probe)
        if ear.mute:
            if not ear.answers:
                ear.suspected = now
                self._listening.silence(ear, now)
        elif not (ear.silent or ear.lost or ear.suspected or ear.unsent or ear.hidden):
            self._count(ear, event, now)

    def _count(self, ear: Ear, event: Polled, now: float) -> None:
        settling = ear.returned and now < ear.returned + ear.settle
        if settling or self._listening.isolated or not ear.answered:
            return
        failing = ear.fails.get(event.probe)
        if failing is None:
            if len(ear.fails) >= MOST_PROBES:
                return
            failing = ear.fails[event.probe] = Failing(since=now)
            self._listening.poll(ear.thing, now, 0.0)
        failing.count += 1
        failing.reason = event.reason
        self._note(ear.thing, ear.fails)

    def _unanswered(self, ear: Ear, event: Polled, now: float) -> None:
        """A failed poll of a device that is not pinged makes a suspect, a second one silence."""
        ear.answers.discard(event.probe)
        if ear.silent:
            return
        if ear.answers:
            self._count(ear, event, now)
            return
        ear.lost = True
        if event.probe not in ear.fails and len(ear.fails) >= MOST_PROBES:
            return
        failing = ear.fails.setdefault(event.probe, Failing(since=now))
        failing.count += 1
        failing.reason = event.reason
        if failing.count >= FAILURES or self._listening.isolated:
            self._listening.silence(ear, now)
        elif not ear.suspected:
            self._listening.suspect(ear, now)
            self._listening.poll(ear.thing, now, 0.0)

    def _note(self, thing: str, fails: dict[str, Failing]) -> None:
        """Keep the books of what fails often enough to be told."""
        counts = any(one.count >= FAILURES for one in fails.values())
        if counts:
            self.failing.add(thing)
        elif thing not in self.failing:
            return
        else:
            self.failing.discard(thing)
        self._listening.fresh = True

    def _checked(self, event: Polled, now: float) -> None:
        """A check of a service ended."""
        checks = self.checks.get(event.thing)
        failing = checks.get(event.probe) if checks is not None else None
        if checks is None or failing is None:
            return
        if event.success:
            if failing.count or not failing.since:
                self._listening.fresh = True
            checks[event.probe] = Failing(since=now)
            return
        if self._listening.isolated:
            return
        if not failing.count:
            failing.since = now
            self._listening.asks[Ask(event.thing, "poll")] = None
        failing.count += 1
        failing.reason = event.reason
        if failing.count <= FAILURES:
            self._listening.fresh = True

    def again(self, thing: str) -> None:
        """Forget what the checks of a service said, and ask them."""
        self.checks[thing] = {name: Failing() for name in self.checks.get(thing, {})}
        self._listening.asks[Ask(thing, "poll")] = None

    def load(self, wiring: Wiring) -> None:
        """Count for what a wiring names, and forget the rest."""
        ears, self._ports = self._listening.ears, wiring.ports
        self.facts = {thing: facts for thing, facts in self.facts.items() if thing in ears}
        self.down = {one: at for one, at in self.down.items() if one[0] in ears}
        self.failing.intersection_update(ears)
        before, self.checks = self.checks, {}
        for thing, use in wiring.uses.items():
            known = before.get(thing, {})
            self.checks[thing] = {name: known.get(name) or Failing() for name in use.checks}
