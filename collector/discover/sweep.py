"""One ping sweep: each address once, the silent ones once more, never faster than the rate.

It sends from the sockets that the pinger has, but in its own order: the pinger keeps a rhythm for
addresses that stay, a sweep asks each and is done.
"""

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from probes.icmp.packet import IDENTIFIERS, PAYLOAD, V4, V6, Echo
from probes.icmp.wire import SocketAddress, Wire

ROUNDS = 2
"""The first echo to an address may be lost to address resolution."""
TURN = 0.02
"""Seconds between two turns of sending and fetching."""


class Sweep:
    """A sweep at work. `sent` of `total` echoes have left (`total` shrinks as addresses answer);
    `unsent` counts, by reason, those that our own machine refused.
    """

    def __init__(self, addresses: Sequence[str], rate: float, heard: Callable[[str], None]) -> None:
        """`rate` is echoes a second; `heard` is called once for each address that answers."""
        self._silent = dict.fromkeys(addresses)
        self._rate = rate
        self._heard = heard
        self._wires: dict[int, Wire] = {}
        self._sequence = 0
        self.sent = 0
        self.total = len(addresses) * ROUNDS
        self.unsent: Counter[str] = Counter()

    async def run(self, patience: float) -> None:
        """Ask them all; waits `patience` seconds for late answers after each round. Raises
        IcmpUnavailableError where this machine may not ping.
        """
        try:
            self._open()
            for number in range(ROUNDS):
                queue = list(self._silent)
                self.total = self.sent + len(queue) * (ROUNDS - number)
                await self._round(queue)
                await self._listen(patience)
            self.total = self.sent
        finally:
            for wire in self._wires.values():
                wire.close()

    def _open(self) -> None:
        block = secrets.randbelow(0x10000 // IDENTIFIERS) * IDENTIFIERS
        payload = os.urandom(PAYLOAD)
        self._echoes = {4: Echo(V4, block, payload), 6: Echo(V6, block, payload)}
        for version in sorted({ip_address(one).version for one in self._silent}):
            self._wires[version] = Wire(self._echoes[version])

    async def _round(self, queue: Sequence[str]) -> None:
        """Send a queue, in the order given: a late loop catches up by a tenth of a second."""
        loop = asyncio.get_running_loop()
        allowance, before, at = 1.0, loop.time(), 0
        most = max(1.0, self._rate / 10)
        while at < len(queue):
            now = loop.time()
            allowance, before = min(allowance + (now - before) * self._rate, most), now
            while allowance >= 1 and at < len(queue):
                allowance -= self._send(queue[at])
                at += 1
            self._drain()
            await asyncio.sleep(max(TURN, (1 - allowance) / self._rate))

    def _send(self, address: str) -> int:
        """One echo; how many left: none to an address that has answered meanwhile."""
        if address not in self._silent:
            self.total -= 1
            return 0
        version, to = _destination(address)
        self._sequence = self._sequence % 0xFFFF + 1
        self.sent += 1
        packet = self._echoes[version].request(self._echoes[version].block, self._sequence)
        try:
            self._wires[version].send(packet, to)
        except OSError as error:
            self.unsent[error.strerror or type(error).__name__] += 1
        return 1

    async def _listen(self, seconds: float) -> None:
        ends = asyncio.get_running_loop().time() + seconds
        while self._silent and asyncio.get_running_loop().time() < ends:
            self._drain()
            await asyncio.sleep(TURN)
        self._drain()

    def _drain(self) -> None:
        for wire in self._wires.values():
            for source, _sequence, _at in wire.drain():
                address = source[0].partition("%")[0]
                if address in self._silent:
                    del self._silent[address]
                    self._heard(address)


def _destination(address: str) -> tuple[int, SocketAddress]:
    version = ip_address(address).version
    return version, (address, 0) if version == 4 else (address, 0, 0, 0)
