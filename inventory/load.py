"""The way in: a file and all it includes, read, typed, resolved and verified, or every mistake at
once.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inventory.draft import gather
from inventory.inherit import Heritage
from inventory.model import Inventory
from inventory.problem import InventoryInvalid, Problem
from inventory.resolve import Resolver
from inventory.verify import verify
from inventory.vocabulary import Vocabulary

__all__ = ["Inventory", "InventoryInvalid", "Problem", "Vocabulary", "load"]


def load(path: Path, vocabulary: Vocabulary) -> Inventory:
    """The inventory in a file. Raises InventoryInvalid with every problem; secrets are not fetched
    here. When a file could not be read at all, names are not followed: they may stand in it.
    """
    with _undisturbed():
        draft = gather(path)
        if draft.unread:
            raise InventoryInvalid(draft.problems)
        inventory = Resolver(draft, Heritage(draft, vocabulary)).inventory()
        verify(draft, inventory)
    if draft.problems:
        raise InventoryInvalid(draft.problems)
    return inventory


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without garbage collection: it would walk the growing tree again and again for cycles that
    are not there (20,000 devices: 6.7 s with it, 4.0 s without).
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
