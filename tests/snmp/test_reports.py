"""What an agent reports instead of an answer (RFC 3414 section 3.2, RFC 3412 section 7.2): each has
a sentence and a hint of its own.

net-snmp keeps silent where its decryption fails and where it lacks a context; others report it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from probes.reading import Reason
from probes.snmp import ber, message
from probes.snmp.agent import Agent
from probes.snmp.client import Client
from probes.snmp.errors import SnmpError
from probes.snmp.message import Request
from probes.snmp.usm import User

ENGINE = bytes.fromhex("80001f8880aabbccdd")
UNKNOWN_ENGINE = "1.3.6.1.6.3.15.1.1.4.0"
UPTIME = ber.encode_oid("1.3.6.1.2.1.1.3.0")


class Reporter(asyncio.DatagramProtocol):
    """Says who it is, and to each request then the one thing that it has to report."""

    def __init__(self, counter: str) -> None:
        self._counter = counter
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        frame = message.decode_frame(data, *message.version_of(data)[1:])
        name = self._counter if frame.engine else UNKNOWN_ENGINE
        report = Request(message.REPORT, (ber.encode_oid(name),))
        parameters = (
            ber.encode(ber.OCTETS, ENGINE)
            + b"\x02\x01\x01\x02\x01\x09"  # boots 1, time 9
            + ber.encode(ber.OCTETS, frame.user)
            + b"\x04\x00\x04\x00"
        )
        body = message.encode_scoped(ENGINE, b"", message.encode_pdu(report, frame.number))
        whole = ber.encode(ber.SEQUENCE, parameters)
        assert self._transport is not None
        self._transport.sendto(message.encode_frame(frame.number, 0, whole, body), addr)


@asynccontextmanager
async def reporting(counter: str) -> AsyncIterator[Agent]:
    """An agent that reports so, on a free port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Reporter(counter), ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    user = User("noc", "sha256", "authpass12", "aes128", "privpass12")
    try:
        yield Agent(["127.0.0.1"], port, user)
    finally:
        transport.close()
        await asyncio.sleep(0)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("counter", "message", "hint"),
    [
        ("15.1.1.1", "does not allow this security level", "compare the user's auth and priv"),
        ("15.1.1.3", "does not know the user", "create the user"),
        ("15.1.1.5", "wrong authentication", "check the auth password"),
        ("15.1.1.6", "wrong privacy", "check the priv password"),
        ("11.2.1.1", "does not know the user security model", "another security model"),
        ("12.1.4", "context is not available", "check the credential's context"),
        ("12.1.5", "does not know the context", "check the credential's context"),
    ],
)
async def test_report_is_told_in_words(counter: str, message: str, hint: str) -> None:
    async with reporting(f"1.3.6.1.6.3.{counter}.0") as agent:
        end = asyncio.get_running_loop().time() + 2
        with pytest.raises(SnmpError, match=message) as caught:
            await Client.shared().get(agent, [UPTIME], end)
    assert caught.value.reason is Reason.AUTH
    assert hint in caught.value.hint
