"""Events as they happen, as server-sent events (WHATWG HTML §9.2).

A stream reads the journal and nothing else: what is on disk above the last id that it sent. So it
has no queue that could overflow, and after `Last-Event-ID` neither a gap nor a double. Whoever
reads too slowly is cut off, and comes back where it was.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from aiohttp import web
from pydantic import BaseModel

from collector.api import rim
from collector.api.entry.guard import RefusedError, is_loopback
from collector.api.entry.visitors import VISITORS
from collector.api.rim import SOURCE
from collector.api.state.ledger import HIDES_LISTED, equal, from_disk, speech
from collector.journal import Entry, Journal

log = logging.getLogger("hatang.api")

LISTENERS, EACH = 32, 12
"""Streams at once, and of one address beyond this machine; further ones are refused."""

PAGE = 200
"""Events that are read from disk at once: all that a stream holds in memory."""

AT_ONCE = 20
"""Events that are sent at once."""

HEARTBEAT = 15.0
"""Seconds of quiet after which a comment shows that the line lives."""

SLOW = 10.0
"""Seconds in which a reader must take what is sent."""

TOGETHER = 0.05
"""Seconds that a stream waits after news, so that a storm is read in few steps."""

MEDIA = "text/event-stream"


class Streams:
    """Who listens. Wakes them when the journal has written."""

    def __init__(self, journal: Journal) -> None:
        self.closing = False
        self._journal = journal
        self._news: dict[asyncio.Event, str] = {}
        self._unwatch: Callable[[], None] | None = None

    async def begin(self, _: web.Application) -> None:
        """Listen to the journal, whose thread tells."""
        loop = asyncio.get_running_loop()

        def written() -> None:
            with suppress(RuntimeError):  # the loop has ended before the journal
                loop.call_soon_threadsafe(self._wake)

        self._unwatch = self._journal.watch(written)

    async def end(self, _: web.Application) -> None:
        """All streams end by themselves."""
        self.closing = True
        if self._unwatch is not None:
            self._unwatch()
        self._wake()

    @contextmanager
    def listening(self, address: str) -> Iterator[asyncio.Event]:
        """Set whenever there may be news for somebody there."""
        own = list(self._news.values()).count(address)
        if len(self._news) >= LISTENERS or (own >= EACH and not is_loopback(address)):
            raise RefusedError(503, f"{len(self._news)} listen already", "try again")
        news = asyncio.Event()
        self._news[news] = address
        try:
            yield news
        finally:
            self._news.pop(news, None)

    def _wake(self) -> None:
        for news in self._news:
            news.set()


STREAMS = web.AppKey("streams", Streams)


async def events(request: web.Request) -> web.StreamResponse:
    """Every event from now on, or from behind the one that was seen last."""
    rim.allow(request, "where", "after", "language")
    said, where = speech(request), equal(request, ("kind", "subject"))

    return await _stream(request, where, said.event)


async def incidents(request: web.Request) -> web.StreamResponse:
    """Each incident that opens, changes, closes or is acted on, as it is when it is sent."""
    rim.allow(request, "after", "language")
    said, read = speech(request), request.app[SOURCE].journal.incident

    def told(one: Entry) -> BaseModel | None:
        found = read(one.detail["incident"])
        return said.incident(found, HIDES_LISTED) if found is not None else None

    return await _stream(request, {"kind": "incident"}, told)


Told = Callable[[Entry], BaseModel | None]
"""What is sent of an event, None for nothing; it may read from disk."""


async def _stream(request: web.Request, where: dict[str, str], told: Told) -> web.StreamResponse:
    streams, after = request.app[STREAMS], _after(request)
    response = web.StreamResponse(headers={"Content-Type": MEDIA, "X-Accel-Buffering": "no"})
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    with streams.listening(request.app[VISITORS].address(request)) as news:
        try:
            await response.prepare(request)
            await _send(response, b"retry: 2000\n\n")
            while not streams.closing and _may(request):
                news.clear()
                after, more = await _step(response, request, (after, where), told)
                if not more:
                    await _wait(response, news)
        except TimeoutError:
            log.warning("reader of a stream is too slow", extra={"remote": request.remote})
            rim.cut(request)
        except (ConnectionError, RefusedError):
            rim.cut(request)
    return response


def _may(request: web.Request) -> bool:
    """Whether who listens by a session still has it: one may end while a stream goes on."""
    visitors = request.app[VISITORS]
    by_session = visitors.tokens and "Authorization" not in request.headers
    return not by_session or visitors.who(request) is not None


async def _step(
    response: web.StreamResponse,
    request: web.Request,
    place: tuple[int, dict[str, str]],
    told: Told,
) -> tuple[int, bool]:
    """Send one page of what is on disk; behind which id to go on, and whether there is more."""
    after, where = place
    found = await from_disk(request.app[SOURCE].journal.events, after, PAGE, where=where)
    texts = await from_disk(lambda: list(filter(None, (_text(one, told(one)) for one in found))))
    for at in range(0, len(texts), AT_ONCE):
        await _send(response, b"".join(texts[at : at + AT_ONCE]))
    return (found[-1].id if found else after), len(found) == PAGE


def _text(entry: Entry, body: BaseModel | None) -> bytes:
    if body is None:
        return b""
    data = body.model_dump_json(by_alias=True)
    return f"id: {entry.id}\nevent: {entry.kind}\ndata: {data}\n\n".encode()


async def _wait(response: web.StreamResponse, news: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(HEARTBEAT):
            await news.wait()
    except TimeoutError:
        await _send(response, b": \n\n")
    else:
        await asyncio.sleep(TOGETHER)


async def _send(response: web.StreamResponse, text: bytes) -> None:
    async with asyncio.timeout(SLOW):
        await response.write(text)


def _after(request: web.Request) -> int:
    """Behind which event to begin: the one that was seen last, else the last that there is."""
    seen = request.headers.get("Last-Event-ID", "").strip()
    if not seen:
        now = request.app[SOURCE].journal.committed
        return rim.whole(request, "after", now, 2**62)
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 19):
        raise RefusedError(400, "Last-Event-ID is no id of ours", "begin without it")
    return int(seen)
