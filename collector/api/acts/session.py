"""Logging in to the console: a token is given once, for a cookie that scripts cannot read."""

import logging

from aiohttp import web

from collector.api import rim
from collector.api.acts import bodies, examples, shape
from collector.api.acts.audited import deed, entered, mention, refused
from collector.api.entry.guard import HOLDER, RefusedError, wait_refused
from collector.api.entry.tokens import holder
from collector.api.entry.visitors import COOKIE, COOKIE_TLS, LASTS, VISITORS, Visitor
from collector.api.rim import SOURCE
from collector.api.route import Route
from collector.selfmetrics import VERSION

log = logging.getLogger("hatang.api")


async def session(request: web.Request) -> web.Response:
    """Who asks."""
    rim.allow(request)
    return rim.told(_told(request, request.app[VISITORS].who(request)))


async def enter(request: web.Request) -> web.Response:
    """Exchange a token for a session."""
    rim.allow(request)
    visitors = request.app[VISITORS]
    body = await rim.body(request, bodies.Enter)
    if not visitors.tokens:
        return rim.told(_told(request, None))
    address = visitors.address(request)
    wait_refused(visitors.attempts, address)
    token = holder(visitors.tokens, f"Bearer {body.token}")
    if token is None:
        visitors.attempts.failed(address)
        log.warning("wrong token", extra={"remote": address, "path": request.path})
        wrong = RefusedError(403, "no valid token", "ask whoever keeps the tokens file")
        await refused(request, "login", wrong)
        raise wrong
    request[HOLDER] = token.name
    await entered(request, token)
    secret, visitor = visitors.begin(token)
    await visitors.save()
    log.info("session begins", extra={"holder": token.name, "remote": address})
    response = rim.told(_told(request, visitor))
    sealed = visitors.sealed(request)
    response.set_cookie(
        COOKIE_TLS if sealed else COOKIE,
        secret,
        max_age=int(LASTS[token.role]),
        path="/",
        secure=sealed,
        httponly=True,
        samesite="Strict",
    )
    return response


async def leave(request: web.Request) -> web.Response:
    """End the session."""
    rim.allow(request)
    visitors = request.app[VISITORS]
    visitor = visitors.who(request)
    if visitor is not None:
        request[HOLDER] = visitor.token.name
        await mention(request, deed(request, "logout"))
    visitors.end(visitors.secret(request))
    await visitors.save()
    response = rim.told(_told(request, None))
    sealed = visitors.sealed(request)
    for name in (COOKIE, COOKIE_TLS):
        response.del_cookie(name, path="/", secure=sealed, httponly=True, samesite="Strict")
    return response


def _told(request: web.Request, visitor: Visitor | None) -> shape.Session:
    opened = not request.app[VISITORS].tokens
    return shape.Session(
        open=opened,
        name=visitor.token.name if visitor else "",
        role=visitor.token.role if visitor else "operator" if opened else "",
        until=visitor.until if visitor else None,
        csrf=visitor.csrf if visitor else "",
        version=VERSION,
        language=request.app[SOURCE].plan.inventory.province.language,
    )


_PLACE = "/api/v1/session"
ROUTES = (
    Route("GET", _PLACE, session, "Who asks", examples.SESSION, role=""),
    Route(
        "POST",
        _PLACE,
        enter,
        "Log in: exchange a token for a session cookie",
        examples.SESSION,
        role="",
        refusals=(400, 403, 415, 429),
        body=examples.ENTER,
    ),
    Route("DELETE", _PLACE, leave, "Log out", examples.SESSION, role=""),
)
