"""What a slow turn costs on the wire: packets, bytes and seconds, with and without looking ahead.

`python -m benchmarks.packets [RECORDING...]`. Setting: LINK_MS (60), the round trip of the link.
Without arguments recordings of our own and a real snmpd. A poll has five seconds, as by default.
"""

import asyncio
import math
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from probes.snmp.poll import Poll
from tests import daemons
from tests.snmp_session.polling import agent, ask, session_on
from tests.snmp_session.replay import load

LINK = float(os.environ.get("LINK_MS", "60")) / 1000
TIMEOUT = 5.0
OWN = Path(__file__).parents[1] / "tests" / "recordings"
NAMES = (
    *("cisco-ios", "cisco-asa", "cisco-c9800", "checkpoint-gaia", "fortinet-fortigate"),
    *("huawei-vrp", "f5-bigip", "generic-ups", "mikrotik-routeros", "net-snmp-linux"),
)


class Link:
    """A link to an agent of this machine: passes on one datagram at a time, late, and counts."""

    def __init__(self, port: int) -> None:
        self.packets = self.bytes = 0
        self._to = ("127.0.0.1", port)
        self._near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._near.bind(("127.0.0.1", 0))
        self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._far.settimeout(2.0)
        self.port: int = self._near.getsockname()[1]
        self._thread = threading.Thread(target=self._pass, daemon=True)
        self._thread.start()

    def _pass(self) -> None:
        while True:
            request, peer = self._near.recvfrom(65535)
            if not request:
                return
            self._far.sendto(request, self._to)
            answer = self._far.recv(65535)
            time.sleep(LINK)
            self.packets += 1
            self.bytes += len(request) + len(answer)
            self._near.sendto(answer, peer)

    def close(self) -> None:
        """End it."""
        self._far.sendto(b"", self._near.getsockname())
        self._thread.join(5)
        self._near.close()
        self._far.close()


class Cost(NamedTuple):
    """One poll: what it took, and whether all came in time."""

    packets: int
    bytes: int
    seconds: float
    whole: bool


async def _turns(port: int) -> tuple[list[Cost], str]:
    """The first poll, a slow turn and a fast one, and how many of its tables the device has."""
    link, costs = Link(port), []
    session = session_on(link.port)
    try:
        for again in (0.0, 0.0, math.inf):
            for cycle in session.device.tables if session.device else ():
                cycle.slow_at = cycle.medium_at = again
            before = link.packets, link.bytes
            reading = await ask(session, TIMEOUT)
            spent = link.packets - before[0], link.bytes - before[1]
            costs.append(Cost(*spent, reading.duration, reading.reason is None))
        tables = session.device.tables if session.device else []
        there = sum(bool(cycle.sources) for cycle in tables)
    finally:
        await asyncio.sleep(2 * LINK)  # what is on its way arrives
        link.close()
    return costs, f"{there}/{len(tables)}"


async def _nothing(*_: object) -> None:
    """Instead of looking ahead."""


def _both(name: str, port: int, table: Table) -> None:
    with patch.object(Poll, "ahead", _nothing):
        before, _ = asyncio.run(_turns(port))
    after, there = asyncio.run(_turns(port))
    cells = []
    for old, new in zip(before[:2], after[:2], strict=True):
        cells.append(f"{old.packets} -> {new.packets}")
        cells.append(f"{old.bytes / 1000:.1f} -> {new.bytes / 1000:.1f}")
        cells.append(f"{_took(old)} -> {_took(new)}")
    table.add_row(name, there, *cells, f"{before[2].packets} -> {after[2].packets}")


def _took(cost: Cost) -> str:
    return f"{cost.seconds:.1f}" if cost.whole else f"{cost.seconds:.1f} (partial)"


def _standing(names: list[str]) -> Iterator[tuple[str, int]]:
    """Names and ports of agents, one after another."""
    for path in [Path(one) for one in names] or [OWN / f"{name}.walk" for name in NAMES]:
        with agent(load(path)) as device:
            yield path.stem, device.port
    with tempfile.TemporaryDirectory() as folder, daemons.snmpd(Path(folder)) as real:
        yield "snmpd of this machine", real.port


def main(names: list[str]) -> int:
    """Poll each both ways and print the table."""
    title = (
        f"Without -> with looking ahead, {1000 * LINK:.0f} ms round trip, timeout {TIMEOUT:.0f} s"
    )
    table = Table("agent", "tables", title=title)
    for turn in ("first poll", "slow turn"):
        for what in ("packets", "kB", "s"):
            table.add_column(f"{turn}: {what}", justify="right")
    table.add_column("fast: packets", justify="right")
    for name, port in _standing(names):
        _both(name, port, table)
    Console(width=170).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
