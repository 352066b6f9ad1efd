"""An agent that misbehaves on demand, as no Debian daemon does: a peer on a real UDP socket."""

import asyncio
import bisect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from probes.snmp import ber, message

Reply = list[tuple[bytes, bytes]]
"""Names, and values encoded with tag and length."""


def table(columns: int, rows: int, base: str = "1.3.6.1.2.1.2.2.1") -> dict[bytes, bytes]:
    """A table with Counter32 values 1000 * column + row."""
    return {
        ber.encode_oid(f"{base}.{column}.{row}"): ber.encode_integer(
            1000 * column + row, ber.COUNTER32
        )
        for column in range(1, columns + 1)
        for row in range(1, rows + 1)
    }


@dataclass
class Faulty(asyncio.DatagramProtocol):
    """What it holds, and what is wrong with it; `asked` records (kind, columns, repetitions)."""

    held: dict[bytes, bytes]
    bad: frozenset[bytes] = frozenset()
    """Instances that give genErr."""
    status: int = 5
    points_at_culprit: bool = True
    too_big_above: int = 10_000
    most: int = 10_000
    """Varbinds after which a reply is cut."""
    silent_above: int = 10_000
    drop: Callable[[int], bool] = lambda count: False
    after: Callable[[bytes, "Faulty"], bytes | None] | None = None
    """What comes behind an identifier; None for the honest order."""
    mangle: Callable[[bytes], list[bytes]] = lambda reply: [reply]
    delay: float = 0.0
    sender: asyncio.DatagramTransport | None = None
    asked: list[tuple[int, int, int]] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self.order = sorted(self.held, key=ber.decode_subids)
        self.keys = [ber.decode_subids(oid) for oid in self.order]
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        version, at, end = message.version_of(data)
        _, at = ber.expect(data, at, end, ber.OCTETS)
        kind, at, end = ber.header(data, at, end)
        number, at = ber.read_integer(data, at, end)
        _, at = ber.read_integer(data, at, end)
        most, at = ber.read_integer(data, at, end)
        names, _ = message.varbinds(
            message.Pdu(kind, 0, 0, 0, data, *ber.expect(data, at, end, 48))
        )
        repeat = most if kind == message.GETBULK else 1
        self.asked.append((kind, len(names), repeat))
        count = len(names) * repeat
        if self.drop(len(self.asked)) or count > self.silent_above:
            return
        status, culprit, reply = self._answer(kind, version, names, repeat)
        body = b"".join(ber.encode(48, ber.encode(6, name) + value) for name, value in reply)
        pdu = ber.encode(
            message.RESPONSE,
            b"".join(ber.encode_integer(n) for n in (number, status, culprit))
            + ber.encode(48, body),
        )
        whole = message.encode_community(version, b"public", pdu)
        for packet in self.mangle(whole):
            asyncio.get_running_loop().call_later(self.delay, self._send, packet, addr)

    def _send(self, packet: bytes, addr: tuple[str, int]) -> None:
        transport = self.sender or self.transport
        assert transport is not None
        transport.sendto(packet, addr)

    def _next(self, name: bytes) -> bytes | None:
        if self.after is not None:
            return self.after(name, self)
        place = bisect.bisect_right(self.keys, ber.decode_subids(name))
        return self.order[place] if place < len(self.order) else None

    def _answer(
        self, kind: int, version: int, names: list[bytes], repeat: int
    ) -> tuple[int, int, Reply]:
        reply: Reply = []
        nothing = [(name, b"\x05\x00") for name in names]
        if len(names) * repeat > self.too_big_above:
            return 1, 0, [] if version else nothing
        for _ in range(repeat):
            for i, name in enumerate(names):
                found = name if kind == message.GET else self._next(name)
                if found in self.bad:
                    return self.status, i + 1 if self.points_at_culprit else 0, nothing
                if version == 0 and found not in self.held:
                    return 2, i + 1, nothing
                lacking = b"\x81\x00" if kind == message.GET else b"\x82\x00"
                reply.append((found or name, self.held.get(found or b"", lacking)))
                names[i] = found or name
        return 0, 0, reply[: self.most]


@asynccontextmanager
async def serving(agent: Faulty, host: str = "127.0.0.1") -> AsyncIterator[Faulty]:
    """The agent on a free port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: agent, (host, 0))
    agent.port = transport.get_extra_info("sockname")[1]
    try:
        yield agent
    finally:
        transport.close()
        await asyncio.sleep(0)  # the socket itself is closed in the next round of the loop
