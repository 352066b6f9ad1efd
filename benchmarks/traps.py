"""What one mad device costs the others: a fleet at work in peace, then with 5,000 traps a second
from one of its devices.

`python -m benchmarks.traps [DEVICES]`, else 300. BENCH_SECONDS (120) is how long each is measured.
"""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from benchmarks.fleet import COLUMNS, SECONDS, at_work, figures, samples
from benchmarks.fleet_agents import address
from tests.overheard.wire import linkdown

RATE = 5000


def _rage(port: int, seconds: float, packet: bytes) -> None:
    """Send from the first device's address, evenly, for so long; prints how many were sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mad:
        mad.bind((address(0), 0))
        began, sent = time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds:
            while sent < passed * RATE:
                mad.sendto(packet, ("127.0.0.1", port))
                sent += 1
            time.sleep(0.002)
    print(sent)


@contextlib.contextmanager
def _raging(port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.traps", "rage", str(port), str(SECONDS + 1)]
    process = subprocess.Popen([*command, linkdown().hex()], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.wait(30)


def _counted(store: str, since: float) -> dict[str, float]:
    found = samples(store, "trap_received_total", since)
    return {str(one["metric"]["trap"]): max(one["values"]) for one in found}


def main(count: int) -> int:
    """Measure both and print them side by side."""
    table = Table(title=f"{count} devices, {SECONDS:g} s each")
    table.add_column("")
    for title, _ in COLUMNS.values():
        table.add_column(title, justify="right")
    with at_work(count, "--traps", "0.0.0.0:0") as fleet:
        port = int(fleet.where["traps"].rpartition(":")[2])
        began = time.time()
        peace = figures(fleet)
        with _raging(port) as mad:
            rage = figures(fleet)
            assert mad.stdout is not None
            sent = int(mad.stdout.readline())
        time.sleep(65)  # until that is counted and stored
        counted = _counted(fleet.where["query"], began)
    for said, found in (("in peace", peace), (f"with {RATE:,} traps/s", rage)):
        table.add_row(said, *(form.format(found[key]) for key, (_, form) in COLUMNS.items()))
    table.caption = f"{sent:,} traps sent; counted: " + ", ".join(
        f"{trap} {value:,.0f}" for trap, value in sorted(counted.items())
    )
    Console(width=150).print(table)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["rage"]:
        _rage(int(sys.argv[2]), float(sys.argv[3]), bytes.fromhex(sys.argv[4]))
        sys.exit(0)
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 300))
