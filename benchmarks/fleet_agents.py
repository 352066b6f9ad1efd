"""The agents of the fleet benchmark: simulated devices, one address each, served by one process.

`python -m benchmarks.fleet_agents DEVICES ROLE` prints a line once all are up, and serves until it
is terminated.
"""

import asyncio
import contextlib
import resource
import socket
import sys
import time

from collector.demo.agent import Agent
from collector.demo.device import Device, Link, Simulated
from collector.demo.model import shape_of

PORT = 1161
AT_ONCE = 32
MORE = tuple(Link(f"GE0/1/{port}", "none") for port in range(4))
"""Interfaces beyond the model's own, so that a poll brings about 150 values."""


def address(number: int) -> str:
    """A loopback address for each device, away from those of the demo."""
    return f"127.90.{number // 250}.{number % 250 + 1}"


def name(number: int) -> str:
    """What the inventory calls it."""
    return f"device-{number:05}"


def _serve(bound: socket.socket, agent: Agent) -> None:
    for _ in range(AT_ONCE):
        try:
            datagram, sender = bound.recvfrom(65535)
        except OSError:
            return
        answer = agent.answer(datagram, time.time())
        if answer is not None:
            with contextlib.suppress(OSError):
                bound.sendto(answer, sender)


def _open(number: int, role: str) -> None:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.setblocking(False)
    bound.bind((address(number), PORT))
    plays = Simulated(name(number), address(number), role, PORT, links=MORE)
    asyncio.get_running_loop().add_reader(
        bound, _serve, bound, Agent(Device(plays), shape_of(plays))
    )


async def _run(count: int, role: str) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for number in range(count):
        _open(number, role)
    print("serving", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), sys.argv[2]))
