"""The pages of things, incidents and runbooks in a real browser, before a collector at rest."""

import json
import re
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from collector.verdicts.events import EchoLost, Tick
from tests.collector.running import NOW, Running
from tests.console.acting import log_in
from tests.console.browser import DESK, PHONE, Watched, grave, loaded, opened
from tests.console.filled import filled
from tests.console.resting import OPERATOR, VIEWER, Resting, resting
from tests.daemons import free_port

DEVICE, SWITCH = "/devices/hbh-xa-05212-rt01", "/devices/hbh-dc-sw01"
CIRCUIT, SITE, SERVICE = "/circuits/tsl-a", "/sites/pa-co", "/services/mot-cua"
INCIDENT, RUNBOOK = "/incidents/1", "/runbooks/CircuitDown"
PAGES = (DEVICE, SWITCH, CIRCUIT, SITE, SERVICE, INCIDENT, RUNBOOK)
DRESS = "(scheme) => { document.documentElement.dataset.theme = scheme; }"
LEVELS = (
    "() => [...document.querySelectorAll('main h1, main h2, main h3, main h4')]"
    ".filter((one) => one.checkVisibility()).map((one) => Number(one.tagName[1]))"
)
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
NO_STORE = re.compile(r"status of 503")
"""Nothing answers for the past of a collector at rest: pages say so, and so does a browser."""


@pytest.fixture(scope="module")
def house() -> Iterator[Resting]:
    with resting() as one:
        yield one


def errors(watched: Watched) -> list[str]:
    """What a page complained of, but for the store that is not there."""
    return [one for one in watched.errors if not NO_STORE.search(one)]


def part(page: Page, name: str) -> Any:
    """A part of the page."""
    return page.locator(f'[data-part="{name}"]')


@pytest.mark.parametrize("path", PAGES)
def test_page_is_small_and_nothing_serious_stands_in_the_way_of_anybody(
    chromium: Browser, house: Resting, path: str
) -> None:
    with opened(chromium, house.url + path, reduced_motion="reduce") as watched:
        page = watched.ready()
        expect(page.locator("h1:visible")).to_have_count(1)
        expect(page.locator("h1")).not_to_be_empty()
        expect(page.locator("#gone")).to_be_hidden()
        page.wait_for_load_state("load")
        loaded(page)
        levels = page.evaluate(LEVELS)
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        for details in page.locator("main details:not([open]) > summary").all():
            if details.is_visible():
                details.click()
        for (width, height), scheme in product((DESK, PHONE), ("dark", "light")):
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(DRESS, scheme)
            assert (width, scheme, grave(page)) == (width, scheme, [])
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert errors(watched) == []


def test_device_tells_because_of_whom_it_is_lost_and_where_the_way_is_broken(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, house.url + DEVICE) as watched:
        page = watched.ready()
        expect(page.locator("h1")).to_have_text("Router UBND xã Pà Cò")
        expect(page).to_have_title("⛓ Router UBND xã Pà Cò · Hatang")
        verdict = page.locator("#verdict")
        expect(verdict).to_contain_text("Bị che bởi sự cố khác")
        because = verdict.locator(".because")
        expect(because).to_contain_text("Kênh xã Pà Cò")
        expect(because).to_contain_text("Chưa ai tiếp nhận")
        expect(because.get_by_role("link", name="Sự cố số 1")).to_have_attribute(
            "href", "/incidents/1"
        )
        clock = verdict.locator(".lasted")
        before = clock.inner_text()
        expect(clock).not_to_have_text(before)
        stops = part(page, "path").locator(".stop")
        expect(stops.first).to_contain_text("noc-1")
        expect(stops.last).to_contain_text("Router UBND xã Pà Cò")
        expect(part(page, "path").locator(".s-down")).to_contain_text("Kênh xã Pà Cò")
        expect(part(page, "about")).to_contain_text("FG1")
        expect(part(page, "up")).to_contain_text("Kênh xã Pà Cò")
        expect(page.locator("#trail")).to_contain_text("UBND xã Pà Cò")
        assert errors(watched) == []


def test_interfaces_are_found_and_open_their_charts(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + SWITCH) as watched:
        page = watched.ready()
        ports = part(page, "interfaces")
        name = 'Gi0/1 "core" \\ a'
        row = ports.locator(".port")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("Up")
        expect(row).to_contain_text("1 Gbit/s")
        expect(ports).to_contain_text("Chưa có lưu lượng")
        search = ports.get_by_role("searchbox")
        search.fill("no such")
        expect(row).to_have_count(0)
        search.fill("CORE")
        expect(row).to_have_count(1)
        row.get_by_role("button", name=name).click()
        expect(ports.locator(".opened")).to_contain_text(f"Biểu đồ cổng {name}")
        expect(row.get_by_role("button")).to_have_attribute("aria-expanded", "true")
        page.reload()
        watched.ready()
        expect(ports.locator(".opened")).to_contain_text(name)
        ports.get_by_role("button", name="Đóng").click()
        expect(ports.locator(".opened")).to_be_hidden()
        assert "#" not in page.url
        assert errors(watched) == []


def test_readings_and_probes_are_told_in_words(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + SWITCH) as watched:
        page = watched.ready()
        readings = part(page, "readings")
        expect(readings).to_contain_text("25 %")
        expect(readings).to_contain_text("2 ms")
        probes = part(page, "probes")
        expect(probes).to_contain_text("1 of 3 tables did not answer")
        expect(probes).to_contain_text("look at the agent's load")
        assert errors(watched) == []


def test_history_is_stepped_through_by_keys(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + CIRCUIT) as watched:
        page = watched.ready()
        bar = page.get_by_role("slider")
        bar.focus()
        page.keyboard.press("End")
        told = part(page, "history").locator(".told")
        expect(told).to_contain_text("Mất kết nối")
        expect(told).to_contain_text("đến nay")
        assert bar.get_attribute("aria-valuetext") == told.inner_text()
        page.keyboard.press("ArrowLeft")
        expect(told).not_to_contain_text("đến nay")
        part(page, "history").locator("summary").click()
        expect(part(page, "history").locator(".states li").first).to_contain_text("Mất kết nối")
        assert errors(watched) == []


def test_circuit_tells_what_was_agreed_and_that_nothing_counts_its_traffic(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, house.url + CIRCUIT) as watched:
        page = watched.ready()
        expect(page).to_have_title("✕ Kênh xã Pà Cò · Hatang")
        expect(page.locator("#verdict .incidents")).to_contain_text("Khẩn cấp")
        page.locator("#verdict summary").click()
        expect(page.locator("#verdict .things li")).to_have_count(3)
        expect(part(page, "agreed")).to_contain_text("200 Mbit/s")
        expect(part(page, "ends")).to_contain_text("hbh-dc-sw01")
        expect(part(page, "contract")).to_contain_text("Không có cổng nào đếm được")
        expect(page.get_by_role("link", name="Hướng dẫn xử lý: CircuitDown")).to_be_visible()
        assert errors(watched) == []


def test_site_and_service_tell_what_hangs_together(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + SITE) as watched:
        page = watched.ready()
        expect(page.locator("#verdict")).to_contain_text("Kênh xã Pà Cò")
        expect(part(page, "devices")).to_contain_text("Router UBND xã Pà Cò")
        expect(part(page, "circuits")).to_contain_text("Kênh xã Pà Cò")
        expect(part(page, "services")).to_contain_text("Một cửa điện tử")
        expect(part(page, "about")).to_contain_text("05212")
        page.locator("#trail").get_by_role("link").first.click()
        watched.ready()
        expect(page.locator("h1")).to_have_text("Trung tâm tích hợp dữ liệu tỉnh")
        assert errors(watched) == []
    with opened(chromium, house.url + SERVICE) as watched:
        page = watched.ready()
        expect(part(page, "checks")).to_contain_text("home")
        expect(part(page, "needs").locator("li")).to_have_count(2)
        assert errors(watched) == []


def test_incident_tells_all_that_it_hides_and_what_to_do(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + INCIDENT) as watched:
        page = watched.ready()
        expect(page.locator("#verdict")).to_contain_text("Khẩn cấp")
        expect(page.locator("#verdict")).to_contain_text("Chưa ai tiếp nhận")
        expect(part(page, "hides").locator(".tile")).to_have_count(3)
        expect(part(page, "hides")).to_contain_text("Một cửa điện tử")
        expect(part(page, "timeline").locator("li").first).to_be_visible()
        expect(part(page, "runbook")).to_contain_text("Đọc dấu hiệu")
        part(page, "runbook").get_by_role("link").click()
        watched.ready()
        expect(page.locator("h1")).to_have_text("CircuitDown")
        expect(page.locator("#blocks ol li").first).to_contain_text("Đọc dấu hiệu")
        assert errors(watched) == []


def test_english_is_spoken_too(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + CIRCUIT) as watched:
        page = watched.ready()
        page.get_by_role("button", name="English").click()
        expect(page.locator("#verdict .incidents")).to_contain_text("Critical")
        expect(part(page, "agreed").locator("h2")).to_have_text(re.compile("Contract"))
        expect(part(page, "contract")).to_contain_text("No interface counts")
        expect(part(page, "history").locator(".told")).to_contain_text("Last")
        assert errors(watched) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/devices/%3Cimg%20src=x%20onerror=alert(1)%3E", "<img src=x onerror=alert(1)>"),
        ("/circuits/none", "none"),
        ("/incidents/99", "sự cố số 99"),
        ("/runbooks/none", "none"),
    ],
)
def test_what_is_not_there_is_said_kindly(
    chromium: Browser, house: Resting, path: str, said: str
) -> None:
    with opened(chromium, house.url + path) as watched:
        page = watched.ready()
        gone = page.locator("#gone")
        expect(gone).to_contain_text(said)
        expect(page.locator("h1")).to_have_text("Không tìm thấy")
        expect(page.locator("#trouble p")).to_have_count(0)
        expect(page.locator("main .panel:visible")).to_have_count(1)
        if path.startswith(("/devices", "/circuits")):
            expect(gone.get_by_role("link").first).to_have_attribute(
                "href", re.compile("^/inventory[?]search=")
            )
        assert all("404" in one for one in watched.errors)


def test_what_only_the_store_knows_is_shown_and_missed_without_it(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A month that has just begun has no traffic yet; this one lasts until yesterday's midnight.
    today = datetime.now(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = SimpleNamespace(time=lambda: today.timestamp() - 1)
    monkeypatch.setattr("collector.api.things.contract.time", yesterday)
    with filled(tmp_path, time.time()) as store, resting(store=store) as own:
        with opened(chromium, own.url + SWITCH) as watched:
            page = watched.ready()
            expect(part(page, "interfaces").locator(".in")).to_contain_text("Mbit/s")
            assert watched.errors == []
        with opened(chromium, own.url + CIRCUIT) as watched:
            page = watched.ready()
            contract = part(page, "contract")
            expect(contract).to_contain_text("P95 không quá 90 %")
            expect(contract.locator("tbody tr")).to_have_count(2)
            expect(contract.locator("tbody")).to_contain_text("Mbit/s")
            expect(contract).to_contain_text("hbh-xa-05212-rt01/wan1")
            assert watched.errors == []
    nobody = f"http://127.0.0.1:{free_port()}"
    with resting(store=nobody) as own, opened(chromium, own.url + CIRCUIT) as watched:
        page = watched.ready()
        expect(part(page, "contract")).to_contain_text("Chưa tính được số liệu hợp đồng")
        expect(page.locator("#verdict .how")).to_contain_text("Mất kết nối")
        assert errors(watched) == []


def test_names_of_devices_and_people_stay_text(chromium: Browser) -> None:
    nasty = '<img src=x onerror="document.title=1">'
    body = json.dumps({"text": nasty, "who": "<b>an</b>"}).encode()
    with resting() as own:
        note = Request(
            own.url + "/api/v1/incidents/1/note", body, {"Content-Type": "application/json"}
        )
        with urlopen(note) as answer:
            assert answer.status == 200
        with opened(chromium, own.url + INCIDENT) as watched:
            page = watched.ready()
            expect(part(page, "notes")).to_contain_text(nasty)
            expect(part(page, "timeline")).to_contain_text("<b>an</b>")
            expect(page.locator("main img")).to_have_count(0)
            assert errors(watched) == []


def test_page_follows_when_the_state_changes(chromium: Browser) -> None:
    def fail(running: Running) -> None:
        for second in range(200, 210):
            running.desk.tell(EchoLost("noc-1", "device:hbh-dc-sw01", NOW + 199), NOW + second)
            running.desk.tell(Tick("noc-1"), NOW + second)

    with resting() as own:
        with opened(chromium, own.url + CIRCUIT) as watched:
            page = watched.ready()
            expect(page.locator("#verdict .how")).to_contain_text("Mất kết nối")
            page.get_by_role("slider").focus()
            own.do(lambda running: running.recover())
            expect(page.locator("#verdict .how")).to_contain_text("Hoạt động tốt")
            expect(page).to_have_title("✓ Kênh xã Pà Cò · Hatang")
            expect(part(page, "closed")).to_contain_text("Kênh xã Pà Cò")
            expect(page.get_by_role("slider")).to_be_focused()
            assert errors(watched) == []
        with opened(chromium, own.url + INCIDENT) as watched:
            page = watched.ready()
            expect(page.locator("#verdict")).to_contain_text("Đã khắc phục")
        with opened(chromium, own.url + SWITCH) as watched:
            page = watched.ready()
            expect(page.locator("#verdict .how")).to_contain_text("Hoạt động tốt")
            own.do(fail)
            expect(page.locator("#verdict .how")).not_to_contain_text("Hoạt động tốt")
            assert errors(watched) == []


def test_viewer_is_told_that_only_operators_act(chromium: Browser) -> None:
    with resting(guarded=True) as own:
        for path in (CIRCUIT, INCIDENT):
            with opened(chromium, own.url + path) as watched:
                page = watched.page
                log_in(page, VIEWER)
                watched.ready()
                expect(page.locator("#acts")).to_contain_text("chỉ xem")
                expect(page.locator("main").get_by_role("button", name="Tiếp nhận")).to_have_count(
                    0
                )
        with opened(chromium, own.url + INCIDENT) as watched:
            page = watched.page
            log_in(page, OPERATOR)
            watched.ready()
            expect(page.locator("#acts").get_by_role("button").first).to_be_visible()
            assert errors(watched) == []


def test_what_changed_in_a_configuration_is_for_operators(chromium: Browser) -> None:
    def save(running: Running) -> None:
        kept = running.configs.repository
        assert kept is not None
        for number, text in enumerate(("hostname a\nend\n", "hostname <b>b</b>\nend\n")):
            revision = kept.save("hbh-dc-sw01", text, NOW + number).revision
            more = {"revision": revision, "added": 1, "removed": number}
            running.journal.event("config", "device:hbh-dc-sw01", "changed", NOW + number, **more)
        assert running.journal.flush()

    with resting(guarded=True) as own:
        own.do(save)
        for token, sees in ((VIEWER, False), (OPERATOR, True)):
            with opened(chromium, own.url + SWITCH) as watched:
                page = watched.page
                log_in(page, token)
                watched.ready()
                configs = part(page, "configs")
                expect(configs.locator("li")).to_have_count(2)
                expect(configs.locator("summary")).to_have_count(2 if sees else 0)
                if sees:
                    configs.locator("summary").first.click()
                    expect(configs.locator(".added")).to_have_text("+hostname <b>b</b>\n")
                    expect(configs.locator(".removed")).to_have_text("-hostname a\n")
                else:
                    expect(configs).to_contain_text("Nội dung chỉ người trực xem được.")
                assert errors(watched) == []


@pytest.mark.parametrize("path", [DEVICE, CIRCUIT, SITE, SERVICE, INCIDENT])
def test_nothing_moves_on_a_phone_once_it_is_known_who_looks(
    chromium: Browser, house: Resting, path: str
) -> None:
    held: list[Route] = []
    with opened(chromium, "about:blank", PHONE) as watched:
        page = watched.page
        page.route("**/api/v1/session", lambda route: held.append(route))
        with page.expect_request("**/api/v1/session"):
            page.goto(house.url + path)
        watched.ready()
        before = page.locator("#verdict").bounding_box()
        held[0].continue_()
        expect(page.locator("#holder")).to_contain_text("không cần mã")
        expect(page.locator("#acts button").first).to_be_visible()
        assert (before or {})["y"] == (page.locator("#verdict").bounding_box() or {})["y"]
        assert errors(watched) == []
