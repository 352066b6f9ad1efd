"""A province with everything that tells people: simulated devices, collector, VictoriaMetrics,
Alertmanager and a webhook receiver, in a network namespace whose packet filter cuts things.

Used by the end-to-end tests and by `benchmarks.detection`; needs root.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from alerts.alertmanager import render
from collector.demo import control
from collector.vocabulary import vocabulary
from inventory.load import load
from tests.daemons import namespace
from tests.inside import Inside, inside
from tests.running import until
from tests.wards import wards

WEBHOOK, STORE, MANAGER, API = 9001, 9002, 9003, 9004


class Told(NamedTuple):
    """One alert as a notification brought it; `since` is its first evidence."""

    at: float
    since: float
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def subject(self) -> str:
        """Which thing it is about."""
        return self.labels.get("subject", "")


class Rig:
    """Everything of one province, by part: `simulator`, `webhook`, `store`, `manager`,
    `collector`.
    """

    def __init__(
        self, folder: Path, namespace: str, host: Inside, inventory: Path, devices: int
    ) -> None:
        self.folder, self.namespace, self.inventory = folder, namespace, inventory
        self._host, self.devices = host, devices
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._notified = folder / "notified.jsonl"
        self._notified.touch()
        hooks = render(load(inventory, vocabulary()), webhook=f"http://127.0.0.1:{WEBHOOK}/")
        (folder / "alertmanager.yml").write_text(hooks)

    def start(self, *parts: str) -> None:
        """Start parts again, or for the first time."""
        for part in parts:
            command = self._commands()[part]
            with (self.folder / f"{part}.log").open("ab") as log:
                self.processes[part] = subprocess.Popen(
                    ["ip", "netns", "exec", self.namespace, *command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, "DEMO_COMMUNITY": "mot-hai-ba"},
                )

    def _commands(self) -> dict[str, list[str]]:
        python, folder = [sys.executable, "-m"], self.folder
        where = ["--inventory", str(self.inventory)]
        own = f"--storage.path={folder / 'manager'}"
        return {
            "simulator": [*python, "collector.demo.simulator", *where, "--state-dir", str(folder)],
            "webhook": [*python, "tests.webhook", str(WEBHOOK), str(self._notified)],
            "store": [
                _program("victoria-metrics"),
                f"-storageDataPath={folder / 'store'}",
                f"-httpListenAddr=127.0.0.1:{STORE}",
                "-dedup.minScrapeInterval=1ms",
            ],
            "manager": [
                _program("prometheus-alertmanager"),
                *(f"--config.file={folder / 'alertmanager.yml'}", own),
                *(f"--web.listen-address=127.0.0.1:{MANAGER}", "--cluster.listen-address="),
            ],
            "collector": [
                *(*python, "collector.command.main", "run", *where),
                *("--state-dir", str(folder / "collector"), "--store"),
                *(f"http://127.0.0.1:{STORE}", "--listen", f"127.0.0.1:{API}"),
                *("--alertmanager", f"http://127.0.0.1:{MANAGER}"),
            ],
        }

    def stop(self, *parts: str, kill: bool = False) -> None:
        """End parts and wait; `kill` gives them no chance to write anything."""
        for part in parts:
            process = self.processes.pop(part)
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def cut(self, thing: str) -> float:
        """Cut a thing now; returns when."""
        at = time.time()
        answer = control.ask(self.folder, "break", thing)
        assert "error" not in answer, answer
        return at

    def mend(self, thing: str) -> float:
        """Mend it; returns when."""
        at = time.time()
        answer = control.ask(self.folder, "mend", thing)
        assert "error" not in answer, answer
        return at

    def told(self, since: float = 0.0) -> list[Told]:
        """Every alert that a notification brought since a time, in order."""
        lines = self._notified.read_text().splitlines()
        return [
            Told(
                note["at"],
                datetime.fromisoformat(alert["startsAt"]).timestamp(),
                alert["status"],
                alert["labels"],
                alert["annotations"],
            )
            for note in map(json.loads, lines)
            if note["at"] >= since
            for alert in note["alerts"]
        ]

    def ask(self, path: str) -> Any:
        """A page of the collector's API, from inside; None where it does not answer."""
        try:
            return json.loads(self._host.fetch(f"http://127.0.0.1:{API}{path}"))
        except OSError:
            return None

    def states(self) -> dict[str, int]:
        """Devices by state."""
        counts: dict[str, int] = {}
        cursor = ""
        while True:
            page = self.ask(f"/api/v1/sites?limit=1000{cursor}")
            if page is None:
                return {}
            for site in page["items"]:
                for state, count in site["devices"].items():
                    counts[state] = counts.get(state, 0) + count
            if not page.get("next"):
                return counts
            cursor = f"&cursor={page['next']}"

    def healthy(self) -> bool:
        """Whether every device is up."""
        return self.states().get("up") == self.devices

    def said(self) -> str:
        """The ends of all logs, for a failure's message."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}"
            for path in sorted(self.folder.glob("*.log"))
        )


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert found, f"{name} is not installed"
    return found


@contextlib.contextmanager
def rig(count: int, each: int) -> Iterator[Rig]:
    """A province of so many wards of so many devices at work in a network namespace of its own, all
    devices seen up; gone afterwards.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hatang-outage-") as folder,
        namespace(f"hatang-outage-{os.getpid()}-{time.monotonic_ns() % 100_000}") as name,
        inside(name) as host,
    ):
        inventory = Path(folder) / "inventory.yaml"
        one = Rig(Path(folder), name, host, inventory, wards(inventory, count, each))
        try:
            one.start("simulator", "webhook", "store", "manager", "collector")
            until("every device is up", one.healthy, 90)
            yield one
        except AssertionError as error:
            raise AssertionError(f"{error}\n{one.said()}") from error
        finally:
            one.stop(*reversed(list(one.processes)))
