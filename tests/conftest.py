"""How tests are spread over workers: a file stays with one worker, which makes its daemons once; a
machine has room for one demo, so its files stay together.
"""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name each test's group for `--dist loadgroup`."""
    for item in items:
        shared = item.path.parent.name in ("dashboards", "demo")
        whole = item.path.parent if shared else item.path
        item.add_marker(pytest.mark.xdist_group(str(whole)))
