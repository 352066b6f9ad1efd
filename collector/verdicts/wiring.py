"""A topology made ready for walking: who is beside whom, who is above, who shares a site.

Things are texts (`device:x`); the walk itself is `inventory.graph.spread`. Everything that costs is
computed when first asked for.
"""

from collections.abc import Container, Iterable

from collector.verdicts.topology import Line, Node, Place, Topology, Use
from inventory.graph import needing, spread


class Wiring:
    """What is fixed from one InventoryChanged to the next."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.root = f"collector:{topology.collector}"
        self.nodes: dict[str, Node] = {f"device:{one.name}": one for one in topology.devices}
        self.lines: dict[str, Line] = {f"circuit:{one.name}": one for one in topology.circuits}
        self.places: dict[str, Place] = {f"site:{one.name}": one for one in topology.sites}
        self.uses: dict[str, Use] = {f"service:{one.name}": one for one in topology.services}
        self.carried: dict[str, list[tuple[str, Line]]] = {}
        for thing, line in self.lines.items():
            self.carried.setdefault(line.provider, []).append((thing, line))
        self.ports = {
            (f"device:{device}", interface): thing
            for thing, line in self.lines.items()
            for device, interface in line.ends
        }
        self.beside = self._adjacent()
        self.depth = self._depths()
        self.residents = self._residents()
        self.needs = {thing: use.needs for thing, use in self.uses.items() if use.needs}
        self.needed = {need for needs in self.needs.values() for need in needs}
        self._above: dict[str, tuple[str, ...]] = {}

    def _adjacent(self) -> dict[str, tuple[str, ...]]:
        sets: dict[str, set[str]] = {thing: set() for thing in (*self.nodes, *self.lines)}
        sets[self.root] = set()
        for pair in self.topology.edges:
            foreign = any(one.startswith("collector:") and one != self.root for one in pair)
            if not foreign and pair[0] != pair[1]:
                sets.setdefault(pair[0], set()).add(pair[1])
                sets.setdefault(pair[1], set()).add(pair[0])
        # What hangs on nothing known is taken to be reached directly.
        found = spread(sets.__getitem__, (self.root,), ())
        for thing in self.nodes.keys() - found:
            sets[thing].add(self.root)
            sets[self.root].add(thing)
        return {thing: tuple(sorted(others)) for thing, others in sets.items()}

    def _depths(self) -> dict[str, int]:
        depth = {self.root: 0}
        ahead = [self.root]
        for thing in ahead:
            for other in self.beside[thing]:
                if other not in depth:
                    depth[other] = depth[thing] + 1
                    ahead.append(other)
        return depth

    def _residents(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for thing, node in self.nodes.items():
            found.setdefault(f"site:{node.site}", []).append(thing)
        return {site: tuple(things) for site, things in sorted(found.items())}

    def site(self, device: str) -> str:
        """The site of a judged device, as a thing."""
        return f"site:{self.nodes[device].site}"

    def mates(self, device: str) -> tuple[str, ...]:
        """The judged devices at a device's site, itself among them."""
        return self.residents[self.site(device)]

    def reached(self, gone: Container[str]) -> set[str]:
        """What the collector has a path to, itself included, when some things are gone."""
        return spread(self.beside.__getitem__, (self.root,), gone)

    def doors(self, device: str) -> list[str]:
        """The circuits beside a device on its shortest paths."""
        depth = self.depth.get(device, 0)
        return [
            one
            for one in self.beside.get(device, ())
            if one in self.lines and self.depth.get(one, depth) < depth
        ]

    def above(self, thing: str) -> tuple[str, ...]:
        """All that lies on the shortest paths between the collector and a thing, sorted."""
        known, ahead = self._above, [thing]
        while ahead:
            low = ahead[-1]
            nearer = [] if low in known else self._nearer(low)
            open_ = [one for one in nearer if one not in known]
            if open_:
                ahead += open_
                continue
            ahead.pop()
            if low not in known:
                known[low] = tuple(sorted({*nearer, *(up for one in nearer for up in known[one])}))
        return known[thing]

    def _nearer(self, thing: str) -> list[str]:
        depth = self.depth.get(thing, 0)
        return [one for one in self.beside.get(thing, ()) if 0 < self.depth.get(one, 0) < depth]

    def using(self, fallen: Iterable[str]) -> set[str]:
        """The services that need something fallen, directly or through others."""
        fallen = set(fallen)
        return needing(self.needs, fallen) if fallen & self.needed else set()

    def inside(self, site: str) -> set[str]:
        """A site and every site below it, as things."""
        below: dict[str, list[str]] = {}
        for thing, place in self.places.items():
            if place.parent:
                below.setdefault(f"site:{place.parent}", []).append(thing)
        return spread(lambda one: below.get(one, ()), (site,), ())

    def ending(self, thing: str) -> set[str]:
        """The circuits that have an end at a device, or at a site or below it: work there takes
        them down, as `collector.contract.pauses` counts it.
        """
        sites = self.inside(thing)
        return {
            circuit
            for circuit, line in self.lines.items()
            if thing in (f"device:{line.a}", f"device:{line.z}")
            or not sites.isdisjoint((f"site:{line.site}", f"site:{line.a_site}"))
        }

    def dependents(self, thing: str) -> set[str]:
        """All that is lost with a thing: devices, circuits, sites gone dark, services; itself
        too.
        """
        kind, _, _ = thing.partition(":")
        sites = self.inside(thing) if kind == "site" else set()
        gone = {thing} if kind in ("device", "circuit") else set()
        gone |= {device for site in sites for device in self.residents.get(site, ())}
        dark = set(gone)
        if gone:
            lit = self.reached(gone)
            dark |= {one for one in (*self.nodes, *self.lines) if one not in lit}
        sites |= {
            site for site, things in self.residents.items() if things and dark.issuperset(things)
        }
        fallen = dark | sites | {thing}
        return fallen | self.using(fallen)
