"""What the inventory says already, as far as a proposal must fit it: devices, access, roles."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collector.vocabulary import vocabulary
from inventory.draft import gather
from inventory.inherit import Heritage, Layer
from inventory.load import load
from inventory.model import Credential, Inventory

SITE = "discovered"
"""Where devices are put that nobody has placed, and what a community given by hand is called."""


@dataclass(frozen=True, slots=True)
class Ground:
    """An inventory to build on, or none: then nothing is known and everything is named here.

    `site` is where new devices go, `places` whether it stands already. `credentials` are the sets
    with SNMP access, `names` all sets. `roles` are those that a device with SNMP access may have.
    The defaults give every device SNMP when `snmp`, and the probes of `unserved`, which want other
    access than the defaults have. `collector` will ask new devices; `told` says that they must
    name it, because nothing else does.
    """

    inventory: Inventory | None = None
    site: str = SITE
    placed: bool = False
    collector: str = ""
    told: bool = False
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    names: Collection[str] = ()
    roles: Collection[str] = ()
    snmp: bool = False
    unserved: Collection[str] = ()

    @property
    def addresses(self) -> Mapping[str, str]:
        """Every address of the inventory's devices, and whose it is."""
        devices = self.inventory.devices.values() if self.inventory else ()
        return {address: one.name for one in devices for address in one.addresses}


def ground(path: Path, site: str = "") -> Ground:
    """The ground that an inventory file makes. Raises InventoryInvalid."""
    inventory = load(path, vocabulary())
    draft = gather(path)
    heritage = Heritage(draft, vocabulary())
    site = site or SITE
    placed = draft.sections["sites"].get(site)
    named = heritage.base.plain.get("collector") or (placed and placed.collector)
    collector = named or next(iter(inventory.collectors))
    return Ground(
        inventory,
        site,
        placed is not None,
        collector,
        len(inventory.collectors) > 1 and not named,
        {name: sets["snmp"] for name, sets in heritage.credentials.items() if "snmp" in sets},
        draft.sections["credentials"],
        [name for name in draft.sections["roles"] if _fits(heritage, heritage.role(name))],
        "snmp" in heritage.base.probes,
        sorted(_unserved(heritage, heritage.base) - {"snmp"}),
    )


def _fits(heritage: Heritage, role: Layer) -> bool:
    """True when a role asks for nothing that SNMP access does not give."""
    return _unserved(heritage, role) <= {"snmp"}


def _unserved(heritage: Heritage, layer: Layer) -> set[str]:
    """The probes of a layer that want access which it has not."""
    needs = heritage.vocabulary.needs
    return {
        name
        for name in (*layer.probes, *(probe for probe, _ in layer.checks.values()))
        if name in needs and needs[name] not in layer.credentials
    }
