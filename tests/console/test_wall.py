"""The wall in a real browser, before a collector at rest."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.collector.running import Running
from tests.console.acting import log_in
from tests.console.browser import DESK, PHONE, accessible, loaded, opened
from tests.console.resting import OPERATOR, VIEWER, Resting, resting

ACT = """async (word) => {
  const headers = {"Content-Type": "application/json"};
  if (word) headers["X-Hatang-Session"] = word;
  const act = {method: "POST", headers, body: "{}"};
  const answer = await fetch("/api/v1/incidents/1/acknowledge", act);
  return [answer.status, await answer.text()];
}"""
FOCUSED = """() => { const one = document.activeElement;
  return one.className === "skip" ? "skip" : one.id || one.getAttribute("href") || one.tagName; }"""
WORD = "async () => (await (await fetch('/api/v1/session')).json()).csrf"


@pytest.fixture(scope="module")
def house() -> Iterator[Resting]:
    with resting() as one:
        yield one


def test_wall_tells_the_cause_what_it_hides_and_who_has_it(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, house.url) as watched:
        page = watched.ready()
        cause = page.locator(".cause")
        expect(cause).to_have_count(1)
        expect(cause).to_contain_text("Khẩn cấp")
        expect(cause.locator("h3")).to_contain_text("Kênh xã Pà Cò")
        expect(cause).to_contain_text("Chưa ai tiếp nhận")
        summary = cause.locator("summary")
        expect(summary).to_have_text("Ảnh hưởng 1 dịch vụ, 1 địa điểm, 1 thiết bị")
        summary.click()
        names = cause.locator("ul.names li")
        expect(names).to_have_count(3)
        expect(names.first).to_contain_text("Một cửa điện tử")
        expect(page.locator("#sites .tile.s-unreachable")).to_contain_text("Pà Cò")
        expect(page.locator(".province")).to_have_text("Hòa <b>Bình")
        expect(page.locator("#holder")).to_contain_text("không cần mã")
        assert watched.errors == []


def test_first_load_is_small_and_the_next_comes_from_the_cache(
    chromium: Browser, house: Resting
) -> None:
    sizes = (
        "() => performance.getEntries().filter((one) => 'transferSize' in one)"
        ".reduce((sum, one) => sum + one.transferSize, 0)"
    )
    with opened(chromium, house.url) as watched:
        page = watched.ready()
        loaded(page)
        sent = page.evaluate(sizes)
        ready = page.evaluate("() => performance.getEntriesByName('ready')[0].startTime")
        print(f"first load: {sent} bytes sent; wall shown after {ready:.0f} ms")
        page.reload()
        watched.ready()
        again = page.evaluate(sizes)
        print(f"second load: {again} bytes sent")
        assert again < sent / 2
        assert watched.errors == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_serious_stands_in_the_way_of_anybody(
    chromium: Browser, house: Resting, size: tuple[int, int], scheme: str
) -> None:
    more = {"color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(chromium, house.url, size, **more) as watched:
        page = watched.ready()
        assert page.locator("html").get_attribute("data-theme") == scheme
        accessible(page, size)


def test_language_and_theme_switch_and_are_remembered(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url, color_scheme="light") as watched:
        page = watched.ready()
        root = page.locator("html")
        page.get_by_role("button", name="English").click()
        expect(page.locator(".cause")).to_contain_text("Critical")
        expect(page.locator("#causes-title")).to_contain_text("Causes now")
        expect(root).to_have_attribute("lang", "en")
        page.get_by_role("button", name="Theme: system").click()
        expect(root).to_have_attribute("data-theme", "dark")
        page.reload()
        watched.ready()
        expect(root).to_have_attribute("lang", "en")
        expect(root).to_have_attribute("data-theme", "dark")
        expect(page.locator(".cause")).to_contain_text("Critical")
        assert watched.errors == []


def test_sound_is_muted_and_stays_so(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url) as watched:
        page = watched.ready()
        sound = page.locator("#sound")
        expect(sound).to_have_attribute("aria-pressed", "true")
        sound.click()
        expect(sound).to_have_attribute("aria-pressed", "false")
        page.reload()
        watched.ready()
        expect(sound).to_have_attribute("aria-pressed", "false")


def test_keyboard_reaches_everything_in_order(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url) as watched:
        page = watched.ready()
        met = []
        for _ in range(19):
            page.keyboard.press("Tab")
            met.append(page.evaluate(FOCUSED))
        assert met[:6] == ["skip", "/", "/", "/map", "/inventory", "/maintenance"]
        assert met[6:11] == ["/audit", "sound", "theme", "language", "full"]
        listed = [one for one in met[11:] if one.startswith("/inventory?")]
        assert listed, "what is not well can be listed"
        assert met[11 + len(listed) :] == ["/incidents/1", "BUTTON", "SUMMARY", "changes"]


def test_page_runs_no_script_that_is_not_its_own(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url) as watched:
        page = watched.ready()
        page.evaluate(
            "() => { const made = document.createElement('script');"
            "made.textContent = 'window.foreign = 1'; document.body.append(made); }"
        )
        assert page.evaluate("() => window.foreign") is None
        assert any("Content Security Policy" in error for error in watched.errors)


def test_store_that_is_down_is_told_and_what_follows_is_still_shown(chromium: Browser) -> None:
    def fall(running: Running) -> None:
        running.delivery.stats.stores["local"].up = False
        running.recover()

    with resting() as own, opened(chromium, own.url) as watched:
        page = watched.ready()
        expect(page.locator(".cause")).to_have_count(1)
        own.do(fall)
        expect(page.locator(".t-store")).to_contain_text("local")
        expect(page.locator(".cause")).to_have_count(0)
        expect(page.locator("#calm")).to_be_visible()
        assert watched.errors == []


def test_viewer_sees_and_may_not_act(chromium: Browser) -> None:
    with resting(guarded=True) as own, opened(chromium, own.url) as watched:
        page = watched.page
        log_in(page, "not-a-token")
        expect(page.locator("#login-error")).to_have_text("Mã truy cập không đúng.")
        log_in(page, VIEWER)
        watched.ready()
        expect(page.locator("#holder")).to_have_text("wall · chỉ xem")
        (cookie,) = page.context.cookies()
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        status, told = page.evaluate(ACT, page.evaluate(WORD))
        assert (status, "wall is viewer" in told) == (403, True)
        page.get_by_role("button", name="Đăng xuất").click()
        expect(page.locator("#login")).to_be_visible()
        page.context.add_cookies([cookie])
        page.reload()
        expect(page.locator("#login")).to_be_visible()


def test_operator_acts_only_with_the_sessions_word(chromium: Browser) -> None:
    with resting(guarded=True) as own, opened(chromium, own.url) as watched:
        page = watched.page
        log_in(page, OPERATOR)
        watched.ready()
        assert page.evaluate(ACT, "")[0] == 403
        assert page.evaluate(ACT, "0" * 64)[0] == 403
        assert page.evaluate(ACT, page.evaluate(WORD))[0] == 200
        expect(page.locator(".cause")).to_contain_text("an đã tiếp nhận")


def test_who_guesses_tokens_has_to_wait(chromium: Browser) -> None:
    with resting(guarded=True) as own, opened(chromium, own.url) as watched:
        error = watched.page.locator("#login-error")
        for place in range(10):
            with watched.page.expect_response(lambda one: one.request.method == "POST"):
                log_in(watched.page, f"guess-{place}")
        log_in(watched.page, VIEWER)
        expect(error).to_have_text("Sai quá nhiều lần. Chờ một phút rồi thử lại.")
