"""The routes of what is watched, what was read of it, and the collector itself."""

from pydantic import BaseModel

from collector.api.route import CURSOR, LIMIT, LISTED, Answers, Parameter, Route
from collector.api.things import answers, contract, examples, shape


def _list(name: str, answer: Answers, summary: str, example: BaseModel) -> Route:
    path = f"/api/v1/{name}"
    return Route("GET", path, answer, summary, example, LISTED, refusals=(400,))


def _one(name: str, answer: Answers, summary: str, example: BaseModel) -> Route:
    return Route("GET", f"/api/v1/{name}/{{name}}", answer, summary, example, refusals=(404,))


ROUTES = (
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
