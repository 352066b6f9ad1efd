"""One demo for all proofs of a run: see `demo.py`."""

from collections.abc import Iterator

import pytest

from tests.dashboards.demo import Store, demo_store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that the demo province has filled."""
    with demo_store(tmp_path_factory.mktemp("demo")) as filled:
        yield filled
