"""The map's answers: all sites and circuits as they are, and one thing's way and impact.

What an inventory makes of the map is put together once for each; a request only adds the states.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

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

NAMED_MOST = 12
"""Of each kind, names that are told of what goes dark with one thing."""

_AT_ONCE = 2
_DRAWN = ("site", "circuit")
_FELT = ("service", "site", "circuit", "device")


class Laid(NamedTuple):
    """The names of an inventory's things in one language, and its ground as JSON."""

    called: Called
    id: str
    ground: bytes


class Kept:
    """The ways of the inventory that runs, and what is told of it: made once for each."""

    def __init__(self) -> None:
        self._ways: Ways | None = None
        self._laid: dict[str, Laid] = {}
        self._making = asyncio.Lock()
        self.asked = asyncio.Semaphore(_AT_ONCE)

    async def of(self, inventory: Inventory, language: str) -> tuple[Ways, Laid]:
        """Its ways, and what of it is told in a language."""
        async with self._making:
            if self._ways is None or self._ways.inventory is not inventory:
                self._ways, self._laid = await apart(Ways, inventory), {}
            if language not in self._laid:
                self._laid[language] = await apart(_laid, self._ways, language)
            return self._ways, self._laid[language]


KEPT = web.AppKey("ways", Kept)


def _laid(ways: Ways, language: str) -> Laid:
    names = called(ways.inventory, language)
    sites = [_site(ways, name) for name in ways.inventory.sites]
    circuits = [_circuit(ways, names, name) for name in ways.ends]
    ground = shape.Ground(id="", words=_words(language), sites=sites, circuits=circuits)
    # By its contents: who has this very ground need not be sent it again after a reload.
    known = hashlib.sha256(ground.model_dump_json().encode()).hexdigest()[:16]
    return Laid(names, known, ground.model_copy(update={"id": known}).model_dump_json().encode())


def _site(ways: Ways, name: str) -> shape.MapSite:
    one, above = ways.inventory.sites[name], ways.above.get(name)
    return shape.MapSite(
        name=name,
        title=one.title,
        kind=one.kind,
        parent=one.parent,
        location=one.location,
        hops=ways.distance(name),
        above=shape.Above(site=above.site, circuits=list(above.circuits)) if above else None,
    )


def _circuit(ways: Ways, names: Called, name: str) -> shape.MapCircuit:
    one, (a, z) = ways.inventory.circuits[name], ways.ends[name]
    return shape.MapCircuit(
        name=name,
        title=names.circuits[name],
        kind=one.kind,
        provider=one.provider,
        capacity=one.capacity,
        backup=backup(one),
        a=a,
        z=z,
    )


def _words(language: str) -> dict[str, dict[str, str]]:
    return {
        kind: {state.name.lower(): state_word(kind, state, language) for state in State}
        for kind in _DRAWN
    }


@dataclass(frozen=True, slots=True)
class Atlas:
    """What is held at one moment."""

    ways: Ways
    held: Held

    def sites(self) -> list[shape.SiteNow]:
        """Sites in the inventory's order."""
        found = []
        for name, devices in self.ways.standing.items():
            known = [one for device in devices if (one := self.held.get(device)) is not None]
            counts = Counter(map(shown_name, known))
            found.append(shape.SiteNow(**self._now(f"site:{name}"), devices=dict(counts)))
        return found

    def circuits(self) -> list[shape.Now]:
        """Circuits in the inventory's order."""
        return [shape.Now(**self._now(f"circuit:{name}")) for name in self.ways.ends]

    def _now(self, thing: str) -> dict[str, Any]:
        held = self.held.get(thing)
        return {
            "state": shown_name(held) if held else "",
            "since": round(held.since, 3) if held else None,
            "cause": held.because if held else "",
        }


async def whole(request: web.Request) -> web.Response:
    """All that the map shows, without the ground where who asks has it."""
    rim.allow(request, "language", "ground")
    source = request.app[SOURCE]
    beside = screen.fields(source)
    language, inventory = rim.language(request), source.plan.inventory
    ways, laid = await request.app[KEPT].of(inventory, language)
    held, read = dict(source.engine.verdicts), source.reloaded[1]
    known = rim.text(request, "ground") == laid.id

    def work() -> bytes:
        atlas = Atlas(ways, held)
        sites, circuits = atlas.sites(), atlas.circuits()
        told = shape.Map(
            **beside,
            read=read,
            causes=_causes((*sites, *circuits), laid.called),
            sites=sites,
            circuits=circuits,
            ground=None,
        )
        text = told.model_dump_json(by_alias=True).encode()
        return text if known else text.removesuffix(b"null}") + laid.ground + b"}"

    return await screen.packed(work)


def _causes(shown: Iterable[shape.Now], names: Called) -> dict[str, str]:
    """What sites and circuits are hidden behind, by name."""
    return {cause: names.by(as_thing(cause)) for cause in {one.cause for one in shown} if cause}


async def reach(request: web.Request) -> web.Response:
    """The way from one thing to its collector, and what goes dark with it."""
    rim.allow(request, "language")
    kept, language = request.app[KEPT], rim.language(request)
    inventory = request.app[SOURCE].plan.inventory
    name = request.match_info["name"]
    kind = request.path.split("/")[3].removesuffix("s")
    if name not in getattr(inventory, f"{kind}s"):
        raise RefusedError(404, f"no {kind} {name[:80]!r} in the inventory", "names are exact")
    ways, laid = await kept.of(inventory, language)
    async with kept.asked:
        return await screen.told(lambda: _reach(ways, laid.called, Thing(kind, name)))


def _reach(ways: Ways, names: Called, thing: Thing) -> shape.Reach:
    impact = ways.impact(thing)
    fallen = {kind: _others(getattr(impact, f"{kind}s"), thing, kind) for kind in _FELT}
    named = [one for kind in _FELT for one in fallen[kind][:NAMED_MOST]]
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
        drawn=[str(one) for kind in _DRAWN for one in fallen[kind]],
    )


def _others(names: Iterable[str], thing: Thing, kind: str) -> list[Thing]:
    found = (Thing(kind, name) for name in names)
    return [one for one in found if one != thing]
