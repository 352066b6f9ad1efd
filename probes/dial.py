"""Opening a TCP or TLS stream step by step, so that each step's time is its own: resolve, connect,
tls.

aiohttp's own tracing sees TCP and TLS as one step; http and tcp both dial here instead.
"""

import asyncio
import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from probes import tls
from probes.reading import Reason

ATTEMPTS = 6
"""Addresses of one name that are tried."""

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}

Stream = TypeVar("Stream", bound=asyncio.BaseProtocol)


class FailedError(Exception):
    """A dial or a dialogue that came to nothing, with what a reading says of it."""

    def __init__(self, reason: Reason, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Tls:
    """How a server's certificate is treated; `name` None takes the host's."""

    verify: bool = True
    ca: str | None = None
    name: str | None = None


@dataclass(slots=True)
class Course:
    """What became of a run so far: seconds by phase (summed when a phase happens again), and the
    phase it is in; the certificate's end when one was shown; the transports to let go of."""

    deadline: float
    phases: dict[str, float] = field(default_factory=dict)
    phase: str = "resolve"
    expiry: float | None = None
    transports: list[asyncio.Transport] = field(default_factory=list)
    _since: float = 0.0

    def begin(self, phase: str) -> None:
        """A phase starts now."""
        self.phase = phase
        self._since = asyncio.get_running_loop().time()

    def end(self) -> None:
        """The phase that was begun last ends now."""
        spent = asyncio.get_running_loop().time() - self._since
        self.phases[self.phase] = self.phases.get(self.phase, 0.0) + spent

    def abort(self) -> None:
        """Drop every connection at once: a peer that does not close must not hold us."""
        for transport in self.transports:
            transport.abort()
        self.transports.clear()


def failure(error: OSError, phase: str) -> FailedError:
    """An operating system's error as a reason; nothing of the peer's text goes into it."""
    text = error.strerror or type(error).__name__
    if isinstance(error, ConnectionRefusedError):
        return FailedError(Reason.REFUSED, "connection refused", "is the service running there?")
    if isinstance(error, TimeoutError):
        return FailedError(Reason.TIMEOUT, f"no answer in time while in {phase}")
    if error.errno in _UNREACHABLE:
        return FailedError(Reason.UNREACHABLE, text.lower())
    if isinstance(error, ssl.SSLError):
        return FailedError(Reason.TLS, *tls.explain(error))
    if phase == "tls":
        message = "the peer closed the connection in the TLS handshake"
        return FailedError(Reason.TLS, message, "does the port speak TLS, version 1.2 or later?")
    return FailedError(Reason.PROTOCOL, f"connection broken in {phase}: {text.lower()}")


async def dial(
    host: str, port: int, secure: Tls | None, factory: Callable[[], Stream], course: Course
) -> Stream:
    """A connected protocol of `factory`; times and the certificate go into `course`.

    Raises FailedError; the caller bounds the time.
    """
    plain = await _connect(await _resolve(host, port, course), course)
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {}
    if secure:
        course.begin("tls")
        try:
            options["ssl"] = _context(secure)
        except FailedError:
            plain.close()
            raise
        options["server_hostname"] = secure.name or host
    peer = plain.getpeername()
    try:
        transport, protocol = await loop.create_connection(factory, sock=plain, **options)
    except OSError as error:
        plain.close()
        if isinstance(error, ssl.SSLCertVerificationError):
            course.expiry = await _refused_expiry(peer, options["server_hostname"], course)
        raise failure(error, course.phase) from error
    course.transports.append(transport)
    if secure:
        course.end()
        course.expiry = _expiry(transport)
    return protocol


async def secured(protocol: asyncio.BaseProtocol, secure: Tls, host: str, course: Course) -> None:
    """Go over to TLS on the connection that `dial` made last; the time and the certificate go into
    `course`. Raises FailedError.
    """
    course.begin("tls")
    plain = course.transports[-1]
    loop = asyncio.get_running_loop()
    context, name = _context(secure), secure.name or host
    try:
        transport = await loop.start_tls(plain, protocol, context, server_hostname=name)
    except OSError as error:
        raise failure(error, course.phase) from error
    assert transport is not None
    course.transports.append(transport)
    course.end()
    course.expiry = _expiry(transport)


def _context(secure: Tls) -> ssl.SSLContext:
    try:
        return tls.context(secure.verify, secure.ca)
    except OSError as error:
        raise FailedError(Reason.TLS, f"cannot use the CA file {secure.ca}: {error}") from error


async def literal(host: str, course: Course) -> str:
    """The first address of a name. Raises FailedError."""
    return str((await _resolve(host, 0, course))[0][1][0])


async def _resolve(host: str, port: int, course: Course) -> list[tuple[int, tuple[Any, ...]]]:
    """Family and socket address of each address of a name; a literal is not resolved."""
    if not host:
        raise FailedError(Reason.NAME, "neither a host nor an address to ask")
    loop = asyncio.get_running_loop()
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        literal = None
    else:
        flags = socket.AI_NUMERICHOST
    if literal is None:
        course.begin("resolve")
        flags = socket.AI_ADDRCONFIG
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except (socket.gaierror, UnicodeError) as error:
        cause = error.strerror if isinstance(error, socket.gaierror) else "not a host name"
        message = f"cannot resolve {host}: {str(cause).lower()}"
        raise FailedError(
            Reason.NAME, message, "is the name right, and does DNS answer?"
        ) from error
    if literal is None:
        course.end()
    return [(family, address) for family, _, _, _, address in found[:ATTEMPTS]]


async def _connect(addresses: list[tuple[int, tuple[Any, ...]]], course: Course) -> socket.socket:
    """The first address that accepts; each gets its share of what is left of the time."""
    loop = asyncio.get_running_loop()
    course.begin("connect")
    last: OSError = TimeoutError()
    for number, (family, address) in enumerate(addresses):
        share = (course.deadline - loop.time()) / (len(addresses) - number)
        try:
            made = socket.socket(family, socket.SOCK_STREAM)
            made.setblocking(False)
            try:
                async with asyncio.timeout(share):
                    await loop.sock_connect(made, address)
            except BaseException:
                made.close()
                raise
        except OSError as error:
            last = error
            continue
        course.end()
        return made
    raise failure(last, "connect") from last


def _expiry(transport: asyncio.BaseTransport) -> float | None:
    session = transport.get_extra_info("ssl_object")
    return tls.expiry(session.getpeercert(binary_form=True))


async def _refused_expiry(peer: tuple[Any, ...], name: str, course: Course) -> float | None:
    """The end of a certificate that verification refused: OpenSSL forgets it, so ask once more."""
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_connection(
            asyncio.Protocol,
            host=peer[0],
            port=peer[1],
            ssl=tls.context(False, None),
            server_hostname=name,
        )
    except OSError:
        return None
    course.transports.append(transport)
    return _expiry(transport)
