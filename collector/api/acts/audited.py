"""Writing to the audit log: every act before it takes effect, and so many of the refused attempts
as a disk bears.
"""

import asyncio
import errno
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from aiohttp import web

from collector.api.entry.guard import HOLDER, RefusedError
from collector.api.entry.tokens import Token
from collector.api.entry.visitors import VISITORS
from collector.api.rim import SOURCE
from collector.audit import ACCEPTED, FAILED, REFUSED, Audit, Deed
from probes.reading import line

log = logging.getLogger("hatang.audit")

DISK = 5.0
"""Seconds in which a line must be on disk."""

HOUR = 3600.0
REFUSED_EACH, REFUSED_ALL = 20, 300
"""Refused attempts in an hour that are written down one by one: of one address, and of all."""

LOGINS_EACH, LOGINS_ALL = 100, 1_000
"""So too of those who log in: of one holder, and of all."""


class Tally:
    """How often something was this hour, by who or from where, in bounded memory; `each` and `most`
    of them are written down.
    """

    def __init__(self, each: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._most, self._clock = each, most, clock
        self._began = clock()
        self._told: Counter[str] = Counter()
        self._untold = 0

    def counts(self, of: str) -> int | None:
        """Count one more; None where it is one too many to be written down, else how many were not
        since the last that was.
        """
        if self._clock() - self._began >= HOUR:
            self._began = self._clock()
            self._told.clear()
        if self._told[of] >= self._each or self._told.total() >= self._most:
            self._untold += 1
            return None
        self._told[of] += 1
        untold, self._untold = self._untold, 0
        return untold


class Tallies(NamedTuple):
    """What is written down only so often."""

    refused: Tally
    logins: Tally


TALLIES = web.AppKey("tallies", Tallies)


def tallies() -> Tallies:
    """Of a collector that begins."""
    return Tallies(Tally(REFUSED_EACH, REFUSED_ALL), Tally(LOGINS_EACH, LOGINS_ALL))


def deed(request: web.Request, act: str, who: str = "", **more: Any) -> Deed:
    """What somebody does with a request."""
    holder: str | None = request.get(HOLDER)
    address = request.app[VISITORS].address(request)
    return Deed(act, holder or who, token=holder is not None, address=address, **more)


@asynccontextmanager
async def recorded(request: web.Request, one: Deed) -> AsyncIterator[int]:
    """Write an act down, then let it take effect; where it does not, that is written down too.
    Gives the number of the line. Raises RefusedError where it cannot be written down: then nothing
    was done.
    """
    audit = request.app[SOURCE].audit
    try:
        number = await _write(audit, one, lasts=True)
    except OSError as error:
        raise RefusedError(
            503,
            f"nothing was done: the audit log cannot be written: {error.strerror or error}",
            f"make room for {audit.path}, then try again",
        ) from None
    try:
        yield number
    except Exception as error:
        await correct(request, number, one, FAILED, str(error))
        await _done(audit, number)
        raise
    await _done(audit, number)


async def correct(request: web.Request, number: int, one: Deed, outcome: str, why: str) -> None:
    """Write down how an act fared, where that is not as it was meant."""
    await mention(request, replace(one, of=number, outcome=outcome, text=why[:500], detail={}))


async def mention(request: web.Request, one: Deed) -> None:
    """Write down what holds up nobody where it cannot be written down."""
    try:
        await _write(request.app[SOURCE].audit, one)
    except OSError as error:
        log.error("audit log cannot be written", extra={"act": one.act, "error": str(error)})


async def refused(request: web.Request, act: str, why: RefusedError, who: str = "") -> None:
    """Write down an attempt that was refused, unless there were too many."""
    one = deed(request, act, who, outcome=REFUSED, text=str(why))
    place = line(f"{request.method} {request.path}", 200)
    tally = request.app[TALLIES].refused
    await _counted(request, replace(one, detail={"request": place}), tally.counts(one.address))


async def entered(request: web.Request, token: Token) -> None:
    """Write down that somebody logged in, unless that was too often."""
    one = deed(request, "login", token.name, detail={"role": token.role})
    await _counted(request, one, request.app[TALLIES].logins.counts(token.name))


async def _counted(request: web.Request, one: Deed, untold: int | None) -> None:
    if untold is not None:
        others = {"others": untold} if untold else {}
        await mention(request, replace(one, detail={**one.detail, **others}))


async def told_refused(request: web.Request, why: RefusedError) -> None:
    """What the guard refused: a wrong token, or an act of somebody who may not act."""
    token = why.status == 401 and "Authorization" in request.headers
    await refused(request, "token" if token else "attempt", why)


async def _done(audit: Audit, number: int) -> None:
    """Nothing is left to be said of an act."""
    try:
        await asyncio.wait_for(asyncio.wrap_future(audit.thread.submit(audit.done, number)), DISK)
    except OSError as error:  # TimeoutError is one too
        log.error("audit log cannot be written", extra={"number": number, "error": str(error)})


async def _write(audit: Audit, one: Deed, *, lasts: bool = False) -> int:
    """Raises OSError, also where the disk does not answer in time; should it take the line later,
    that nothing was done is written down too.
    """
    writing = audit.thread.submit(audit.write, one, time.time(), lasts=lasts)
    try:
        return await asyncio.wait_for(asyncio.wrap_future(writing), DISK)
    except TimeoutError:
        if not writing.cancel() and one.outcome == ACCEPTED:
            writing.add_done_callback(lambda late: _late(audit, one, late))
        raise OSError(errno.ETIMEDOUT, "the disk does not answer") from None


def _late(audit: Audit, one: Deed, late: Future[int]) -> None:
    if late.exception() is None:
        why = replace(one, outcome=FAILED, of=late.result(), text="written too late: not done")
        audit.thread.submit(audit.write, why, time.time())
        audit.thread.submit(audit.done, late.result())
