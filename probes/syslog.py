"""Syslog as devices send it: RFC 5424, and RFC 3164 with all the liberties that vendors take.

Over UDP a datagram is a message (RFC 5426); over TCP they are counted or end with a line
(RFC 6587). Nothing here trusts what it reads: what has no priority is still a message, of severity
notice.
"""

import asyncio
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass

from probes.reading import clean, line

SEVERITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")
"""By number (RFC 5424 table 2)."""

LONGEST = 8192
"""Bytes of one message that are taken; the rest of it is left out."""

TEXT = 1024
"""Characters of a text that are kept."""

PAUSE = 1.0
"""Seconds that a connection is not read after its sender said too much."""

TURN = 100
"""Messages of one connection that are taken at once, before others have their turn."""

SIGN_OF_LIFE = 300
"""Seconds of silence after which the kernel asks whether a sender is still there."""

_HIGHEST = 191
_UNSAID = 13

_PRIORITY = re.compile(r"<(\d{1,3})>")
_VERSION = re.compile(r"1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) ")
_DATA = re.compile(r'(?:-|(?:\[(?:[^\]"]|"(?:\\.|[^"\\])*")*\])+)(?: |$)')
_OLD = re.compile(
    r"(?:\d+: )?[*.]?(?:\d{4} )?[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?"
    r"(?: [A-Z]{2,5})?:? (?:(\S{1,255}) )?"
)
_TAG = re.compile(r"([\w./%-]{1,48})(?:\[[^\]]{0,32}\])?: ?")

Heard = Callable[[str, bytes], bool]
"""Takes a sender's address and one message as it came; False when that was too much for now."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its severity's name, its facility's number, who in the device says it (may be
    empty), and the text.
    """

    severity: str
    facility: int
    app: str
    text: str


def parse(raw: bytes) -> Message:
    """What a message says; never fails. Without a priority it is `notice` of facility user (1), as
    RFC 3164 section 4.3.3 has it.
    """
    text = raw[:LONGEST].decode("utf-8", "replace").lstrip("\ufeff").strip("\x00\r\n ")
    found = _PRIORITY.match(text)
    number = int(found[1]) if found else _UNSAID
    if found and number <= _HIGHEST:
        text = text[found.end() :]
    else:
        number = _UNSAID
    app, text = _modern(text) or _old(text)
    return Message(SEVERITIES[number & 7], number >> 3, clean(app), line(text, TEXT))


def _modern(text: str) -> tuple[str, str] | None:
    found = _VERSION.match(text)
    if found is None:
        return None
    data = _DATA.match(text, found.end())
    rest = text[data.end() :] if data else text[found.end() :]
    app = "" if found[3] == "-" else found[3]
    return app, rest.removeprefix("\ufeff")


def _old(text: str) -> tuple[str, str]:
    head = _OLD.match(text)
    host = head[1] if head and head[1] else ""
    rest = text[head.end() :] if head else text
    if host.endswith(":"):  # no host, the tag at once
        rest = f"{host} {rest}"
    tag = _TAG.match(rest)
    return (tag[1], rest[tag.end() :]) if tag else ("", rest)


class Datagrams(asyncio.DatagramProtocol):
    """The ear for UDP."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One message."""
        self._heard(addr[0], data[:LONGEST])


class Stream(asyncio.Protocol):
    """The ear for one TCP connection: messages counted (`57 <13>...`), or one a line.

    What is longer than LONGEST loses its end; a count beyond any reason ends the connection. Who
    says more than is heard is read no further for a while, and so has to wait.
    """

    def __init__(
        self, heard: Heard, welcome: Callable[[str], bool], left: Callable[[str], None]
    ) -> None:
        """`welcome` says whether a sender may stay; `left` is told of it when it has gone."""
        self._heard = heard
        self._welcome = welcome
        self._left = left
        self._stays = False
        self._data = bytearray()
        self._skip = 0
        self._dropping = False
        self._source = ""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A stranger is shown the door."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._source = str(transport.get_extra_info("peername")[0])
        self._stays = self._welcome(self._source)
        if not self._stays:
            transport.abort()
            return
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SIGN_OF_LIFE)

    def connection_lost(self, _error: Exception | None) -> None:
        """It has gone."""
        if self._stays:
            self._left(self._source)

    def data_received(self, data: bytes) -> None:
        """Take out the messages that are whole."""
        gone = min(self._skip, len(data))
        self._skip -= gone
        self._data += data[gone:]
        pause = self._take()
        if pause is not None and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(pause, self._go_on)

    def _take(self) -> float | None:
        """Some messages; after how many seconds to go on, None when no whole one is left."""
        for _ in range(TURN):
            message = self._next() if self._data else None
            if message is None:
                return None
            if message.strip() and not self._heard(self._source, message):
                return PAUSE
        return 0.0

    def _go_on(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        pause = self._take()
        if pause is None:
            self._transport.resume_reading()
        else:
            asyncio.get_running_loop().call_later(pause, self._go_on)

    def _next(self) -> bytes | None:
        counted = _COUNT.match(self._data)
        if counted is not None:
            return self._counted(int(counted[1]), counted.end())
        end = self._data.find(b"\n")
        if end < 0 and len(self._data) <= LONGEST:
            return None
        whole = end if end >= 0 else len(self._data)
        message = b"" if self._dropping else bytes(self._data[: min(whole, LONGEST)])
        self._dropping = end < 0
        del self._data[: whole + 1]
        return message

    def _counted(self, size: int, start: int) -> bytes | None:
        if size > 1 << 20:
            if self._transport is not None:
                self._transport.abort()
            self._data.clear()
            return None
        kept = min(size, LONGEST)
        if len(self._data) < start + kept:
            return None
        message = bytes(self._data[start : start + kept])
        self._skip = max(start + size - len(self._data), 0)
        del self._data[: start + size]
        return message


_COUNT = re.compile(rb"(\d{1,7}) (?=<)")
