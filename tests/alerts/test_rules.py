"""Every rule is whole: limits as data, a runbook, and cases that promtool plays; and each check is
able to fail.

A case is named `Alert severity: words`, the words being of: fires, silent, gap, recovers. `silent`
is just below the limit; `gap` is ten minutes without a sample while the alert stands.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts import soundness
from alerts.rules import FOLDER, RULES, SELF, Placed, by_alert, load
from probes.catalogue import METRICS
from probes.snmp.profile import load_profiles
from tests.daemons import program

ALL = [one for folder in (RULES, SELF) for one in load(folder)]
FILES = sorted(path for folder in (RULES, SELF) for path in folder.glob("*.yaml"))
CASES = FOLDER / "tests"
NAME = re.compile(r"(\w+) (critical|major|minor|warning|info): ([a-z, ]+)")
GAP = 10
"""Minutes without a sample that a case named `gap` holds at least."""


def known_by_code() -> set[str]:
    """Metrics that something emits today: profiles, and what Python makes rows of."""
    rows = [
        (rows.subject, field)
        for profile in load_profiles().values()
        for table in profile.tables.values()
        for rows in table.rows
        for field in [*rows.fields, *(["info"] if rows.info else [])]
    ]
    code = ("icmp_", "circuit_", "http_", "tls_", "tcp_", "probe_", "poll_", "collector_")
    code += ("threshold_", "site_", "service_", "device_", "incident_")
    return {f"{subject}_{field}" for subject, field in rows} | {
        name for name in METRICS if name.startswith(code)
    }


def test_rules_and_limits_are_sound() -> None:
    assert soundness.problems() == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_promtool_and_vmalert_take_the_file(path: Path, tmp_path: Path) -> None:
    refusal = [
        subprocess.run(command, capture_output=True, text=True, check=False)
        for command in (
            [program("promtool"), "check", "rules", str(path)],
            [program("vmalert"), "-dryRun", f"-rule={path}", "-datasource.url=http://127.0.0.1:1"],
        )
    ]
    assert [one.returncode for one in refusal] == [0, 0], [
        one.stdout + one.stderr for one in refusal
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_cases_of_the_file_pass(path: Path) -> None:
    cases = CASES / path.name
    assert cases.exists(), f"{path.name} has no cases in alerts/tests/{path.name}"
    ran = subprocess.run(
        [program("promtool"), "test", "rules", cases.name],
        cwd=CASES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_cases_are_complete(path: Path) -> None:
    places = [one for one in ALL if one.path == path]
    cases = yaml.load((CASES / path.name).read_text("utf-8"), yaml.CSafeLoader)
    assert lacking(places, cases) == []


@pytest.mark.parametrize("alert", sorted(by_alert(ALL)))
def test_runbook_says_what_it_means_what_to_check_and_whom_to_call(alert: str) -> None:
    text = (FOLDER / "runbooks" / f"{alert}.md").read_text("utf-8")
    assert text.startswith(f"# {alert}\n")
    for heading in (
        "## Ý nghĩa · Meaning",
        "## Kiểm tra · First checks",
        "## Gọi ai · Who to call",
    ):
        assert heading in text, heading


@pytest.mark.parametrize("one", ALL, ids=str)
def test_rule_that_nothing_feeds_yet_says_what_it_needs(one: Placed) -> None:
    unfed = soundness.metrics(one.rule.expr) - known_by_code()
    assert bool(one.rule.annotations.needs) == bool(unfed), unfed


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
