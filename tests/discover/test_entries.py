"""Devices from answers: names, and the addresses of one device together."""

import pytest

from collector.discover.entries import entries, name_of
from inventory.value import NAME
from tests.discover.made import answer


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("CORE-SW01", "core-sw01"),
        ("core.dc.example.vn", "core.dc.example.vn"),
        ("Phòng Máy / Đống Đa", "phong-may-dong-da"),
        ("a: b #c\n- d", "a-b-c-d"),
        ("..", "device-10-0-0-1"),
        ("路由器", "device-10-0-0-1"),
        ("", "device-10-0-0-1"),
        ("x" * 500, "x" * 60),
    ],
)
def test_names_are_what_the_inventory_takes(told: str, name: str) -> None:
    found = name_of(answer("10.0.0.1", told))
    assert found == name
    assert NAME.fullmatch(found)


def test_a_device_without_a_name_on_ipv6_is_named_by_its_address() -> None:
    assert name_of(answer("fd00::1:a")) == "device-fd00-1-a"


def test_names_are_unique_among_each_other_and_beside_the_inventory() -> None:
    same = [answer(f"10.0.{n}.7", "Switch", engine=f"e{n}") for n in range(4)]
    names = [one.name for one in entries(same, {}, ["switch"])]
    assert names == ["switch-7", "switch-10-0-1-7", "switch-10-0-2-7", "switch-10-0-3-7"]


def test_addresses_of_one_device_are_one_entry() -> None:
    two = [
        answer("10.0.0.9", "rt", engine="e", identity={"serial": "S"}),
        answer("10.0.0.10", "rt", engine="e", identity={"serial": "S"}),
        answer("10.0.0.2", "rt", engine="other", identity={"serial": "S"}),
    ]
    first, second = entries(two, {}, ())
    assert (first.name, first.addresses) == ("rt", ["10.0.0.2"])
    assert (second.name, second.addresses) == ("rt-9", ["10.0.0.9", "10.0.0.10"])


def test_devices_that_tell_nothing_but_a_name_are_not_taken_for_one() -> None:
    two = [answer("10.0.0.1", "localhost", engine=""), answer("10.0.0.2", "localhost", engine="")]
    assert len(entries(two, {}, ())) == 2


def test_a_new_address_of_a_known_device_is_no_new_device() -> None:
    two = [answer("10.0.0.1", "rt", engine="e"), answer("10.0.0.2", "rt", engine="e")]
    (one,) = entries(two, {"10.0.0.2": "rt-hoa-binh"}, ["rt-hoa-binh"])
    assert (one.name, one.known) == ("rt-hoa-binh", True)


def test_devices_stand_in_the_order_of_their_addresses() -> None:
    many = [answer(f"10.0.0.{n}") for n in (100, 9, 20)] + [answer("9.0.0.1")]
    assert [one.addresses[0] for one in entries(many, {}, ())] == [
        "9.0.0.1",
        "10.0.0.9",
        "10.0.0.20",
        "10.0.0.100",
    ]


def test_who_answered_snmp_is_asked_first() -> None:
    two = [answer("10.0.0.1", access=""), answer("10.0.0.2", "rt")]
    (one,) = entries(two, {"10.0.0.1": "rt", "10.0.0.2": "rt"}, ["rt"])
    assert one.addresses == ["10.0.0.2", "10.0.0.1"]
