"""The rules say on VictoriaMetrics and vmalert, which run them, what promtool says of their cases.

Every case of a file gets a stretch of the past to itself; vmalert replays the rules over all of
them, and each check of each case is asked of the ALERTS that it wrote.
"""

import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.rules import FOLDER, RULES, SELF, read
from tests.daemons import Daemon, program, victoria_metrics

FILES = sorted(path for folder in (RULES, SELF) for path in folder.glob("*.yaml"))
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
STEPS = re.compile(r"(_|-?[\d.]+(?:e[+-]?\d+)?)(?:([+-][\d.]+)?x(\d+))?$")
Key = tuple[tuple[str, str], ...]


WEEK = 604800
"""Cases begin whole weeks after 1970, where promtool has them begin, for rules that know hours."""


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked at one moment: `wanted` are the label sets of the alerts that fire."""

    name: str
    at: int
    select: str
    wanted: frozenset[Key]


def seconds(text: str) -> int:
    """Seconds of `90s`, `1h30m`, `0`."""
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([smhd])", str(text)))


def selector(text: str) -> dict[str, str]:
    """Labels of a series as promtool writes it, the name among them."""
    name, _, rest = text.partition("{")
    return {"__name__": name.strip()} | dict(LABEL.findall(rest))


def values(text: str) -> Iterator[float | None]:
    """The samples of promtool's notation: `1x3` is four ones, `_x3` three that are missing."""
    for word in text.split():
        found = STEPS.match(word)
        assert found, f"{word}: not understood"
        first, step, times = found[1], float(found[2] or 0), found[3]
        if first == "_":
            yield from [None] * int(times or 1)
        else:
            yield from (float(first) + step * n for n in range(int(times or 0) + 1))


def samples(case: dict[str, Any], start: int) -> Iterator[str]:
    """The case's series as lines for the store; moments are moved along with the case."""
    step = seconds(case.get("interval", "1m"))
    for one in case["input_series"]:
        labels = selector(one["series"])
        moved = start if labels["__name__"].endswith("_timestamp_seconds") else 0
        pairs = [
            (number + moved, (start + place * step) * 1000)
            for place, number in enumerate(values(one["values"]))
            if number is not None
        ]
        line = {
            "metric": labels,
            "values": [value for value, _ in pairs],
            "timestamps": [at for _, at in pairs],
        }
        yield json.dumps(line)


def lookback(rules: str) -> int:
    """Seconds that the rules of a file look back at most."""
    words = re.findall(r"\[(\w+)(?::\w+)?\](?: offset (\w+))?", rules)
    return max(seconds(window) + seconds(offset) for window, offset in words)


def last(case: dict[str, Any]) -> int:
    """Seconds until the last check of a case."""
    asked = [*case.get("alert_rule_test", ()), *case.get("promql_expr_test", ())]
    return max((seconds(one["eval_time"]) for one in asked), default=0)


def checks(case: dict[str, Any], start: int) -> Iterator[Check]:
    """What promtool is asked of the case, as checks of ALERTS."""
    for one in case.get("alert_rule_test", ()):
        wanted = [one_alert["exp_labels"] for one_alert in one.get("exp_alerts") or ()]
        select = f'ALERTS{{alertname="{one["alertname"]}",alertstate="firing"}}'
        at = start + seconds(one["eval_time"])
        yield Check(case["name"], at, select, frozenset(map(key, wanted)))
    for one in case.get("promql_expr_test", ()):
        if one["expr"].startswith("ALERTS{"):
            select = one["expr"].removesuffix("}") + ',alertstate="firing"}'
            wanted = [selector(sample["labels"]) for sample in one.get("exp_samples") or ()]
            at = start + seconds(one["eval_time"])
            yield Check(case["name"], at, select, frozenset(map(key, wanted)))


def key(labels: dict[str, Any]) -> Key:
    """Labels that tell alerts of one name apart."""
    besides = {"__name__", "alertname", "alertstate", "alertgroup"}
    return tuple(sorted((k, str(v)) for k, v in labels.items() if k not in besides))


def firing(store: Daemon, check: Check, every: int) -> frozenset[Key]:
    """The alerts of a check's moment, `every` seconds being the group's interval."""
    query = f"last_over_time({check.select}[{every}s])"
    asked = urllib.parse.urlencode({"query": query, "time": check.at, "nocache": 1})
    with urllib.request.urlopen(f"{store.url}/api/v1/query?{asked}", timeout=20) as answer:
        found = json.load(answer)["data"]["result"]
    return frozenset(key(one["metric"]) for one in found)


def post(url: str, body: str) -> None:
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "text/plain"})
    urllib.request.urlopen(request, timeout=60).close()


def replay(store: Daemon, path: Path, start: int, end: int) -> None:
    """Evaluate a rules file over the past."""
    moment = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (start, end))
    ran = subprocess.run(
        [
            program("vmalert"),
            f"-rule={path}",
            f"-datasource.url={store.url}",
            f"-remoteWrite.url={store.url}",
            f"-replay.timeFrom={next(moment)}",
            f"-replay.timeTo={next(moment)}",
            "-replay.maxDatapointsPerQuery=25000",  # more than a case has: one query
            "-replay.rulesDelay=0s",
            "-replay.disableProgressBar",
            "-datasource.queryStep=0",  # the interval of each group
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_alerts_on_the_store_are_those_of_promtool(path: Path, tmp_path: Path) -> None:
    cases = yaml.load((FOLDER / "tests" / path.name).read_text("utf-8"), yaml.CSafeLoader)["tests"]
    rules = path.read_text("utf-8")
    every = max(seconds(group.interval) for group in read(rules).groups)
    apart = -(-(max(map(last, cases)) + lookback(rules)) // WEEK) * WEEK
    first = (int(time.time()) - len(cases) * apart) // WEEK * WEEK
    placed = [(case, first + place * apart) for place, case in enumerate(cases)]
    with victoria_metrics(tmp_path) as store:
        lines = [line for case, start in placed for line in samples(case, start)]
        post(f"{store.url}/api/v1/import", "\n".join(lines))
        post(f"{store.url}/internal/force_flush", "")
        for case, start in placed:
            replay(store, path, start, start + last(case))
        post(f"{store.url}/internal/force_flush", "")
        asked = [check for case, start in placed for check in checks(case, start)]
        wrong = [
            f"{one.name} at {one.at % WEEK}: {sorted(found)}, not {sorted(one.wanted)}"
            for one in asked
            if (found := firing(store, one, every)) != one.wanted
        ]
    assert asked
    assert wrong == []
