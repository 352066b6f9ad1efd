"""Many windows of one browser: it has six connections to one place, and all windows share them."""

from playwright.sync_api import Browser, expect

from tests.console.acting import INCIDENT, note
from tests.console.browser import Watched, opened
from tests.console.resting import resting

WINDOWS = 8
SOON = 8_000
"""Milliseconds: sooner than a window looks by itself."""


def test_every_window_is_served_and_hears_what_happens(chromium: Browser) -> None:
    with resting() as house, opened(chromium, house.url) as first:
        first.ready()
        windows = [first]
        for _ in range(1, WINDOWS):
            windows.append(Watched(first.page.context.new_page()))
            windows[-1].page.goto(house.url + INCIDENT)
            windows[-1].ready()
        note(house, "VNPT đang hàn cáp", "An")
        for one in windows[1:]:
            expect(one.page.locator("main")).to_contain_text("VNPT đang hàn cáp", timeout=SOON)
        windows[0].page.close()
        windows[1].page.close()
        note(house, "đã thông tuyến", "An")
        for one in windows[2:]:
            expect(one.page.locator("main")).to_contain_text("đã thông tuyến", timeout=SOON)
        assert [one.errors for one in windows if one.errors] == []
