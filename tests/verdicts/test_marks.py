"""What silences messages: maintenance, closing time, flapping; and what masks say of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.verdicts.events import Operator, State
from collector.verdicts.hours import running
from collector.verdicts.topology import Hours, Node, Window
from tests.verdicts.story import PA_CO, START, Story, begun, province

OFFICE = Hours("office", (0, 1, 2, 3, 4, 5, 6), ((540, 545), (550, 1020)))
"""Open from 09:00 to 09:05 and from 09:10 to 17:00, so that a story gets past closing time."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(
    ("window", "moment", "runs"),
    [
        (Window((), "", 100.0, 200.0), datetime.fromtimestamp(100, ZoneInfo("UTC")), True),
        (Window((), "", 100.0, 200.0), datetime.fromtimestamp(200, ZoneInfo("UTC")), False),
        (Window((), "", minutes=(60, 180), weekdays=(6,)), at("2026-11-22T01:00"), True),
        (Window((), "", minutes=(60, 180), weekdays=(6,)), at("2026-11-22T03:00"), False),
        (Window((), "", minutes=(60, 180), weekdays=(6,)), at("2026-11-23T02:00"), False),
        (Window((), "", minutes=(1380, 120), weekdays=(6,)), at("2026-11-22T23:30"), True),
        (Window((), "", minutes=(1380, 120), weekdays=(6,)), at("2026-11-23T01:59"), True),
        (Window((), "", minutes=(1380, 120), weekdays=(6,)), at("2026-11-22T01:00"), False),
        (Window((), "", minutes=(60, 120), days=(1, 15)), at("2026-12-15T01:30"), True),
    ],
)
def test_a_window_runs_when_it_says(window: Window, moment: datetime, runs: bool) -> None:
    assert running(window, moment) is runs


@pytest.mark.parametrize(
    ("what", "covered", "free"),
    [
        ("device:pe1", ("device:pe1", "circuit:pc", "device:pc-ap", "site:pa-co"), "device:bl-rt"),
        ("circuit:pc", ("circuit:pc", "device:school", "service:learning"), "device:pe1"),
        ("site:tinh", ("device:core1", "device:bl-sw", "service:portal"), "collector:noc"),
        ("service:portal", ("service:portal", "service:learning"), "device:app"),
    ],
)
def test_a_window_covers_what_hangs_below(what: str, covered: tuple[str, ...], free: str) -> None:
    window = Window((what,), "why", START, START + 3600)
    story = begun(province(maintenance=(window,)))
    for thing in covered:
        assert story.engine.verdicts[thing].maintenance == what
        assert story.engine.mask(thing) == ("maintenance", what)
    assert story.engine.mask(free) is None


def test_work_that_an_operator_announces_masks_and_ends_by_itself() -> None:
    story = begun()
    story.tell(
        Operator("noc", "circuit:pc", "maintenance", "lan", "thay cáp", story.now, story.now + 90)
    )
    story.kill(*PA_CO).run(30)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    assert story.engine.mask("circuit:pc") == ("maintenance", "circuit:pc")
    story.run(65)
    assert story.engine.mask("circuit:pc") is None
    assert story.engine.mask("device:pc-rt") == ("hidden", "circuit:pc")
    assert story.told() == []


def test_work_ends_early_when_an_operator_says_so() -> None:
    story = begun()
    end = story.now + 9000
    story.tell(Operator("noc", "device:pe2", "maintenance", "lan", "", story.now, end))
    story.run(1)
    assert story.engine.mask("device:sl-rt") == ("maintenance", "device:pe2")
    story.tell(Operator("noc", "device:pe2", "end-maintenance", "lan"))
    story.run(1)
    assert story.engine.mask("device:sl-rt") is None


def _with_hours(*names: str) -> dict[str, Any]:
    nodes = [replace(one, hours="office") if one.name in names else one for one in _nodes()]
    return {"devices": tuple(nodes), "calendars": (OFFICE,)}


def _nodes() -> tuple[Node, ...]:
    return province().devices


def test_silence_after_closing_time_is_unknown_and_nobodys_news() -> None:
    story = begun(province(**_with_hours("sl-rt")))
    story.run(260)
    assert story.kill("sl-rt", "sl-sw").run(90).told() == []
    assert story.states("sl-rt", "sl-sw") == "unknown unknown"
    assert story.engine.mask("device:sl-rt") == ("off-hours", "office")
    assert story.engine.verdicts["device:sl-rt"].evidence == (
        ("off_hours", (("calendar", "office"),)),
    )
    story.run(330)
    assert story.told() == []
    story.run(70)
    assert story.told() == ["opened DeviceDown/device:sl-rt"]


def test_a_cause_from_before_closing_time_stays() -> None:
    story = begun(province(**_with_hours("sl-rt")))
    story.kill("sl-rt", "sl-sw").run(300)
    assert story.told() == ["opened DeviceDown/device:sl-rt"]
    assert story.states("sl-rt") == "down"


def test_a_circuit_that_is_closed_is_not_to_blame() -> None:
    lines = tuple(
        replace(one, hours="office") if one.name == "pc" else one for one in province().circuits
    )
    story = begun(province(circuits=lines, calendars=(OFFICE,))).run(260)
    story.kill(*PA_CO).run(90)
    assert story.told() == []
    assert story.states(*PA_CO) == "unknown unknown unknown unknown"


def _bounce(story: Story, times: int, *names: str) -> None:
    for _ in range(times):
        story.kill(*names).run(70)
        story.heal(*names).run(70)


def test_what_goes_up_and_down_is_told_once_as_flapping_and_ends_by_itself() -> None:
    story = begun()
    _bounce(story, 3, "pc-sw")
    assert story.told() == ["opened DeviceDown/device:pc-sw", "closed DeviceDown/device:pc-sw"] * 3
    _bounce(story, 5, "pc-sw")
    assert story.told() == ["opened DeviceFlapping/device:pc-sw"]
    cause = story.engine.causes["DeviceFlapping/device:pc-sw"]
    assert cause.severity == "minor"
    assert cause.evidence[0].code == "flapped"
    assert story.engine.verdicts["device:pc-sw"].flapping
    story.run(1300)
    assert story.told() == ["closed DeviceFlapping/device:pc-sw"]
    assert not story.engine.verdicts["device:pc-sw"].flapping


def test_what_ends_flapping_by_staying_down_is_told_as_down() -> None:
    story = begun()
    _bounce(story, 4, *PA_CO)
    story.told()
    story.kill(*PA_CO).run(1300)
    assert story.told() == ["opened CircuitDown/circuit:pc"]
    assert story.states("pc-rt") == "unreachable"


def test_what_is_hidden_does_not_flap() -> None:
    story = begun()
    _bounce(story, 5, *PA_CO)
    assert {one.split("/")[1] for one in story.told()} == {"circuit:pc"}
    assert not story.engine.verdicts["device:pc-rt"].flapping


def _battery(story: Story) -> None:
    story.battery = {"pc-rt"}
    story.run(60)


def _shut(story: Story) -> None:
    story.down = {("pe1", "ge1")}


@pytest.mark.parametrize(
    ("before", "side", "code"),
    [
        (_battery, "site-power", "ups_on_battery"),
        (_shut, "carrier", "a_end_down"),
        (lambda story: None, "not-known", "a_end_up"),
    ],
)
def test_the_side_of_a_circuit_is_suspected_with_a_reason(
    before: Callable[[Story], None], side: str, code: str
) -> None:
    story = begun()
    before(story)
    story.kill(*PA_CO).run(10)
    assert story.engine.causes["CircuitDown/circuit:pc"].side == side
    assert code in story.codes("CircuitDown/circuit:pc")


@pytest.mark.parametrize(
    ("boots", "side", "code"),
    [(True, "site-power", "rebooted"), (False, "carrier", "kept_running")],
)
def test_the_uptime_after_the_return_tells_the_side(boots: bool, side: str, code: str) -> None:
    story = begun().kill(*PA_CO).run(60)
    if boots:
        story.booted["pc-rt"] = story.now
    story.heal(*PA_CO).run(10)
    closed = story.news[-1]
    assert (closed.what, closed.cause.side) == ("closed", side)
    assert code in [sign.code for sign in closed.evidence]


def test_severity_is_by_what_is_lost() -> None:
    story = begun().kill("core2", "pe2", "sl-rt", "sl-sw").run(10)
    causes = story.engine.causes
    assert causes["DeviceDown/device:core2"].severity == "major"
    assert causes["DeviceDown/device:pe2"].severity == "critical"


def test_a_service_is_down_by_its_own_checks_when_what_it_needs_is_well() -> None:
    story = begun()
    story.failing[("service:portal", "home")] = "refused"
    story.run(70)
    assert story.told() == ["opened ServiceDown/service:portal"]
    assert story.states("service:portal", "service:learning") == "down unreachable"
    assert story.engine.verdicts["service:learning"].because == "service:portal"
    story.failing.clear()
    story.run(60)
    assert story.told() == ["closed ServiceDown/service:portal"]
    assert story.engine.verdicts["service:learning"].state is State.UP


def test_some_checks_failing_is_a_degraded_service() -> None:
    uses = tuple(
        replace(one, checks=("home", "login")) if one.checks else one for one in province().services
    )
    story = begun(province(services=uses))
    story.failing[("service:portal", "login")] = "timeout"
    story.run(70)
    assert story.told() == ["opened ServiceDegraded/service:portal"]
    assert [s.code for s in story.engine.verdicts["service:portal"].evidence] == [
        "check_failed",
        "check_passes",
    ]
    story.failing[("service:portal", "home")] = "timeout"
    story.run(70)
    assert sorted(story.told()) == [
        "closed ServiceDegraded/service:portal",
        "opened ServiceDown/service:portal",
    ]


def test_a_service_that_is_slow_to_come_back_after_what_it_needs_is_given_time() -> None:
    story = begun().kill("app", "service:portal").run(30)
    story.heal("app").run(60)
    assert story.told() == ["opened DeviceDown/device:app", "closed DeviceDown/device:app"]
    story.heal("service:portal").run(60)
    assert story.told() == []
    assert story.states("service:portal") == "up"
