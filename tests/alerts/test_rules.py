"""Every rule is whole: limits as data, a runbook, and cases that promtool plays."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from alerts import soundness
from alerts.notice import ENGINE_ALERTS
from alerts.rules import FOLDER, RULES, SELF, Placed, by_alert, load
from probes.catalogue import METRICS
from probes.snmp.check import columns_of
from probes.snmp.profiles import load_profiles
from tests.alerts.cases import lacking
from tests.daemons import program

ALL = [one for folder in (RULES, SELF) for one in load(folder)]
FILES = sorted(path for folder in (RULES, SELF) for path in folder.glob("*.yaml"))
CASES = FOLDER / "tests"
PACE = {"fast": 60, "medium": 300, "slow": 900}
"""Seconds between two readings of a column by its tier, as docs/profiles.md has it."""
GAP = 600
WINDOW = re.compile(r"(\w+)\((\w+)(?:\{[^}]*\})?\[(\d+)([smhd])")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


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
    code += ("system_", "storage_", "unit_")  # ssh
    code += ("backup_", "mail_", "database_", "log_")  # ssh: commands that a site configures
    code += ("config_",)  # cli
    code += ("dns_", "smtp_", "imap_", "ntp_", "sip_")  # checks
    code += ("trap_", "syslog_")  # overheard
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


@pytest.mark.parametrize("alert", sorted({*by_alert(ALL), *ENGINE_ALERTS}))
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


def paces() -> Iterator[tuple[str, int]]:
    """Metrics of profiles, with the seconds between two readings.

    A value is told whenever its fastest column is read; the others are remembered.
    """
    for profile in load_profiles().values():
        for table in profile.tables.values():
            columns = {**table.columns, **table.scalars}
            for rows in table.rows:
                for field, value in (
                    (f, one) for f, values in rows.fields.items() for one in values
                ):
                    names = columns_of(value) & set(columns)
                    tiers = {getattr(columns[name], "tier", None) or table.tier for name in names}
                    if tiers:
                        yield f"{rows.subject}_{field}", min(PACE[tier] for tier in tiers)


def test_windows_outlast_a_gap_between_readings_however_rare_those_are() -> None:
    slowest: dict[str, int] = {}
    for metric, pace in paces():
        slowest[metric] = max(pace, slowest.get(metric, 0))
    short = {
        f"{one}: {function}({metric}[{number}{unit}])"
        for one in ALL
        for function, metric, number, unit in WINDOW.findall(one.rule.expr)
        if (pace := slowest.get(metric)) and not METRICS[metric].described
        if int(number) * UNITS[unit] < GAP + pace * (2 if "rate" in function else 1)
    }
    assert short == set()
