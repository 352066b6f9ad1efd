"""Real daemons for these tests: net-snmp's agent, and Prometheus' SNMP exporter as an oracle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import daemons


@pytest.fixture(scope="session")
def agent_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running snmpd that shows everything to community `public`."""
    with daemons.snmpd(tmp_path_factory.mktemp("snmpd")) as agent:
        yield agent.port


@pytest.fixture(scope="session")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running snmp_exporter that knows one module, `ports`."""
    module = Path(__file__).with_name("ports.yml").read_text("utf-8")
    with daemons.snmp_exporter(tmp_path_factory.mktemp("exporter"), module) as running:
        yield f"http://127.0.0.1:{running.port}"
