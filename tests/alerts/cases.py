"""What promtool cases must show of each rule.

A case is named `Alert severity: words`, the words being of: fires, silent, gap, recovers. `silent`
is just below the limit; `gap` is ten minutes without a sample while the alert stands.
"""

import re
from typing import Any

from alerts.rules import Placed, by_alert

NAME = re.compile(r"(\w+) (critical|major|minor|warning|info): ([a-z, ]+)")
GAP = 10
"""Minutes without a sample that a case named `gap` holds at least."""


def lacking(places: list[Placed], cases: dict[str, Any]) -> list[str]:
    """What is missing from the cases of a file: by rule fires and silent, by alert gap, recovers
    and one case with the whole wording; and cases that do not show what their name says.
    """
    shown: dict[tuple[str, str], set[str]] = {}
    worded: set[str] = set()
    found = []
    for case in cases["tests"]:
        name = NAME.fullmatch(case.get("name", ""))
        if name is None:
            found.append(f"{case.get('name')}: is not named `Alert severity: words`")
            continue
        words = set(name[3].split(", "))
        shown.setdefault((name[1], name[2]), set()).update(words)
        worded |= {x["alertname"] for x in case.get("alert_rule_test", ()) if x.get("exp_alerts")}
        found += _untrue(name[1], words, case)
    for alert, rules in by_alert(places).items():
        every: set[str] = set()
        for severity in (one.rule.labels.severity for one in rules):
            words = shown.get((alert, severity), set())
            every |= words
            found += [f"{alert} {severity}: no {w}" for w in ("fires", "silent") if w not in words]
        found += [f"{alert}: no {word}" for word in ("gap", "recovers") if word not in every]
        if alert not in worded:
            found.append(f"{alert}: no alert_rule_test shows its wording")
    return found


def _untrue(alert: str, words: set[str], case: dict[str, Any]) -> list[str]:
    asked = [
        bool(one.get("exp_samples"))
        for one in case.get("promql_expr_test", ())
        if f'ALERTS{{alertname="{alert}"' in one["expr"]
    ]
    asked += [
        bool(one.get("exp_alerts"))
        for one in case.get("alert_rule_test", ())
        if one["alertname"] == alert
    ]
    values = " ".join(one["values"] for one in case["input_series"])
    gaps = [int(n) for n in re.findall(r"(?<!\S)_x(\d+)", values)]
    wrong = {
        "shows no alert": words & {"fires", "gap"} and True not in asked,
        "shows no silence": words & {"silent", "recovers"} and False not in asked,
        f"has no gap of {GAP} minutes": "gap" in words
        and (case.get("interval") != "1m" or max(gaps, default=0) < GAP),
        "says other words": words - {"fires", "silent", "gap", "recovers"},
    }
    return [f"{case['name']}: {fault}" for fault, broken in wrong.items() if broken]
