"""Where the API listens: loopback, or beyond it with TLS and tokens, and never otherwise."""

import asyncio
import errno
import ipaddress
import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from collector.api.acts.audited import TALLIES, tallies, told_refused
from collector.api.acts.silences import ASKING, AT_ONCE
from collector.api.atlas.answers import KEPT, Kept
from collector.api.charts.answers import QUESTIONS
from collector.api.charts.questions import Questions
from collector.api.entry.door import IDLE, Door
from collector.api.entry.guard import BODY, Guard, is_loopback
from collector.api.entry.tokens import ListenRefusedError, read_tokens
from collector.api.entry.visitors import VISITORS, Visitors, parse_proxy
from collector.api.openapi import document
from collector.api.rim import DOCUMENT, REGISTRY, SCRAPES, SCRAPES_AT_ONCE, SOURCE
from collector.api.routes import ROUTES, most_of, role_of
from collector.api.source import Source
from collector.api.state.alerts import ROUNDS
from collector.api.state.stream import STREAMS, Streams
from collector.api.things.contract import CONTRACT
from collector.selfmetrics import registry

log = logging.getLogger("hatang.api")

LISTEN = "127.0.0.1:9871"
NEXT_PORTS = 20
"""On loopback, how many ports after a taken one are tried."""


@dataclass(frozen=True, slots=True)
class Access:
    """What lets the API listen beyond loopback: certificate, its key, and a file of tokens, as
    paths. `proxy` is `address=header` of a reverse proxy that names its users; `sessions` the file
    where the console's sessions are kept.
    """

    certificate: str | None = None
    key: str | None = None
    tokens: str | None = None
    proxy: str | None = None
    sessions: Path | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """An API that listens. `url` is its real address."""

    host: str
    port: int
    url: str
    runner: web.AppRunner

    async def stop(self) -> None:
        """Stop listening; requests at work get a second."""
        await self.runner.cleanup()


_LOOPBACK_ONLY = Access()


async def serve(
    source: Source,
    listen: str = LISTEN,
    access: Access = _LOOPBACK_ONLY,
    *,
    exactly: bool = False,
) -> Server:
    """Listen; on loopback, unless it must be `exactly` there, on the next free port.

    Raises ListenRefusedError where that is not safe or not possible, with what to do.
    """
    host, port = parse_listen(listen)
    loopback = is_loopback(host)
    context = _context(access)
    if not loopback and (context is None or access.tokens is None):
        raise ListenRefusedError(
            f"{listen} is beyond this machine: give --tls-cert, --tls-key and --tokens, "
            f"or listen on {LISTEN}"
        )
    visitors = await asyncio.to_thread(_visitors, access)
    app = application(source, loopback, visitors)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, keepalive_timeout=IDLE)
    await runner.setup()
    spare = NEXT_PORTS if loopback and port and not exactly else 0
    try:
        port = await _listen(runner, visitors, (host, port), context, spare)
    except ListenRefusedError:
        await runner.cleanup()
        raise
    shown = f"[{host}]" if ":" in host else host
    url = f"{'https' if context else 'http'}://{shown}:{port}"
    log.info("API listens", extra={"url": url, "tokens": len(visitors.tokens)})
    return Server(host, port, url, runner)


def parse_listen(text: str) -> tuple[str, int]:
    """`127.0.0.1:9871` or `[::1]:9871` as IP literal and port. Raises ListenRefusedError."""
    host, _, port = text.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        ipaddress.ip_address(host)
        if not port.isdecimal() or int(port) > 65535:
            raise ValueError
    except ValueError:
        raise ListenRefusedError(f"{text!r} is no address to listen on (as {LISTEN})") from None
    return host, int(port)


def _visitors(access: Access) -> Visitors:
    tokens = read_tokens(Path(access.tokens)) if access.tokens else ()
    proxy = parse_proxy(access.proxy) if access.proxy else None
    if proxy is not None and not tokens:
        raise ListenRefusedError("--proxy names users: --tokens says which role each has")
    return Visitors(tokens, proxy, access.sessions)


def application(source: Source, loopback: bool, visitors: Visitors) -> web.Application:
    """The routes behind the guard."""
    guard = Guard(visitors, loopback, role_of, most_of, told_refused)
    app = web.Application(middlewares=[guard.admit], client_max_size=BODY)
    app[SOURCE] = source
    app[VISITORS] = visitors
    app[KEPT] = Kept()
    app[TALLIES] = tallies()
    app[SCRAPES] = asyncio.Semaphore(SCRAPES_AT_ONCE)
    app[ASKING] = asyncio.Semaphore(AT_ONCE)
    app[CONTRACT] = source.contract
    app[QUESTIONS] = asked = Questions(lambda: source.promql)
    app[ROUNDS] = source.telling.rounds
    app[REGISTRY] = registry(source)
    app[DOCUMENT] = document(ROUTES)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, route.answer)
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, route.answer)
    app[STREAMS] = streams = Streams(source.journal)
    app.on_startup.append(streams.begin)
    app.on_shutdown.append(streams.end)
    app.on_cleanup.append(lambda _: asked.close())
    app.on_response_prepare.append(_headers)
    return app


async def _headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "hatang"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault(
        "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
    )


def _context(access: Access) -> ssl.SSLContext | None:
    if access.certificate is None and access.key is None:
        return None
    if access.certificate is None or access.key is None:
        raise ListenRefusedError("--tls-cert and --tls-key stand together")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(access.certificate, access.key, password=_no_password)
    except (OSError, ValueError) as error:
        raise ListenRefusedError(
            f"{access.certificate}, {access.key}: no certificate and key: {error}"
        ) from None
    return context


def _no_password() -> str:
    raise ValueError("the key is locked by a password")


async def _listen(
    runner: web.AppRunner,
    visitors: Visitors,
    place: tuple[str, int],
    context: ssl.SSLContext | None,
    spare: int,
) -> int:
    """The port where it listens. Raises ListenRefusedError."""
    host, port = place
    while True:
        door = None
        try:
            door = Door(host, port, visitors.trusted)
            await web.SockSite(runner, door, ssl_context=context).start()
        except OSError as error:
            if door is not None:
                door.close()
            if error.errno != errno.EADDRINUSE or not spare or port == 65535:
                raise ListenRefusedError(f"{host}:{port}: {error.strerror or error}") from None
            port, spare = port + 1, spare - 1
        else:
            bound: int = door.getsockname()[1]
            return bound


def _is_spoken(record: logging.LogRecord) -> bool:
    """Whether it is more than that somebody sent what is no HTTP: that would fill the log, and may
    have a token in it.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


logging.getLogger("aiohttp.server").addFilter(_is_spoken)
