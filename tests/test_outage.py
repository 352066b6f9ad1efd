"""One cut, one message: real agents, collector, store, Alertmanager and webhook; a packet filter
cuts a circuit.
"""

import time
from collections.abc import Iterator

import pytest

from tests.outage import Rig, Told, rig
from tests.running import until

WARDS, EACH = 28, 7
QUIET = 6.0
"""Seconds after the message in which a second one would have come."""


@pytest.fixture(scope="module")
def province() -> Iterator[Rig]:
    """Two hundred devices at work, and nobody told of anything."""
    with rig(WARDS, EACH) as one:
        yield one


def firing(one: Rig, since: float) -> list[Told]:
    """What people were told begins."""
    return [told for told in one.told(since) if told.status == "firing"]


def resolved(one: Rig, since: float) -> list[Told]:
    """What people were told has ended."""
    return [told for told in one.told(since) if told.status == "resolved"]


def mended(one: Rig, ward: int, told_since: float) -> None:
    """Mend a ward's circuit and wait until that is told and all is up."""
    one.mend(f"line-{ward}")
    until("the end is told", lambda: resolved(one, told_since), 20)
    until("all are up", one.healthy, 30)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("ward", [3, 14])
def test_cut_circuit_is_one_message_with_the_right_count(province: Rig, ward: int) -> None:
    at = province.cut(f"line-{ward}")
    until("somebody is told", lambda: firing(province, at), 20)
    time.sleep(QUIET)
    (told,) = firing(province, at)
    assert told.labels["alertname"] == "CircuitDown"
    assert told.subject == f"circuit:line-{ward}"
    assert told.labels["severity"] == "critical"
    assert told.annotations["hidden"] == str(EACH + 1), "its devices and the site"
    assert f"xã số {ward} " in told.annotations["summary"]
    assert f"{ward}/2026" in told.annotations["description"]
    mended(province, ward, at)
    assert len(resolved(province, at)) == 1


@pytest.mark.timeout(180)
def test_killed_collector_tells_the_same_outage_once(province: Rig) -> None:
    at = province.cut("line-5")
    until("somebody is told", lambda: firing(province, at), 20)
    province.stop("collector", kill=True)
    province.start("collector")
    until("it is back", lambda: province.states().get("unreachable") == EACH, 30)
    time.sleep(QUIET)
    assert len(firing(province, at)) == 1
    assert not resolved(province, at)
    mended(province, 5, at)
    assert len(resolved(province, at)) == 1
