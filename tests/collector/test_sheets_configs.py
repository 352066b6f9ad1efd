"""Revisions of configurations for people, differences for operators; and runbooks as blocks."""

from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from yarl import URL

from alerts.notice import ENGINE_ALERTS
from collector.api import Access, serve
from collector.api.sheets.runbook import NAMES, parsed, read
from tests.collector.running import NOW, Face, Running, faced
from tests.console.resting import OPERATOR, VIEWER, tokens

UP = "hbh-dc-sw01"
FIRST, SECOND = "hostname a\nip route 1\nend\n", "hostname b\nip route 1\nend\n"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


def keep(running: Running, *texts: str) -> list[str]:
    """Configurations of one device, one after another, between those of another."""
    kept = running.configs.repository
    assert kept is not None
    found = []
    for number, text in enumerate(texts):
        found.append(kept.save(UP, text, NOW + number).revision)
        kept.save("another", text, NOW + number)
    return found


@pytest.mark.asyncio
async def test_revisions_are_listed_newest_first(face: Face) -> None:
    first, second = keep(face.running, FIRST, SECOND)
    told = (await face.get(f"/api/v1/devices/{UP}/configs"))["items"]
    assert [(one["revision"], one["at"]) for one in told] == [(second, NOW + 1), (first, NOW)]
    assert (told[0]["added"], told[0]["removed"]) == (1, 1)


@pytest.mark.asyncio
async def test_a_revision_shows_what_it_changed_and_the_first_all(face: Face) -> None:
    first, second = keep(face.running, FIRST, SECOND)
    path = f"/api/v1/devices/{UP}/configs"
    told = await face.get(f"{path}/{second}")
    assert (told["before"], told["cut"]) == (first, False)
    assert "\n-hostname a\n+hostname b\n" in told["text"]
    whole = await face.get(f"{path}/{first}")
    assert (whole["before"], whole["text"]) == ("", "+hostname a\n+ip route 1\n+end\n")


@pytest.mark.asyncio
async def test_a_difference_is_bounded_and_has_no_hidden_characters(face: Face) -> None:
    long = "".join(f"banner {n} \u202e\x07{'x' * 100}\n" for n in range(10_000))
    _, second = keep(face.running, FIRST, long)
    told = await face.get(f"/api/v1/devices/{UP}/configs/{second}")
    assert told["cut"]
    assert len(told["text"]) < 500_000
    assert not set("\u202e\x07") & set(told["text"])


@pytest.mark.asyncio
async def test_what_is_not_kept_is_told_so(face: Face) -> None:
    path = f"/api/v1/devices/{UP}/configs"
    assert await face.get(path) == {"items": []}
    assert (await face.get(f"{path}/abc1234", 404))["error"]
    keep(face.running, FIRST)
    for name in ("abc1234", "HEAD", "--all", "2026-11-22", "..%2Fx"):
        async with face.client.get(URL(f"{path}/{name}", encoded=True)) as answer:
            assert answer.status == 404, name
    assert (await face.get("/api/v1/devices/nowhere/configs", 404))["error"]


@pytest.mark.asyncio
async def test_differences_are_for_operators(tmp_path: Path) -> None:
    running = Running(tmp_path)
    (revision,) = keep(running, FIRST)
    server = await serve(running, "127.0.0.1:0", Access(tokens=tokens(tmp_path)))
    async with ClientSession(server.url) as client:
        for token, path, status in (
            (VIEWER, "configs", 200),
            (VIEWER, f"configs/{revision}", 403),
            (OPERATOR, f"configs/{revision}", 200),
        ):
            bearer = {"Authorization": f"Bearer {token}"}
            async with client.get(f"/api/v1/devices/{UP}/{path}", headers=bearer) as answer:
                assert answer.status == status, path
    await server.stop()
    running.journal.close()


def test_every_alert_of_the_engine_has_a_runbook() -> None:
    assert set(ENGINE_ALERTS) <= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_runbook_loses_no_words_as_blocks(name: str) -> None:
    told = " ".join(part for block in read(name) for part in (block.text, *block.items) if part)
    text = files("alerts").joinpath(f"runbooks/{name}.md").read_text("utf-8")
    signs = ("#", "-", "*", *(f"{n}." for n in range(20)))
    words = [one for one in text.split() if one.lstrip("#") and one not in signs]
    assert len(told.split()) >= len(words)
    assert {block.kind for block in read(name)} == {"heading", "paragraph", "list"}


def test_blocks_are_headings_lists_and_paragraphs() -> None:
    text = "# A\none\ntwo\n\n1. first\n   goes on\n2. `x <b>`\n## B\n- [see](x.md)\n- y"
    assert [one.model_dump(exclude_defaults=True) for one in parsed(text)] == [
        {"kind": "heading", "level": 1, "text": "A"},
        {"kind": "paragraph", "text": "one\ntwo"},
        {"kind": "list", "ordered": True, "items": ["first goes on", "`x <b>`"]},
        {"kind": "heading", "level": 2, "text": "B"},
        {"kind": "list", "items": ["see (x.md)", "y"]},
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["Nothing", "..%2F..%2Fpyproject.toml", "CircuitDown.md", "%00"])
async def test_only_runbooks_that_exist_are_told(face: Face, name: str) -> None:
    assert (await face.get("/api/v1/runbooks/CircuitDown"))["blocks"][0]["text"] == "CircuitDown"
    async with face.client.get(URL(f"/api/v1/runbooks/{name}", encoded=True)) as answer:
        assert answer.status == 404
