"""`hatang run` as its own process, as a user starts it, with a way to ask what it and its store
say.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Samples = list[tuple[float, float]]


def until(what: str, condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What the condition returns once it is true; fails with `what` when that takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def fetch(url: str) -> str:
    """The body of a page on loopback."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


class Running:
    """A collector at work."""

    def __init__(self, process: subprocess.Popen[bytes], state: Path, log: Path) -> None:
        self.process, self.state, self.log = process, state, log

    @property
    def facts(self) -> dict[str, Any]:
        """What it wrote to run.json; empty until it runs."""
        try:
            return dict(json.loads((self.state / "run.json").read_text()))
        except FileNotFoundError:
            return {}

    def api(self, path: str) -> str:
        """A page of its API."""
        return fetch(self.facts["api"] + path)

    def names(self) -> set[str]:
        """The metric names that the store knows."""
        page = fetch(self.facts["query"] + "/api/v1/label/__name__/values")
        return set(json.loads(page)["data"])

    def series(self, match: str) -> list[tuple[dict[str, str], Samples]]:
        """Every sample of the series that match, as the store keeps them: labels, (time, value)."""
        query = urllib.parse.urlencode({"match[]": match})
        page = fetch(f"{self.facts['query']}/api/v1/export?{query}")
        found = []
        for line in page.splitlines():
            one = json.loads(line)
            samples = zip((t / 1000 for t in one["timestamps"]), one["values"], strict=True)
            found.append((one["metric"], sorted(samples)))
        return found

    def local_store_pid(self) -> int:
        """The process id of the VictoriaMetrics that this collector started."""
        children = Path(f"/proc/{self.process.pid}/task")
        for task in children.iterdir():
            for child in (task / "children").read_text().split():
                if b"victoria-metrics" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        raise AssertionError("no local store")

    def stop(self) -> float:
        """Stop it as an operator does; the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - began


@contextmanager
def hatang_run(
    inventory: Path, state: Path, *more: str, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    """Start a collector and wait until it is ready; ended by its pid whatever happens."""
    state.mkdir(parents=True, exist_ok=True)
    log = state / "test.log"
    command = [sys.executable, "-m", "collector.command.main", "run", "-i", str(inventory)]
    command += ["--state-dir", str(state), "--listen", "127.0.0.1:0", *more]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, **(environment or {})}
        )
    running = Running(process, state, log)
    try:
        until(
            "run.json",
            lambda: running.facts.get("pid") == process.pid or process.poll() is not None,
        )
        assert process.poll() is None, log.read_text()
        until("ready", lambda: _ready(running))
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(running: Running) -> bool:
    try:
        return bool(running.api("/readyz"))
    except OSError:
        return False
