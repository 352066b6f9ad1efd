"""Small worlds in which random ones once found a wrong message."""

from collector.verdicts.engine import Engine
from tests.verdicts.scenario import Scenario
from tests.verdicts.world import ROOT, Box, Fault, Wire, Work, World


def small(*wires: Wire, works: dict[str, Work] | None = None) -> World:
    """A core that is tied to the collector, a router for each circuit, and a PC behind each."""
    world = World(attached=["core"], sites={"dc": None})
    world.boxes["core"] = Box("core", "dc", polled=True, interval=18.0, settle=30.0)
    for wire in wires:
        for end in (wire.a, wire.z):
            if end not in world.boxes:
                site = f"at-{end}"
                world.sites[site] = None
                world.boxes[end] = Box(end, site, polled=True, interval=18.0, settle=30.0, boot=5.0)
                world.boxes[f"pc-{end}"] = Box(f"pc-{end}", site, settle=40.0, boot=5.0)
                world.links.append((f"pc-{end}", end))
        world.wires[wire.name] = wire
    world.works = works or {}
    return world


def test_service_is_silent_as_long_as_its_host_is_given_time() -> None:
    works = {"app": Work("app", "pc-a", 9.0)}
    world = small(Wire("one", "core", "a"), Wire("two", "core", "b"), works=works)
    faults = (Fault("isolation", ROOT, 10.0, 40.0), Fault("device", "device:pc-a", 20.0, 120.0))
    scenario = Scenario(1, world, faults)
    play, wrong = scenario.play(Engine)
    assert wrong == []
    assert [one.cause.alert for one in play.news if one.what == "opened"] == [
        "CollectorIsolated",
        "DeviceDown",
    ]


def test_circuit_that_carries_again_is_let_go_though_its_router_died_meanwhile() -> None:
    world = small(Wire("one", "core", "a", probed="ntu"), Wire("two", "core", "b"))
    faults = (Fault("circuit", "circuit:one", 10.0, 40.0), Fault("device", "device:a", 30.0, 150.0))
    play, wrong = Scenario(1, world, faults).play(Engine)
    assert wrong == []
    told = [(one.what, one.cause.key) for one in play.news if one.what != "changed"]
    assert told == [
        ("opened", "CircuitDown/circuit:one"),
        ("closed", "CircuitDown/circuit:one"),
        ("opened", "DeviceDown/device:a"),
        ("closed", "DeviceDown/device:a"),
    ]
