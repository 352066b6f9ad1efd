"""The graph of an inventory by number, so that what goes dark in a country's is known while
somebody points at it: a walk over all of it takes a tenth of what one over `Thing`s does.
"""

from collections.abc import Collection, Mapping, Sequence

from inventory.model import Inventory, Thing


class Web:
    """Everything that hangs together. `beside` gives the neighbours of each thing."""

    def __init__(self, inventory: Inventory, beside: Mapping[Thing, Sequence[Thing]]) -> None:
        self._things = list(beside)
        self._place = {one: place for place, one in enumerate(self._things)}
        self._beside = [[self._place[one] for one in near] for near in beside.values()]
        self._roots = [place for place, one in enumerate(self._things) if one.kind == "collector"]
        names = {self._things[root].name: root for root in self._roots}
        self._root = [
            names.get(inventory.devices[one.name].collector) if one.kind == "device" else None
            for one in self._things
        ]

    def dark(self, gone: Collection[Thing]) -> set[Thing]:
        """As `inventory.graph.cut`: the given devices and circuits, and all that has no path to its
        collector without them, circuits none to any.
        """
        lost = {one for one in gone if one.kind in ("device", "circuit")}
        if not lost:
            return lost
        closed = {self._place[one] for one in lost if one in self._place}
        lit = {root: self._reached(root, closed) for root in self._roots}
        for place, (thing, root) in enumerate(zip(self._things, self._root, strict=True)):
            if root is not None:
                if not lit[root][place]:
                    lost.add(thing)
            elif thing.kind == "circuit" and not any(one[place] for one in lit.values()):
                lost.add(thing)
        return lost

    def _reached(self, root: int, closed: Collection[int]) -> bytearray:
        """Of each thing 1 where a path leads, that goes through no other collector."""
        seen = bytearray(len(self._things))
        for one in (*closed, *self._roots):
            seen[one] = 1
        beside, ahead = self._beside, [root]
        while ahead:
            for one in beside[ahead.pop()]:
                if not seen[one]:
                    seen[one] = 1
                    ahead.append(one)
        for one in closed:
            seen[one] = 0
        return seen
