"""What people do to incidents, and a reload. For operators."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from collector import journal
from collector.api import rim
from collector.api.acts import bodies, examples, shape
from collector.api.acts.acting import done, read
from collector.api.acts.audited import correct, deed, recorded
from collector.api.entry.guard import problem
from collector.api.rim import SOURCE
from collector.api.route import LANGUAGE, Answers, Route
from collector.api.state.examples import INCIDENT
from collector.api.state.ledger import no_incident, number, speech
from collector.audit import FAILED
from collector.incidents import Incidents, NoIncidentError


async def acknowledge(request: web.Request) -> web.Response:
    """Take notice of an incident."""
    body, who = await read(request, bodies.Acknowledge)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.acknowledge(one, who, time.time(), body.note)

    return await _acted(request, who, act, text=body.note)


async def note(request: web.Request) -> web.Response:
    """Write something to an incident."""
    body, who = await read(request, bodies.Write)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.note(one, body.text, who, time.time())

    return await _acted(request, who, act, text=body.text)


async def owner(request: web.Request) -> web.Response:
    """Say whose an incident is."""
    body, who = await read(request, bodies.Assign)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.assign(one, body.owner, who, time.time())

    return await _acted(request, who, act, detail={"owner": body.owner})


async def suspected(request: web.Request) -> web.Response:
    """Say that a cyber-security incident is suspected, or no longer."""
    body, who = await read(request, bodies.Suspect)

    async def act(all_of: Incidents, one: int) -> journal.Incident:
        return await all_of.suspect(one, body.suspected, who, time.time())

    return await _acted(request, who, act, detail={"suspected": body.suspected})


async def reload(request: web.Request) -> web.Response:
    """Read the inventory again."""
    body, who = await read(request, bodies.Reload, nobody="")
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


def _act(name: str, answer: Answers, summary: str, body: BaseModel) -> Route:
    return Route(
        "POST",
        f"/api/v1/incidents/{{name}}/{name}",
        answer,
        summary,
        INCIDENT,
        (LANGUAGE,),
        role="operator",
        refusals=(400, 404, 409, 415, 503),
        body=body,
    )


ROUTES = (
    Route(
        "POST",
        "/-/reload",
        reload,
        "Read the inventory again; a bad one changes nothing",
        examples.RELOADED,
        role="operator",
        refusals=(400, 415),
        body=examples.RELOAD,
    ),
    _act("acknowledge", acknowledge, "Take notice", examples.ACKNOWLEDGE),
    _act("note", note, "Write a note", examples.WRITE),
    _act("owner", owner, "Say whose it is", examples.ASSIGN),
    _act(
        "suspected",
        suspected,
        "Say that a cyber-security incident is suspected: the clocks of 24 and 72 hours show",
        examples.SUSPECT,
    ),
)
