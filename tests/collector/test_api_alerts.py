"""The gate as vmalert and amtool see it."""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.collector.running import Face, faced
from tests.daemons import program

DEVICE = "hbh-dc-sw01"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


def fires(**labels: str) -> dict[str, Any]:
    end = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    return {
        "labels": {"alertname": "MemoryFull", "severity": "critical", "device": DEVICE, **labels},
        "annotations": {"summary": "Bộ nhớ sắp đầy", "metrics": "memory_used_ratio"},
        "startsAt": datetime.now(UTC).isoformat(),
        "endsAt": end,
    }


async def post(face: Face, body: bytes) -> tuple[int, str]:
    async with face.client.post("/api/v2/alerts", data=body) as answer:
        return answer.status, await answer.text()


@pytest.mark.asyncio
async def test_alert_that_was_posted_is_shown_as_alertmanager_does(face: Face) -> None:
    assert await post(face, json.dumps([fires(), fires(device="hbh-gone")]).encode()) == (200, "")
    face.running.telling.rounds.gate.step(time.time())
    shown = {one["labels"]["subject"]: one for one in await face.get("/api/v2/alerts")}
    alert = shown[f"device:{DEVICE}"]
    assert alert["labels"]["severity"] == "critical"
    assert alert["status"]["state"] == "active"
    assert "KHẨN CẤP" in alert["annotations"]["summary"]
    assert len({one["fingerprint"] for one in shown.values()}) == len(shown)


@pytest.mark.asyncio
async def test_amtool_reads_it(face: Face) -> None:
    await post(face, json.dumps([fires()]).encode())
    async with face.client.get("/healthz") as answer:
        url = str(answer.url.origin())
    command = [program("amtool"), "alert", "query", f"--alertmanager.url={url}", "-o", "simple"]
    said = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "MemoryFull" in said.stdout


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"{", b"{}", b"[" * 9999, b"\xff"])
async def test_body_that_is_no_list_of_alerts_is_refused(face: Face, body: bytes) -> None:
    status, said = await post(face, body)
    assert status == 400
    assert json.loads(said)["error"]


@pytest.mark.asyncio
async def test_status_is_enough_for_those_who_look_for_an_alertmanager(face: Face) -> None:
    status = await face.get("/api/v2/status")
    assert status["cluster"] == {"status": "disabled", "peers": []}
    assert status["versionInfo"]["version"]


@pytest.mark.asyncio
async def test_malformed_text_is_taken_and_shown_sound(face: Face) -> None:
    alert = fires()
    alert["annotations"] |= {"runbook": "\ud800", "summary": "\ud800 \x00"}
    alert["generatorURL"] = "http://a/%"
    assert await post(face, json.dumps([alert]).encode()) == (200, "")
    face.running.telling.rounds.gate.step(time.time())
    for shown in await face.get("/api/v2/alerts"):
        assert shown["generatorURL"] != "http://a/%"
        json.dumps(shown, ensure_ascii=False).encode()
