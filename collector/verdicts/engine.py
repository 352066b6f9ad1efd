"""The state engine: events and a clock in, verdicts and incidents out. Pure: no socket, no timer,
no
store.

Facts are taken at once and cost next to nothing; conclusions come with the next Tick, all together.
"""

from collections.abc import Mapping

from collector.verdicts.events import (
    EchoHeard,
    EchoLost,
    EchoUnsent,
    Event,
    Hint,
    InventoryChanged,
    Polled,
    State,
    Tick,
)
from collector.verdicts.hours import Calendars
from collector.verdicts.incidents import Incidents
from collector.verdicts.judge import Judge
from collector.verdicts.listening import Listening
from collector.verdicts.polling import Polling
from collector.verdicts.sites import sites
from collector.verdicts.standing import UNKNOWN, Stand, Standing
from collector.verdicts.verdict import Ask, Cause, Change, Outcome, Verdict
from collector.verdicts.wiring import Wiring

BACKWARD = 5.0
"""Seconds that a clock may go back before the engine's own clock parts from it."""

_NOTHING = Outcome()


class Engine:
    """Verdicts of everything that one collector judges, by thing, and the open incidents."""

    def __init__(self) -> None:
        self._verdicts: dict[str, Verdict] = {}
        self._calendars = Calendars()
        self._listening = Listening()
        self._polling = Polling(self._listening)
        self._judge = Judge(self._listening, self._polling, self._calendars)
        self._standing = Standing(self._listening, self._polling, self._judge)
        self._incidents = Incidents()
        self._wiring: Wiring | None = None
        self._now = 0.0
        self._shift = 0.0

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """What is held of every thing."""
        return self._verdicts

    @property
    def causes(self) -> Mapping[str, Cause]:
        """Open incidents by key."""
        return self._incidents.open

    def step(self, event: Event, now: float) -> Outcome:
        """Take one fact at one time (Unix seconds); say what changed and what should be asked."""
        own = self._own(now)
        listening = self._listening
        match event:
            case EchoLost():
                listening.lost(event, event.heard + self._shift if event.heard else 0.0, own)
            case EchoHeard():
                listening.heard(event.thing, own)
            case Polled():
                self._polling.polled(event, own)
            case Tick():
                return self._tick(own)
            case EchoUnsent():
                listening.unsent(event, own)
            case Hint():
                listening.hint(event.thing, own)
            case InventoryChanged():
                return self._load(event, own)
        return Outcome(asks=self._asks()) if listening.asks else _NOTHING

    def _own(self, now: float) -> float:
        """The engine's own clock, which never goes back."""
        own = now + self._shift
        if own < self._now - BACKWARD:
            self._shift = self._now - now
        self._now = max(own, self._now)
        return self._now

    def _wall(self, own: float) -> float:
        return own - self._shift

    def _asks(self) -> tuple[Ask, ...]:
        asks = tuple(self._listening.asks)
        self._listening.asks.clear()
        return asks

    def _load(self, event: InventoryChanged, now: float) -> Outcome:
        wiring = self._wiring = Wiring(event.topology)
        self._calendars.load(event.topology, self._wall(now))
        self._listening.load(wiring, now)
        self._polling.load(wiring)
        self._judge.load(wiring)
        self._standing.load(wiring)
        before, self._verdicts = self._verdicts, {}
        for thing in (*wiring.nodes, *wiring.lines, *wiring.residents, *wiring.uses, wiring.root):
            self._verdicts[thing] = before.get(thing) or Verdict(since=self._wall(now))
        return Outcome(asks=self._asks())

    def _tick(self, now: float) -> Outcome:
        if self._wiring is None:
            return _NOTHING
        self._listening.tick(now)
        if self._calendars.advance(self._wall(now)):
            self._listening.fresh = True
        if not self._listening.fresh and now < self._judge.next:
            return Outcome(asks=self._asks()) if self._listening.asks else _NOTHING
        self._judge.round(now)
        changes = self._conclude(self._wiring, now)
        self._announce(now)
        return Outcome(changes, self._asks(), self._incidents.taken())

    def _conclude(self, wiring: Wiring, now: float) -> tuple[Change, ...]:
        if wiring.root in self._judge.faults:
            stands = dict.fromkeys(self._verdicts, Stand(State.UNKNOWN, wiring.root))
            stands[wiring.root] = Stand(State.DOWN)
        else:
            stands = self._standing.devices(self._verdicts, now)
            stands.update(self._standing.circuits(self._verdicts, stands))
            stands.update(sites(wiring, stands, self._judge.faults))
            stands[wiring.root] = UNKNOWN
        changes = []
        for thing, stand in stands.items():
            held = self._verdicts[thing]
            if (held.state, held.because) != (stand.state, stand.because):
                new = Verdict(stand.state, self._wall(now), stand.because, ())
                self._verdicts[thing] = new
                changes.append(Change(thing, held.state, new))
        return tuple(changes)

    def _announce(self, now: float) -> None:
        wall = self._wall(now)
        faults = self._judge.faults
        wanted = {f"{fault.alert}/{thing}": fault for thing, fault in faults.items()}
        for key in [one for one in self.causes if one not in wanted]:
            thing = self.causes[key].thing
            self._incidents.close(key, wall, self._judge.ended.get(thing, ()))
        for key, fault in wanted.items():
            if key not in self.causes:
                hides = self.behind(fault.thing)
                self._incidents.tell(
                    Cause(
                        key,
                        fault.alert,
                        fault.thing,
                        "critical",
                        self._wall(fault.since),
                        fault.side,
                        fault.signs,
                        hides,
                    ),
                    wall,
                )

    def behind(self, thing: str) -> tuple[str, ...]:
        """What is hidden behind a thing now."""
        return tuple(sorted(one for one, held in self._verdicts.items() if held.because == thing))

    def hidden(self, key: str) -> tuple[str, ...]:
        """What an open cause hides now."""
        cause = self.causes.get(key)
        return self.behind(cause.thing) if cause is not None else ()
