"""A VictoriaMetrics on a free port for tests, and how to ask what it holds."""

import gzip
import http.client
import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.daemons import free_port


def wait_for(what: Callable[[], bool], seconds: float = 60.0, step: float = 0.02) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"{what} did not come true in {seconds} s"
        time.sleep(step)


def get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        content = response.read()
        assert response.status == 200, content
        return content
    finally:
        connection.close()


class Daemon:
    """A server that is started, killed, stopped and started again on the same port and data."""

    def __init__(self, command: list[str], port: int, log: Path) -> None:
        self.command = command
        self.port = port
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(self.answers)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            get(self.port, "/health")
        except OSError:
            return False
        return True

    def end(self, kind: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(kind)
            self.process.wait(15)
            self.process = None


def victoria_metrics(directory: Path) -> Daemon:
    port = free_port()
    return Daemon(
        [
            "victoria-metrics",
            f"-storageDataPath={directory / 'vm'}",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-retentionPeriod=13",
            "-dedup.minScrapeInterval=1ms",
            "-search.latencyOffset=1ms",
            "-search.disableCache",
        ],
        port,
        directory / "vm.log",
    )


def exported(port: int, metric: str) -> dict[str, dict[int, float]]:
    """Every sample of a metric: stamp in ms to value, by the label `n`."""
    get(port, "/internal/force_flush")
    found: dict[str, dict[int, float]] = {}
    for line in get(port, f"/api/v1/export?match[]={metric}").splitlines():
        series = json.loads(line)
        pairs = zip(series["timestamps"], series["values"], strict=True)
        found.setdefault(series["metric"].get("n", ""), {}).update(pairs)
    return found


def text(body: bytes) -> str:
    return gzip.decompress(body).decode()
