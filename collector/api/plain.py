"""The answers that are not the API's JSON: /metrics, health, the description, the index page."""

import asyncio
import html
import logging

from aiohttp import web

from collector.api import rim
from collector.api.entry.guard import RefusedError
from collector.api.exposition import CONTENT_TYPE, device_series
from collector.api.rim import DOCUMENT, REGISTRY, SCRAPES, SOURCE
from collector.selfmetrics import VERSION, exposition

log = logging.getLogger("hatang.api")

SCRAPE = 60.0
"""Seconds that a reader of /metrics may take for all of it."""

QUEUE = 5.0
"""Seconds that a reader waits for its turn."""

LINKS = (
    ("/api/v1/verdicts", "Nguyên nhân và trạng thái", "Causes and states"),
    ("/api/v1/incidents?open=true", "Sự cố đang mở", "Open incidents"),
    ("/api/v1/maintenance", "Bảo trì đang và sắp diễn ra", "Announced maintenance"),
    ("/api/v1/status", "Máy giám sát", "The collector at a glance"),
    ("/api/v1/devices", "Thiết bị", "Devices"),
    ("/api/v1/sites", "Địa điểm", "Sites"),
    ("/api/v1/circuits", "Đường truyền", "Circuits"),
    ("/api/v1/services", "Dịch vụ", "Services"),
    ("/api/v1/readings", "Giá trị mới nhất", "Latest readings"),
    ("/api/v1/events", "Nhật ký sự kiện", "Events"),
    ("/api/v1/openapi.json", "Mô tả API", "OpenAPI description"),
    ("/metrics", "Số đo Prometheus", "Prometheus metrics"),
    ("/readyz", "Sẵn sàng", "Readiness"),
)
_PAGE = """<!doctype html>
<html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hatang · {province}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem}}
dt{{margin-top:.6rem}}dd{{margin:0;opacity:.7}}</style>
<h1>Hatang · {province}</h1>
<p>Giám sát hạ tầng, máy giám sát <b>{collector}</b>, phiên bản {version}.
<br>Infrastructure monitor, collector <b>{collector}</b>, version {version}.</p>
<dl>{links}</dl>
</html>
"""
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


async def metrics(request: web.Request) -> web.StreamResponse:
    """Self metrics, then every device series, streamed."""
    if request.method == "HEAD":
        return web.Response(headers={"Content-Type": CONTENT_TYPE})
    scrapes = request.app[SCRAPES]
    try:
        async with asyncio.timeout(QUEUE):
            await scrapes.acquire()
    except TimeoutError:
        raise RefusedError(503, "too many readers of /metrics at once", "try again") from None
    try:
        return await _stream(request)
    finally:
        scrapes.release()


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE})
    response.enable_compression()
    own = exposition(request.app[REGISTRY])
    try:
        async with asyncio.timeout(SCRAPE):
            await response.prepare(request)
            await response.write(own)
            async for chunk in device_series(request.app[SOURCE].pipeline):
                await response.write(chunk)
            await response.write_eof()
    except TimeoutError:
        log.warning("reader of /metrics is too slow", extra={"remote": request.remote})
        rim.cut(request)
    except ConnectionError:
        rim.cut(request)
    except Exception:  # the headers are sent: all that is left is to end without the last chunk
        log.exception("metrics failed")
        rim.cut(request)
    return response


async def healthz(_: web.Request) -> web.Response:
    """The loop lives: it answered."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """A plan runs and the spool accepts."""
    source = request.app[SOURCE]
    if not source.ready:
        raise RefusedError(503, "no plan runs yet")
    if not source.delivery.accepting:
        trouble = source.delivery.stats.spool_trouble or "its thread has ended"
        raise RefusedError(
            503, f"the spool does not accept: {trouble}", "look at the state directory"
        )
    return web.Response(text="ready\n")


async def openapi(request: web.Request) -> web.Response:
    """The description of all this."""
    return web.Response(body=request.app[DOCUMENT], content_type="application/json")


async def index(request: web.Request) -> web.Response:
    """Where to go from here."""
    plan = request.app[SOURCE].plan
    links = "".join(
        f'<dt><a href="{html.escape(path)}">{path}</a></dt><dd>{html.escape(vi)} · {english}</dd>\n'
        for path, vi, english in LINKS
    )
    page = _PAGE.format(
        province=html.escape(plan.inventory.province.name),
        collector=html.escape(plan.collector),
        version=html.escape(VERSION),
        links=links,
    )
    headers = {"Content-Security-Policy": _POLICY}
    return web.Response(text=page, content_type="text/html", headers=headers)
