"""The tcp probe: how long a connection takes, and, if asked, what the service says first.

The connect time is that of TCP alone. With `tls`, a handshake follows and the certificate's end is
told; with `send`, these characters go out first; with `expect`, the answer must match within the
deadline.
"""

import asyncio
import re
import time
from typing import Any

from pydantic import Field, field_validator

from probes.dial import Course, FailedError, Tls, dial, expression, failure
from probes.probe import Probe, Settings, Target
from probes.reading import Head, Reading, Reason, row

ANSWER = 16384
"""Bytes of an answer that are looked at."""


class TcpSettings(Settings):
    """Settings of the tcp probe. Without `host`, the target's address is asked."""

    port: int = Field(ge=1, le=65535)
    host: str | None = None
    send: str | None = Field(None, description="sent first, as UTF-8")
    expect: str | None = Field(None, description="regular expression that the answer must contain")
    tls: bool = False
    verify: bool = True
    ca: str | None = Field(None, description="file of authorities (PEM) instead of the system's")
    server_name: str | None = Field(None, description="name asked for and verified in TLS")

    @field_validator("expect")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        return expression(value)


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
        self._expect = re.compile(settings.expect) if settings.expect is not None else None
        self._secure = (
            Tls(settings.verify, settings.ca, settings.server_name) if settings.tls else None
        )
        self._tcp = Head("tcp", target.labels)
        self._tls = Head("tls", target.labels)

    async def ask(self, deadline: float) -> Reading:
        """One connection."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        reading = Reading(start=time.time())
        course = Course(deadline)
        try:
            async with asyncio.timeout_at(deadline):
                await self._talk(course)
        except FailedError as error:
            _blame(reading, error)
        except OSError as error:
            _blame(reading, failure(error, course.phase))
        except Exception as error:  # noqa: BLE001 - whatever a server provokes becomes a reading
            _blame(reading, FailedError(Reason.INTERNAL, f"unexpected {type(error).__name__}"))
        finally:
            course.abort()
        self._write(reading, course)
        reading.duration = loop.time() - began
        return reading

    async def close(self) -> None:
        """Nothing is held between runs."""

    async def _talk(self, course: Course) -> None:
        if not self._host:
            raise FailedError(Reason.NAME, "neither a host nor an address to ask")
        answer = await dial(self._host, self._settings.port, self._secure, _Answer, course)
        course.begin("answer")
        if self._settings.send is not None and answer.transport:
            answer.transport.write(self._settings.send.encode())
        while self._expect and not self._expect.search(answer.data.decode("utf-8", "replace")):
            if answer.ended:
                raise FailedError(Reason.PROTOCOL, _unmatched(answer))
            answer.news.clear()
            await answer.news.wait()

    def _write(self, reading: Reading, course: Course) -> None:
        found = (
            row(self._tcp, {"connect_seconds": course.phases.get("connect")}),
            row(self._tls, {"certificate_expiry_timestamp_seconds": course.expiry}),
        )
        reading.rows = [each for each in found if each]


def _blame(reading: Reading, error: FailedError) -> None:
    reading.reason, reading.message, reading.hint = error.reason, error.message, error.hint


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


PROBE = Probe("tcp", TcpSettings, _open)
