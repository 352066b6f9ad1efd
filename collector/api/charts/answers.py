"""The API of charts: a thing's, what goes through a device's ports, what every circuit carries."""

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from aiohttp import web

from collector.api import rim, screen
from collector.api.charts import now, shape
from collector.api.charts.chart import Chart, Thing
from collector.api.charts.circuit import circuit
from collector.api.charts.device import device, interface
from collector.api.charts.drawing import drawn
from collector.api.charts.questions import Questions
from collector.api.charts.service import service
from collector.api.charts.site import site
from collector.api.charts.span import SPANS, grid
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.stores.promql import Grid, StoreError

QUESTIONS = web.AppKey("questions", Questions)
Told = TypeVar("Told")


def charts(kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What answers with the charts of a thing of that kind."""

    async def answer(request: web.Request) -> web.Response:
        rim.allow(request, "span", "language", *(["interface"] if kind == "device" else []))
        thing = _thing(request, kind)
        language, span = rim.language(request), rim.text(request, "span") or "6h"
        if span not in SPANS:
            raise RefusedError(400, f"span is one of {', '.join(SPANS)}")
        port = rim.text(request, "interface")
        at = time.time()
        points = grid(span, at)
        problem = _problem(request)
        wanted = [] if problem else _wanted(thing, port, points)
        found = await _asked(drawn(wanted, request.app[QUESTIONS], points, language))
        told = shape.Charts(
            thing=f"{kind}:{thing.name}",
            interface=port,
            span=span,
            at=at,
            start=points.start,
            step=points.step,
            count=points.count,
            charts=found,
            problem=problem,
        )
        return await screen.told(lambda: told)

    return answer


def _thing(request: web.Request, kind: str) -> Thing:
    inventory = request.app[SOURCE].plan.inventory
    name = request.match_info["name"]
    if name not in getattr(inventory, f"{kind}s"):
        hint = f"GET /api/v1/{kind}s?search= finds some"
        raise RefusedError(404, f"no {kind} {name[:80]!r}", hint)
    return Thing(inventory, kind, name)


def _wanted(thing: Thing, port: str, points: Grid) -> Iterable[Chart]:
    inventory, name = thing.inventory, thing.name
    if thing.kind == "device":
        one = inventory.devices[name]
        return interface(one, port, points) if port else device(thing, one, points)
    if thing.kind == "circuit":
        return circuit(thing, inventory.circuits[name], points)
    if thing.kind == "service":
        return service(thing, inventory.services[name], points)
    return site(thing, points)


def _problem(request: web.Request) -> str:
    return "" if request.app[SOURCE].promql else "no store is asked: see --query of hatang run"


async def _asked(work: Awaitable[Told]) -> Told:
    try:
        return await work
    except StoreError as error:
        raise RefusedError(503, str(error), "states stay true: they are in memory") from None


async def ports(request: web.Request) -> web.Response:
    """What goes through the interfaces of a device."""
    rim.allow(request)
    thing = _thing(request, "device")
    one = thing.inventory.devices[thing.name]
    at = now.moment(time.time())
    if problem := _problem(request):
        return rim.told(shape.Ports(device=one.name, at=at.start, items=[], problem=problem))
    told = await _asked(now.ports(one, request.app[QUESTIONS], at))
    return await screen.told(lambda: told)


async def loads(request: web.Request) -> web.Response:
    """What every circuit carries."""
    rim.allow(request)
    inventory = request.app[SOURCE].plan.inventory
    at = now.moment(time.time())
    if problem := _problem(request):
        return rim.told(shape.Loads(at=at.start, items=[], problem=problem))
    told = await _asked(now.loads(inventory, request.app[QUESTIONS], at))
    return await screen.told(lambda: told)
