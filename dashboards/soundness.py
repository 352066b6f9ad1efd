"""What the house has against built dashboards, read as they are published: without Grafana's SDK.

Unknown metrics, infos joined without `== 1`, panels without a description, unit or legend, links to
pages that do not exist, panels that overlap. `hatang check` and the tests tell the same faults.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dashboards.page import COLUMNS
from dashboards.query import RECORDED
from probes.catalogue import METRICS
from probes.expression import joins_old_infos, metrics

JSON = Path(__file__).parent / "json"
RULES = Path(__file__).parent / "rules"
_LISTED = re.compile(r"(label_values|query_result)\((.*?)(?:,\s*(\w+))?\)")
_LINK = re.compile(r"/d/([\w-]+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of a dashboard: whose it is, and its PromQL. `lists` is the label whose values a
    variable takes; `kind` is the panel's plugin, `variable` or `annotation`; `since` a panel's own
    time.
    """

    where: str
    kind: str
    expr: str
    lists: str = ""
    instant: bool = False
    limit: bool = False
    since: str = ""


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The panels of a dashboard, without headings."""
    for one in dashboard["panels"]:
        if one["type"] != "row":
            yield one


def _variables(dashboard: Mapping[str, Any]) -> Iterator[Asked]:
    for one in dashboard["templating"]["list"]:
        found = _LISTED.fullmatch(one["query"]) if one["type"] == "query" else None
        if found:
            yield Asked(f"${one['name']}", "variable", found[2], found[3] or "")
        elif one["type"] == "query":
            yield Asked(f"${one['name']}", "variable", one["query"])


def asked(dashboard: Mapping[str, Any]) -> Iterator[Asked]:
    """Every query of a dashboard: of panels, variables and annotations."""
    yield from _variables(dashboard)
    for mark in dashboard["annotations"]["list"]:
        yield Asked(mark["name"], "annotation", mark["expr"])
    for one in panels(dashboard):
        for target in one["targets"]:
            yield Asked(
                f"{one['id']} {one['title']}",
                one["type"],
                target["expr"],
                instant=target["instant"],
                limit="threshold_limit" in target["expr"],
                since=one.get("timeFrom", ""),
            )


def _query_faults(one: Asked) -> Iterator[str]:
    for name in sorted(metrics(one.expr) - METRICS.keys() - RECORDED.keys()):
        yield f"{one.where}: reads {name}, which is not in the catalogue"
    if one.lists:
        return  # the values of a label: nothing is joined
    if joins_old_infos(one.expr):
        yield f"{one.where}: joins an info without == 1"


def _panel_faults(one: Mapping[str, Any]) -> Iterator[str]:
    where = f"{one['id']} {one['title']}"
    for field in ("title", "description"):
        if not one[field].strip():
            yield f"{where}: no {field}"
    if not one["fieldConfig"]["defaults"].get("unit"):
        yield f"{where}: no unit"
    if not one["targets"]:
        yield f"{where}: asks nothing"
    for target in one["targets"]:
        if not target.get("legendFormat", "").strip():
            yield f"{where}: a query without a legend"


def overlaps(places: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Panels that leave the grid or lie on each other."""
    taken: dict[tuple[int, int], int] = {}
    for one in places:
        at = one["gridPos"]
        if at["x"] + at["w"] > COLUMNS:
            yield f"{one['id']}: leaves the grid"
        for cell in (
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        ):
            if cell in taken:
                yield f"{one['id']}: lies on {taken[cell]}"
                return
            taken[cell] = one["id"]


def faults(dashboard: Mapping[str, Any], uids: set[str]) -> list[str]:
    """What is wrong with one dashboard; `uids` are those that exist."""
    found = [fault for one in asked(dashboard) for fault in _query_faults(one)]
    for one in panels(dashboard):
        found += _panel_faults(one)
    found += overlaps(dashboard["panels"])
    numbers = [one["id"] for one in dashboard["panels"]]
    found += [f"{one}: stands twice" for one in sorted(numbers) if numbers.count(one) > 1]
    links = set(_LINK.findall(json.dumps(dashboard)))
    found += [f"links to {one}, which is not there" for one in sorted(links - uids)]
    return found


def _recorded() -> Iterator[str]:
    """Recording rules that read what is unknown, or that differ from what pages may read."""
    made = set()
    for path in sorted(RULES.glob("*.yaml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                made.add(rule["record"])
                one = Asked(rule["record"], "rule", rule["expr"])
                yield from (f"rules/{path.name}: {fault}" for fault in _query_faults(one))
    for name in sorted(made ^ RECORDED.keys()):
        yield f"rules: {name} is recorded or read, but not both"


def loaded(folder: Path = JSON) -> dict[str, dict[str, Any]]:
    """Built dashboards by their path below the folder. Raises ValueError on what is no JSON."""
    return {
        path.relative_to(folder).as_posix(): json.loads(path.read_text("utf-8"))
        for path in sorted(folder.glob("*/*.json"))
    }


def problems(folder: Path = JSON) -> list[str]:
    """Everything that is wrong with built dashboards and their rules, as lines for people."""
    try:
        every = loaded(folder)
    except ValueError as error:
        return [f"dashboards/json: {error}"]
    found = [f"dashboards/{fault}" for fault in _recorded()]
    for path, one in every.items():
        language = path.split("/")[0]
        uids = {other["uid"] for at, other in every.items() if at.split("/")[0] == language}
        found += [f"dashboards/json/{path}: {fault}" for fault in faults(one, uids)]
    return found
