"""snmp_exporter as a second opinion, told of our own modules."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import daemons
from tests.snmp_module import exporter

OWN = Path(__file__).with_name("own.yml")
MODULES = yaml.load(OWN.read_text("utf-8"), Loader=yaml.CSafeLoader)["modules"]


@pytest.fixture(scope="session")
def second_opinion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running snmp_exporter that knows the modules of own.yml."""
    folder = tmp_path_factory.mktemp("exporter")
    with daemons.snmp_exporter(folder, exporter.config(MODULES)) as running:
        yield running.url
