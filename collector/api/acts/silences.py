"""Silences, through the Alertmanagers: what stands, a new one, an end. So is muted what flaps."""

import asyncio
import time
from typing import Any

from aiohttp import web

from alerts.wording.names import Naming
from collector.api import rim
from collector.api.acts import bodies, examples, shape
from collector.api.acts.acting import done, read
from collector.api.acts.audited import correct, deed, recorded
from collector.api.acts.works import titled
from collector.api.entry.guard import BodyRefusedError, RefusedError
from collector.api.rim import SOURCE
from collector.api.route import LANGUAGE, Route
from collector.audit import PARTLY, Deed
from collector.gate.silences import Failed, Silence, Silences, Taken
from collector.incidents import NoIncidentError
from inventory.query import QueryInvalid, find

LONGEST = 31 * 24 * 3600.0
"""Seconds that a silence may last: one that is forgotten hides the next fault."""

ASKING = web.AppKey("asking", asyncio.Semaphore)
AT_ONCE = 4
"""Looks at the Alertmanagers at once."""

QUEUE = 5.0
"""Seconds that a look waits for its turn."""

FLAPPING = "Flapping"
"""How the names of alerts end that say that a thing comes and goes."""


async def silences(request: web.Request) -> web.Response:
    """What stands."""
    rim.allow(request, "language")
    standing, failed = await _looked(request)
    inventory = request.app[SOURCE].plan.inventory
    naming = Naming(inventory, rim.language(request))
    peers = [peer.name for peer in request.app[SOURCE].telling.rounds.peers]
    items = [
        shape.Silence(
            id=one.id,
            things=titled(one.things, naming),
            alert=one.alert,
            matchers=[str(matcher) for matcher in one.matchers],
            who=one.who,
            why=one.why,
            start=one.start,
            end=one.end,
            stands={name: name in one.ids for name in peers if name not in failed},
        )
        for one in standing
    ]
    return rim.told(shape.Silences(items=items, failed=failed))


async def silence(request: web.Request) -> web.Response:
    """Be silent of a thing, or of an incident, for a while."""
    body, who = await read(request, bodies.Hush)
    now = time.time()
    if not now < body.until <= now + LONGEST:
        days = f"{LONGEST / 86400:.0f}"
        raise BodyRefusedError([f"until: not between now and {days} days from now"])
    labels, things = await _meant(request, body)
    kept = _kept(request)
    act = "mute-flapping" if labels.get("alertname", "").endswith(FLAPPING) else "silence"
    detail = {"to": body.until, **({"alert": labels["alertname"]} if "alertname" in labels else {})}
    one = deed(request, act, who, things=things, text=body.why, detail=detail)
    async with recorded(request, one) as line:
        taken = await kept.post(labels, (now, body.until), who, body.why)
        return await _told(request, line, one, taken)


async def lift(request: web.Request) -> web.Response:
    """End a silence."""
    _, who = await read(request, bodies.Act)
    kept, name = _kept(request), request.match_info["name"]
    standing, failed = await _standing(request)
    held = next((one for one in standing if one.id == name), None)
    if held is None:
        hint = "GET /api/v1/silences lists them"
        if failed:
            raise RefusedError(503, f"not every Alertmanager answers: {_why(failed)}", hint)
        raise RefusedError(404, f"no silence {name[:40]!r} stands", hint)
    things = (f"silence:{held.id}", *held.things)
    one = deed(request, "unsilence", who, things=things, detail={"to": held.end})
    async with recorded(request, one) as line:
        taken = await kept.lift(held)
        return await _told(request, line, one, Taken(taken.taken, {**failed, **taken.failed}))


async def _told(request: web.Request, line: int, one: Deed, taken: Taken) -> web.Response:
    """How it was taken; what was not taken by all is in the audit log too."""
    if not taken.taken:
        raise RefusedError(503, f"no Alertmanager took it: {_why(taken.failed)}", "try again")
    if taken.failed:
        await correct(request, line, one, PARTLY, f"not taken: {_why(taken.failed)}")
    return rim.told(shape.Silenced(taken=taken.taken, failed=taken.failed))


async def _meant(request: web.Request, body: bodies.Hush) -> tuple[dict[str, str], tuple[str, ...]]:
    """The labels of what is to be silent, and what that is of."""
    source, (kind, _, name) = request.app[SOURCE], body.what.partition(":")
    if kind == "incident":
        try:
            known = name.isascii() and name.isdecimal() and len(name) < 19
            held = await done(source.incidents.find(int(name) if known else 0))
        except NoIncidentError:
            raise BodyRefusedError([f"what: no incident {name[:40]!r}"]) from None
        labels = {"subject": held.cause.thing, "alertname": body.alert or held.cause.alert}
        return labels, (f"incident:{held.id}", held.cause.thing)
    try:
        thing = str(find(source.plan.inventory, body.what))
    except QueryInvalid as error:
        raise BodyRefusedError([f"what: {error}"]) from None
    return {"subject": thing, **({"alertname": body.alert} if body.alert else {})}, (thing,)


def _kept(request: web.Request) -> Silences:
    peers = request.app[SOURCE].telling.rounds.peers
    if not peers:
        raise RefusedError(
            409, "no Alertmanager is configured: nobody is told of anything", "give --alertmanager"
        )
    return Silences(peers)


async def _looked(request: web.Request) -> tuple[list[Silence], Failed]:
    """What stands, for who only looks: however many do, Alertmanagers are asked a few times at
    once, and who ends a silence waits for none of them.
    """
    asking = request.app[ASKING]
    try:
        async with asyncio.timeout(QUEUE):
            await asking.acquire()
    except TimeoutError:
        raise RefusedError(503, "too many look at silences at once", "try again") from None
    try:
        return await _standing(request)
    finally:
        asking.release()


async def _standing(request: web.Request) -> tuple[list[Silence], Failed]:
    source = request.app[SOURCE]

    def ours(thing: str) -> bool:
        kind, _, name = thing.partition(":")
        known: Any = getattr(source.plan.inventory, f"{kind}s", {}) if kind in _KINDS else {}
        return name in known

    return await Silences(source.telling.rounds.peers).standing(ours)


_KINDS = ("device", "circuit", "site", "service", "collector")


def _why(failed: Failed) -> str:
    return "; ".join(f"{name}: {why}" for name, why in failed.items())


_PLACE = "/api/v1/silences"
_AT = examples.MAINTENANCE.start
_PEER = "http://127.0.0.1:9093"
_TAKEN = shape.Silenced(taken=[_PEER], failed={})
ROUTES = (
    Route(
        "GET",
        _PLACE,
        silences,
        "Silences of the Alertmanagers that concern what is watched here",
        shape.Silences(
            items=[
                shape.Silence(
                    id="3f1c2b9a00d1e2f3",
                    things=[shape.Titled(thing="circuit:tsl-a", title="Kênh xã Pà Cò")],
                    alert="CircuitFlapping",
                    matchers=['subject="circuit:tsl-a"', 'alertname="CircuitFlapping"'],
                    who="truc-ca",
                    why="chập chờn từ sáng, VNPT đang đo",
                    start=_AT,
                    end=_AT + 7200,
                    stands={_PEER: True},
                )
            ],
            failed={},
        ),
        (LANGUAGE,),
        refusals=(400,),
    ),
    Route(
        "POST",
        _PLACE,
        silence,
        "Tell nobody of a thing or an incident for a while, through the Alertmanagers",
        _TAKEN,
        role="operator",
        refusals=(400, 409, 415, 503),
        body=examples.HUSH,
    ),
    Route(
        "DELETE",
        f"{_PLACE}/{{name}}",
        lift,
        "End a silence",
        _TAKEN,
        role="operator",
        refusals=(400, 404, 409, 415, 503),
        body=examples.ACT,
    ),
)
