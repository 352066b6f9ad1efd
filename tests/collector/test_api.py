"""The HTTP face: what it answers, as it is described."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from collector.api.routes import ROUTES
from tests.collector.running import NOW, PLANTED, Face, faced

DOWN, UP = "hbh-xa-05212-rt01", "hbh-dc-sw01"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


ASKED = {"/api/v1/incidents/{name}": "1", "devices": DOWN, "sites": "pa-co", "circuits": "tsl-a"}


def asked(path: str) -> str:
    """A path of the description with a name that exists in it."""
    kind = path.split("/")[3] if path.startswith("/api") else ""
    return path.replace("{name}", ASKED.get(path) or ASKED.get(kind, "mot-cua"))


@pytest.mark.asyncio
async def test_every_real_answer_and_every_example_is_as_described(face: Face) -> None:
    document = await face.get("/api/v1/openapi.json")
    assert document["openapi"] == "3.1.0"
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    assert described == {(route.method, route.path) for route in ROUTES}
    for method, path in sorted(described):
        operation = document["paths"][path][method.lower()]
        ((media, content),) = operation["responses"]["200"]["content"].items()
        schema = {**content["schema"], "components": document["components"]}
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        validator.validate(content["example"])
        async with face.client.request(method, asked(path)) as answer:
            assert answer.status == 200, (path, await answer.text())
            assert answer.content_type == media
            if media == "application/json":
                validator.validate(await answer.json())


@pytest.mark.asyncio
async def test_parameters_that_are_described_are_taken_and_no_others(face: Face) -> None:
    values = {"where": None, "cursor": None, "device": UP, "service": "mot-cua"}
    for route in ROUTES:
        for one in route.parameters:
            value = values.get(one.name, {"boolean": "true", "integer": "1"}.get(one.kind, "x"))
            if value is not None:
                await face.get(f"{route.path}?{one.name}={value}")
    answer = await face.get("/api/v1/devices?serach=x", 400)
    assert answer["error"] == "unknown parameter 'serach'"
    assert "search" in answer["hint"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", [UP, DOWN]),
        ("?where=role=ward-router", [DOWN]),
        ("?where=role!=ward-router", [UP]),
        ("?where=site.kind=ward&where=state=down", [DOWN]),
        ("?where=site.unit.code=05212", [DOWN]),
        ("?where=addresses=127.0.0.11", [UP]),
        ("?where=tags=level-3", [DOWN]),
        ("?where=asset.serial=FG1", [DOWN]),
        ("?where=probes=snmp&where=ping=1", [UP, DOWN]),
        ("?where=uplinks=circuit:tsl-a", [DOWN]),
        ("?where=credentials.snmp=ward", [UP, DOWN]),
        ("?where=credentials.snmp.values.community=" + PLANTED, []),
        ("?where=hours=", [UP]),
        ("?where=state!=down", [UP]),
        ("?where=title~pa+co", [DOWN]),
        ("?search=pa+co", [DOWN]),
        ("?search=" + quote("PÀ CÒ router"), [DOWN]),
        ("?search=" + quote("tích hợp dữ liệu"), [UP]),
        ("?search=nowhere", []),
    ],
)
async def test_devices_are_found_by_field_and_by_words(
    face: Face, query: str, names: list[str]
) -> None:
    assert await face.names(f"/api/v1/devices{query}") == names


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    [
        "where=nonsense=1",
        "where=role",
        "where==x",
        "where=__class__=x",
        "limit=0",
        "limit=1001",
        "limit=٣",
        "cursor=***",
        "cursor=_w",
        "search=" + "x" * 300,
    ],
)
async def test_a_question_that_is_wrong_is_told_so(face: Face, query: str) -> None:
    assert (await face.get(f"/api/v1/devices?{query}", 400))["error"]


@pytest.mark.asyncio
async def test_lists_come_in_pages(face: Face) -> None:
    first = await face.get("/api/v1/devices?limit=1")
    assert [item["name"] for item in first["items"]] == [UP]
    assert first["total"] == 2
    second = await face.get(f"/api/v1/devices?limit=1&cursor={first['next']}")
    assert [item["name"] for item in second["items"]] == [DOWN]
    assert second["next"] is None


@pytest.mark.asyncio
async def test_one_thing_is_told_whole_and_a_missing_one_is_404_with_a_hint(face: Face) -> None:
    device = await face.get(f"/api/v1/devices/{DOWN}")
    assert device["title"] == "Router UBND xã Pà Cò"
    assert device["credentials"] == {"snmp": "ward"}
    assert device["asset"] == {"serial": "FG1"}
    assert (device["state"], device["since"]) == ("down", NOW + 60)
    site = await face.get("/api/v1/sites/pa-co")
    assert site["devices"] == {"down": 1}
    missing = await face.get("/api/v1/devices/rt99", 404)
    assert missing["error"] == "no device 'rt99'"
    assert "search" in missing["hint"]
    unknown = await face.get("/api/v2/nothing", 404)
    assert "openapi" in unknown["hint"]


@pytest.mark.asyncio
async def test_verdicts_are_counted_over_all_that_match(face: Face) -> None:
    answer = await face.get("/api/v1/verdicts?limit=1")
    assert answer["counts"] == {"up": 1, "degraded": 0, "down": 1, "unreachable": 0, "unknown": 0}
    (down,) = (await face.get("/api/v1/verdicts?where=state=down"))["items"]
    assert (down["name"], down["code"], down["evidence"]) == (DOWN, 2, "no echo answered for 65 s")


@pytest.mark.asyncio
async def test_readings_of_a_device_are_rows_with_reasons(face: Face) -> None:
    answer = await face.get(f"/api/v1/readings?device={UP}")
    by_job = {item["job"]: item for item in answer["items"]}
    assert by_job.keys() == {f"device/{UP}/snmp", "icmp/127.0.0.10"}
    snmp = by_job[f"device/{UP}/snmp"]
    assert (snmp["success"], snmp["reason"], snmp["missing"]) == (True, "partial", ["storage"])
    assert (snmp["message"], snmp["hint"]) == (
        "1 of 3 tables did not answer",
        "look at the agent's load",
    )
    labels = {"device": UP, "site": "dc", "interface": 'Gi0/1 "core" \\ a'}
    assert {
        "metric": "interface_receive_bytes_total",
        "labels": labels,
        "value": 18446744073709551615,
        "time": NOW,
    } in snmp["rows"]
    metrics = {row["metric"] for row in snmp["rows"]}
    assert {"interface_speed_bits_per_second", "device_info", "probe_success"} <= metrics
    only = await face.get(f"/api/v1/readings?device={UP}&metric=memory_used_ratio")
    assert [row["value"] for item in only["items"] for row in item["rows"]] == [0.25]
    await face.get("/api/v1/readings?device=rt99", 404)
    (service,) = (await face.get("/api/v1/readings?service=mot-cua"))["items"]
    assert (service["success"], service["reason"]) == (False, "timeout")


@pytest.mark.asyncio
async def test_readings_come_in_pages_of_jobs(face: Face) -> None:
    jobs: list[str] = []
    query = "limit=1"
    while True:
        answer = await face.get(f"/api/v1/readings?{query}")
        jobs += [item["job"] for item in answer["items"]]
        if answer["next"] is None:
            break
        query = f"limit=1&cursor={answer['next']}"
    assert jobs == sorted(face.running.pipeline.latest)


@pytest.mark.asyncio
async def test_events_and_incidents_are_read_from_the_journal(face: Face) -> None:
    first = await face.get("/api/v1/events?limit=1")
    assert [item["kind"] for item in first["items"]] == ["reload"]
    second = await face.get(f"/api/v1/events?limit=1&cursor={first['next']}")
    assert [item["detail"] for item in second["items"]] == [{"state": "down"}]
    after = await face.get("/api/v1/events?after=0&limit=1")
    assert [item["id"] for item in after["items"]] == [1]
    rest = await face.get(f"/api/v1/events?limit=1&cursor={after['next']}")
    assert [item["id"] for item in rest["items"]] == [2]
    assert len((await face.get("/api/v1/events?where=kind=verdict"))["items"]) == 1
    await face.get("/api/v1/events?where=text=x", 400)
    (incident,) = (await face.get("/api/v1/incidents?open=true"))["items"]
    assert (incident["cause"], incident["detected_at"]) == (f"device:{DOWN}", int(NOW))
    await face.get("/api/v1/incidents/99", 404)


@pytest.mark.asyncio
async def test_a_journal_that_cannot_be_read_is_an_answer_too(face: Face) -> None:
    face.running.journal.close()
    face.running.journal.path.write_bytes(b"no database" * 999)
    answer = await face.get("/api/v1/events", 503)
    assert "journal" in answer["error"]


@pytest.mark.asyncio
async def test_health_is_the_loop_and_readiness_plan_and_spool(face: Face) -> None:
    async with face.client.get("/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")
    async with face.client.get("/readyz") as answer:
        assert answer.status == 200
    face.running.delivery.accepting = False
    face.running.delivery.stats.spool_trouble = "database or disk is full"
    answer = await face.get("/readyz", 503)
    assert "disk is full" in answer["error"]
    face.running.ready = False
    assert (await face.get("/readyz", 503))["error"] == "no plan runs yet"
    async with face.client.get("/healthz") as answer:
        assert answer.status == 200


@pytest.mark.asyncio
async def test_a_reload_tells_its_problems(face: Face) -> None:
    async with face.client.post("/-/reload") as answer:
        assert (answer.status, (await answer.json())["devices"]) == (200, 2)
    face.running.problems = ["inventory.yaml:4: devices.rt01.site: unknown site 'pa-ko'"]
    async with face.client.post("/-/reload") as answer:
        assert answer.status == 400
        body = await answer.json()
    assert body["problems"] == face.running.problems
    async with face.client.get("/-/reload") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"


@pytest.mark.asyncio
async def test_the_index_links_what_there_is_and_escapes_the_inventory(face: Face) -> None:
    async with face.client.get("/") as answer:
        page = await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Server"] == "hatang"
    assert "Hòa &lt;b&gt;Bình" in page
    for path in ("/metrics", "/api/v1/openapi.json", "/api/v1/devices"):
        assert f'href="{path}"' in page


@pytest.mark.asyncio
async def test_no_answer_shows_a_secret(face: Face) -> None:
    credentials = face.running.plan.jobs[f"device/{UP}/snmp"].target.credentials
    assert credentials["snmp"]["community"].reveal() == PLANTED
    for route in ROUTES:
        async with face.client.request(route.method, asked(route.path)) as answer:
            assert PLANTED not in await answer.text(), route.path


@pytest.mark.asyncio
async def test_a_fault_is_told_without_its_text(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    del face.running.engine
    answer = await face.get("/api/v1/verdicts", 500)
    assert answer == {
        "error": "a fault in the collector",
        "hint": "its log tells more",
        "problems": [],
    }
    assert "request failed" in caplog.text


@pytest.mark.asyncio
async def test_head_is_answered_as_get_without_a_body(face: Face) -> None:
    for path in ("/healthz", "/metrics", "/api/v1/devices"):
        async with face.client.head(path) as answer:
            assert (answer.status, await answer.read()) == (200, b"")
