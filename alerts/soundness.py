"""What the house has against rule files, beyond what promtool and vmalert refuse.

Unknown metrics, limits written as numbers, infos joined without `== 1`, rules that say again what
the state engine says. `hatang check` and the tests tell the same faults.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from alerts.notice import ENGINE_ALERTS
from alerts.rules import RULES, SELF, Placed, by_alert, load
from alerts.thresholds import SEVERITIES, Limits, thresholds
from probes.catalogue import METRICS
from probes.expression import bare, joins_old_infos, metrics

LIMIT = "threshold_limit"
SAID_BY = {"warning": ("warning", "minor", "info"), "critical": ("critical", "major")}
"""The severities that an alert over a limit of one severity may have."""

_LITERAL = re.compile(r"(\w*)\s*(?:[<>]=?|[!=]=)\s*(?:bool\s*)?(-?[\d.]+)")
_INNERMOST = re.compile(r"\(([^()]*)\)")
_VERDICT = re.compile(
    r"(device|circuit|site|service)_(state|hidden_devices|flapping|cause_info)|incident_open"
)
_MOMENTS = ("hour", "minute", "day_of_week")


def faults(one: Placed, limits: Mapping[str, Limits]) -> list[str]:
    """What is wrong with one rule; empty when nothing is."""
    found = [*_named(one), *_written(one), *_limited(one, limits)]
    return [f"{one}: {fault}" for fault in found]


def _named(one: Placed) -> Iterator[str]:
    rule, notes = one.rule, one.rule.annotations
    if notes.runbook != f"alerts/runbooks/{rule.alert}.md":
        yield f"its runbook is alerts/runbooks/{rule.alert}.md"
    if rule.alert in ENGINE_ALERTS:
        yield "the state engine says this"
    used = metrics(rule.expr)
    for name in sorted(used - METRICS.keys()):
        yield f"reads {name}, which is not in the catalogue"
    for name in notes.metrics.split():
        if name not in used:
            yield f"its annotation names {name}, which it does not read"


def _written(one: Placed) -> Iterator[str]:
    expr = one.rule.expr
    if joins_old_infos(expr):
        yield "joins an info without == 1"
    if one.path.parent != SELF:
        for name in sorted(metrics(expr)):
            if _VERDICT.fullmatch(name):
                yield f"reads {name}: verdicts are the state engine's"
    for what, number in _compared(expr):
        if what not in _MOMENTS and not re.fullmatch("[0-6]", number):
            yield f"compares with {number}: a limit is data (alerts/thresholds.yaml)"


def _compared(expr: str) -> Iterator[tuple[str, str]]:
    """Comparisons with a number: the function or metric on the left, and the number."""
    left = bare(expr)
    while inner := _INNERMOST.search(left):
        yield from _LITERAL.findall(inner[1])
        left = left[: inner.start()] + left[inner.end() :]
    yield from _LITERAL.findall(left)


def _limited(one: Placed, limits: Mapping[str, Limits]) -> Iterator[str]:
    rule = one.rule
    known = limits.get(rule.alert)
    if known is None:
        if LIMIT in rule.expr:
            yield "has no block in alerts/thresholds.yaml"
        return
    found = re.findall(rf'{LIMIT}{{rule="(\w+)",severity="(\w+)"([^}}]*)}}', rule.expr)
    if not found or len(found) != rule.expr.count(LIMIT):
        yield f'joins {LIMIT}{{rule="{rule.alert}",severity="..."}}, and nothing else'
        return
    if {name for name, _, _ in found} != {rule.alert}:
        yield "reads the limit of another rule"
    asked = {severity for _, severity, _ in found}
    if len(asked) > 1 or rule.labels.severity not in SAID_BY.get(min(asked), ()):
        yield f"reads limits of {', '.join(sorted(asked))}, but says {rule.labels.severity}"
    if known.instance and not {'instance=""', 'instance!=""'} <= {x.strip(",") for *_, x in found}:
        yield "has instances: the whole's limit and an instance's are two branches"


def _whole(rules: list[Placed], limits: Mapping[str, Limits]) -> Iterator[str]:
    for alert, places in by_alert(rules).items():
        said = [one.rule.labels.severity for one in places]
        if len(set(said)) < len(said):
            yield f"{places[0]}: stands twice"
        if len({one.path for one in places}) > 1:
            yield f"{alert}: stands in two files"
    for name in sorted(limits.keys() - by_alert(rules).keys()):
        yield f"thresholds.yaml: {name}: there is no such rule"


def _complete(alert: str, places: list[Placed], limits: Limits) -> Iterator[str]:
    """Severities of limits that no rule of the alert asks for."""
    said = {one.rule.labels.severity for one in places}
    every = [limits.bounds, *limits.rooms.values()]
    for severity in SEVERITIES:
        given = any(getattr(bounds, severity) is not None for bounds in every)
        if given and not said.intersection(SAID_BY[severity]):
            yield f"{places[0].path.name}: {alert}: nothing asks for its {severity} limit"


def problems(folders: tuple[Path, ...] = (RULES, SELF)) -> list[str]:
    """Everything that is wrong with limits and rules, as lines for people."""
    try:
        limits = thresholds()
        rules = [one for folder in folders for one in load(folder)]
    except ValueError as error:
        return [f"alerts: {error}"]
    found = [fault for one in rules for fault in faults(one, limits)]
    found += _whole(rules, limits)
    for alert, places in by_alert(rules).items():
        if alert in limits:
            found += _complete(alert, places, limits[alert])
    return [f"alerts/{fault}" for fault in found]
