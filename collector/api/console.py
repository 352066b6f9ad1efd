"""Sends the console's pages: cached for good where their address names their contents, under a
policy that lets them load nothing but our own files.
"""

import gzip
import hashlib
import html
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache

from aiohttp import web

from collector.api.entry.guard import RefusedError
from collector.api.entry.visitors import VISITORS
from collector.api.rim import SOURCE
from collector.console.pages import ASSETS, VERSION, Asset, Page, framed

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a page of ours may do: nothing but load our own files and ask our own API."""

_SAFE = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
"""What a browser says that takes files compressed; `gzip;q=0` says that it does not."""


def page(one: Page) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What answers with a page, in the province's language until the reader chooses; whether it has
    to ask for a token first is all that it says of its reader.
    """

    async def answer(request: web.Request) -> web.Response:
        province, visitors = request.app[SOURCE].plan.inventory.province, request.app[VISITORS]
        known = not visitors.tokens or visitors.who(request) is not None
        body, tag = _filled(one, province.name, province.language, known)
        headers = {**_SAFE, "Cache-Control": "private, no-cache"}
        return _answer(request, body, tag, headers)

    return answer


@lru_cache(64)
def _filled(one: Page, name: str, language: str, known: bool) -> tuple[Asset, str]:
    text = (
        framed(one.folder)
        .replace("{language}", html.escape(language))
        .replace("{known}", "yes" if known else "")
        .replace("{ask}", one.ask)
        .replace("{province}", html.escape(name))
    )
    body = text.encode()
    return Asset("text/html", gzip.compress(body, mtime=0)), hashlib.sha256(body).hexdigest()[:32]


async def asset(request: web.Request) -> web.Response:
    """One file."""
    name = request.match_info["name"]
    found = ASSETS.get(name)
    if found is None:
        raise RefusedError(404, "the console has no such file", "load the page again")
    same = request.match_info["version"] == VERSION
    keep = "public, max-age=31536000, immutable" if same else "no-cache"
    headers = {**_SAFE, "Cache-Control": keep}
    return _answer(request, found, f"{VERSION}-{name}", headers)


def _answer(request: web.Request, one: Asset, tag: str, headers: dict[str, str]) -> web.Response:
    headers["ETag"] = f'"{tag}"'
    headers["Vary"] = "Accept-Encoding"
    if any(seen.value == tag for seen in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    packed = _GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = one.packed if packed else one.body
    return web.Response(body=body, content_type=one.media, charset="utf-8", headers=headers)
