"""Who hangs on whom: an undirected graph of collectors, devices and circuits, and what a loss would
cost.

Nodes are `Thing`s, and `Thing("collector", name)` as roots. Uplinks and circuits are edges; sites
take their devices with them, services fall with what they need. Pure: the same inventory, the same
answer.
"""

from collections.abc import Callable, Collection, Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from inventory.model import Circuit, Collector, Device, Inventory, Thing

Node = TypeVar("Node", bound=Hashable)


class Graph:
    """Things, and what is beside each in `adj`; both in the order in which they came."""

    __slots__ = ("adj",)

    def __init__(self) -> None:
        self.adj: dict[Thing, dict[Thing, None]] = {}

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.adj)

    def __contains__(self, thing: Thing) -> bool:
        return thing in self.adj

    def add(self, thing: Thing) -> None:
        """A thing, beside nothing so far."""
        self.adj.setdefault(thing, {})

    def join(self, one: Thing, other: Thing) -> None:
        """Two things beside each other; those that are not there yet come with it."""
        self.adj.setdefault(one, {})[other] = None
        self.adj.setdefault(other, {})[one] = None


def connect(
    collectors: Mapping[str, Collector],
    devices: Mapping[str, Device],
    circuits: Mapping[str, Circuit],
) -> Graph:
    """The graph. Retired things are not in it; names that lead nowhere are left out."""
    living = {name: one for name, one in devices.items() if one.lifecycle != "retired"}
    lines = {name: one for name, one in circuits.items() if one.lifecycle != "retired"}
    graph = Graph()
    for kind, names in (("device", living), ("circuit", lines), ("collector", collectors)):
        for name in names:
            graph.add(Thing(kind, name))
    edges = (_along(lines, living), _upwards(living, lines), _below(collectors, living))
    for one, other in chain(*edges):
        graph.join(one, other)
    return graph


def _along(
    lines: Mapping[str, Circuit], living: Mapping[str, Device]
) -> Iterator[tuple[Thing, Thing]]:
    """A circuit and its ends."""
    for name, circuit in lines.items():
        for end in (circuit.a, circuit.z):
            if end is not None and end.device in living:
                yield Thing("circuit", name), Thing("device", end.device)


def _upwards(
    living: Mapping[str, Device], lines: Mapping[str, Circuit]
) -> Iterator[tuple[Thing, Thing]]:
    """A device and its uplinks."""
    for name, device in living.items():
        for uplink in device.uplinks:
            if uplink.name in (lines if uplink.kind == "circuit" else living):
                yield Thing("device", name), uplink


def _below(
    collectors: Mapping[str, Collector], living: Mapping[str, Device]
) -> Iterator[tuple[Thing, Thing]]:
    """A collector and what it is attached to: where that is not said, all that has no uplink."""
    for name, collector in collectors.items():
        below: Iterable[str] = collector.attached_to
        if not collector.attached_to:
            below = [d.name for d in living.values() if d.collector == name and not d.uplinks]
        yield from (
            (Thing("collector", name), Thing("device", one)) for one in below if one in living
        )


def reachable(graph: Graph, collector: str, without: Collection[Thing] = ()) -> set[Thing]:
    """Every device and circuit with a path to a collector when some things are taken away."""
    root = Thing("collector", collector)
    # A path may not lead through another collector: that is a program, not a router.
    others = {one for one in graph if one.kind == "collector" and one != root}
    return spread(graph.adj.__getitem__, (root,), others.union(without)) - {root}


def spread(
    beside: Callable[[Node], Iterable[Node]], start: Iterable[Node], gone: Container[Node]
) -> set[Node]:
    """Everything that a walk from the start comes to without stepping on what is gone, the start
    included. `beside` gives a node's neighbours.
    """
    seen = set(start)
    ahead = list(seen)
    while ahead:
        for one in beside(ahead.pop()):
            if one not in seen and one not in gone:
                seen.add(one)
                ahead.append(one)
    return seen


def distances(graph: Graph, start: Iterable[Thing]) -> dict[Thing, int]:
    """Steps from the nearest of the start, nearest first; what no way leads to is not there."""
    found = dict.fromkeys(start, 0)
    ahead = list(found)
    for thing in ahead:
        for one in graph.adj[thing]:
            if one not in found:
                found[one] = found[thing] + 1
                ahead.append(one)
    return found


@dataclass(frozen=True, slots=True)
class Impact:
    """What goes dark when a thing fails, the thing included; sorted names of each kind.

    `sites` are those whose every device is dark.
    """

    thing: Thing
    devices: tuple[str, ...]
    circuits: tuple[str, ...]
    sites: tuple[str, ...]
    services: tuple[str, ...]


def impact(inventory: Inventory, thing: Thing) -> Impact:
    """What loses every path to its collector if a device, circuit, site or service is taken away,
    and the services that need any of it. Raises KeyError when there is no such thing.
    """
    graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
    return darkened(inventory, graph, thing)


def darkened(inventory: Inventory, graph: Graph, thing: Thing) -> Impact:
    """As `impact`, on a graph that is at hand already."""
    return summed(inventory, thing, cut(inventory, graph, taken(inventory, thing)))


def taken(inventory: Inventory, thing: Thing) -> set[Thing]:
    """What fails with a thing itself: of a site all its devices. Raises KeyError when there is no
    such thing.
    """
    if thing.name not in getattr(inventory, f"{thing.kind}s"):
        raise KeyError(str(thing))
    if thing.kind != "site":
        return {thing}
    below = within(inventory, thing.name)
    return {
        Thing("device", one.name)
        for one in inventory.devices.values()
        if one.site in below and _counts(one)
    }


def cut(inventory: Inventory, graph: Graph, gone: Collection[Thing]) -> set[Thing]:
    """The given devices and circuits, and those that lose every path to their collector."""
    dark = {thing for thing in gone if thing.kind in ("device", "circuit")}
    if not dark:
        return dark
    lit = {name: reachable(graph, name, gone) for name in inventory.collectors}
    anywhere = set().union(*lit.values())
    for thing in graph:
        if thing.kind == "device":
            if thing not in lit[inventory.devices[thing.name].collector]:
                dark.add(thing)
        elif thing.kind == "circuit" and thing not in anywhere:
            dark.add(thing)
    return dark


def summed(inventory: Inventory, thing: Thing, dark: Collection[Thing]) -> Impact:
    """Dark devices and circuits with the sites and services that fall with them."""
    names = {kind: sorted(t.name for t in dark if t.kind == kind) for kind in ("device", "circuit")}
    devices = set(names["device"])
    lit = {d.site for d in inventory.devices.values() if _counts(d) and d.name not in devices}
    housed = {d.site for d in inventory.devices.values() if _counts(d)}
    sites = housed - lit
    if thing.kind == "site":
        sites |= within(inventory, thing.name)
    fallen = set(dark) | {thing} | {Thing("site", site) for site in sites}
    services = falling(inventory, fallen)
    return Impact(
        thing,
        tuple(names["device"]),
        tuple(names["circuit"]),
        tuple(sorted(sites)),
        tuple(sorted(services)),
    )


def _counts(device: Device) -> bool:
    return device.lifecycle != "retired"


def within(inventory: Inventory, site: str) -> set[str]:
    """A site and every site below it."""
    found = {site}
    children: dict[str, list[str]] = {}
    for one in inventory.sites.values():
        if one.parent is not None:
            children.setdefault(one.parent, []).append(one.name)
    ahead = [site]
    while ahead:
        for child in children.get(ahead.pop(), ()):
            if child not in found:
                found.add(child)
                ahead.append(child)
    return found


def falling(inventory: Inventory, fallen: Collection[Thing]) -> set[str]:
    """Services that are among the fallen, or need something that is, directly or through others."""
    needs = {
        Thing("service", one.name): one.needs for one in inventory.services.values() if one.needs
    }
    named = {thing.name for thing in fallen if thing.kind == "service"}
    return named | {thing.name for thing in needing(needs, fallen)}


def needing(needs: Mapping[Node, Collection[Node]], fallen: Collection[Node]) -> set[Node]:
    """Which of those that need something need something fallen, directly or through others."""
    users: dict[Node, list[Node]] = {}
    for user, needed in needs.items():
        for one in needed:
            users.setdefault(one, []).append(user)
    return spread(lambda one: users.get(one, ()), fallen, ()) - set(fallen)
