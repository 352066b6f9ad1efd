"""The map's answers: what hangs on what, the way to the collector, what goes dark."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from collector.api.atlas.called import called
from collector.api.atlas.ways import Ways
from collector.vocabulary import vocabulary
from inventory.graph import connect, darkened
from inventory.load import load
from inventory.model import Inventory, Thing
from tests.collector.running import LINE, NOW, Face, faced

ROUTER, SWITCH = "device:hbh-xa-05212-rt01", "device:hbh-dc-sw01"
EXAMPLE = Path(__file__).parents[2] / "inventory.yaml"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def example() -> Inventory:
    return load(EXAMPLE, vocabulary())


@pytest.fixture(scope="module")
def ways(example: Inventory) -> Ways:
    return Ways(example)


@pytest.mark.asyncio
async def test_map_tells_sites_and_circuits_as_the_wall_does(face: Face) -> None:
    told = await face.get("/api/v1/map?language=en")
    centre, ward = told["ground"]["sites"]
    assert (centre["name"], centre["above"]) == ("dc", None)
    assert centre["location"] == [20.81, 105.34]
    assert (ward["location"], ward["above"]) == (None, {"site": "dc", "circuits": ["tsl-a"]})
    lit, lost = told["sites"]
    assert (lit["state"], lit["cause"], lit["devices"]) == ("up", "", {"up": 1})
    assert (lost["state"], lost["since"]) == ("unreachable", NOW)
    assert (lost["cause"], told["causes"]) == (LINE, {LINE: "Kênh xã Pà Cò"})
    assert lost["devices"] == {"unreachable": 1}
    assert told["ground"]["words"]["site"]["unreachable"] == "Unreachable"
    (line,) = told["ground"]["circuits"]
    assert (line["a"], line["z"], line["backup"], line["capacity"]) == ("dc", "pa-co", False, 2e8)
    (now,) = told["circuits"]
    assert (now["state"], now["cause"]) == ("down", "")
    wall = await face.get("/api/v1/wall?language=en")
    assert [one["state"] for one in wall["sites"]] == [one["state"] for one in told["sites"]]
    assert told["province"] == wall["province"]


@pytest.mark.asyncio
async def test_ground_is_sent_once_and_states_each_time(face: Face) -> None:
    first = await face.get("/api/v1/map?language=en")
    again = f"/api/v1/map?language=en&ground={first['ground']['id']}"
    told = await face.get(again)
    assert told["ground"] is None
    assert {**told, "at": 0, "ground": 0} == {**first, "at": 0, "ground": 0}
    assert (await face.get(again.replace("=en", "=vi")))["ground"] is not None
    inventory = face.running.plan.inventory
    face.running.plan = replace(face.running.plan, inventory=replace(inventory))
    assert (await face.get(again))["ground"] is None
    sites = {name: one for name, one in inventory.sites.items() if name == "dc"}
    other = replace(inventory, sites=sites, devices={}, circuits={}, services={})
    face.running.plan = replace(face.running.plan, inventory=other)
    assert len((await face.get(again))["ground"]["sites"]) == 1


@pytest.mark.asyncio
async def test_impact_of_a_circuit_is_what_hangs_on_it_and_its_way(face: Face) -> None:
    told = await face.get("/api/v1/circuits/tsl-a/impact")
    assert told["title"] == "Kênh xã Pà Cò"
    assert told["counts"] == {"service": 1, "site": 1, "circuit": 0, "device": 1}
    assert [one["thing"] for one in told["dark"]] == ["service:mot-cua", "site:pa-co", ROUTER]
    assert told["drawn"] == ["site:pa-co"]
    assert [one["thing"] for one in told["path"]] == [SWITCH, "collector:noc-1"]
    assert [one["hops"] for one in told["path"]] == [1, 0]
    assert told["path"][0]["site"] == "site:dc"


@pytest.mark.asyncio
async def test_impact_is_told_of_whatever_is_pointed_at(face: Face) -> None:
    device = await face.get("/api/v1/devices/hbh-xa-05212-rt01/impact")
    assert device["site"] == "site:pa-co"
    line = [SWITCH, "collector:noc-1"]
    assert [one["thing"] for one in device["path"]] == ["circuit:tsl-a", *line]
    site = await face.get("/api/v1/sites/pa-co/impact")
    assert [one["thing"] for one in site["path"]] == [ROUTER, "circuit:tsl-a", *line]
    assert [one["thing"] for one in site["dark"]] == ["service:mot-cua", ROUTER]
    service = await face.get("/api/v1/services/mot-cua/impact")
    assert [one["thing"] for one in service["path"]] == [ROUTER, "circuit:tsl-a", *line]
    assert service["dark"] == []


@pytest.mark.asyncio
async def test_impact_of_what_is_not_there_is_refused(face: Face) -> None:
    refused = await face.get("/api/v1/sites/nowhere/impact", 404)
    assert "nowhere" in refused["error"]
    await face.get("/api/v1/devices/dc/impact", 404)
    assert "unknown parameter" in (await face.get("/api/v1/sites/dc/impact?x=1", 400))["error"]
    assert "language" in (await face.get("/api/v1/map?language=fr", 400))["error"]


@pytest.mark.asyncio
async def test_another_inventory_makes_other_ways(face: Face) -> None:
    before = await face.get("/api/v1/map")
    inventory = face.running.plan.inventory
    site = replace(inventory.sites["pa-co"], title="UBND xã Pà Cò mới", location=(20.7, 104.9))
    sites = {**inventory.sites, "pa-co": site}
    face.running.plan = replace(face.running.plan, inventory=replace(inventory, sites=sites))
    many = await asyncio.gather(*(face.get("/api/v1/map") for _ in range(5)))
    assert before["ground"]["sites"][1]["title"] == "UBND xã Pà Cò"
    assert {told["ground"]["sites"][1]["title"] for told in many} == {"UBND xã Pà Cò mới"}
    assert many[0]["ground"]["sites"][1]["location"] == [20.7, 104.9]


def test_every_site_of_the_example_hangs_on_the_centre(example: Inventory, ways: Ways) -> None:
    standing = {one.site for one in example.devices.values()}
    assert ways.above.keys() == standing - {"dc"}
    assert {one.site for one in ways.above.values()} == {"dc"}
    assert ways.above["pa-co"].circuits == ("tsl-ii-05212-a",)
    assert ways.distance("dc") == 1
    assert ways.distance("tinh") is None


def test_ways_that_are_equally_long_are_all_told(ways: Ways) -> None:
    path = ways.path(Thing("device", "hbh-xa-05212-rt01"))
    assert [str(one) for one in path] == [
        "circuit:tsl-ii-05212-a",
        "device:hbh-dc-pe01",
        "device:hbh-dc-core01",
        "device:hbh-dc-core02",
        "collector:noc-1",
    ]


def test_impact_of_everything_is_that_of_the_command(example: Inventory) -> None:
    first = example.devices["hbh-xa-05212-rt01"]
    mate = replace(example.devices["hbh-xa-05212-sw01"], collector="noc-2")
    gone = replace(example.devices["hbh-xa-05212-ap01"], lifecycle="retired")
    devices = {**example.devices, mate.name: mate, gone.name: gone}
    noc = replace(example.collectors["noc-1"], name="noc-2", attached_to=(first.name,))
    two = replace(example, devices=devices, collectors={**example.collectors, "noc-2": noc})
    for inventory in (example, two):
        ways = Ways(inventory)
        graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
        things = [Thing("site", one) for one in inventory.sites]
        things += [Thing("circuit", one) for one in list(inventory.circuits)[::9]]
        things += [Thing("service", one) for one in list(inventory.services)[::7]]
        things += [Thing("device", one) for one in (*list(inventory.devices)[:12], *devices)[-40:]]
        for thing in things:
            assert ways.impact(thing) == darkened(inventory, graph, thing) == ways.impact(thing)


def test_circuits_between_two_sites_stand_first_way_first(example: Inventory) -> None:
    first = example.circuits["tsl-ii-05212-a"]
    second = replace(first, name="a-second", title="a-second", tags=("backup",))
    wide = replace(first, name="b-wide", title="b-wide", capacity=1e9)
    circuits = {**example.circuits, "a-second": second, "b-wide": wide}
    more = replace(example, circuits=circuits)
    assert Ways(more).above["pa-co"].circuits == ("b-wide", "tsl-ii-05212-a", "a-second")
    gone = replace(first, lifecycle="retired")
    less = replace(example, circuits={**circuits, first.name: gone})
    assert Ways(less).above["pa-co"].circuits == ("b-wide", "a-second")


def test_names_of_circuits_are_those_of_messages(example: Inventory) -> None:
    names = called(example, "vi").circuits
    assert names["tsl-ii-05212-a"] == "TSLCD xã Pà Cò"
    assert names["tsl-i-dc-b"].endswith("hướng B")
    assert "(net-dc-1)" in names["net-dc-1"]
    assert called(example, "en").circuits.keys() == names.keys()
