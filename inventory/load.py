"""The way in: a file and all it includes, read, typed, resolved and verified, or every mistake at
once.
"""

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
    draft = gather(path)
    if draft.unread:
        raise InventoryInvalid(draft.problems)
    inventory = Resolver(draft, Heritage(draft, vocabulary)).inventory()
    verify(draft, inventory)
    if draft.problems:
        raise InventoryInvalid(draft.problems)
    return inventory
