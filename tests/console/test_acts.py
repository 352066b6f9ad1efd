"""What an operator does in a real browser: it stands on the page, and in the audit log."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from collector.verdicts.events import Tick
from collector.verdicts.verdict import Verdict
from tests.collector.running import LINE, Running
from tests.console.acting import INCIDENT, fill, form, log, log_in, send, unspoilt
from tests.console.browser import opened
from tests.console.resting import OPERATOR, VIEWER, Resting, resting
from tests.daemons import Daemon, alertmanager

CIRCUIT, WARD = "/circuits/tsl-a", "/sites/pa-co"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
YEAR = r"(/\d{4})?"
"""Of a day that is not of this year."""
FETCH = """async ([method, path, word]) => {
  const headers = {"Content-Type": "application/json"};
  if (word) headers["X-Hatang-Session"] = word;
  const answer = await fetch(path, {method, headers, body: "{}"});
  return answer.status;
}"""


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    quiet = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
    with alertmanager(tmp_path_factory.mktemp("am"), quiet) as one:
        yield one


@pytest.fixture
def house(manager: Daemon) -> Iterator[Resting]:
    with resting(alertmanagers=[manager.url]) as one:
        yield one


@pytest.fixture
def guarded() -> Iterator[Resting]:
    with resting(guarded=True) as one:
        yield one


def test_incident_is_acknowledged_with_name_and_note_by_keyboard(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, house.url + INCIDENT) as watched:
        page = watched.ready()
        page.get_by_role("button", name="Tiếp nhận", exact=True).focus()
        page.keyboard.press("Enter")
        box = page.locator("dialog.act")
        expect(box.get_by_label("Tên của bạn")).to_be_focused()
        page.keyboard.type("Nguyễn Thị An")
        page.keyboard.press("Tab")
        page.keyboard.type("Đã gọi trực VNPT")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(box).to_have_count(0)
        expect(page.locator("main")).to_contain_text("Nguyễn Thị An")
        expect(page.locator("main")).to_contain_text("Đã gọi trực VNPT")
        expect(page.get_by_role("button", name="Tiếp nhận", exact=True)).to_have_count(0)
        expect(page.locator("#acts")).to_be_focused()
        box = form(page, "Ghi chú")
        expect(box.get_by_label("Tên của bạn")).to_have_value("Nguyễn Thị An")
        send_empty = box.get_by_role("button", name="Lưu ghi chú")
        send_empty.click()
        expect(box.get_by_role("alert")).to_have_text("Nhập nội dung ghi chú.")
        expect(box.get_by_label("Nội dung")).to_be_focused()
        page.keyboard.press("Escape")
        expect(box).to_have_count(0)
        expect(page.get_by_role("button", name="Ghi chú", exact=True)).to_be_focused()
        assert watched.errors == []
    (line,) = log(house)
    assert (line["act"], line["who"], line["text"]) == (
        "acknowledge",
        "Nguyễn Thị An",
        "Đã gọi trực VNPT",
    )


def test_owner_and_suspicion_are_said_and_taken_back(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + INCIDENT) as watched:
        page = watched.ready()
        box = form(page, "Giao xử lý")
        fill(box, name="An")
        box.get_by_label("Người hoặc tổ xử lý").fill("to-truyen-dan")
        send(box, "Giao")
        expect(page.locator("main")).to_contain_text("to-truyen-dan")
        box = form(page, "Nghi tấn công mạng")
        expect(box).to_contain_text("72 giờ")
        send(box, "Nghi tấn công mạng")
        box = form(page, "Bỏ nghi tấn công mạng")
        send(box, "Bỏ nghi tấn công mạng")
        expect(page.get_by_role("button", name="Nghi tấn công mạng", exact=True)).to_be_visible()
        assert watched.errors == []
    assert [one["act"] for one in log(house)] == ["owner", "suspected", "suspected"]


def test_nothing_is_sent_twice(chromium: Browser, house: Resting) -> None:
    with opened(chromium, house.url + INCIDENT) as watched:
        page = watched.ready()
        box = form(page, "Ghi chú")
        fill(box, name="An", text="một lần")
        page.evaluate(
            "() => { for (let n = 0; n < 5; n += 1)"
            " document.querySelector('dialog.act form').requestSubmit(); }"
        )
        expect(box).to_have_count(0)
        expect(page.locator("main")).to_contain_text("một lần")
    assert [one["text"] for one in log(house)] == ["một lần"]


def soon(days: int) -> datetime:
    """The beginning of a day to come, in the province."""
    today = datetime.now(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def standing(running: Running) -> None:
    """Put to the engine what was announced: a collector at rest does not by itself."""
    for event in running.told:
        running.desk.tell(event, time.time())
    running.desk.tell(Tick("noc-1"), time.time())
    running.told.clear()


def test_maintenance_is_begun_extended_and_ended_from_a_things_page(
    chromium: Browser, house: Resting
) -> None:
    with opened(chromium, house.url + CIRCUIT) as watched:
        page = watched.ready()
        box = form(page, "Bảo trì")
        expect(box).to_contain_text("Kênh xã Pà Cò")
        box.get_by_role("button", name="Báo bảo trì").click()
        expect(box.get_by_role("alert")).to_contain_text("Nhập tên")
        fill(box, name="An", why="chuyển tuyến cáp")
        box.get_by_label("2 giờ").check()
        expect(box).to_contain_text("giờ của tỉnh, UTC+7")
        send(box, "Báo bảo trì")
        (one,) = house.running.windows.standing(time.time())
        assert abs(one.end - one.start - 7200) < 5
        assert (one.who, one.what) == ("An", (LINE,))
        house.do(standing)
        box = form(page, "Gia hạn bảo trì")
        expect(box).to_contain_text("chuyển tuyến cáp")
        box.get_by_label("Thêm 2 giờ").check()
        send(box, "Gia hạn bảo trì")
        assert house.running.windows.standing(time.time())[0].end == int(one.end) + 7200
        box = form(page, "Gia hạn bảo trì")
        box.get_by_label("Giờ khác").check()
        own = box.get_by_label("Kết thúc lúc")
        own.fill("2020-01-01T00:00")
        box.get_by_role("button", name="Gia hạn bảo trì").click()
        expect(box.get_by_role("alert")).to_contain_text("sau bây giờ")
        later = soon(2) + timedelta(hours=6, minutes=30)
        own.fill(f"{later:%Y-%m-%dT%H:%M}")
        expect(box).to_contain_text(f"Kết thúc lúc {later:%H:%M %d/%m}")
        send(box, "Gia hạn bảo trì")
        (one,) = house.running.windows.standing(time.time())
        assert one.end == later.timestamp(), "half past six in Hòa Bình, wherever the browser is"
        box = form(page, "Kết thúc bảo trì")
        send(box, "Kết thúc bảo trì")
        assert house.running.windows.standing(time.time()) == []
        house.do(standing)
        expect(page.get_by_role("button", name="Bảo trì", exact=True)).to_be_visible()
        assert watched.errors == []
    assert [one["act"] for one in log(house)] == ["announce", "extend", "extend", "end"]


def test_several_things_are_found_without_tone_marks_and_planned_together(
    chromium: Browser, house: Resting
) -> None:
    elsewhere = "America/New_York"
    with opened(chromium, house.url + "/maintenance", timezone_id=elsewhere) as watched:
        page = watched.ready()
        expect(page.locator("#running-none")).to_be_visible()
        box = form(page, "Báo bảo trì")
        search = box.get_by_label("Tìm thiết bị")
        expect(search).to_be_focused()
        search.fill("kenh xa pa co")
        box.get_by_role("button", name="Kênh xã Pà Cò").click()
        search.fill("mot cua")
        expect(box.get_by_role("button", name="Một cửa điện tử")).to_be_visible()
        search.press("Enter")
        fill(box, name="An", why="thay nguồn")
        box.get_by_label("Hẹn giờ").check()
        night, morning = soon(2) + timedelta(hours=22), soon(3) + timedelta(hours=7)
        box.get_by_label("Bắt đầu lúc").fill(f"{night:%Y-%m-%dT%H:%M}")
        box.get_by_label("Đến 07:00").check()
        ends = f"Kết thúc lúc {morning:%H:%M %d/%m}{YEAR} [(]giờ của tỉnh, UTC[+]7[)]"
        expect(box).to_contain_text(re.compile(ends))
        send(box, "Báo bảo trì")
        card = page.locator("#coming .work")
        expect(card).to_contain_text("Kênh xã Pà Cò, Một cửa điện tử")
        span = f"Từ {night:%H:%M %d/%m}{YEAR} đến {morning:%H:%M %d/%m}{YEAR}"
        expect(card).to_contain_text(re.compile(span))
        expect(card).to_contain_text("An")
        box = form(page, "Hủy cửa sổ bảo trì")
        send(box, "Kết thúc bảo trì")
        expect(card).to_have_count(0)
        assert watched.errors == []


def flaps(running: Running) -> None:
    held: dict[str, Verdict] = running.engine._board.verdicts
    held[LINE] = replace(held[LINE], flapping=True)


def test_thing_is_silenced_its_flapping_muted_and_both_are_lifted(
    chromium: Browser, house: Resting, manager: Daemon
) -> None:
    house.do(flaps)
    with opened(chromium, house.url + CIRCUIT) as watched:
        page = watched.ready()
        box = form(page, "Tạm tắt cảnh báo")
        fill(box, name="An", why="VNPT đang đo")
        send(box, "Tạm tắt cảnh báo")
        told = page.locator('[data-part="silenced"]')
        expect(told).to_contain_text("VNPT đang đo")
        expect(told).to_contain_text("An")
        box = form(page, "Tạm tắt cảnh báo chập chờn")
        expect(box).to_contain_text("mất hẳn vẫn được báo")
        fill(box, why="chập chờn từ sáng")
        send(box, "Tạm tắt cảnh báo chập chờn")
        expect(told).to_contain_text("chỉ CircuitFlapping")
        page.goto(house.url + "/maintenance")
        watched.ready()
        cards = page.locator("#silences .work")
        expect(cards).to_have_count(2)
        expect(cards.filter(has_text="CircuitFlapping")).to_contain_text("chập chờn từ sáng")
        for left in (1, 0):
            box = form(page, "Bật lại cảnh báo")
            send(box, "Bật lại cảnh báo")
            expect(cards).to_have_count(left)
        assert watched.errors == []
    assert [one["act"] for one in log(house)] == [
        "silence",
        "mute-flapping",
        "unsilence",
        "unsilence",
    ]


def test_what_only_some_alertmanagers_take_is_read_before_the_form_closes(
    chromium: Browser, manager: Daemon
) -> None:
    with (
        resting(alertmanagers=[manager.url, "http://127.0.0.1:9"]) as house,
        opened(chromium, house.url + WARD) as watched,
    ):
        page = watched.ready()
        box = form(page, "Tạm tắt cảnh báo")
        fill(box, name="An", why="cắt điện")
        box.get_by_role("button", name="Tạm tắt cảnh báo", exact=True).click()
        expect(box.get_by_role("alert")).to_contain_text("Chưa được ở: http://127.0.0.1:9")
        expect(box.get_by_role("button", name="Tạm tắt cảnh báo", exact=True)).to_be_hidden()
        box.get_by_role("button", name="Đóng").click()
        page.goto(house.url + "/maintenance")
        watched.ready()
        expect(page.locator("#silences-failed")).to_contain_text("http://127.0.0.1:9")
        box = form(page, "Bật lại cảnh báo")
        box.get_by_role("button", name="Bật lại cảnh báo", exact=True).click()
        box.get_by_role("button", name="Đóng").click()


def test_what_is_refused_stays_in_the_form_in_words(chromium: Browser, house: Resting) -> None:
    house.running.audit.path.symlink_to("/dev/full")
    with opened(chromium, house.url + INCIDENT) as watched:
        page = watched.ready()
        box = form(page, "Ghi chú")
        fill(box, name="An", text="không mất chữ nào")
        box.get_by_role("button", name="Lưu ghi chú").click()
        expect(box.get_by_role("alert")).to_contain_text("No space left on device")
        expect(box.get_by_label("Nội dung")).to_have_value("không mất chữ nào")
        house.running.audit.path.unlink()
        send(box, "Lưu ghi chú")
        expect(page.locator("main")).to_contain_text("không mất chữ nào")
        assert unspoilt(watched)


@pytest.mark.parametrize("path", [INCIDENT, CIRCUIT, "/maintenance", "/audit"])
def test_viewer_has_no_button_and_a_sentence_why(
    chromium: Browser, guarded: Resting, path: str
) -> None:
    with opened(chromium, guarded.url + path) as watched:
        log_in(watched.page, VIEWER)
        page = watched.ready()
        why = "Chỉ người trực được thao tác" if path != "/audit" else "chỉ người trực được xem"
        expect(page.locator("main")).to_contain_text(why)
        expect(page.locator("main [data-act]:visible")).to_have_count(0)
        assert watched.errors == []
        word = page.evaluate("async () => (await (await fetch('/api/v1/session')).json()).csrf")
        acts = [("POST", f"/api/v1{INCIDENT}/note"), ("DELETE", "/api/v1/maintenance/1")]
        for method, act in acts:
            assert page.evaluate(FETCH, [method, act, word]) == 403


def test_who_is_logged_out_meanwhile_logs_in_and_sends_what_was_written(
    chromium: Browser, guarded: Resting
) -> None:
    with opened(chromium, guarded.url + INCIDENT) as watched:
        log_in(watched.page, OPERATOR)
        page = watched.ready()
        box = form(page, "Ghi chú")
        fill(box, text="viết dở")
        page.context.clear_cookies()
        box.get_by_role("button", name="Lưu ghi chú").click()
        log_in(page, OPERATOR)
        expect(box.get_by_role("alert")).to_contain_text("đăng nhập rồi gửi lại")
        send(box, "Lưu ghi chú")
        expect(page.locator("main")).to_contain_text("viết dở")


def test_operator_acts_in_the_tokens_name_and_only_with_the_sessions_word(
    chromium: Browser, guarded: Resting
) -> None:
    with opened(chromium, guarded.url + INCIDENT) as watched:
        log_in(watched.page, OPERATOR)
        page = watched.ready()
        assert page.evaluate(FETCH, ["POST", f"/api/v1{INCIDENT}/acknowledge", ""]) == 403
        box = form(page, "Tiếp nhận")
        expect(box).to_contain_text("Ghi lại theo tên: an")
        expect(box.get_by_label("Tên của bạn")).to_have_count(0)
        send(box, "Tiếp nhận")
        page.goto(guarded.url + "/audit")
        watched.ready()
        lines = page.locator("#lines > li")
        expect(lines.first).to_contain_text("Tiếp nhận sự cố")
        expect(lines.first).to_contain_text("Kênh xã Pà Cò")
        expect(lines.first).not_to_contain_text("tự khai")
        expect(lines.nth(1)).to_contain_text("Bị từ chối")
        expect(lines.last).to_contain_text("Đăng nhập")
        expect(page.locator("#chain")).to_have_text("Chuỗi băm liền mạch")
        assert unspoilt(watched)
    kept = [(one["act"], one["who"], one["outcome"]) for one in log(guarded)]
    assert kept == [
        ("login", "an", "accepted"),
        ("attempt", "an", "refused"),
        ("acknowledge", "an", "accepted"),
    ]
