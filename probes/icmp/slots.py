"""Which target is due in which time slot; pure, slots are integers.

Every interval has a ring of as many places as it has slots. A target's place comes from a stable
hash of its name, so that targets spread over the interval and keep their place over restarts and
reloads.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Generic, TypeVar
from zlib import crc32

Item = TypeVar("Item")


def place(name: str, period: int) -> int:
    """The slot of a period of `period` slots that is a name's own, the same in every process."""
    return crc32(name.encode()) % period


class Planner(Generic[Item]):
    """Rings of repeating items, and a heap of items that are due once."""

    def __init__(self) -> None:
        self._rings: dict[int, list[list[Item]]] = {}
        self._once: list[tuple[int, int, Item]] = []
        self._counter = 0

    def add(self, item: Item, name: str, period: int) -> None:
        """Make `item` due every `period` slots (at least 1), at the place of `name`."""
        ring = self._rings.get(period)
        if ring is None:
            ring = self._rings[period] = [[] for _ in range(period)]
        ring[place(name, period)].append(item)

    def remove(self, item: Item, name: str, period: int) -> None:
        """Take back an `add` with the same arguments; once-items stay until they are due."""
        self._rings[period][place(name, period)].remove(item)
        if not any(self._rings[period]):
            del self._rings[period]

    def once(self, item: Item, slot: int) -> None:
        """Make `item` due once, at `slot` or as soon after as slots are asked for again."""
        self._counter += 1
        heappush(self._once, (slot, self._counter, item))

    def due(self, slot: int) -> Iterator[Item]:
        """What is due at `slot`, and once-items of slots before it that were left out."""
        for period, ring in self._rings.items():
            yield from ring[slot % period]
        while self._once and self._once[0][0] <= slot:
            yield heappop(self._once)[2]
