"""Who is told of what: the gate of a running collector, fed by its incidents and by vmalert."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from collector.delivery import Delivery
from collector.desk import Desk
from collector.gate import message
from collector.gate.fresh import Readings, delivered
from collector.gate.gate import VISIBLE, Gate
from collector.gate.held import Key
from collector.gate.message import NO_LINKS, Links
from collector.gate.rounds import Rounds
from collector.gate.shelf import Shelf
from collector.gate.world import Around
from collector.journal import Incident
from collector.pipeline import Pipeline
from collector.plan import Plan
from collector.verdicts.verdict import News

WRITTEN = 0.3
"""Seconds that a message waits, at most, for its incident to be on disk."""


class Ways(NamedTuple):
    """Where people are told: Alertmanagers; the vmalert whose alerts come through the gate (""
    for none); the name of the store that it asks; where the gate keeps what it holds; seconds
    until what was delivered is in every answer of that store; where people look, as `Links`.
    """

    alertmanagers: Sequence[str]
    vmalert: str
    store: str
    shelf: Path
    visible: float = VISIBLE
    links: Links = NO_LINKS


class Telling:
    """The gate at work. `plan` gives the current one, `links` where people can look."""

    def __init__(
        self, ways: Ways, desk: Desk, plan: Callable[[], Plan], links: Callable[[], Links]
    ) -> None:
        """Raises PeerInvalid."""
        self._ways, self._desk, self._plan, self._links = ways, desk, plan, links
        self._rounds: Rounds | None = None

    @property
    def rounds(self) -> Rounds:
        """The gate's rounds; there once `begin` was called."""
        assert self._rounds is not None
        return self._rounds

    @property
    def links(self) -> Links:
        """Where people can look."""
        return self._links()

    def begin(self, pipeline: Pipeline, delivery: Delivery) -> None:
        """Go on where the last run ended. Raises OSError, sqlite3.Error, PeerInvalid."""
        readings = Readings(
            pipeline.latest,
            lambda: self._plan().inventory,
            lambda: delivered(delivery, self._ways.store, time.time()),
            time.time,
        )
        world = Around(
            self._plan().collector,
            lambda: self._plan().inventory,
            self._desk.engine.mask,
            readings,
            self._owned,
            self._links,
        )
        ways = self._ways
        gate = Gate(world, visible=ways.visible)
        self._rounds = Rounds(
            gate,
            Shelf(ways.shelf),
            ways.alertmanagers,
            ways.vmalert,
            written=lambda: self._desk.journal.flush(WRITTEN),
        )
        self._rounds.recall()
        standing = self._desk.incidents.open
        gate.standing([one.cause for one in standing.values()], time.time())
        held = {key for key, one in gate.held.items() if not one.ended}
        for one in standing.values():
            if (one.cause.alert, one.cause.thing, "") not in held:
                self._heard("opened", one)
        self._desk.incidents.listeners.append(self._heard)

    def reword(self) -> None:
        """Say all that stands as it is said now: where people can look has become known."""
        for one in list(self._desk.incidents.open.values()):
            self._heard("changed", one)

    def _heard(self, what: str, incident: Incident) -> None:
        """Something happened to an incident; acts of people change nothing of what is told."""
        if what not in ("opened", "changed", "closed"):
            return
        at = float(incident.closed_at or time.time())
        news = News(what, incident.cause, at, incident.ending)
        about = (self._plan().inventory, incident.id, self._links())
        if what == "closed":
            words = message.of_end(news, *about)
        else:
            words = message.of_cause(news.cause, *about)
        self.rounds.gate.incident(news, words)
        self.rounds.wake()

    def _owned(self, key: Key) -> bool:
        """Whether somebody has taken an incident on."""
        return self._desk.incidents.owned(f"{key.alertname}/{key.subject}")
