"""What stays, as it is told: events and incidents."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from collector.verdicts.verdict import Cause, News
from tests.collector.running import LINE, NOW, Face, faced

ONE = "/api/v1/incidents/1"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.asyncio
async def test_events_are_read_by_page_both_ways_and_by_kind(face: Face) -> None:
    first = await face.get("/api/v1/events?limit=1")
    assert [item["kind"] for item in first["items"]] == ["reload"]
    second = await face.get(f"/api/v1/events?limit=1&cursor={first['next']}")
    assert [item["kind"] for item in second["items"]] == ["incident"]
    after = await face.get("/api/v1/events?after=0&limit=2")
    assert [item["id"] for item in after["items"]] == [1, 2]
    rest = await face.get(f"/api/v1/events?limit=99&cursor={after['next']}")
    assert [item["id"] for item in rest["items"]] == [*range(3, face.running.journal.committed + 1)]
    await face.get("/api/v1/events?where=text=x", 400)
    await face.get("/api/v1/events?cursor=eHl6", 400)


@pytest.mark.asyncio
async def test_a_verdict_is_told_in_codes_and_in_words(face: Face) -> None:
    query = f"where=kind=verdict&where=subject={LINE}"
    event = (await face.get(f"/api/v1/events?{query}"))["items"][0]
    assert event["text"] == "up -> down"
    assert event["words"].startswith("Mất kết nối: ")
    assert {"code": "only_path"} in event["detail"]["evidence"]
    event = (await face.get(f"/api/v1/events?{query}&language=en"))["items"][0]
    assert event["words"].startswith("Down: ")


@pytest.mark.asyncio
async def test_a_journal_that_cannot_be_read_is_an_answer_too(face: Face) -> None:
    face.running.journal.close()
    face.running.journal.path.write_bytes(b"no database" * 999)
    answer = await face.get("/api/v1/events", 503)
    assert "journal" in answer["error"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("kind", "detail", "words"),
    [
        ("trap", {"oid": "1.3.6.1.6.3.1.1.5.3", "values": {"1.3.6.1.2.1.2.2.1.1.5": "5"}},
         "Cổng mất kết nối if5"),
        ("trap", {"oid": "1.3.6.1.4.1.99999.0.7", "values": {}}, "as it came"),
        ("trap", {},
         "bản tin bị từ chối: sai community, người dùng hoặc khóa, hoặc không phải trap"),
        ("trap", {"limited": 7}, "7 bản tin không đọc: vượt mức cho một thiết bị"),
        ("syslog", {"limited": 7}, "7 bản tin không đọc: vượt mức cho một thiết bị"),
        ("syslog", {"severity": "error", "facility": 0}, "as it came"),
        ("config", {"added": 3, "removed": 1},
         "cấu hình thay đổi: thêm 3 dòng, bớt 1 dòng"),
    ],
)  # fmt: skip
async def test_what_devices_did_is_told_in_words(
    face: Face, kind: str, detail: dict[str, object], words: str
) -> None:
    journal = face.running.journal
    journal.event(kind, "device:gw", "as it came", NOW, **detail)
    assert journal.flush()
    path = f"/api/v1/events?where=kind={kind}&limit=1"
    assert (await face.get(path))["items"][0]["words"] == words
    assert (await face.get(f"{path}&language=en"))["items"][0]["words"] == "as it came"


@pytest.mark.asyncio
async def test_an_incident_is_told_in_words_with_t0_to_the_second(face: Face) -> None:
    one = await face.get(ONE)
    assert (one["cause"], one["alert"], one["severity_word"]) == (LINE, "CircuitDown", "Khẩn cấp")
    assert (one["detected_at"], one["since"], one["closed_at"]) == (int(NOW), NOW - 5, None)
    assert one["hides"] == ["device:hbh-xa-05212-rt01", "service:mot-cua", "site:pa-co"]
    assert "Kênh xã Pà Cò" in one["summary"]
    assert "Circuit" in (await face.get(f"{ONE}?language=en"))["summary"]
    assert one["suspected"] is None
    await face.get("/api/v1/incidents/99", 404)
    await face.get("/api/v1/incidents/x", 404)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [2, 1]),
        ("open=true", [1]),
        (f"where=cause={LINE}", [1]),
        ("where=kind=device&where=severity=major", [2]),
        ("where=alert=CircuitDown", [1]),
        ("since=LATER", [2]),
        ("limit=1", [2]),
    ],
)
async def test_incidents_are_found(face: Face, query: str, found: list[int]) -> None:
    cause = Cause("DeviceDown/device:x", "DeviceDown", "device:x", "major", NOW)
    for what in ("opened", "closed"):
        face.running.incidents.take(NOW + 60, news=[News(what, cause, NOW + 60)])
    assert face.running.journal.flush()
    later = query.replace("LATER", f"{NOW + 60:.0f}")
    answer = await face.get(f"/api/v1/incidents?{later}")
    assert [one["id"] for one in answer["items"]] == found
    if answer["next"]:
        rest = await face.get(f"/api/v1/incidents?limit=1&cursor={answer['next']}")
        assert [one["id"] for one in rest["items"]] == [1]
