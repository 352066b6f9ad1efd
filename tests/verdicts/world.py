"""A world that breaks, with its truth: devices at sites, links and circuits between them, faults
on a time line, and what an onlooker at the collector would see of it.

Written apart from the product: its own graph walk, its own idea of what is cut. What the state
engine concludes is compared with this (see oracle.py).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from collector.verdicts.topology import Line, Node, Place, Topology, Use

COLLECTOR = "noc"
ROOT = f"collector:{COLLECTOR}"
Gone = frozenset[str]
"""What does not work: things by text, `power:<site>` for a site without power."""


@dataclass(slots=True)
class Box:
    """A device: seconds between echoes (None: not pinged), whether SNMP is polled every `interval`
    seconds, seconds of grace, seconds to boot.
    """

    name: str
    site: str
    ping: float | None = 1.0
    polled: bool = False
    interval: float = 60.0
    settle: float = 180.0
    boot: float = 30.0


@dataclass(slots=True)
class Wire:
    """A circuit from `a` ("" outside our network) to `z`. `mode`: what its interfaces show:
    `stays` (up whatever happens), `signals` (down when it is cut), `direct` (also when the far
    device is off). `probed`: "" not, `ntu` (the carrier's box at Z, managed from A's side, with
    the power of Z's site), `far` (the address of Z's interface).
    """

    name: str
    a: str
    z: str
    provider: str = "vnpt"
    mode: str = "stays"
    probed: str = ""


@dataclass(slots=True)
class Work:
    """A service that runs on a device and is checked every `interval` seconds."""

    name: str
    host: str
    interval: float = 30.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something breaks. `kind`: device, circuit, site, isolation, agent (answers echoes, no SNMP),
    service. What loses power boots after `end`.
    """

    kind: str
    thing: str
    start: float
    end: float

    def __str__(self) -> str:
        return f"{self.kind} {self.thing} from {self.start:.1f} to {self.end:.1f}"


@dataclass(slots=True)
class World:
    """Everything there is."""

    boxes: dict[str, Box] = field(default_factory=dict)
    wires: dict[str, Wire] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    sites: dict[str, str | None] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    _next: dict[str, list[str]] = field(default_factory=dict)
    _reached: dict[Gone, frozenset[str]] = field(default_factory=dict)
    _answering: dict[Gone, frozenset[str]] = field(default_factory=dict)
    _seen: dict[Gone, frozenset[str]] = field(default_factory=dict)

    def edges(self) -> list[tuple[str, str]]:
        """Pairs of thing texts."""
        pairs = [(ROOT, f"device:{one}") for one in self.attached]
        pairs += [(f"device:{a}", f"device:{b}") for a, b in self.links]
        for wire in self.wires.values():
            ends = (wire.a, wire.z)
            pairs += [(f"circuit:{wire.name}", f"device:{end}") for end in ends if end]
        return sorted({(min(pair), max(pair)) for pair in pairs})

    def reached(self, gone: Gone) -> frozenset[str]:
        """Devices and circuits that a packet from the collector still gets to."""
        if gone not in self._reached:
            self._reached[gone] = frozenset(self._walk(gone))
        return self._reached[gone]

    def _walk(self, gone: Gone) -> set[str]:
        if not self._next:
            for a, b in self.edges():
                self._next.setdefault(a, []).append(b)
                self._next.setdefault(b, []).append(a)
        if ROOT in gone:
            return set()
        seen, ahead = {ROOT}, [ROOT]
        while ahead:
            for thing in self._next.get(ahead.pop(), ()):
                if thing not in seen and thing not in gone:
                    seen.add(thing)
                    ahead.append(thing)
        return seen

    def answering(self, gone: Gone) -> frozenset[str]:
        """The devices that answer, and the circuits whose probe address does."""
        if gone not in self._answering:
            reached = self.reached(gone)
            found = {one for one in reached if one.startswith("device:")}
            for wire in self.wires.values():
                name = f"circuit:{wire.name}"
                if wire.probed and self._probe_answers(wire, gone, reached):
                    found.add(name)
            self._answering[gone] = frozenset(found)
        return self._answering[gone]

    def _probe_answers(self, wire: Wire, gone: Gone, reached: frozenset[str]) -> bool:
        whole = f"circuit:{wire.name}" not in gone
        near = f"device:{wire.a}" in reached if wire.a else f"device:{wire.z}" in reached
        if wire.probed == "ntu":
            return whole and near and f"power:{self.far(wire)}" not in gone
        there = f"device:{wire.z}" in reached and self.interface_up(wire, wire.z, gone)
        return whole and near and there

    def far(self, wire: Wire) -> str:
        """The site of a circuit's Z end."""
        return self.boxes[wire.z].site

    def interface_up(self, wire: Wire, end: str, gone: Gone) -> bool:
        """What the interface at an end (a device's name) shows."""
        if wire.mode == "stays":
            return True
        peer = f"device:{wire.z if end == wire.a else wire.a}"
        return f"circuit:{wire.name}" not in gone and not (wire.mode == "direct" and peer in gone)

    def seen(self, gone: Gone) -> frozenset[str]:
        """All that can be known at the collector: who answers, and which circuits between devices
        that answer show that they are down. Where an end is silent, that explains the rest.
        """
        if gone not in self._seen:
            answering = self.answering(gone)
            found = {one for one in answering if one.startswith("device:")}
            for wire in self.wires.values():
                ends = [one for one in (wire.a, wire.z) if one]
                known = all(f"device:{end}" in answering for end in ends)
                if known and self._shows(wire, ends, gone):
                    found.add(f"circuit:{wire.name}")
            self._seen[gone] = frozenset(found)
        return self._seen[gone]

    def _shows(self, wire: Wire, ends: list[str], gone: Gone) -> bool:
        if wire.probed and f"circuit:{wire.name}" not in self.answering(gone):
            return True
        polled = (end for end in ends if self.boxes[end].polled)
        return any(not self.interface_up(wire, end, gone) for end in polled)

    def mouths(self, lost: frozenset[str], gone: Gone) -> list[Box]:
        """Those of the silent devices that a device that answers, or the collector, is tied to."""
        alive = self.answering(gone) | {ROOT}
        ties = [pair for pair in self.edges() if not pair[0].startswith("circuit:")]
        ties += [(f"device:{one.a}", f"device:{one.z}") for one in self.wires.values()]
        found = {b for a, b in ties if a in alive} | {a for a, b in ties if b in alive}
        return [self.boxes[one[7:]] for one in sorted(found & lost) if one.startswith("device:")]

    def taken(self, thing: str) -> Gone:
        """What is gone when a device, circuit, site or the collector's uplink is, and all of it."""
        kind, _, name = thing.partition(":")
        if kind != "site":
            return frozenset((thing,))
        return frozenset({f"power:{name}", *(f"device:{one.name}" for one in self.at(name))})

    def at(self, site: str) -> list[Box]:
        """The devices of a site."""
        return [one for one in self.boxes.values() if one.site == site]

    def off(self, fault: Fault, now: float) -> Gone:
        """What does not work at a moment because of a fault."""
        if now < fault.start or fault.kind in ("agent", "service"):
            return frozenset()
        if now < fault.end:
            return self.taken(fault.thing)
        booting = (
            self.taken(fault.thing) - {f"power:{fault.thing[5:]}"}
            if fault.kind in ("device", "site")
            else ()
        )
        return frozenset(one for one in booting if now < fault.end + self.boxes[one[7:]].boot)

    def turns(self, fault: Fault) -> list[float]:
        """The moments when what a fault takes away changes."""
        found = [fault.start, fault.end]
        if fault.kind in ("device", "site"):
            named = (one[7:] for one in self.taken(fault.thing) if one.startswith("device:"))
            found += [fault.end + self.boxes[one].boot for one in named]
        return found

    def topology(self) -> Topology:
        """The same as the engine is told of it."""
        return Topology(
            collector=COLLECTOR,
            edges=tuple(self.edges()),
            devices=tuple(
                Node(one.name, one.site, one.ping, ("snmp",) if one.polled else (), (), one.settle)
                for one in self.boxes.values()
            ),
            circuits=tuple(self._line(one) for one in self.wires.values()),
            sites=tuple(Place(name, parent) for name, parent in self.sites.items()),
            services=tuple(
                Use(one.name, (f"device:{one.host}",), ("http",)) for one in self.works.values()
            ),
        )

    def _line(self, wire: Wire) -> Line:
        return Line(
            wire.name,
            wire.provider,
            wire.z,
            f"wan-{wire.name}",
            self.far(wire),
            wire.a,
            f"to-{wire.name}" if wire.a else "",
            bool(wire.probed),
        )

    def without(self, names: Collection[str]) -> "World":
        """The same world when some devices had never been there, nor what is tied to them."""
        left = {name: one for name, one in self.boxes.items() if name not in names}
        wires = {
            name: one
            for name, one in self.wires.items()
            if one.z in left and (not one.a or one.a in left)
        }
        return World(
            left,
            wires,
            [(a, b) for a, b in self.links if a in left and b in left],
            [one for one in self.attached if one in left],
            self.sites,
            {name: one for name, one in self.works.items() if one.host in left},
        )


class Span(NamedTuple):
    """A time in which nothing changes: what each fault takes away during it."""

    start: float
    end: float
    off: tuple[Gone, ...]

    def gone(self, without: Collection[int] = ()) -> Gone:
        """What is gone altogether, had some faults not happened."""
        left = (one for number, one in enumerate(self.off) if number not in without)
        return frozenset().union(*left)


def spans(world: World, faults: Iterable[Fault], until: float) -> list[Span]:
    """The truth from 0 to `until`."""
    faults = tuple(faults)
    turns = sorted({0.0, until, *(turn for one in faults for turn in world.turns(one))})
    found = []
    for start, end in pairwise(turns):
        off = tuple(world.off(one, start) for one in faults)
        found.append(Span(start, end, off))
    return found
