"""Paths and losses: rings, two collectors, circuits, sites, services; told as small stories."""

from collections.abc import Callable
from pathlib import Path

import pytest

from inventory.graph import connect, impact, reachable
from inventory.load import load
from inventory.model import Inventory, Thing
from inventory.outline import Branch, outline
from inventory.vocabulary import Vocabulary

RING = """\
collectors: {noc-1: {attached_to: [core1, core2]}}
sites:
  dc: {name: TTDL}
  mai-chau: {name: Mai Châu}
  pa-co: {name: Pà Cò, parent: mai-chau}
  bao-la: {name: Bao La, parent: mai-chau}
devices:
  core1: {address: 10.0.0.1, site: dc, uplinks: [core2]}
  core2: {address: 10.0.0.2, site: dc}
  pe1: {address: 10.0.0.3, site: dc, uplinks: [core1, core2]}
  pe2: {address: 10.0.0.4, site: dc, uplinks: [core1, core2]}
  srv: {address: 10.0.0.5, site: dc, uplinks: [core1]}
  rt-pa-co: {address: 10.1.0.1, site: pa-co, uplinks: [circuit:tsl-a]}
  sw-pa-co: {address: 10.1.0.2, site: pa-co, uplinks: [rt-pa-co]}
  rt-bao-la: {address: 10.2.0.1, site: bao-la}
  sw-bao-la: {address: 10.2.0.2, site: bao-la, uplinks: [rt-bao-la]}
  old: {address: 10.2.0.3, site: bao-la, lifecycle: retired}
circuits:
  tsl-a: {a: pe1/ge-0/0/1, z: rt-pa-co/wan1}
  tsl-b: {a: pe1/ge-0/0/2, z: rt-bao-la/wan1}
  tsl-c: {a: pe2/ge-0/0/1, z: rt-bao-la/wan2}
  net: {z: srv/eth1}
services:
  directory: {name: AD, needs: [srv]}
  sso: {name: SSO, needs: [directory]}
  one-stop: {name: Một cửa, needs: ["service:sso", "circuit:tsl-b"]}
  local: {name: Tại chỗ, needs: ["site:pa-co"]}
"""

Read = Callable[[str], Inventory]


@pytest.fixture
def read(tmp_path: Path, vocabulary: Vocabulary) -> Read:
    def reading(text: str) -> Inventory:
        path = tmp_path / "inventory.yaml"
        path.write_text(text)
        return load(path, vocabulary)

    return reading


@pytest.mark.parametrize(
    ("thing", "devices", "circuits", "sites", "services"),
    [
        ("circuit:tsl-a", "rt-pa-co sw-pa-co", "tsl-a", "pa-co", "local"),
        ("circuit:tsl-b", "", "tsl-b", "", "one-stop"),
        ("device:pe1", "pe1 rt-pa-co sw-pa-co", "tsl-a", "pa-co", "local"),
        ("device:core1", "core1 srv", "net", "", "directory one-stop sso"),
        ("device:core2", "core2", "", "", ""),
        ("device:rt-bao-la", "rt-bao-la sw-bao-la", "", "bao-la", ""),
        ("device:sw-pa-co", "sw-pa-co", "", "", ""),
        ("site:bao-la", "rt-bao-la sw-bao-la", "", "bao-la", ""),
        (
            "site:mai-chau",
            "rt-bao-la rt-pa-co sw-bao-la sw-pa-co",
            "",
            "bao-la mai-chau pa-co",
            "local",
        ),
        ("service:directory", "", "", "", "directory one-stop sso"),
        ("circuit:net", "", "net", "", ""),
    ],
)
def test_what_a_loss_takes_with_it(
    read: Read, thing: str, devices: str, circuits: str, sites: str, services: str
) -> None:
    kind, _, name = thing.partition(":")
    found = impact(read(RING), Thing(kind, name))
    told = tuple(" ".join(names) for names in (found.devices, found.circuits, found.sites))
    assert told == (devices, circuits, sites)
    assert " ".join(found.services) == services


def test_a_thing_that_is_not_there_is_a_key_error(read: Read) -> None:
    with pytest.raises(KeyError):
        impact(read(RING), Thing("device", "nobody"))


def test_a_ring_survives_one_cut_and_not_two(read: Read) -> None:
    inventory = read(RING)
    graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
    router = Thing("device", "rt-bao-la")
    one, other = Thing("circuit", "tsl-b"), Thing("circuit", "tsl-c")
    assert router in reachable(graph, "noc-1", {one})
    assert router not in reachable(graph, "noc-1", {one, other})
    assert router not in reachable(graph, "noc-1", {router})


def test_no_path_leads_through_another_collector(read: Read) -> None:
    inventory = read(
        "collectors: {noc-1: {attached_to: [a]}, noc-2: {attached_to: [a, b]}}\n"
        "sites: {dc: {name: A}}\n"
        "devices:\n"
        "  a: {address: 10.0.0.1, site: dc, collector: noc-1}\n"
        "  b: {address: 10.0.0.2, site: dc, collector: noc-2}\n"
    )
    graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
    assert reachable(graph, "noc-1") == {Thing("device", "a")}
    assert impact(inventory, Thing("device", "a")).devices == ("a",)


def test_a_retired_device_carries_no_path(read: Read) -> None:
    inventory = read(RING)
    graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
    assert Thing("device", "old") not in graph


def _flat(branch: Branch, depth: int = 0) -> list[str]:
    also = f" also {branch.also[0].name}" if branch.also else ""
    mine = f"{'-' * depth}{branch.thing.name}{also}"
    return [mine, *(line for below in branch.below for line in _flat(below, depth + 1))]


def test_the_outline_hangs_everything_once_under_the_nearest(read: Read) -> None:
    (root,) = outline(read(RING))
    lines = _flat(root)
    assert lines[0] == "noc-1"
    assert "--pe1 also core2" in lines
    assert "---tsl-a" in lines
    assert "-----sw-pa-co" in lines
    assert len(lines) == 1 + 9 + 4


def test_the_outline_of_a_thing_is_its_part(read: Read) -> None:
    inventory = read(RING)
    (circuit,) = outline(inventory, Thing("circuit", "tsl-a"))
    assert _flat(circuit) == ["tsl-a", "-rt-pa-co", "--sw-pa-co"]
    (site,) = outline(inventory, Thing("site", "mai-chau"))
    assert _flat(site)[:2] == ["mai-chau", "-pa-co"]
    (service,) = outline(inventory, Thing("service", "one-stop"))
    assert _flat(service) == ["one-stop", "-sso", "--directory", "---srv", "-tsl-b"]
