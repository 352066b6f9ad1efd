"""A collector at rest before stores: real ones, and ones that answer what they are told to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from collector.stores.promql import PromQL
from tests.collector.running import Face, faced


@asynccontextmanager
async def fronted(folder: Path, url: str) -> AsyncIterator[Face]:
    """The API of a collector whose store is at that address."""
    async with faced(folder) as face:
        face.running.promql = PromQL(url)
        yield face
        await face.running.promql.close()


@asynccontextmanager
async def answering(
    folder: Path, body: bytes, wait: float = 0.0, asked: list[str] | None = None
) -> AsyncIterator[Face]:
    """A collector whose store gives the same answer to everything; what it was asked."""

    async def answer(request: web.Request) -> web.Response:
        if asked is not None:
            asked.append(str((await request.post())["query"]))
        await asyncio.sleep(wait)
        return web.Response(body=body)

    async with serving(folder, answer) as face:
        yield face


@asynccontextmanager
async def serving(
    folder: Path, answer: Callable[[web.Request], Awaitable[web.Response]]
) -> AsyncIterator[Face]:
    """A collector whose store answers so."""
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    async with TestServer(app) as server, fronted(folder, str(server.make_url("/"))) as face:
        yield face


def matrix(labels: Any, values: Any) -> bytes:
    found = [{"metric": labels, "values": values, "value": values}]
    return json.dumps({"data": {"result": found}}).encode()


def known(line: dict[str, Any]) -> list[float]:
    return [value for value in line["values"] if value is not None]
