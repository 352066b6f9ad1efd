"""The mailbox of a demo: what it takes, what it refuses, how much it keeps, and how it is read."""

import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from rich.console import Console

from collector.demo import messages, view
from collector.demo.figures import Figures
from collector.demo.messages import KEPT, Mailbox, Message
from inventory.model import Province


def free() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest_asyncio.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    one = Mailbox(tmp_path, free(), Province())
    await one.start()
    yield one
    await one.stop()


def alert(status: str = "firing", **said: Any) -> dict[str, Any]:
    labels = {"alertname": "CircuitDown", "subject": "circuit:line"}
    told = {"summary": "[KHẨN CẤP] Kênh line mất kết nối", "description": "Từ 08:44\nVNPT"}
    return {"status": status, "labels": labels, "annotations": {**told, **said}}


async def post(mailbox: Mailbox, body: bytes) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{mailbox.port}/", data=body) as answer,
    ):
        return answer.status


async def notify(mailbox: Mailbox, *alerts: dict[str, Any]) -> int:
    return await post(mailbox, json.dumps({"alerts": alerts}).encode())


@pytest.mark.asyncio
async def test_messages_are_numbered_in_the_order_they_came(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    assert messages.messages(tmp_path) == []
    assert await notify(mailbox, alert(), alert(summary="second")) == 200
    assert await notify(mailbox, alert(summary="third")) == 200
    told = messages.messages(tmp_path)
    assert [(one.number, one.summary) for one in told] == [
        (1, "[KHẨN CẤP] Kênh line mất kết nối"),
        (2, "second"),
        (3, "third"),
    ]
    assert {one.subject for one in told} == {"circuit:line"}


@pytest.mark.asyncio
async def test_what_has_ended_says_so_in_place_of_its_severity(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    await notify(mailbox, alert("resolved"))
    (told,) = messages.messages(tmp_path)
    assert told.status == "resolved"
    assert told.summary == "[ĐÃ KHẮC PHỤC] Kênh line mất kết nối"
    assert told.description == "Từ 08:44"


@pytest.mark.asyncio
async def test_end_that_has_words_of_its_own_is_told_as_it_stands(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    words = {
        "summary": "[ĐÃ KHẮC PHỤC] Kênh line thông trở lại",
        "description": "Từ 08:44\n12 phút",
    }
    await notify(mailbox, alert("resolved", **words, ended="1"))
    (told,) = messages.messages(tmp_path)
    assert (told.summary, told.description) == (words["summary"], words["description"])


@pytest.mark.asyncio
async def test_only_the_newest_are_kept_and_long_texts_are_cut(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    await notify(mailbox, *(alert(summary=str(number)) for number in range(KEPT + 50)))
    await notify(mailbox, alert(description="x" * 1_000_000))
    told = messages.messages(tmp_path)
    assert len(told) == KEPT
    assert told[-1].number == KEPT + 51
    assert (tmp_path / messages.FILE).stat().st_size < 100_000


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"alerts": 7}',
        b'{"alerts": [7]}',
        b'{"alerts": [{"labels": {}}]}',
        b'{"alerts": [{"status": "firing", "labels": [], "annotations": null}]}',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_notification_is_refused_and_changes_nothing(
    mailbox: Mailbox, tmp_path: Path, body: bytes
) -> None:
    await notify(mailbox, alert())
    before = messages.messages(tmp_path)
    assert await post(mailbox, body) == 400
    assert messages.messages(tmp_path) == before


def written(folder: Path, *told: Message) -> None:
    fresh = folder / "fresh"
    fresh.write_text(json.dumps(told))
    fresh.replace(folder / messages.FILE)


def told(number: int, subject: str) -> Message:
    return Message(number, "08:44:00", "firing", subject, "summary", "description")


def test_who_follows_waits_for_what_it_asked_about(tmp_path: Path) -> None:
    before, other, asked = told(1, "a:1"), told(2, "b:2"), told(3, "c:3")
    written(tmp_path, before)
    since = messages.last(tmp_path)
    later = threading.Timer(0.3, written, (tmp_path, before, other))
    last = threading.Timer(1.8, written, (tmp_path, before, other, asked))
    later.start()
    last.start()
    found = messages.follow(tmp_path, since, ["c:3"], 30.0)
    assert [one.number for one in found] == [2, 3]


def test_who_follows_gives_up_when_nobody_is_told(tmp_path: Path) -> None:
    began = time.monotonic()
    assert list(messages.follow(tmp_path, 0, ["c:3"], 0.5)) == []
    assert time.monotonic() - began >= 0.5


LONG = Message(
    1, "08:44:48", "firing", "circuit:line", "[KHẨN CẤP] Kênh", "Từ 08:44\n" + "từ " * 60
)


def test_message_is_broken_to_the_width_of_a_terminal_and_to_none_elsewhere() -> None:
    assert view.message(LONG).splitlines()[:2] == [
        "● 08:44:48 [KHẨN CẤP] Kênh",
        "           Từ 08:44",
    ]
    assert len(view.message(LONG).splitlines()) == 3
    narrow = view.message(LONG, 60).splitlines()
    assert max(map(len, narrow)) <= 60
    assert all(line.startswith(" " * 11) for line in narrow[1:])
    assert " ".join(view.message(LONG).split()) == " ".join(" ".join(narrow).split())


def test_live_view_shows_the_newest_message_whole_and_the_others_in_a_line() -> None:
    older = LONG._replace(number=0, summary="[CAO] Thiết bị", description="of the older")
    console = Console(width=100)
    with console.capture() as shown:
        console.print(view.panel("Hatang demo", Figures(), {}, {}, [older, LONG]))
    text = shown.get()
    assert "[CAO] Thiết bị" in text
    assert "of the older" not in text
    assert "Từ 08:44" in text
