"""The pages of maintenance and of the audit log in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.console.acting import fill, form, note, send
from tests.console.browser import DESK, PHONE, accessible, loaded, opened
from tests.console.resting import Resting, resting


@pytest.fixture
def house() -> Iterator[Resting]:
    with resting() as one:
        yield one


@pytest.fixture(scope="module")
def shared() -> Iterator[Resting]:
    """One that it does no harm to look at after others."""
    with resting() as one:
        yield one


def test_log_is_filtered_paged_and_goes_on_by_itself(chromium: Browser, house: Resting) -> None:
    for number in range(60):
        note(house, f"lời {number}", "An" if number % 2 else "Bình")
    with opened(chromium, house.url + "/audit") as watched:
        page = watched.ready()
        lines = page.locator("#lines > li")
        expect(lines).to_have_count(50)
        page.get_by_role("button", name="Xem cũ hơn").click()
        expect(lines).to_have_count(60)
        expect(page.get_by_role("button", name="Xem cũ hơn")).to_be_hidden()
        note(house, "lời 61", "An")
        expect(lines).to_have_count(61)
        expect(lines.first).to_contain_text("lời 61")
        page.get_by_label("Tìm theo người").fill("binh loi 4")
        expect(lines).to_have_count(10)
        page.get_by_role("button", name="Bỏ lọc").click()
        page.get_by_label("Thao tác", exact=True).select_option("reload")
        expect(page.locator("#none")).to_be_visible()
        page.get_by_role("button", name="English").click()
        expect(page.locator("#none")).to_have_text("No lines.")
        assert watched.errors == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_serious_stands_in_the_way_of_anybody(
    chromium: Browser, shared: Resting, size: tuple[int, int], scheme: str
) -> None:
    more = {"color_scheme": scheme, "reduced_motion": "reduce"}
    note(shared, "lời 1", "An")
    with opened(chromium, shared.url + "/maintenance", size, **more) as watched:
        page = watched.ready()
        box = form(page, "Báo bảo trì")
        box.get_by_label("Tìm thiết bị").fill("pa co")
        expect(box.locator(".found button").first).to_be_visible()
        box.get_by_label("Hẹn giờ").check()
        box.get_by_label("Giờ khác").check()
        accessible(page, size)
        box.locator(".found button").first.click()
        fill(box, name="An", why="thay nguồn")
        box.get_by_label("Ngay bây giờ").check()
        box.get_by_label("30 phút").check()
        send(box, "Báo bảo trì")
        expect(page.locator(".work").first).to_be_visible()
        accessible(page, size)
        page.goto(shared.url + "/audit")
        watched.ready()
        expect(page.locator("#lines > li").nth(1)).to_be_visible()
        accessible(page, size)
        assert watched.errors == []


@pytest.mark.parametrize("path", ["/maintenance", "/audit"])
def test_first_load_is_small(chromium: Browser, shared: Resting, path: str) -> None:
    with opened(chromium, shared.url + path) as watched:
        loaded(watched.ready())


def test_a_hostile_name_stays_text(chromium: Browser, shared: Resting) -> None:
    image, script = "<img src=x onerror=alert(1)>", "<script>alert(2)</script>"
    note(shared, image, script)
    with opened(chromium, shared.url + "/audit") as watched:
        page = watched.ready()
        expect(page.locator("#lines")).to_contain_text(image)
        expect(page.locator("#lines")).to_contain_text(script)
        assert page.locator("#lines img, #lines script").count() == 0
        assert watched.errors == []
