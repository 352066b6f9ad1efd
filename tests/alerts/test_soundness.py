"""What the house has against a rule or a limit: each check is able to fail, and lets a good one
pass.
"""

from pathlib import Path

import pytest

from alerts.rules import RULES, SELF, Placed, load, read
from alerts.soundness import faults, problems
from alerts.thresholds import read as read_limits
from collector.command import check
from collector.command.main import main
from probes.expression import metrics
from tests.alerts.cases import lacking

LIMITS = read_limits(
    "StorageFull: {of: device, metric: storage_used_ratio, unit: ratio, instance: storage,"
    " warning: 85%, critical: 95%}\n"
    "DeviceRebooted: {of: device, metric: system_uptime_seconds, unit: seconds, below: true,"
    " warning: 10m}\n"
)
RULE = """
groups:
- name: servers
  interval: 60s
  rules:
  - alert: NAME
    expr: EXPR
    labels: {severity: SEVERITY}
    annotations:
      summary: một
      description: hai
      summary_en: one
      description_en: two
      runbook: alerts/runbooks/NAME.md
      metrics: storage_used_ratio
"""
LIMIT = 'threshold_limit{rule="StorageFull",severity="warning"'
ONE = f'label_replace({LIMIT},instance!=""}}, "storage", "$1", "instance", "(.*)")'
GOOD = f"""(
        storage_used_ratio > on (device) group_left () {LIMIT},instance=""}}
        unless on (device, storage) {ONE}
      ) or storage_used_ratio > on (device, storage) {ONE}"""


def placed(expr: str, name: str = "StorageFull", severity: str = "warning") -> Placed:
    text = RULE.replace("EXPR", "|\n      " + expr).replace("NAME", name)
    rule = read(text.replace("SEVERITY", severity)).groups[0].rules[0]
    return Placed(RULES / "servers.yaml", rule)


def test_a_good_rule_passes() -> None:
    assert faults(placed(GOOD), LIMITS) == []


def test_metrics_are_told_from_functions_labels_and_words() -> None:
    expr = (
        'sum by (site) (rate(a_total{b="c_d"}[5m] offset 1h)) / on (device) group_left (e) '
        "(f_info == 1) > bool 2 and time() - g_seconds"
        ' unless label_replace(h_i, "j", "$1", "k", "")'
    )
    assert metrics(expr) == {"a_total", "f_info", "g_seconds", "h_i"}


@pytest.mark.parametrize(
    ("expr", "fault"),
    [
        ("storage_used_rate > 1", "not in the catalogue"),
        ("cpu_usage_ratio > 1", "names storage_used_ratio, which it does not read"),
        ("storage_used_ratio * on (device) group_left () device_info", "without == 1"),
        (
            "storage_used_ratio * on (device) last_over_time(device_info[5m])",
            "without == 1",
        ),
        ("storage_used_ratio and on (device) device_state == 0", "state engine's"),
        ("storage_used_ratio > 0.85", "compares with 0.85"),
        ("(avg(storage_used_ratio) by (device)) >= 90", "compares with 90"),
        (
            'storage_used_ratio > on (device) threshold_limit{severity="warning"}',
            "and nothing else",
        ),
        (f"storage_used_ratio > on (device) {LIMIT}}}", "two branches"),
        (GOOD.replace('rule="StorageFull"', 'rule="CpuHigh"'), "another rule"),
        (GOOD.replace("warning", "critical", 1), "reads limits of critical, warning"),
    ],
)
def test_a_faulty_expression_is_told(expr: str, fault: str) -> None:
    found = faults(placed(expr), LIMITS)
    assert any(fault in one for one in found), found


def test_moments_of_the_day_and_small_states_may_be_compared() -> None:
    expr = "hour(storage_used_ratio + 7 * 3600) >= 17 and storage_used_ratio == 1"
    assert faults(placed(expr, "Other"), LIMITS) == []


def test_a_limit_without_a_block_and_a_name_of_the_engine_are_told() -> None:
    expr = f"storage_used_ratio > on (device) {LIMIT}}}"
    assert any("no block" in one for one in faults(placed(expr, "Other"), LIMITS))
    assert any(
        "state engine" in one for one in faults(placed("storage_used_ratio == 1", "SiteDown"), {})
    )


def test_the_severity_of_an_alert_is_that_of_its_limit_or_its_like() -> None:
    assert faults(placed(GOOD, severity="minor"), LIMITS) == []
    assert any(
        "but says critical" in one for one in faults(placed(GOOD, severity="critical"), LIMITS)
    )


def test_state_metrics_are_for_self_rules_only() -> None:
    expr = "storage_used_ratio and on (site) site_state == 2"
    own = Placed(SELF / "watchdog.yaml", placed(expr, "Other").rule)
    assert faults(own, LIMITS) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("labels:", "keep_firing_for: 5m\n    labels:", "keep_firing_for"),
        ("interval: 60s", "interval: 60s\n  params: {nocache: ['1']}", "params"),
        ("      summary_en: one\n", "", "summary_en"),
        ("severity: SEVERITY", "severity: loud", "severity"),
        ("severity: SEVERITY", "severity: info, team: noc", "team"),
        ("alert: NAME", "record: name", "alert"),
        ("groups:", "groups: [", "no YAML"),
    ],
)
def test_a_file_that_is_not_well_formed_is_refused(before: str, after: str, fault: str) -> None:
    text = RULE.replace(before, after).replace("NAME", "A").replace("SEVERITY", "info")
    with pytest.raises(ValueError, match=fault):
        read(text.replace("EXPR", "storage_used_ratio"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A: {of: device, metric: no_such, unit: ratio}", "not in the catalogue"),
        ("A: {of: device, metric: cpu_usage_ratio, unit: ratio, warning: 85}", "write 85%"),
        (
            "A: {of: device, metric: cpu_usage_ratio, unit: ratio, warning: 90%, critical: 80%}",
            "critical comes before warning",
        ),
        (
            "A: {of: device, metric: vpn_users, unit: count, below: true, warning: 1, critical: 2}",
            "critical comes before warning",
        ),
        ("A: {of: rack, metric: cpu_usage_ratio, unit: ratio}", "of"),
        ("A: {of: device, metric: cpu_usage_ratio, unit: ratio, limit: 1}", "limit"),
        ("A: {of: device, metric: cpu_usage_ratio, unit: ratio}\n" * 2, "stands twice"),
    ],
)
def test_a_faulty_limit_is_refused_by_name(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as refused:
        read_limits(text)
    assert str(refused.value).startswith("A")


def test_limits_are_by_room_and_only_for_some_roles() -> None:
    (one,) = read_limits(
        "TemperatureHigh: {of: device, metric: sensor_temperature_celsius, unit: celsius,"
        " warning: 32, roles: [sensor], rooms: {machine-room: {warning: 25, critical: 28}}}"
    ).values()
    assert one.shipped("sensor", "machine-room").critical == 28
    assert one.shipped("sensor", "office").warning == 32
    assert one.shipped("switch", "machine-room").warning is None


def test_a_folder_of_rules_that_does_not_load_is_a_problem_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("groups: 5")
    (found,) = problems((tmp_path,))
    assert found.startswith("alerts: broken.yaml: ")
    with pytest.raises(ValueError, match="broken"):
        load(tmp_path)


def case(words: str, fires: bool, gap: str = "") -> dict[str, object]:
    samples = [{"labels": "ALERTS{}", "value": 1}] if fires else []
    return {
        "name": f"StorageFull warning: {words}",
        "interval": "1m",
        "input_series": [{"series": "storage_used_ratio{}", "values": f"1x5 {gap} 0x5"}],
        "promql_expr_test": [
            {"expr": 'ALERTS{alertname="StorageFull"}', "eval_time": "1m", "exp_samples": samples}
        ],
    }


def test_missing_cases_are_told() -> None:
    found = lacking([placed(GOOD)], {"tests": [case("fires", True)]})
    assert found == [
        "StorageFull warning: no silent",
        "StorageFull: no gap",
        "StorageFull: no recovers",
        "StorageFull: no alert_rule_test shows its wording",
    ]


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        (case("fires", False), "shows no alert"),
        (case("silent", True), "shows no silence"),
        (case("gap", True, "_x9"), "has no gap of 10 minutes"),
        (case("sings", True), "says other words"),
        ({"name": "StorageFull fires"}, "is not named"),
    ],
)
def test_cases_that_do_not_show_what_they_say_are_told(one: dict[str, object], fault: str) -> None:
    found = lacking([placed(GOOD)], {"tests": [one]})
    assert any(fault in line for line in found), found


def test_hatang_check_tells_faulty_rules_beside_a_faulty_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.yaml").write_text("groups: 5")
    (tmp_path / "inventory.yaml").write_text("sites: {dc: {nam: TTDL}}")
    monkeypatch.setattr(check, "rule_problems", lambda: problems((tmp_path,)))
    assert main(["check", "-i", str(tmp_path / "inventory.yaml")]) == 1
    told = capsys.readouterr().out
    assert told.startswith("alerts:1: broken.yaml: ")
    assert 'unknown key "nam"' in told
