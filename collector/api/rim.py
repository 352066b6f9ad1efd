"""What the answers share: what hangs on the application, and reading a request's parameters."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from typing import TypeVar

from aiohttp import web
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, ValidationError

from alerts.wording.words import LANGUAGES
from collector.api.entry.guard import BodyRefusedError, RefusedError
from collector.api.source import Source

SOURCE = web.AppKey("source", Source)
REGISTRY = web.AppKey("registry", CollectorRegistry)
DOCUMENT = web.AppKey("document", bytes)
SCRAPES = web.AppKey("scrapes", asyncio.Semaphore)

SCRAPES_AT_ONCE = 2
LIMIT = 200
LIMIT_MOST = 1_000
BODY_SECONDS = 10.0
_TEXT_MOST = 200
_CONDITIONS_MOST, _VALUES_MOST = 16, 120

Body = TypeVar("Body", bound=BaseModel)
T = TypeVar("T")


def told(body: BaseModel) -> web.Response:
    """An answer in one of the shapes."""
    return web.Response(
        body=body.model_dump_json(by_alias=True).encode(), content_type="application/json"
    )


async def body(request: web.Request, kind: type[Body]) -> Body:
    """The body in its shape. No body is an empty one."""
    text = await read(request)
    if text and request.content_type != "application/json":
        raise RefusedError(415, "the body is no JSON", "send Content-Type: application/json")
    try:
        return kind.model_validate_json(text or b"{}")
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}"[:300]
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise BodyRefusedError(problems) from None


async def read(request: web.Request) -> bytes:
    """The body, unless it trickles."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise RefusedError(408, "the body did not come in time", "try again") from None


def allow(request: web.Request, *names: str) -> None:
    """Refuse parameters that would be passed over in silence."""
    unknown = sorted(set(request.query) - set(names))
    if unknown:
        known = f"known here: {', '.join(names)}" if names else "none is known here"
        raise RefusedError(400, f"unknown parameter {unknown[0][:40]!r}", known)


def limit(request: web.Request) -> int:
    """How many things the asker wants at most."""
    return whole(request, "limit", LIMIT, LIMIT_MOST)


def whole(request: web.Request, name: str, default: int, most: int) -> int:
    """A whole number from 1 (or 0 for `after`) to `most`."""
    text = request.query.get(name)
    if text is None:
        return default
    least = 0 if name == "after" else 1
    if not (text.isascii() and text.isdecimal() and len(text) < 19 and least <= int(text) <= most):
        raise RefusedError(400, f"{name} is no whole number from {least} to {most}")
    return int(text)


def one(request: web.Request, things: Mapping[str, T], kind: str) -> T:
    """The thing that the path names. Raises RefusedError."""
    name = request.match_info["name"]
    if name not in things:
        raise RefusedError(
            404, f"no {kind} {name[:80]!r}", f"GET /api/v1/{kind}s?search= finds some"
        )
    return things[name]


def language(request: web.Request) -> str:
    """In which language words are wanted: as asked, or the province's."""
    chosen = request.query.get("language", request.app[SOURCE].plan.inventory.province.language)
    if chosen not in LANGUAGES:
        raise RefusedError(400, f"language is one of {', '.join(LANGUAGES)}")
    return chosen


def text(request: web.Request, name: str) -> str:
    """A text parameter, "" when absent."""
    found = request.query.get(name, "")
    if len(found) > _TEXT_MOST:
        raise RefusedError(400, f"{name} is longer than {_TEXT_MOST} characters")
    return found


def conditions(request: web.Request) -> tuple[str, ...]:
    """What `where=` asks for: every thing is held against each value, so they are bounded."""
    found = request.query.getall("where", [])
    if len(found) > _CONDITIONS_MOST or sum(1 + one.count("|") for one in found) > _VALUES_MOST:
        most = f"{_CONDITIONS_MOST} conditions of {_VALUES_MOST} values together"
        raise RefusedError(400, f"more than {most}", "ask for less, or for all and look there")
    return tuple(found)


def cursor(place: str) -> str:
    """A place in a list, as the asker hands it back."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place(request: web.Request) -> str:
    """The place that the asker's cursor stands for, "" at the beginning."""
    given = text(request, "cursor")
    try:
        padded = given + "=" * (-len(given) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise RefusedError(400, "the cursor is none of ours", "begin without a cursor") from None


def cut(request: web.Request) -> None:
    """End an answer that has begun and cannot go on."""
    if request.transport is not None:
        request.transport.abort()
