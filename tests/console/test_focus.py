"""Who works by keys keeps the place, whatever the collector tells meanwhile."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.console.browser import PHONE, opened
from tests.console.resting import Resting, resting


@pytest.fixture
def house() -> Iterator[Resting]:
    with resting() as one:
        yield one


def test_acknowledging_on_the_wall_leaves_the_focus_in_the_card(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, house.url) as watched:
        page = watched.ready()
        card = page.locator(".cause").first
        card.get_by_role("button", name="Tiếp nhận").focus()
        page.keyboard.press("Enter")
        page.keyboard.type("An")
        page.keyboard.press("Enter")
        expect(card).to_contain_text("An đã tiếp nhận")
        expect(card.locator(":focus")).to_have_count(1)
        card.get_by_role("link").first.focus()
        house.do(lambda running: running.recover())
        expect(card).to_have_count(0)
        expect(page.locator("main:focus")).to_have_count(1)
        assert watched.errors == []


def test_a_card_that_is_told_anew_keeps_the_focus(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url) as watched:
        page = watched.ready()
        one = page.locator(".cause").first.get_by_role("link").first
        one.focus()
        page.get_by_role("button", name="English").evaluate("button => button.click()")
        expect(page.locator(".cause").first).to_contain_text("Nobody")
        expect(one).to_be_focused()
        assert watched.errors == []


def test_the_pages_own_name_is_seen_in_the_row_of_pages(chromium: Browser, house: Resting) -> None:
    with opened(chromium, f"{house.url}/audit", PHONE) as watched:
        expect(watched.ready().locator("nav [aria-current]")).to_be_in_viewport(ratio=1)
