"""The tcp probe: how long a connection takes, and, if asked, what the service says first.

The connect time is that of TCP alone. With `tls`, a handshake follows and the certificate's end is
told; with `send`, these characters go out first; with `expect`, the answer must match within the
deadline.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from probes.checking import checked
from probes.dial import Course, FailedError, Tls, dial
from probes.pattern import Expression, pattern
from probes.probe import Probe, Settings, Target
from probes.reading import Head, Reading, Reason, Row, row

ANSWER = 16384
"""Bytes of an answer that are looked at."""


class TcpSettings(Settings):
    """Settings of the tcp probe. Without `host`, the target's address is asked."""

    port: int = Field(ge=1, le=65535)
    host: str | None = None
    send: str | None = Field(None, description="sent first, as UTF-8")
    expect: Expression | None = Field(
        None, description="regular expression that the answer must contain"
    )
    tls: bool = False
    verify: bool = True
    ca: str | None = Field(None, description="file of authorities (PEM) instead of the system's")
    server_name: str | None = Field(None, description="name asked for and verified in TLS")


class _Answer(asyncio.Protocol):
    """Keeps the first bytes that come, and wakes who waits for more."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended = False
        self.news = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data[: ANSWER - len(self.data)]
        if len(self.data) >= ANSWER and self.transport:
            self.ended = True
            self.transport.abort()
        self.news.set()

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended = True
        self.news.set()


class TcpSession:
    """The probe at work on one target."""

    def __init__(self, target: Target, settings: TcpSettings) -> None:
        self._settings = settings
        self._host = settings.host or (target.address if target.addresses else "")
        self._expect = pattern(settings.expect)
        self._secure = (
            Tls(settings.verify, settings.ca, settings.server_name) if settings.tls else None
        )
        self._tcp = Head("tcp", target.labels)
        self._tls = Head("tls", target.labels)

    async def ask(self, deadline: float) -> Reading:
        """One connection."""
        return await checked(deadline, self._talk, self._rows)

    async def close(self) -> None:
        """Nothing is held between runs."""

    async def _talk(self, course: Course) -> None:
        answer = await dial(self._host, self._settings.port, self._secure, _Answer, course)
        course.begin("answer")
        if self._settings.send is not None and answer.transport:
            answer.transport.write(self._settings.send.encode())
        while self._expect and not self._expect.within(answer.data.decode("utf-8", "replace")):
            if answer.ended:
                raise FailedError(Reason.PROTOCOL, _unmatched(answer))
            answer.news.clear()
            await answer.news.wait()

    def _rows(self, course: Course) -> Iterable[Row | None]:
        yield row(self._tcp, {"connect_seconds": course.phases.get("connect")})
        yield row(self._tls, {"certificate_expiry_timestamp_seconds": course.expiry})


def _unmatched(answer: _Answer) -> str:
    if not answer.data:
        return "the service closed the connection without a word"
    if len(answer.data) >= ANSWER:
        return f"nothing expected in the first {ANSWER} bytes of the answer"
    return "the service closed the connection, and its answer is not what is expected"


def _open(target: Target, memory: dict[str, Any]) -> TcpSession:
    del memory  # a connection learns nothing that is worth keeping
    assert isinstance(target.settings, TcpSettings)
    return TcpSession(target, target.settings)


PROBE = Probe("tcp", TcpSettings, _open, check=True)
