"""What a lab of real routers showed, told again by hand."""

from collector.verdicts.events import EchoHeard
from tests.verdicts.story import BAO_LA, PA_CO, Story, begun

BOTH = {("pe1", "ge2"), ("pe2", "ge1")}


def second_cut() -> Story:
    """The line that sorts first is lost, and seventy seconds later the other one."""
    story = begun()
    story.down = {("pe1", "ge2")}
    story.run(70)
    assert story.told() == ["opened CircuitRedundancyLost/circuit:bl-a"]
    story.down = set(BOTH)
    story.kill(*BAO_LA).run(10)
    assert story.told() == ["opened CircuitDown/circuit:bl-b"]
    return story


def test_a_site_is_hidden_behind_the_line_that_it_was_lost_with() -> None:
    story = second_cut()
    hides = story.engine.causes["CircuitDown/circuit:bl-b"].hides
    assert {"device:bl-rt", "device:bl-sw", "site:bao-la"} <= set(hides)
    assert story.engine.verdicts["device:bl-rt"].because == "circuit:bl-b"
    assert story.engine.causes["CircuitRedundancyLost/circuit:bl-a"].hides == ()


def test_a_site_that_is_back_by_one_line_is_degraded_while_the_other_is_cut() -> None:
    story = second_cut()
    story.down = {("pe2", "ge1")}
    story.heal("bl-rt", "bl-sw").run(70)
    assert story.told() == ["closed CircuitRedundancyLost/circuit:bl-a"]
    assert story.states("circuit:bl-a", "circuit:bl-b", "bl-rt") == "up down up"
    assert story.states("site:bao-la") == "degraded"
    site = story.engine.verdicts["site:bao-la"]
    assert [sign.code for sign in site.evidence] == ["one_path_left", "need_failed"]
    story.down.clear()
    story.heal("circuit:bl-b").run(70)
    assert story.told() == ["closed CircuitDown/circuit:bl-b"]
    assert story.states("circuit:bl-b", "site:bao-la") == "up up"


def test_a_probe_that_answers_by_the_other_line_lets_no_cut_one_go() -> None:
    story = second_cut()
    story.down = {("pe2", "ge1")}
    story.heal("bl-rt", "bl-sw").run(1.5)
    story.heal("circuit:bl-b").run(20)
    assert [cause.thing for cause in story.engine.causes.values()] == ["circuit:bl-b"]
    told = story.run(50).told()
    assert "closed CircuitRedundancyLost/circuit:bl-a" in told
    assert [cause.thing for cause in story.engine.causes.values()] == ["circuit:bl-b"]
    assert story.states("circuit:bl-a", "circuit:bl-b", "bl-rt") == "up down up"
    assert story.states("site:bao-la") == "degraded"
    story.down.clear()
    story.run(70)
    assert not story.engine.causes
    assert story.states("circuit:bl-b", "site:bao-la") == "up up"


def test_an_end_that_cannot_be_asked_does_not_hold_a_circuit_whose_probe_answers() -> None:
    story = begun()
    story.down = {("pe2", "ge1")}
    story.kill("circuit:bl-b").run(70)
    assert story.told()[0] == "opened CircuitRedundancyLost/circuit:bl-b"
    story.failing[("device:pe2", "snmp")] = "timeout"
    story.heal("circuit:bl-b").run(10)
    assert "closed CircuitRedundancyLost/circuit:bl-b" in story.told()


def test_an_uptime_told_between_the_first_answer_and_the_end_is_evidence() -> None:
    story = begun().kill(*PA_CO).run(20)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    story.heal(*PA_CO)
    story.tell(EchoHeard("noc", "device:pc-rt"))
    story._poll("device:pc-rt")
    story.failing[("device:pc-rt", "snmp")] = "timeout"
    story.run(5)
    end = next(one for one in story.news if one.what == "closed")
    assert "kept_running" in [sign.code for sign in end.evidence]
    assert end.cause.side == "carrier"
