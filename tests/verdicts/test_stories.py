"""Who falls when, what is told, how everything is held: the state engine in small stories."""

from dataclasses import replace

import pytest

from collector.verdicts.events import EchoUnsent, Polled, State
from collector.verdicts.topology import Node
from tests.verdicts.story import BAO_LA, PA_CO, begun, province

Case = tuple[str, tuple[str, ...], list[str], dict[str, str]]

FALLS: list[Case] = [
    ("a leaf", ("pc-sw",), ["opened DeviceDown/device:pc-sw"], {"site:pa-co": "degraded"}),
    (
        "all behind a circuit",
        PA_CO,
        ["opened CircuitDown/circuit:pc"],
        {
            "circuit:pc": "down",
            "device:pc-rt": "unreachable",
            "device:pc-ap": "unreachable",
            "site:pa-co": "unreachable",
            "site:school": "unreachable",
            "service:learning": "unreachable",
            "device:pe1": "up",
        },
    ),
    (
        "all of a site with two circuits",
        BAO_LA,
        ["opened SiteDown/site:bao-la"],
        {"site:bao-la": "down", "device:bl-rt": "unreachable", "circuit:bl-b": "unreachable"},
    ),
    (
        "a router on a fibre of our own",
        ("sl-rt", "sl-sw"),
        ["opened DeviceDown/device:sl-rt"],
        {"device:sl-rt": "down", "device:sl-sw": "unreachable", "site:son-la": "degraded"},
    ),
    ("one of a pair", ("core2",), ["opened DeviceDown/device:core2"], {"device:pe1": "up"}),
    (
        "an edge with all that hangs on it alone",
        ("pe1", *PA_CO),
        ["opened DeviceDown/device:pe1"],
        {"circuit:pc": "unreachable", "device:pc-rt": "unreachable", "device:bl-rt": "up"},
    ),
    (
        "two things that have nothing to do with each other",
        ("core2", *PA_CO),
        ["opened CircuitDown/circuit:pc", "opened DeviceDown/device:core2"],
        {"device:core2": "down", "circuit:pc": "down"},
    ),
    (
        "what a service needs",
        ("app", "service:portal"),
        ["opened DeviceDown/device:app"],
        {"device:app": "down", "service:portal": "unreachable", "service:learning": "unreachable"},
    ),
]


@pytest.mark.parametrize("case", FALLS, ids=[one[0] for one in FALLS])
def test_what_falls_is_told_once_and_what_it_hides_is_not(case: Case) -> None:
    _, dead, told, held = case
    story = begun().kill(*dead).run(20)
    assert sorted(story.told()) == told
    assert {thing: story.states(thing) for thing in held} == held
    story.run(300)
    assert story.told() == []


@pytest.mark.parametrize("case", FALLS, ids=[one[0] for one in FALLS])
def test_what_comes_back_ends_what_was_told_and_nothing_else(case: Case) -> None:
    _, dead, told, _ = case
    story = begun().kill(*dead).run(20)
    story.told()
    story.heal(*dead).run(100)
    assert sorted(story.told()) == [one.replace("opened", "closed") for one in told]
    assert {held.state for held in story.engine.verdicts.values()} == {State.UP}
    assert story.engine.causes == {}


def test_a_cut_is_told_within_six_seconds_and_not_before_it_is_verified() -> None:
    story = begun().kill(*PA_CO).run(4)
    assert story.told() == []
    story.run(1.9)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    cause = story.engine.causes["CircuitDown/circuit:pc"]
    assert cause.hides == (
        *(f"device:{name}" for name in ("pc-ap", "pc-rt", "pc-sw", "school")),
        "service:learning",
        "site:pa-co",
        "site:school",
    )
    assert cause.severity == "critical"
    assert cause.since == pytest.approx(story.begun + 70, abs=1)
    assert story.engine.hidden(cause.key) == cause.hides


def test_a_loss_of_two_seconds_is_nobodys_news() -> None:
    story = begun()
    for _ in range(20):
        story.kill(*PA_CO).run(2)
        story.heal(*PA_CO).run(3)
    assert story.told() == []


def test_the_province_down_is_the_collector_cut_off() -> None:
    story = begun()
    everything = (*(one.name for one in story.topology.devices), "circuit:bl-b")
    story.kill(*everything).run(30)
    assert story.told() == ["opened CollectorIsolated/collector:noc"]
    assert story.states("core1", "circuit:pc", "site:dc", "service:portal") == " ".join(
        ["unknown"] * 4
    )
    assert story.codes("CollectorIsolated/collector:noc") == ["everything_silent"]
    story.asked.clear()
    story.run(100)
    assert story.asked == []
    story.heal(*everything).run(100)
    assert story.told() == ["closed CollectorIsolated/collector:noc"]
    assert {held.state for held in story.engine.verdicts.values()} == {State.UP}


@pytest.mark.parametrize(("silent", "code"), [(True, "gateway_silent"), (False, "gateway_answers")])
def test_the_gateway_tells_where_the_collector_is_cut_off(silent: bool, code: str) -> None:
    story = begun(province(gateway=True))
    story.kill(*(one.name for one in story.topology.devices), "circuit:bl-b")
    story.kill(*(["collector:noc"] if silent else [])).run(30)
    assert code in story.codes("CollectorIsolated/collector:noc")


def test_what_broke_while_the_collector_was_cut_off_is_told_after_settle() -> None:
    story = begun()
    everything = (*(one.name for one in story.topology.devices), "circuit:bl-b")
    story.kill(*everything).run(30)
    story.heal(*(one for one in everything if one not in PA_CO)).run(10)
    assert story.told() == [
        "opened CollectorIsolated/collector:noc",
        "closed CollectorIsolated/collector:noc",
    ]
    story.run(165)
    assert story.told() == []
    assert story.states("pc-rt") == "unknown"
    story.run(10)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    assert "settled" in story.codes("CircuitDown/circuit:pc")


def test_a_fault_under_a_hidden_subtree_is_told_when_its_cause_is_gone_and_settle_has_passed() -> (
    None
):
    story = begun().kill(*PA_CO).run(20)
    story.told()
    story.heal("pc-rt", "pc-ap", "school").run(175)
    assert story.told() == ["closed CircuitDown/circuit:pc"]
    assert story.states("pc-sw", "pc-ap") == "unreachable up"
    story.run(15)
    assert story.told() == ["opened DeviceDown/device:pc-sw"]


def test_what_was_seen_in_between_needs_no_settle() -> None:
    story = begun().kill(*PA_CO).run(20)
    story.heal(*PA_CO).run(20)
    story.told()
    assert story.kill("pc-sw").run(8).told() == ["opened DeviceDown/device:pc-sw"]


def test_hundreds_that_boot_after_a_cut_make_no_storm() -> None:
    story = begun().kill(*PA_CO).run(20)
    for name in PA_CO:
        story.heal(name).run(40)
    assert story.told() == ["opened CircuitDown/circuit:pc", "closed CircuitDown/circuit:pc"]


def test_a_device_that_is_pinged_once_a_minute_falls_after_its_next_echo() -> None:
    story = begun().kill("pc-ap").run(66)
    assert story.told() == ["opened DeviceDown/device:pc-ap"]
    story.heal("pc-ap").run(61)
    assert story.told() == ["closed DeviceDown/device:pc-ap"]


def test_one_of_two_circuits_lost_is_redundancy_lost() -> None:
    story = begun()
    story.down = {("pe1", "ge2"), ("bl-rt", "wan1")}
    story.run(70)
    assert story.told() == ["opened CircuitRedundancyLost/circuit:bl-a"]
    assert story.states("circuit:bl-a", "bl-rt", "site:bao-la") == "down up degraded"
    cause = story.engine.causes["CircuitRedundancyLost/circuit:bl-a"]
    assert (cause.severity, cause.side, cause.hides) == ("major", "carrier", ())
    assert {"a_end_down", "z_end_down", "other_path"} <= set(story.codes(cause.key))
    site = story.engine.verdicts["site:bao-la"]
    assert [sign.code for sign in site.evidence] == ["one_path_left", "need_failed"]
    story.down.clear()
    story.run(70)
    assert story.told() == ["closed CircuitRedundancyLost/circuit:bl-a"]
    assert story.states("circuit:bl-a", "site:bao-la") == "up up"


def test_the_second_of_two_circuits_is_told_as_itself() -> None:
    story = begun()
    story.down = {("pe1", "ge2"), ("bl-rt", "wan1")}
    story.run(70)
    story.told()
    story.kill(*BAO_LA).run(10)
    assert story.told() == ["opened CircuitDown/circuit:bl-b"]
    assert story.states("bl-sw", "circuit:bl-a", "circuit:bl-b") == "unreachable down down"


def test_a_silent_probe_of_the_only_path_is_no_incident() -> None:
    lines = tuple(
        replace(one, probed=True) if one.name == "pc" else one for one in province().circuits
    )
    story = begun(province(circuits=lines)).kill("circuit:pc").run(20)
    assert story.told() == []
    assert story.states("circuit:pc", "pc-rt") == "degraded up"
    assert "probe_silent" in [s.code for s in story.engine.verdicts["circuit:pc"].evidence]
    story.heal("circuit:pc").run(10)
    assert story.states("circuit:pc") == "up"


def test_a_neighbour_by_another_path_makes_it_the_device() -> None:
    edges = (*province().edges, ("device:pc-sw", "device:pe2"))
    story = begun(province(edges=edges)).kill("pc-rt").run(10)
    assert story.told() == ["opened DeviceDown/device:pc-rt"]
    assert story.codes("DeviceDown/device:pc-rt")[0] == "other_path"


def test_a_probe_that_still_answers_clears_the_circuit() -> None:
    story = begun().kill("bl-rt", "bl-sw").run(10)
    assert story.told() == ["opened DeviceDown/device:bl-rt"]
    assert "probe_answers" in story.codes("DeviceDown/device:bl-rt")


def test_a_neighbour_that_answers_by_another_path_after_all_clears_the_circuit() -> None:
    nodes = tuple(
        Node("pc-ap", "pa-co", None, ("snmp",)) if one.name == "pc-ap" else one
        for one in province().devices
    )
    edges = tuple(one for one in province().edges if one != ("device:pc-sw", "device:pc-ap"))
    edges = (*edges, ("device:pc-ap", "device:pe2"))
    story = begun(province(edges=edges, devices=nodes))
    story._polled.pop("device:pc-ap")
    story.kill("pc-rt", "pc-sw", "school").run(10)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    story.tell(Polled("noc", "device:pc-ap", "snmp", success=True))
    story.run(10)
    assert story.told() == ["closed CircuitDown/circuit:pc", "opened DeviceDown/device:pc-rt"]
    assert story.states("circuit:pc", "pc-rt", "pc-sw") == "unreachable down unreachable"
    assert story.states("pc-ap") == "up"


def test_a_device_that_is_not_pinged_falls_with_its_second_failed_poll() -> None:
    story = begun().kill("sl-sw").run(70)
    assert story.told() == ["opened DeviceDown/device:sl-sw"]
    assert story.codes("DeviceDown/device:sl-sw") == ["silent_for", "poll_failed"]
    story.heal("sl-sw").run(70)
    assert story.told() == ["closed DeviceDown/device:sl-sw"]


def test_one_failed_poll_of_a_device_that_is_not_pinged_is_nothing() -> None:
    story = begun()
    story.failing[("device:sl-sw", "snmp")] = "timeout"
    while "poll device:sl-sw" not in story.asked:
        story.run(1)
    story.failing.clear()
    story.run(70)
    assert story.told() == []


def test_answering_ping_but_not_snmp_is_degraded_with_the_reason() -> None:
    story = begun()
    story.failing[("device:pe2", "snmp")] = "auth"
    story.run(70)
    assert story.told() == ["opened DeviceDegraded/device:pe2"]
    assert story.states("pe2", "site:dc", "site:son-la") == "degraded degraded up"
    sign = story.engine.causes["DeviceDegraded/device:pe2"].evidence[0]
    assert sign == ("poll_failed", (("probe", "snmp"), ("reason", "auth")))
    story.failing.clear()
    story.run(70)
    assert story.told() == ["closed DeviceDegraded/device:pe2"]


def test_a_failing_check_of_a_device_is_told_as_a_check() -> None:
    story = begun()
    story.failing[("device:app", "disk")] = "timeout"
    story.run(70)
    assert story.told() == ["opened DeviceDegraded/device:app"]
    assert story.codes("DeviceDegraded/device:app")[0] == "check_failed"
    assert story.states("service:portal") == "degraded"


def test_a_degraded_device_that_dies_is_not_said_to_be_well() -> None:
    story = begun()
    story.failing[("device:pe2", "snmp")] = "auth"
    story.run(70)
    story.kill("pe2", "sl-rt", "sl-sw").run(130)
    assert story.told() == ["opened DeviceDegraded/device:pe2", "opened DeviceDown/device:pe2"]
    story.heal("pe2", "sl-rt", "sl-sw").run(10)
    assert story.told() == ["closed DeviceDown/device:pe2"]


def test_answering_polls_but_no_echoes_is_degraded_and_not_down() -> None:
    story = begun().deafen("pe2").run(130)
    assert story.told()[-1] == "opened DeviceDegraded/device:pe2"
    assert story.states("pe2", "sl-rt") == "degraded up"
    assert story.codes("DeviceDegraded/device:pe2") == ["silent_for", "answers_poll"]
    story.failing[("device:pe2", "snmp")] = "timeout"
    story.run(70)
    assert story.told() == ["opened DeviceDown/device:pe2"]
    story.failing.clear()
    story.hear("pe2").run(70)
    assert story.states("pe2") == "up"
    assert story.engine.causes == {}


def test_polls_that_fail_while_a_device_boots_do_not_count() -> None:
    story = begun().kill("pe2", "sl-rt", "sl-sw").run(20)
    story.failing[("device:pe2", "snmp")] = "timeout"
    story.heal("pe2", "sl-rt", "sl-sw").run(100)
    assert [one for one in story.told() if "Degraded" in one] == []


def test_what_our_own_machine_cannot_ask_is_unknown() -> None:
    story = begun()
    story._pings.pop("device:pc-sw")
    story.run(5)
    story.tell(EchoUnsent("noc", "device:pc-sw", story.now - 5, "no route"))
    story.run(1)
    assert story.states("pc-sw") == "unknown"
    assert story.engine.verdicts["device:pc-sw"].evidence[0].code == "cannot_be_asked"
    assert story.told() == []
    story._pings["device:pc-sw"] = 1.0
    story._lost.add("device:pc-sw")
    story.run(3)
    assert story.states("pc-sw") == "up"


def test_a_circuit_to_the_outside_is_told_by_its_interface() -> None:
    story = begun()
    story.down = {("pe1", "ge9")}
    story.run(70)
    assert story.told() == ["opened CircuitDown/circuit:net"]
    story.down.clear()
    story.run(70)
    assert story.told() == ["closed CircuitDown/circuit:net"]
