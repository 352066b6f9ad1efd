"""The answers of the API: each takes a request, reads the collector, and tells one shape.

What may take long (filters over thousands of things, reading the journal) is done in a thread, on
snapshots that were taken in the loop.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from collector.api import rim
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.search import matching
from collector.api.things import shape, view
from collector.api.threads import apart
from collector.pipeline import Latest

LISTED = ("where", "search", "limit", "cursor")
VALUES_MOST = 10_000
"""Values after which a page of readings ends, whatever its limit."""


def _paged(request: web.Request, names: Iterable[str]) -> tuple[list[str], str | None]:
    """One page of names that are in order, and the cursor of the next."""
    after, most = rim.place(request), rim.limit(request)
    page = [name for name in names if name > after][: most + 1]
    return page[:most], rim.cursor(page[most - 1]) if len(page) > most else None


async def _listing(
    request: web.Request,
    kind: str,
    shown: Callable[[Any, view.Said], BaseModel],
    page: Callable[..., BaseModel],
) -> web.Response:
    rim.allow(request, *LISTED)
    said = _said(request)
    conditions, words = rim.conditions(request), rim.text(request, "search")

    def work() -> BaseModel:
        found = matching(said.inventory, kind, conditions, words, said.held)
        names, following = _paged(request, [one.partition(":")[2] for one in found])
        things = getattr(said.inventory, f"{kind}s")
        items = [shown(things[name], said) for name in names]
        return page(items=items, next=following, total=len(found))

    return rim.told(await apart(work))


def _said(request: web.Request) -> view.Said:
    source = request.app[SOURCE]
    return view.Said(dict(source.engine.verdicts), source.plan.inventory)


async def devices(request: web.Request) -> web.Response:
    """Devices of the inventory."""
    return await _listing(request, "device", view.device, shape.Devices)


async def device(request: web.Request) -> web.Response:
    """One device."""
    said = _said(request)
    return rim.told(view.device(rim.one(request, said.inventory.devices, "device"), said))


async def sites(request: web.Request) -> web.Response:
    """Sites of the inventory."""
    states = view.states_by_site(_said(request))
    return await _listing(
        request, "site", lambda one, said: view.site(one, said, states), shape.Sites
    )


async def site(request: web.Request) -> web.Response:
    """One site."""
    said = _said(request)
    one = rim.one(request, said.inventory.sites, "site")
    return rim.told(view.site(one, said, view.states_by_site(said)))


async def circuits(request: web.Request) -> web.Response:
    """Circuits of the inventory."""
    return await _listing(request, "circuit", view.circuit, shape.Circuits)


async def circuit(request: web.Request) -> web.Response:
    """One circuit."""
    said = _said(request)
    return rim.told(view.circuit(rim.one(request, said.inventory.circuits, "circuit"), said))


async def services(request: web.Request) -> web.Response:
    """Services of the inventory."""
    return await _listing(request, "service", view.service, shape.Services)


async def service(request: web.Request) -> web.Response:
    """One service."""
    said = _said(request)
    return rim.told(view.service(rim.one(request, said.inventory.services, "service"), said))


async def readings(request: web.Request) -> web.Response:
    """What was read last, job by job."""
    rim.allow(request, "device", "service", "metric", "limit", "cursor")
    source = request.app[SOURCE]
    latest = dict(source.pipeline.latest)
    name, kind = rim.text(request, "device"), "device"
    if not name:
        name, kind = rim.text(request, "service"), "service"
    inventory, held = source.plan.inventory, dict(source.engine.verdicts)
    if name and name not in (inventory.devices if kind == "device" else inventory.services):
        raise RefusedError(
            404, f"no {kind} {name[:80]!r}", f"GET /api/v1/{kind}s?search= finds some"
        )
    metric = rim.text(request, "metric")

    def work() -> shape.Readings:
        keys = sorted(key for key, one in latest.items() if _about(one, kind, name))
        names, following = _paged(request, keys)
        items, values = [], 0
        for key in names:
            about = (kind, name) if name else None
            items.append(view.latest(key, latest[key], held, metric, about))
            values += len(items[-1].rows)
            if values > VALUES_MOST and key != keys[-1]:
                following = rim.cursor(key)
                break
        return shape.Readings(items=items, next=following)

    return rim.told(await apart(work))


def _about(latest: Latest, kind: str, name: str) -> bool:
    """Whether a job, or rows that no job brought, tell of a thing."""
    if not name:
        return True
    job = latest.job
    if job is not None:
        return job.kind == kind and job.thing == name
    described = [row for table in list(latest.described.values()) for row in table.rows]
    return any((kind, name) in row.head.labels for row in [*latest.rows, *described])


async def status(request: web.Request) -> web.Response:
    """The collector at a glance."""
    rim.allow(request)
    return rim.told(view.status(request.app[SOURCE], time.time()))
