"""The state engine: events and a clock in, verdicts and incidents out. Pure: no socket, no
timer, no store.

Facts are taken at once and cost next to nothing; conclusions come with the next Tick, all together.
"""

from collections.abc import Iterable, Mapping

from collector.verdicts.board import Board
from collector.verdicts.events import (
    EchoHeard,
    EchoLost,
    EchoUnsent,
    Event,
    Hint,
    InventoryChanged,
    Operator,
    Polled,
    State,
    Tick,
)
from collector.verdicts.evidence import Evidence
from collector.verdicts.herald import Herald
from collector.verdicts.hours import Calendars
from collector.verdicts.judge import Judge
from collector.verdicts.keeping import Keeping
from collector.verdicts.listening import Listening
from collector.verdicts.maintenance import Works
from collector.verdicts.polling import Polling
from collector.verdicts.services import Services
from collector.verdicts.sites import sites
from collector.verdicts.standing import UP, WELL, Stand, Standing, mark_over
from collector.verdicts.verdict import Ask, Cause, Change, Kept, Mask, Outcome, Sign, Verdict
from collector.verdicts.wiring import Wiring

BACKWARD = 5.0
"""Seconds that a clock may go back before the engine's own clock parts from it."""

_NOTHING = Outcome()


class Engine:
    """Verdicts of everything that one collector judges, by thing, and the open incidents."""

    def __init__(self) -> None:
        self._calendars = Calendars()
        self._works = Works()
        self._board = Board()
        self._listening = Listening()
        self._polling = Polling(self._listening)
        self._judge = Judge(self._listening, self._polling, self._calendars)
        self._standing = Standing(self._listening, self._judge)
        self._services = Services(self._listening, self._polling, self._judge, self._calendars)
        self._evidence = Evidence(self._listening, self._polling, self._judge)
        self._herald = Herald(
            self._listening, self._polling, self._judge, self._evidence, self._board
        )
        self._keeping = Keeping(
            self._board, self._listening, self._polling, self._judge, self._herald
        )
        self._wiring: Wiring | None = None
        self._now = 0.0
        self._shift = 0.0

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """What is held of every thing."""
        return self._board.verdicts

    @property
    def wiring(self) -> Wiring | None:
        """How everything hangs together; another object after each InventoryChanged, None before
        the first. Other threads may ask it too.
        """
        return self._wiring

    @property
    def causes(self) -> Mapping[str, Cause]:
        """Open incidents by key."""
        return self._herald.incidents.open

    def step(self, event: Event, now: float) -> Outcome:
        """Take one fact at one time (Unix seconds); say what changed and what should be asked.

        Facts of another collector are not ours, and nothing is known before an InventoryChanged.
        """
        own = self._own(now)
        wiring, listening = self._wiring, self._listening
        if isinstance(event, InventoryChanged):
            return self._load(event, own)
        if wiring is None or event.collector != wiring.topology.collector:
            return _NOTHING
        match event:
            case EchoLost():
                listening.lost(event, event.heard + self._shift if event.heard else 0.0, own)
            case EchoHeard():
                listening.heard(event.thing, own)
            case Polled():
                self._polling.polled(event, own)
            case Tick():
                return self._tick(wiring, own)
            case EchoUnsent():
                listening.unsent(event, event.heard + self._shift if event.heard else 0.0, own)
            case Hint():
                listening.hint(event.thing, own)
            case Operator():
                listening.fresh |= self._works.told(event, now)
        return Outcome(asks=self._asks()) if listening.asks else _NOTHING

    def _own(self, now: float) -> float:
        """The engine's own clock, which never goes back."""
        own = now + self._shift
        if own < self._now - BACKWARD:
            self._shift = self._now - now
        self._now = max(own, self._now)
        return self._now

    def _asks(self) -> tuple[Ask, ...]:
        asks = tuple(self._listening.asks)
        self._listening.asks.clear()
        return asks

    def _load(self, event: InventoryChanged, now: float) -> Outcome:
        wiring = Wiring(event.topology)
        if self._wiring is not None and event.collector != self._wiring.topology.collector:
            return _NOTHING
        self._wiring = wiring
        wall = now - self._shift
        self._calendars.load(event.topology, wall)
        self._works.load(wiring, wall)
        self._listening.load(wiring, now)
        self._polling.load(wiring)
        for part in (self._judge, self._standing, self._services, self._evidence, self._herald):
            part.load(wiring)
        self._board.load(
            (*wiring.nodes, *wiring.lines, *wiring.residents, *wiring.uses, wiring.root), wall
        )
        return Outcome(asks=self._asks())

    def _tick(self, wiring: Wiring, now: float) -> Outcome:
        self._listening.tick(now)
        wall = now - self._shift
        if self._calendars.advance(wall) | self._works.advance(wall):
            self._listening.fresh = True
        if not self._listening.fresh and now < self._judge.next:
            return Outcome(asks=self._asks()) if self._listening.asks else _NOTHING
        self._judge.round(now)
        self._herald.score(now)
        changes = self._conclude(wiring, now)
        self._herald.announce(now, self._shift)
        return Outcome(changes, self._asks(), self._herald.incidents.taken())

    def _conclude(self, wiring: Wiring, now: float) -> list[Change]:
        held = self._board.verdicts
        if wiring.root in self._judge.faults:
            stands = dict.fromkeys(held, Stand(State.UNKNOWN, wiring.root))
            stands[wiring.root] = Stand(State.DOWN)
        else:
            stands = self._standing.devices(held, now)
            stands.update(self._standing.circuits(held, stands, now))
            stands.update(sites(wiring, stands, self._judge.faults))
            self._services.stand(stands, held, now)
            stands[wiring.root] = UP
            mark_over(stands, (*wiring.residents, *wiring.uses))

        def grounds(thing: str, stand: Stand) -> tuple[float, tuple[Sign, ...]]:
            since = now - self._shift
            if held[thing].state in WELL and stand.state not in WELL:
                since = max(held[thing].since, self._begun(thing, now) - self._shift)
            return since, self._evidence.of(thing, stand, stands, now)

        return self._board.post(stands, self._works.marks, self._herald.flapping.things, grounds)

    def _begun(self, thing: str, now: float) -> float:
        """When what is wrong with a thing began."""
        fault, ear = self._judge.faults.get(thing), self._listening.ears.get(thing)
        if fault is not None:
            return fault.since
        return ear.answered if ear is not None and ear.silent and ear.answered else now

    def mask(self, thing: str) -> Mask | None:
        """Why nobody is to be told of a thing now, None if they are."""
        held = self.verdicts.get(thing)
        if held is None:
            return None
        if held.maintenance:
            return Mask("maintenance", held.maintenance)
        blamed = self.verdicts.get(held.because)
        if held.state in (State.UNREACHABLE, State.UNKNOWN) and held.because:
            return Mask("hidden", held.because)
        if thing.startswith("service:") and blamed is not None and blamed.state is State.DOWN:
            return Mask("hidden", held.because)
        for sign in held.evidence:
            if sign.code == "off_hours" and held.state is State.UNKNOWN:
                return Mask("off-hours", dict(sign.args)["calendar"])
        return None

    def keep(self, things: Iterable[str]) -> list[Kept]:
        """What must survive a restart of things, each as plain JSON text."""
        return self._keeping.keep(things, self._works, self._shift)

    def recall(self, kept: Iterable[Kept], causes: Iterable[Cause], now: float) -> None:
        """Take back what was kept before a restart, and the incidents that were open; nothing is
        told. To be called once, after the first InventoryChanged; what cannot be read is left out.
        """
        if self._wiring is None:
            return
        self._keeping.recall(kept, self._works)
        self._keeping.reopen(causes, self._wiring, self._own(now))
        self._works.look(now)
        self._listening.fresh = True

    def hidden(self, key: str) -> tuple[str, ...]:
        """What an open cause hides now: things that are unreachable or unknown because of it."""
        cause = self.causes.get(key)
        return self._board.behind(cause.thing) if cause is not None else ()
