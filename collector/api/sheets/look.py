"""What a sheet is made of, held at one moment, and how things are named in it."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from alerts.wording import state_word
from alerts.wording.names import Naming
from alerts.wording.names import thing as as_thing
from collector.api import codes, rim
from collector.api.rim import SOURCE
from collector.api.search import Held
from collector.api.sheets.shape import Named, Things
from collector.api.state.causes import Board
from collector.gate.message import Links
from collector.journal import Announced, Incident
from collector.pipeline import Latest
from collector.verdicts.events import State
from collector.verdicts.verdict import Verdict
from collector.verdicts.wiring import Wiring
from inventory.model import Circuit, Device, Inventory

LISTED = 100
"""Things that one list has; how many there are is told beside it."""

_WORST = (State.DOWN, State.DEGRADED, State.UNREACHABLE, State.UNKNOWN, State.UP)
_NEVER = Verdict()


@dataclass(frozen=True, slots=True)
class Look:
    """What is held at one moment; `naming` names things in the asker's language."""

    inventory: Inventory
    naming: Naming
    held: Held
    open: Sequence[Incident]
    windows: Sequence[Announced]
    latest: Mapping[str, Latest]
    wiring: Wiring | None
    links: Links
    now: float

    @property
    def language(self) -> str:
        """Of words."""
        return self.naming.language

    @property
    def board(self) -> Board:
        """Verdicts as they are told everywhere."""
        return Board(self.inventory, self.language, self.held, self.open)

    def title(self, thing: str) -> str:
        """What a page calls a thing: a site by its whole title, all else as messages do."""
        one = as_thing(thing)
        site = self.inventory.sites.get(one.name) if one.kind == "site" else None
        return site.title if site else self.naming.name(one)

    def fields(self, thing: str) -> dict[str, Any]:
        """The fields of a `Named`."""
        held = self.held.get(thing, _NEVER)
        return {
            "thing": thing,
            "title": self.title(thing),
            "state": held.state.name.lower(),
            "word": state_word(thing.partition(":")[0], held.state, self.language),
            "since": held.since,
            "maintenance": bool(held.maintenance),
        }

    def what(self, thing: str) -> str:
        """A device's role, the kind of anything else, in words."""
        kind, _, name = thing.partition(":")
        known = getattr(self.inventory, f"{kind}s", {}).get(name)
        if kind == "device":
            return codes.role(known.role or "", self.inventory, self.language) if known else ""
        return codes.kind(kind, known.kind, self.language) if known else ""

    def named(self, thing: str) -> Named:
        """A thing, and how it is."""
        return Named(**self.fields(thing))

    def listed(self, things: Iterable[str]) -> Things:
        """Some things, the worst first."""
        ordered = self.worst(things)
        return Things(
            total=len(ordered),
            counts=self.counts(ordered),
            items=[self.named(one) for one in ordered[:LISTED]],
        )

    def worst(self, things: Iterable[str]) -> list[str]:
        """Things in order of how they are, then by name."""
        return sorted(things, key=lambda one: (_WORST.index(self.state(one)), one))

    def counts(self, things: Iterable[str]) -> dict[str, int]:
        """How many things there are of each state."""
        found = Counter(self.state(one) for one in things)
        return {state.name.lower(): found[state] for state in State}

    def state(self, thing: str) -> State:
        """A verdict's state; one that is not judged is unknown."""
        return self.held.get(thing, _NEVER).state

    def site_of(self, thing: str) -> Named | None:
        """Where a thing is; a circuit is where its Z end is."""
        site = self.naming.site_of(as_thing(thing))
        return self.named(f"site:{site}") if site in self.inventory.sites else None

    def above(self, site: str) -> list[str]:
        """A site and those that it lies in, the nearest first."""
        found: list[str] = []
        known = self.inventory.sites.get(site)
        while known is not None and known.name not in found:
            found.append(known.name)
            known = self.inventory.sites.get(known.parent or "")
        return found

    def contact(self, site: str) -> str:
        """Whom the inventory names for a site, or for the nearest one above it that has somebody.
        A title only: ways to people are nobody's business here.
        """
        for name in self.above(site):
            key = self.inventory.sites[name].contact
            if key is not None:
                known = self.inventory.contacts.get(key)
                return known.title if known else key
        return ""

    def ends(self, circuit: Circuit) -> list[Device]:
        """The devices at the ends of a circuit."""
        names = [end.device for end in (circuit.a, circuit.z) if end is not None]
        return [self.inventory.devices[name] for name in names if name in self.inventory.devices]


def look(request: web.Request) -> Look:
    """What is held now."""
    source, now = request.app[SOURCE], time.time()
    inventory = source.plan.inventory
    return Look(
        inventory,
        Naming(inventory, rim.language(request)),
        dict(source.engine.verdicts),
        list(source.incidents.open.values()),
        source.windows.standing(now),
        dict(source.pipeline.latest),
        source.engine.wiring,
        source.telling.links,
        now,
    )
