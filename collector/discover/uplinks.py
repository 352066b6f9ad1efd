"""Who hangs on whom: neighbours matched with devices, and each edge drawn once, towards the
collector's side; pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.discover.entries import Entry
from collector.discover.found import Neighbour
from collector.discover.ground import Ground
from collector.discover.ranges import order
from inventory.graph import Graph, connect, distances, reachable, spread
from inventory.model import Inventory, Thing

FAR = 1 << 20
"""The distance of what no path leads to."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two devices beside each other, as one of them told it: `seen` is what `teller` sees."""

    teller: str
    other: str
    seen: Neighbour

    @property
    def ends(self) -> frozenset[str]:
        """The two names."""
        return frozenset((self.teller, self.other))

    def remark(self, of: str) -> str:
        """The interfaces, the one of device `of` first, and the protocol."""
        mine, theirs = self.seen.local or "?", self.seen.port or "?"
        if of != self.teller:
            mine, theirs = theirs, mine
        return f"{mine} - {theirs} ({self.seen.protocol})"


class Registry:
    """Devices by what a neighbour may call them."""

    def __init__(self, entries: Iterable[Entry], inventory: Inventory | None) -> None:
        self._addresses: dict[str, str] = {}
        self._chassis: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        for device in inventory.devices.values() if inventory else ():
            self._addresses |= dict.fromkeys(device.addresses, device.name)
            self._call(device.name, device.name)
        for entry in entries:
            for answer in entry.answers:
                self._addresses[answer.address] = entry.name
                self._call(answer.name, entry.name)
                if answer.chassis:
                    self._chassis.setdefault(answer.chassis, set()).add(entry.name)

    def _call(self, called: str, name: str) -> None:
        if called:
            self._names.setdefault(called.lower(), set()).add(name)
            self._short.setdefault(called.lower().partition(".")[0], set()).add(name)

    def who(self, seen: Neighbour) -> str | None:
        """The device that a neighbour is: by its addresses, its chassis, its name, with or without
        a domain on one side; None where it is none of ours, or could be several.
        """
        for address in seen.addresses:
            if address in self._addresses:
                return self._addresses[address]
        told = seen.name.lower()
        host, dot, _ = told.partition(".")
        for known, word in (
            (self._chassis, seen.chassis),
            (self._names, told),
            (self._names if dot else self._short, host),
        ):
            found = known.get(word, set()) if word else set()
            if len(found) == 1:
                return next(iter(found))
        return None


@dataclass(slots=True)
class Links:
    """What neighbours tell: edges between devices, each once, and by device those nobody knows."""

    edges: list[Edge]
    strangers: dict[str, list[Neighbour]]


def links(entries: Sequence[Entry], inventory: Inventory | None) -> Links:
    """Neighbours matched with devices. An edge is kept as it was told first; the other end's word
    fills in a port that the first did not know.
    """
    registry = Registry(entries, inventory)
    edges: dict[frozenset[str], Edge] = {}
    strangers: dict[str, list[Neighbour]] = {}
    for entry in entries:
        for seen in (one for answer in entry.answers for one in answer.neighbours):
            other = registry.who(seen)
            if other is not None and other != entry.name:
                edge = Edge(entry.name, other, seen)
                edges[edge.ends] = _joined(edges.get(edge.ends), edge)
            elif seen not in (mine := strangers.setdefault(entry.name, [])):
                mine.append(seen)
    return Links(list(edges.values()), strangers)


def _joined(first: Edge | None, second: Edge) -> Edge:
    if first is None or first.teller == second.teller:
        return first or second
    mine, theirs = first.seen, second.seen
    seen = replace(mine, local=mine.local or theirs.port, port=mine.port or theirs.local)
    return replace(first, seen=seen)


def hang(
    entries: Sequence[Entry], edges: Sequence[Edge], ground: Ground, gateway: str
) -> list[Edge]:
    """Give each new device its uplinks; returns the edges that only known devices could be given.

    The end that is nearer to a collector is the uplink. Where nothing tells (a group that no path
    leads to) the device with the most neighbours is taken for the nearest one, then the one with
    the lowest address.
    """
    new = {one.name: one for one in entries if not one.known}
    steps = _distances(_graph(entries, edges, ground.inventory, gateway), entries)
    drawn = _drawn(ground.inventory)
    left = []
    for edge in edges:
        near, far = sorted(edge.ends, key=lambda name: (steps.get(name, FAR), name))
        if far in new:
            new[far].uplinks[near] = edge.remark(far)
        elif near in new and steps.get(near) == steps.get(far):
            new[near].uplinks[far] = edge.remark(near)
        elif edge.ends not in drawn:
            left.append(edge)
    return _rescued(new, left, ground) if ground.inventory else left


ROOT = Thing("collector", "")


def _graph(
    entries: Sequence[Entry], edges: Sequence[Edge], inventory: Inventory | None, gateway: str
) -> Graph:
    """The inventory's own graph and the new edges, all collectors joined in one root."""
    graph = Graph()
    gateways = {gateway}
    owners: dict[str, str] = {}
    if inventory:
        graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
        for one in inventory.collectors:
            graph.join(ROOT, Thing("collector", one))
        gateways |= {one.gateway for one in inventory.collectors.values() if one.gateway}
        owners |= {a: one.name for one in inventory.devices.values() for a in one.addresses}
    owners |= {answer.address: one.name for one in entries for answer in one.answers}
    for thing in (ROOT, *(Thing("device", one.name) for one in entries)):
        graph.add(thing)
    for address in gateways & owners.keys():
        graph.join(ROOT, Thing("device", owners[address]))
    for edge in edges:
        graph.join(Thing("device", edge.teller), Thing("device", edge.other))
    return graph


def _distances(graph: Graph, entries: Sequence[Entry]) -> Mapping[str, int]:
    """Steps from a collector by device; a group without a path is given one at its middle."""
    degrees = {one.name: len(graph.adj[Thing("device", one.name)]) for one in entries}
    lit = spread(graph.adj.__getitem__, (ROOT,), ())
    for one in sorted(entries, key=lambda one: (-degrees[one.name], order(one.main.address))):
        here = Thing("device", one.name)
        if here not in lit:
            lit |= spread(graph.adj.__getitem__, (here,), ())
            graph.join(ROOT, here)
    steps = distances(graph, (ROOT,))
    return {one.name: length for one, length in steps.items() if one.kind == "device"}


def _drawn(inventory: Inventory | None) -> set[frozenset[str]]:
    """The pairs of devices that the inventory joins, by an uplink or by a circuit."""
    if inventory is None:
        return set()
    pairs = set()
    for device in inventory.devices.values():
        pairs |= {frozenset((device.name, up.name)) for up in device.uplinks if up.kind == "device"}
    for circuit in inventory.circuits.values():
        if circuit.a:
            pairs.add(frozenset((circuit.a.device, circuit.z.device)))
    return pairs


def _rescued(new: Mapping[str, Entry], left: Sequence[Edge], ground: Ground) -> list[Edge]:
    """Uplinks for what the inventory would call unreachable, for a collector that says what it
    hangs on: an edge that is left, else what the collector hangs on. Returns what is left still.
    """
    assert ground.inventory is not None
    inventory, collector = ground.inventory, ground.collector
    attached = inventory.collectors[collector].attached_to
    if not attached:
        return list(left)
    graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
    for entry in new.values():
        here = Thing("device", entry.name)
        graph.add(here)
        for name in entry.uplinks:
            graph.join(here, Thing("device", name))
    spare = {name: edge for edge in left for name in edge.ends if name in new}
    lit = reachable(graph, collector)
    roots = {Thing("collector", one) for one in inventory.collectors}
    for entry in new.values():
        here = Thing("device", entry.name)
        if here in lit:
            continue
        edge = spare.get(entry.name)
        above = next(iter(edge.ends - {entry.name})) if edge else attached[0]
        entry.uplinks[above] = edge.remark(entry.name) if edge else UNKNOWN
        graph.join(here, Thing("device", above))
        lit |= spread(graph.adj.__getitem__, (here,), lit | roots)
    return [edge for edge in left if not any(_has(new, edge, one) for one in edge.ends)]


UNKNOWN = "? no neighbour told; put here until you say better · chưa rõ, đặt tạm"


def _has(new: Mapping[str, Entry], edge: Edge, name: str) -> bool:
    return name in new and bool(new[name].uplinks.keys() & edge.ends)
