"""The OpenAPI 3.1 description, made from the table of routes and the shapes."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from collector.api import shape
from collector.api.route import Parameter, Route
from collector.selfmetrics import VERSION

Described = Mapping[type[Any], dict[str, Any]]
"""Where the schema of each shape is."""

_REFUSALS = {
    400: "What is asked for is wrong",
    401: "No valid token",
    403: "Not allowed",
    404: "There is no such thing",
    409: "Not as things are now",
    415: "The body is no JSON",
    429: "Too many wrong tokens",
    503: "Not now",
}


_PROBLEM = shape.Problem(error="no device 'rt99'", hint="GET /api/v1/devices?search= finds some")


def document(routes: Iterable[Route]) -> bytes:
    """The description as JSON."""
    routes = list(routes)
    told = [route.example for route in routes if isinstance(route.example, BaseModel)]
    taken = [route.body for route in routes if route.body is not None]
    modes: set[tuple[type[BaseModel], JsonSchemaMode]] = {(shape.Problem, "serialization")}
    modes |= {(type(one), "serialization") for one in told}
    modes |= {(type(one), "validation") for one in taken}
    references, schemas = models_json_schema(
        sorted(modes, key=lambda one: one[0].__name__), ref_template="#/components/schemas/{model}"
    )
    # Two shapes may have one name: the references know which is which.
    described: Described = {model: reference for (model, _), reference in references.items()}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, described)
    body = {
        "openapi": "3.1.0",
        "info": {
            "title": "Hatang",
            "version": VERSION,
            "description": "What one collector knows. Times are Unix seconds.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    return json.dumps(body, ensure_ascii=False).encode()


def _operation(route: Route, described: Described) -> dict[str, Any]:
    refused = [*route.refusals, *((401, 403, 429, 503) if route.role else ())]
    name = re.sub(r"[^a-zA-Z0-9]+", "_", route.path).strip("_") or "index"
    return {
        "operationId": f"{route.method.lower()}_{name}",
        "summary": route.summary,
        "security": [{}, {"token": []}] if route.role else [],
        "parameters": [
            *({"name": found, **_IN_PATH} for found in re.findall(r"{(\w+)}", route.path)),
            *map(_parameter, route.parameters),
        ],
        **({"requestBody": _request(route.body, described)} if route.body is not None else {}),
        "responses": {
            "200": {
                "description": route.summary,
                "content": {route.media: _body(route.example, described)},
            },
            **{str(status): _refusal(status, described) for status in sorted(refused)},
        },
    }


def _request(body: BaseModel, described: Described) -> dict[str, Any]:
    return {"required": False, "content": {"application/json": _body(body, described)}}


_IN_PATH = {"in": "path", "required": True, "schema": {"type": "string"}}


def _parameter(one: Parameter) -> dict[str, Any]:
    single: dict[str, Any] = {"type": one.kind}
    schema = {"type": "array", "items": single} if one.repeated else single
    return {"name": one.name, "in": "query", "description": one.text, "schema": schema}


def _body(example: BaseModel | str, described: Described) -> dict[str, Any]:
    if isinstance(example, BaseModel):
        return {
            "schema": described[type(example)],
            "example": example.model_dump(mode="json", by_alias=True),
        }
    try:
        return {"schema": {"type": "object"}, "example": json.loads(example)}
    except ValueError:
        return {"schema": {"type": "string"}, "example": example}


def _refusal(status: int, described: Described) -> dict[str, Any]:
    content = {"application/json": _body(_PROBLEM, described)}
    return {"description": _REFUSALS[status], "content": content}
