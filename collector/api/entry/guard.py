"""Who may ask what: tokens and roles, Host and Origin, failed attempts, sizes; errors as JSON.

On loopback a web page in the operator's browser is the stranger: it may reach us by another name
(DNS rebinding, so the Host is checked) or send a form (so the Origin is). Beyond loopback everyone
is.
"""

import hmac
import ipaddress
import logging
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from collector.api.entry.tokens import ROLES, Attempts, Token, holder
from collector.api.entry.visitors import CSRF, Visitor, Visitors
from collector.api.shape import Problem

log = logging.getLogger("hatang.api")

HOLDER = web.RequestKey("holder", str)
"""The name of the token's holder, on requests where tokens are on."""

READS = ("GET", "HEAD")
"""Methods that change nothing."""

BODY = 64 << 10
"""Largest request body, in bytes."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


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


async def _unheard(_: web.Request, __: RefusedError) -> None:
    """For whom it is nothing that somebody was refused."""


class Guard:
    """The middleware. `role_of` says which role a request's route asks for, "" for none; `most_of`
    how many bytes its body may have; `refused` is told of wrong tokens, and of whatever
    somebody tries who may not.
    """

    def __init__(
        self,
        visitors: Visitors,
        loopback: bool,
        role_of: Callable[[web.Request], str],
        most_of: Callable[[web.Request], int] = _body,
        refused: Callable[[web.Request, RefusedError], Awaitable[None]] = _unheard,
    ) -> None:
        self._visitors = visitors
        self._loopback = loopback
        self._role_of = role_of
        self._most_of = most_of
        self._refused = refused

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, or answer it with what is wrong."""
        try:
            await self._checked(request)
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

    async def _checked(self, request: web.Request) -> None:
        try:
            self._check(request)
        except RefusedError as refused:
            tries = request.method not in READS or "Authorization" in request.headers
            if refused.status == 403 or (refused.status == 401 and tries):
                await self._refused(request, refused)
            raise

    def _check(self, request: web.Request) -> None:
        if self._loopback and not _is_loopback_name(request.headers.get("Host", "")):
            raise RefusedError(
                403, "this Host is not answered here", "ask by 127.0.0.1 or localhost"
            )
        origin = request.headers.get("Origin")
        names = (request.headers.get("Host"), self._visitors.forwarded(request))
        same = origin is None or origin.partition("://")[2] in names
        if request.method not in READS and not same:
            raise RefusedError(403, "a page of another origin asks", "ask from the API's own pages")
        most = self._most_of(request)
        if (request.content_length or 0) > most:
            raise RefusedError(413, f"the body is larger than {most} bytes")
        wanted = self._role_of(request)
        if self._visitors.tokens and wanted:
            token = self._token(request)
            request[HOLDER] = token.name
            if ROLES.index(token.role) < ROLES.index(wanted):
                raise RefusedError(
                    403, f"{token.name} is {token.role}", f"this needs the role {wanted}"
                )

    def _token(self, request: web.Request) -> Token:
        """Who asks: by the header, else by the console's session or the proxy's word."""
        header = request.headers.get("Authorization", "")
        visitor = None if header else self._visitors.who(request)
        if visitor is not None:
            return _acting(request, visitor)
        attempts, address = self._visitors.attempts, self._visitors.address(request)
        wait_refused(attempts, address)
        token = holder(self._visitors.tokens, header)
        if token is None:
            if header:
                attempts.failed(address)
                log.warning("wrong token", extra={"remote": address, "path": request.path})
            raise RefusedError(401, "no valid token", "send the header Authorization: Bearer TOKEN")
        return token


def _acting(request: web.Request, visitor: Visitor) -> Token:
    """A browser sends its cookie whoever asks it to: an act must bring the session's word too."""
    word = request.headers.get(CSRF, "")
    request[HOLDER] = visitor.token.name
    if request.method not in READS and not hmac.compare_digest(
        word.encode("utf-8", "replace"), visitor.csrf.encode()
    ):
        raise RefusedError(403, f"no valid {CSRF}", "GET /api/v1/session tells it")
    return visitor.token


def wait_refused(attempts: Attempts, address: str) -> None:
    """Refuse whoever sent too many wrong tokens, without looking at the next."""
    wait = attempts.wait(address)
    if wait:
        raise RefusedError(429, "too many wrong tokens", f"try again in {wait:.0f} s")


def is_loopback(address: str) -> bool:
    """Whether an IP literal never leaves this machine."""
    return ipaddress.ip_address(address).is_loopback


def _is_loopback_name(host: str) -> bool:
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    try:
        return name.lower() == "localhost" or is_loopback(name.strip("[]"))
    except ValueError:
        return False
