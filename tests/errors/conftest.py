"""The stand of errors, and a collector that asks everything in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.errors.cases import CASES
from tests.errors.stand import Stand, stand
from tests.running import Running, hatang_run, until


@pytest.fixture(scope="session")
def wrong() -> Iterator[Stand]:
    """Everything that refuses us, with the secrets of its inventory in the environment.

    Postfix works as another user: each pytest that starts closes the folders of all to others.
    """
    with (
        TemporaryDirectory(prefix="hatang-errors-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
        stand(Path(folder)) as made,
    ):
        for name, text in made.environment.items():
            patch.setenv(name, text)
        yield made


@pytest.fixture(scope="session")
def running(wrong: Stand) -> Iterator[Running]:
    """A collector that has asked all of it."""
    with hatang_run(wrong.inventory, wrong.folder / "state") as one:
        wanted = {case.name for case in CASES if wrong.has(case.name)}
        until("a reading of every case", lambda: _asked(one) >= wanted, 60)
        yield one


def _asked(running: Running) -> set[str]:
    """Who has been asked, and has answered or was silent long enough."""
    page = json.loads(running.api("/api/v1/readings?limit=500"))
    found = [one for one in page["items"] if one["success"] is not None]
    return {one["thing"].partition(":")[2] for one in found}
