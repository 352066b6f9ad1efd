"""The table of routes: what is answered where, to whom, and how it is described. The only list."""

from aiohttp import web
from pydantic import BaseModel

from collector.api import (
    acts,
    alerts,
    answers,
    audit,
    console,
    contract,
    examples,
    examples_state,
    examples_wall,
    ledger,
    plain,
    session,
    shape,
    silences,
    stream,
    wall,
    works,
)
from collector.api.atlas import routes as atlas
from collector.api.charts import routes as charts
from collector.api.guard import BODY
from collector.api.listing import routes as listing
from collector.api.route import (
    ABOUT,
    AFTER,
    CURSOR,
    LANGUAGE,
    LIMIT,
    LISTED,
    TEXT,
    Answers,
    Parameter,
    Route,
)
from collector.api.sheets import routes as sheets
from collector.console.pages import PAGES

_PLAIN = (
    Route("GET", "/api", plain.index, "Links to all this", "<!doctype html>", media="text/html"),
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
        acts.reload,
        "Read the inventory again; a bad one changes nothing",
        examples.RELOADED,
        role="operator",
        refusals=(400, 415),
        body=examples_state.RELOAD,
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
    Route(
        "GET",
        "/api/v1/circuits/{name}/contract",
        contract.contract,
        "Contract numbers of a circuit: percentiles of its traffic, and its availability",
        contract.EXAMPLE,
        (
            Parameter("from", "a day (2026-11-01) or Unix seconds; by default this month begins"),
            Parameter("to", "a day, which is part of it, or Unix seconds; by default now"),
        ),
        refusals=(400, 404, 503),
    ),
    _one("services", answers.service, "One service", examples.SERVICE),
    Route(
        "GET",
        "/api/v1/verdicts",
        answers.verdicts,
        "What is concluded, causes first, each with what it hides",
        examples_state.VERDICTS,
        (Parameter("kind", "device, circuit, site, service or collector"), LANGUAGE, *LISTED),
        refusals=(400,),
    ),
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
    Route("GET", "/api/v1/status", answers.status, "The collector at a glance", examples.STATUS),
)

_LEDGER = (
    Route(
        "GET",
        "/api/v1/events",
        ledger.events,
        "Events, newest first",
        examples_state.EVENTS,
        (ABOUT, AFTER, LIMIT, CURSOR, LANGUAGE),
        refusals=(400, 503),
    ),
    Route(
        "GET",
        "/api/v1/events/stream",
        stream.events,
        "Events as they happen (server-sent events); Last-Event-ID goes on where one was",
        examples_state.EVENT_STREAM,
        (ABOUT, AFTER, LANGUAGE),
        media=stream.MEDIA,
        refusals=(400, 503),
    ),
    Route(
        "GET",
        "/api/v1/incidents",
        ledger.incidents,
        "Incidents, newest first",
        examples_state.INCIDENTS,
        (
            Parameter("where", "cause=circuit:..., kind=, severity= or alert=", repeated=True),
            Parameter("open", "true: only those that are open", "boolean"),
            Parameter("since", "only those detected at or after (Unix seconds)", "integer"),
            LIMIT,
            CURSOR,
            LANGUAGE,
        ),
        refusals=(400, 503),
    ),
    Route(
        "GET",
        "/api/v1/incidents/stream",
        stream.incidents,
        "Each incident that opens, changes, closes or is acted on, as events/stream does it",
        examples_state.INCIDENT_STREAM,
        (AFTER, LANGUAGE),
        media=stream.MEDIA,
        refusals=(400, 503),
    ),
    Route(
        "GET",
        "/api/v1/incidents/{name}",
        ledger.incident,
        "One incident, with all that it hides",
        examples_state.INCIDENT,
        (LANGUAGE,),
        refusals=(404, 503),
    ),
)


def _act(name: str, answer: Answers, summary: str, body: BaseModel) -> Route:
    return Route(
        "POST",
        f"/api/v1/incidents/{{name}}/{name}",
        answer,
        summary,
        examples_state.INCIDENT,
        (LANGUAGE,),
        role="operator",
        refusals=(400, 404, 409, 415, 503),
        body=body,
    )


_ACTS = (
    _act("acknowledge", acts.acknowledge, "Take notice", examples_state.ACKNOWLEDGE),
    _act("note", acts.note, "Write a note", examples_state.WRITE),
    _act("owner", acts.owner, "Say whose it is", examples_state.ASSIGN),
    _act(
        "suspected",
        acts.suspected,
        "Say that a cyber-security incident is suspected: the clocks of 24 and 72 hours show",
        examples_state.SUSPECT,
    ),
)

_GATE = (
    Route(
        "POST",
        "/api/v2/alerts",
        alerts.post,
        "Alerts of vmalert, as Alertmanager takes them: they pass through the gate",
        "",
        role="operator",
        media=TEXT,
        refusals=(400, 503),
        most=alerts.BODY,
    ),
    Route(
        "GET",
        "/api/v2/alerts",
        alerts.alerts,
        "What the gate holds, as Alertmanager shows it; amtool reads it",
        examples_state.ALERTS,
        tuple(Parameter(name, "taken from amtool, without effect") for name in alerts.FILTERS),
        refusals=(400, 503),
    ),
    Route("GET", "/api/v2/status", alerts.status, "As Alertmanager's", examples_state.GATE),
)

_CONSOLE = (
    *(
        Route(
            "GET",
            one.path,
            console.page(one),
            f"The console's page: {one.folder}",
            "<!doctype html>",
            role="",
            media="text/html",
        )
        for one in PAGES
    ),
    *(
        Route(
            "GET",
            f"/console/{{version}}/{path}",
            console.asset,
            "The console's own files",
            "export const x = 1;",
            role="",
            media="text/javascript",
            refusals=(404,),
        )
        for path in ("{name}", "{folder}/{name}")
    ),
    Route(
        "GET",
        "/api/v1/wall",
        wall.wall,
        "All that the console's wall shows: causes, sites, services, counts, the last changes",
        examples_wall.WALL,
        (LANGUAGE,),
        refusals=(400,),
    ),
    Route("GET", "/api/v1/session", session.session, "Who asks", examples_wall.SESSION, role=""),
    Route(
        "POST",
        "/api/v1/session",
        session.enter,
        "Log in: exchange a token for a session cookie",
        examples_wall.SESSION,
        role="",
        refusals=(400, 403, 415, 429),
        body=examples_wall.ENTER,
    ),
    Route("DELETE", "/api/v1/session", session.leave, "Log out", examples_wall.SESSION, role=""),
)

ROUTES: tuple[Route, ...] = (
    *_CONSOLE,
    *_PLAIN,
    *charts.ROUTES,
    *_THINGS,
    *sheets.ROUTES,
    *_FACTS,
    *_LEDGER,
    *_ACTS,
    *works.ROUTES,
    *silences.ROUTES,
    *audit.ROUTES,
    *_GATE,
    *atlas.ROUTES,
    *listing.ROUTES,
)

_BY_PLACE = {(route.method, route.path): route for route in ROUTES}


def role_of(request: web.Request) -> str:
    """The role that a request's route asks for; the least one where there is no such route."""
    route = _route(request)
    return route.role if route else "viewer"


def most_of(request: web.Request) -> int:
    """How many bytes a request's body may have."""
    route = _route(request)
    return route.most if route else BODY


def _route(request: web.Request) -> Route | None:
    resource = request.match_info.route.resource
    method = "GET" if request.method == "HEAD" else request.method
    return _BY_PLACE.get((method, resource.canonical)) if resource else None
