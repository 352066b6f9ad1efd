"""The inventory's page in a real browser, before a collector at rest."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.plan import build
from inventory.model import Inventory
from tests.collector.running import PROBES, Running
from tests.console.browser import DESK, PHONE, accessible, loaded, opened
from tests.console.resting import Resting, resting

DOWN, UP = "hbh-xa-05212-rt01", "hbh-dc-sw01"
EVIL = '=HYPERLINK("x") <img src=x onerror=alert(1)> Đà Bắc'
MANY = 130


def crowded(inventory: Inventory) -> Inventory:
    """The same with many cameras, one of which somebody gave an evil title."""
    model = inventory.devices[UP]
    more = {
        name: replace(model, name=name, title=name, role="camera", addresses=(f"10.9.0.{number}",))
        for number in range(1, MANY)
        if (name := f"cam-{number}")
    }
    more["evil"] = replace(model, name="evil", title=EVIL, role="camera", addresses=("10.9.9.9",))
    return replace(inventory, devices={**inventory.devices, **more})


def crowd(running: Running) -> None:
    running.plan = build(crowded(running.plan.inventory), "noc-1", PROBES, lambda one: one.fetch())


@pytest.fixture(scope="module")
def house() -> Iterator[Resting]:
    with resting() as one:
        one.do(crowd)
        yield one


def at(house: Resting, query: str = "") -> str:
    return f"{house.url}/inventory{query}"


def asked(page: Page) -> dict[str, list[str]]:
    """What the address says."""
    return parse_qs(urlsplit(page.url).query)


def shown(page: Page, *texts: str) -> None:
    """The list has these rows, by what their first column says."""
    expect(page.locator("#rows td.first a")).to_have_text(list(texts))


def test_typing_finds_without_tone_marks_and_stands_in_the_address(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, at(house)) as watched:
        page = watched.ready()
        expect(page.locator("#found")).to_have_text(f"{MANY + 2} thiết bị")
        page.keyboard.press("/")
        expect(page.locator("#search")).to_be_focused()
        page.keyboard.type("pa co", delay=20)
        page.wait_for_url("**/inventory?kind=device&search=pa+co")
        shown(page, "Router UBND xã Pà Cò")
        expect(page.locator("#found")).to_have_text("1 thiết bị")
        expect(page.locator("#kinds [aria-pressed=true]")).to_have_text("Thiết bị1")
        row = page.locator("#rows tr")
        expect(row).to_have_class("s-unreachable")
        expect(row).to_contain_text("Bị che bởi sự cố khác")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#rows td.first a")).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator("#search")).to_be_focused()
        page.go_back()
        expect(page.locator("#search")).to_have_value("")
        expect(page.locator("#found")).to_have_text(f"{MANY + 2} thiết bị")
        page.go_forward()
        expect(page.locator("#search")).to_have_value("pa co")
        shown(page, "Router UBND xã Pà Cò")
        assert watched.errors == []


def test_an_answer_that_is_late_is_not_waited_for(chromium: Browser, house: Resting) -> None:
    with opened(chromium, at(house)) as watched:
        page = watched.ready()
        page.route("**/api/v1/inventory?*search=cam&*", lambda route: None)
        with page.expect_request("**/api/v1/inventory?*search=cam&*"):
            page.locator("#search").fill("cam")
        page.locator("#search").fill("cam-77")
        shown(page, "cam-77")
        expect(page.locator("#csv")).to_have_attribute("href", re.compile("search=cam-77&"))
        assert watched.errors == []


def test_a_row_opens_its_page(chromium: Browser, house: Resting) -> None:
    with opened(chromium, at(house, "?search=pa+co&kind=circuit")) as watched:
        page = watched.ready()
        way = page.locator("#rows td.first a")
        expect(way).to_have_attribute("href", "/circuits/tsl-a")
        page.locator("#search").focus()
        page.keyboard.press("ArrowDown")
        with page.expect_navigation(url="**/circuits/tsl-a"):
            page.keyboard.press("Enter")


def test_filters_columns_and_order_are_in_the_address_and_one_step_back_each(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, at(house)) as watched:
        page = watched.ready()
        page.get_by_role("checkbox", name="Router xã").check()
        shown(page, "Router UBND xã Pà Cò")
        page.get_by_role("checkbox", name="Switch lõi").check()
        shown(page, UP, "Router UBND xã Pà Cò")
        assert asked(page)["where"] == ["role=ward-router|core-switch"]
        page.get_by_role("button", name="Tên").click()
        page.get_by_role("button", name="Tên").click()
        shown(page, "Router UBND xã Pà Cò", UP)
        expect(page.locator("[aria-sort=descending]")).to_have_text("Tên")
        assert asked(page)["sort"] == ["-title"]
        page.locator("#chooser summary").click()
        page.locator("#columns").get_by_label("Số serial").check()
        expect(page.get_by_role("columnheader", name="Số serial")).to_be_visible()
        expect(page.locator("#rows tr").first).to_contain_text("FG1")
        assert asked(page)["columns"][0].endswith("model,serial")
        page.keyboard.press("Escape")
        page.go_back()
        expect(page.get_by_role("columnheader", name="Số serial")).to_have_count(0)
        for _ in range(3):
            page.go_back()
        shown(page, "Router UBND xã Pà Cò")
        page.get_by_role("button", name="Bỏ lọc Loại thiết bị: Router xã").click()
        expect(page.locator("#found")).to_have_text(f"{MANY + 2} thiết bị")
        expect(page.get_by_role("checkbox", name="Router xã")).not_to_be_checked()
        assert watched.errors == []


def test_columns_are_remembered_for_each_kind(chromium: Browser, house: Resting) -> None:
    with opened(chromium, at(house, "?kind=site")) as watched:
        page = watched.ready()
        page.locator("#chooser summary").click()
        page.locator("#columns").get_by_label("Phòng", exact=True).check()
        heading = page.get_by_role("columnheader", name="Phòng", exact=True)
        expect(heading).to_be_visible()
        page.get_by_role("button", name="Dịch vụ").click()
        expect(heading).to_have_count(0)
        page.goto(at(house, "?kind=site"))
        watched.ready()
        expect(heading).to_be_visible()
        assert "columns" in asked(page)
        page.locator("#chooser summary").click()
        page.get_by_role("button", name="Cột mặc định").click()
        expect(heading).to_have_count(0)
        assert watched.errors == []


def test_a_link_shows_what_its_sender_saw(chromium: Browser, house: Resting) -> None:
    query = (
        "?kind=device&search=10.9&where=role%3Dcamera&where=name%21%3Dcam-2&columns=name%2Caddress"
    )
    with opened(chromium, at(house, f"{query}&sort=-address&page=2")) as watched:
        page = watched.ready()
        expect(page.locator("#at")).to_have_text(f"101–{MANY - 1} / {MANY - 1}")
        expect(page.get_by_role("checkbox", name="Camera")).to_be_checked()
        expect(page.locator("#chosen")).to_contain_text("name!=cam-2")
        expect(page.locator("#headings th")).to_have_text(["Trạng thái", "Mã", "Địa chỉ IP"])
        assert page.locator("#rows tr").count() == MANY - 1 - 100
        page.get_by_role("button", name="Trước").click()
        expect(page.locator("#rows tr")).to_have_count(100)
        shown_first = page.locator("#rows td.first a").first
        expect(shown_first).to_have_text("evil")
        assert "page" not in asked(page)
        assert watched.errors == []


def test_file_is_what_is_found(chromium: Browser, house: Resting, tmp_path: Path) -> None:
    with opened(chromium, at(house, "?search=10.9&columns=title,address,role")) as watched:
        page = watched.ready()
        with page.expect_download() as got:
            page.get_by_role("link", name="Xuất CSV").click()
        assert got.value.suggested_filename.startswith("hoa-b-binh-thiet-bi-20")
        got.value.save_as(tmp_path / "list.csv")
        text = (tmp_path / "list.csv").read_bytes()
        assert text.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        assert rows[0] == ["Tên", "Địa chỉ IP", "Loại thiết bị"]
        assert len(rows) == MANY + 1
        first = page.locator("#rows tr").first.locator("td:not(.mark)").all_inner_texts()
        assert rows[1] == first
        assert [f"'{EVIL}", "10.9.9.9", "Camera"] in rows
        assert watched.errors == []


def test_hostile_names_are_text(chromium: Browser, house: Resting) -> None:
    with opened(chromium, at(house, "?search=da+bac")) as watched:
        page = watched.ready()
        shown(page, EVIL)
        assert page.locator("#rows img").count() == 0
        page.locator("#search").fill("<img src=x onerror=alert(1)> nothing")
        expect(page.locator("#empty")).to_contain_text("“<img src=x onerror=alert(1)> nothing”")
        assert page.locator("main img").count() == 0
        assert watched.errors == []


def test_nothing_found_says_what_to_do(chromium: Browser, house: Resting) -> None:
    with opened(chromium, at(house, "?kind=service&search=pa+co")) as watched:
        page = watched.ready()
        expect(page.locator("#empty")).to_contain_text("Không có dịch vụ nào khớp.")
        expect(page.locator("#sheet")).to_be_hidden()
        page.get_by_role("button", name="1 đường truyền").click()
        shown(page, "Kênh xã Pà Cò")
        page.goto(at(house, "?search=pa+co&where=role=camera"))
        expect(page.locator("#empty")).to_contain_text("Bộ lọc đang che bớt kết quả.")
        page.locator("#empty").get_by_role("button", name="Bỏ mọi bộ lọc").click()
        shown(page, "Router UBND xã Pà Cò")
        assert watched.errors == []


def test_an_address_that_is_not_understood_says_so_and_is_left(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, at(house, "?search=pa+co&where=colour=red&columns=title")) as watched:
        page = watched.ready()
        expect(page.locator("#empty")).to_contain_text('no field "colour"')
        expect(page.locator("#sheet")).to_be_hidden()
        page.get_by_role("button", name="Xem toàn bộ").click()
        expect(page.locator("#found")).to_have_text(f"{MANY + 2} thiết bị")
        assert asked(page) == {"kind": ["device"]}
        expect(page.locator("#filters")).to_be_visible()


def test_states_are_live_and_the_focus_stays(chromium: Browser) -> None:
    with resting() as own, opened(chromium, at(own, "?search=pa+co")) as watched:
        page = watched.ready()
        way = page.locator("#rows td.first a")
        way.focus()
        own.do(Running.recover)
        expect(page.locator("#rows tr")).to_have_class("s-up")
        expect(way).to_be_focused()
        assert watched.errors == []


def test_english_is_english(chromium: Browser, house: Resting) -> None:
    with opened(chromium, at(house, "?search=pa+co")) as watched:
        page = watched.ready()
        page.get_by_role("button", name="English").click()
        expect(page).to_have_title("Inventory · Hatang")
        expect(page.locator("#found")).to_have_text("1 device")
        expect(page.locator("#rows tr")).to_contain_text("Commune router")
        expect(page.get_by_role("columnheader", name="Address")).to_be_visible()
        expect(page.locator("#csv")).to_have_attribute(
            "href", "/api/v1/inventory.csv?kind=device&search=pa+co&language=en"
        )
        assert watched.errors == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_serious_stands_in_the_way_of_anybody(
    chromium: Browser, house: Resting, size: tuple[int, int], scheme: str
) -> None:
    more = {"color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(
        chromium, at(house, "?search=cam-12&where=role!=x&sort=name"), size, **more
    ) as watched:
        page = watched.ready()
        page.locator("#chooser summary").click()
        if size == PHONE:
            page.locator("#filters summary").click()
        accessible(page, size)
        loaded(page)
        assert watched.errors == []
