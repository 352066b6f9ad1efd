"""The smtp and imap probes: a dialogue with a mail server, up to where mail would begin.

Greeting, capabilities, STARTTLS where it is asked for (RFC 3207, RFC 9051 section 6.2.1), good bye.
Nothing is delivered and nobody logs in.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, Literal

from pydantic import Field

from probes.checking import checked
from probes.dial import Course, FailedError, Tls, dial, secured
from probes.probe import Probe, Settings, Target
from probes.reading import Head, Reading, Reason, Row, line, row

LINES = 64
"""Lines of one answer that are read; a capability list has about twenty."""

LONGEST = 2048
"""Bytes of a line that are read (RFC 5321 section 4.5.3.1.5 allows 512)."""


class MailSettings(Settings):
    """Settings of both probes. Without `host`, the target's address is asked."""

    host: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    tls: Literal["no", "starttls", "yes"] = Field(
        "no", description="`yes`: from the first byte; `starttls`: after the greeting"
    )
    verify: bool = True
    ca: str | None = Field(None, description="file of authorities (PEM) instead of the system's")
    server_name: str | None = Field(None, description="name asked for and verified in TLS")


class SmtpSettings(MailSettings):
    """Settings of the smtp probe; the port is 25, or 465 with `tls: yes`."""

    helo: str = Field("hatang.invalid", description="the name that we greet with", max_length=255)


class Dialogue(asyncio.Protocol):
    """Lines to and fro on one stream."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._data = bytearray()
        self._ended = False
        self._news = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        """Keep what comes; who says too much is not read on."""
        self._data += data[: LONGEST * LINES - len(self._data)]
        self._news.set()

    def connection_lost(self, _error: Exception | None) -> None:
        """No more will come."""
        self._ended = True
        self._news.set()

    def say(self, text: str) -> None:
        """One line out."""
        self._course.transports[-1].write(f"{text}\r\n".encode())

    async def hear(self) -> str:
        """One line in. Raises FailedError."""
        while (end := self._data.find(b"\n")) < 0:
            if len(self._data) > LONGEST:
                raise FailedError(Reason.PROTOCOL, "the server says a line without end")
            if self._ended:
                raise FailedError(Reason.PROTOCOL, "the server closed the connection half-way")
            self._news.clear()
            await self._news.wait()
        raw = bytes(self._data[:end])
        del self._data[: end + 1]
        return raw[:LONGEST].decode("utf-8", "replace").rstrip("\r")

    async def secure(self, secure: Tls, host: str) -> None:
        """Go over to TLS on the same connection. Raises FailedError."""
        if self._data:
            told = "the server says more before TLS than it was asked"
            raise FailedError(Reason.PROTOCOL, told, "somebody may stand between it and us")
        self._course.end()
        await secured(self, secure, host, self._course)
        self._course.begin("dialogue")


Talk = Callable[[Dialogue, MailSettings, str], Awaitable[None]]


async def smtp(dialogue: Dialogue, settings: MailSettings, host: str) -> None:
    """The dialogue of RFC 5321. Raises FailedError."""
    assert isinstance(settings, SmtpSettings)
    await _smtp(dialogue, "220", "greeting")
    dialogue.say(f"EHLO {settings.helo}")
    told = await _smtp(dialogue, "250", "EHLO")
    if settings.tls == "starttls":
        if not any(one[4:].upper() == "STARTTLS" for one in told):
            hint = "switch TLS on in the server; was it stripped on the way?"
            raise FailedError(Reason.TLS, "the server does not offer STARTTLS", hint)
        dialogue.say("STARTTLS")
        await _smtp(dialogue, "220", "STARTTLS")
        await dialogue.secure(_tls(settings), host)
        dialogue.say(f"EHLO {settings.helo}")
        await _smtp(dialogue, "250", "EHLO")
    dialogue.say("QUIT")


async def _smtp(dialogue: Dialogue, code: str, to: str) -> list[str]:
    found: list[str] = []
    for _ in range(LINES):
        text = await dialogue.hear()
        if not re.fullmatch(r"\d{3}(?:[ -].*)?", text):
            raise FailedError(Reason.PROTOCOL, "the server does not speak SMTP")
        found.append(text)
        if text[3:4] != "-":
            if text[:3] != code:
                raise FailedError(Reason.PROTOCOL, f"to {to}: {line(text, 200)}")
            return found
    raise FailedError(Reason.PROTOCOL, f"an answer to {to} without end")


async def imap(dialogue: Dialogue, settings: MailSettings, host: str) -> None:
    """The dialogue of RFC 9051. Raises FailedError."""
    greeting = await dialogue.hear()
    if not re.match(r"\* (OK|PREAUTH)\b", greeting, re.IGNORECASE):
        known = re.match(r"\* BYE\b", greeting, re.IGNORECASE)
        told = line(greeting, 200) if known else "the server does not speak IMAP"
        raise FailedError(Reason.PROTOCOL, told)
    if settings.tls == "starttls":
        await _imap(dialogue, "a1", "STARTTLS")
        await dialogue.secure(_tls(settings), host)
    await _imap(dialogue, "a2", "CAPABILITY")
    dialogue.say("a3 LOGOUT")


async def _imap(dialogue: Dialogue, tag: str, command: str) -> None:
    dialogue.say(f"{tag} {command}")
    for _ in range(LINES):
        text = await dialogue.hear()
        if text.startswith(f"{tag} "):
            if not text[len(tag) + 1 :].upper().startswith("OK"):
                raise FailedError(Reason.PROTOCOL, f"to {command}: {line(text, 200)}")
            return
    raise FailedError(Reason.PROTOCOL, f"an answer to {command} without end")


def _tls(settings: MailSettings) -> Tls:
    return Tls(settings.verify, settings.ca, settings.server_name)


class MailSession:
    """A dialogue at work on one server."""

    def __init__(self, target: Target, settings: MailSettings, subject: str, talk: Talk) -> None:
        self._settings = settings
        self._dialogue = talk
        self._host = settings.host or (target.address if target.addresses else "")
        plain, secure = PORTS[subject]
        self._port = settings.port or (secure if settings.tls == "yes" else plain)
        self._head = Head(subject, target.labels)
        self._tls = Head("tls", target.labels)
        self._whole: float | None = None

    async def ask(self, deadline: float) -> Reading:
        """One dialogue."""
        self._whole = None
        return await checked(deadline, self._talk, self._rows)

    async def close(self) -> None:
        """Nothing is held between runs."""

    async def _talk(self, course: Course) -> None:
        settings = self._settings
        secure = _tls(settings) if settings.tls == "yes" else None
        dialogue = await dial(self._host, self._port, secure, partial(Dialogue, course), course)
        course.begin("greeting")
        await self._dialogue(dialogue, settings, self._host)
        course.end()
        self._whole = sum(course.phases.values())

    def _rows(self, course: Course) -> Iterable[Row | None]:
        yield row(self._head, {"duration_seconds": self._whole})
        yield row(self._tls, {"certificate_expiry_timestamp_seconds": course.expiry})


PORTS = {"smtp": (25, 465), "imap": (143, 993)}
"""Of a plain beginning, and of TLS from the first byte (RFC 5321, 8314, 9051)."""


def _smtp_session(target: Target, memory: dict[str, Any]) -> MailSession:
    del memory  # a dialogue learns nothing that is worth keeping
    assert isinstance(target.settings, SmtpSettings)
    return MailSession(target, target.settings, "smtp", smtp)


def _imap_session(target: Target, memory: dict[str, Any]) -> MailSession:
    del memory  # a dialogue learns nothing that is worth keeping
    assert isinstance(target.settings, MailSettings)
    return MailSession(target, target.settings, "imap", imap)


SMTP = Probe("smtp", SmtpSettings, _smtp_session, check=True)
IMAP = Probe("imap", MailSettings, _imap_session, check=True)
