"""Every rules file at work: a store, vmalert, and the door that it tells of alerts."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from alerts.rules import RULES, SELF, load
from tests.daemons import Daemon, victoria_metrics, vmalert
from tests.running import until

OVER = """\
system,device=rt1,site=pa-co uptime_seconds=90
threshold,device=rt1,rule=DeviceRebooted,severity=warning limit=600
collector,collector=noc-1 polls_total=5,reload_success=0
http,service=mot-cua,target=home content_matches=0
"""
"""Readings that make rules without a long hold fire at once, in the collector's own form."""
WELL = "system,device=rt1,site=pa-co uptime_seconds=90000\n"


class Door:
    """Takes alerts as the gate does and keeps the latest word on each."""

    def __init__(self) -> None:
        self.alerts: dict[str, dict[str, Any]] = {}
        kept = self.alerts

        class Takes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for one in json.loads(body) if self.path == "/api/v2/alerts" else ():
                    kept[one["labels"]["alertname"]] = one
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Nothing to say."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take nothing any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def door() -> Iterator[Door]:
    one = Door()
    yield one
    one.close()


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """All rules files, evaluated each second and holding nothing back."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for path in (*RULES.glob("*.yaml"), *SELF.glob("*.yaml")):
        text = re.sub(r"(?m)^  interval: \w+$", "  interval: 1s", path.read_text("utf-8"))
        (folder / path.name).write_text(re.sub(r"(?m)^    for: \w+$", "    for: 0s", text), "utf-8")
    return folder


def push(store: Daemon, lines: str) -> None:
    request = urllib.request.Request(f"{store.url}/write", lines.encode())
    urllib.request.urlopen(request, timeout=10).close()
    urllib.request.urlopen(f"{store.url}/internal/force_flush", timeout=10).close()


def names(running: Daemon) -> set[str]:
    """Rules that vmalert has taken, and none of which it could not evaluate."""
    with urllib.request.urlopen(f"{running.url}/api/v1/rules", timeout=10) as answer:
        groups = json.load(answer)["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert [rule["lastError"] for rule in rules if rule.get("lastError")] == []
    return {rule["name"] for rule in rules if not rule["lastEvaluation"].startswith("0001")}


def test_alerts_reach_the_door_worded_and_end_there(
    door: Door, quick: Path, tmp_path: Path
) -> None:
    with victoria_metrics(tmp_path / "store") as store:
        push(store, OVER)
        with vmalert(tmp_path / "vmalert", quick / "*.yaml", store.url, door.url) as running:
            wanted = {"DeviceRebooted", "CollectorReloadFailed", "HttpContentWrong"}
            until("the alerts", lambda: door.alerts.keys() >= wanted, 30)
            every = {one.rule.alert for folder in (RULES, SELF) for one in load(folder)}
            until("every rule", lambda: names(running) == every, 30)
            alert = door.alerts["DeviceRebooted"]
            labels = {key: text for key, text in alert["labels"].items() if key != "alertgroup"}
            assert labels == {
                "alertname": "DeviceRebooted",
                "device": "rt1",
                "site": "pa-co",
                "severity": "info",
            }
            summary = "Thiết bị rt1 vừa khởi động lại (1 phút 30 giây trước)"
            assert alert["annotations"]["summary"] == summary
            assert alert["annotations"]["runbook"] == "alerts/runbooks/DeviceRebooted.md"
            assert door.alerts["HttpContentWrong"]["labels"]["service"] == "mot-cua"
            push(store, WELL)
            until("its end", lambda: ended(door.alerts["DeviceRebooted"]), 30)


def ended(alert: dict[str, Any]) -> bool:
    """Whether the alert's end has come."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1))
    return bool(alert["endsAt"][:19] <= now)
