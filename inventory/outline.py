"""The inventory as a tree to read: what hangs below each collector, or the places within a site."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from inventory.graph import connect, within
from inventory.model import Inventory, Thing


@dataclass(slots=True)
class Branch:
    """A thing and what hangs below it; `also` are other things it could hang on (redundancy)."""

    thing: Thing
    below: list["Branch"] = field(default_factory=list)
    also: tuple[Thing, ...] = ()


def outline(inventory: Inventory, thing: Thing | None = None) -> Sequence[Branch]:
    """The tree of every collector; or of one thing: its part of that tree, or a site's places. A
    service stands over what it needs.
    """
    if thing is not None and thing.kind == "site":
        return [_places(inventory, thing.name)]
    if thing is not None and thing.kind == "service":
        return [_needs(inventory, thing)]
    roots, branches = _hanging(inventory)
    return roots if thing is None else [branches.get(thing) or Branch(thing)]


def _hanging(inventory: Inventory) -> tuple[list[Branch], dict[Thing, Branch]]:
    """Breadth first from the collectors: everything once, under the nearest it hangs on."""
    graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
    roots = [Branch(Thing("collector", name)) for name in inventory.collectors]
    branches = {root.thing: root for root in roots}
    depth = dict.fromkeys(branches, 0)
    ahead = deque(roots)
    while ahead:
        branch = ahead.popleft()
        for other in sorted(graph.adj[branch.thing]):
            if other not in branches:
                child = branches[other] = Branch(other)
                depth[other] = depth[branch.thing] + 1
                branch.below.append(child)
                ahead.append(child)
            elif depth[other] == depth[branch.thing] + 1:
                branches[other].also = (*branches[other].also, branch.thing)
    return roots, branches


def _places(inventory: Inventory, name: str) -> Branch:
    branches = {one: Branch(Thing("site", one)) for one in within(inventory, name)}
    for site in inventory.sites.values():
        if site.name in branches and site.name != name and site.parent in branches:
            branches[site.parent].below.append(branches[site.name])
    for device in inventory.devices.values():
        if device.site in branches:
            branches[device.site].below.append(Branch(Thing("device", device.name)))
    return branches[name]


def _needs(inventory: Inventory, thing: Thing) -> Branch:
    needs = inventory.services[thing.name].needs
    return Branch(
        thing, [_needs(inventory, n) if n.kind == "service" else Branch(n) for n in needs]
    )
