"""What the state engine survives: restarts, replays, clocks, inventories and peers gone wrong."""

import json
import random
from dataclasses import replace

import pytest

from collector.verdicts.engine import Engine
from collector.verdicts.events import (
    EchoHeard,
    EchoLost,
    EchoUnsent,
    Event,
    Hint,
    InventoryChanged,
    Operator,
    Polled,
    State,
    Tick,
    dump,
)
from collector.verdicts.replay import replay
from collector.verdicts.topology import Topology, Use
from collector.verdicts.verdict import Cause, Kept, Outcome
from tests.verdicts.story import BAO_LA, PA_CO, START, Story, begun, province


def _again(story: Story) -> Story:
    """The same story with an engine that has only what the first one kept."""
    kept = story.engine.keep([*story.engine.verdicts, "device:nobody"])
    engine = Engine()
    engine.step(InventoryChanged("noc", story.topology), story.now)
    engine.recall(kept, list(story.engine.causes.values()), story.now)
    story.engine = engine
    story._heard.clear()
    story._lost.clear()
    return story


@pytest.mark.parametrize(
    ("dead", "down", "key"),
    [
        (PA_CO, set(), "CircuitDown/circuit:pc"),
        (BAO_LA, set(), "SiteDown/site:bao-la"),
        (("pc-sw", "pc-ap"), set(), "DeviceDown/device:pc-sw"),
        ((), {("pe1", "ge2")}, "CircuitRedundancyLost/circuit:bl-a"),
    ],
)
def test_what_was_told_before_a_restart_is_not_told_again_and_ends_as_it_would(
    dead: tuple[str, ...], down: set[tuple[str, str]], key: str
) -> None:
    story = begun().kill(*dead)
    story.down = down
    story.run(75)
    assert story.told() == [f"opened {key}"]
    before = dict(story.engine.verdicts)
    _again(story)
    assert dict(story.engine.verdicts) == before
    story.changes.clear()
    story.run(70)
    assert story.told() == []
    assert story.changes == []
    story.heal(*dead).down = set()
    story.run(190)
    assert story.told() == [f"closed {key}"]
    assert {held.state for held in story.engine.verdicts.values()} == {State.UP}


def test_isolation_survives_a_restart() -> None:
    story = begun()
    everything = (*(one.name for one in story.topology.devices), "circuit:bl-b")
    story.kill(*everything).run(20)
    story.told()
    _again(story).run(20)
    assert story.told() == []
    story.heal(*everything).run(100)
    assert story.told() == ["closed CollectorIsolated/collector:noc"]


def test_what_broke_while_the_collector_was_away_is_told() -> None:
    story = _again(begun())
    assert story.kill(*PA_CO).run(10).told() == ["opened CircuitDown/circuit:pc"]


def test_what_came_back_while_the_collector_was_away_is_told() -> None:
    story = begun().kill(*PA_CO).run(20)
    story.told()
    assert _again(story.heal(*PA_CO)).run(30).told() == ["closed CircuitDown/circuit:pc"]


def test_grace_and_flapping_survive_a_restart() -> None:
    story = begun()
    for _ in range(4):
        story.kill("pc-sw").run(70)
        story.heal("pc-sw").run(70)
    story.kill(*PA_CO).run(20)
    story.heal("pc-rt", "pc-ap", "school").run(100)
    story.told()
    assert _again(story).run(70).told() == []
    assert story.engine.verdicts["device:pc-sw"].flapping
    story.run(20)
    assert story.states("pc-sw") == "down"


def test_work_announced_at_run_time_survives_a_restart() -> None:
    story = begun()
    end = story.now + 600
    story.tell(Operator("noc", "circuit:pc", "maintenance", "lan", "", story.now, end))
    story.run(1)
    assert _again(story).run(5).engine.mask("device:pc-rt") == ("maintenance", "circuit:pc")


def test_an_incident_whose_things_were_not_kept_is_as_it_says() -> None:
    story = begun().kill(*PA_CO).run(20)
    causes = list(story.engine.causes.values())
    story.told()
    story.engine = Engine()
    story.engine.step(InventoryChanged("noc", story.topology), story.now)
    story.engine.recall([], causes, story.now)
    story._heard.clear()
    story._lost.clear()
    story.run(20)
    assert story.told() == []
    story.heal(*PA_CO).run(100)
    assert story.told() == ["closed CircuitDown/circuit:pc"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"ear": 3}', '{"verdict": {"state": 77}}', "null"]
)
def test_what_was_kept_badly_is_left_out(text: str) -> None:
    engine = Engine()
    engine.step(InventoryChanged("noc", province()), START)
    engine.recall([Kept("device:pe1", text), Kept("device:gone", text)], [], START)
    engine.step(Tick("noc"), START + 1)
    assert engine.verdicts["device:pe1"].state is State.UNKNOWN


def test_what_is_kept_is_json_without_times_of_the_engines_own() -> None:
    story = begun().kill(*PA_CO).run(20)
    for one in story.engine.keep(story.engine.verdicts):
        assert json.loads(one.text)["verdict"]


def test_a_log_of_events_replays_to_the_same() -> None:
    story = Story(province())
    outcomes: list[Outcome] = []
    inner = story.engine.step
    story.engine.step = lambda event, now: outcomes.append(inner(event, now)) or outcomes[-1]  # type: ignore[method-assign, func-returns-value]
    story.run(70).kill(*PA_CO).run(30).heal("pc-rt").run(60)
    story.tell(Operator("noc", "site:dc", "maintenance", "lan", "x", story.now, story.now + 60))
    story.tell(Hint("noc", "device:pe1", "linkDown"))
    story.run(10)
    lines = [dump(event, now) for event, now in story.lines[1:]]
    engine, again = replay([dump(*story.lines[0]), *lines])
    assert dict(engine.verdicts) == dict(story.engine.verdicts)
    assert again[1:] == outcomes


def test_a_line_that_is_no_event_is_an_error() -> None:
    with pytest.raises(ValueError, match="no event"):
        replay(['{"event": "Rain", "at": 1}'])


NOBODY: list[Event] = [
    EchoLost("noc", "device:nobody", 0.0),
    EchoHeard("noc", "circuit:nobody"),
    EchoUnsent("noc", "", 0.0, "why"),
    Polled("noc", "service:nobody", "x", success=False, reason="timeout"),
    Polled("noc", "device:nobody", "x", success=True, facts=(("interface_up", "a", 0.0),)),
    Hint("noc", "rain", "trap"),
    Operator("noc", "device:nobody", "maintenance", "x", "", START, START + 9e9),
    Operator("noc", "device:nobody", "sing", "x"),
    EchoLost("other", "device:pe1", 0.0),
    Polled("other", "device:pe1", "snmp", success=False, reason="timeout"),
    InventoryChanged("other", Topology("other")),
    Tick("other"),
]


@pytest.mark.parametrize("event", NOBODY, ids=lambda one: f"{type(one).__name__}-{one.collector}")
def test_events_of_what_is_not_ours_change_nothing(event: Event) -> None:
    story = begun()
    before = dict(story.engine.verdicts)
    for _ in range(50):
        assert story.tell(event) == Outcome()
    story.run(20)
    assert story.told() == []
    assert dict(story.engine.verdicts) == before


@pytest.mark.parametrize("event", NOBODY[:8], ids=lambda one: type(one).__name__)
def test_events_before_any_inventory_are_nothing(event: Event) -> None:
    engine = Engine()
    assert engine.step(event, START) == Outcome()
    assert engine.step(Tick("noc"), START) == Outcome()


def test_echoes_that_are_heard_again_and_again_cost_nothing_and_change_nothing() -> None:
    story = begun()
    before = dict(story.engine.verdicts)
    for _ in range(5000):
        assert story.tell(EchoHeard("noc", "device:pc-rt")) == Outcome()
    assert story.engine.step(Tick("noc"), story.now + 0.1) == Outcome()
    assert dict(story.engine.verdicts) == before


def test_hints_in_a_storm_ask_once_in_a_while() -> None:
    story = begun()
    story.asked.clear()
    for _ in range(1000):
        story.tell(Hint("noc", "device:pe1", "linkDown"))
        story.tell(Hint("noc", "device:sl-sw", "linkDown"))
    assert story.asked == ["verify device:pe1", "poll device:pe1", "poll device:sl-sw"]


def test_hundreds_of_suspects_at_once_are_each_asked_once() -> None:
    story = begun()
    story.asked.clear()
    story.kill(*(one.name for one in story.topology.devices), "circuit:bl-b").run(10)
    verified = [one for one in story.asked if one.startswith("verify")]
    assert len(verified) <= 2 * len(set(verified))


@pytest.mark.parametrize("jump", [-3600.0, -30.0, -1.0, 30.0, 3600.0])
def test_a_clock_that_jumps_is_nobodys_outage(jump: float) -> None:
    story = begun()
    story.now += jump
    story.begun += jump
    story._heard = {thing: at + jump for thing, at in story._heard.items()}
    story.run(130)
    assert story.told() == []
    assert {held.state for held in story.engine.verdicts.values()} == {State.UP}
    story.kill(*PA_CO).run(10)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    cause = story.engine.causes["CircuitDown/circuit:pc"]
    assert cause.since == pytest.approx(story.now - 10, abs=1.1)
    story.heal(*PA_CO).run(70)
    assert story.told() == ["closed CircuitDown/circuit:pc"]


def test_a_heard_from_the_future_does_not_hold_off_the_truth() -> None:
    story = begun()
    story.kill("pc-sw")
    story.tell(EchoLost("noc", "device:pc-sw", story.now + 9e9))
    assert story.run(15).told() == ["opened DeviceDown/device:pc-sw"]


def test_a_cause_that_is_taken_out_of_the_inventory_ends_as_not_asked() -> None:
    story = begun().kill("pe2", "sl-rt", "sl-sw").run(20)
    story.told()
    left = province()
    devices = tuple(one for one in left.devices if one.name != "pe2")
    edges = tuple(one for one in left.edges if "device:pe2" not in one)
    circuits = tuple(one for one in left.circuits if one.name != "bl-b")
    story.load(replace(left, devices=devices, edges=edges, circuits=circuits))
    story.run(5)
    assert story.news[0].what == "closed"
    assert [sign.code for sign in story.news[0].evidence] == ["not_asked"]
    assert "device:pe2" not in story.engine.verdicts
    story.run(300)
    assert sorted(story.told()[1:]) == [
        f"opened DeviceDown/device:{one}" for one in ("sl-rt", "sl-sw")
    ]


def test_a_circuit_that_is_taken_out_while_it_is_a_cause() -> None:
    story = begun().kill(*PA_CO).run(20)
    story.told()
    left = province()
    edges = tuple(one for one in left.edges if "circuit:pc" not in one)
    story.load(
        replace(
            left,
            circuits=tuple(one for one in left.circuits if one.name != "pc"),
            edges=(*edges, ("device:pc-rt", "device:pe2")),
        )
    )
    story.run(300)
    assert story.told() == ["closed CircuitDown/circuit:pc", "opened DeviceDown/device:pc-rt"]
    story.heal(*PA_CO).run(100)
    assert story.told() == ["closed DeviceDown/device:pc-rt"]


def test_an_inventory_that_is_loaded_again_in_the_middle_of_an_outage_changes_nothing() -> None:
    story = begun().kill(*PA_CO).run(4.5)
    story.load(story.topology)
    story.run(3)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    story.load(story.topology)
    story.run(70)
    assert story.told() == []
    story.heal(*PA_CO).run(70)
    assert story.told() == ["closed CircuitDown/circuit:pc"]


def test_a_device_that_moves_to_another_site_while_it_is_down() -> None:
    story = begun().kill("pc-sw").run(20)
    story.told()
    story.tell(EchoHeard("noc", "device:pc-ap"))
    devices = tuple(
        replace(one, site="bao-la") if one.name == "pc-sw" else one for one in province().devices
    )
    story.load(replace(province(), devices=devices))
    story.run(20)
    assert story.told() == []
    assert story.states("site:pa-co", "site:bao-la") == "up degraded"


def test_services_that_need_each_other_and_things_that_hang_on_nothing_are_borne() -> None:
    uses = (Use("a", ("service:b",), ("x",)), Use("b", ("service:a", "device:ghost"), ("x",)))
    edges = tuple(one for one in province().edges if "device:sl-rt" not in one)
    story = begun(province(services=uses, edges=(*edges, ("device:pe1", "device:pe1"))))
    story.kill("sl-rt").run(10)
    assert story.told() == ["opened DeviceDown/device:sl-rt"]


def test_any_events_in_any_order_raise_nothing_and_leave_every_incident_explained() -> None:
    rng = random.Random(7)
    engine, now = Engine(), START
    things = [*(f"device:{one.name}" for one in province().devices), "circuit:bl-b", "circuit:pc"]
    engine.step(InventoryChanged("noc", province()), now)
    for _ in range(20_000):
        now += rng.choice((0.0, 0.05, 0.2, 1.0, -2.0, 20.0))
        thing = rng.choice(things)
        event: Event = rng.choice(
            (
                EchoLost("noc", thing, now - rng.uniform(0, 9)),
                EchoHeard("noc", thing),
                EchoUnsent("noc", thing, now - 5, "buffer"),
                Polled("noc", thing, "snmp", rng.random() < 0.5, "timeout", _fact(rng)),
                Polled("noc", "service:portal", "home", rng.random() < 0.5, "timeout"),
                Hint("noc", thing, "trap"),
                *([Tick("noc")] * 6),
            )
        )
        outcome = engine.step(event, now)
        for change in outcome.changes:
            assert change.now.evidence or change.now.state is State.UP
    known: list[Cause] = list(engine.causes.values())
    assert all(one.key == f"{one.alert}/{one.thing}" for one in known)
    assert len({one.key for one in known}) == len(known)


def _fact(rng: random.Random) -> tuple[tuple[str, str, float], ...]:
    port = rng.choice(("ge1", "ge2", "ge9", "wan", "wan1", "wan2"))
    return (("interface_up", port, float(rng.random() < 0.7)), ("rain", "", 1.0))
