"""What people do through the API: to incidents, a reload. For operators.

Every act is in the audit log before it takes effect, and on disk when it is answered. Who acted is
the token's holder; only where the API is open to this machine alone, without tokens, it is what the
body says.
"""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web

from collector import journal
from collector.api import rim, shape, shape_state
from collector.api.audited import correct, deed, recorded
from collector.api.guard import HOLDER, BodyRefusedError, RefusedError, problem
from collector.api.ledger import no_incident, number, speech
from collector.api.rim import SOURCE
from collector.audit import FAILED
from collector.incidents import Incidents, NoIncidentError, NotWrittenError, TooManyNotesError
from collector.windows import NoWindowError, TooManyWindowsError

NOBODY = "operator"
"""Who acted where nobody says it."""

Body = TypeVar("Body", bound=shape_state.Act)
T = TypeVar("T")


async def acknowledge(request: web.Request) -> web.Response:
    """Take notice of an incident."""
    body, who = await read(request, shape_state.Acknowledge)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.acknowledge(one, who, time.time(), body.note)

    return await _acted(request, who, act, text=body.note)


async def note(request: web.Request) -> web.Response:
    """Write something to an incident."""
    body, who = await read(request, shape_state.Write)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.note(one, body.text, who, time.time())

    return await _acted(request, who, act, text=body.text)


async def owner(request: web.Request) -> web.Response:
    """Say whose an incident is."""
    body, who = await read(request, shape_state.Assign)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.assign(one, body.owner, who, time.time())

    return await _acted(request, who, act, detail={"owner": body.owner})


async def suspected(request: web.Request) -> web.Response:
    """Say that a cyber-security incident is suspected, or no longer."""
    body, who = await read(request, shape_state.Suspect)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.suspect(one, body.suspected, who, time.time())

    return await _acted(request, who, act, detail={"suspected": body.suspected})


async def reload(request: web.Request) -> web.Response:
    """Read the inventory again."""
    body, who = await read(request, shape_state.Reload, nobody="")
    source = request.app[SOURCE]
    one = deed(request, "reload", who, text=body.why)
    async with recorded(request, one) as line:
        problems = await source.reload(who, body.why)
        if problems:
            await correct(request, line, one, FAILED, "the inventory was refused")
    if problems:
        return problem(
            400,
            "the inventory was refused, nothing changed",
            "hatang check shows the same",
            problems,
        )
    devices = len(source.plan.inventory.devices)
    return rim.told(shape.Reloaded(reloaded=source.reloaded[1], devices=devices))


async def _acted(
    request: web.Request,
    who: str,
    act: Callable[[Incidents, int], Awaitable[journal.Incident]],
    **words: Any,
) -> web.Response:
    """Do something to the incident in the path; the act's name is the path's last word."""
    incidents, name = request.app[SOURCE].incidents, request.path.rpartition("/")[2]
    try:
        held = await done(incidents.find(number(request)))
        things = (f"incident:{held.id}", held.cause.thing)
        async with recorded(request, deed(request, name, who, things=things, **words)):
            changed = await done(act(incidents, held.id))
    except NoIncidentError:
        raise no_incident(request) from None
    return rim.told(speech(request).incident(changed))


async def done(acting: Awaitable[T]) -> T:
    """What an act gives. Raises RefusedError where it is not on disk, or one too many."""
    try:
        return await acting
    except sqlite3.Error as error:
        raise RefusedError(503, f"the journal cannot be read: {error}", "try again") from None
    except NotWrittenError as error:
        raise RefusedError(
            503, f"not known to be on disk: {error}", "look at it again before trying again"
        ) from None
    except NoWindowError as error:
        raise RefusedError(
            404, f"maintenance {error} stands no more", "somebody ended it"
        ) from None
    except (TooManyNotesError, TooManyWindowsError) as error:
        raise RefusedError(409, str(error)) from None


async def read(request: web.Request, kind: type[Body], nobody: str = NOBODY) -> tuple[Body, str]:
    """The body in its shape, and who acts, `nobody` where it is not said. No body is an empty
    one.
    """
    rim.allow(request, "language")
    body = await rim.body(request, kind)
    holder: str | None = request.get(HOLDER)
    if holder is not None and body.who not in (None, holder):
        raise BodyRefusedError([f"who: the token is {holder}'s; leave it out"])
    return body, holder or body.who or nobody
