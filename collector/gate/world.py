"""What the gate must know of the rest of the collector, from the parts that know it."""

from collections.abc import Callable, Collection, Iterable, Mapping

from alerts.alertmanager import steps
from collector.gate import message
from collector.gate.fresh import Readings
from collector.gate.gate import Sighting
from collector.gate.held import Held, Key, Told
from collector.gate.incoming import Posted
from collector.gate.message import Links
from collector.verdicts.verdict import Mask
from inventory.model import Inventory


class Around:
    """The gate's `World` in a running collector. `mask` is the engine's, `inventory` gives the
    current one, `owned` says whether somebody has taken an alert on.
    """

    def __init__(
        self,
        collector: str,
        inventory: Callable[[], Inventory],
        mask: Callable[[str], Mask | None],
        readings: Readings,
        owned: Callable[[Key], bool],
        links: Callable[[], Links] = Links,
    ) -> None:
        self._collector = collector
        self._inventory = inventory
        self.mask = mask
        self._readings = readings
        self.owned = owned
        self._links = links

    def fresh(self, identity: Mapping[str, str], metrics: Collection[str]) -> Sighting | None:
        """The newest reading of what an alert is about."""
        return self._readings.fresh(identity, metrics)

    def words(self, posted: Posted, severity: str) -> Told:
        """A rule's alert as it is told."""
        return message.of_rule(posted, severity, self._inventory(), self._links())

    def over(self, one: Held, at: float) -> Told:
        """The end of an alert, in the words in which it was told."""
        return message.over(one, at, self._inventory())

    def steps(self, labels: Mapping[str, str]) -> Iterable[int]:
        """After how many seconds without an owner others are told too."""
        return steps(self._inventory(), labels)

    def knows(self, thing: str) -> bool:
        """Whether this collector asks it."""
        return self._asked_by(thing) == self._collector

    def theirs(self, thing: str) -> bool:
        """Whether another collector asks it, whose gate speaks of it."""
        return self._asked_by(thing) not in (self._collector, "")

    def _asked_by(self, thing: str) -> str:
        """The name of a thing's collector, "" for what is not asked (any more)."""
        kind, _, name = thing.partition(":")
        inventory = self._inventory()
        if kind == "circuit" and (circuit := inventory.circuits.get(name)):
            kind, name = "device", circuit.z.device
        if kind == "device" and (device := inventory.devices.get(name)):
            return device.collector if device.lifecycle == "active" else ""
        if kind == "service" and (service := inventory.services.get(name)):
            return service.collector
        if kind == "collector":
            return name if name in inventory.collectors else ""
        return self._collector if kind == "site" and name in inventory.sites else ""
