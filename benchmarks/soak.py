"""Each part away for minutes while 50 alerts fire: how many people are told RESOLVED falsely.

Real processes: an agent, the gate, VictoriaMetrics, vmalert, Alertmanager, a receiver; one house
for each part that goes away, all at once. `python -m benchmarks.soak [SECONDS]`, else 180.
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.gate.house import PARTS, House, house
from tests.running import until

ALERTS = 50
AFTER = 60.0
"""Seconds that everybody is back before the alerts are counted."""


class Soaked(NamedTuple):
    """What people got: of alerts that lasted, and once those had really ended."""

    part: str
    told: int
    false: int
    again: int
    ended: int
    slowest: float


def main() -> None:
    """Print the table; exit 1 on any false RESOLVED."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 180.0
    console = Console()
    console.print(f"{ALERTS} alerts fire; each part is killed for {seconds:g} s")
    with (
        tempfile.TemporaryDirectory(prefix="hatang-soak-") as folder,
        ThreadPoolExecutor(len(PARTS)) as threads,
    ):
        work = [threads.submit(_soak, Path(folder) / part, part, seconds) for part in PARTS]
        found = [one.result() for one in work]
    console.print(_table(found, seconds))
    sys.exit(1 if sum(one.false for one in found) else 0)


def _soak(folder: Path, part: str, seconds: float) -> Soaked:
    with house(folder, ALERTS, window="1m", hold="10s") as one:
        one.set(dict.fromkeys(one.devices, 0.99))
        until("all are told", lambda: len(_subjects(one, "firing")) == ALERTS, 120)
        told = len(one.told)
        one.stop(part)
        time.sleep(seconds)
        one.start(part)
        time.sleep(AFTER)
        false, again = len(one.resolved()), len(one.told) - told
        one.set(dict.fromkeys(one.devices, 0.5))
        over = time.time()
        until("all are over", lambda: len(_subjects(one, "resolved")) == ALERTS, 240)
        ends = [message.at - over for message in one.resolved()]
        return Soaked(part, told, false, again - false, len(ends) - false, max(ends))


def _subjects(one: House, status: str) -> set[str]:
    return {message.subject for message in one.told if message.status == status}


def _table(found: list[Soaked], seconds: float) -> Table:
    table = Table(title=f"Away for {seconds:g} s, then {AFTER:g} s back; then all recover")
    for name in ("away", "told", "false RESOLVED", "told again", "true RESOLVED", "slowest"):
        table.add_column(name, justify="left" if name == "away" else "right")
    for one in found:
        table.add_row(*(str(value) for value in one[:-1]), f"{one.slowest:.0f} s")
    return table


if __name__ == "__main__":
    main()
