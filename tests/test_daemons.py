"""The daemons that other tests lean on start, answer and are gone afterwards."""

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.daemons import (
    Daemon,
    alertmanager,
    blackbox_exporter,
    daemon,
    namespace,
    nginx,
    program,
    snmp_exporter,
    snmpd,
    sshd,
    victoria_metrics,
    vmalert,
)

ROUTES = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
NOWHERE = "http://127.0.0.1:1"
MODULE = "if_mib: {walk: [1.3.6.1.2.1.2.2], metrics: []}\n"
STARTS: dict[str, Callable[[Path], AbstractContextManager[Daemon]]] = {
    "snmpd": snmpd,
    "victoria-metrics": victoria_metrics,
    "snmp_exporter": lambda folder: snmp_exporter(folder, MODULE),
    "blackbox_exporter": lambda folder: blackbox_exporter(
        folder, "modules: {icmp: {prober: icmp}}\n"
    ),
    "nginx": lambda folder: nginx(
        folder, "server { listen 127.0.0.1:{port}; location / { return 200 ok; } }"
    ),
    "sshd": sshd,
    "alertmanager": lambda folder: alertmanager(folder, ROUTES),
    "vmalert": lambda folder: vmalert(folder, _rules(folder), NOWHERE, NOWHERE),
}


def _rules(folder: Path) -> Path:
    path = folder / "rules.yaml"
    path.write_text("groups: []\n")
    return path


@pytest.mark.parametrize("name", STARTS)
def test_daemon_answers_and_is_gone_afterwards(name: str, tmp_path: Path) -> None:
    with STARTS[name](tmp_path) as running:
        assert running.process.poll() is None
        assert running.port >= 1024
    assert running.process.poll() is not None


def test_daemon_that_ends_early_says_why(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo no such option; exit 3"]
    with (
        pytest.raises(AssertionError, match="no such option"),
        daemon(command, 1, tmp_path / "log", lambda: False),
    ):
        pass


def test_daemon_that_is_not_installed_skips_with_a_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="hatang-none is not installed"):
        program("hatang-none")


def test_namespace_is_gone_afterwards() -> None:
    def names() -> str:
        return subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout

    with namespace("hatang-test-house") as name:
        assert name in names()
    assert "hatang-test-house" not in names()
