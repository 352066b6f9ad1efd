"""One browser for the tests of a file: Playwright's loop must not stand beside another file's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.console.browser import browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one
