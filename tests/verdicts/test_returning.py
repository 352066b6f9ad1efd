"""What is said of a place that comes back piece by piece: nothing is laid to what is well again."""

import pytest

from collector.verdicts.events import State, Tick
from collector.verdicts.verdict import Sign
from tests.verdicts.story import PA_CO, STEP, Story, all_devices, begun


def laid_to_the_well(story: Story) -> list[str]:
    """Evidence that names the state of something that does not have it."""
    held, found = story.engine.verdicts, []
    for thing, one in held.items():
        for args in (dict(sign.args) for sign in one.evidence if sign.code == "need_failed"):
            if args["state"] not in {held[args["thing"]].state.name.lower()} - {"up"}:
                found += [f"{thing} {State(one.state).name}: {args}"]
    return found


@pytest.mark.parametrize(
    ("lost", "cause"),
    [(PA_CO, "circuit:pc"), (("pc-sw", "pc-ap"), "device:pc-sw")],
)
def test_a_site_that_comes_back_is_not_laid_to_what_is_well_again(
    lost: tuple[str, ...], cause: str
) -> None:
    story = begun().kill(*lost).run(66)
    story.told()
    untrue: set[str] = set()
    for name in lost:
        story.heal(name)
        for _ in range(round(20 / STEP)):
            story.run(STEP)
            untrue.update(laid_to_the_well(story))
        if name == lost[0]:
            site = story.engine.verdicts["site:pa-co"]
            assert story.states(cause, "site:pa-co") == "up degraded"
            assert site.evidence == (Sign("returning", (("cause", cause),)),)
    story.run(70)
    assert story.states("site:pa-co", "service:learning") == "up up"
    assert untrue == set()
    assert [one for one in story.told() if "closed" not in one] == []


def test_a_service_whose_cause_is_over_says_so_until_it_is_well() -> None:
    story = begun()
    story.kill("app", "service:portal").run(20)
    assert story.states("app", "service:portal") == "down unreachable"
    story.heal("app", "service:portal").run(1)
    while story.states("service:portal") != "up":
        assert laid_to_the_well(story) == []
        story.run(STEP)


def test_a_restart_while_a_site_comes_back_tells_nothing_anew() -> None:
    story = begun().kill(*PA_CO).run(20)
    story.heal("pc-rt").run(10)
    before = story.engine.verdicts["site:pa-co"]
    assert [sign.code for sign in before.evidence] == ["returning"]
    kept, causes = story.engine.keep(story.engine.verdicts), list(story.engine.causes.values())
    again = Story(story.topology, now=story.now)
    again.engine.recall(kept, causes, again.now)
    outcome = again.tell(Tick("noc"))
    assert "site:pa-co" not in {change.thing for change in outcome.changes}
    assert again.engine.verdicts["site:pa-co"] == before


def test_a_place_that_lost_one_of_two_ways_is_laid_to_that_way() -> None:
    story = begun()
    story.down = {("pe1", "ge2"), ("bl-rt", "wan1")}
    story.run(70)
    assert laid_to_the_well(story) == []
    assert "returning" not in [s.code for s in story.engine.verdicts["site:bao-la"].evidence]


def test_a_circuit_is_well_as_soon_as_its_end_tells_so() -> None:
    story = begun()
    everybody = tuple(all_devices(story.topology))
    story.kill(*everybody).run(20)
    assert story.states("circuit:pc") == "unknown"
    story.failing = {("device:pe1", "snmp"): "timeout", ("device:pc-rt", "snmp"): "timeout"}
    story.heal(*everybody).run(30)
    assert story.states("pc-rt", "circuit:pc") == "up unknown"
    story.failing = {}
    story.run(70)
    assert story.states("circuit:pc") == "up"
