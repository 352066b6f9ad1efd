"""The gate between a real vmalert and a real Alertmanager."""

import time
from pathlib import Path

from tests.gate.house import House, house
from tests.running import until


def got(one: House, status: str, device: str, *severities: str) -> int:
    """How many messages people got like that."""
    wanted = (status, f"device:{device}", severities)
    return sum((m.status, m.subject, m.severities) == wanted for m in one.told)


def test_alert_is_told_once_survives_what_goes_away_and_ends_on_evidence(tmp_path: Path) -> None:
    with house(tmp_path, 3) as one:
        time.sleep(2)  # a new series is in no answer of the store for some seconds
        one.set({"d0": 0.93})
        until("d0 is told", lambda: got(one, "firing", "d0", "warning"))
        one.set({"d0": 0.99})
        until("d0 is worse", lambda: got(one, "firing", "d0", "critical", "warning"))

        one.stop("alertmanager")
        one.set({"d1": 0.99})
        time.sleep(3)
        one.stop("vmalert")
        one.start("alertmanager")
        until("told again", lambda: got(one, "firing", "d0", "critical", "warning") == 2)
        until("told after all", lambda: got(one, "firing", "d1", "critical"))
        time.sleep(3)  # without the gate Alertmanager would say RESOLVED now
        assert one.resolved() == []

        one.set({"d0": 0.5})
        one.start("vmalert")
        until("d0 is over", one.resolved)
        time.sleep(1)
        assert [m[1:] for m in one.resolved()] == [
            ("resolved", "device:d0", ("critical", "warning"))
        ]
        assert got(one, "firing", "d1", "critical") == 1
        assert len(one.told) == 5
