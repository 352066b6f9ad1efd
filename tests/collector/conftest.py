"""Daemons that store, for the tests of delivery."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.stored import Daemon, victoria_metrics


@pytest.fixture
def vm(tmp_path: Path) -> Iterator[Daemon]:
    """A real VictoriaMetrics on a free port."""
    daemon = victoria_metrics(tmp_path)
    daemon.start()
    yield daemon
    daemon.end()
