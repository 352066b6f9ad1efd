"""What the page of maintenance is told: what operators announced, and what the inventory plans."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from inventory.model import Maintenance, Recurrence, Thing
from tests.collector.running import LINE, Face, faced

WORK = "/api/v1/maintenance"
WARD = (Thing("site", "pa-co"),)
HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


def plan(face: Face, *windows: Maintenance) -> None:
    plan = face.running.plan
    face.running.plan = replace(plan, inventory=replace(plan.inventory, maintenance=windows))


async def sheet(face: Face) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (await face.get(f"{WORK}/sheet"))["works"]
    return told


def here(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=HERE).timestamp()


@pytest.mark.asyncio
async def test_what_runs_stands_before_what_comes_and_what_is_over_is_gone(face: Face) -> None:
    now = time.time()
    soon, later, gone = (datetime.fromtimestamp(now + one, UTC) for one in (600, 900, -60))
    plan(
        face,
        Maintenance(WARD, "thay nguồn", soon, later),
        Maintenance(WARD, "đã xong", datetime.fromtimestamp(now - 600, UTC), gone),
    )
    body = {"what": [LINE], "why": "chuyển tuyến", "to": now + 60, "who": "an"}
    await face.send("POST", WORK, {**body, "from": now + 30})
    await face.send("POST", WORK, body)
    told = await sheet(face)
    assert [(one["id"], one["why"], one["who"], one["running"]) for one in told] == [
        (2, "chuyển tuyến", "an", True),
        (1, "chuyển tuyến", "an", False),
        (None, "thay nguồn", "", False),
    ]
    assert told[0]["what"] == [{"thing": LINE, "title": "Kênh xã Pà Cò"}]
    assert (told[2]["from"], told[2]["to"]) == (soon.timestamp(), later.timestamp())


@pytest.mark.parametrize(
    ("every", "now", "span"),
    [
        # 2026-11-22 is a Sunday
        ((60, 180, {6}, ()), "2026-11-22T00:30", ("2026-11-22T01:00", "2026-11-22T03:00")),
        ((60, 180, {6}, ()), "2026-11-22T02:59", ("2026-11-22T01:00", "2026-11-22T03:00")),
        ((60, 180, {6}, ()), "2026-11-22T03:00", ("2026-11-29T01:00", "2026-11-29T03:00")),
        ((1380, 60, {6}, ()), "2026-11-23T00:30", ("2026-11-22T23:00", "2026-11-23T01:00")),
        ((1380, 60, {6}, ()), "2026-11-23T01:00", ("2026-11-29T23:00", "2026-11-30T01:00")),
        ((0, 0, {6}, ()), "2026-11-22T12:00", ("2026-11-22T00:00", "2026-11-23T00:00")),
        ((60, 120, (), {31}), "2026-11-22T12:00", ("2026-12-31T01:00", "2026-12-31T02:00")),
        ((60, 120, {0}, {24}), "2026-11-23T02:00", ("2026-11-24T01:00", "2026-11-24T02:00")),
    ],
)
@pytest.mark.asyncio
async def test_work_that_comes_back_has_its_next_span_by_the_provinces_clocks(
    face: Face,
    every: tuple[Any, ...],
    now: str,
    span: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, end, weekdays, days = every
    again = Recurrence(start, end, frozenset(weekdays), frozenset(days))
    plan(face, Maintenance(WARD, "hằng tuần", every=again))
    monkeypatch.setattr("collector.api.acts.works.time.time", lambda: here(now))
    (one,) = await sheet(face)
    assert (one["from"], one["to"]) == (here(span[0]), here(span[1]))
    assert one["running"] == (span[0] <= now < span[1])
    assert one["every"] == {
        "start": start,
        "end": end,
        "weekdays": sorted(weekdays),
        "days": sorted(days),
    }


@pytest.mark.asyncio
async def test_an_end_is_moved_within_what_may_be_announced(face: Face) -> None:
    now = time.time()
    body = {"what": [LINE], "why": "x", "to": now + 600, "who": "an"}
    one = await face.send("POST", WORK, body)
    place = f"{WORK}/{one['id']}/extend"
    for sent, problem in (
        ({"to": now - 1}, "to: is over already"),
        ({"to": now + 400 * 86400}, "to: more than 366 days"),
        ({}, "to: Field required"),
    ):
        told = await face.send("POST", place, sent, 400)
        assert any(problem in one for one in told["problems"]), told
    moved = await face.send("POST", place, {"to": now + 7200, "who": "binh", "why": "xin thêm"})
    assert (moved["to"], moved["who"], moved["ended"]) == (now + 7200, "an", None)
    told = face.running.told[-1]
    assert (told.act, told.thing, told.end) == ("maintenance", LINE, now + 7200)
    (event, *_) = (await face.get("/api/v1/events?where=kind=maintenance"))["items"]
    assert (event["text"], event["detail"]["who"]) == ("extended", "binh")
    await face.send("DELETE", f"{WORK}/{one['id']}")
    await face.send("POST", place, {"to": now + 7200}, 404)
