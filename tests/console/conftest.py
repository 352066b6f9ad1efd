"""One browser for the tests of a file: Playwright's loop must not stand beside another file's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.console.browser import browser

# Time enough for a slow machine, and less than the ten seconds after which a page looks by itself.
expect.set_options(timeout=9_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one
