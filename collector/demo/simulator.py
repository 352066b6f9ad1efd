"""The process that plays the province: a socket for each agent, web pages, and a door for cutting
things.

Started by `hatang demo` as a child. It says on its first line of output, as JSON, what it plays and
what it cannot; then it answers until it is told to stop.
"""

import argparse
import asyncio
import contextlib
import errno
import json
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from collector.demo.agent import Agent
from collector.demo.control import Control
from collector.demo.device import Device, Simulated
from collector.demo.model import shape_of
from collector.demo.portal import Portals
from collector.demo.province import Dark, Province
from collector.demo.silence import Silence, SilenceError, raise_table
from collector.vocabulary import vocabulary
from inventory.load import InventoryInvalid, load
from inventory.model import Thing
from inventory.secret import SecretMissing

_AT_ONCE = 32  # datagrams answered before other sockets have their turn


class Simulator:
    """Everything that answers, and what of it is broken now."""

    def __init__(self, province: Province) -> None:
        self._province = province
        self._silence: Silence | None = None
        self._why_not = ""
        self._broken: dict[Thing, float] = {}
        self._dark = Dark()
        self._sockets: list[socket.socket] = []
        self._taken: list[str] = []
        self._answered = 0
        self._portals = Portals(province.pages(), self._quiet)

    async def start(self, folder: Path) -> None:
        """Open every socket; those that other programs hold are remembered, not an error."""
        loop = asyncio.get_running_loop()
        for plays in self._province.devices():
            if plays.snmp_port is None:
                continue
            try:
                bound = datagrams(plays.address, plays.snmp_port)
            except OSError as error:
                if error.errno == errno.EMFILE:
                    raise
                self._taken.append(f"{plays.address}:{plays.snmp_port}/udp")
                continue
            self._sockets.append(bound)
            agent = Agent(Device(plays), shape_of(plays))
            loop.add_reader(bound, self._serve, bound, agent, plays)
        self._taken += await self._portals.start(folder, self._province.doors())
        try:
            self._silence = raise_table()
        except SilenceError as error:
            self._why_not = str(error)

    def _quiet(self, address: str, service: str) -> bool:
        return address in self._dark.addresses or service in self._dark.services

    def _serve(self, bound: socket.socket, agent: Agent, plays: Simulated) -> None:
        for _ in range(_AT_ONCE):
            try:
                datagram, sender = bound.recvfrom(65535)
            except OSError:
                return
            if plays.name in self._dark.devices:
                continue
            answer = agent.answer(datagram, time.time())
            if answer is not None:
                self._answered += 1
                with contextlib.suppress(OSError):
                    bound.sendto(answer, sender)

    def break_(self, name: str) -> dict[str, Any]:
        """Break a thing by name. Raises UnknownThingError, SilenceError."""
        thing = self._province.find(name)
        before, already = self._dark.devices, thing in self._broken
        self._broken.setdefault(thing, time.time())
        self._apply()
        silenced = sorted(self._dark.devices - before)
        return {"broken": str(thing), "already": already, "silenced": silenced}

    def mend(self, name: str | None) -> dict[str, Any]:
        """Mend a thing, or everything. Raises UnknownThingError, SilenceError."""
        things = list(self._broken) if name is None else [self._province.find(name)]
        mended = [str(thing) for thing in things if self._broken.pop(thing, None) is not None]
        self._apply()
        return {"mended": mended}

    def _apply(self) -> None:
        self._dark = self._province.dark(self._broken)
        if self._silence is not None:
            self._silence.set(self._dark.addresses)

    def state(self) -> dict[str, Any]:
        """What is played, broken and silent now; `limits` are sentences for people."""
        limits = []
        if self._silence is None:
            limits.append(
                f"Pings go on when something is cut: {self._why_not}. "
                "SNMP, web pages and TCP fall silent all the same."
            )
        if self._taken:
            limits.append(
                f"{len(self._taken)} addresses are held by another program and not simulated "
                f"(the first: {', '.join(self._taken[:3])})."
            )
        return {
            "agents": len(self._sockets),
            "answered": self._answered,
            "taken": len(self._taken),
            "limits": limits,
            "broken": [{"thing": str(t), "since": at} for t, at in self._broken.items()],
            "silent": len(self._dark.devices),
        }

    async def stop(self) -> None:
        """Let go of sockets and of the packet filter."""
        loop = asyncio.get_running_loop()
        for bound in self._sockets:
            loop.remove_reader(bound)
            bound.close()
        if self._silence is not None:
            self._silence.lower()
        await self._portals.stop()


def datagrams(address: str, port: int) -> socket.socket:
    """A UDP socket on exactly this address. Raises OSError."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


def more_files(wanted: int) -> None:
    """Allow this process so many open files, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def only_one() -> socket.socket:
    """The mark that a demo runs in this network namespace, held while the socket is open.

    Raises RuntimeError when another demo holds it.
    """
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        mark.bind("\0hatang-demo")
    except OSError as error:
        mark.close()
        raise RuntimeError("another demo is running on this machine; end it first") from error
    return mark


async def serve(province: Province, folder: Path) -> int:
    """Play until SIGTERM or SIGINT. Returns the exit code."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    simulator = Simulator(province)
    control = Control(simulator)
    try:
        await simulator.start(folder)
        await control.start(folder)
        print(json.dumps(simulator.state()), flush=True)
        await stopping.wait()
    finally:
        await simulator.stop()
        await control.stop(folder)
    return 0


def main(argv: list[str] | None = None) -> int:
    """The child's own entry. Exit codes: 0 stopped, 2 nothing could be played."""
    parser = argparse.ArgumentParser(prog="hatang demo (simulator)")
    parser.add_argument("--inventory", type=Path, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    args = parser.parse_args(argv)
    try:
        province = Province(load(args.inventory, vocabulary()))
        more_files(4096)
        with contextlib.closing(only_one()):
            return asyncio.run(serve(province, args.state_dir))
    except InventoryInvalid as invalid:
        print("\n".join(map(str, invalid.errors)), file=sys.stderr)
    except (SecretMissing, OSError, RuntimeError) as error:
        print(f"the province cannot be simulated: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
