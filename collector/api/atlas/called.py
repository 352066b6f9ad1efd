"""What things are called on the map: by their titles, circuits as a sentence would say it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from alerts.wording.names import Naming
from collector.api import words
from inventory.model import Circuit, Inventory, Thing


@dataclass(frozen=True, slots=True)
class Called:
    """Names of things in one language; those of all circuits by name."""

    inventory: Inventory
    language: str
    circuits: Mapping[str, str]

    def by(self, thing: Thing) -> str:
        """What a thing is called."""
        if thing.kind == "circuit" and thing.name in self.circuits:
            return self.circuits[thing.name]
        return words.title(str(thing), self.inventory)

    def at(self, thing: Thing) -> str:
        """Where a device stands, as kind:name; empty for all else."""
        known = self.inventory.devices.get(thing.name) if thing.kind == "device" else None
        return f"site:{known.site}" if known else ""


def called(inventory: Inventory, language: str) -> Called:
    """The names of an inventory.

    A circuit's name depends on its twins, which are looked for among those of its own Z site: among
    all it would cost their square.
    """
    at: dict[str, dict[str, Circuit]] = {}
    for name, one in inventory.circuits.items():
        device = inventory.devices.get(one.z.device)
        at.setdefault(device.site if device else "", {})[name] = one
    found: dict[str, str] = {}
    for group in at.values():
        naming = Naming(replace(inventory, circuits=group), language)
        found |= {name: naming.circuit(one) for name, one in group.items()}
    return Called(inventory, language, found)
