"""A pure gate and the world around it."""

import pytest

from collector.gate.gate import Gate
from tests.gate.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def gate(stage: Stage) -> Gate:
    return Gate(stage)
