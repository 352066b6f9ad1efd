"""A fleet at work: `hatang run` on many simulated devices of about 150 values, polled each minute
and pinged each second, stored in the local VictoriaMetrics that it starts.

`python -m benchmarks.fleet [DEVICES...]`, else 250, 500, 1,000 and 2,000. BENCH_SECONDS (120) is
how long each is measured, after BENCH_WARM (75) seconds. Needs root or CAP_NET_RAW, as pings do.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks import cpu
from benchmarks.fleet_agents import PORT, address, name

SECONDS = float(os.environ.get("BENCH_SECONDS", "120"))
WARM = float(os.environ.get("BENCH_WARM", "75"))
SIZES = (250, 500, 1000, 2000)
ROLE = "cpe"
PROMISED = 1000
"""The size that the promises are about."""

INVENTORY = """\
collectors: {bench: {}}
credentials: {bench: {snmp: {version: 2c, community: env:HATANG_BENCH_COMMUNITY}}}
defaults: {interval: 60s, ping: 1s, timeout: 5s}
"""


def _inventory(count: int, path: Path) -> None:
    sites = "".join(f"  site-{n}: {{name: Site {n}}}\n" for n in range((count + 4) // 5))
    devices = "".join(
        f"  {name(n)}: {{address: {address(n)}, site: site-{n // 5}, credentials: [bench],"
        f" probes: {{snmp: {{port: {PORT}}}}}}}\n"
        for n in range(count)
    )
    path.write_text(f"{INVENTORY}sites:\n{sites}devices:\n{devices}")


@contextlib.contextmanager
def _process(*command: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "HATANG_BENCH_COMMUNITY": "public"}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _wait(state: Path, process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads((state / "run.json").read_text())
            urllib.request.urlopen(found["api"] + "/readyz", timeout=5).close()
            return found
        time.sleep(0.2)
    raise RuntimeError(f"hatang run did not get ready: {log.read_text()[-1000:]}")


def samples(store: str, match: str, since: float) -> list[dict[str, Any]]:
    """The series that match, as VictoriaMetrics exports them."""
    query = urllib.parse.urlencode({"match[]": match, "start": since})
    with urllib.request.urlopen(f"{store}/api/v1/export?{query}", timeout=60) as answer:
        return [json.loads(line) for line in answer]


def _growth(store: str, match: str, since: float) -> float:
    return sum(max(one["values"]) - min(one["values"]) for one in samples(store, match, since))


def _rate(store: str, match: str, since: float) -> float:
    (one,) = samples(store, match, since)
    seconds = (max(one["timestamps"]) - min(one["timestamps"])) / 1000
    return (max(one["values"]) - min(one["values"])) / seconds


class Fleet(NamedTuple):
    """A collector and its agents at work: where it answers (run.json), and the processes."""

    where: dict[str, Any]
    running: subprocess.Popen[str]
    agents: subprocess.Popen[str]


@contextlib.contextmanager
def at_work(count: int, *flags: str) -> Iterator[Fleet]:
    """`hatang run` with these flags on so many devices, warm."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hatang-bench-")))
        inventory, state, log = folder / "inventory.yaml", folder / "state", folder / "run.log"
        _inventory(count, inventory)
        agents = stack.enter_context(
            _process("benchmarks.fleet_agents", str(count), ROLE, log=folder / "agents.log")
        )
        assert agents.stdout is not None
        agents.stdout.readline()
        command = ["collector.command.main", "run", "-i", str(inventory), "--state-dir", str(state)]
        command += ["--listen", "127.0.0.1:0", "--log-level", "warning", *flags]
        running = stack.enter_context(_process(*command, log=log))
        where = _wait(state, running, log)
        time.sleep(WARM)
        yield Fleet(where, running, agents)


def figures(fleet: Fleet) -> dict[str, float]:
    """What the next SECONDS cost and brought."""
    running, agents, store = fleet.running, fleet.agents, fleet.where["query"]
    began, before, other = time.time(), cpu.seconds(running.pid), cpu.seconds(agents.pid)
    time.sleep(SECONDS)
    spent, theirs = cpu.seconds(running.pid) - before, cpu.seconds(agents.pid) - other
    took = time.time() - began
    time.sleep(3)  # what was polled at the end is on its way to the store
    late = sorted(
        value for one in samples(store, "poll_lateness_seconds", began) for value in one["values"]
    )
    return {
        "cpu": 100 * spent / took,
        "agents": 100 * theirs / took,
        "memory": cpu.resident(running.pid) / 1e6,
        "values": _rate(store, "collector_samples_total", began),
        "polls": _rate(store, "collector_polls_total", began),
        "missed": _growth(store, "poll_missed_total", began),
        "failed": _growth(store, "probe_failures_total", began),
        "late": late[int(len(late) * 0.99)] if late else float("nan"),
        "lost": _growth(store, "icmp_sent_total", began)
        - _growth(store, "icmp_received_total", began),
    }


COLUMNS = {
    "cpu": ("CPU % of a core", "{:.1f}"),
    "memory": ("MB resident", "{:.0f}"),
    "values": ("values/s", "{:.0f}"),
    "polls": ("polls/s", "{:.1f}"),
    "missed": ("missed", "{:.0f}"),
    "failed": ("failed", "{:.0f}"),
    "late": ("late p99 s", "{:.3f}"),
    "lost": ("echoes lost", "{:.0f}"),
    "agents": ("agents' CPU %", "{:.1f}"),
}


def main(sizes: list[int]) -> int:
    """Measure each size and print how it grows."""
    console = Console(width=150)
    table = Table(title=f"hatang run, 60 s polls, 1 s pings, {SECONDS:g} s each")
    table.add_column("devices", justify="right")
    for title, _ in COLUMNS.values():
        table.add_column(title, justify="right")
    for count in sizes or SIZES:
        with at_work(count) as fleet:
            found = figures(fleet)
        table.add_row(str(count), *(form.format(found[key]) for key, (_, form) in COLUMNS.items()))
        console.print(f"{count} devices: {found['cpu']:.1f} % of a core, {found['memory']:.0f} MB")
    table.caption = f"promised at {PROMISED:,}: CPU < 15 %, < 200 MB, 0 missed, p99 < 1 s"
    console.print(table)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way
    sys.exit(main([int(one) for one in sys.argv[1:]]))
