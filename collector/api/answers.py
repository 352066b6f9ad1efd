"""The answers of the API: each takes a request, reads the collector, and tells one shape.

What may take long (filters over thousands of things, reading the journal) is done in a thread, on
snapshots that were taken in the loop.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel

from collector.api import rim, shape, view
from collector.api.guard import RefusedError, problem
from collector.api.rim import SOURCE
from collector.api.search import matching
from collector.pipeline import Latest

LISTED = ("where", "search", "limit", "cursor")
VALUES_MOST = 10_000
"""Values after which a page of readings ends, whatever its limit."""

T = TypeVar("T")


def _paged(request: web.Request, names: Iterable[str]) -> tuple[list[str], str | None]:
    """One page of names that are in order, and the cursor of the next."""
    after, most = rim.place(request), rim.limit(request)
    page = [name for name in names if name > after][: most + 1]
    return page[:most], rim.cursor(page[most - 1]) if len(page) > most else None


async def _listing(
    request: web.Request,
    kind: str,
    shown: Callable[[Any], BaseModel],
    page: Callable[..., BaseModel],
) -> web.Response:
    rim.allow(request, *LISTED)
    source = request.app[SOURCE]
    inventory, held = source.plan.inventory, dict(source.engine.verdicts)
    conditions, words = request.query.getall("where", []), rim.text(request, "search")

    def work() -> BaseModel:
        found = matching(inventory, kind, conditions, words, held)
        names, following = _paged(request, found)
        things = getattr(inventory, f"{kind}s")
        items = [shown(things[name]) for name in names]
        return page(items=items, next=following, total=len(found))

    return rim.told(await asyncio.to_thread(work))


def _one(request: web.Request, things: Mapping[str, T], kind: str) -> T:
    name = request.match_info["name"]
    if name not in things:
        raise RefusedError(
            404, f"no {kind} {name[:80]!r}", f"GET /api/v1/{kind}s?search= finds some"
        )
    return things[name]


async def devices(request: web.Request) -> web.Response:
    """Devices of the inventory."""
    source = request.app[SOURCE]
    held = source.engine.verdicts
    return await _listing(
        request, "device", lambda one: view.device(one, held.get(one.name)), shape.Devices
    )


async def device(request: web.Request) -> web.Response:
    """One device."""
    source = request.app[SOURCE]
    one = _one(request, source.plan.inventory.devices, "device")
    return rim.told(view.device(one, source.engine.verdicts.get(one.name)))


async def sites(request: web.Request) -> web.Response:
    """Sites of the inventory."""
    source = request.app[SOURCE]
    states = view.states_by_site(source)
    return await _listing(request, "site", lambda one: view.site(one, states), shape.Sites)


async def site(request: web.Request) -> web.Response:
    """One site."""
    source = request.app[SOURCE]
    one = _one(request, source.plan.inventory.sites, "site")
    return rim.told(view.site(one, view.states_by_site(source)))


async def circuits(request: web.Request) -> web.Response:
    """Circuits of the inventory."""
    return await _listing(request, "circuit", view.circuit, shape.Circuits)


async def circuit(request: web.Request) -> web.Response:
    """One circuit."""
    things = request.app[SOURCE].plan.inventory.circuits
    return rim.told(view.circuit(_one(request, things, "circuit")))


async def services(request: web.Request) -> web.Response:
    """Services of the inventory."""
    return await _listing(request, "service", view.service, shape.Services)


async def service(request: web.Request) -> web.Response:
    """One service."""
    things = request.app[SOURCE].plan.inventory.services
    return rim.told(view.service(_one(request, things, "service")))


async def verdicts(request: web.Request) -> web.Response:
    """What is concluded of the devices that match."""
    rim.allow(request, *LISTED)
    source = request.app[SOURCE]
    inventory, held = source.plan.inventory, dict(source.engine.verdicts)
    conditions, words = request.query.getall("where", []), rim.text(request, "search")

    def work() -> shape.Verdicts:
        known = matching(inventory, "device", conditions, words, held)
        judged = [name for name in known if name in held]
        names, following = _paged(request, judged)
        return shape.Verdicts(
            items=[view.verdict(name, held[name], inventory) for name in names],
            next=following,
            total=len(judged),
            counts=view.counts(held[name] for name in judged),
        )

    return rim.told(await asyncio.to_thread(work))


async def readings(request: web.Request) -> web.Response:
    """What was read last, job by job."""
    rim.allow(request, "device", "service", "metric", "limit", "cursor")
    source = request.app[SOURCE]
    latest = dict(source.pipeline.latest)
    name, kind = rim.text(request, "device"), "device"
    if not name:
        name, kind = rim.text(request, "service"), "service"
    inventory = source.plan.inventory
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
            items.append(view.latest(key, latest[key], metric, (kind, name) if name else None))
            values += len(items[-1].rows)
            if values > VALUES_MOST and key != keys[-1]:
                following = rim.cursor(key)
                break
        return shape.Readings(items=items, next=following)

    return rim.told(await asyncio.to_thread(work))


def _about(latest: Latest, kind: str, name: str) -> bool:
    """Whether a job, or rows that no job brought, tell of a thing."""
    if not name:
        return True
    job = latest.job
    if job is not None:
        return job.kind == kind and job.thing == name
    described = [row for table in list(latest.described.values()) for row in table.rows]
    return any((kind, name) in row.head.labels for row in [*latest.rows, *described])


async def events(request: web.Request) -> web.Response:
    """The journal's events."""
    rim.allow(request, "where", "after", "limit", "cursor")
    most = rim.limit(request)
    after, before = _journal_place(request)
    if "after" in request.query:
        after = rim.whole(request, "after", 0, 2**62)
    where = _equal(request, ("kind", "subject"))
    found = await _from_disk(
        request.app[SOURCE].journal.events, after, most, before=before, where=where
    )
    letter = "b" if after is None else "a"
    following = rim.cursor(f"{letter}{found[-1].id}") if len(found) == most else None
    return rim.told(shape.Events(items=[view.event(one) for one in found], next=following))


async def incidents(request: web.Request) -> web.Response:
    """The journal's incidents."""
    rim.allow(request, "where", "open", "limit", "cursor")
    most = rim.limit(request)
    open_only = request.query.get("open", "false")
    if open_only not in ("true", "false"):
        raise RefusedError(400, "open is true or false")
    _, before = _journal_place(request)
    where = _equal(request, ("cause",))
    found = await _from_disk(
        request.app[SOURCE].journal.incidents,
        open_only == "true",
        most,
        before=before,
        where=where,
    )
    following = rim.cursor(f"b{found[-1].id}") if len(found) == most else None
    return rim.told(shape.Incidents(items=[view.incident(one) for one in found], next=following))


async def incident(request: web.Request) -> web.Response:
    """One incident."""
    name = request.match_info["name"]
    journal = request.app[SOURCE].journal
    found = await _from_disk(journal.incidents, False, 1, where={"id": name})
    if not found:
        raise RefusedError(404, f"no incident {name[:40]!r}", "GET /api/v1/incidents lists them")
    return rim.told(view.incident(found[0]))


async def _from_disk(read: Callable[..., list[T]], *wanted: Any, **more: Any) -> list[T]:
    try:
        return await asyncio.to_thread(read, *wanted, **more)
    except sqlite3.Error as error:
        raise RefusedError(503, f"the journal cannot be read: {error}", "try again") from None


def _journal_place(request: web.Request) -> tuple[int | None, int | None]:
    """What a cursor means: above which id, or below which."""
    place = rim.place(request)
    letter, number = place[:1], place[1:]
    if not place:
        return None, None
    if letter not in "ab" or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise RefusedError(400, "the cursor is none of this list's", "begin without a cursor")
    return (int(number), None) if letter == "a" else (None, int(number))


def _equal(request: web.Request, names: tuple[str, ...]) -> dict[str, str]:
    """The journal's own filters: a name, an equals sign, the whole text."""
    found = {}
    for condition in request.query.getall("where", []):
        name, _, value = condition.partition("=")
        if name not in names:
            raise RefusedError(400, f"no filter by {name[:40]!r} here", f"by {' or '.join(names)}")
        found[name] = value
    return found


async def status(request: web.Request) -> web.Response:
    """The collector at a glance."""
    rim.allow(request)
    return rim.told(view.status(request.app[SOURCE], time.time()))


async def reload(request: web.Request) -> web.Response:
    """Read the inventory again."""
    source = request.app[SOURCE]
    problems = await source.reload()
    if problems:
        return problem(
            400,
            "the inventory was refused, nothing changed",
            "hatang check shows the same",
            problems,
        )
    devices = len(source.plan.inventory.devices)
    return rim.told(shape.Reloaded(reloaded=source.reloaded[1], devices=devices))
