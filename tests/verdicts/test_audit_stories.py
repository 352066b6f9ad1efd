"""Work that silences what it takes down, what our own machine cannot ask, outages that begin while
something flaps.
"""

import pytest

from collector.verdicts.events import Operator, State
from collector.verdicts.topology import Window
from tests.verdicts.story import BAO_LA, PA_CO, START, Story, begun, province


@pytest.mark.parametrize("what", ["site:pa-co", "device:pc-rt", "device:pe1", "site:tinh"])
def test_work_at_either_end_of_a_circuit_covers_it(what: str) -> None:
    window = Window((what,), "thay router", START, START + 3600)
    story = begun(province(maintenance=(window,))).kill(*PA_CO).run(20)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    assert story.engine.mask("circuit:pc") == ("maintenance", what)


@pytest.mark.parametrize("what", ["device:bl-rt", "site:bao-la", "device:pe1"])
def test_work_at_a_place_with_two_circuits_covers_either(what: str) -> None:
    story = begun()
    end = story.now + 3600
    story.tell(Operator("noc", what, "maintenance", "lan", "", story.now, end))
    story.down = {("pe1", "ge2"), ("bl-rt", "wan1")}
    story.run(70)
    assert story.told() == ["opened CircuitRedundancyLost/circuit:bl-a"]
    assert story.engine.mask("circuit:bl-a") == ("maintenance", what)


def test_work_on_one_circuit_does_not_cover_the_one_beside_it() -> None:
    window = Window(("circuit:bl-a",), "nối cáp", START, START + 3600)
    story = begun(province(maintenance=(window,)))
    assert story.engine.mask("circuit:bl-b") is None


def _refuse(story: Story, *names: str) -> Story:
    story.refused |= {one if ":" in one else f"device:{one}" for one in names}
    return story


def _everything(story: Story) -> tuple[str, ...]:
    return (*(one.name for one in story.topology.devices), "circuit:bl-b")


def test_a_lost_card_is_told_as_what_it_is() -> None:
    story = begun(province(gateway=True))
    _refuse(story, *_everything(story), "collector:noc").run(10)
    assert story.told() == ["opened CollectorIsolated/collector:noc"]
    signs = story.engine.causes["CollectorIsolated/collector:noc"].evidence
    # Of 13 devices sl-sw is only polled, and pc-ap not due.
    assert signs == (
        ("everything_silent", (("count", "11"),)),
        ("cannot_be_asked", (("why", "no route"),)),
    )
    story.refused.clear()
    story.run(70)
    assert story.told() == ["closed CollectorIsolated/collector:noc"]
    assert {held.state for held in story.engine.verdicts.values()} == {State.UP}


def test_a_gateway_that_can_be_asked_answers_although_nothing_else_can() -> None:
    story = begun(province(gateway=True))
    _refuse(story, *_everything(story)).run(10)
    codes = story.codes("CollectorIsolated/collector:noc")
    assert codes == ["everything_silent", "cannot_be_asked", "gateway_answers"]


def test_a_missing_route_makes_what_it_led_to_unknown_and_nothing_else() -> None:
    story = begun(province(gateway=True))
    _refuse(story, *PA_CO, *BAO_LA).run(70)
    assert story.told() == []
    assert story.states("pc-rt", "circuit:pc", "site:pa-co", "site:school") == "unknown " * 3 + (
        "unknown"
    )
    assert story.states("bl-sw", "circuit:bl-a", "circuit:bl-b") == "unknown unknown unknown"
    for thing in ("circuit:pc", "site:pa-co", "circuit:bl-b"):
        assert story.engine.verdicts[thing].evidence[0].code == "cannot_be_asked"
    assert story.states("core1", "pe1", "site:dc", "service:portal") == "up up up up"
    story.refused.clear()
    story.run(70)
    assert story.told() == []
    assert {held.state for held in story.engine.verdicts.values()} == {State.UP}


def test_half_unsent_and_half_silent_is_the_collector_cut_off_with_both_counted() -> None:
    story = begun(province(gateway=True))
    _refuse(story, *PA_CO, *BAO_LA).run(10)
    story.kill(*(set(_everything(story)) - {*PA_CO, *BAO_LA})).run(10)
    assert story.told() == ["opened CollectorIsolated/collector:noc"]
    sign = story.engine.causes["CollectorIsolated/collector:noc"].evidence[0]
    assert sign.args == (("count", "11"),)
    story.heal(*_everything(story)).run(70)
    assert story.told() == ["closed CollectorIsolated/collector:noc"]
    assert story.states("pc-rt", "circuit:pc", "core1") == "unknown unknown up"
    assert story.engine.verdicts["device:pc-rt"].evidence[0].code == "cannot_be_asked"


def test_echoes_that_our_machine_refuses_for_a_moment_are_nobodys_news() -> None:
    story = begun(province(gateway=True)).kill("pc-sw").run(20)
    story.told()
    story.changes.clear()
    for _ in range(5):
        _refuse(story, *_everything(story), "collector:noc").run(1.5)
        story.refused.clear()
        story.run(5)
    assert story.told() == []
    assert story.changes == []


def test_a_circuit_is_known_as_long_as_anything_at_its_far_side_is_heard() -> None:
    story = _refuse(begun(), "pc-rt").run(10)
    assert story.states("pc-rt", "circuit:pc", "pc-sw") == "unknown up up"
    _refuse(story, "pc-sw", "pc-ap").run(60)
    assert story.states("circuit:pc", "site:pa-co") == "up unknown"
    _refuse(story, "school").run(10)
    assert story.states("circuit:pc") == "unknown"
    assert story.told() == []


def test_a_circuit_is_known_as_long_as_its_probe_is_heard() -> None:
    story = _refuse(begun(), "bl-rt", "bl-sw").run(10)
    assert story.states("bl-rt", "circuit:bl-b", "circuit:bl-a") == "unknown up unknown"


def _bounce(story: Story, times: int, *names: str) -> list[str]:
    for _ in range(times):
        story.kill(*names).run(30)
        story.heal(*names).run(90)
    return story.told()


def test_a_long_outage_that_begins_while_a_circuit_flaps_is_told_after_its_settle() -> None:
    story = begun()
    assert _bounce(story, 6, *PA_CO)[-1] == "opened CircuitFlapping/circuit:pc"
    story.kill(*PA_CO).run(170)
    assert story.told() == []
    story.run(20)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    assert story.engine.causes["CircuitDown/circuit:pc"].severity == "critical"
    story.run(1500)
    assert story.told() == []
    story.heal(*PA_CO).run(70)
    assert sorted(story.told()) == [
        "closed CircuitDown/circuit:pc",
        "closed CircuitFlapping/circuit:pc",
    ]


def test_what_flaps_on_after_a_long_outage_is_not_told_of_each_cut() -> None:
    story = begun()
    _bounce(story, 6, "pc-sw")
    story.kill("pc-sw").run(300)
    assert story.told() == ["opened DeviceDown/device:pc-sw"]
    story.heal("pc-sw").run(60)
    assert story.told() == ["closed DeviceDown/device:pc-sw"]
    assert _bounce(story, 3, "pc-sw") == []
    story.run(1300)
    assert story.told() == ["closed DeviceFlapping/device:pc-sw"]


def test_flapping_does_not_end_while_the_thing_is_out_of_sight() -> None:
    story = begun()
    _bounce(story, 6, "pc-sw")
    story.kill(*PA_CO).run(1500)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    story.heal(*PA_CO).run(70)
    assert sorted(story.told()) == [
        "closed CircuitDown/circuit:pc",
        "closed DeviceFlapping/device:pc-sw",
    ]
