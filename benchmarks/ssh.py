"""What kept SSH connections cost: memory a connection, CPU and time a login and a poll.

`python -m benchmarks.ssh`. Settings: CONNECTIONS (20), POLLS (10) of each. The server is an sshd of
our own on loopback; its side (sshd, the shell and what it starts) is counted apart.
"""

import asyncio
import os
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from probes.probe import Session
from probes.reading import Reading
from tests.ssh.serving import Server, serving

CONNECTIONS = int(os.environ.get("CONNECTIONS", "20"))
POLLS = int(os.environ.get("POLLS", "10"))


def _resident() -> float:
    """Resident memory of this process in KiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def _tree(pid: int) -> float:
    """CPU seconds of a process and what it started, ended children included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    spent = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return spent + sum(map(_tree, map(int, below)))


async def _ask(session: Session) -> Reading:
    reading = await session.ask(asyncio.get_running_loop().time() + 30)
    if not reading.success:
        raise RuntimeError(f"{reading.message} ({reading.hint})")
    return reading


async def _measure(server: Server) -> dict[str, str]:
    at_rest = _resident()
    first = server.session(only=("system",))
    await _ask(first)
    loaded = _resident()
    await first.close()
    sessions = [server.session() for _ in range(CONNECTIONS)]
    cpu, begun = time.process_time(), time.monotonic()
    readings = [await _ask(one) for one in sessions]
    login, login_time = time.process_time() - cpu, time.monotonic() - begun
    held = _resident()
    for one in sessions:
        await _ask(one)
    polled = _resident()
    cpu, begun, there = time.process_time(), time.monotonic(), _tree(server.daemon.process.pid)
    readings = [await _ask(one) for _ in range(POLLS) for one in sessions]
    polls = CONNECTIONS * POLLS
    spent, taken = time.process_time() - cpu, time.monotonic() - begun
    there = _tree(server.daemon.process.pid) - there
    for one in sessions:
        await one.close()
    samples = sum(fields.count(b"=") for _, fields in readings[-1].rows)
    return {
        "asyncssh and a first connection": f"{(loaded - at_rest) / 1024:.1f} MiB",
        "memory a connection, first poll done": f"{(held - loaded) / CONNECTIONS:.0f} KiB",
        "memory a connection, second poll done": f"{(polled - loaded) / CONNECTIONS:.0f} KiB",
        "CPU of a login and first poll": f"{login / CONNECTIONS * 1000:.1f} ms",
        "time of a login and first poll": f"{login_time / CONNECTIONS * 1000:.0f} ms",
        "CPU of a poll, ours": f"{spent / polls * 1000:.2f} ms",
        "CPU of a poll, the server's": f"{there / polls * 1000:.1f} ms",
        "time of a poll": f"{taken / polls * 1000:.0f} ms",
        "rows and values of a poll": f"{len(readings[-1].rows)}, {samples}",
        "most memory": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB",
    }


def main() -> None:
    """Print a table."""
    with (
        tempfile.TemporaryDirectory(prefix="hatang-bench-") as folder,
        serving(Path(folder), "SetEnv=HOME=/nonexistent") as server,  # no start files of a shell
    ):
        found = asyncio.run(_measure(server))
    table = Table("what", "how much", title=f"ssh: {CONNECTIONS} connections, {POLLS} polls each")
    for name, value in found.items():
        table.add_row(name, value)
    Console().print(table)


if __name__ == "__main__":
    main()
