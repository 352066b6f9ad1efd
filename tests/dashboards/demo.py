"""The demo province, played in a network namespace of its own until everything was read twice; its
store, started again where the tests can ask it; and what vmalert's replay records of it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.demo import control
from dashboards.soundness import asked
from tests.daemons import program, victoria_metrics
from tests.house import ROOT
from tests.running import fetch, until

BROKEN = ("ftth-04789-a", "tsl-ii-so-gddt-a")
"""A commune's circuit and a department's, cut so that there are causes to show."""
_PATIENCE = 150.0
CHOICES = (
    {"device": "hbh-dc-db01", "interface": "eth0", "site": "so-gddt"},
    {"device": "hbh-dc-fw01", "interface": "vpn-04789", "site": "dc"},
    {"device": "hbh-dc-core01", "interface": "Gi1/0/2", "site": "dc"},
)
"""What a page of one thing is opened for: a server and a firewall and a switch."""
MACROS = {"$__rate_interval": "5m", "$__range": "10m"}
_ASK = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=10).read().decode())"


class Store:
    """A store that holds the demo, asked as at the demo's end."""

    def __init__(self, url: str, end: float) -> None:
        self.url, self.end = url, end

    def ask(self, path: str, **query: Any) -> Any:
        """The data of one page of its API. An error's text fails the test."""
        return json.loads(fetch(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"))[
            "data"
        ]

    def now(self, expr: str) -> list[dict[str, Any]]:
        """An instant query."""
        return list(self.ask("query", query=expr, time=self.end)["result"])

    def over(self, expr: str) -> list[dict[str, Any]]:
        """The last minutes, in steps as a small panel takes them."""
        span = {"start": self.end - 300, "end": self.end, "step": 15}
        return list(self.ask("query_range", query=expr, **span)["result"])


def _hurried(folder: Path) -> Path:
    """The example province, asked every 20 s instead of every minute."""
    shutil.copytree(ROOT / "inventory" / "hoa-binh", folder / "inventory" / "hoa-binh")
    text = (ROOT / "inventory.yaml").read_text("utf-8")
    assert "interval: 60s" in text
    path = folder / "inventory.yaml"
    path.write_text(re.sub(r"interval: 60s", "interval: 20s", text), "utf-8")
    return path


def played(folder: Path, log: Path) -> subprocess.Popen[bytes]:
    own = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    demo = [sys.executable, "-m", "collector.command.main", "demo", "--fresh"]
    demo += ["-i", str(_hurried(folder)), "--state-dir", str(folder / "demo")]
    inside = 'ip link set lo up && exec "$@"'
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    with log.open("wb") as output:
        return subprocess.Popen(
            [program("unshare"), *own[1:], "sh", "-c", inside, "sh", *demo],
            stdout=output,
            stderr=output,
            env={**os.environ, "PATH": path},
        )


def counted(process: subprocess.Popen[bytes], expr: str) -> int:
    """What a count over the demo's store yields now, asked inside its namespace."""
    query = urllib.parse.urlencode({"query": f"count({expr})", "step": "5m"})
    url = f"http://127.0.0.1:8428/api/v1/query?{query}"
    more = ["--user", "--preserve-credentials"] if os.geteuid() else []
    enter = [program("nsenter"), "--target", str(process.pid), "--net", *more, "--"]
    asked = subprocess.run(
        [*enter, sys.executable, "-c", _ASK, url], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        return 0
    found = json.loads(asked.stdout)["data"]["result"]
    return int(found[0]["value"][1]) if found else 0


def filled(process: subprocess.Popen[bytes]) -> bool:
    """Every interface read twice, pinged circuits too, and both cuts known."""
    ports = counted(process, "interface_receive_bytes_total")
    return (
        ports > 8000
        and counted(process, "rate(interface_receive_bytes_total[5m])") >= ports
        and counted(process, "rate(collector_polls_total[5m])") > 0
        and counted(process, "circuit_state == 2") >= len(BROKEN)
    )


def record(url: str, end: float) -> None:
    """What the recording rules make of the last minutes, by vmalert's own replay."""
    ends = [
        datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (end - 600, end)
    ]
    command = [
        program("vmalert"),
        f"-rule={ROOT / 'dashboards' / 'rules'}/*.yaml",
        f"-datasource.url={url}",
        f"-remoteWrite.url={url}",
        f"-replay.timeFrom={ends[0]}",
        f"-replay.timeTo={ends[1]}",
        "-replay.rulesDelay=100ms",
        "-replay.disableProgressBar",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    fetch(f"{url}/internal/force_flush")


@contextmanager
def demo_store(folder: Path) -> Iterator[Store]:
    """The store of a demo that has run for about a minute, as it was at the demo's end."""
    log = folder / "demo.log"
    program("ip")
    process = played(folder, log)
    try:
        answering = folder / "demo" / control.SOCKET
        until("demo", lambda: answering.exists() or process.poll() is not None, 60)
        if process.poll() is not None and b"unshare" in log.read_bytes():
            pytest.skip(f"no network namespace can be made here: {log.read_text()}")
        assert process.poll() is None, log.read_text()
        until("pings", lambda: counted(process, "circuit_rtt_seconds") > 50, 60)
        for one in BROKEN:
            assert "error" not in control.ask(folder / "demo", "break", one)
        until("everything read twice", lambda: filled(process), _PATIENCE)
        end = time.time()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    again = folder / "again"
    again.mkdir()
    (folder / "demo" / "collector" / "victoria-metrics").rename(again / "data")
    with victoria_metrics(again) as running:
        record(running.url, end)
        yield Store(running.url, end)


def all_of(page: Mapping[str, Any], now: Callable[[str], list[dict[str, Any]]]) -> dict[str, str]:
    """What Grafana puts for each variable of several values when all are chosen: the page's own
    word for it, or every value that the variable's query finds. `now` asks an instant query.
    """
    found = {
        one["name"]: str(one.get("allValue") or "")
        for one in page["templating"]["list"]
        if one.get("multi")
    }
    for one in asked(page):
        name = one.where.removeprefix("$")
        if one.kind == "variable" and found.get(name) == "":
            label = one.lists or name
            expr = one.expr
            for other, every in found.items():
                expr = _put(other, every, expr)
            listed = f"last_over_time({expr}[15m])" if one.lists else expr
            values = {each["metric"][label] for each in now(f"group by ({label}) ({listed})")}
            found[name] = f"({'|'.join(sorted(values))})"
    return found


def _put(name: str, value: str, expr: str) -> str:
    return re.sub(rf"\${name}\b", lambda _: value, expr)


def put_in(
    expr: str,
    choice: Mapping[str, str],
    several: Mapping[str, str],
    macros: Mapping[str, str] = MACROS,
) -> str:
    """The query as Grafana sends it, with variables of several values as `all_of` gives them."""
    for name, every in several.items():
        expr = _put(name, every, expr)
    for name, value in choice.items():
        expr = _put(name, value, expr)
    for name, value in macros.items():
        expr = expr.replace(name, value)
    assert "$" not in expr, expr
    return expr
