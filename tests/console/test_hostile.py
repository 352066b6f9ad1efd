"""Pages that are refused their stream, and pages that are fed with what devices and people write."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from collector.api import stream
from tests.console.browser import browser, opened
from tests.console.resting import resting


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one


def test_page_that_is_refused_its_stream_asks_no_more_than_it_would(
    chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LISTENERS", 0)
    asked: list[str] = []
    with resting() as one, opened(chromium, "about:blank") as watched:
        watched.page.on("request", lambda told: asked.append(told.url))
        watched.page.goto(one.url)
        page = watched.ready()
        page.wait_for_timeout(3_000)
        assert sum("/api/v1/wall" in url for url in asked) <= 3
        assert sum("/events/stream" in url for url in asked) in (1, 2)
