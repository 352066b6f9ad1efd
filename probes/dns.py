"""The dns probe: one question to one name server, how long the answer takes and what is in it.

The messages are dnspython's (RFC 1035). A truncated answer is asked for again over TCP, as RFC 7766
has it.
"""

import asyncio
import struct
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from probes.checking import checked
from probes.datagram import exchange
from probes.dial import Course, FailedError, literal
from probes.pattern import Expression, pattern
from probes.probe import Probe, Settings, Target
from probes.reading import Head, Reading, Reason, Row, row

if TYPE_CHECKING:
    from dns.message import Message

Kind = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]

AGAIN = (1.0, 2.0, 4.0)
"""Seconds to wait for an answer before the question is asked again."""

MOST = 200
"""Records of one answer that are looked at: dnspython takes a tenth of a millisecond for each."""

_RCODES = {
    "NXDOMAIN": "is the name right, and does this server hold its zone?",
    "REFUSED": "let the server answer this collector's address (allow-query, access-control)",
    "SERVFAIL": "can the server reach those above it, and is the zone loaded?",
}


class DnsSettings(Settings):
    """Settings of the dns probe. Without `host`, the target's address is asked."""

    name: str = Field(description="the name that is asked for", max_length=255)
    type: Kind = "A"
    host: str | None = Field(None, description="the name server")
    port: int = Field(53, ge=1, le=65535)
    tcp: bool = Field(False, description="ask over TCP from the start")
    expect: Expression | None = Field(
        None, description="regular expression that one answer must match"
    )

    @field_validator("name")
    @classmethod
    def _askable(cls, value: str) -> str:
        parts = value.removesuffix(".").split(".")
        if value != "." and not all(0 < len(one) < 64 for one in parts):
            raise ValueError("no name: parts of 1 to 63 characters, with a dot between")
        return value


class DnsSession:
    """The probe at work on one server."""

    def __init__(self, target: Target, settings: DnsSettings) -> None:
        self._settings = settings
        self._host = settings.host or (target.address if target.addresses else "")
        self._expect = pattern(settings.expect)
        self._head = Head("dns", target.labels)
        self._answers: int | None = None

    async def ask(self, deadline: float) -> Reading:
        """One question."""
        self._answers = None
        return await checked(deadline, self._talk, self._rows)

    async def close(self) -> None:
        """Nothing is held between runs."""

    async def _talk(self, course: Course) -> None:
        from dns.rcode import NOERROR, to_text

        answer = await self._asked(course)
        if answer.rcode() != NOERROR:
            code = to_text(answer.rcode())
            told = f"the server says {code} to {self._settings.name} {self._settings.type}"
            raise FailedError(Reason.PROTOCOL, told, _RCODES.get(code, ""))
        self._judge(answer)

    async def _asked(self, course: Course) -> "Message":
        from dns import flags, message

        asked = self._settings
        question = message.make_query(asked.name, asked.type)
        if not asked.tcp:
            where = (self._host, asked.port)
            read = partial(_read, question)
            answer = await exchange(where, question.to_wire, read, AGAIN, course)
            if not answer.flags & flags.TC:
                return answer
        address = await literal(self._host, course)
        course.begin("answer")
        found = _read(question, await _over_tcp(question, address, asked.port))
        if found is None:
            raise FailedError(Reason.PROTOCOL, "the answer is to another question")
        course.end()
        return found

    def _judge(self, answer: "Message") -> None:
        from dns.rdatatype import from_text

        kind = from_text(self._settings.type)
        found = [data.to_text() for one in answer.answer if one.rdtype == kind for data in one]
        self._answers = len(found)
        if not found:
            told = f"no {self._settings.type} record for {self._settings.name}"
            raise FailedError(Reason.PROTOCOL, told, "is the record in the zone?")
        if self._expect is not None and not any(map(self._expect.within, found)):
            raise FailedError(Reason.PROTOCOL, f"none of {len(found)} answers is what is expected")

    def _rows(self, course: Course) -> Iterable[Row | None]:
        yield row(
            self._head,
            {"answers": self._answers, "duration_seconds": course.phases.get("answer")},
        )


async def _over_tcp(question: "Message", address: str, port: int) -> bytes:
    """What is answered on a connection of its own (RFC 1035 section 4.2.2). Raises FailedError,
    OSError.
    """
    reader, writer = await asyncio.open_connection(address, port)
    try:
        wire = question.to_wire()
        writer.write(len(wire).to_bytes(2, "big") + wire)
        size = int.from_bytes(await reader.readexactly(2), "big")
        return await reader.readexactly(size)
    except asyncio.IncompleteReadError:
        told = "the server closed the connection without an answer"
        raise FailedError(Reason.PROTOCOL, told) from None
    finally:
        writer.transport.abort()


def _read(question: "Message", data: bytes, _came: float = 0.0) -> "Message | None":
    """The answer to this question; None for what carries another number. Raises FailedError where
    it is none, or too much to look at.
    """
    from dns import message
    from dns.exception import DNSException

    if len(data) < _HEADER.size:
        return None
    number, *counts = _HEADER.unpack_from(data)
    if number != question.id:
        return None
    if sum(counts) > MOST:
        raise FailedError(Reason.LIMIT, f"an answer of more than {MOST} records")
    told = "the answer is no DNS answer to that question"
    try:
        answer = message.from_wire(data, ignore_trailing=True)
    except DNSException as error:
        raise FailedError(Reason.PROTOCOL, f"{told} ({type(error).__name__})") from error
    if not question.is_response(answer):
        raise FailedError(Reason.PROTOCOL, told)
    return answer


_HEADER = struct.Struct("!H2x4H")
"""Of a message: its number and, after its flags, how many there are of each kind of record."""


def _open(target: Target, memory: dict[str, Any]) -> DnsSession:
    del memory  # a question learns nothing that is worth keeping
    assert isinstance(target.settings, DnsSettings)
    return DnsSession(target, target.settings)


PROBE = Probe("dns", DnsSettings, _open, check=True)
