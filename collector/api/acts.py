"""What people do through the API: to incidents, maintenance that they announce, a reload. For
operators.

Every act is on disk when it is answered. Who acted is the token's holder; only where the API is
open to this machine alone, without tokens, it is what the body says.
"""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from collector import journal
from collector.api import rim, shape, shape_state
from collector.api.causes import mark
from collector.api.guard import HOLDER, BodyRefusedError, RefusedError, problem
from collector.api.ledger import no_incident, number, speech
from collector.api.rim import SOURCE
from collector.incidents import Incidents, NoIncidentError, NotWrittenError, TooManyNotesError
from collector.windows import NoWindowError, TooManyWindowsError
from inventory.query import QueryInvalid, find

LONGEST = 366 * 24 * 3600.0
"""Seconds that announced maintenance may last."""

NOBODY = "operator"
"""Who acted where nobody says it."""

Body = TypeVar("Body", bound=shape_state.Act)
T = TypeVar("T")


async def acknowledge(request: web.Request) -> web.Response:
    """Take notice of an incident."""
    _, who = await _read(request, shape_state.Acknowledge)
    return await _acted(request, lambda all_of, one: all_of.acknowledge(one, who, time.time()))


async def note(request: web.Request) -> web.Response:
    """Write something to an incident."""
    body, who = await _read(request, shape_state.Write)
    return await _acted(request, lambda all_of, one: all_of.note(one, body.text, who, time.time()))


async def owner(request: web.Request) -> web.Response:
    """Say whose an incident is."""
    body, who = await _read(request, shape_state.Assign)
    return await _acted(
        request, lambda all_of, one: all_of.assign(one, body.owner, who, time.time())
    )


async def suspected(request: web.Request) -> web.Response:
    """Say that a cyber-security incident is suspected, or no longer."""
    body, who = await _read(request, shape_state.Suspect)
    return await _acted(
        request, lambda all_of, one: all_of.suspect(one, body.suspected, who, time.time())
    )


async def reload(request: web.Request) -> web.Response:
    """Read the inventory again."""
    body, who = await _read(request, shape_state.Reload, nobody="")
    source = request.app[SOURCE]
    problems = await source.reload(who, body.why)
    if problems:
        return problem(
            400,
            "the inventory was refused, nothing changed",
            "hatang check shows the same",
            problems,
        )
    devices = len(source.plan.inventory.devices)
    return rim.told(shape.Reloaded(reloaded=source.reloaded[1], devices=devices))


async def announce(request: web.Request) -> web.Response:
    """Announce maintenance."""
    body, who = await _read(request, shape_state.Announce)
    source, now = request.app[SOURCE], time.time()
    what, problems = [], []
    for text in body.what:
        try:
            what.append(str(find(source.plan.inventory, text)))
        except QueryInvalid as error:
            problems.append(f"what: {error}")
    start = now if body.start is None else body.start
    end = body.end
    if end <= start:
        problems.append("to: not after from")
    if end <= now:
        problems.append("to: is over already")
    if end - start > LONGEST:
        problems.append(f"to: more than {LONGEST / 86400:.0f} days after from")
    if problems:
        raise BodyRefusedError(problems)
    acting = source.windows.announce(list(dict.fromkeys(what)), body.why, (start, end), who, now)
    return rim.told(_maintenance(await _done(acting)))


async def windows(request: web.Request) -> web.Response:
    """Announced maintenance that is not over."""
    rim.allow(request)
    standing = request.app[SOURCE].windows.standing(time.time())
    return rim.told(shape_state.Maintenances(items=[_maintenance(one) for one in standing]))


async def end_window(request: web.Request) -> web.Response:
    """End announced maintenance, or call it off."""
    _, who = await _read(request, shape_state.Act)
    name = request.match_info["name"]
    known = name.isascii() and name.isdecimal() and len(name) < 19
    try:
        acting = request.app[SOURCE].windows.end(int(name) if known else 0, who, time.time())
        return rim.told(_maintenance(await _done(acting)))
    except NoWindowError:
        raise RefusedError(
            404, f"no maintenance {name[:40]!r} stands", "GET /api/v1/maintenance lists it"
        ) from None


async def _acted(
    request: web.Request, act: Callable[[Incidents, int], Awaitable[journal.Incident]]
) -> web.Response:
    try:
        changed = await _done(act(request.app[SOURCE].incidents, number(request)))
    except NoIncidentError:
        raise no_incident(request) from None
    return rim.told(speech(request).incident(changed))


async def _done(acting: Awaitable[T]) -> T:
    try:
        return await acting
    except sqlite3.Error as error:
        raise RefusedError(503, f"the journal cannot be read: {error}", "try again") from None
    except NotWrittenError as error:
        raise RefusedError(
            503, f"not known to be on disk: {error}", "look at it again before trying again"
        ) from None
    except (TooManyNotesError, TooManyWindowsError) as error:
        raise RefusedError(409, str(error)) from None


async def _read(request: web.Request, kind: type[Body], nobody: str = NOBODY) -> tuple[Body, str]:
    """The body in its shape, and who acts, `nobody` where it is not said. No body is an empty
    one.
    """
    rim.allow(request, "language")
    body = await rim.body(request, kind)
    holder: str | None = request.get(HOLDER)
    if holder is not None and body.who not in (None, holder):
        raise BodyRefusedError([f"who: the token is {holder}'s; leave it out"])
    return body, holder or body.who or nobody


def _maintenance(one: journal.Announced) -> shape_state.Maintenance:
    return shape_state.Maintenance(
        id=one.id,
        what=list(one.what),
        why=one.why,
        who=one.who,
        start=one.start,
        end=one.end,
        ended=mark(one.ended),
    )
