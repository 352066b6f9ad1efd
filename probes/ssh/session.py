"""A server polled over SSH: one kept connection, one command a run, rows of what it printed.

Owns the connection's life (made when first needed, again when it was lost, ever later when the
server refuses us, so that no account gets locked) and the book-keeping of a run.
"""

import asyncio
import logging
import time
from typing import Any

import asyncssh

from probes.dial import FailedError
from probes.probe import Target
from probes.reading import Reading, Reason, clean
from probes.ssh import login
from probes.ssh.answer import first_line
from probes.ssh.report import Report
from probes.ssh.script import MARK, SHELL, body, script
from probes.ssh.settings import SshSettings
from probes.ssh.turn import Times

LIMIT = 2 << 20
"""Bytes of an answer; a server with 128 processors and 1,000 interfaces needs a quarter of it."""

ERRORS = 4096
SLOW = 600.0
"""Seconds between two readings of what seldom changes: identity, what interfaces are."""

MARGIN = 0.1
LAST_WORDS = 1.0
"""Seconds in which what a server said before it closed the channel may still come."""

PAUSE, LONGEST_PAUSE = 1.0, 60.0
REFUSED_PAUSE, LONGEST_REFUSED = 50.0, 900.0
"""Seconds before the next attempt, doubled with each failure: when there was no connection, and
when a login was refused, for pam_faillock and its like lock an account after a few.
"""

_END = f"\n{MARK} end\n".encode()
_log = logging.getLogger(__name__)


class Exchange(asyncssh.SSHClientSession[bytes]):
    """One command's output, up to its end mark, its channel's end or the limit."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.sent = self.heard = self.trip = 0.0
        self.over = False
        self.noise = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def whole(self) -> bool:
        """True when the script came to its end."""
        return self.out.endswith(_END)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Keep what comes; beyond the limit nobody listens any more."""
        if self.done.done():
            return
        if datatype is not None:
            self.err += data[: ERRORS - len(self.err)]
            self.noise += len(data)
        else:
            before = max(len(self.out) - len(MARK), 0)
            self.out += data[: LIMIT - len(self.out)]
            if not self.heard and self.out.find(MARK.encode(), before) >= 0:
                self.heard = time.time()
        self.over = len(self.out) >= LIMIT or self.noise >= LIMIT
        if self.over or self.whole:
            self.done.set_result(None)

    def connection_lost(self, _exc: Exception | None) -> None:
        """The channel has ended, one way or another."""
        if not self.done.done():
            self.done.set_result(None)


class SshSession:
    """The probe at work on one server."""

    def __init__(self, target: Target, memory: dict[str, Any]) -> None:
        """Raises ValueError on a credential that cannot be used."""
        assert isinstance(target.settings, SshSettings)
        settings = target.settings
        credential = target.credentials.get("ssh")
        self._access = login.access(target.address, settings.port, credential)
        self._body = body(settings)
        self._report = Report(target.labels, settings, memory)
        self._connection: asyncssh.SSHClientConnection | None = None
        self._slow_at = 0.0
        self._failures = 0
        self._not_before = 0.0
        self._failed: FailedError | None = None

    async def ask(self, deadline: float) -> Reading:
        """One run: one command on the kept connection; never raises."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        reading = Reading(start=time.time())
        exchange = Exchange()
        slow = begun >= self._slow_at
        error = await self._attempt(exchange, deadline, slow)
        if error is not None and not isinstance(error, _SpokenError):
            self._drop()
        times = Times(exchange.sent, exchange.heard, exchange.trip)
        try:
            if self._report.read(reading, bytes(exchange.out), times, slow) and slow:
                self._slow_at = begun + SLOW
        except Exception as fault:  # noqa: BLE001 - whatever a server writes becomes a reading
            error = _internal(fault)
        if error is not None:
            _blame(reading, error)
        _full_disk(reading, exchange)
        reading.duration = loop.time() - begun
        return reading

    async def _attempt(self, exchange: Exchange, deadline: float, slow: bool) -> FailedError | None:
        """The exchange, and what kept it from its end."""
        try:
            async with asyncio.timeout_at(deadline - MARGIN):
                await self._exchange(exchange, deadline, slow)
        except TimeoutError:
            return _late(self._connection is not None)
        except FailedError as failed:
            return failed
        except Exception as fault:  # noqa: BLE001 - whatever a server provokes becomes a reading
            return _internal(fault)
        return None

    async def close(self) -> None:
        """Log out."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await login.end(connection)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    async def _exchange(self, exchange: Exchange, deadline: float, slow: bool) -> None:
        """Run the script; a kept connection that turns out dead is replaced at once."""
        loop = asyncio.get_running_loop()
        channel = None
        if self._connection is not None:
            try:
                async with asyncio.timeout((deadline - loop.time()) / 3):
                    channel = await _opened(self._connection, exchange)
            except (TimeoutError, asyncssh.Error, OSError):
                self._drop()
        if channel is None:
            self._connection = await self._dial()
            try:
                channel = await _opened(self._connection, exchange)
            except (asyncssh.Error, OSError) as error:
                raise _no_command(error) from error
        try:
            left = (deadline - loop.time()) * 0.7
            exchange.sent = time.time()
            channel.write(script(self._body, left, slow))
            channel.write_eof()
            await exchange.done
        except OSError as error:  # the channel closed while we wrote: what it said may still come
            await asyncio.wait((exchange.done,), timeout=LAST_WORDS)
            raise _cut(exchange) from error
        finally:
            channel.close()
        if not exchange.whole:
            raise _cut(exchange)

    async def _dial(self) -> asyncssh.SSHClientConnection:
        loop = asyncio.get_running_loop()
        wait = self._not_before - loop.time()
        if self._failed is not None and wait > 0:
            failed = self._failed
            message = f"{failed.message} (next login in {wait:.0f} s)"
            raise FailedError(failed.reason, message, failed.hint)
        try:
            connection = await login.connect(self._access)
        except FailedError as error:
            self._rest(error)
            raise
        except asyncio.CancelledError:  # the deadline passed
            self._rest(_late(False))
            raise
        self._failures, self._failed = 0, None
        return connection

    def _rest(self, error: FailedError) -> None:
        """Not again before a while that doubles with each failure."""
        self._failures += 1
        self._failed = error
        first, most = PAUSE, LONGEST_PAUSE
        if isinstance(error, login.RefusedError):
            first, most = REFUSED_PAUSE, LONGEST_REFUSED
        pause = min(first * 2 ** min(self._failures - 1, 10), most)
        self._not_before = asyncio.get_running_loop().time() + pause


class _SpokenError(FailedError):
    """The connection is well: what is wrong was said over it."""


async def _opened(
    connection: asyncssh.SSHClientConnection, exchange: Exchange
) -> asyncssh.SSHClientChannel[bytes]:
    begun = time.monotonic()
    channel, _ = await connection.create_session(
        lambda: exchange, SHELL, encoding=None, request_pty=False, env=None, send_env=None
    )
    exchange.trip = (time.monotonic() - begun) / 2  # it opened a channel, then started a shell
    return channel


def _internal(fault: Exception) -> FailedError:
    _log.warning("an SSH poll failed in our own code", exc_info=fault)
    return FailedError(Reason.INTERNAL, f"{type(fault).__name__} in the SSH probe")


def _late(connected: bool) -> FailedError:
    if connected:
        return FailedError(
            Reason.TIMEOUT,
            "the server did not finish its answer in time",
            "is it overloaded, or does a configured command hang?",
        )
    return FailedError(
        Reason.TIMEOUT,
        "no login within the time there is",
        "does a firewall drop the packets, or does sshd wait for a name server (UseDNS)?",
    )


def _no_command(error: Exception) -> FailedError:
    text = clean(error.reason) if isinstance(error, asyncssh.Error) else "connection lost"
    return FailedError(
        Reason.PROTOCOL,
        f"logged in, but no command may be run: {text}",
        "does authorized_keys or sshd_config forbid sessions (MaxSessions, ForceCommand)?",
    )


def _cut(exchange: Exchange) -> FailedError:
    """Why an output has no end."""
    if exchange.over:
        text = f"the server wrote more than {LIMIT >> 20} MB"
        return FailedError(Reason.LIMIT if exchange.heard else Reason.PROTOCOL, text)
    said = first_line(exchange.err, b"" if exchange.heard else exchange.out)
    if exchange.heard:
        message = "the connection was lost in the middle of the answer"
        return FailedError(Reason.PROTOCOL, message + (f": {said}" if said else ""))
    text = (exchange.err + exchange.out[:ERRORS]).decode("utf-8", "replace")
    if login.expired(text):
        return login.RefusedError(
            Reason.AUTH,
            f"the account's password has expired: {said}",
            "set a new one, or let it never expire for this account: chage -M -1 USER",
        )
    if "No space left on device" in text:
        return _SpokenError(Reason.PROTOCOL, f"the server's disk is full: {said}", "make room")
    if not said:
        return FailedError(
            Reason.PROTOCOL,
            "the connection was lost before a word of the answer",
            "did the server restart, or is its process table full?",
        )
    return _SpokenError(
        Reason.PROTOCOL,
        f"the account's shell does not run commands; it says: {said}",
        "give the account a shell such as /bin/sh, and no command= in authorized_keys",
    )


def _blame(reading: Reading, error: FailedError) -> None:
    """A run that broke off: partial when rows came in, else the reason itself."""
    kept = error.reason if error.reason is Reason.LIMIT else Reason.PARTIAL
    reading.reason = kept if reading.rows else error.reason
    reading.message, reading.hint = error.message, error.hint or reading.hint


def _full_disk(reading: Reading, exchange: Exchange) -> None:
    if b"No space left on device" in exchange.err and reading.reason in (None, Reason.PARTIAL):
        reading.reason = Reason.PARTIAL
        text = "a disk of the server is full"
        reading.message = f"{text}; {reading.message}" if reading.message else text
        reading.hint = reading.hint or "storage_used_ratio shows which"
