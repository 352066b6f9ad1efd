"""Sheets of things: what a page shows in one answer, of a collector at rest."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from yarl import URL

from collector.gate.message import Links
from collector.gate.peer import Peer
from collector.plan import build
from inventory.model import Asset, Circuit, Contact, End, Maintenance, Recurrence, Thing
from tests.collector.running import LINE, NOW, PROBES, Face, Running, faced

DOWN, UP = "hbh-xa-05212-rt01", "hbh-dc-sw01"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


def things(items: list[dict[str, Any]]) -> list[str]:
    return [one["thing"] for one in items]


def change(running: Running, **parts: Any) -> None:
    """Another inventory in force."""
    inventory = replace(running.plan.inventory, **parts)
    running.plan = build(inventory, "noc-1", PROBES, lambda one: one.fetch())
    running.desk.load(running.plan, NOW + 2)


@pytest.mark.asyncio
async def test_a_device_knows_its_cause_its_way_and_its_neighbours(face: Face) -> None:
    told = await face.get(f"/api/v1/devices/{DOWN}/sheet")
    assert (told["thing"], told["title"]) == (f"device:{DOWN}", "Router UBND xã Pà Cò")
    assert told["what"] == "Router xã"
    assert (told["verdict"]["state"], told["cause"]["thing"]) == ("unreachable", LINE)
    assert told["cause"]["word"] == "Mất kết nối"
    assert [(one["own"], one["cause"]["thing"]) for one in told["incidents"]] == [(False, LINE)]
    assert told["runbooks"] == ["CircuitDown"]
    assert things(told["path"]) == ["collector:noc-1", f"device:{UP}", LINE]
    assert [one["depth"] for one in told["path"]] == [0, 1, 2]
    (up,) = told["up"]["items"]
    assert (up["thing"], up["interface"], up["far"]["thing"]) == (LINE, "wan1", f"device:{UP}")
    assert told["down"] == {"total": 0, "items": []}
    assert set(things(told["below"]["items"])) == {"site:pa-co", "service:mot-cua"}
    assert told["below"]["kinds"] == {"site": 1, "service": 1}
    assert told["site"]["title"] == "UBND xã Pà Cò"
    assert told["device"]["asset"] == {"serial": "FG1"}


@pytest.mark.asyncio
async def test_words_come_in_the_language_that_is_asked(face: Face) -> None:
    path = f"/api/v1/devices/{UP}/sheet"
    vi, en = await face.get(path), await face.get(f"{path}?language=en")
    assert (vi["verdict"]["word"], en["verdict"]["word"]) == ("Hoạt động tốt", "Up")
    titles = [[one["title"] for one in told["readings"]] for told in (vi, en)]
    assert titles == [["Ping liên tục", "Bộ nhớ"], ["Continuous ping", "Memory"]]
    assert vi["probes"][0]["reason_word"] != en["probes"][0]["reason_word"]
    assert (await face.get(f"{path}?language=fr", 400))["error"]


@pytest.mark.asyncio
async def test_a_circuit_has_both_ends_its_siblings_and_its_past(face: Face) -> None:
    circuits = face.running.plan.inventory.circuits
    twin = Circuit("ftth-a", "ftth-a", End(DOWN, "wan2"), kind="ftth", provider="Viettel")
    change(face.running, circuits={**circuits, "ftth-a": twin})
    told = await face.get("/api/v1/circuits/tsl-a/sheet")
    assert told["circuit"]["capacity"] == 2e8
    assert (told["a"]["device"]["thing"], told["a"]["site"]["thing"]) == (
        f"device:{UP}",
        "site:dc",
    )
    assert (told["z"]["device"]["thing"], told["z"]["name"]) == (f"device:{DOWN}", "wan1")
    (sibling,) = told["siblings"]["items"]
    assert (sibling["thing"], sibling["title"]) == ("circuit:ftth-a", "FTTH xã Pà Cò")
    assert [one["state"] for one in told["history"]["spans"]][-1] == "down"
    spans = told["history"]["spans"]
    assert [one["from"] for one in spans[1:]] == [one["to"] for one in spans[:-1]]
    assert spans[-1]["to"] == told["history"]["to"]
    assert [(one["kind"], one["state"] or one["what"]) for one in told["events"]][:2] == [
        ("incident", "opened"),
        ("verdict", "down"),
    ]
    assert told["events"][0]["words"].startswith("Phát sinh sự cố #1: ")


@pytest.mark.asyncio
async def test_a_site_has_what_is_in_it_above_it_and_what_needs_it(face: Face) -> None:
    sites = face.running.plan.inventory.sites
    known = {**sites, "dc": replace(sites["dc"], contact="noc")}
    change(face.running, sites=known, contacts={"noc": Contact("noc", "Trực NOC")})
    told = await face.get("/api/v1/sites/pa-co/sheet")
    assert told["title"] == "UBND xã Pà Cò"
    assert things(told["above"]) == ["site:dc"]
    assert told["contact"] == "Trực NOC"
    (device,) = told["devices"]["items"]
    assert (device["role"], device["address"]) == ("ward-router", "127.0.0.9")
    assert (told["what"], device["what"]) == ("Xã, phường, thị trấn", "Router xã")
    assert told["devices"]["counts"]["unreachable"] == 1
    assert things(told["circuits"]["items"]) == [LINE]
    assert things(told["services"]["items"]) == ["service:mot-cua"]
    assert things(told["path"]) == ["collector:noc-1", f"device:{UP}", LINE]
    centre = await face.get("/api/v1/sites/dc/sheet")
    assert things(centre["children"]["items"]) == ["site:pa-co"]
    assert things(centre["circuits"]["items"]) == [LINE]


@pytest.mark.asyncio
async def test_a_service_has_its_checks_and_what_it_needs(face: Face) -> None:
    told = await face.get("/api/v1/services/mot-cua/sheet")
    (check,) = told["checks"]
    assert (check["name"], check["probe"], check["success"]) == ("home", "http", False)
    assert (check["reason"], check["expires"]) == ("timeout", None)
    assert things(told["needs"]["items"]) == [f"device:{DOWN}", f"device:{UP}"]
    assert told["needs"]["counts"]["unreachable"] == 1
    assert told["path"] == []


@pytest.mark.asyncio
async def test_an_incident_has_all_that_happened_to_it(face: Face) -> None:
    await face.send("POST", "/api/v1/incidents/1/acknowledge", {"who": "an"})
    await face.send("POST", "/api/v1/incidents/1/note", {"who": "an", "text": "gọi\nVNPT"})
    await face.send("POST", "/api/v1/incidents/1/suspected", {"who": "an"})
    told = await face.get("/api/v1/incidents/1/sheet")
    assert told["incident"]["notes"][0]["text"] == "gọi\nVNPT"
    first = told["incident"]["suspected"]["first_notice_due"]
    assert first == told["incident"]["detected_at"] + 24 * 3600
    assert [(one["what"], one["who"]) for one in told["timeline"] if one["kind"] == "incident"] == [
        ("opened", ""),
        ("acknowledged", "an"),
        ("noted", "an"),
        ("suspected", "an"),
    ]
    assert told["timeline"][0]["kind"] == "verdict"
    assert any(one["words"].endswith("gọi VNPT") for one in told["timeline"])
    assert set(things(told["hides"])) == {"service:mot-cua", "site:pa-co", f"device:{DOWN}"}
    assert told["kinds"] == {"service": 1, "site": 1, "device": 1}
    assert (told["cause"]["thing"], told["verdict"]["state"]) == (LINE, "down")
    assert (told["runbook"], told["told"], told["earlier"]) == ("CircuitDown", None, [])


@pytest.mark.asyncio
async def test_a_closed_incident_keeps_its_page_and_stands_on_its_things(face: Face) -> None:
    face.running.recover()
    assert face.running.journal.flush()
    told = await face.get("/api/v1/incidents/1/sheet")
    assert told["incident"]["closed_at"] is not None
    assert told["timeline"][-1]["what"] == "closed"
    assert {one["state"] for one in told["hides"]} == {"up"}
    sheet = await face.get("/api/v1/circuits/tsl-a/sheet")
    assert (sheet["incidents"], sheet["runbooks"]) == ([], [])
    assert [one["id"] for one in sheet["closed"]] == [1]
    assert sheet["closed"][0]["summary"] == told["incident"]["summary"]


@pytest.mark.asyncio
async def test_who_was_told_of_an_incident_is_known_from_the_gate(face: Face) -> None:
    rounds = face.running.telling.rounds
    rounds.gate.step(time.time() + 60)
    assert (await face.get("/api/v1/incidents/1/sheet"))["told"] is None
    rounds.peers = (Peer("http://127.0.0.1:9"),)
    told = (await face.get("/api/v1/incidents/1/sheet"))["told"]
    assert (told["severities"], told["after"]) == (["critical"], [])
    assert list(told["taken"].values()) == [False]


@pytest.mark.asyncio
@pytest.mark.parametrize("what", ["site:pa-co", "site:dc", LINE, f"device:{UP}"])
async def test_announced_work_stands_on_all_that_it_covers(face: Face, what: str) -> None:
    until = time.time() + 3600
    body = {"what": [what], "why": "đổi cáp", "who": "an", "to": until}
    await face.send("POST", "/api/v1/maintenance", body)
    for path in (f"devices/{DOWN}", "sites/pa-co"):
        (work,) = (await face.get(f"/api/v1/{path}/sheet"))["works"]
        assert (work["why"], work["who"], work["to"]) == ("đổi cáp", "an", until)
        assert (work["running"], things(work["what"])) == (True, [what])


@pytest.mark.asyncio
async def test_work_elsewhere_does_not_stand_on_a_thing(face: Face) -> None:
    body = {"what": ["site:pa-co"], "why": "x", "to": time.time() + 3600}
    await face.send("POST", "/api/v1/maintenance", body)
    assert (await face.get(f"/api/v1/devices/{UP}/sheet"))["works"] == []


@pytest.mark.asyncio
async def test_work_that_the_inventory_announces_has_no_number(face: Face) -> None:
    every = Recurrence(23 * 60, 23 * 60 + 59, weekdays=frozenset(range(7)))
    works = (
        Maintenance((Thing("device", UP),), "nâng cấp", every=every),
        Maintenance(
            (Thing("site", "dc"),), "đã xong", *(datetime(2026, 1, d, tzinfo=UTC) for d in (1, 2))
        ),
    )
    change(face.running, maintenance=works)
    for path in ("services/mot-cua", f"devices/{DOWN}"):
        (work,) = (await face.get(f"/api/v1/{path}/sheet"))["works"]
        assert (work["id"], work["why"], things(work["what"])) == (
            None,
            "nâng cấp",
            [f"device:{UP}"],
        )
        assert work["to"] - work["from"] == 59 * 60


@pytest.mark.asyncio
async def test_links_lead_to_the_dashboard_of_the_thing(face: Face) -> None:
    links = Links("", "https://grafana/d/{kind}?name={name}")
    face.running.telling._links = lambda: links
    told = await face.get("/api/v1/circuits/tsl-a/sheet")
    assert told["grafana"] == "https://grafana/d/circuit?name=tsl-a"
    assert (await face.get("/api/v1/incidents/1/sheet"))["grafana"] == told["grafana"]


@pytest.mark.asyncio
async def test_without_a_journal_live_state_stands_and_the_past_is_null(face: Face) -> None:
    face.running.journal.flush()
    for one in face.running.journal.path.parent.glob("events.sqlite*"):
        one.unlink()
    told = await face.get(f"/api/v1/devices/{DOWN}/sheet")
    assert told["verdict"]["state"] == "unreachable"
    past = ("history", "events", "closed", "configs")
    assert [told[name] for name in past] == [None] * 4
    assert told["journal"] is False
    assert "journal" in (await face.get("/api/v1/incidents/1/sheet", 503))["error"]


@pytest.mark.asyncio
async def test_what_is_not_judged_has_a_sheet_too(face: Face) -> None:
    devices = face.running.plan.inventory.devices
    odd = "kho-.x"
    planned = replace(
        devices[DOWN],
        name=odd,
        title="<b>Kho</b>",
        lifecycle="planned",
        asset=Asset(),
        uplinks=(Thing("device", UP),),
    )
    change(face.running, devices={**devices, odd: planned})
    told = await face.get(f"/api/v1/devices/{quote(odd)}/sheet")
    assert (told["verdict"]["state"], told["verdict"]["since"]) == ("unknown", 0)
    assert (told["title"], told["path"], told["below"]["total"]) == ("<b>Kho</b>", [], 0)
    assert told["history"]["spans"] == []
    assert told["probes"][0]["success"] is None


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["nowhere", "a%2Fb", "..%2F..%2Fetc", "%00", "%FF", "x" * 3000])
async def test_a_name_that_is_none_is_refused_in_words(face: Face, name: str) -> None:
    for kind in ("devices", "circuits", "sites", "services", "incidents"):
        async with face.client.get(URL(f"/api/v1/{kind}/{name}/sheet", encoded=True)) as answer:
            text = await answer.text()
            assert answer.status == 404, text
            assert len(text) < 1000


@pytest.mark.asyncio
async def test_parameters_that_are_not_known_are_refused(face: Face) -> None:
    for path in ("devices/" + UP, "circuits/tsl-a", "sites/dc", "services/mot-cua", "incidents/1"):
        assert (await face.get(f"/api/v1/{path}/sheet?x=1", 400))["error"]
