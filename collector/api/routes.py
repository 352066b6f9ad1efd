"""The table of routes: what is answered where, to whom, and how it is described. The only list."""

from aiohttp import web

from collector.api import console, plain
from collector.api.acts import routes as acts
from collector.api.atlas import routes as atlas
from collector.api.charts import routes as charts
from collector.api.entry.guard import BODY
from collector.api.listing import routes as listing
from collector.api.route import TEXT, Route
from collector.api.sheets import routes as sheets
from collector.api.state import routes as state
from collector.api.things import routes as things
from collector.api.wall import routes as wall
from collector.console.pages import PAGES

_METRICS = """\
# HELP interface_receive_bytes_total Bytes received
# TYPE interface_receive_bytes_total counter
interface_receive_bytes_total{device="hbh-xa-05212-rt01",site="pa-co",interface="wan1"} 98123771
"""
_PLAIN = (
    Route("GET", "/api", plain.index, "Links to all this", "<!doctype html>", media="text/html"),
    Route(
        "GET",
        "/metrics",
        plain.metrics,
        "Own metrics and the latest value of every device series",
        _METRICS,
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
    Route("GET", "/api/v1/openapi.json", plain.openapi, "This description", '{"openapi": "3.1.0"}'),
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
    Route(
        "GET",
        "/console/{version}/{name}",
        console.asset,
        "The console's own files",
        "const x = 1;",
        role="",
        media="text/javascript",
        refusals=(404,),
    ),
)

ROUTES: tuple[Route, ...] = (
    *_CONSOLE,
    *_PLAIN,
    *wall.ROUTES,
    *things.ROUTES,
    *charts.ROUTES,
    *sheets.ROUTES,
    *state.ROUTES,
    *acts.ROUTES,
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
