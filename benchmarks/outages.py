"""One cut, one message, again and again: a core circuit is cut while everything works, while the
collector is killed, while Alertmanager or VictoriaMetrics is away.

Two hundred simulated devices in a network namespace. `python -m benchmarks.outages [RUNS]`, else
20 with nothing disturbed, and a quarter as many in each way of being disturbed. Needs root.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.outage import Rig, rig
from tests.running import until

WARDS, EACH = 28, 7
AWAY = 12.0
"""Seconds that a part is away, from before the cut until after it was verified."""
QUIET = 8.0


class Run(NamedTuple):
    """What people got of one cut."""

    begins: int
    ends: int
    named: bool
    counted: bool


def main() -> None:
    """Print the table, a line for each way of being disturbed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    console = Console(width=110)
    with rig(WARDS, EACH) as one:
        found: dict[str, list[Run]] = defaultdict(list)
        ways = [way for way in _WAYS for _ in range(runs if way == _PLAIN else runs // 4)]
        for number, way in enumerate(track(ways, "cuts", console=console)):
            found[way].append(_one(one, number, _WAYS[way]))
        console.print(_table(found, one.devices))


def _one(one: Rig, number: int, disturb: Callable[[Rig, str], float]) -> Run:
    line = f"line-{number % WARDS}"
    at = disturb(one, line)
    until("somebody is told", lambda: _told(one, at, "firing"), 60)
    time.sleep(QUIET)
    one.mend(line)
    until("the end is told", lambda: _told(one, at, "resolved"), 60)
    until("all are up", one.healthy, 60)
    begins = [told for told in one.told(at) if told.status == "firing"]
    ends = [told for told in one.told(at) if told.status == "resolved"]
    named = all(told.subject == f"circuit:{line}" for told in begins + ends)
    counted = all(told.annotations["hidden"] == str(EACH + 1) for told in begins)
    return Run(len(begins), len(ends), named, counted)


def _told(one: Rig, since: float, status: str) -> bool:
    return any(told.status == status for told in one.told(since))


def _plain(one: Rig, line: str) -> float:
    return one.cut(line)


def _collector_killed(one: Rig, line: str) -> float:
    at = one.cut(line)
    time.sleep(3.0)
    one.stop("collector", kill=True)
    one.start("collector")
    return at


def _manager_away(one: Rig, line: str) -> float:
    return _away(one, "manager", line)


def _store_away(one: Rig, line: str) -> float:
    return _away(one, "store", line)


def _away(one: Rig, part: str, line: str) -> float:
    one.stop(part)
    at = one.cut(line)
    time.sleep(AWAY)
    one.start(part)
    return at


_PLAIN = "nothing"
_WAYS: dict[str, Callable[[Rig, str], float]] = {
    _PLAIN: _plain,
    "collector killed (-9) 3 s after the cut": _collector_killed,
    f"Alertmanager away for {AWAY:g} s": _manager_away,
    f"VictoriaMetrics away for {AWAY:g} s": _store_away,
}


def _table(found: dict[str, list[Run]], devices: int) -> Table:
    table = Table(title=f"messages for one cut circuit, {devices} devices, {EACH} behind it")
    for column in ("disturbed by", "cuts", "begin", "end", "names the circuit", "right count"):
        table.add_column(column, justify="left" if column == "disturbed by" else "right")
    for way, runs in found.items():
        table.add_row(
            way,
            str(len(runs)),
            " ".join(str(run.begins) for run in runs),
            " ".join(str(run.ends) for run in runs),
            f"{sum(run.named for run in runs)}/{len(runs)}",
            f"{sum(run.counted for run in runs)}/{len(runs)}",
        )
    return table


if __name__ == "__main__":
    main()
