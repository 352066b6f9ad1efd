"""The sip probe: OPTIONS to a telephone or meeting server, and how long its answer takes (RFC
3261).

The question is sent again as section 17.1.2 has it; an answer counts when it is to our very branch
and call.
"""

import re
import secrets
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from probes.checking import checked
from probes.datagram import exchange
from probes.dial import Course, FailedError
from probes.probe import Probe, Settings, Target
from probes.reading import Head, Reading, Reason, Row, row

AGAIN = (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0)
"""Seconds between two sendings (T1, doubled up to T2)."""

_STATUS = re.compile(rb"SIP/2\.0 (\d{3}) ")


class SipSettings(Settings):
    """Settings of the sip probe. Without `host`, the target's address is asked."""

    host: str | None = None
    port: int = Field(5060, ge=1, le=65535)
    user: str | None = Field(None, description="a user of the server, asked as user@host")
    status: list[int] = Field([200], description="answers that are good", min_length=1)


class Question:
    """One OPTIONS: the same branch each time it is sent, as a transaction is."""

    def __init__(self, host: str, port: int, user: str | None) -> None:
        shown = f"[{host}]" if ":" in host else host
        uri = f"sip:{user}@{shown}:{port}" if user else f"sip:{shown}:{port}"
        branch, call, tag = (secrets.token_hex(12) for _ in range(3))
        self._marks = (f"z9hG4bK{branch}".encode(), call.encode())
        self._text = (
            f"OPTIONS {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP hatang.invalid;rport;branch=z9hG4bK{branch}\r\n"
            "Max-Forwards: 70\r\n"
            f"From: <sip:hatang@hatang.invalid>;tag={tag}\r\n"
            f"To: <{uri}>\r\n"
            f"Call-ID: {call}\r\n"
            "CSeq: 1 OPTIONS\r\n"
            "Contact: <sip:hatang@hatang.invalid>\r\n"
            "Accept: application/sdp\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()

    def packet(self) -> bytes:
        """As it goes out."""
        return self._text

    def read(self, data: bytes, _came: float) -> int | None:
        """The status of the final answer to it; None for anything else."""
        found = _STATUS.match(data)
        if found is None or not all(mark in data for mark in self._marks):
            return None
        status = int(found[1])
        return status if status >= 200 else None


class SipSession:
    """The probe at work on one server."""

    def __init__(self, target: Target, settings: SipSettings) -> None:
        self._settings = settings
        self._host = settings.host or (target.address if target.addresses else "")
        self._head = Head("sip", target.labels)

    async def ask(self, deadline: float) -> Reading:
        """One question."""
        return await checked(deadline, self._talk, self._rows)

    async def close(self) -> None:
        """Nothing is held between runs."""

    async def _talk(self, course: Course) -> None:
        settings = self._settings
        asked = Question(self._host, settings.port, settings.user)
        where = (self._host, settings.port)
        status = await exchange(where, asked.packet, asked.read, AGAIN, course)
        if status not in settings.status:
            hint = "set `status` if that is how this server answers those it does not know"
            raise FailedError(Reason.PROTOCOL, f"the server answers {status}", hint)

    def _rows(self, course: Course) -> Iterable[Row | None]:
        yield row(self._head, {"duration_seconds": course.phases.get("answer")})


def _open(target: Target, memory: dict[str, Any]) -> SipSession:
    del memory  # a question learns nothing that is worth keeping
    assert isinstance(target.settings, SipSettings)
    return SipSession(target, target.settings)


PROBE = Probe("sip", SipSettings, _open, check=True)
