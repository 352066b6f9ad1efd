"""The inventory as the simulator needs it: which devices to play, and what falls silent with a
thing.
"""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from collector.demo.device import Link, Simulated
from inventory import graph
from inventory.model import KINDS, Device, Inventory, Thing, Use


@dataclass(frozen=True, slots=True)
class Page:
    """A web page to serve: where, under which title, and how slowly (seconds)."""

    service: str
    title: str
    address: str
    port: int
    secure: bool = False
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Door:
    """A TCP port that a check connects to, and the banner it greets with."""

    name: str
    address: str
    port: int
    banner: str = ""


@dataclass(frozen=True, slots=True)
class Dark:
    """What is silent: devices by name, addresses for the packet filter, services that do not
    answer.
    """

    devices: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()


class UnknownThingError(LookupError):
    """No device, site, circuit or service has this name; the message proposes some."""


class Province:
    """An inventory at play."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._graph = graph.connect(inventory.collectors, inventory.devices, inventory.circuits)
        self._links: dict[str, list[Link]] = {}
        for name, circuit in inventory.circuits.items():
            for end in (circuit.a, circuit.z):
                if end is not None and end.interface:
                    link = Link(end.interface, name, (circuit.capacity or 1e8) / 1e6)
                    self._links.setdefault(end.device, []).append(link)

    def devices(self) -> list[Simulated]:
        """What to play: every device that is active and on loopback."""
        living = [one for one in self._inventory.devices.values() if _played(one)]
        return [self._simulated(one) for one in living]

    def _simulated(self, device: Device) -> Simulated:
        asked = next((use for use in device.probes if use.probe == "snmp"), None)
        credential = device.credentials.get("snmp")
        access: dict[str, Any] = credential.fetch() if credential and asked else {}
        community = access.get("community", "public")
        return Simulated(
            device.name,
            device.address,
            device.role or "",
            snmp_port=int(getattr(asked.settings, "port", 161)) if asked else None,
            site=self._inventory.sites[device.site].title,
            community=community if isinstance(community, str) else community.reveal(),
            links=tuple(self._links.get(device.name, ())),
        )

    def pages(self) -> list[Page]:
        """The pages that http checks ask for on loopback; every twentieth is slow."""
        found: dict[tuple[str, int], Page] = {}
        for owner, title, address, use in self._checks("http"):
            parts = urlsplit(_url(address, use.settings))
            secure = parts.scheme == "https"
            port = parts.port or (443 if secure else 80)
            if parts.hostname and _loopback(parts.hostname):
                place = (parts.hostname, port)
                delay = 1.5 if len(found) % 20 == 7 else 0.0
                found.setdefault(place, Page(owner, title, *place, secure, delay))
        return list(found.values())

    def doors(self) -> list[Door]:
        """The TCP ports that tcp checks connect to on loopback."""
        found: dict[tuple[str, int], Door] = {}
        for owner, _title, fallback, use in self._checks("tcp"):
            address = str(getattr(use.settings, "host", None) or fallback)
            port = int(getattr(use.settings, "port", 0))
            if _loopback(address) and port:
                found[(address, port)] = Door(owner, address, port, "220 hatang-demo\r\n")
        return list(found.values())

    def _checks(self, probe: str) -> Iterator[tuple[str, str, str, Use]]:
        for service in self._inventory.services.values():
            for use in service.checks:
                if use.probe == probe:
                    yield service.name, service.title, "", use
        for device in self._inventory.devices.values():
            for use in device.probes:
                if use.probe == probe and _played(device):
                    yield device.name, device.title, device.address, use

    def find(self, name: str) -> Thing:
        """The thing that `kind:name` or a bare name means. Raises UnknownThingError."""
        kind, _, rest = name.partition(":")
        if kind in KINDS and rest in self._named(kind):
            return Thing(kind, rest)
        for kind in KINDS:
            if name in self._named(kind):
                return Thing(kind, name)
        close = difflib.get_close_matches(name, [n for k in KINDS for n in self._named(k)], 3)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        raise UnknownThingError(f"nothing is called {name!r}{hint}")

    def _named(self, kind: str) -> Collection[str]:
        return getattr(self._inventory, f"{kind}s")  # type: ignore[no-any-return]  # by kind

    def dark(self, broken: Collection[Thing]) -> Dark:
        """What is silent while these are broken: they, and all that has no other way to its
        collector.
        """
        gone = set(broken)
        for thing in broken:
            if thing.kind == "site":
                below = graph.within(self._inventory, thing.name)
                living = self._inventory.devices.values()
                gone |= {Thing("device", one.name) for one in living if one.site in below}
        dark = graph.cut(self._inventory, self._graph, gone)
        devices = frozenset(thing.name for thing in dark if thing.kind == "device")
        addresses = {
            address for name in devices for address in self._inventory.devices[name].addresses
        }
        for thing in dark:
            if thing.kind == "circuit" and (probe := self._inventory.circuits[thing.name].probe):
                addresses.add(probe)
        services = frozenset(thing.name for thing in gone if thing.kind == "service")
        shared = {
            address
            for one in self._inventory.devices.values()
            if one.name not in devices
            for address in one.addresses
        }
        return Dark(devices, frozenset(a for a in addresses - shared if _loopback(a)), services)


def _url(address: str, settings: object) -> str:
    """What an http check asks for: its address, or a port and path of the device's."""
    given = getattr(settings, "url", None)
    return str(given or f"http://{address}:{getattr(settings, 'port', 80)}/")


def _loopback(address: str) -> bool:
    return address.startswith("127.")


def _played(device: Device) -> bool:
    return device.lifecycle == "active" and _loopback(device.address)
