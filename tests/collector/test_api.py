"""The HTTP face: what it answers, as it is described."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from collector.api.routes import ROUTES
from collector.api.state.stream import MEDIA
from tests.collector.running import NOW, PLANTED, Face, faced

DOWN, UP, LINE = "hbh-xa-05212-rt01", "hbh-dc-sw01", "circuit:tsl-a"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


ASKED = {"devices": DOWN, "sites": "pa-co", "circuits": "tsl-a"}


def asked(path: str) -> str:
    """A path of the description with a name that exists in it."""
    if path.endswith("/stream"):
        return f"{path}?after=0"
    if path.startswith(("/api/v1/incidents/", "/api/v1/maintenance/")):
        return path.replace("{name}", "2" if path.endswith("/extend") else "1")
    if path.startswith("/console/"):
        return path.format(version="any", name="wall.js")
    if path.startswith("/api/v1/runbooks/"):
        return path.replace("{name}", "CircuitDown")
    kind = path.split("/")[3] if path.startswith("/api/v1/") else ""
    return path.replace("{name}", ASKED.get(kind, "mot-cua"))


SENT = {
    "/api/v1/incidents/{name}/note": {"text": "gọi VNPT"},
    "/api/v1/incidents/{name}/owner": {"owner": "to-truyen-dan"},
    "/api/v1/session": {"token": "any"},
    "/api/v1/maintenance": {"what": ["site:pa-co"], "why": "x", "to": time.time() + 600},
    "/api/v1/maintenance/{name}/extend": {"to": time.time() + 1200},
    "/api/v1/silences": {"what": "site:pa-co", "why": "x", "until": time.time() + 600},
}
NEEDS_ALERTMANAGER = {("POST", "/api/v1/silences"), ("DELETE", "/api/v1/silences/{name}")}
"""Refused here; test_silences asks them, with a real one."""


@pytest.mark.asyncio
async def test_every_real_answer_and_every_example_is_as_described(face: Face) -> None:
    for _ in range(2):
        await face.send("POST", "/api/v1/maintenance", SENT["/api/v1/maintenance"])
    assert face.running.configs.repository is not None
    saved = face.running.configs.repository.save(DOWN, "hostname a\n", NOW)
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
        if "requestBody" in operation:
            body = operation["requestBody"]["content"]["application/json"]
            taken = {**body["schema"], "components": document["components"]}
            Draft202012Validator(taken).validate(body["example"])
        sent = SENT.get(path, {}) if "requestBody" in operation else None
        place = asked(path).replace("{revision}", saved.revision)
        async with face.client.request(method, place, json=sent) as answer:
            if (method, path) in NEEDS_ALERTMANAGER:
                assert answer.status == 409
                continue
            assert answer.status == 200, (path, await answer.text())
            assert answer.content_type == media
            if media == "application/json":
                validator.validate(await answer.json())


@pytest.mark.asyncio
async def test_parameters_that_are_described_are_taken_and_no_others(face: Face) -> None:
    values = {
        "where": None,
        "cursor": None,
        "from": None,
        "to": None,
        "device": UP,
        "service": "mot-cua",
        "kind": "circuit",
        "language": "en",
        "columns": "name",
        "sort": "-name",
        "span": "24h",
    }
    for route in ROUTES:
        for one in route.parameters if route.method == "GET" else ():
            value = values.get(one.name, {"boolean": "true", "integer": "1"}.get(one.kind, "x"))
            if value is not None:
                path = asked(route.path).partition("?")[0]
                async with face.client.get(f"{path}?{one.name}={value}") as answer:
                    assert answer.status == 200, (path, one.name)
    refused = await face.get("/api/v1/devices?serach=x", 400)
    assert refused["error"] == "unknown parameter 'serach'"
    assert "search" in refused["hint"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", [UP, DOWN]),
        ("?where=role=ward-router", [DOWN]),
        ("?where=role!=ward-router", [UP]),
        ("?where=site.kind=ward&where=state=unreachable", [DOWN]),
        ("?where=site.unit.code=05212", [DOWN]),
        ("?where=addresses=127.0.0.11", [UP]),
        ("?where=tags=level-3", [DOWN]),
        ("?where=asset.serial=FG1", [DOWN]),
        ("?where=probes=snmp&where=ping=1", [UP, DOWN]),
        ("?where=uplinks=circuit:tsl-a", [DOWN]),
        ("?where=credentials.snmp=ward", [UP, DOWN]),
        ("?where=credentials.snmp.values.community=" + PLANTED, []),
        ("?where=hours=", [UP]),
        ("?where=state!=unreachable", [UP]),
        ("?where=because=circuit:tsl-a", [DOWN]),
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
    assert (device["state"], device["because"]) == ("unreachable", LINE)
    assert "Kênh xã Pà Cò" in device["evidence"]
    site = await face.get("/api/v1/sites/pa-co")
    assert (site["state"], site["devices"]) == ("unreachable", {"unreachable": 1})
    missing = await face.get("/api/v1/devices/rt99", 404)
    assert missing["error"] == "no device 'rt99'"
    assert "search" in missing["hint"]
    unknown = await face.get("/api/v2/nothing", 404)
    assert "openapi" in unknown["hint"]


@pytest.mark.asyncio
async def test_verdicts_begin_with_the_causes_and_what_each_hides(face: Face) -> None:
    answer = await face.get("/api/v1/verdicts")
    assert answer["total"] == 7
    assert answer["counts"] == {"up": 3, "degraded": 1, "down": 1, "unreachable": 2, "unknown": 0}
    cause, service, *_ = answer["items"]
    assert (cause["thing"], cause["state"], cause["code"]) == (LINE, "down", 2)
    assert (cause["title"], cause["site"]) == ("Kênh xã Pà Cò", "pa-co")
    assert cause["word"] == "Mất kết nối"
    assert DOWN in cause["evidence"]
    assert {sign["code"] for sign in cause["signs"]} == {"far_end_silent", "only_path"}
    (incident,) = cause["incidents"]
    assert (incident["severity_word"], incident["side_word"]) == ("Khẩn cấp", "chưa xác định")
    assert "Kênh xã Pà Cò" in incident["summary"]
    assert cause["hidden"] == 3
    hidden = {one["thing"]: (one["title"], one["state"], one["word"]) for one in cause["hides"]}
    assert hidden == {
        "service:mot-cua": ("Một cửa điện tử", "degraded", "Suy giảm"),
        f"device:{DOWN}": ("Router UBND xã Pà Cò", "unreachable", "Bị che bởi sự cố khác"),
        "site:pa-co": ("UBND xã Pà Cò", "unreachable", "Bị che bởi sự cố khác"),
    }
    assert (service["thing"], service["because"]) == ("service:mot-cua", LINE)
    english = await face.get("/api/v1/verdicts?language=en&limit=1")
    assert english["items"][0]["word"] == "Down"
    assert english["items"][0]["incidents"][0]["side_word"] == "not known yet"
    await face.get("/api/v1/verdicts?language=fr", 400)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "things"),
    [
        ("where=state=down", [LINE]),
        ("kind=site&where=state!=up", ["site:pa-co"]),
        ("where=because=circuit:tsl-a", ["service:mot-cua", f"device:{DOWN}", "site:pa-co"]),
        ("where=role=ward-router", [f"device:{DOWN}"]),
        ("kind=circuit&where=kind=tslcd", [LINE]),
        ("kind=collector", ["collector:noc-1"]),
        ("search=pa+co+router", [f"device:{DOWN}"]),
    ],
)
async def test_verdicts_are_found_by_state_cause_and_field(
    face: Face, query: str, things: list[str]
) -> None:
    answer = await face.get(f"/api/v1/verdicts?{query}")
    assert [one["thing"] for one in answer["items"]] == things


@pytest.mark.asyncio
async def test_verdicts_come_in_pages_and_a_wrong_question_is_refused(face: Face) -> None:
    whole = [one["thing"] for one in (await face.get("/api/v1/verdicts"))["items"]]
    paged: list[str] = []
    query = "limit=2"
    while True:
        answer = await face.get(f"/api/v1/verdicts?{query}")
        paged += [one["thing"] for one in answer["items"]]
        if answer["next"] is None:
            break
        query = f"limit=2&cursor={answer['next']}"
    assert paged == whole
    await face.get("/api/v1/verdicts?where=nonsense=1", 400)
    await face.get("/api/v1/verdicts?kind=province", 400)
    await face.get("/api/v1/verdicts?kind=collector&where=role=x", 400)


@pytest.mark.asyncio
async def test_readings_of_a_device_are_rows_with_reasons(face: Face) -> None:
    answer = await face.get(f"/api/v1/readings?device={UP}")
    by_job = {item["job"]: item for item in answer["items"]}
    assert by_job.keys() == {f"device/{UP}/snmp", "icmp/127.0.0.10", f"state/device:{UP}"}
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
    answer = await face.get("/api/v1/readings?service=mot-cua")
    by_job = {item["job"]: item for item in answer["items"]}
    home = by_job["service/mot-cua/home"]
    assert (home["success"], home["reason"]) == (False, "timeout")


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
    await face.send("POST", "/-/reload", {"who": "an", "why": "ổ đĩa mới"})
    assert face.running.asked == ("an", "ổ đĩa mới")
    await face.send("POST", "/-/reload", {"why": 3, "force": True}, 400)
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
    async with face.client.get("/api") as answer:
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
        if route.media == MEDIA:
            continue  # it never ends; it tells what the journal's events tell
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


@pytest.mark.parametrize(
    ("said", "packed"), [("br, GZIP;q=0.5", True), ("gzip;q=0, br", False), ("identity", False)]
)
@pytest.mark.asyncio
async def test_a_page_is_compressed_for_whoever_takes_it_so(
    face: Face, said: str, packed: bool
) -> None:
    for path in ("/", "/console/any/wall.js"):
        async with face.client.get(path, headers={"Accept-Encoding": said}) as answer:
            assert ("Content-Encoding" in answer.headers) is packed, path
            assert len(await answer.text()) > 1000
