"""The way to cut and mend a running demo: a unix socket in its state directory, a few JSON
requests.

Only who may enter the directory may cut. Long paths are no trouble: the socket is reached through
the directory's open descriptor, so that the 108 bytes of a socket's name always do.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from aiohttp import web

from collector.demo.province import UnknownThingError
from collector.demo.silence import SilenceError

SOCKET = "demo.sock"


class NoDemoError(RuntimeError):
    """No demo runs on this state directory."""


class Breakable(Protocol):
    """What the control door opens to."""

    def break_(self, name: str) -> dict[str, Any]:
        """Break a thing by name. Raises UnknownThingError, SilenceError."""

    def mend(self, name: str | None) -> dict[str, Any]:
        """Mend a thing, or everything. Raises UnknownThingError, SilenceError."""

    def state(self) -> dict[str, Any]:
        """What is broken."""


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A short path to the socket in a directory, for as long as the context is open."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


class Control:
    """The server's side, in the simulator's loop."""

    def __init__(self, played: Breakable) -> None:
        self._played = played
        application = web.Application()
        application.router.add_get("/", self._state)
        application.router.add_post("/break", self._change)
        application.router.add_post("/mend", self._change)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)

    async def start(self, folder: Path) -> None:
        """Listen in this directory, in place of what a crashed demo left there."""
        await self._runner.setup()
        (folder / SOCKET).unlink(missing_ok=True)
        with _short(folder) as path:
            await web.UnixSite(self._runner, path).start()
        (folder / SOCKET).chmod(0o600)

    async def stop(self, folder: Path) -> None:
        """Close the door and take its socket away."""
        await self._runner.cleanup()
        (folder / SOCKET).unlink(missing_ok=True)

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(self._played.state())

    async def _change(self, request: web.Request) -> web.Response:
        name = request.query.get("thing")
        try:
            if request.path == "/mend":
                return web.json_response(self._played.mend(name))
            return web.json_response(self._played.break_(name or ""))
        except UnknownThingError as error:
            return web.json_response({"error": str(error)}, status=404)
        except SilenceError as error:
            return web.json_response({"error": str(error)}, status=500)


async def _asked(folder: Path, call: Callable[[aiohttp.ClientSession], Awaitable[Any]]) -> Any:
    try:
        with _short(folder) as path:
            connector = aiohttp.UnixConnector(path)
            timeout = aiohttp.ClientTimeout(total=10)
            async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
                return await call(session)
    except (aiohttp.ClientConnectionError, OSError) as error:
        raise NoDemoError(f"no demo runs with the state directory {folder}") from error


async def state(folder: Path) -> dict[str, Any]:
    """What a running demo plays and what of it is broken. Raises NoDemoError."""

    async def call(session: aiohttp.ClientSession) -> Any:
        async with session.get("http://demo/") as answer:
            return await answer.json()

    found: dict[str, Any] = await _asked(folder, call)
    return found


async def change(folder: Path, verb: str, thing: str | None) -> dict[str, Any]:
    """`break` or `mend` a thing. The answer has `error` when it could not be done. Raises
    NoDemoError.
    """

    async def call(session: aiohttp.ClientSession) -> Any:
        query = {} if thing is None else {"thing": thing}
        async with session.post(f"http://demo/{verb}", params=query) as answer:
            return await answer.json()

    found: dict[str, Any] = await _asked(folder, call)
    return found


def ask(folder: Path, verb: str, thing: str | None = None) -> dict[str, Any]:
    """The same for code without a loop: `state`, `break` or `mend`. Raises NoDemoError."""
    if verb == "state":
        return asyncio.run(state(folder))
    return asyncio.run(change(folder, verb, thing))
