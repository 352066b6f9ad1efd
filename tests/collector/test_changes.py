"""The last changes on the wall: news, and not what merely followed from it."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.collector.running import LINE, Face, faced

DOWN = "hbh-xa-05212-rt01"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.asyncio
async def test_what_comes_back_with_its_cause_is_no_news_of_its_own(face: Face) -> None:
    face.running.recover()
    told = (await face.get("/api/v1/wall"))["changes"]
    assert ("incident", LINE) in {(one["kind"], one["subject"]) for one in told}
    back = (await face.get(f"/api/v1/events?where=subject=device:{DOWN}"))["items"]
    assert any(one["detail"].get("before_because") == LINE for one in back)
    assert not {f"device:{DOWN}", "site:pa-co"} & {one["subject"] for one in told}


@pytest.mark.asyncio
async def test_incidents_timeline_has_the_maintenance_of_its_cause(face: Face) -> None:
    body = {"what": [LINE], "why": "hàn cáp", "who": "an", "to": time.time() + 3600}
    await face.send("POST", "/api/v1/maintenance", body)
    sheet = await face.get("/api/v1/incidents/1/sheet?language=vi")
    assert "Báo trước bảo trì · hàn cáp" in [one["words"] for one in sheet["timeline"]]
