"""The built dashboards are what the pages say, whole, and alike in both languages."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.thresholds import thresholds
from dashboards import words
from dashboards.build import FOLDER, built, every_page
from dashboards.page import Panel, Row, placed
from dashboards.publish import UID, _source
from dashboards.query import LESS_IS_WORSE, RECORDED, UnknownError, facts, latest
from dashboards.soundness import asked, faults, loaded, panels, problems
from probes.catalogue import METRICS
from probes.expression import metrics
from tests.alerts.test_rules import known_by_code

ALL = loaded()
BY_PROBES = ("dns_", "ntp_", "smtp_", "syslog_", "trap_")
"""Subjects of probes in Python for which there is no rule."""


def test_committed_json_is_what_the_pages_build() -> None:
    wanted = dict(built())
    assert wanted.keys() == ALL.keys()
    stale = [path for path, text in wanted.items() if (FOLDER / path).read_text("utf-8") != text]
    assert stale == [], "make dashboards"


def test_nothing_is_wrong_with_what_is_built() -> None:
    assert problems() == []


def test_both_languages_ask_the_same_and_say_it_differently() -> None:
    for path, vi in ALL.items():
        if path.startswith("vi/"):
            en = ALL[path.replace("vi/", "en/")]
            assert vi["uid"] == en["uid"]
            assert [one.expr for one in asked(vi)] == [one.expr for one in asked(en)]
            assert [one["id"] for one in vi["panels"]] == [one["id"] for one in en["panels"]]
            assert vi["description"] != en["description"]


def test_every_thing_that_a_message_is_about_has_a_page() -> None:
    uids = {one["uid"] for one in ALL.values()}
    kinds = ("device", "site", "circuit", "service", "collector")
    assert {f"hatang-{kind}" for kind in kinds} <= uids


def test_pages_read_only_what_something_emits() -> None:
    read = {name for one in ALL.values() for query in asked(one) for name in metrics(query.expr)}
    unknown = read - known_by_code() - RECORDED.keys()
    assert sorted(name for name in unknown if not name.startswith(BY_PROBES)) == []


def test_limits_drawn_are_those_of_rules() -> None:
    drawn = {
        rule
        for page in every_page()
        for row in page.rows
        for one in row.panels
        for rule, _ in one.limits
    }
    known = thresholds()
    assert sorted(drawn - known.keys()) == []
    assert {rule for rule in drawn if known[rule].below} == LESS_IS_WORSE & drawn


def test_every_state_of_the_catalogue_has_words_and_colours() -> None:
    for name, metric in METRICS.items():
        assert len(words.states(name)) == len(metric.states)
    assert {metric.unit for metric in METRICS.values()} <= words.UNITS.keys()


def test_unknown_metrics_and_labels_are_errors() -> None:
    with pytest.raises(UnknownError, match="teapot_state is not in the catalogue"):
        latest("teapot_state")
    with pytest.raises(UnknownError, match="may not carry colour"):
        latest("device_state", colour="red")
    with pytest.raises(UnknownError, match="may not carry colour"):
        facts("site_info", "site", "colour")


def test_lines_that_do_not_fill_the_grid_are_errors() -> None:
    text = words.Text("a", "b")
    half = Panel(1, "stat", text, text, width=12)
    with pytest.raises(ValueError, match="12 columns"):
        list(placed((Row(text, (half,)),)))
    with pytest.raises(ValueError, match="36 columns"):
        list(placed((Row(text, (half, Panel(2, "stat", text, text, width=24))),)))
    with pytest.raises(ValueError, match="not as high"):
        list(placed((Row(text, (half, Panel(2, "stat", text, text, height=3))),)))


def _spoiled(change: str) -> dict[str, Any]:
    one = copy.deepcopy(ALL["vi/overview.json"])
    panel = next(panels(one))
    if change == "metric":
        panel["targets"][0]["expr"] = "sum(teapot_up)"
    elif change == "info":
        panel["targets"][0]["expr"] = "device_state * on (device) group_left (role) device_info"
    elif change == "link":
        one["links"][0]["url"] = "/d/hatang-teapot"
    elif change == "unit":
        panel["fieldConfig"]["defaults"]["unit"] = ""
    elif change == "legend":
        panel["targets"][0]["legendFormat"] = " "
    elif change == "place":
        panel["gridPos"]["y"] += 1
    elif change == "id":
        panel["id"] = 2
    else:
        panel["description"] = ""
    return one


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("metric", "teapot_up, which is not in the catalogue"),
        ("info", "info without == 1"),
        ("link", "links to hatang-teapot"),
        ("unit", "no unit"),
        ("legend", "without a legend"),
        ("place", "lies on"),
        ("id", "stands twice"),
        ("description", "no description"),
    ],
)
def test_check_finds(change: str, fault: str) -> None:
    uids = {one["uid"] for one in ALL.values()}
    assert any(fault in one for one in faults(_spoiled(change), uids))


def test_check_needs_no_grafana_sdk(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['grafana_foundation_sdk'] = None\n"
        "from dashboards.soundness import problems; print(problems())"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "[]", ran.stderr


def test_broken_json_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi" / "a.json").write_text("{")
    assert problems(tmp_path)[0].startswith("dashboards/json: ")


def test_what_is_built_is_plain_json_that_sdk_reads_back() -> None:
    from grafana_foundation_sdk.models.dashboard import Dashboard

    for path, one in ALL.items():
        again = Dashboard.from_json(copy.deepcopy(one))
        assert again.uid == one["uid"], path
        assert json.dumps(one)


def test_provisioning_files_and_publishing_make_the_same() -> None:
    folder = FOLDER.parent / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources.yaml").read_text("utf-8"))["datasources"]
    assert source == _source("http://127.0.0.1:8428")
    (provider,) = yaml.safe_load((folder / "dashboards.yaml").read_text("utf-8"))["providers"]
    assert provider["folderUid"] == UID
    assert provider["options"]["path"].endswith("dashboards/json/vi")
