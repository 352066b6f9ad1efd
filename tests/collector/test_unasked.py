"""Which devices we are blind to, and which unknown ones are in order."""

import pytest

from collector.unasked import unasked
from collector.verdicts.engine import Engine
from collector.verdicts.events import EchoUnsent, InventoryChanged, State, Tick
from collector.verdicts.topology import Node, Topology
from collector.verdicts.verdict import Sign, Verdict
from tests.collector.running import NOW, province

ROUTER = "hbh-xa-05212-rt01"
NO_ROUTE = Sign("cannot_be_asked", (("why", "Network is unreachable"),))
NOT_YET = Sign("not_asked")
OFF = Sign("off_hours", (("calendar", "office"),))


def found(verdict: Verdict, thing: str = f"device:{ROUTER}") -> dict[str, list[str]]:
    held = {"device:hbh-dc-sw01": Verdict(State.UP, NOW, "", (Sign("answers_echo"),))}
    return {
        why: list(names)
        for why, names in unasked({**held, thing: verdict}, province(), NOW).items()
    }


def test_what_this_machine_cannot_ask_is_told_with_its_reason_at_once() -> None:
    verdict = Verdict(State.UNKNOWN, NOW, "", (NO_ROUTE,))
    assert found(verdict) == {"Network is unreachable": [ROUTER]}


def test_what_nobody_asked_is_told_after_a_minute() -> None:
    assert found(Verdict(State.UNKNOWN, NOW - 60, "", (NOT_YET,))) == {}
    assert found(Verdict(State.UNKNOWN, NOW - 61, "", (NOT_YET,))) == {"": [ROUTER]}


def test_why_is_known_of_what_was_never_asked_too() -> None:
    engine = Engine()
    engine.step(
        InventoryChanged("noc", Topology("noc", devices=(Node("rt", "dc", 1.0),))), NOW - 30
    )
    engine.step(Tick("noc"), NOW - 29)
    engine.step(EchoUnsent("noc", "device:rt", 0.0, "Network is unreachable"), NOW - 20)
    engine.step(EchoUnsent("noc", "device:rt", 0.0, "Network is unreachable"), NOW - 10)
    outcome = engine.step(Tick("noc"), NOW - 9)
    assert {one.thing: one.now.evidence for one in outcome.changes}["device:rt"] == (NO_ROUTE,)
    assert unasked(engine.verdicts, province(), NOW) == {"Network is unreachable": ["rt"]}
    assert not engine.step(Tick("noc"), NOW).changes


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(State.UNKNOWN, NOW - 9e4, "", (OFF,)),
        Verdict(State.UNKNOWN, NOW - 9e4, "", (NO_ROUTE,), "site:pa-co"),
        Verdict(State.UNKNOWN, NOW - 9e4, "collector:noc-1", (NOT_YET,)),
        Verdict(State.DOWN, NOW - 9e4, "", (Sign("never_answered"),)),
    ],
    ids=["off hours", "maintenance", "behind a cause", "down"],
)
def test_what_is_told_elsewhere_or_silent_by_agreement_is_in_order(verdict: Verdict) -> None:
    assert found(verdict) == {}


def test_only_devices_count() -> None:
    assert found(Verdict(State.UNKNOWN, NOW, "", (NO_ROUTE,)), "circuit:tsl-a") == {}
