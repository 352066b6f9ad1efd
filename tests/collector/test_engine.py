"""The first state engine: events and a clock in, verdict changes and asks out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.engine import Ask, Change, Engine
from collector.events import (
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
    parse,
)

C = "noc-1"


def engine_with(*pinged: str, polled: tuple[str, ...] = ()) -> Engine:
    engine = Engine()
    engine.step(InventoryChanged(C, (*pinged, *polled), pinged), 100.0)
    return engine


def test_device_is_unknown_until_something_is_heard() -> None:
    engine = engine_with("sw1")
    assert engine.verdicts["sw1"].state is State.UNKNOWN
    assert engine.step(EchoHeard(C, "sw1"), 101.0).changes == (
        Change("sw1", State.UNKNOWN, State.UP, 101.0, "answers echoes"),
    )


def test_first_answer_is_told_once() -> None:
    engine = engine_with("sw1")
    engine.step(EchoHeard(C, "sw1"), 101.0)
    assert engine.step(EchoHeard(C, "sw1"), 102.0).changes == ()


def test_silence_under_three_seconds_is_no_suspicion() -> None:
    engine = engine_with("sw1")
    engine.step(EchoHeard(C, "sw1"), 101.0)
    assert engine.step(EchoLost(C, "sw1", 101.0), 103.9) == ((), ())


def test_three_seconds_of_silence_ask_for_verification_and_then_mean_down() -> None:
    engine = engine_with("sw1")
    engine.step(EchoHeard(C, "sw1"), 101.0)
    assert engine.step(EchoLost(C, "sw1", 101.0), 104.0).asks == (Ask("sw1", "verify"),)
    assert engine.step(EchoLost(C, "sw1", 101.0), 105.0).asks == ()
    assert engine.step(Tick(C), 105.0).changes == ()
    changes = engine.step(Tick(C), 106.3).changes
    assert [(c.device, c.state) for c in changes] == [("sw1", State.DOWN)]
    assert changes[0].evidence == "no echo answered for 5 s"


def test_answer_during_verification_keeps_the_device_up() -> None:
    engine = engine_with("sw1")
    engine.step(EchoHeard(C, "sw1"), 101.0)
    engine.step(EchoLost(C, "sw1", 101.0), 104.0)
    engine.step(EchoHeard(C, "sw1"), 105.0)
    assert engine.step(Tick(C), 110.0).changes == ()
    assert engine.verdicts["sw1"].state is State.UP


def test_device_that_never_answered_goes_down_with_that_evidence() -> None:
    engine = engine_with("sw1")
    engine.step(EchoLost(C, "sw1", 0.0), 104.0)
    (change,) = engine.step(Tick(C), 107.0).changes
    assert change.evidence == "never answered an echo"


def test_recovery_is_told_and_asked_about_at_once() -> None:
    engine = engine_with("sw1")
    engine.step(EchoLost(C, "sw1", 0.0), 104.0)
    engine.step(Tick(C), 107.0)
    outcome = engine.step(EchoHeard(C, "sw1"), 200.0)
    assert outcome.changes[0].state is State.UP
    assert outcome.asks == (Ask("sw1", "poll"),)


def test_device_that_cannot_be_asked_is_unknown_not_down_and_not_up() -> None:
    engine = engine_with("sw1")
    engine.step(EchoHeard(C, "sw1"), 101.0)
    gone = EchoUnsent(C, "sw1", 101.0, "Network is unreachable")
    assert engine.step(gone, 102.0).changes == ()
    (change,) = engine.step(gone, 104.0).changes
    assert change.state is State.UNKNOWN
    assert change.evidence == "cannot be asked: Network is unreachable"
    assert engine.step(gone, 105.0).changes == ()
    assert engine.step(EchoHeard(C, "sw1"), 106.0).changes[0].state is State.UP


def test_device_without_ping_needs_two_failed_polls() -> None:
    engine = engine_with(polled=("ups1",))
    engine.step(Polled(C, "ups1", "snmp", success=True), 101.0)
    assert engine.step(Polled(C, "ups1", "snmp", success=False, reason="timeout"), 160.0).asks == (
        Ask("ups1", "poll"),
    )
    (change,) = engine.step(
        Polled(C, "ups1", "snmp", success=False, reason="timeout"), 165.0
    ).changes
    assert change == Change("ups1", State.UP, State.DOWN, 165.0, "snmp: timeout")


def test_failed_poll_of_a_pinged_device_is_not_an_outage() -> None:
    engine = engine_with("sw1")
    engine.step(EchoHeard(C, "sw1"), 101.0)
    for at in (160.0, 165.0, 170.0):
        engine.step(Polled(C, "sw1", "snmp", success=False, reason="timeout"), at)
    assert engine.verdicts["sw1"].state is State.UP


def test_reload_keeps_verdicts_of_what_stays_and_forgets_the_rest() -> None:
    engine = engine_with("sw1", "sw2")
    engine.step(EchoHeard(C, "sw1"), 101.0)
    engine.step(EchoLost(C, "sw2", 0.0), 104.0)
    engine.step(InventoryChanged(C, ("sw1", "sw3"), ("sw1", "sw3")), 104.5)
    assert {name: v.state for name, v in engine.verdicts.items()} == {
        "sw1": State.UP,
        "sw3": State.UNKNOWN,
    }
    assert engine.step(Tick(C), 110.0).changes == ()


@pytest.mark.parametrize("event", [EchoHeard(C, "x"), EchoLost(C, "x", 0), Hint(C, "x", "trap")])
def test_facts_about_unknown_devices_change_nothing(event: Event) -> None:
    engine = engine_with("sw1")
    assert engine.step(event, 101.0) == ((), ())


def test_hint_asks_for_a_look() -> None:
    engine = engine_with("sw1", polled=("ups1",))
    assert engine.step(Hint(C, "sw1", "linkDown"), 101.0).asks == (Ask("sw1", "verify"),)
    assert engine.step(Hint(C, "ups1", "onBattery"), 101.0).asks == (Ask("ups1", "poll"),)


NAMES = st.sampled_from(["sw1", "sw2", "ups1"])
EVENTS = st.one_of(
    st.builds(EchoHeard, st.just(C), NAMES),
    st.builds(EchoLost, st.just(C), NAMES, st.floats(0, 200)),
    st.builds(EchoUnsent, st.just(C), NAMES, st.floats(0, 200), st.just("no route")),
    st.builds(Polled, st.just(C), NAMES, st.just("snmp"), st.booleans(), st.just("timeout")),
    st.builds(Tick, st.just(C)),
    st.builds(Hint, st.just(C), NAMES, st.just("trap")),
    st.builds(Operator, st.just(C), NAMES, st.just("ack"), st.just("lan")),
    st.just(InventoryChanged(C, ("sw1", "ups1"), ("sw1",))),
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 5)), max_size=60))
def test_recorded_log_replays_to_the_same_verdicts(steps: list[tuple[Event, float]]) -> None:
    first, now, log, outcomes = engine_with("sw1", "sw2", polled=("ups1",)), 100.0, [], []
    for event, delay in steps:
        now += delay
        log.append(dump(event, now))
        outcomes.append(first.step(event, now))
    second = engine_with("sw1", "sw2", polled=("ups1",))
    assert [second.step(*parse(line)) for line in log] == outcomes
    assert second.verdicts == first.verdicts


@pytest.mark.parametrize(
    "line", ["{}", '{"event":"Nope","at":1}', '{"event":"Tick","at":1}', "[1]", "nonsense"]
)
def test_line_that_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the type is the contract
        parse(line)
