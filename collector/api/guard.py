"""Who may ask what: tokens and roles, Host and Origin, failed attempts, sizes; errors as JSON.

On loopback a web page in the operator's browser is the stranger: it may reach us by another name
(DNS rebinding, so the Host is checked) or send a form (so the Origin is). Beyond loopback everyone
is.
"""

import hashlib
import hmac
import ipaddress
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from collector.api.shape import Problem

log = logging.getLogger("hatang.api")

HOLDER = web.RequestKey("holder", str)
"""The name of the token's holder, on requests where tokens are on."""

ROLES = ("viewer", "operator")
"""Each may do what those before it may."""

BODY = 64 << 10
"""Largest request body, in bytes."""

ATTEMPTS = 10
"""Wrong tokens from one address within `FORGIVEN` seconds, after which it is refused unread."""

FORGIVEN = 60.0
REMEMBERED = 1_000

_LINE = re.compile(r"([\w.-]{1,64}):([a-z]+):([0-9a-fA-F]{64})")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ListenRefusedError(ValueError):
    """Why the API will not listen as it was asked to."""


@dataclass(frozen=True, slots=True)
class Token:
    """A holder's name and role, and the hash of the token; the token itself is nowhere."""

    name: str
    role: str
    digest: bytes


def read_tokens(path: Path) -> tuple[Token, ...]:
    """The tokens of a file of `name:role:sha256-hex` lines; empty lines and `#` lines are passed
    over.

    Raises ListenRefusedError with file and line. The text of a bad line is not shown: it may be a
    secret.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ListenRefusedError(f"{path}: tokens cannot be read: {error}") from None
    found = []
    for place, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None:
            raise ListenRefusedError(f"{path}:{place}: not name:role:sha256 (64 hex digits)")
        if parts[2] not in ROLES:
            raise ListenRefusedError(f"{path}:{place}: unknown role (one of {', '.join(ROLES)})")
        found.append(Token(parts[1], parts[2], bytes.fromhex(parts[3])))
    if not found:
        raise ListenRefusedError(f"{path}: no token in it")
    return tuple(found)


class Attempts:
    """Counts wrong tokens by address, in bounded memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds that this address has to wait, 0 when it may try."""
        count, since = self._failed.get(address, (0, 0.0))
        left = since + FORGIVEN - self._clock()
        return left if count >= ATTEMPTS and left > 0 else 0.0

    def failed(self, address: str) -> None:
        """Remember one more wrong token."""
        now = self._clock()
        count, since = self._failed.pop(address, (0, now))
        if now - since >= FORGIVEN:
            count, since = 0, now
        self._failed[address] = (count + 1, since)
        while len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)


def holder(tokens: tuple[Token, ...], header: str) -> Token | None:
    """Whose `Authorization: Bearer` header this is. Takes as long whether it matches or not."""
    kind, _, text = header.partition(" ")
    digest = hashlib.sha256(text.strip().encode("utf-8", "surrogateescape")).digest()
    found = None
    for token in tokens:
        if hmac.compare_digest(token.digest, digest):
            found = token
    return found if kind.lower() == "bearer" else None


def problem(
    status: int, error: str, hint: str = "", problems: list[str] | None = None
) -> web.Response:
    """An error as the API tells it."""
    body = Problem(error=error, hint=hint, problems=problems or [])
    return web.Response(text=body.model_dump_json(), status=status, content_type="application/json")


class RefusedError(Exception):
    """A request that gets an error for its answer."""

    def __init__(self, status: int, error: str, hint: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.hint = hint
        self.problems: list[str] = []


class BodyRefusedError(RefusedError):
    """A body that is not what is asked for; every problem at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(400, "the body is refused", "GET /api/v1/openapi.json shows an example")
        self.problems = problems


def _body(_: web.Request) -> int:
    return BODY


class Guard:
    """The middleware. `role_of` says which role a request's route asks for, "" for none; `most_of`
    how many bytes its body may have.
    """

    def __init__(
        self,
        tokens: tuple[Token, ...],
        loopback: bool,
        role_of: Callable[[web.Request], str],
        most_of: Callable[[web.Request], int] = _body,
    ) -> None:
        self._tokens = tokens
        self._loopback = loopback
        self._role_of = role_of
        self._most_of = most_of
        self._attempts = Attempts()

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, or answer it with what is wrong."""
        try:
            self._check(request)
            return await handler(request)
        except RefusedError as refused:
            response = problem(refused.status, str(refused), refused.hint, refused.problems)
            if refused.status == 401:
                response.headers["WWW-Authenticate"] = 'Bearer realm="hatang"'
            return response
        except web.HTTPException as error:
            hint = "GET /api/v1/openapi.json lists what there is" if error.status == 404 else ""
            response = problem(error.status, error.reason, hint)
            if "Allow" in error.headers:
                response.headers["Allow"] = error.headers["Allow"]
            return response
        except ConnectionError:
            raise
        except Exception:  # whatever it is, the asker gets JSON and the log the rest
            log.exception("request failed", extra={"method": request.method, "path": request.path})
            return problem(500, "a fault in the collector", "its log tells more")

    def _check(self, request: web.Request) -> None:
        if self._loopback and not _is_loopback_name(request.headers.get("Host", "")):
            raise RefusedError(
                403, "this Host is not answered here", "ask by 127.0.0.1 or localhost"
            )
        origin = request.headers.get("Origin")
        same = origin is None or origin.partition("://")[2] == request.headers.get("Host")
        if request.method not in ("GET", "HEAD") and not same:
            raise RefusedError(403, "a page of another origin asks", "ask from the API's own pages")
        most = self._most_of(request)
        if (request.content_length or 0) > most:
            raise RefusedError(413, f"the body is larger than {most} bytes")
        wanted = self._role_of(request)
        if self._tokens and wanted:
            self._check_token(request, wanted)

    def _check_token(self, request: web.Request, wanted: str) -> None:
        address = request.remote or ""
        wait = self._attempts.wait(address)
        if wait:
            raise RefusedError(429, "too many wrong tokens", f"try again in {wait:.0f} s")
        header = request.headers.get("Authorization", "")
        token = holder(self._tokens, header)
        if token is None:
            if header:
                self._attempts.failed(address)
                log.warning("wrong token", extra={"remote": address, "path": request.path})
            raise RefusedError(401, "no valid token", "send the header Authorization: Bearer TOKEN")
        if ROLES.index(token.role) < ROLES.index(wanted):
            raise RefusedError(
                403, f"{token.name} is {token.role}", f"this needs the role {wanted}"
            )
        request[HOLDER] = token.name


def is_loopback(address: str) -> bool:
    """Whether an IP literal never leaves this machine."""
    return ipaddress.ip_address(address).is_loopback


def _is_loopback_name(host: str) -> bool:
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    try:
        return name.lower() == "localhost" or is_loopback(name.strip("[]"))
    except ValueError:
        return False
