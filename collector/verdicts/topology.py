"""What one collector judges, and how it hangs together, as plain data that an event can carry.

Made from a plan once per reload. The edges are those of `inventory.graph.connect`, so that the
engine and `hatang impact` walk the same graph.
"""

from dataclasses import dataclass, field
from datetime import date

from inventory.graph import connect
from inventory.model import Calendar, Circuit, Device, Inventory, Maintenance, Service

WATCHED = ("interface_up", "interface_admin_up", "system_uptime_seconds", "ups_on_battery")
"""Metrics that verdicts use as evidence; of interfaces only those that end a circuit."""


@dataclass(frozen=True, slots=True)
class Node:
    """A device that is judged. `probes` are those that answer for it (`snmp`, `ssh`, ...), `checks`
    further ones by name; `settle` in seconds; `hours` a calendar's name.
    """

    name: str
    site: str
    ping: float | None
    probes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    settle: float = 180.0
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A circuit that is judged: from A (empty where it leaves our network) to Z through a
    carrier. `site` is Z's, `a_site` A's; `probed` where its own address is pinged.
    """

    name: str
    provider: str
    z: str
    z_interface: str
    site: str
    a: str = ""
    a_interface: str = ""
    probed: bool = False
    hours: str | None = None
    a_site: str = ""

    @property
    def ends(self) -> tuple[tuple[str, str], ...]:
        """Device and interface of each end whose interface is known."""
        both = ((self.a, self.a_interface), (self.z, self.z_interface))
        return tuple((device, interface) for device, interface in both if device and interface)


@dataclass(frozen=True, slots=True)
class Place:
    """A site and the one it lies in."""

    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A service: what it needs (`kind:name`), its checks, its hours."""

    name: str
    needs: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar: weekdays (Monday 0), spans in minutes of the day, days off as ISO dates."""

    name: str
    days: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    holidays: tuple[str, ...] = ()

    def calendar(self) -> Calendar:
        """The inventory's own calendar."""
        off = frozenset(date.fromisoformat(day) for day in self.holidays)
        return Calendar(self.name, frozenset(self.days), self.spans, off)


@dataclass(frozen=True, slots=True)
class Window:
    """Announced work: once (`start`, `end`, Unix seconds) or again and again (minutes of the day
    on weekdays or days of the month; an end not after its start is on the next day).
    """

    what: tuple[str, ...]
    why: str
    start: float = 0.0
    end: float = 0.0
    minutes: tuple[int, int] | None = None
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything that the engine knows of the world. `edges` are undirected, of thing texts, with
    the collector as a root; `gateway` says whether the collector's own gateway is pinged.
    """

    collector: str
    timezone: str = "Asia/Ho_Chi_Minh"
    gateway: bool = False
    edges: tuple[tuple[str, str], ...] = ()
    devices: tuple[Node, ...] = ()
    circuits: tuple[Line, ...] = ()
    sites: tuple[Place, ...] = ()
    services: tuple[Use, ...] = ()
    calendars: tuple[Hours, ...] = field(default=())
    maintenance: tuple[Window, ...] = ()


def topology(inventory: Inventory, collector: str) -> Topology:
    """What a collector judges of an inventory: its active devices that are asked anything, the
    circuits that end at one of them, all sites and its services.
    """
    nodes = [_node(one) for one in inventory.devices.values() if _judged(one, collector)]
    names = {node.name for node in nodes}
    lines = [
        _line(inventory, one)
        for one in inventory.circuits.values()
        if one.lifecycle == "active" and one.z.device in names
    ]
    # What is only planned carries nothing yet: it is no second way.
    devices = {n: one for n, one in inventory.devices.items() if one.lifecycle == "active"}
    circuits = {n: one for n, one in inventory.circuits.items() if one.lifecycle == "active"}
    graph = connect(inventory.collectors, devices, circuits)
    edges = {(str(a), str(b)) for a in graph for b in graph.adj[a]}
    return Topology(
        collector=collector,
        timezone=inventory.province.timezone,
        gateway=inventory.collectors[collector].gateway is not None,
        edges=tuple(sorted((a, b) for a, b in edges if a <= b)),
        devices=tuple(nodes),
        circuits=tuple(lines),
        sites=tuple(Place(one.name, one.parent) for one in inventory.sites.values()),
        services=tuple(
            _use(one) for one in inventory.services.values() if one.collector == collector
        ),
        calendars=tuple(_hours(one) for one in inventory.calendars.values()),
        maintenance=tuple(_window(one) for one in inventory.maintenance),
    )


def _judged(device: Device, collector: str) -> bool:
    asked = bool(device.ping or device.probes)
    return device.collector == collector and device.lifecycle == "active" and asked


def _node(device: Device) -> Node:
    return Node(
        device.name,
        device.site,
        device.ping,
        tuple(use.name for use in device.probes if use.name == use.probe),
        tuple(use.name for use in device.probes if use.name != use.probe),
        device.settle,
        device.hours,
    )


def _line(inventory: Inventory, circuit: Circuit) -> Line:
    return Line(
        name=circuit.name,
        provider=circuit.provider,
        z=circuit.z.device,
        z_interface=circuit.z.interface,
        site=inventory.devices[circuit.z.device].site,
        a=circuit.a.device if circuit.a else "",
        a_interface=circuit.a.interface if circuit.a else "",
        probed=circuit.probe is not None,
        hours=circuit.hours,
        a_site=inventory.devices[circuit.a.device].site if circuit.a else "",
    )


def _use(service: Service) -> Use:
    return Use(
        service.name,
        tuple(str(need) for need in service.needs),
        tuple(use.name for use in service.checks),
        service.hours,
    )


def _hours(calendar: Calendar) -> Hours:
    holidays = tuple(sorted(day.isoformat() for day in calendar.holidays))
    return Hours(calendar.name, tuple(sorted(calendar.days)), calendar.hours, holidays)


def _window(one: Maintenance) -> Window:
    what = tuple(str(thing) for thing in one.what)
    if one.every is None:
        assert one.start is not None
        assert one.end is not None
        return Window(what, one.why, one.start.timestamp(), one.end.timestamp())
    every = one.every
    return Window(
        what,
        one.why,
        minutes=(every.start, every.end),
        weekdays=tuple(sorted(every.weekdays)),
        days=tuple(sorted(every.days)),
    )
