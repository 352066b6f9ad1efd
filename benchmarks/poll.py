"""One poll of a switch of about fifty interfaces, by Hatang and by others, side by side in one run.

`python -m benchmarks.poll [NAME...]`. Settings: RUNS (3), BENCH_AGENTS (200). Needs root.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import collectd, exporter
from benchmarks.agents import PAIRS, inside, standing

AGENTS = int(os.environ.get("BENCH_AGENTS", "200"))
RUNS = int(os.environ.get("RUNS", "3"))
FEW = 5
"""Agents for pysnmp, which takes too long for all of them; its figure is per device as well."""

POLLERS = {
    "snmp_exporter": "snmp_exporter 0.21, ifTable + ifXTable, v2c",
    "collectd": "collectd 5.12 snmp, bulk 25, csv (35 numeric columns and the name)",
    "hatang-whole": "Hatang, ifTable + ifXTable whole to line protocol, v2c",
    "hatang-whole-v3": "Hatang, the same, SNMPv3 authPriv (SHA, AES-128)",
    "hatang-module": "Hatang, snmp_exporter's module if_mib, every series of it, v2c",
    "hatang-fast": "Hatang, its own profile: what is read every minute (about 8 values each)",
    "hatang-medium": "Hatang, its own profile: every fifth minute, packet counters too",
    "hatang-slow": "Hatang, its own profile: every quarter of an hour, names and all",
    "gufo-v2c": "gufo-snmp 0.13 asyncio, v2c, values thrown away",
    "gufo-v3": "gufo-snmp 0.13 asyncio, SNMPv3 authPriv, sessions kept",
    "pysnmp": f"pysnmp 7.1 asyncio, v2c, {FEW} agents only, values thrown away",
}
BARS = {
    "hatang-whole": (("snmp_exporter", 0.20), ("collectd", 1.0)),
    "hatang-fast": (("snmp_exporter", 0.06),),
    "hatang-tiered": (("snmp_exporter", 0.06),),
}
"""What is promised: at most so many times the other's CPU."""
TIERED = "hatang-tiered"
MIXED = "Hatang, its own profile, tiered: the mean over a quarter of an hour"
SHARES = {"hatang-fast": 12 / 15, "hatang-medium": 2 / 15, "hatang-slow": 1 / 15}
"""How often each happens at an interval of a minute and the default rhythms."""


def _child(name: str, module: str, *arguments: object) -> dict[str, float]:
    command = inside(name, sys.executable, "-m", module, *map(str, arguments))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} {arguments}: {done.stderr[-800:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measure(poller: str, name: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="hatang-bench-") as folder:
        if poller == "snmp_exporter":
            with exporter.serving(name, Path(folder)) as pid:
                return _child(name, "benchmarks.exporter", pid, AGENTS)
        if poller == "collectd":
            return collectd.measure(name, AGENTS, Path(folder))
    return _child(name, "benchmarks.pollers", poller, FEW if poller == "pysnmp" else AGENTS)


def _runs(pollers: list[str], console: Console) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {poller: [] for poller in pollers}
    with standing(AGENTS) as name:
        for run in range(RUNS):
            for poller in pollers:
                one = _measure(poller, name)
                each = 1000 * one["cpu"] / one["devices"], one["values"] / one["devices"]
                found[poller].append(each)
                console.print(f"run {run + 1}  {poller:<16} {each[0]:7.2f} ms a device")
    return found


def _mix(found: dict[str, list[tuple[float, float]]]) -> None:
    if all(poller in found for poller in SHARES):
        turns = zip(*(found[poller] for poller in SHARES), strict=True)
        found[TIERED] = [
            (
                sum(share * one[0] for share, one in zip(SHARES.values(), turn, strict=True)),
                sum(share * one[1] for share, one in zip(SHARES.values(), turn, strict=True)),
            )
            for turn in turns
        ]


def _table(found: dict[str, list[tuple[float, float]]]) -> Table:
    _mix(found)
    middle = {poller: statistics.median(cost for cost, _ in runs) for poller, runs in found.items()}
    base = middle.get("snmp_exporter")
    table = Table(title=f"CPU of the poller for one device of {2 * PAIRS + 1} interfaces")
    for column, justify in (("poller", "left"), ("ms", "right"), ("values", "right")):
        table.add_column(column, justify=justify)
    table.add_column("µs a value", justify="right")
    table.add_column("of snmp_exporter", justify="right")
    table.add_column("promised")
    for poller, runs in found.items():
        values = statistics.median(count for _, count in runs)
        promised = [
            f"≤ {bar:g} of {other}: {middle[poller] / middle[other]:.3f}"
            for other, bar in BARS.get(poller, ())
            if other in middle
        ]
        table.add_row(
            POLLERS.get(poller, MIXED),
            f"{middle[poller]:.2f}",
            f"{values:.0f}",
            f"{1000 * middle[poller] / values:.1f}" if values else "-",
            f"{middle[poller] / base:.3f}" if base else "-",
            "\n".join(promised),
        )
    return table


def main(pollers: list[str]) -> int:
    """Measure the named pollers (all when none is named) and print the table."""
    console = Console(width=150)
    if os.geteuid() != 0:
        console.print("poll: not measured: a network namespace needs root")
        return 0
    console.print(_table(_runs(pollers or list(POLLERS), console)))
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way
    sys.exit(main(sys.argv[1:]))
