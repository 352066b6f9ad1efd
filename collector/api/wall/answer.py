"""What the console's wall shows, in one answer: from memory, so it is true while the store is
down.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from alerts.notice import rank
from alerts.wording import state_word
from alerts.wording.names import Naming
from alerts.wording.names import thing as as_thing
from collector.api import rim, screen, words
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.search import MAINTENANCE, Held, shown_name
from collector.api.state.causes import hidden_behind, incident_fields
from collector.api.state.ledger import from_disk
from collector.api.wall import shape
from collector.api.wall.changes import Telling, recent
from collector.journal import Incident
from collector.verdicts.events import State
from inventory.model import Inventory, Service, Site

_STATES = (*(state.name.lower() for state in State), MAINTENANCE)
_COUNTED = ("device", "circuit", "site", "service")


@dataclass(frozen=True, slots=True)
class Look:
    """What is held at one moment."""

    inventory: Inventory
    language: str
    held: Held
    open: Sequence[Incident]

    def counts(self) -> dict[str, dict[str, int]]:
        """Of each kind how many, by the state that is shown."""
        found = {kind: Counter[str]() for kind in _COUNTED}
        for kind in _COUNTED:
            things = getattr(self.inventory, f"{kind}s")
            known = [thing for name in things if (thing := f"{kind}:{name}") in self.held]
            found[kind].update(map(self._shown, known))
        return {kind: {state: each[state] for state in _STATES} for kind, each in found.items()}

    def causes(self) -> list[shape.WallCause]:
        """Open incidents, the gravest and oldest first, those in maintenance last. Of several of
        one thing the gravest has what it hides.
        """
        ordered = sorted(self.open, key=lambda one: (*self._grave(one), one.id))
        hidden = hidden_behind(self.held, (one.cause.thing for one in ordered))
        return [self._cause(one, hidden.pop(one.cause.thing, ())) for one in ordered]

    def _grave(self, one: Incident) -> tuple[bool, int, float]:
        return bool(self._maintenance(one.cause.thing)), rank(one.cause.severity), one.cause.since

    def _cause(self, one: Incident, hidden: Iterable[str]) -> shape.WallCause:
        thing = one.cause.thing
        held = self.held.get(thing)
        state = held.state if held else State.UNKNOWN
        return shape.WallCause(
            **incident_fields(one, self.language, self.inventory),
            suspected=one.suspected is not None,
            thing=thing,
            title=self._name(thing),
            state=state.name.lower(),
            word=state_word(thing.partition(":")[0], state, self.language),
            evidence=words.evidence(one.cause.evidence, self.language, self.inventory),
            maintenance=self._maintenance(thing),
            hidden=dict(Counter(other.partition(":")[0] for other in hidden)),
        )

    def tiles(self, kind: str, things: Mapping[str, Site | Service]) -> list[shape.Tile]:
        """Judged things of one kind, in the inventory's order."""
        known = [(f"{kind}:{name}", one) for name, one in things.items()]
        held = [(thing, one) for thing, one in known if thing in self.held]
        causes = {because for thing, _ in held if (because := self.held[thing].because)}
        named = {cause: self._name(cause) for cause in causes}
        return [self._tile(thing, one, named) for thing, one in held]

    def _name(self, thing: str) -> str:
        return Naming(self.inventory, self.language).name(as_thing(thing))

    def places(self) -> dict[str, str]:
        """Titles of sites that have others below them."""
        sites = self.inventory.sites
        above = dict.fromkeys(one.parent for one in sites.values() if one.parent)
        return {name: sites[name].title for name in above}

    def _tile(self, thing: str, one: Site | Service, named: Mapping[str, str]) -> shape.Tile:
        held = self.held[thing]
        return shape.Tile(
            name=one.name,
            title=one.title,
            kind=one.kind,
            parent=one.parent if isinstance(one, Site) else None,
            state=self._shown(thing),
            word=state_word(thing.partition(":")[0], held.state, self.language),
            since=held.since,
            because=named.get(held.because, ""),
        )

    def _maintenance(self, thing: str) -> str:
        held = self.held.get(thing)
        return held.maintenance if held else ""

    def _shown(self, thing: str) -> str:
        return shown_name(self.held.get(thing))


async def wall(request: web.Request) -> web.Response:
    """All that the wall shows."""
    rim.allow(request, "language")
    source = request.app[SOURCE]
    beside = screen.fields(source)
    inventory = source.plan.inventory
    held, opened = dict(source.engine.verdicts), list(source.incidents.open.values())
    look = Look(inventory, rim.language(request), held, opened)
    changes = await _changes(request, Telling(inventory, look.language))
    beside["journal"] = beside["journal"] and changes is not None

    def work() -> shape.Wall:
        return shape.Wall(
            **beside,
            counts=look.counts(),
            causes=look.causes(),
            sites=look.tiles("site", inventory.sites),
            services=look.tiles("service", inventory.services),
            places=look.places(),
            changes=changes,
        )

    return await screen.told(work)


async def _changes(request: web.Request, telling: Telling) -> list[shape.Change] | None:
    journal = request.app[SOURCE].journal
    try:
        return telling.told(await from_disk(recent, journal))
    except RefusedError:
        return None
