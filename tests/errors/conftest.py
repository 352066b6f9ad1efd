"""The stand of errors, and a collector that asks everything in it."""

import json
from collections.abc import Iterator

import pytest

from tests.errors.cases import CASES
from tests.errors.stand import Stand, stand
from tests.running import Running, hatang_run, until


@pytest.fixture(scope="session")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Everything that refuses us, with the secrets of its inventory in the environment."""
    with pytest.MonkeyPatch.context() as patch, stand(tmp_path_factory.mktemp("errors")) as made:
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
