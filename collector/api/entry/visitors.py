"""Who is known without sending a token each time: console sessions, and users that a reverse proxy
names.

A session's secret is in the browser's cookie only; what is kept here, and in a file so that a wall
survives a restart of the collector, are its hash, the hash of its token's hash, and its end. A
token that is taken out of the tokens file takes its sessions along.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from collector.api.entry.tokens import Attempts, ListenRefusedError, Token

log = logging.getLogger("hatang.api")

LASTS = {"viewer": 30 * 86400.0, "operator": 12 * 3600.0}
"""Seconds that a session lasts, by role: a wall hangs for weeks, a shift ends."""

SESSIONS, SESSIONS_EACH = 500, 100
"""Sessions at once, and of one token; the one that ends first makes room. Nobody who logs in again
and again ends the sessions of others.
"""

CSRF = "X-Hatang-Session"
"""The header that an act sends along with a cookie, with a word that no other page can read."""

COOKIE, COOKIE_TLS = "hatang", "__Host-hatang"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody known by cookie or proxy, until when, and the word that proves an act is theirs."""

    token: Token
    until: float | None
    csrf: str


@dataclass(frozen=True, slots=True)
class Proxy:
    """The reverse proxy whose word counts: its address, and the header with the user's name."""

    address: str
    header: str


def parse_proxy(text: str) -> Proxy:
    """`10.17.0.4=X-Remote-User` as a proxy. Raises ListenRefusedError."""
    address, _, header = text.partition("=")
    try:
        address = str(ipaddress.ip_address(address))
    except ValueError:
        header = ""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", header):
        raise ListenRefusedError(f"{text!r} is no proxy (as 10.17.0.4=X-Remote-User)")
    return Proxy(address, header)


class Visitors:
    """The sessions of one collector, and who the proxy says is there."""

    def __init__(
        self,
        tokens: tuple[Token, ...],
        proxy: Proxy | None = None,
        path: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.tokens, self.attempts = tokens, Attempts()
        self._proxy, self._path, self._clock = proxy, path, clock
        self._owner = {_hash(token.digest): token for token in tokens if token.digest}
        self._saving = asyncio.Lock()
        self._key = secrets.token_bytes(32)
        self._sessions: dict[str, tuple[str, float]] = {}
        self._load()

    def begin(self, token: Token) -> tuple[str, Visitor]:
        """A session of a token's holder: its secret, and who that is."""
        secret = secrets.token_urlsafe(32)
        until = self._clock() + LASTS[token.role]
        fingerprint = _hash(token.digest)
        self._sessions[_hash(secret.encode())] = (fingerprint, until)
        self._bound(SESSIONS_EACH, fingerprint)
        self._tidy()
        return secret, Visitor(token, until, _word(secret.encode(), "csrf"))

    def end(self, secret: str) -> None:
        """No more session for who has this secret."""
        self._sessions.pop(_hash(secret.encode()), None)

    def who(self, request: web.Request) -> Visitor | None:
        """Who asks, by the proxy's word or by cookie."""
        return self._named(request) or self._session(self.secret(request))

    def _session(self, secret: str) -> Visitor | None:
        fingerprint, until = self._sessions.get(_hash(secret.encode()), ("", 0.0))
        token = self._owner.get(fingerprint)
        if token is None or until <= self._clock():
            return None
        return Visitor(token, until, _word(secret.encode(), "csrf"))

    def _named(self, request: web.Request) -> Visitor | None:
        if self._proxy is None or not self._proxied(request):
            return None
        name = _only(request, self._proxy.header)
        token = next((one for one in self.tokens if one.name == name), None)
        return Visitor(token, None, _word(self._key, name)) if token is not None else None

    @property
    def trusted(self) -> tuple[str, ...]:
        """Addresses that speak for others."""
        return (self._proxy.address,) if self._proxy else ()

    def forwarded(self, request: web.Request) -> str | None:
        """By which name the proxy was asked; None where it was not the proxy."""
        return request.headers.get("X-Forwarded-Host") if self._proxied(request) else None

    def sealed(self, request: web.Request) -> bool:
        """Whether the browser speaks TLS: with us, or with the proxy by that one's last word."""
        if request.secure or not self._proxied(request):
            return request.secure
        return _last(request, "X-Forwarded-Proto").lower() == "https"

    def secret(self, request: web.Request) -> str:
        """What the cookie has; over TLS only the one that was set over TLS counts."""
        return request.cookies.get(COOKIE_TLS if self.sealed(request) else COOKIE, "")[:200]

    def _proxied(self, request: web.Request) -> bool:
        return self._proxy is not None and request.remote == self._proxy.address

    def address(self, request: web.Request) -> str:
        """From where somebody asks, as far as the proxy's last word on it."""
        remote = request.remote or ""
        if not self._proxied(request):
            return remote
        try:
            return str(ipaddress.ip_address(_last(request, "X-Forwarded-For")))
        except ValueError:
            return remote

    def _tidy(self) -> None:
        now = self._clock()
        for key in [key for key, (_, until) in self._sessions.items() if until <= now]:
            del self._sessions[key]
        self._bound(SESSIONS)

    def _bound(self, most: int, fingerprint: str = "") -> None:
        """Let go of those that end first, of one token or of all, beyond so many."""
        own = [key for key, (of, _) in self._sessions.items() if fingerprint in ("", of)]
        own.sort(key=lambda key: self._sessions[key][1])
        for key in own[: max(0, len(own) - most)]:
            del self._sessions[key]

    def _load(self) -> None:
        """What the file has; one that is damaged is as none, and everybody logs in again."""
        try:
            kept = json.loads(self._path.read_text()) if self._path else {}
            self._sessions = {str(key): (str(of), float(end)) for key, (of, end) in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._sessions = {}
        self._tidy()

    async def save(self) -> None:
        """Keep the sessions on disk; where that fails they end with this process."""
        if self._path is None:
            return
        async with self._saving:
            try:
                await asyncio.to_thread(_write, self._path, json.dumps(self._sessions))
            except OSError as error:
                log.warning("sessions are not kept", extra={"why": str(error)})


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(0o600)
    fresh.write_text(text)
    fresh.replace(path)


VISITORS = web.AppKey("visitors", Visitors)


def _last(request: web.Request, name: str) -> str:
    """A header's last word: proxies add theirs behind what a stranger sent, some on a line of its
    own.
    """
    return ",".join(request.headers.getall(name, ())).rpartition(",")[2].strip()


def _only(request: web.Request, name: str) -> str:
    """A header that stands there once: of two the first may be a stranger's."""
    said = request.headers.getall(name, ())
    return said[0] if len(said) == 1 else ""


def _hash(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()


def _word(key: bytes, what: str) -> str:
    return hmac.new(key, what.encode("utf-8", "surrogateescape"), "sha256").hexdigest()
