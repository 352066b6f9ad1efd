"""Real routing, real link down: what is concluded of both ends of a circuit, of a site with two,
of power, and of the collector's own uplink. Each story says all that is told, and how it ends.
"""

import time

import pytest

from tests.lab.conftest import Story, codes, serve_ssh
from tests.lab.net import answer_snmp

pytestmark = pytest.mark.timeout(120)
BEHIND_DISTRICT = {"device:dist1", "device:w1", "device:w2", "circuit:c-w1", "circuit:c-w2"}
LATER = 4.0
"""Seconds that a story goes on after its message: longer than a poll and the next suspicion."""


def test_line_cut_inside_the_carrier(story: Story) -> None:
    story.cut("vnpt:br13")
    incident = story.opens("CircuitDown", "circuit:c-w1", "a_end_up")
    assert set(incident["hides"]) == {"device:w1", "site:xa-1"}
    time.sleep(LATER)
    after = story.over()["CircuitDown", "circuit:c-w1"]
    assert "w1 kept running" in after["ending"]
    assert after["side"] == "carrier"


def test_two_cuts_at_once_are_two_causes(story: Story) -> None:
    story.cut("vnpt:a13", "viettel:br16")
    seen = story.opens("CircuitDown", "circuit:c-w1", "a_end_down")
    unseen = story.opens("CircuitDown", "circuit:c-w4", "a_end_up")
    assert (seen["side"], unseen["side"]) == ("carrier", "not-known")
    time.sleep(LATER)
    story.over()


def test_interface_that_we_switched_off_is_ours(story: Story) -> None:
    story.cut("dist1:c-w1")
    incident = story.opens("CircuitDown", "circuit:c-w1", "a_end_admin_down")
    assert incident["side"] == "ours"
    time.sleep(LATER)
    assert story.over()["CircuitDown", "circuit:c-w1"]["side"] == "ours"


def test_district_hides_its_wards(story: Story) -> None:
    story.cut("vnpt:br11")
    incident = story.opens("CircuitDown", "circuit:c-d1")
    assert set(incident["hides"]) >= BEHIND_DISTRICT
    time.sleep(LATER)
    story.over()


def test_fault_below_a_cut_is_told_when_the_cut_is_mended(story: Story) -> None:
    story.cut("vnpt:br11")
    story.opens("CircuitDown", "circuit:c-d1")
    story.cut("vnpt:br13")
    time.sleep(LATER)
    story.mend("vnpt:br11")
    story.ends("CircuitDown", "circuit:c-d1")
    assert "settled" in codes(story.opens("CircuitDown", "circuit:c-w1"))
    story.over()


def test_one_line_of_two_and_then_the_other(story: Story) -> None:
    story.cut("vnpt:a17")
    story.opens("CircuitRedundancyLost", "circuit:c-rs-a", "a_end_down")
    assert story.watched.states()["rs"] == "up"
    assert story.watched.api("/api/v1/sites/so")["state"] == "degraded"
    story.cut("viettel:a18")
    incident = story.opens("CircuitDown", "circuit:c-rs-b", "a_end_down")
    assert "device:rs" in incident["hides"]
    time.sleep(LATER)
    story.may_open("CircuitRedundancyLost", "circuit:c-rs-b")
    story.mend("vnpt:a17")
    story.ends("CircuitRedundancyLost", "circuit:c-rs-a")
    time.sleep(LATER)
    assert story.open() == ["circuit:c-rs-b"]
    assert story.watched.states()["rs"] == "up"
    assert story.watched.api("/api/v1/sites/so")["state"] == "degraded"
    story.over()


def test_far_end_tells_of_its_interface_by_the_other_line(story: Story) -> None:
    story.cut("vnpt:z17")
    incident = story.opens("CircuitRedundancyLost", "circuit:c-rs-a", "z_end_down")
    assert "a_end_up" in codes(incident)
    time.sleep(LATER)
    story.over()


def test_line_whose_ends_see_nothing_is_known_by_its_probe(story: Story) -> None:
    story.cut("viettel:br18")
    incident = story.opens("CircuitRedundancyLost", "circuit:c-rs-b", "probe_silent")
    assert {"a_end_up", "z_end_up"} <= codes(incident)
    time.sleep(LATER)
    story.over()


def test_ward_without_power_is_told_by_its_uptime(story: Story) -> None:
    story.unplug("w3")
    incident = story.opens("CircuitDown", "circuit:c-w3", "a_end_up")
    assert "device:w3" in incident["hides"]
    time.sleep(LATER)
    after = story.over()["CircuitDown", "circuit:c-w3"]
    assert "w3 rebooted" in after["ending"]
    assert after["side"] == "site-power"


def test_site_of_two_lines_without_power_is_one_cause(story: Story) -> None:
    story.unplug("rs")
    incident = story.opens("SiteDown", "site:so")
    assert incident["side"] == "site-power"
    time.sleep(LATER)
    story.over()


def test_dead_core_is_named_and_what_has_another_way_stays_up(story: Story) -> None:
    story.unplug("core2")
    incident = story.opens("DeviceDown", "device:core2")
    assert incident["severity"] == "critical"
    assert {"device:dist2", "device:w3", "device:w4"} <= set(incident["hides"])
    time.sleep(LATER)
    assert story.watched.states()["rs"] == "up"
    story.over()


@pytest.mark.parametrize(
    ("ends", "sign"), [(("gw:c1", "gw:c2"), "gateway_answers"), (("gw:noc",), "gateway_silent")]
)
def test_own_uplink_cut_says_only_that(story: Story, ends: tuple[str, ...], sign: str) -> None:
    story.cut(*ends)
    incident = story.opens("CollectorIsolated", "collector:noc")
    assert sign in codes(incident)
    time.sleep(LATER)
    assert set(story.watched.states().values()) == {"unknown"}
    after = story.over()["CollectorIsolated", "collector:noc"]
    assert "answers" in after["ending"]


def test_what_answers_echoes_and_no_questions_is_degraded(story: Story) -> None:
    story.lab.stop("srv", "sshd")
    story.lab.stop("w2", "snmpd")
    ssh = story.opens("DeviceDegraded", "device:srv")
    snmp = story.opens("DeviceDegraded", "device:w2")
    assert [one["args"] for one in ssh["signs"] if one["code"] == "check_failed"] == [
        {"check": "ssh", "reason": "refused"}
    ]
    assert "poll_failed" in codes(snmp)
    assert story.watched.states()["w2"] == "degraded"
    serve_ssh(story.lab)
    answer_snmp(story.lab, "w2")
    story.over()
