"""An inventory made ready for the map: who hangs on whom, how far from a collector. Once per plan.

The graph is that of `inventory.graph`, from which the engine's verdicts and `hatang impact` come
too; here the collectors of a province are all roots, because its map is one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from collector.api.atlas.web import Web
from inventory.graph import Impact, connect, distances, summed, taken
from inventory.model import Circuit, Inventory, Thing

REMEMBERED = 2_000
"""Answers that are kept; people point at the same few."""


class Hung(NamedTuple):
    """The next site on the way to a collector, and the circuits that lead there, by name."""

    site: str
    circuits: tuple[str, ...]


class Ways:
    """Ways and distances in one inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
        self._beside = {one: tuple(graph.adj[one]) for one in graph}
        self._web = Web(inventory, self._beside)
        self.hops = distances(graph, (one for one in graph if one.kind == "collector"))
        self.gates = self._gates()
        self.ends = {
            name: (self._site(one.a.device) if one.a else None, self._site(one.z.device) or "")
            for name, one in inventory.circuits.items()
            if one.lifecycle != "retired"
        }
        self.above = self._hung()
        self.standing = self._standing()
        self._known: dict[Thing, Impact] = {}

    def path(self, thing: Thing) -> list[Thing]:
        """What lies on all shortest ways from a thing to its collector, farthest first; not the
        thing itself, but all that a service needs. What has no way has an empty one.
        """
        starts = self._starts(thing)
        found = dict.fromkeys(starts)
        ahead = list(starts)
        while ahead:
            for one in self._nearer(ahead.pop()):
                if one not in found:
                    found[one] = None
                    ahead.append(one)
        found.pop(thing, None)
        return sorted(found, key=lambda one: (-self.hops[one], one.kind, one.name))

    def impact(self, thing: Thing) -> Impact:
        """What goes dark with a thing. Raises KeyError when there is no such thing."""
        known = self._known.get(thing)
        if known is None:
            dark = self._web.dark(taken(self.inventory, thing))
            known = summed(self.inventory, thing, dark)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[thing] = known
        return known

    def _starts(self, thing: Thing) -> Collection[Thing]:
        """Devices and circuits from which the ways of a thing begin."""
        if thing.kind == "site":
            return self.gates.get(thing.name, ())
        if thing.kind != "service":
            return (thing,) if thing in self.hops else ()
        found: dict[Thing, None] = {}
        seen, ahead = {thing.name}, [thing.name]
        while ahead:
            for need in self.inventory.services[ahead.pop()].needs:
                if need.kind != "service":
                    found |= dict.fromkeys(self._starts(need))
                elif need.name not in seen:
                    seen.add(need.name)
                    ahead.append(need.name)
        return found

    def _nearer(self, thing: Thing) -> Iterable[Thing]:
        here = self.hops[thing]
        return [one for one in self._beside[thing] if self.hops[one] < here]

    def _gates(self) -> Mapping[str, tuple[Thing, ...]]:
        """Of each site the devices that are nearest to a collector."""
        found: dict[str, list[Thing]] = {}
        for name, device in self.inventory.devices.items():
            thing = Thing("device", name)
            if thing in self.hops:
                found.setdefault(device.site, []).append(thing)
        least = {site: min(map(self.hops.__getitem__, all_)) for site, all_ in found.items()}
        return {
            site: tuple(one for one in all_ if self.hops[one] == least[site])
            for site, all_ in found.items()
        }

    def distance(self, site: str) -> int | None:
        """How far a site is from a collector."""
        gates = self.gates.get(site)
        return self.hops[gates[0]] if gates else None

    def _site(self, device: str) -> str | None:
        known = self.inventory.devices.get(device)
        return known.site if known else None

    def _standing(self) -> Mapping[str, Sequence[str]]:
        """Of each site the devices that stand there, as kind:name."""
        found: dict[str, list[str]] = {name: [] for name in self.inventory.sites}
        for name, device in self.inventory.devices.items():
            found[device.site].append(f"device:{name}")
        return found

    def _hung(self) -> Mapping[str, Hung]:
        between: dict[frozenset[str | None], list[Circuit]] = {}
        for name, ends in self.ends.items():
            between.setdefault(frozenset(ends), []).append(self.inventory.circuits[name])
        found = {}
        for site in self.gates:
            upper = self._next(site)
            if upper is not None:
                lines = between.get(frozenset((site, upper)), [])
                lines.sort(key=lambda one: (backup(one), -(one.capacity or 0), one.name))
                found[site] = Hung(upper, tuple(one.name for one in lines))
        return found

    def _next(self, site: str) -> str | None:
        """The first other site on the way up."""
        ahead, seen = list(self.gates[site]), set(self.gates[site])
        for thing in ahead:
            for one in self._nearer(thing):
                other = self._site(one.name) if one.kind == "device" else site
                if other not in (site, None):
                    return other
                if one not in seen:
                    seen.add(one)
                    ahead.append(one)
        return None


def backup(circuit: Circuit) -> bool:
    """Whether the inventory calls it the second way: path B, or tagged so."""
    return circuit.path.upper() == "B" or "backup" in circuit.tags
