"""The console's files as they are sent, and as they hang together."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from collector.console import joined
from collector.console.pages import ASSETS, HTML, PAGES, VERSION, Page, framed, sources
from collector.plan import build
from collector.verdicts.events import EchoHeard
from collector.vocabulary import vocabulary
from inventory.load import load
from probes.registry import PROBES
from tests.collector.running import NOW, Face, faced
from tests.console.browser import MOST
from tests.house import ROOT

LOAD = 200
"""Bytes in which the API tells a circuit's load, which only a store knows."""

PAGED = sorted({one.folder for one in PAGES})
SOURCES = sources()
SCRIPTS = {name: text for name, text in SOURCES.items() if name.endswith(".js")}


def modules(folder: str) -> list[str]:
    """The modules of a page."""
    return joined.modules(SCRIPTS, f"{folder}/{folder}.js")


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.path)
@pytest.mark.asyncio
async def test_page_is_asked_for_again_and_its_files_are_kept_for_good(
    face: Face, one: Page
) -> None:
    path = one.path.replace("{name}", "one")
    async with face.client.get(path) as answer:
        assert answer.headers["Cache-Control"] == "private, no-cache"
        page, tag = await answer.text(), answer.headers["ETag"]
        policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "Hòa &lt;b&gt;Bình" in page
    async with face.client.get(path, headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    files = re.findall(r'(?:src|href)="(/console/[^"]+)"', page)
    assert {file.rpartition(".")[2] for file in files} == {"js", "css", "svg"}
    for path in files:
        async with face.client.get(path) as answer:
            assert answer.status == 200, path
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Content-Encoding"] == "gzip"
            assert await answer.read() == ASSETS[path.partition(f"{VERSION}/")[2]].body


@pytest.mark.asyncio
async def test_old_address_of_a_file_is_not_kept_and_no_other_file_is_sent(face: Face) -> None:
    async with face.client.get("/console/000000000000/wall.js") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
    for name in ("pages.py", "frame.html", "words.js", "..%2f__init__.py", "%2e%2e", "wall"):
        async with face.client.get(f"/console/{VERSION}/{name}") as answer:
            assert answer.status == 404, name


@pytest.mark.parametrize("folder", PAGED)
def test_page_has_no_script_and_no_style_of_its_own(folder: str) -> None:
    page = framed(folder)
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
    assert re.findall(r"https?://", page) == []


def test_scripts_name_no_host_and_take_no_text_for_a_document() -> None:
    hosts = re.findall(r"https?://[^\s\"'`]*", "".join(SCRIPTS.values()))
    assert set(hosts) == {"http://www.w3.org/2000/svg"}, "the namespace of SVG, and no host"
    for name, text in SCRIPTS.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(", text), name


@pytest.mark.parametrize("folder", PAGED)
def test_every_word_that_a_page_asks_for_stands_in_both_languages(folder: str) -> None:
    """Words are looked up in what the page loads; one that is put together must not be empty."""
    scripts = [SCRIPTS[name] for name in modules(folder)]
    words: dict[str, str] = {}
    for text in scripts:
        found = re.findall(r'^  "([^"]*)": \[(.*)\],$', text, re.MULTILINE)
        assert not words.keys() & dict(found).keys(), "a word stands twice"
        words.update(found)
    assert len(words) > 50
    for key, pair in words.items():
        vi, en = re.fullmatch(r'"([^"]+)", "([^"]+)"', pair).groups()  # type: ignore[union-attr]
        assert set(re.findall(r"{\w+}", vi)) == set(re.findall(r"{\w+}", en)), key
    page = HTML["frame.html"] + HTML[f"{folder}/{folder}.html"]
    asked = set(re.findall(r'data-word(?:-label)?="([^"]+)"', page))
    for text in scripts:
        asked |= {
            key
            for call in re.findall(r"say\(([^)]*)\)", text)
            for key in re.findall(r'"([a-z.]+)"', call)
        }
    assert asked - set(words) == set()


def test_every_file_is_of_some_page_and_every_import_is_seen() -> None:
    loaded = {name for folder in PAGED for name in modules(folder)}
    assert loaded == SCRIPTS.keys() - {"early.js"}
    for name, text in SCRIPTS.items():
        assert "import(" not in text, name


@pytest.mark.parametrize("folder", PAGED)
def test_page_loads_all_its_modules_as_one_file_each_before_those_that_import_it(
    folder: str,
) -> None:
    sent = ASSETS[f"{folder}.js"].body.decode()
    assert not re.findall(r"^(?:import|export)\b.*", sent, re.MULTILINE), "not understood"
    begun = re.findall(r"^const (\$\w+) = \(\(\) => {$", sent, re.MULTILINE)
    assert len(begun) == len(modules(folder))
    for name in begun:
        taken = sent.find(f"= {name};")
        assert taken < 0 or sent.index(f"const {name} = ") < taken, name


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/", "/map"])
async def test_first_look_at_a_whole_province_is_within_its_bound(face: Face, path: str) -> None:
    running, inventory = face.running, load(ROOT / "inventory.yaml", vocabulary())
    running.plan = build(inventory, "noc-1", PROBES, lambda one: {})
    running.desk.load(running.plan, NOW)
    for device in inventory.devices:
        running.desk.tell(EchoHeard("noc-1", f"device:{device}"), NOW)
    (page,) = (one for one in PAGES if one.path == path)
    files = (f"{page.folder}.js", f"{page.folder}.css", "early.js", "icon.svg")
    size = sum(len(ASSETS[name].body) for name in files)
    for asked in (path, page.ask):
        async with face.client.get(asked) as answer:
            size += len(await answer.read())
    if path == "/map":
        size += LOAD * len(inventory.circuits)
    print(f"\n{path}: {size} bytes")
    assert 100_000 < size < MOST


@pytest.mark.parametrize("folder", PAGED)
def test_every_name_that_a_module_takes_is_given_by_the_other(folder: str) -> None:
    sent = ASSETS[f"{folder}.js"].body.decode()
    bodies = re.findall(r"(?ms)^const (\$\w+) = \(\(\) => {\n(.*?)^}\)\(\);$", sent)
    given = {name: re.findall(r"(?m)^return { (.*) };$", body)[-1] for name, body in bodies}
    taken = re.findall(r"(?m)^const { (.*) } = (\$\w+);$", sent)
    assert len(taken) > 10
    for names, name in taken:
        wanted = {one.partition(":")[0] for one in names.split(", ")}
        assert wanted <= set(given[name].split(", ")), name


@pytest.mark.parametrize("folder", PAGED)
def test_page_loads_the_styles_of_its_modules_as_one_file_its_own_last(folder: str) -> None:
    sent = ASSETS[f"{folder}.css"].body.decode()
    places = {f"{name.partition('/')[0]}/" for name in modules(folder) if "/" in name}
    styles = {f"{place}{place[:-1]}.css" for place in places} & SOURCES.keys()
    assert sent.startswith(SOURCES["console.css"])
    assert sent.endswith(SOURCES[f"{folder}/{folder}.css"])
    assert len(sent) == sum(len(SOURCES[one]) for one in styles | {"console.css"})
    assert all(SOURCES[one] in sent for one in styles)
