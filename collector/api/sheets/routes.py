"""The routes of the sheets."""

from pydantic import BaseModel

from collector.api.route import LANGUAGE, Answers, Route
from collector.api.sheets import (
    circuit,
    configs,
    device,
    examples,
    incident,
    runbook,
    service,
    site,
)


def _sheet(kind: str, answer: Answers, example: BaseModel, *also: int) -> Route:
    return Route(
        "GET",
        f"/api/v1/{kind}s/{{name}}/sheet",
        answer,
        f"All that the page of a {kind} shows",
        example,
        (LANGUAGE,),
        refusals=(400, 404, *also),
    )


ROUTES = (
    _sheet("device", device.device, examples.DEVICE),
    _sheet("circuit", circuit.circuit, examples.CIRCUIT),
    _sheet("site", site.site, examples.SITE),
    _sheet("service", service.service, examples.SERVICE),
    _sheet("incident", incident.incident, examples.INCIDENT, 503),
    Route(
        "GET",
        "/api/v1/devices/{name}/configs",
        configs.configs,
        "Revisions of a device's configuration that are kept, newest first",
        examples.CONFIGS,
        refusals=(404, 503),
    ),
    Route(
        "GET",
        "/api/v1/devices/{name}/configs/{revision}",
        configs.difference,
        "What a revision of a device's configuration changed",
        examples.DIFFERENCE,
        role="operator",
        refusals=(404, 503),
    ),
    Route(
        "GET",
        "/api/v1/runbooks/{name}",
        runbook.runbook,
        "What to look at, and whom to call",
        examples.RUNBOOK,
        (LANGUAGE,),
        refusals=(400, 404),
    ),
)
