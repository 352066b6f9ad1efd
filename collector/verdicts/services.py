"""How services stand: from their own checks, and from what they need."""

from collections.abc import Mapping
from dataclasses import dataclass

from collector.verdicts.ear import Failing
from collector.verdicts.events import State
from collector.verdicts.fault import OFF
from collector.verdicts.hours import Calendars
from collector.verdicts.judge import AGAIN, Judge
from collector.verdicts.listening import Listening
from collector.verdicts.polling import FAILURES, PATIENCE, Polling
from collector.verdicts.standing import UNKNOWN, UP, Stand
from collector.verdicts.topology import Use
from collector.verdicts.verdict import Ask, Verdict
from collector.verdicts.wiring import Wiring

SETTLE = 180.0
"""Seconds that a service is given after what it needs is back, where no device says otherwise."""

LOST = (State.DOWN, State.UNREACHABLE)


@dataclass(slots=True)
class Checks:
    """What a service's checks say: how many there are, how many fail surely, whether any result is
    still to be waited for (`open_`) or none is known.
    """

    total: int
    failing: int
    open_: bool
    known: bool


class Services:
    """Works out how services stand. `grace` is until when those that were hidden are given time."""

    def __init__(
        self, listening: Listening, polling: Polling, judge: Judge, calendars: Calendars
    ) -> None:
        self._listening, self._polling, self._judge = listening, polling, judge
        self._calendars = calendars
        self.grace: dict[str, float] = {}
        self._order: list[str] = []
        self._hurt: set[str] = set()
        self._wiring: Wiring

    def load(self, wiring: Wiring) -> None:
        """The services of a wiring, those that others need first."""
        self._wiring = wiring
        self.grace = {thing: at for thing, at in self.grace.items() if thing in wiring.uses}
        self._order = []
        for thing in wiring.uses:
            self._place(thing, set())

    def _place(self, thing: str, above: set[str]) -> None:
        if thing in above or thing in self._order or thing not in self._wiring.uses:
            return
        for need in self._wiring.uses[thing].needs:
            self._place(need, above | {thing})
        self._order.append(thing)

    def stand(self, stands: dict[str, Stand], held: Mapping[str, Verdict], now: float) -> None:
        """Add how every service stands to how everything else does."""
        for thing in self._order:
            use = self._wiring.uses[thing]
            new = self._one(thing, use, stands, held[thing], now)
            off = use.hours is not None and not self._calendars.open(use.hours)
            if off and new.state in (State.DOWN, State.DEGRADED) and not new.because:
                new = Stand(State.UNKNOWN, OFF + str(use.hours))
            stands[thing] = new

    def _one(
        self, thing: str, use: Use, stands: Mapping[str, Stand], held: Verdict, now: float
    ) -> Stand:
        checks = self._checks(thing, now)
        broken = self._worst(use, stands, LOST)
        if broken is not None:
            self.grace.pop(thing, None)
            if thing not in self._hurt and use.checks:
                self._listening.asks[Ask(thing, "poll")] = None
            self._hurt.add(thing)
            return self._broken(checks, broken, held)
        if held.because and held.state in (State.UNREACHABLE, State.UNKNOWN):
            self._hurt.add(thing)
        if thing in self._hurt and use.checks:
            unseen = self._worst(use, stands, (State.UNKNOWN,)) is not None
            return self._back(use, checks, held, now, unseen=unseen)
        return self._own(use, checks, stands, held, now)

    def _broken(self, checks: Checks, broken: str, held: Verdict) -> Stand:
        if held.state is State.DOWN and not held.because and checks.failing:
            return Stand(State.DOWN)
        if checks.failing or not checks.total or not checks.known:
            return Stand(State.UNREACHABLE, broken)
        if held.because == broken and held.state is State.UNREACHABLE and checks.open_:
            return Stand(State.UNREACHABLE, broken)
        return Stand(State.DEGRADED, broken)

    def _back(self, use: Use, checks: Checks, held: Verdict, now: float, *, unseen: bool) -> Stand:
        """What it needs is there again: only what is seen from now on counts, and its own fault is
        not told as long as anything that it needs is `unseen`.
        """
        thing = f"service:{use.name}"
        if thing not in self.grace:
            settles = [
                self._wiring.nodes[need].settle for need in use.needs if need in self._wiring.nodes
            ]
            self.grace[thing] = now + max(settles, default=SETTLE)
            self._polling.again(thing)
            checks = Checks(checks.total, 0, open_=False, known=False)
        if checks.known and not checks.open_ and not checks.failing:
            self._heal(thing)
            return UP
        if now >= self.grace[thing] and checks.failing and not unseen:
            self._heal(thing)
            return Stand(State.DOWN if checks.failing == checks.total else State.DEGRADED)
        self._judge.later(max(self.grace[thing], now + AGAIN))
        return Stand(held.state, held.because)

    def _heal(self, thing: str) -> None:
        self.grace.pop(thing, None)
        self._hurt.discard(thing)

    def _own(
        self, use: Use, checks: Checks, stands: Mapping[str, Stand], held: Verdict, now: float
    ) -> Stand:
        before = Stand(held.state, held.because)
        if checks.failing and held.state not in (State.DOWN, State.DEGRADED):
            since = min(one.since for one in self._failing(f"service:{use.name}"))
            if any(self._doubtful(need, since, now) for need in use.needs):
                self._judge.later(now + AGAIN)
                return before
        if checks.failing:
            return Stand(State.DOWN if checks.failing == checks.total else State.DEGRADED)
        if checks.open_ and held.state is not State.UNKNOWN:
            return before
        weak = self._worst(use, stands, (State.DEGRADED,))
        if weak is not None:
            return Stand(State.DEGRADED, weak)
        if checks.known:
            return UP
        known = [stands[need] for need in use.needs if need in stands]
        well = known and all(one.state is State.UP for one in known) and not checks.total
        return UP if well else UNKNOWN

    def _worst(
        self, use: Use, stands: Mapping[str, Stand], states: tuple[State, ...]
    ) -> str | None:
        for state in states:
            for need in use.needs:
                stand = stands.get(need)
                if stand is not None and stand.state is state:
                    return stand.because or need
        return None

    def _failing(self, thing: str) -> list[Failing]:
        return [one for one in self._polling.checks.get(thing, {}).values() if one.count]

    def _checks(self, thing: str, now: float) -> Checks:
        checks = self._polling.checks.get(thing, {})
        failing, open_, known = 0, False, bool(checks)
        for one in checks.values():
            if not one.since:
                known = False
            elif one.count >= FAILURES and now >= one.since + PATIENCE:
                failing += 1
            elif one.count:
                open_ = True
                if one.count >= FAILURES:
                    self._judge.later(one.since + PATIENCE)
        return Checks(len(checks), failing, open_, known)

    def _doubtful(self, need: str, since: float, now: float) -> bool:
        """Whether something needed may itself turn out to be silent in a moment."""
        if need in self._wiring.uses:
            return any(
                one.count < FAILURES or now < one.since + PATIENCE for one in self._failing(need)
            )
        if need in self._wiring.residents:
            return any(self._doubtful(one, since, now) for one in self._wiring.residents[need])
        return need in self._wiring.nodes and self._listening.undecided(need, since, now)
