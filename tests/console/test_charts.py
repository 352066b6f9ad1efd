"""Charts in a real browser: on the pages of things, of a collector at rest with a real store."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.console.browser import DESK, PHONE, Watched, grave, opened
from tests.console.filled import DOWN, PORT, UP, filled
from tests.console.resting import Resting, resting

REFUSED = "the server responded with a status of 503"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resting]:
    with filled(tmp_path_factory.mktemp("vm"), time.time(), 30.0) as url, resting(store=url) as one:
        yield one


def drawn(watched: Watched) -> Page:
    """The page once its charts are there."""
    page = watched.ready()
    page.locator(".charts").first.scroll_into_view_if_needed()
    page.wait_for_selector(".chart svg .line, .chart svg .band")
    expect(page.locator(".charts .grid").first).not_to_have_attribute("aria-busy", "true")
    return page


def chart(page: Page, title: str) -> Locator:
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.locator("figure.chart").filter(has=heading)


def test_device_shows_its_charts_with_units_limits_and_names_as_they_are(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, f"{house.url}/devices/{UP}") as watched:
        page = drawn(watched)
        titles = ["Độ trễ ping", "Mất gói ping", "CPU", "Bộ nhớ (RAM)", "Ổ đĩa đã dùng"]
        titles += ["Các cổng bận nhất, chiều vào", "Các cổng bận nhất, chiều ra", "Nhiệt độ"]
        assert page.locator("figure.chart h3").all_text_contents() == titles
        storage = chart(page, "Ổ đĩa đã dùng")
        expect(storage.locator(".legend")).to_contain_text("<b>/mnt")
        expect(storage.locator(".legend")).to_contain_text("Ngưỡng cảnh báo sớm 85 %")
        expect(storage.locator(".limits .warning")).to_have_count(2)
        assert "100 %" in storage.locator(".frame text").all_text_contents()
        expect(chart(page, "Nhiệt độ").locator(".note")).to_contain_text("Còn 4 đường khác")
        expect(chart(page, "Nhiệt độ").locator("svg path.line.l7")).to_have_count(2)
        assert watched.errors == []


def test_cursor_tells_values_to_mouse_and_keyboard_at_the_same_moment_in_all(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, f"{house.url}/devices/{UP}") as watched:
        page = drawn(watched)
        cpu = chart(page, "CPU")
        stage = cpu.get_by_role("slider")
        stage.hover()
        expect(cpu.locator(".readout")).to_contain_text(re.compile(r"\d\d:\d\d \d\d/\d\d"))
        expect(cpu.locator(".readout b").first).to_contain_text("%")
        expect(chart(page, "Độ trễ ping").locator(".cursor line")).to_have_count(1)
        page.mouse.move(2, 2)
        expect(page.locator(".cursor line")).to_have_count(0)
        stage.focus()
        stage.press("End")
        newest = stage.get_attribute("aria-valuetext")
        stage.press("ArrowLeft")
        before = stage.get_attribute("aria-valuetext")
        assert newest != before
        assert before is not None
        assert re.fullmatch(r"\d\d:\d\d \d\d/\d\d: Trung bình .* %; Cao nhất .* %", before)
        expect(stage).to_have_attribute("aria-valuenow", "179")
        stage.press("Home")
        expect(stage).to_have_attribute("aria-valuenow", "0")
        stage.press("Escape")
        expect(cpu.locator(".readout")).to_be_hidden()
        assert watched.errors == []


def test_span_is_chosen_and_remembered_and_language_follows(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, f"{house.url}/circuits/tsl-a") as watched:
        page = drawn(watched)
        expect(page.get_by_role("button", name="6 giờ")).to_have_attribute("aria-pressed", "true")
        with page.expect_response(lambda one: "span=24h" in one.url):
            page.get_by_role("button", name="24 giờ").click()
        # At midnight there is no room for the name of the day, beside the edge.
        expect(page.locator(".frame line.day")).not_to_have_count(0)
        named = page.locator(".frame text.day").all_text_contents()
        assert all(re.fullmatch(r"\d\d/\d\d", one) for one in named)
        page.reload()
        drawn(watched)
        expect(page.get_by_role("button", name="24 giờ")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("figure h3").first).to_have_text("Lưu lượng (chiều đi: A → Z)")
        expect(page.locator(".legend").first).to_contain_text("Dung lượng 200 Mbit/s")
        page.get_by_role("button", name="English").click()
        expect(page.locator("figure h3").first).to_have_text("Traffic")
        expect(page.locator(".legend").first).to_contain_text("Capacity 200 Mbit/s")
        assert watched.errors == []


def test_outage_is_a_gap_and_the_table_has_every_point_newest_first(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, f"{house.url}/devices/{DOWN}") as watched:
        page = drawn(watched)
        rtt = chart(page, "Độ trễ ping")
        path = rtt.locator("svg path.line").first.get_attribute("d") or ""
        assert path.count("M") == 2
        rtt.get_by_text("Bảng số liệu").click()
        rows = rtt.locator(".numbers tbody tr")
        expect(rows).to_have_count(181)
        expect(rtt.locator(".numbers thead th")).to_have_text(
            ["Thời gian", "Trung bình", "Cao nhất", "Jitter"]
        )
        cells = rows.all_text_contents()
        assert sum("–" in one for one in cells) >= 13
        assert watched.errors == []


def test_interface_is_drawn_on_its_device(chromium: Browser, house: Resting) -> None:
    with opened(chromium, f"{house.url}/devices/{UP}") as watched:
        page = drawn(watched)
        page.get_by_role("button", name=PORT).click()
        expect(chart(page, "Lưu lượng").locator("svg path.line")).to_have_count(4)
        expect(chart(page, "Gói lỗi mỗi giây")).to_be_visible()
        assert watched.errors == []


@pytest.mark.parametrize(
    ("path", "size", "scheme"),
    [
        (f"/devices/{UP}", DESK, "dark"),
        (f"/devices/{UP}", PHONE, "light"),
        ("/services/mot-cua", DESK, "light"),
        ("/services/mot-cua", PHONE, "dark"),
    ],
)
def test_charts_stand_in_nobodys_way(
    chromium: Browser, house: Resting, path: str, size: tuple[int, int], scheme: str
) -> None:
    with opened(chromium, house.url + path, size, color_scheme=scheme) as watched:
        page = drawn(watched)
        page.locator("figure details summary").first.click()
        assert grave(page, ".charts") == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= size[0]
        assert watched.errors == []


def test_young_past_is_shown_in_the_shortest_span_until_one_is_chosen(
    chromium: Browser, tmp_path: Path
) -> None:
    with (
        filled(tmp_path, time.time(), 0.25) as url,
        resting(store=url) as young,
        opened(chromium, f"{young.url}/devices/{UP}") as watched,
    ):
        page = drawn(watched)
        hour, more = (page.get_by_role("button", name=one) for one in ("1 giờ", "6 giờ"))
        expect(hour).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".charts .message")).to_contain_text("Mới có số liệu từ")
        more.click()
        expect(more).to_have_attribute("aria-pressed", "true")
        page.reload()
        drawn(watched)
        expect(more).to_have_attribute("aria-pressed", "true")
        assert watched.errors == []


def test_store_that_goes_away_leaves_what_was_drawn_and_is_told(
    chromium: Browser, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        past = stack.enter_context(ExitStack())
        url = past.enter_context(filled(tmp_path, time.time(), 2.0))
        lonely = stack.enter_context(resting(store=url))
        watched = stack.enter_context(opened(chromium, f"{lonely.url}/devices/{UP}"))
        page = drawn(watched)
        past.close()
        page.get_by_role("button", name="24 giờ").click()
        message = page.locator(".charts .message")
        expect(message).to_contain_text("Kho số liệu không trả lời; biểu đồ là của lúc")
        expect(page.locator("figure.chart")).to_have_count(8)
        page.reload()
        page.locator(".charts").scroll_into_view_if_needed()
        expect(message).to_contain_text("trạng thái trên trang vẫn đúng")
        expect(page.locator("figure.chart")).to_have_count(0)
        assert all(REFUSED in one for one in watched.errors)


def test_collector_without_a_store_says_so_without_an_error(chromium: Browser) -> None:
    with resting() as bare, opened(chromium, f"{bare.url}/sites/dc") as watched:
        page = watched.ready()
        page.locator(".charts").scroll_into_view_if_needed()
        expect(page.locator(".charts .message")).to_contain_text("không có kho số liệu")
        assert watched.errors == []
