"""The table of routes: what is answered where, to whom, and how it is described. The only list."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel

from collector.api import answers, examples, plain, shape

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query."""

    name: str
    text: str
    kind: str = "string"
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path. `example` is a body in the route's shape, or text in `media`.

    `role` is who may ask where tokens are on, "" for anyone.
    """

    method: str
    path: str
    answer: Answers
    summary: str
    example: BaseModel | str
    parameters: tuple[Parameter, ...] = ()
    role: str = "viewer"
    media: str = "application/json"
    refusals: tuple[int, ...] = ()


WHERE = Parameter(
    "where",
    "field=value, != or ~ (a part of it), as in role=ward-router or site.kind=ward; also state",
    repeated=True,
)
SEARCH = Parameter("search", "words to find, without regard to case and Vietnamese marks")
LIMIT = Parameter("limit", "items in one answer, at most 1000", "integer")
CURSOR = Parameter("cursor", "the `next` of the answer before")
LISTED = (WHERE, SEARCH, LIMIT, CURSOR)
TEXT = "text/plain"

_PLAIN = (
    Route("GET", "/", plain.index, "Links to all this", "<!doctype html>", media="text/html"),
    Route(
        "GET",
        "/metrics",
        plain.metrics,
        "Own metrics and the latest value of every device series",
        examples.METRICS,
        media=TEXT,
        refusals=(503,),
    ),
    Route("GET", "/healthz", plain.healthz, "The loop lives", "ok\n", role="", media=TEXT),
    Route(
        "GET",
        "/readyz",
        plain.readyz,
        "A plan runs and the spool accepts",
        "ready\n",
        role="",
        media=TEXT,
        refusals=(503,),
    ),
    Route(
        "POST",
        "/-/reload",
        answers.reload,
        "Read the inventory again; a bad one changes nothing",
        examples.RELOADED,
        role="operator",
        refusals=(400,),
    ),
    Route("GET", "/api/v1/openapi.json", plain.openapi, "This description", '{"openapi": "3.1.0"}'),
)


def _list(name: str, answer: Answers, summary: str, example: BaseModel) -> Route:
    path = f"/api/v1/{name}"
    return Route("GET", path, answer, summary, example, LISTED, refusals=(400,))


def _one(name: str, answer: Answers, summary: str, example: BaseModel) -> Route:
    return Route("GET", f"/api/v1/{name}/{{name}}", answer, summary, example, refusals=(404,))


_THINGS = (
    _list(
        "devices",
        answers.devices,
        "Devices and how they are",
        shape.Devices(items=[examples.DEVICE], total=1),
    ),
    _one("devices", answers.device, "One device", examples.DEVICE),
    _list("sites", answers.sites, "Sites", shape.Sites(items=[examples.SITE], total=1)),
    _one("sites", answers.site, "One site", examples.SITE),
    _list(
        "circuits", answers.circuits, "Circuits", shape.Circuits(items=[examples.CIRCUIT], total=1)
    ),
    _one("circuits", answers.circuit, "One circuit", examples.CIRCUIT),
    _list(
        "services", answers.services, "Services", shape.Services(items=[examples.SERVICE], total=1)
    ),
    _one("services", answers.service, "One service", examples.SERVICE),
    _list("verdicts", answers.verdicts, "What is concluded", examples.VERDICTS),
)
_FACTS = (
    Route(
        "GET",
        "/api/v1/readings",
        answers.readings,
        "What was read last, job by job, and why a run fell short",
        examples.READINGS,
        (
            Parameter("device", "only what is known of this device"),
            Parameter("service", "only what is known of this service"),
            Parameter("metric", "only this metric"),
            LIMIT,
            CURSOR,
        ),
        refusals=(400, 404),
    ),
    Route(
        "GET",
        "/api/v1/events",
        answers.events,
        "Events, newest first",
        examples.EVENTS,
        (
            Parameter("where", "kind=... or subject=device:...", repeated=True),
            Parameter("after", "only events with a greater id, oldest first", "integer"),
            LIMIT,
            CURSOR,
        ),
        refusals=(400, 503),
    ),
    Route(
        "GET",
        "/api/v1/incidents",
        answers.incidents,
        "Incidents, newest first",
        shape.Incidents(items=[examples.INCIDENT]),
        (
            Parameter("where", "cause=device:...", repeated=True),
            Parameter("open", "true: only those that are open", "boolean"),
            LIMIT,
            CURSOR,
        ),
        refusals=(400, 503),
    ),
    _one("incidents", answers.incident, "One incident", examples.INCIDENT),
    Route("GET", "/api/v1/status", answers.status, "The collector at a glance", examples.STATUS),
)

ROUTES: tuple[Route, ...] = (*_PLAIN, *_THINGS, *_FACTS)

_ROLES = {(route.method, route.path): route.role for route in ROUTES}


def role_of(request: web.Request) -> str:
    """The role that a request's route asks for; the least one where there is no such route."""
    resource = request.match_info.route.resource
    method = "GET" if request.method == "HEAD" else request.method
    return _ROLES.get((method, resource.canonical), "viewer") if resource else "viewer"
