"""How tests are spread over workers: a file stays with one worker, which makes its daemons once; a
machine has room for one demo, so its files stay together, as do those that share one province.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/dashboards/", "tests/demo/")


class ByFile(LoadScopeScheduling):
    """Tests of a file, or of a folder that stays together, go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """In place of `--dist loadgroup`, whose groups xdist 3.8 loses under pytest 9.2."""
    return ByFile(config, log)
