"""The ntp probe: a server's stratum, and its clock less ours (RFC 5905, version 4, client mode)."""

import asyncio
import secrets
import struct
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import Field

from probes.checking import checked
from probes.datagram import exchange
from probes.dial import Course, FailedError
from probes.probe import Probe, Settings, Target
from probes.reading import Head, Reading, Reason, Row, clean, row

AGAIN = (1.0, 1.0, 2.0, 4.0)
"""Seconds to wait for an answer before the question is asked again; a server may limit us."""

_PACKET = struct.Struct("!BBbb3I4Q")
_CLIENT = 0x23  # no leap warning, version 4, mode 3
_UNSYNCHRONISED = 16
_EPOCH = 2_208_988_800
_ERA = 1 << 32


class NtpSettings(Settings):
    """Settings of the ntp probe. Without `host`, the target's address is asked."""

    host: str | None = None
    port: int = Field(123, ge=1, le=65535)


class Told(NamedTuple):
    """What a server answered: its clock less ours in seconds, and its stratum."""

    offset: float
    stratum: int


class Question:
    """One question; the number that it carries as our time is drawn, so that nobody can answer who
    has not seen it, and our clock is told to nobody.
    """

    def __init__(self) -> None:
        self._number = 0
        self._sent = 0.0
        self._wall = 0.0

    def packet(self) -> bytes:
        """As it goes out now."""
        self._number = secrets.randbits(64)
        self._sent, self._wall = asyncio.get_running_loop().time(), time.time()
        return _PACKET.pack(_CLIENT, 0, 0, 0, 0, 0, 0, 0, 0, 0, self._number)

    def read(self, data: bytes, came: float) -> Told | None:
        """The answer to it, None for anything else. Raises FailedError where the server does not
        serve.
        """
        if len(data) < _PACKET.size:
            return None
        first, stratum, _, _, _, _, name, _, origin, received, sent = _PACKET.unpack_from(data)
        if first & 7 != 4 or origin != self._number:
            return None
        code = clean(name.to_bytes(4, "big").rstrip(b"\x00"))
        if stratum == 0 and code:
            hint = "ask it less often, or let it serve this address"
            raise FailedError(Reason.REFUSED, f"the server sends us away: {code}", hint)
        if not 0 < stratum < _UNSYNCHRONISED or first >> 6 == 3:
            hint = "look at the servers that it follows itself"
            raise FailedError(Reason.PROTOCOL, "the server is not synchronised", hint)
        ours = self._wall + (came - self._sent) / 2
        return Told((_unix(received, ours) + _unix(sent, ours)) / 2 - ours, stratum)


def _unix(stamp: int, near: float) -> float:
    """A timestamp in Unix seconds, of the era that is nearest to `near`."""
    seconds = stamp / _ERA - _EPOCH
    return seconds + round((near - seconds) / _ERA) * _ERA


class NtpSession:
    """The probe at work on one server."""

    def __init__(self, target: Target, settings: NtpSettings) -> None:
        self._where = (settings.host or (target.address if target.addresses else ""), settings.port)
        self._head = Head("ntp", target.labels)
        self._told: Told | None = None

    async def ask(self, deadline: float) -> Reading:
        """One question."""
        self._told = None
        return await checked(deadline, self._talk, self._rows)

    async def close(self) -> None:
        """Nothing is held between runs."""

    async def _talk(self, course: Course) -> None:
        asked = Question()
        self._told = await exchange(self._where, asked.packet, asked.read, AGAIN, course)

    def _rows(self, _course: Course) -> Iterable[Row | None]:
        if self._told is not None:
            offset, stratum = self._told
            yield row(self._head, {"offset_seconds": offset, "stratum": stratum})


def _open(target: Target, memory: dict[str, Any]) -> NtpSession:
    del memory  # a question learns nothing that is worth keeping
    assert isinstance(target.settings, NtpSettings)
    return NtpSession(target, target.settings)


PROBE = Probe("ntp", NtpSettings, _open, check=True)
