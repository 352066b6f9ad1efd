"""Edges from neighbours: matched with devices, drawn once, towards the collector."""

from pathlib import Path

from collector.discover.entries import Entry, entries
from collector.discover.found import Neighbour
from collector.discover.ground import Ground, ground
from collector.discover.uplinks import hang, links
from tests.discover.made import answer, inventory


def see(name: str, local: str = "a", port: str = "b", **more: str) -> Neighbour:
    addresses = (more.pop("address"),) if "address" in more else ()
    return Neighbour("LLDP", local, name, port, addresses=addresses, **more)


def hung(found: list[Entry], base: Ground, gateway: str = "") -> dict[str, dict[str, str]]:
    hang(found, links(found, base.inventory).edges, base, gateway)
    return {one.name: one.uplinks for one in found if one.uplinks}


def test_an_edge_told_by_both_ends_is_drawn_once_and_names_both_ports() -> None:
    found = entries(
        [
            answer("10.0.0.1", "gw", see("SW.dc.vn", "ge1", "Gi0/1")),
            answer("10.0.0.2", "sw.dc.vn", see("gw", "Gi0/1", "ge1")),
        ],
        {},
        (),
    )
    assert hung(found, Ground(), "10.0.0.1") == {"sw.dc.vn": {"gw": "Gi0/1 - ge1 (LLDP)"}}


def test_a_port_that_one_end_does_not_know_is_told_by_the_other() -> None:
    found = entries(
        [
            answer("10.0.0.1", "gw", see("sw", "ether1", "")),
            answer("10.0.0.2", "sw", see("gw", "Gi0/1", "bridge/ether1")),
        ],
        {},
        (),
    )
    assert hung(found, Ground(), "10.0.0.1") == {"sw": {"gw": "Gi0/1 - ether1 (LLDP)"}}


def test_uplinks_lead_to_the_gateway_along_a_chain() -> None:
    chain = ["access", "middle", "gw"]
    seen = {"access": ["middle"], "middle": ["access", "gw"], "gw": ["middle"]}
    found = entries(
        [answer(f"10.0.0.{n}", one, *map(see, seen[one])) for n, one in enumerate(chain, 1)],
        {},
        (),
    )
    assert {name: [*ups] for name, ups in hung(found, Ground(), "10.0.0.3").items()} == {
        "access": ["middle"],
        "middle": ["gw"],
    }


def test_without_a_gateway_the_device_with_most_neighbours_is_above() -> None:
    star = [answer("10.0.0.9", "hub", *(see(f"leaf{n}", f"p{n}") for n in range(3)))]
    star += [answer(f"10.0.0.{n + 1}", f"leaf{n}") for n in range(3)]
    found = entries(star, {}, ())
    assert hung(found, Ground()) == {f"leaf{n}": {"hub": f"b - p{n} (LLDP)"} for n in range(3)}


def test_a_ring_is_closed_and_has_a_root() -> None:
    ring = ["r1", "r2", "r3"]
    found = entries(
        [
            answer(f"10.0.0.{n + 1}", one, see(ring[n - 1]), see(ring[(n + 1) % 3]))
            for n, one in enumerate(ring)
        ],
        {},
        (),
    )
    drawn = hung(found, Ground())
    assert sorted((a, b) for a, ups in drawn.items() for b in ups) == [
        ("r2", "r1"),
        ("r3", "r1"),
        ("r3", "r2"),
    ]


def test_a_neighbour_is_known_by_address_then_chassis_then_name() -> None:
    found = entries(
        [
            answer("10.0.0.1", "one", chassis="02:00:00:00:00:01"),
            answer("10.0.0.2", "two", chassis="02:00:00:00:00:02"),
            answer("10.0.0.3", "three", see("two", address="10.0.0.1")),
            answer("10.0.0.4", "four", see("", chassis="02:00:00:00:00:02")),
            answer("10.0.0.5", "five", see("ONE.local")),
            answer("10.0.0.6", "six", see("seven")),
        ],
        {},
        (),
    )
    told = links(found, None)
    assert [(one.teller, one.other) for one in told.edges] == [
        ("three", "one"),
        ("four", "two"),
        ("five", "one"),
    ]
    assert [*told.strangers] == ["six"]


def test_a_name_that_two_devices_have_leads_nowhere() -> None:
    found = entries(
        [
            answer("10.0.0.1", "switch"),
            answer("10.0.0.2", "switch"),
            answer("10.0.0.3", "rt", see("switch")),
        ],
        {},
        (),
    )
    assert links(found, None).edges == []


def test_a_host_of_another_domain_is_somebody_else() -> None:
    found = entries(
        [answer("10.0.0.1", "sw.floor1"), answer("10.0.0.2", "rt", see("sw.floor2"), see("rt"))],
        {},
        (),
    )
    told = links(found, None)
    assert told.edges == []
    assert [one.name for one in told.strangers["rt"]] == ["sw.floor2", "rt"]


def test_new_devices_hang_on_the_known_ones(tmp_path: Path) -> None:
    base = ground(inventory(tmp_path, collector="attached_to: known-01"))
    known = {"127.61.0.1": "known-01"}
    found = entries(
        [
            answer("127.61.0.1", "k", see("new", "p1", "q1")),
            answer("127.61.0.2", "new", see("newer")),
            answer("127.61.0.3", "newer"),
        ],
        known,
        known.values(),
    )
    assert {name: [*ups] for name, ups in hung(found, base).items()} == {
        "new": ["known-01"],
        "newer": ["new"],
    }


def test_what_nobody_sees_is_hung_where_the_inventory_finds_it(tmp_path: Path) -> None:
    base = ground(inventory(tmp_path, collector="attached_to: known-01"))
    found = entries([answer("127.61.0.9", "lone")], {}, ["known-01"])
    assert [*hung(found, base)["lone"]] == ["known-01"]
    assert hung(entries([answer("127.61.0.9", "lone")], {}, ()), Ground()) == {}


def test_edges_that_the_inventory_has_are_not_told_again(tmp_path: Path) -> None:
    more = "  known-02: {address: 127.61.0.2, site: dc, uplinks: [known-01]}\n"
    more += "  known-03: {address: 127.61.0.3, site: dc, uplinks: [known-02]}\n"
    base = ground(inventory(tmp_path, more=more))
    known = {f"127.61.0.{n}": f"known-0{n}" for n in (1, 2, 3)}
    found = entries(
        [answer("127.61.0.1", "a", see("b"), see("c")), answer("127.61.0.2", "b"),
         answer("127.61.0.3", "c")],
        known,
        known.values(),
    )  # fmt: skip
    left = hang(found, links(found, base.inventory).edges, base, "")
    assert [one.ends for one in left] == [frozenset(("known-01", "known-03"))]
