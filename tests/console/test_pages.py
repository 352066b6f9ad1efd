"""The console's files as they are sent, and as they hang together."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from collector.console.pages import ASSETS, VERSION, WALL
from tests.collector.running import Face, faced

SCRIPTS = {name: one.body.decode() for name, one in ASSETS.items() if name.endswith(".js")}


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.asyncio
async def test_page_is_asked_for_again_and_its_files_are_kept_for_good(face: Face) -> None:
    async with face.client.get("/") as answer:
        assert answer.headers["Cache-Control"] == "private, no-cache"
        page, tag = await answer.text(), answer.headers["ETag"]
        policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "Hòa &lt;b&gt;Bình" in page
    async with face.client.get("/", headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    files = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(files) == len(ASSETS)
    for path in files:
        async with face.client.get(path) as answer:
            assert answer.status == 200, path
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Content-Encoding"] == "gzip"
            assert await answer.read() == ASSETS[path.rpartition("/")[2]].body


@pytest.mark.asyncio
async def test_old_address_of_a_file_is_not_kept_and_no_other_file_is_sent(face: Face) -> None:
    async with face.client.get("/console/000000000000/wall.js") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
    for name in ("pages.py", "wall.html", "..%2f__init__.py", "%2e%2e"):
        async with face.client.get(f"/console/{VERSION}/{name}") as answer:
            assert answer.status == 404, name


def test_page_has_no_script_and_no_style_of_its_own() -> None:
    assert re.findall(r"<script(?![^>]* src=)", WALL) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", WALL) == []
    assert re.findall(r"https?://", WALL + "".join(SCRIPTS.values())) == ["http://"], (
        "the namespace of SVG, and no host"
    )
    assert not any("innerHTML" in text for text in SCRIPTS.values())


def test_every_word_that_is_asked_for_stands_in_both_languages() -> None:
    words = dict(re.findall(r'^  "([^"]*)": \[(.*)\],$', SCRIPTS["words.js"], re.MULTILINE))
    assert len(words) > 80
    for key, pair in words.items():
        vi, en = re.fullmatch(r'"([^"]+)", "([^"]+)"', pair).groups()  # type: ignore[union-attr]
        assert set(re.findall(r"{\w+}", vi)) == set(re.findall(r"{\w+}", en)), key
    asked = set(re.findall(r'data-word(?:-label)?="([^"]+)"', WALL))
    for text in SCRIPTS.values():
        asked |= {
            key
            for call in re.findall(r"say\(([^)]*)\)", text)
            for key in re.findall(r'"([a-z.]+)"', call)
        }
    assert asked - set(words) == set()


def test_every_module_is_loaded_with_the_page() -> None:
    imported = {
        name for text in SCRIPTS.values() for name in re.findall(r'from "\./([\w.]+)"', text)
    }
    assert imported == set(re.findall(r'modulepreload" href="{assets}/([\w.]+)"', WALL))
