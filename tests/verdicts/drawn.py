"""Random worlds and random faults: trees and rings of 50 to 500 devices, and what befalls them.

The same `random.Random` gives the same world and the same faults.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.verdicts.world import ROOT, Box, Fault, Wire, Work, World

SETTLE, BOOT = 180.0, (10.0, 170.0)
"""The product's default of `settle`, and the boot times of devices in seconds, at scale 1."""

PROVIDERS = ("vnpt", "viettel", "mobifone")


@dataclass(slots=True)
class Builder:
    """Puts a world together. `scale` shortens `settle`, boot times and polling alike."""

    rng: random.Random
    scale: float
    world: World
    count: int = 0

    def box(self, site: str, role: str) -> str:
        """A new device at a site."""
        rng, name = self.rng, f"{role}{self.count}"
        self.count += 1
        settle = max(SETTLE * self.scale * rng.choice((1, 1, 1, 1.3)), 25.0)
        boot = min(rng.uniform(*BOOT) * self.scale, settle - 10.0)
        quick = role in ("core", "pe", "rt")
        box = Box(name, site, 1.0, rng.random() < (0.7 if quick else 0.1), settle=settle, boot=boot)
        box.interval = 60.0 * max(self.scale, 0.3)
        draw = rng.random()
        if draw < (0.0 if role == "core" else 0.01 if quick else 0.06):
            box.ping, box.polled = None, True
        elif draw > 0.97 and role != "core":
            box.ping = 5.0
        self.world.boxes[name] = box
        self.world.sites.setdefault(site, None)
        return name

    def tie(self, a: str, b: str) -> None:
        """A link without a carrier."""
        self.world.links.append((a, b))

    def wire(self, a: str, z: str, probes: Sequence[str] = ("", "", "ntu", "far")) -> None:
        """A circuit between two devices, or from outside."""
        rng, name = self.rng, f"tsl{len(self.world.wires)}"
        carrier, mode = rng.choice(PROVIDERS), rng.choice(("stays", "signals", "direct"))
        probed = rng.choice(probes)
        if mode == "direct" and probed == "ntu":
            probed = "far"
        self.world.wires[name] = Wire(name, a, z, carrier, mode, probed)

    def lan(self, site: str, above: list[str], size: int) -> None:
        """Switches in a tree below some device, and what is plugged into them."""
        rng, trunks = self.rng, list(above)
        for _ in range(size):
            if rng.random() < 0.25:
                new = self.box(site, "sw")
                self.tie(new, rng.choice(trunks))
                if rng.random() < 0.15 and len(trunks) > 1:
                    self.tie(new, rng.choice([one for one in trunks if one != new]))
                trunks.append(new)
            else:
                new = self.box(site, "pc")
                self.tie(new, rng.choice(trunks[-3:]))

    def centre(self) -> list[str]:
        """The data centre: cores, servers, and the provider edges that circuits begin at."""
        rng = self.rng
        cores = [self.box("dc", "core") for _ in range(rng.choice((1, 2)))]
        self.world.attached = cores if rng.random() < 0.5 else cores[:1]
        edges = [self.box("dc", "pe") for _ in range(rng.randint(1, 3))]
        for a, b in pairwise(cores):
            self.tie(a, b)
        for edge in edges:
            for core in cores:
                self.tie(edge, core)
        self.lan("dc", cores, rng.randint(4, 12))
        if rng.random() < 0.3:
            self.wire("", cores[0])
        return edges

    def branch(self, number: int, above: list[str]) -> list[str]:
        """A site with one router or two, entered by circuits or a fibre of its own."""
        rng, site = self.rng, f"site{number}"
        routers = [self.box(site, "rt")]
        first = rng.choice(above)
        draw = rng.random()
        if draw < 0.12:
            self.tie(routers[0], first)
        else:
            self.wire(first, routers[0])
        if 0.12 < draw < 0.4:
            if rng.random() < 0.5:
                routers.append(self.box(site, "rt"))
                if rng.random() < 0.7:
                    self.tie(routers[0], routers[1])
            self.wire(rng.choice(above), routers[-1])
        self.lan(site, routers, rng.randint(0, 9))
        return routers

    def ring(self, number: int, above: list[str]) -> list[str]:
        """Sites in a ring of circuits that begins and ends above."""
        rng, routers = self.rng, []
        for step in range(rng.randint(2, 5)):
            site = f"ring{number}-{step}"
            routers.append(self.box(site, "rt"))
            self.lan(site, routers[-1:], rng.randint(0, 5))
        stops = [rng.choice(above), *routers, rng.choice(above)]
        for a, z in pairwise(stops[:-1]):
            self.wire(a, z, ("", "far"))
        self.wire(stops[-1], stops[-2], ("", "far"))
        return routers


def draw_world(rng: random.Random, size: int, scale: float) -> World:
    """A world of about `size` devices."""
    build = Builder(rng, scale, World())
    edges = build.centre()
    above, number = list(edges), 0
    while build.count < size:
        number += 1
        made = build.ring(number, above) if rng.random() < 0.2 else build.branch(number, above)
        if rng.random() < 0.5:
            above += made
    hosts = sorted(build.world.boxes)
    for name in rng.sample(hosts, min(len(hosts), rng.randint(0, 5))):
        build.world.works[f"app-{name}"] = Work(f"app-{name}", name, 30.0 * max(scale, 0.3))
    return build.world


@dataclass(slots=True)
class Mishap:
    """Draws faults for a world. `slow` stretches the time between them."""

    rng: random.Random
    world: World
    slow: float

    def one(self, start: float = 10.0, least: float = 14.0) -> Fault:
        """Anything, for a while."""
        rng = self.rng
        kind = rng.choices(("device", "circuit", "site"), (5, 4, 1.5))[0]
        if kind == "device":
            thing = f"device:{rng.choice(sorted(self.world.boxes))}"
        elif kind == "circuit":
            thing = f"circuit:{rng.choice(sorted(self.world.wires))}"
        else:
            away = [site for site in self.world.sites if site != "dc" and self.world.at(site)]
            thing = f"site:{rng.choice(away)}"
        return Fault(kind, thing, start, start + self.lasting(least))

    def lasting(self, least: float = 14.0) -> float:
        """Seconds that a fault lasts; as a rule long enough to be told."""
        return self.rng.uniform(least, 50.0) * self.slow

    def single(self) -> list[Fault]:
        """One thing breaks."""
        return [self.one()]

    def pair(self) -> list[Fault]:
        """Two things at once, or nearly."""
        gap = self.rng.choice((0.0, 0.3, 2.0, self.rng.uniform(0, 20)))
        return [self.one(), self.one(10.0 + gap)]

    def blip(self) -> list[Fault]:
        """A circuit that is away for less than three seconds, and something that stays away."""
        wire = self.rng.choice(sorted(self.world.wires))
        return [
            Fault("circuit", f"circuit:{wire}", 10.0, 10.0 + self.rng.uniform(0.2, 2.3)),
            self.one(40.0),
        ]

    def uplink(self) -> list[Fault]:
        """The collector is cut off; perhaps something breaks meanwhile."""
        rng = self.rng
        last = rng.uniform(12.0, 25.0) * self.slow
        found = [Fault("isolation", ROOT, 10.0, 10.0 + last)]
        if rng.random() < 0.5:
            found.append(self.one(rng.uniform(5.0, 9.0 + last)))
        return found

    def nested(self) -> list[Fault]:
        """Something breaks behind something broken, and outlives it or does not."""
        rng, world = self.rng, self.world
        for _ in range(20):
            top = self.one()
            away = world.reached(frozenset()) - world.reached(world.taken(top.thing))
            away -= world.taken(top.thing)
            below = sorted(one for one in away if one.startswith("device:"))
            if below:
                break
        else:
            return self.pair()
        start = rng.uniform(top.start - 9.0, top.end - 1.0)
        until = top.end + rng.choice(
            (-2.0, 1.0, 10.0, 400.0 * world.boxes[below[0][7:]].settle / 180)
        )
        return [top, Fault("device", rng.choice(below), start, max(until, start + 3.0))]

    def double(self) -> list[Fault]:
        """Both ways to somewhere are cut, one after the other."""
        rng, world = self.rng, self.world
        whole = world.reached(frozenset())
        for _ in range(60):
            pair = rng.sample(sorted(world.wires), 2) if len(world.wires) > 1 else []
            a, b = (frozenset((f"circuit:{one}",)) for one in pair) if pair else ((), ())
            if not pair:
                break
            lone = (whole - world.reached(frozenset(a))) | (whole - world.reached(frozenset(b)))
            if whole - world.reached(frozenset(a) | frozenset(b)) - lone:
                first = Fault("circuit", f"circuit:{pair[0]}", 10.0, 10.0 + self.lasting())
                start = rng.choice((10.0, 11.0, rng.uniform(10.0, 60.0)))
                second = Fault("circuit", f"circuit:{pair[1]}", start, start + self.lasting())
                return [first, second]
        return self.pair()

    def ill(self) -> list[Fault]:
        """An agent stops answering while its device does not, or a service breaks by itself."""
        rng, world = self.rng, self.world
        polled = sorted(n for n, one in world.boxes.items() if one.polled and one.ping)
        works = sorted(world.works)
        last = 200.0 * max(max(one.interval for one in world.boxes.values()) / 60, 0.3)
        if works and rng.random() < 0.5:
            return [Fault("service", f"service:{rng.choice(works)}", 10.0, 10.0 + last)]
        if polled:
            return [Fault("agent", f"device:{rng.choice(polled)}", 10.0, 10.0 + last)]
        return self.single()

    def draw(self) -> list[Fault]:
        """One of these stories."""
        kinds = (self.single, self.pair, self.nested, self.double, self.blip, self.uplink, self.ill)
        return self.rng.choices(kinds, (30, 22, 20, 10, 6, 7, 5))[0]()
