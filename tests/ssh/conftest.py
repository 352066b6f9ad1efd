"""A real sshd for these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ssh.serving import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An sshd with nothing special about it."""
    with serving(Path(tmp_path_factory.mktemp("sshd"))) as running:
        yield running
