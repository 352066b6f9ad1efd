"""The OpenAPI 3.1 description, made from the table of routes and the shapes."""

import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from collector.api import examples, shape
from collector.api.routes import Parameter, Route
from collector.selfmetrics import VERSION

_REFUSALS = {
    400: "What is asked for is wrong",
    401: "No valid token",
    403: "Not allowed",
    404: "There is no such thing",
    429: "Too many wrong tokens",
    503: "Not now",
}


def document(routes: Iterable[Route]) -> bytes:
    """The description as JSON."""
    routes = list(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    shapes = {type(route.example) for route in routes if isinstance(route.example, BaseModel)}
    models: list[type[BaseModel]] = [*shapes, shape.Problem]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in sorted(models, key=lambda one: one.__name__)],
        ref_template="#/components/schemas/{model}",
    )
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


def _operation(route: Route) -> dict[str, Any]:
    refused = [*route.refusals, *((401, 403, 429) if route.role else ())]
    name = re.sub(r"[^a-zA-Z0-9]+", "_", route.path).strip("_") or "index"
    return {
        "operationId": f"{route.method.lower()}_{name}",
        "summary": route.summary,
        "security": [{}, {"token": []}] if route.role else [],
        "parameters": [
            *({"name": found, **_IN_PATH} for found in re.findall(r"{(\w+)}", route.path)),
            *map(_parameter, route.parameters),
        ],
        "responses": {
            "200": {"description": route.summary, "content": {route.media: _body(route.example)}},
            **{str(status): _refusal(status) for status in sorted(refused)},
        },
    }


_IN_PATH = {"in": "path", "required": True, "schema": {"type": "string"}}


def _parameter(one: Parameter) -> dict[str, Any]:
    single: dict[str, Any] = {"type": one.kind}
    schema = {"type": "array", "items": single} if one.repeated else single
    return {"name": one.name, "in": "query", "description": one.text, "schema": schema}


def _body(example: BaseModel | str) -> dict[str, Any]:
    if isinstance(example, BaseModel):
        reference = {"$ref": f"#/components/schemas/{type(example).__name__}"}
        return {"schema": reference, "example": example.model_dump(mode="json")}
    try:
        return {"schema": {"type": "object"}, "example": json.loads(example)}
    except ValueError:
        return {"schema": {"type": "string"}, "example": example}


def _refusal(status: int) -> dict[str, Any]:
    content = {"application/json": _body(examples.PROBLEM)}
    return {"description": _REFUSALS[status], "content": content}
