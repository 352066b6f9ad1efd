"""Pages that are refused their stream, and pages fed with what devices and people write."""

import json
import time
from dataclasses import replace
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from collector.api.state import stream
from probes.reading import Head, Reading, Reason, Row, info
from tests.collector.running import NOW, Running
from tests.console.browser import opened
from tests.console.resting import resting

NASTY = "<img src=x onerror=\"document.title='taken'\"></title><script>alert(1)</script>{path}'\">"
PATHS = (
    "/",
    "/map?view=topology&at=circuit%3Atsl-a",
    "/inventory",
    "/maintenance",
    "/audit",
    "/devices/hbh-dc-sw01",
    "/circuits/tsl-a",
    "/services/mot-cua",
    "/incidents/1",
)


def test_page_that_is_refused_its_stream_asks_no_more_than_it_would(
    chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LISTENERS", 0)
    asked: list[str] = []
    with resting() as one, opened(chromium, "about:blank") as watched:
        watched.page.on("request", lambda told: asked.append(told.url))
        watched.page.goto(one.url)
        page = watched.ready()
        page.wait_for_timeout(3_000)
        assert sum("/api/v1/wall" in url for url in asked) <= 3
        assert sum("/events/stream" in url for url in asked) in (1, 2)


def poison(running: Running) -> None:
    """Everything that has a name is called so, and its interfaces say so."""
    inventory = running.plan.inventory
    kinds = {
        kind: {
            name: replace(one, title=NASTY) for name, one in getattr(inventory, f"{kind}s").items()
        }
        for kind in ("device", "site", "circuit", "service")
    }
    lines = {name: replace(one, provider=NASTY) for name, one in kinds["circuit"].items()}
    fresh = replace(
        inventory,
        province=replace(inventory.province, name=NASTY),
        devices=kinds["device"],
        sites=kinds["site"],
        services=kinds["service"],
        circuits=lines,
    )
    job = running.plan.jobs["device/hbh-dc-sw01/snmp"]
    port = (*job.target.labels, ("interface", NASTY))
    row = Row(Head("interface", port), b"receive_bytes_total=1,up=1")
    said = info("interface", (*port, ("alias", NASTY), ("type", NASTY)))
    told = info("device", (*job.target.labels, ("vendor", NASTY), ("model", NASTY)))
    reading = Reading(
        NOW, 0.1, [row], {"if": [said], "system": [told]}, Reason.PARTIAL, NASTY, NASTY
    )
    running.pipeline.accept(job, reading, 0.0, 0)
    running.plan = replace(running.plan, inventory=fresh)


def test_names_of_everything_stay_text_on_every_page(chromium: Browser) -> None:
    with resting() as one:
        one.do(poison)
        for path, body in (
            ("/api/v1/incidents/1/note", {"text": NASTY, "who": NASTY[:60]}),
            ("/api/v1/incidents/1/owner", {"owner": NASTY[:60]}),
            ("/api/v1/maintenance", {"what": ["pa-co"], "why": NASTY, "to": time.time() + 600}),
        ):
            post(one.url + path, body)
        for path in PATHS:
            with opened(chromium, one.url + path) as watched:
                watched.page.on("dialog", lambda told: watched.errors.append(told.message))
                page = watched.ready()
                expect(page.locator("main, .bar").first).to_be_visible()
                assert page.locator("main img, main script, main title, header img").count() == 0
                assert page.title() != "taken"
                assert "Hatang" in page.title()
                assert watched.errors == [], path
        with opened(chromium, one.url + "/devices/hbh-dc-sw01") as watched:
            expect(watched.ready().locator("main")).to_contain_text("<img src=x onerror=")


def post(url: str, body: object) -> None:
    kind = {"Content-Type": "application/json"}
    with urlopen(Request(url, json.dumps(body).encode(), kind)) as answer:
        assert answer.status == 200
