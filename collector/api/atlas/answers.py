"""The map's answers: all sites and circuits as they are, and one thing's way and impact."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from alerts.wording import state_word
from alerts.wording.names import thing as as_thing
from collector.api import rim, screen
from collector.api.atlas import shape
from collector.api.atlas.called import Called, called
from collector.api.atlas.ways import Ways, backup
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.search import Held, shown_name
from collector.api.threads import apart
from collector.verdicts.events import State
from inventory.model import Inventory, Thing

NAMED_MOST = {"service": 300, "site": 4_000, "circuit": 4_000, "device": 300}
"""Names that are told of what goes dark with one thing: all that a map lights, some of the rest."""

_AT_ONCE = 2
_DRAWN = ("site:", "circuit:")
_FELT = ("service", "site", "circuit", "device")


class Kept:
    """The ways of the inventory that runs and its names, made once for each."""

    def __init__(self) -> None:
        self._ways: Ways | None = None
        self._called: dict[str, Called] = {}
        self._making = asyncio.Lock()
        self.asked = asyncio.Semaphore(_AT_ONCE)

    async def of(self, inventory: Inventory, language: str) -> tuple[Ways, Called]:
        """Its ways, and the names of its things."""
        async with self._making:
            if self._ways is None or self._ways.inventory is not inventory:
                self._ways, self._called = await apart(Ways, inventory), {}
            if language not in self._called:
                self._called[language] = await apart(called, inventory, language)
            return self._ways, self._called[language]


KEPT = web.AppKey("ways", Kept)


@dataclass(frozen=True, slots=True)
class Atlas:
    """What is held at one moment, with the ways between."""

    ways: Ways
    called: Called
    held: Held

    def sites(self) -> list[shape.MapSite]:
        """Sites in the inventory's order."""
        devices = self._devices()
        found = []
        for name, one in self.ways.inventory.sites.items():
            above = self.ways.above.get(name)
            found.append(
                shape.MapSite(
                    **self._shown(f"site:{name}"),
                    name=name,
                    title=one.title,
                    kind=one.kind,
                    parent=one.parent,
                    location=one.location,
                    devices=dict(devices.get(name, {})),
                    hops=self.ways.distance(name),
                    above=shape.Above(site=above.site, circuits=list(above.circuits))
                    if above
                    else None,
                )
            )
        return found

    def circuits(self) -> list[shape.MapCircuit]:
        """Circuits in the inventory's order."""
        inventory = self.ways.inventory
        found = []
        for name, (a, z) in self.ways.ends.items():
            one = inventory.circuits[name]
            found.append(
                shape.MapCircuit(
                    **self._shown(f"circuit:{name}"),
                    name=name,
                    title=self.called.circuits[name],
                    kind=one.kind,
                    provider=one.provider,
                    capacity=one.capacity,
                    backup=backup(one),
                    a=a,
                    z=z,
                )
            )
        return found

    def _devices(self) -> Mapping[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for name, one in self.ways.inventory.devices.items():
            thing = f"device:{name}"
            if thing in self.held:
                found.setdefault(one.site, Counter())[self._state(thing)] += 1
        return found

    def causes(self) -> dict[str, str]:
        """What sites and circuits are hidden behind, by name."""
        causes = {
            one.because
            for thing, one in self.held.items()
            if one.because and thing.startswith(_DRAWN)
        }
        return {cause: self.called.by(as_thing(cause)) for cause in causes}

    def _state(self, thing: str) -> str:
        held = self.held.get(thing)
        return shown_name(held) if held else ""

    def _shown(self, thing: str) -> dict[str, Any]:
        held = self.held.get(thing)
        return {
            "state": self._state(thing),
            "since": round(held.since, 3) if held else None,
            "cause": held.because if held else "",
        }


def _words(language: str) -> dict[str, dict[str, str]]:
    return {
        kind: {state.name.lower(): state_word(kind, state, language) for state in State}
        for kind in ("site", "circuit")
    }


async def whole(request: web.Request) -> web.Response:
    """All that the map shows."""
    rim.allow(request, "language")
    source = request.app[SOURCE]
    beside = screen.fields(source)
    language, inventory = rim.language(request), source.plan.inventory
    ways, names = await request.app[KEPT].of(inventory, language)
    held, read = dict(source.engine.verdicts), source.reloaded[1]

    def work() -> shape.Map:
        atlas = Atlas(ways, names, held)
        return shape.Map(
            **beside,
            read=read,
            words=_words(language),
            causes=atlas.causes(),
            sites=atlas.sites(),
            circuits=atlas.circuits(),
        )

    return await screen.told(work)


async def reach(request: web.Request) -> web.Response:
    """The way from one thing to its collector, and what goes dark with it."""
    rim.allow(request, "language")
    kept, language = request.app[KEPT], rim.language(request)
    inventory = request.app[SOURCE].plan.inventory
    name = request.match_info["name"]
    kind = request.path.split("/")[3].removesuffix("s")
    if name not in getattr(inventory, f"{kind}s"):
        raise RefusedError(404, f"no {kind} {name[:80]!r} in the inventory", "names are exact")
    ways, names = await kept.of(inventory, language)
    async with kept.asked:
        return await screen.told(lambda: _reach(ways, names, Thing(kind, name)))


def _reach(ways: Ways, names: Called, thing: Thing) -> shape.Reach:
    impact = ways.impact(thing)
    fallen = {kind: _others(getattr(impact, f"{kind}s"), thing, kind) for kind in _FELT}
    named = [one for kind in _FELT for one in fallen[kind][: NAMED_MOST[kind]]]
    return shape.Reach(
        thing=str(thing),
        title=names.by(thing),
        site=names.at(thing),
        path=[
            shape.Step(thing=str(one), title=names.by(one), hops=ways.hops[one], site=names.at(one))
            for one in ways.path(thing)
        ],
        counts={kind: len(names) for kind, names in fallen.items()},
        dark=[shape.Named(thing=str(one), title=names.by(one)) for one in named],
        more=sum(map(len, fallen.values())) - len(named),
    )


def _others(names: Iterable[str], thing: Thing, kind: str) -> list[Thing]:
    found = (Thing(kind, name) for name in names)
    return [one for one in found if one != thing]
