"""Traps and informs as net-snmp sends them, received by pysnmp behind our door."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from probes.snmp.agent import Community
from probes.snmp.usm import User
from probes.traps import Trap
from probes.traps.receiver import ENGINES, Receiver
from tests.overheard.wire import linkdown, settled

HERE = "127.0.0.1"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
PORT = ("1.3.6.1.2.1.2.2.1.1.5", "i", "5", "1.3.6.1.2.1.31.1.1.1.1.5", "s", "ge-0/0/5")
PUBLIC = Community(1, b"public")
NOC = User("noc", "sha256", "authpass12", "aes256", "privpass12")
OLD = User("old", "md5", "authpass12", "des", "privpass12")
AS_NOC = ("-u", "noc", "-l", "authPriv", "-a", "SHA-256", "-A", "authpass12",
          "-x", "AES-256", "-X", "privpass12")  # fmt: skip
AS_OLD = ("-u", "old", "-l", "authPriv", "-a", "MD5", "-A", "authpass12",
          "-x", "DES", "-X", "privpass12")  # fmt: skip
ENGINE = ("-e", "0x8000000001020304")


@dataclass
class Heard:
    """A receiver at work, and what came to it."""

    receiver: Receiver
    traps: list[Trap] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def send(self, program: str, *access: str, what: str = LINK_DOWN) -> int:
        """Send one by net-snmp's own program; its exit code."""
        host, port = self.receiver.address
        command = [program, *access, f"{host}:{port}", "", what, *PORT]
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        code = await process.wait()
        await settled()
        return code


@asynccontextmanager
async def receiving(*, users: tuple[User, ...] = (NOC, OLD)) -> AsyncIterator[Heard]:
    traps: list[Trap] = []
    refused: list[str] = []
    receiver = Receiver((HERE, 0), lambda _source, _size: True, traps.append, refused.append)
    receiver.trust({HERE: [PUBLIC, *users]})
    try:
        yield Heard(receiver, traps, refused)
    finally:
        receiver.close()
        await asyncio.sleep(0)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("program", "access"),
    [
        ("snmptrap", ("-v2c", "-c", "public")),
        ("snmpinform", ("-v2c", "-c", "public")),
        ("snmptrap", ("-v3", *ENGINE, *AS_NOC)),
        ("snmptrap", ("-v3", *ENGINE, *AS_OLD)),
        ("snmpinform", ("-v3", *AS_NOC)),
    ],
    ids=["2c trap", "2c inform", "3 trap sha256 aes256", "3 trap md5 des", "3 inform"],
)
async def test_a_notification_is_read(program: str, access: tuple[str, ...]) -> None:
    async with receiving() as heard:
        assert await heard.send(program, *access) == 0
        (trap,) = heard.traps
    assert (trap.source, trap.name, trap.look) == (HERE, "linkDown", "link-down")
    assert trap.interface == "ge-0/0/5"
    assert trap.values == (("1.3.6.1.2.1.2.2.1.1.5", "5"), ("1.3.6.1.2.1.31.1.1.1.1.5", "ge-0/0/5"))
    assert heard.refused == []


@pytest.mark.asyncio
async def test_one_of_version_1_is_read_as_version_2_would_say_it() -> None:
    async with receiving() as heard:
        host, port = heard.receiver.address
        command = ["snmptrap", "-v1", "-c", "public", f"{host}:{port}", "1.3.6.1.4.1.9", "10.0.0.1"]
        command += ["2", "0", "12345", *PORT[:3]]
        process = await asyncio.create_subprocess_exec(*command)
        assert await process.wait() == 0
        await settled()
    (trap,) = heard.traps
    assert (trap.name, trap.interface) == ("linkDown", "if5")
    assert "public" not in str(trap)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "access",
    [
        ("-v2c", "-c", "wrong"),
        ("-v3", *ENGINE, *(a.replace("authpass12", "authpass13") for a in AS_NOC)),
        ("-v3", *ENGINE, *(a.replace("privpass12", "privpass13") for a in AS_NOC)),
        ("-v3", *ENGINE, "-u", "nobody", "-l", "noAuthNoPriv"),
    ],
    ids=["community", "auth key", "priv key", "user"],
)
async def test_what_is_not_to_be_believed_is_refused_and_said(access: tuple[str, ...]) -> None:
    async with receiving() as heard:
        await heard.send("snmptrap", *access)
        assert (heard.traps, heard.refused) == ([], [HERE])
        await heard.send("snmptrap", "-v2c", "-c", "public")
        assert [trap.name for trap in heard.traps] == ["linkDown"]


@pytest.mark.asyncio
async def test_a_user_may_not_authenticate_with_less_than_its_level() -> None:
    async with receiving(users=(NOC,)) as heard:
        await heard.send("snmptrap", "-v3", *ENGINE, *AS_NOC)
        await heard.send("snmptrap", "-v3", *ENGINE, "-u", "noc", "-l", "noAuthNoPriv")
    assert (len(heard.traps), len(heard.refused)) == (1, 1)


@pytest.mark.asyncio
async def test_garbage_is_refused_and_does_no_harm() -> None:
    async with receiving() as heard:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in (
                b"",
                b"\x30",
                b"\x30\x82\xff\xff",
                b"\xff" * 1400,
                b"\x30\x03\x02\x01\x03",
            ):
                sender.sendto(packet, heard.receiver.address)
            await settled()
        assert len(heard.refused) == 5
        await heard.send("snmptrap", "-v2c", "-c", "public")
    assert len(heard.traps) == 1


@pytest.mark.asyncio
async def test_whom_to_believe_can_change() -> None:
    async with receiving() as heard:
        await heard.send("snmptrap", "-v3", *ENGINE, *AS_NOC)
        heard.receiver.trust({HERE: [Community(1, b"other")], "127.0.0.9": [PUBLIC]})
        await heard.send("snmptrap", "-v2c", "-c", "public")
        await heard.send("snmptrap", "-v3", *ENGINE, *AS_NOC)
        assert (len(heard.traps), len(heard.refused)) == (1, 2)
        heard.receiver.trust({HERE: [PUBLIC, NOC]})
        await heard.send("snmptrap", "-v2c", "-c", "public")
        await heard.send("snmptrap", "-v3", *ENGINE, *AS_NOC)
    assert len(heard.traps) == 3


@pytest.mark.asyncio
async def test_a_mad_sender_names_engines_without_end_and_few_are_known_at_once() -> None:
    async with receiving() as heard:
        for number in range(ENGINES + 2):
            await heard.send("snmptrap", "-v3", "-e", f"0x80000000010203{number:02x}", *AS_NOC)
        assert len(heard.receiver._engines[HERE]) == ENGINES
        await heard.send("snmptrap", "-v3", "-e", "0x8000000001020300", *AS_NOC)
    assert (len(heard.traps), len(heard.refused)) == (ENGINES + 3, 0)


@pytest.mark.asyncio
async def test_packets_made_to_be_slow_or_of_no_engine_are_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    many = linkdown() + b"\x30\x05\x06\x01\x2b\x05\x00" * 1000
    async with receiving() as heard:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in (many, *map(naming, (1, 33, 127))):
                sender.sendto(packet, heard.receiver.address)
                await settled()
        assert (len(heard.refused), heard.traps) == (4, [])
    assert not caplog.records


def naming(size: int) -> bytes:
    """A packet of version 3 that names an engine of so many bytes."""

    def part(tag: int, *content: bytes) -> bytes:
        inside = b"".join(content)
        return bytes((tag, 0x82)) + len(inside).to_bytes(2, "big") + inside

    zero, engine = part(2, b"\x00"), part(4, b"E" * size)
    head = part(0x30, part(2, b"\x01"), part(2, b"\x7f\xff"), part(4, b"\x04"), part(2, b"\x03"))
    user = part(0x30, engine, zero, zero, part(4, b"noc"), part(4), part(4))
    return part(0x30, part(2, b"\x03"), head, part(4, user), part(0x30, engine, part(4)))


@pytest.mark.asyncio
async def test_a_notification_without_a_name_keeps_its_number() -> None:
    async with receiving() as heard:
        await heard.send("snmptrap", "-v2c", "-c", "public", what="1.3.6.1.4.1.99999.0.7")
    (trap,) = heard.traps
    assert (trap.name, trap.oid, trap.look) == ("other", "1.3.6.1.4.1.99999.0.7", "")


@pytest.mark.asyncio
async def test_a_taken_port_is_an_error_at_once() -> None:
    async with receiving() as heard:
        with pytest.raises(OSError, match="in use"):
            Receiver(
                heard.receiver.address, lambda _: True, heard.traps.append, heard.refused.append
            )
