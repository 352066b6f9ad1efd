"""Tells a state engine a story by hand: who is dead, what interfaces show, how long it lasts.

Everything that is not said to be dead answers at once, in a world without delay.
"""

from collections.abc import Iterable

from collector.verdicts.engine import Engine
from collector.verdicts.events import (
    EchoHeard,
    EchoLost,
    EchoUnsent,
    Event,
    InventoryChanged,
    Polled,
    State,
    Tick,
)
from collector.verdicts.topology import Line, Node, Place, Topology, Use
from collector.verdicts.verdict import Change, News, Outcome

START = 1_795_312_800.0
"""Sunday, 2026-11-22, 09:00 in Vietnam."""

STEP = 0.1


EDGES = {
    "collector:noc": ("device:core1",),
    "device:core1": ("device:core2", "device:pe1", "device:pe2", "device:app"),
    "device:core2": ("device:pe1", "device:pe2"),
    "device:pe1": ("circuit:pc", "circuit:bl-a", "circuit:net"),
    "device:pe2": ("circuit:bl-b", "device:sl-rt"),
    "device:pc-rt": ("circuit:pc", "device:pc-sw", "device:school"),
    "device:pc-sw": ("device:pc-ap",),
    "device:bl-rt": ("circuit:bl-a", "circuit:bl-b", "device:bl-sw"),
    "device:sl-rt": ("device:sl-sw",),
}


def province(**more: object) -> Topology:
    """A centre with a core pair and two edges; Pà Cò on one circuit, Bao La on two, an own fibre
    to Sơn La; behind Pà Cò a school.
    """
    fields = {
        "collector": "noc",
        "edges": tuple((a, b) for a, others in EDGES.items() for b in others),
        "devices": (
            *(Node(name, "dc", 1.0, ("snmp",)) for name in ("core1", "core2", "pe1", "pe2")),
            Node("app", "dc", 1.0, ("snmp",), ("disk",)),
            Node("pc-rt", "pa-co", 1.0, ("snmp",)),
            Node("pc-sw", "pa-co", 1.0),
            Node("pc-ap", "pa-co", 60.0),
            Node("school", "school", 1.0),
            Node("bl-rt", "bao-la", 1.0, ("snmp",)),
            Node("bl-sw", "bao-la", 1.0),
            Node("sl-rt", "son-la", 1.0),
            Node("sl-sw", "son-la", None, ("snmp",)),
        ),
        "circuits": (
            Line("pc", "vnpt", "pc-rt", "wan", "pa-co", "pe1", "ge1"),
            Line("bl-a", "vnpt", "bl-rt", "wan1", "bao-la", "pe1", "ge2"),
            Line("bl-b", "viettel", "bl-rt", "wan2", "bao-la", "pe2", "ge1", probed=True),
            Line("net", "vnpt", "pe1", "ge9", "dc"),
        ),
        "sites": (
            *(Place(name, "tinh") for name in ("dc", "pa-co", "school", "bao-la", "son-la")),
            Place("tinh"),
        ),
        "services": (
            Use("portal", ("device:app",), ("home",)),
            Use("learning", ("device:school", "service:portal"), ()),
        ),
    }
    return Topology(**{**fields, **more})  # type: ignore[arg-type]


class Story:
    """An engine with a clock, and all that it said. `down` interfaces are (device, interface);
    echoes to what is `refused` cannot be sent.
    """

    def __init__(self, topology: Topology, engine: Engine | None = None, now: float = START):
        self.engine = engine or Engine()
        self.topology, self.now, self.begun = topology, now, now
        self.dead: set[str] = set()
        self.deaf: set[str] = set()
        self.refused: set[str] = set()
        self.down: set[tuple[str, str]] = set()
        self.battery: set[str] = set()
        self.failing: dict[tuple[str, str], str] = {}
        self.changes: list[Change] = []
        self.news: list[News] = []
        self.asked: list[str] = []
        self.lines: list[tuple[Event, float]] = []
        self.booted: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        self._lost: set[str] = set()
        self._later: list[tuple[float, str, str]] = []
        self.load(topology)

    def load(self, topology: Topology) -> None:
        """The inventory as it is from now on."""
        self.topology = topology
        self._pings = {f"device:{one.name}": one.ping for one in topology.devices if one.ping}
        self._pings |= {f"circuit:{one.name}": 1.0 for one in topology.circuits if one.probed}
        if topology.gateway:
            self._pings[f"collector:{topology.collector}"] = 1.0
        self._polled = {
            f"device:{one.name}": (*one.probes, *one.checks) for one in topology.devices
        } | {f"service:{one.name}": one.checks for one in topology.services}
        self.tell(InventoryChanged(topology.collector, topology))

    def tell(self, event: Event) -> Outcome:
        """Something happens now."""
        self.lines.append((event, self.now))
        outcome = self.engine.step(event, self.now)
        self.changes += outcome.changes
        self.news += outcome.news
        for ask in outcome.asks:
            self.asked.append(f"{ask.kind} {ask.thing}")
            self._later.append((self.now + STEP, ask.kind, ask.thing))
        return outcome

    def run(self, seconds: float) -> "Story":
        """Let time go by."""
        for _ in range(round(seconds / STEP)):
            self.now = round(self.now + STEP, 3)
            whole = abs(self.now - round(self.now)) < STEP / 2
            if whole:
                self._second()
            due = [one for one in self._later if one[0] <= self.now]
            self._later = [one for one in self._later if one[0] > self.now]
            for _, kind, thing in due:
                self._do(kind, thing)
            self.tell(Tick(self.topology.collector))
        return self

    def _second(self) -> None:
        passed = round(self.now - self.begun)
        for thing, ping in self._pings.items():
            if passed % round(ping) == 0 or thing not in self._heard:
                self._echo(thing)
        for thing in self._polled if passed % 60 == 1 else ():
            self._poll(thing)

    def _do(self, kind: str, thing: str) -> None:
        if kind == "poll":
            self._poll(thing)
        elif kind == "lost":
            self._lost.add(thing)
            self.tell(EchoLost(self.topology.collector, thing, self._heard.get(thing, 0.0)))
        else:
            for number in range(6):
                self._later.append((self.now + 0.2 * number, "echo", thing))
            if kind == "echo":
                self._later = self._later[:-6]
                self._echo(thing)

    def _echo(self, thing: str) -> None:
        if thing in self.refused:
            self._lost.add(thing)
            self.tell(EchoUnsent("noc", thing, self._heard.get(thing, 0.0), "no route"))
            return
        if thing in self.dead or thing in self.deaf:
            self._later.append((self.now + 1.0, "lost", thing))
            return
        fresh = thing not in self._heard or thing in self._lost
        self._heard[thing] = self.now
        self._lost.discard(thing)
        if fresh:
            self.tell(EchoHeard(self.topology.collector, thing))

    def _poll(self, thing: str) -> None:
        for probe in self._polled.get(thing, ()):
            reason = self.failing.get((thing, probe), "timeout" if thing in self.dead else "")
            facts = () if reason else self._facts(thing.partition(":")[2])
            self.tell(Polled("noc", thing, probe, not reason, reason, facts))

    def _facts(self, name: str) -> tuple[tuple[str, str, float], ...]:
        found = [("system_uptime_seconds", "", self.now - self.booted.get(name, 0.0))]
        for line in self.topology.circuits:
            for device, port in ((line.a, line.a_interface), (line.z, line.z_interface)):
                if device == name:
                    found.append(("interface_up", port, float((name, port) not in self.down)))
        if name in self.battery:
            found.append(("ups_on_battery", "", 1.0))
        return tuple(found)

    def kill(self, *names: str) -> "Story":
        """Devices (or circuits' probes, with their kind) do not answer from now on."""
        self.dead |= {_thing(one) for one in names}
        return self

    def heal(self, *names: str) -> "Story":
        """They answer again."""
        self.dead -= {_thing(one) for one in names}
        return self

    def deafen(self, *names: str) -> "Story":
        """They answer polls, but no echo from now on."""
        self.deaf |= {_thing(one) for one in names}
        return self

    def hear(self, *names: str) -> "Story":
        """They answer echoes again."""
        self.deaf -= {_thing(one) for one in names}
        return self

    def told(self) -> list[str]:
        """The news so far, as `opened DeviceDown/device:x`; afterwards they are forgotten."""
        news, self.news = self.news, []
        return [f"{one.what} {one.cause.key}" for one in news]

    def states(self, *names: str) -> str:
        """How things are held, as words."""
        verdicts = self.engine.verdicts
        return " ".join(State(verdicts[_thing(one)].state).name.lower() for one in names)

    def codes(self, key: str) -> list[str]:
        """The evidence of an open incident, by code."""
        return [sign.code for sign in self.engine.causes[key].evidence]


def _thing(name: str) -> str:
    return name if ":" in name else f"device:{name}"


def begun(topology: Topology | None = None) -> Story:
    """A story in which everything is well and known to be."""
    story = Story(topology or province()).run(70)
    story.told()
    story.changes.clear()
    return story


PA_CO = ("pc-rt", "pc-sw", "pc-ap", "school")
BAO_LA = ("bl-rt", "bl-sw", "circuit:bl-b")


def all_devices(topology: Topology) -> Iterable[str]:
    """The names of all devices of a topology."""
    return (one.name for one in topology.devices)
