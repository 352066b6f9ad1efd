"""From a cut to the call: how long until Alertmanager's webhook is called, and whether plain packet
loss ever calls it.

A thousand simulated devices with default settings in a network namespace, polled and pinged by
`hatang run`; circuits are cut one after another by nftables. Then 5 % of all echoes are lost at
random (`numgen`) for LOSS_MINUTES (30), and nobody may be called. `python -m benchmarks.detection
[CUTS]`, else 30; 0 leaves a part out. Needs root.
"""

import os
import statistics
import subprocess
import sys
import time

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.outage import Rig, Told, rig
from tests.running import until

WARDS, EACH = 83, 12
LOSS_MINUTES = float(os.environ.get("LOSS_MINUTES", "30"))
LOSS = """\
table inet loss {
  chain incoming {
    type filter hook input priority filter - 1; policy accept;
    icmp type echo-request numgen random mod 100 < 5 drop
  }
}
"""


def main() -> None:
    """Print both tables."""
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    console = Console()
    with rig(WARDS, EACH) as one:
        delays = [_cut(one, number) for number in track(range(cuts), "cuts", console=console)]
        if delays:
            console.print(_table(one.devices, delays))
        if LOSS_MINUTES:
            console.print(_lossy(one, console))


def _cut(one: Rig, number: int) -> tuple[float, float]:
    """Seconds from the last answered echo and from the cut to the call."""
    ward = number * 7 % WARDS
    time.sleep(number % 10 / 10)  # the cut falls anywhere between two echoes
    at = one.cut(f"line-{ward}")
    until("the call", lambda: _of(one, ward, at, "firing"), 30)
    first = _of(one, ward, at, "firing")[0]
    one.mend(f"line-{ward}")
    until("the end", lambda: _of(one, ward, at, "resolved"), 30)
    calls = [told for told in one.told(at) if told.status == "firing"]
    assert len(calls) == 1, f"{len(calls)} calls for one cut: {[told.labels for told in calls]}"
    return first.at - first.since, first.at - at


def _of(one: Rig, ward: int, since: float, status: str) -> list[Told]:
    subject = f"circuit:line-{ward}"
    return [told for told in one.told(since) if (told.subject, told.status) == (subject, status)]


def _table(devices: int, delays: list[tuple[float, float]]) -> Table:
    table = Table(title=f"from a cut to the webhook's call, {devices} devices, {len(delays)} cuts")
    for column in ("counted from", "min s", "median s", "p95 s", "max s", "bar"):
        table.add_column(column, justify="left" if column == "counted from" else "right")
    for name, column, bar in (
        ("the last answered echo", 0, "median <= 6, p95 <= 10"),
        ("the cut", 1, ""),
    ):
        some = sorted(delay[column] for delay in delays)
        p95 = some[min(len(some) - 1, round(0.95 * len(some)))]
        figures = (some[0], statistics.median(some), p95, some[-1])
        table.add_row(name, *(f"{figure:.2f}" for figure in figures), bar)
    return table


def _lossy(one: Rig, console: Console) -> str:
    since = time.time()
    subprocess.run(
        ["ip", "netns", "exec", one.namespace, "nft", "-f", "-"],
        input=LOSS.encode(),
        check=True,
    )
    for _ in track(range(int(LOSS_MINUTES * 6)), "5 % loss", console=console):
        time.sleep(10)
    false = [told for told in one.told(since) if told.status == "firing"]
    states = one.states()
    return (
        f"{LOSS_MINUTES:g} minutes at 5 % random loss: {len(false)} false calls"
        f" {[told.labels for told in false][:5] or ''}; devices now {states}"
    )


if __name__ == "__main__":
    main()
