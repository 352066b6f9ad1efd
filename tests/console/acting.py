"""What the tests of acts do with a page: log in, open a form, fill it in, read the log."""

import json
import urllib.request
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.console.browser import Watched
from tests.console.resting import OPERATOR, Resting

INCIDENT = "/incidents/1"


def log(house: Resting) -> list[dict[str, Any]]:
    """The audit log, oldest first, as an operator asks for it."""
    request = urllib.request.Request(f"{house.url}/api/v1/audit")
    request.add_header("Authorization", f"Bearer {OPERATOR}")
    with urllib.request.urlopen(request) as answer:
        items: list[dict[str, Any]] = json.load(answer)["items"]
    return items[::-1]


def log_in(page: Page, token: str) -> None:
    """Enter a token."""
    page.get_by_label("Mã truy cập").fill(token)
    page.get_by_role("button", name="Đăng nhập").click()


def form(page: Page, button: str) -> Locator:
    """The dialog that a button of the page opens."""
    page.locator(".acts, .top, .work").get_by_role("button", name=button, exact=True).first.click()
    box = page.locator("dialog.act")
    expect(box).to_be_visible()
    return box


def fill(box: Locator, **fields: str) -> None:
    """Fill in fields by their short names."""
    words = {"name": "Tên của bạn", "why": "Lý do", "note": "Ghi chú", "text": "Nội dung"}
    for name, text in fields.items():
        box.get_by_label(words[name]).fill(text)


def send(box: Locator, button: str) -> None:
    """Send a form, which closes."""
    box.get_by_role("button", name=button, exact=True).click()
    expect(box).to_have_count(0)


def unspoilt(watched: Watched) -> bool:
    """No error of a script; an answer that refuses an act is told by the browser too."""
    return all("Failed to load resource" in one for one in watched.errors)


def note(house: Resting, text: str, who: str) -> None:
    """Write a note to the incident, as somebody else does."""
    body = json.dumps({"text": text, "who": who}).encode()
    headers = {"Content-Type": "application/json"}
    url = f"{house.url}/api/v1{INCIDENT}/note"
    urllib.request.urlopen(urllib.request.Request(url, body, headers)).close()
