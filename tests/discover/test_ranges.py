"""Ranges: who is asked, and what is refused."""

import pytest

from collector.discover.ranges import RangeRefused, addresses, network, size


def asked(*texts: str, exclude: tuple[str, ...] = (), most: int = 1024) -> list[str]:
    return addresses([network(t) for t in texts], [network(t) for t in exclude], most)


def test_network_and_broadcast_addresses_are_left_out() -> None:
    assert asked("10.0.0.0/30") == ["10.0.0.1", "10.0.0.2"]
    assert asked("10.0.0.0/31") == ["10.0.0.0", "10.0.0.1"]
    assert asked("10.0.0.7") == ["10.0.0.7"]
    assert asked("fd00::/126") == ["fd00::1", "fd00::2", "fd00::3"]


def test_an_address_of_two_ranges_is_asked_once_and_in_order() -> None:
    assert asked("10.0.0.8/30", "10.0.0.0/29", "10.0.0.9", "fd00::1")[-3:] == [
        "10.0.0.9",
        "10.0.0.10",
        "fd00::1",
    ]


def test_excluded_addresses_are_not_asked() -> None:
    found = asked("10.0.0.0/29", exclude=("10.0.0.2/31", "10.0.0.6"))
    assert found == ["10.0.0.1", "10.0.0.4", "10.0.0.5"]


def test_a_larger_range_is_refused_with_its_size_and_the_flag_that_allows_it() -> None:
    with pytest.raises(RangeRefused) as refused:
        asked("10.0.0.0/16")
    assert str(refused.value) == (
        "10.0.0.0/16: 65,534 addresses, more than 1024; --most 65534 allows it"
    )
    assert len(asked("10.0.0.0/16", most=65_534)) == 65_534


def test_what_is_excluded_does_not_count() -> None:
    assert len(asked("10.0.0.0/21", exclude=("10.0.4.0/22",), most=1023)) == 1023


@pytest.mark.parametrize("text", ["fd00::/64", "10.0.0.0/8", "::/0", "0.0.0.0/1"])
def test_enormous_ranges_are_refused_without_counting_them_one_by_one(text: str) -> None:
    with pytest.raises(RangeRefused):
        asked(text, most=1 << 20)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("10.0.0.5/24", "write 10.0.0.0/24"),
        ("core-switch", "no range and no address"),
        ("10.0.0.0/33", "no range and no address"),
        ("\x1b[31m10.0.0.1", "no range and no address"),
        ("224.0.0.0/24", "no addresses of single devices"),
        ("0.0.0.0", "no addresses of single devices"),
    ],
)
def test_what_is_no_range_is_said_so(text: str, told: str) -> None:
    with pytest.raises(RangeRefused) as refused:
        network(text)
    assert told in str(refused.value)
    assert str(refused.value).isprintable()


def test_sizes_are_those_of_the_lists() -> None:
    for text in ("10.0.0.0/29", "10.0.0.0/31", "10.0.0.1/32", "fd00::/125", "fd00::/127"):
        assert size(network(text)) == len(asked(text)), text
