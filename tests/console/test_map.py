"""The map in a real browser, before a collector at rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.plan import build
from collector.vocabulary import vocabulary
from inventory.load import load
from tests.collector.running import NOW, PROBES, Running
from tests.console.browser import DESK, PHONE, Watched, accessible, loaded, opened
from tests.console.resting import Resting, resting

EXAMPLE = Path(__file__).parents[2] / "inventory.yaml"
VIEWS = ["location", "topology"]
MOVED = """() => { const { k, x, y } = document.getElementById("drawing").view;
  return `${k} ${x} ${y}`; }"""
LIKE = """(classes) => { const { scene } = document.getElementById("drawing");
  return [...scene.nodes.values(), ...scene.lines.values()]
    .flatMap((one) => [one.class, one.badge ?? ""])
    .filter((one) => classes.every((each) => one.split(" ").includes(each))).length; }"""
"""How many marks, lines and badges look so."""
SPOT = """(thing) => { const drawing = document.getElementById("drawing");
  const [x, y] = drawing.scene.where(thing);
  const box = drawing.getBoundingClientRect();
  return [box.x + drawing.view.x + x, box.y + drawing.view.y + y]; }"""
NAMED = """() => [...document.getElementById("drawing").scene.nodes.values()]
  .filter((one) => one.label).map((one) => one.text)"""
COLOUR = """([name, x, y]) => { const canvas = document.getElementById("drawing");
  const box = canvas.getBoundingClientRect(); const fine = devicePixelRatio; const near = 12 * fine;
  const probe = document.createElement("canvas");
  probe.width = probe.height = 2 * near;
  const pen = probe.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
  const wanted = parseInt(pen.fillStyle.slice(1), 16);
  pen.drawImage(canvas, near - (x - box.x) * fine, near - (y - box.y) * fine);
  const { data } = pen.getImageData(0, 0, 2 * near, 2 * near);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) found += data[at + 3] === 255
    && (data[at] << 16) + (data[at + 1] << 8) + data[at + 2] === wanted;
  return found; }"""
"""How many dots near a place have a colour of the style sheet."""
COVERED = """() => { const { scene } = document.getElementById("drawing");
  const all = [...scene.nodes.values()];
  return all.filter((one, place) => all.some((other, at) => at > place
    && Math.hypot(one.x - other.x, one.y - other.y) < 6.5 * (one.scale + other.scale) - 1)
  ).length; }"""
NAMES = """() => { const { scene } = document.getElementById("drawing");
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = '400 11px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  const all = [...scene.nodes.values()].filter((one) => one.label).map(({ text, label }) => {
    const wide = pen.measureText(text).width;
    const x = label.x + label.right - { start: 0, middle: wide / 2, end: wide }[label.anchor];
    return { left: x, right: x + wide, y: label.y + label.down }; });
  return all.filter((one, place) => all.some((other, at) => at > place && one.left < other.right
    && other.left < one.right && Math.abs(one.y - other.y) < 9)).length; }"""
TREES = """() => [...document.getElementById("drawing").scene.nodes.values()]
  .filter((one) => one.spot.tall).map((one) => one.site.name).sort()"""
STOPS = """() => [...document.querySelectorAll("main *")].filter((one) => one.tabIndex >= 0
  && one.getClientRects().length).length"""


def placed(running: Running) -> None:
    """Every site of the province has a place on the map."""
    inventory = running.plan.inventory
    ward = replace(inventory.sites["pa-co"], location=(20.7375, 104.933))
    sites = {**inventory.sites, "pa-co": ward}
    known = replace(inventory, sites=sites)
    running.plan = build(known, "noc-1", PROBES, lambda one: one.fetch())


@contextmanager
def housed() -> Iterator[Resting]:
    with resting() as one:
        one.do(placed)
        yield one


@pytest.fixture(scope="module")
def house() -> Iterator[Resting]:
    with housed() as one:
        yield one


@contextmanager
def shown(
    chromium: Browser, house: Resting, words: str = "", size: tuple[int, int] = DESK, **more: Any
) -> Iterator[Watched]:
    """The map, which moves nothing slowly."""
    more = {"reduced_motion": "reduce", **more}
    with opened(chromium, f"{house.url}/map{words}", size, **more) as watched:
        watched.ready()
        yield watched


def drawn(page: Page, classes: str, count: int) -> None:
    """So many marks, lines or badges look so, soon."""
    wanted = [classes.split(), count]
    page.wait_for_function(f"([classes, count]) => ({LIKE})(classes) === count", arg=wanted)


def spot(page: Page, thing: str) -> tuple[float, float]:
    """Where a thing is drawn, in the window."""
    x, y = page.evaluate(SPOT, thing)
    return x, y


def test_both_views_show_every_site_and_circuit_by_its_verdict(
    chromium: Browser, house: Resting
) -> None:
    with shown(chromium, house) as watched:
        page = watched.page
        for view in reversed(VIEWS):
            page.locator(f"[data-view={view}]").click()
            expect(page.locator(f"[data-view={view}]")).to_have_attribute("aria-pressed", "true")
            drawn(page, "mark", 2)
            drawn(page, "mark s-up", 1)
            drawn(page, "mark s-unreachable", 1)
            drawn(page, "line s-down", 1)
            drawn(page, "badge s-down", 1)
            assert "Pà Cò" in page.evaluate(NAMED)
            for colour, thing in (
                ("--up", "site:dc"),
                ("--unreachable", "site:pa-co"),
                ("--down-mark", "circuit:tsl-a"),
            ):
                assert page.evaluate(COLOUR, [colour, *spot(page, thing)]) > 12, (view, thing)
            assert page.url.endswith(f"/map?view={view}")
        expect(page.locator("#scale")).to_contain_text("km")
        page.locator("[data-view=topology]").click()
        expect(page.locator("#scale")).to_be_hidden()
        page.goto(f"{house.url}/map")
        watched.ready()
        expect(page.locator("[data-view=topology]")).to_have_attribute("aria-pressed", "true")
        assert watched.errors == []


@pytest.mark.parametrize("view", VIEWS)
def test_pointing_shows_the_way_and_the_impact_and_a_click_opens_the_page(
    chromium: Browser, house: Resting, view: str
) -> None:
    with shown(chromium, house, f"?view={view}") as watched:
        page = watched.page
        pointed = page.locator("#pointed")
        expect(pointed).to_contain_text("Chỉ vào một địa điểm")
        page.mouse.move(*spot(page, "site:pa-co"))
        expect(pointed.locator("h3")).to_have_text("UBND xã Pà Cò")
        expect(pointed).to_contain_text("do Kênh xã Pà Cò")
        expect(pointed.locator(".felt b")).to_have_text(["1 dịch vụ", "1 thiết bị"])
        expect(pointed.locator(".felt").first).to_contain_text("Một cửa điện tử")
        expect(pointed.locator(".way li")).to_have_count(4)
        expect(pointed.locator(".way li").last).to_have_text("noc-1")
        drawn(page, "line lit way", 1)
        drawn(page, "mark self s-unreachable", 1)
        drawn(page, "mark way s-up", 1)
        page.keyboard.press("Escape")
        drawn(page, "lit", 0)
        page.mouse.click(*spot(page, "site:pa-co"))
        page.wait_for_url("**/sites/pa-co")
        assert watched.errors == []


def test_address_points_at_a_circuit_and_a_line_is_found_under_the_mouse(
    chromium: Browser, house: Resting
) -> None:
    with shown(chromium, house, "?view=topology&at=circuit:tsl-a") as watched:
        page = watched.page
        pointed = page.locator("#pointed")
        expect(pointed.locator("h3")).to_have_text("Kênh xã Pà Cò")
        expect(pointed).to_contain_text("200 Mbit/s")
        drawn(page, "mark hit", 1)
        page.locator("#let-go").click()
        drawn(page, "lit", 0)
        assert page.url.endswith("/map?view=topology")
        page.mouse.move(*spot(page, "circuit:tsl-a"))
        expect(pointed.locator("h3")).to_have_text("Kênh xã Pà Cò")
        page.goto(f"{house.url}/map?view=location&at=service:mot-cua")
        expect(pointed.locator("h3")).to_have_text("Một cửa điện tử")
        drawn(page, "mark way", 2)
        assert watched.errors == []


def test_states_change_in_place_and_the_zoom_stays(chromium: Browser) -> None:
    with housed() as own, shown(chromium, own, "?view=location") as watched:
        page = watched.page
        expect(page.locator("#list li")).to_have_count(2)
        whole = page.evaluate(MOVED)
        page.locator("#in").click()
        page.wait_for_function(f"(was) => ({MOVED})() !== was", arg=whole)
        before = page.evaluate(MOVED)
        page.evaluate("() => { document.getElementById('drawing').scene.nodes.own = true; }")
        with page.expect_response("**/api/v1/map?*ground=*") as again:
            own.do(lambda running: running.recover())
        assert again.value.json()["ground"] is None
        drawn(page, "mark s-up", 2)
        drawn(page, "line s-up", 1)
        drawn(page, "badge", 0)
        assert page.evaluate("() => document.getElementById('drawing').scene.nodes.own")
        assert page.evaluate(MOVED) == before
        page.locator("#home").click()
        page.wait_for_function(f"(was) => ({MOVED})() === was", arg=whole)
        assert page.evaluate(COLOUR, ["--up", *spot(page, "site:pa-co")]) > 12
        expect(page.locator("#list-title")).to_have_text("Tất cả đều hoạt động tốt")
        assert watched.errors == []


def test_keyboard_zooms_moves_and_walks_through_what_is_wrong(
    chromium: Browser, house: Resting
) -> None:
    with shown(chromium, house, "?view=location") as watched:
        page = watched.page
        assert page.evaluate(STOPS) < 16
        stage = page.locator("#stage")
        stage.focus()
        home = page.evaluate(MOVED)
        for key in ("+", "ArrowRight", "-", "ArrowUp"):
            before = page.evaluate(MOVED)
            page.keyboard.press(key)
            page.wait_for_function(f"(was) => ({MOVED})() !== was", arg=before)
        page.keyboard.press("0")
        page.wait_for_function(f"(was) => ({MOVED})() === was", arg=home)
        page.locator("#find").focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#pointed h3")).to_have_text("Kênh xã Pà Cò")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#pointed h3")).to_have_text("UBND xã Pà Cò")
        expect(page.locator("#list [aria-selected=true]")).to_contain_text("UBND xã Pà Cò")
        assert page.url.endswith("at=site:pa-co")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sites/pa-co")
        assert watched.errors == []


def test_search_needs_no_tone_marks_and_filters_hide(chromium: Browser, house: Resting) -> None:
    with shown(chromium, house, "?view=location") as watched:
        page = watched.page
        page.locator("#find").fill("trung tam tich")
        expect(page.locator("#list li")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("#pointed h3")).to_contain_text("Trung tâm tích hợp")
        page.locator("#find").fill("zzz")
        expect(page.locator("#list-title")).to_have_text("Không tìm thấy")
        page.locator("#find").fill("")
        page.keyboard.press("Escape")
        wrong = page.get_by_role("button", name="Chỉ chỗ bất thường")
        wrong.click()
        expect(wrong).to_have_attribute("aria-pressed", "true")
        drawn(page, "mark s-up out", 0)
        drawn(page, "mark s-unreachable out", 0)
        assert watched.errors == []


def test_load_widens_a_line_and_without_a_store_the_map_says_so(chromium: Browser) -> None:
    item = {"circuit": "tsl-a", "capacity": 2e8, "transmit": 1.9e8, "receive": 1e7}
    load = {"at": NOW, "items": [{**item, "transmit_ratio": 0.95, "receive_ratio": 0.05}]}
    with housed() as own:
        own.do(lambda running: running.recover())
        with shown(chromium, own) as watched:
            expect(watched.page.locator("#load")).to_contain_text("Chưa biết tải")
            drawn(watched.page, "line l-none s-up", 1)
            assert watched.errors == []
            watched.page.route("**/api/v1/loads", lambda route: route.fulfill(json=load))
            watched.page.goto(f"{own.url}/map?at=circuit:tsl-a")
            drawn(watched.page, "line l-full", 1)
            expect(watched.page.locator("#load")).to_have_text("")
            expect(watched.page.locator("#pointed")).to_contain_text("chiều đi 95 %")


def test_site_without_a_location_is_counted_and_drawn_by_topology(chromium: Browser) -> None:
    with resting() as own, shown(chromium, own, "?view=location") as watched:
        page = watched.page
        drawn(page, "mark", 1)
        expect(page.locator("#lost")).to_contain_text("1 địa điểm chưa có tọa độ")
        page.locator("[data-view=topology]").click()
        drawn(page, "mark", 2)
        expect(page.locator("#lost")).to_have_text("")
        assert watched.errors == []


def test_first_tap_points_and_the_panel_has_the_way_on(chromium: Browser, house: Resting) -> None:
    more = {"has_touch": True, "is_mobile": True}
    with shown(chromium, house, "?view=topology", PHONE, **more) as watched:
        page = watched.page
        page.touchscreen.tap(*spot(page, "site:pa-co"))
        expect(page.locator("#pointed h3 a")).to_have_attribute("href", "/sites/pa-co")
        assert page.url.endswith("at=site:pa-co")
        assert watched.errors == []


def test_two_fingers_zoom(chromium: Browser, house: Resting) -> None:
    more = {"has_touch": True, "is_mobile": True}
    with shown(chromium, house, "?view=location", PHONE, **more) as watched:
        page = watched.page
        wide = page.locator("#scale").inner_text()
        fingers = page.context.new_cdp_session(page)
        for kind, apart in (("touchStart", 20), ("touchMove", 60), ("touchMove", 100)):
            points = [{"x": 190 + side * apart, "y": 350, "id": side + 1} for side in (-1, 1)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(page.locator("#scale")).not_to_have_text(wide)
        assert page.url.endswith("view=location")
        assert watched.errors == []


def test_no_site_covers_another_and_no_name_another_name(chromium: Browser) -> None:
    whole = load(EXAMPLE, vocabulary())

    def change(running: Running) -> None:
        running.plan = replace(running.plan, inventory=whole)

    with resting() as own:
        own.do(change)
        for view in VIEWS:
            with shown(chromium, own, f"?view={view}") as watched:
                drawn(watched.page, "mark", 215)
                assert watched.page.evaluate(COVERED) == 0
                named = watched.page.evaluate(NAMED)
                assert len(named) > 90
                assert not any(one.startswith("ủy ") for one in named)
                assert any(one.startswith("H. ủy ") for one in named)
                assert watched.page.evaluate(NAMES) == 0
                assert watched.errors == []


def test_site_on_which_very_many_hang_is_the_middle_of_a_tree_of_its_own(
    chromium: Browser,
) -> None:
    whole = load(EXAMPLE, vocabulary())
    router = replace(whole.devices["hbh-dc-pe01"], site="ubnd-mai-chau")
    moved = replace(whole, devices={**whole.devices, router.name: router})
    with resting() as own:
        own.do(lambda running: setattr(running, "plan", replace(running.plan, inventory=moved)))
        with shown(chromium, own, "?view=topology") as watched:
            drawn(watched.page, "mark", 215)
            assert watched.page.evaluate(TREES) == ["dc", "ubnd-mai-chau"]
            assert watched.page.evaluate(COVERED) == 0
            assert watched.errors == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_serious_stands_in_the_way_of_anybody(
    chromium: Browser, house: Resting, size: tuple[int, int], scheme: str
) -> None:
    words = "?view=topology&at=site:pa-co"
    with shown(chromium, house, words, size, color_scheme=scheme) as watched:
        page = watched.page
        expect(page.locator("#pointed .way li")).to_have_count(4)
        accessible(page, size)


def test_first_load_is_small_and_speaks_both_languages(chromium: Browser, house: Resting) -> None:
    with shown(chromium, house, "?view=topology&at=site:pa-co") as watched:
        page = watched.page
        loaded(page)
        page.get_by_role("button", name="English").click()
        expect(page.locator("#pointed")).to_contain_text("Way to the collector")
        expect(page.locator("#legend")).to_contain_text("No data")
        expect(page.locator("#list")).to_contain_text("Unreachable")
        assert watched.errors == []
