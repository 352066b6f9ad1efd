"""The duty desk: facts to the state engine, and what it concludes to all who must know: the
incidents and their journal, the rows of states. What the engine asks goes to pinger and schedule.
"""

import logging
from collections.abc import Callable, Iterable

from collector.incidents import Incidents
from collector.journal import Journal
from collector.plan import Job, Plan
from collector.states import States
from collector.verdicts.engine import Engine
from collector.verdicts.events import Event, InventoryChanged, Polled, State, Tick
from collector.verdicts.topology import topology
from collector.verdicts.verdict import Ask, Change, Kept, News, Outcome, Sign
from collector.watch import Watch
from probes.reading import Reading

log = logging.getLogger("hatang.desk")

PEAK = "CircuitPeakHigh"
"""The one incident that is not the engine's: contract numbers open and close it."""


class Desk:
    """What one collector concludes. `ask` takes the engine's wishes."""

    def __init__(self, journal: Journal, states: States, ask: Callable[[Ask], None]) -> None:
        self.engine = Engine()
        self.incidents = Incidents(journal)
        self.journal = journal
        self._states = states
        self._ask = ask
        self._collector = ""
        self._watch: Watch | None = None

    def load(self, plan: Plan, now: float) -> None:
        """Judge what a plan asks from now on; the first time, go on where the last run ended."""
        known = topology(plan.inventory, plan.collector)
        first, self._watch = self._watch is None, Watch(known)
        self._collector = plan.collector
        self._states.load(known, now)
        before = set(self.engine.verdicts)
        self.tell(InventoryChanged(plan.collector, known), now)
        if first:
            recalled = self.journal.recall()
            own = [cause for cause in recalled.causes if cause.alert != PEAK]
            self.engine.recall(recalled.kept, own, now)
            unknown = [one for one in own if one.key not in self.engine.causes]
            self.take(now, [News("closed", one, now, (Sign("not_asked"),)) for one in unknown])
            before = {kept.thing for kept in recalled.kept}
        self.journal.forget(before - set(self.engine.verdicts))
        self.tell_states(now)

    def polled(self, job: Job, reading: Reading, now: float) -> None:
        """A probe ran."""
        facts = self._watch.facts(job.thing, reading.rows) if self._watch else ()
        thing, name = f"{job.kind}:{job.thing}", job.key.rpartition("/")[2]
        reason = str(reading.reason or "")
        self.tell(Polled(self._collector, thing, name, reading.success, reason, facts), now)

    def tick(self, now: float) -> None:
        """Time went by."""
        self.tell(Tick(self._collector), now)

    def tell(self, event: Event, now: float) -> None:
        """Put a fact to the engine, and act on what it concludes."""
        outcome = self.engine.step(event, now)
        if outcome.changes or outcome.news:
            self._conclude(outcome, now)
        for ask in outcome.asks:
            self._ask(ask)

    def tell_states(self, now: float) -> None:
        """Write what is held of everything, and how many incidents are open."""
        self._states.tell_all(self.engine, now)
        self._tell_open(now)

    def take(
        self,
        now: float,
        news: Iterable[News],
        changes: Iterable[Change] = (),
        kept: Iterable[Kept] = (),
    ) -> None:
        """Write down what was concluded at one time, by the engine or from contract numbers."""
        news = list(news)
        self.incidents.take(now, changes, kept, news)
        if news:
            self._tell_open(now)

    def _tell_open(self, now: float) -> None:
        severities = [one.cause.severity for one in self.incidents.open.values()]
        self._states.tell_open(severities, now)

    def _conclude(self, outcome: Outcome, now: float) -> None:
        things = {change.thing for change in outcome.changes}
        things |= {news.cause.thing for news in outcome.news}
        kept = self.engine.keep(sorted(things & self.engine.verdicts.keys()))
        told = [change for change in outcome.changes if _matters(change)]
        self.take(now, outcome.news, told, kept)
        self._states.tell(things, self.engine, now)
        for change in told:
            facts = {"thing": change.thing, "state": change.now.state.name.lower()}
            log.info("verdict", extra={**facts, "because": change.now.because})


def _matters(change: Change) -> bool:
    """Whether a change is an event: not that something is first seen up, but for circuits, whose
    availability is counted from events.
    """
    before, now = change.before.state, change.now
    first = (before, now.state) == (State.UNKNOWN, State.UP) and not now.maintenance
    return not first or change.thing.startswith("circuit:")
