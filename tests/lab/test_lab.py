"""Real routing, real link down: what is concluded of both ends of a circuit, of a site with two,
and of the collector's own uplink.
"""

import time
from typing import Any

import pytest

from tests.lab.conftest import Watched
from tests.running import until

pytestmark = pytest.mark.timeout(240)
BEHIND_DISTRICT = {"device:dist1", "device:w1", "device:w2", "circuit:c-w1", "circuit:c-w2"}


@pytest.fixture(autouse=True)
def mended(watched: Watched) -> Any:
    """Each story begins and ends with everything up."""
    until("all is up", watched.quiet, 60)
    yield
    for ends in ENDS.values():
        for end in ends:
            watched.lab.link(end, "up")
    until("all is up again", watched.quiet, 60)


ENDS = {
    "carrier's middle": ("vnpt:br13",),
    "A's line": ("vnpt:a13",),
    "district": ("vnpt:br11",),
    "one of two": ("vnpt:a17",),
    "ward's power": ("w3:c-w3",),
    "core": ("core2:gw", "core2:x", "core2:c-d2", "core2:c-rs-b"),
    "uplink": ("gw:c1", "gw:c2"),
}


def cut(watched: Watched, what: str) -> None:
    """Take the links of a place down."""
    for end in ENDS[what]:
        watched.lab.link(end, "down")


def only(watched: Watched, cause: str) -> dict[str, Any]:
    """The one open incident, which stays the only one."""
    until(f"{cause} is the cause", lambda: cause in watched.open(), 20)
    time.sleep(4)
    found = watched.open()
    assert list(found) == [cause]
    return found[cause]


def codes(incident: dict[str, Any]) -> set[str]:
    """What the evidence says, in no language."""
    return {sign["code"] for sign in incident["signs"]}


def test_line_cut_inside_the_carrier(watched: Watched) -> None:
    cut(watched, "carrier's middle")
    incident = only(watched, "circuit:c-w1")
    assert incident["alert"] == "CircuitDown"
    assert "device:w1" in incident["hides"]
    assert "a_end_up" in codes(incident)


def test_line_down_at_our_end_is_the_carriers(watched: Watched) -> None:
    cut(watched, "A's line")
    incident = only(watched, "circuit:c-w1")
    until("the A end was asked", lambda: watched.open()["circuit:c-w1"]["side"] == "carrier", 15)
    assert incident["alert"] == "CircuitDown"
    assert "a_end_down" in codes(watched.open()["circuit:c-w1"])


def test_district_hides_its_wards(watched: Watched) -> None:
    cut(watched, "district")
    incident = only(watched, "circuit:c-d1")
    assert set(incident["hides"]) >= BEHIND_DISTRICT


def test_one_of_two_lines_is_redundancy_lost(watched: Watched) -> None:
    cut(watched, "one of two")
    incident = only(watched, "circuit:c-rs-a")
    assert incident["alert"] == "CircuitRedundancyLost"
    assert watched.api("/api/v1/devices/rs")["state"] == "up"
    assert watched.api("/api/v1/sites/so")["state"] == "degraded"


def test_ward_without_power(watched: Watched) -> None:
    cut(watched, "ward's power")
    incident = only(watched, "circuit:c-w3")
    assert "device:w3" in incident["hides"]


def test_dead_core_is_named_and_not_what_hangs_on_it_alone(watched: Watched) -> None:
    cut(watched, "core")
    until("core2 is a cause", lambda: "device:core2" in watched.open(), 20)
    time.sleep(4)
    found = watched.open()
    assert set(found) <= {"device:core2", "circuit:c-rs-b"}
    assert {"device:dist2", "device:w3", "device:w4"} <= set(found["device:core2"]["hides"])


def test_own_uplink_cut_says_only_that(watched: Watched) -> None:
    cut(watched, "uplink")
    incident = only(watched, "collector:noc")
    assert incident["alert"] == "CollectorIsolated"
    assert "gateway_answers" in codes(incident)
    states = {one["state"] for one in watched.api("/api/v1/devices?limit=100")["items"]}
    assert states == {"unknown"}
