"""The built dashboards by Grafana's own types (`@grafana/schema`), made into JSON Schema."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from dashboards.soundness import loaded, panels
from tests.house import ROOT

PLACE = ROOT / ".hatang" / "grafana" / "node_modules"
RAW = PLACE / "@grafana" / "schema" / "dist" / "esm" / "raw"
BEYOND = {
    "auto": "of interval variables; the SDK writes it for all",
    "auto_count": "of interval variables; the SDK writes it for all",
    "auto_min": "of interval variables; the SDK writes it for all",
    "expr": "of Prometheus' annotations, which the common type does not know",
    "step": "of Prometheus' annotations, which the common type does not know",
    "titleFormat": "of Prometheus' annotations, which the common type does not know",
}
"""Keys that Grafana reads and its published types leave out."""
PLUGINS = {"state-timeline": "statetimeline"}
NO_FIELDS = ("stat", "geomap", "bargauge")
"""Panels whose types have no field settings of their own."""

pytestmark = pytest.mark.skipif(
    not RAW.exists() or shutil.which("node") is None,
    reason="@grafana/schema is not installed (make test installs it where there is npm)",
)


@cache
def validator(types: Path, kind: str) -> Draft7Validator:
    """A validator of one of Grafana's types."""
    generator = PLACE / "ts-json-schema-generator" / "bin" / "ts-json-schema-generator.js"
    command = ["node", str(generator), "--path", str(types), "--type", kind, "--no-type-check"]
    made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return Draft7Validator(json.loads(made.stdout))


def composable(plugin: str, kind: str) -> Draft7Validator:
    """Of the options or the field settings of a kind of panel."""
    folder = RAW / "composable" / PLUGINS.get(plugin, plugin) / "panelcfg" / "x"
    (types,) = folder.glob("*.d.ts")
    return validator(types, kind)


def errors(by: Draft7Validator, one: Any) -> Iterator[str]:
    """What a type has against a value; keys beyond the types are known ones."""
    for error in by.iter_errors(one):
        leaves = list(error.context or [error])
        for leaf in leaves:
            extra = (
                set(leaf.instance) - set(leaf.schema.get("properties", ()))
                if (leaf.validator == "additionalProperties" and isinstance(leaf.instance, dict))
                else {""}
            )
            if not extra <= BEYOND.keys():
                yield f"{'/'.join(map(str, leaf.absolute_path))}: {leaf.message[:200]}"


DASHBOARD = RAW / "dashboard" / "x" / "dashboard_types.gen.d.ts"


@pytest.mark.parametrize("path", loaded())
def test_dashboard_is_of_grafanas_type(path: str) -> None:
    one = loaded()[path]
    assert list(errors(validator(DASHBOARD, "Dashboard"), one)) == []


@pytest.mark.parametrize("path", [path for path in loaded() if path.startswith("vi/")])
def test_panels_are_of_their_plugins_types(path: str) -> None:
    for one in panels(loaded()[path]):
        assert list(errors(composable(one["type"], "Options"), one["options"])) == []
        custom = one["fieldConfig"]["defaults"].get("custom")
        if custom is not None and one["type"] not in NO_FIELDS:
            assert list(errors(composable(one["type"], "FieldConfig"), custom)) == []


def test_types_find_what_is_wrong() -> None:
    one = loaded()["vi/site.json"]
    spoiled = [{**one, "graphTooltip": 9}, {**one, "teapot": 1}, {**one, "panels": "none"}]
    for bad in spoiled:
        assert list(errors(validator(DASHBOARD, "Dashboard"), bad))
    stat = next(panel for panel in panels(one) if panel["type"] == "stat")
    assert list(errors(composable("stat", "Options"), {**stat["options"], "colorMode": "zzz"}))
