"""Who hangs on whom: an undirected graph of collectors, devices and circuits, and what a loss would
cost.

Nodes are `Thing`s, and `Thing("collector", name)` as roots. Uplinks and circuits are edges; sites
take their devices with them, services fall with what they need. Pure: the same inventory, the same
answer.
"""

from collections.abc import Callable, Collection, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import networkx as nx

from inventory.model import Circuit, Collector, Device, Inventory, Thing

Node = TypeVar("Node", bound=Hashable)


def connect(
    collectors: Mapping[str, Collector],
    devices: Mapping[str, Device],
    circuits: Mapping[str, Circuit],
) -> "nx.Graph[Thing]":
    """The graph. Retired things are not in it; names that lead nowhere are left out."""
    graph: nx.Graph[Thing] = nx.Graph()
    living = {name: one for name, one in devices.items() if one.lifecycle != "retired"}
    lines = {name: one for name, one in circuits.items() if one.lifecycle != "retired"}
    graph.add_nodes_from(Thing("device", name) for name in living)
    graph.add_nodes_from(Thing("circuit", name) for name in lines)
    for name, circuit in lines.items():
        for end in (circuit.a, circuit.z):
            if end is not None and end.device in living:
                graph.add_edge(Thing("circuit", name), Thing("device", end.device))
    for name, device in living.items():
        for uplink in device.uplinks:
            if uplink.name in (lines if uplink.kind == "circuit" else living):
                graph.add_edge(Thing("device", name), uplink)
    for name, collector in collectors.items():
        root = Thing("collector", name)
        graph.add_node(root)
        below: Iterable[str] = collector.attached_to
        if not collector.attached_to:
            below = [d.name for d in living.values() if d.collector == name and not d.uplinks]
        graph.add_edges_from((root, Thing("device", one)) for one in below if one in living)
    return graph


def reachable(
    graph: "nx.Graph[Thing]", collector: str, without: Collection[Thing] = ()
) -> set[Thing]:
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


def darkened(inventory: Inventory, graph: "nx.Graph[Thing]", thing: Thing) -> Impact:
    """As `impact`, on a graph that is at hand already."""
    if thing.name not in getattr(inventory, f"{thing.kind}s"):
        raise KeyError(str(thing))
    gone = {thing}
    if thing.kind == "site":
        below = within(inventory, thing.name)
        gone = {
            Thing("device", one.name)
            for one in inventory.devices.values()
            if one.site in below and _counts(one)
        }
    dark = cut(inventory, graph, gone)
    return summed(inventory, thing, dark)


def cut(inventory: Inventory, graph: "nx.Graph[Thing]", gone: Collection[Thing]) -> set[Thing]:
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
