"""The inventory's list and its file: what is found, in columns, and what narrows it."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import yaml

from collector.api.codes import ROLES
from collector.api.listing.columns import COLUMNS
from collector.api.listing.find import Question, find
from collector.api.listing.stock import Stock
from collector.command.main import main
from collector.plan import build
from collector.vocabulary import vocabulary
from inventory.load import load
from inventory.model import Inventory, Site
from tests.collector.running import NOW, PLANTED, PROBES, Face, Running, faced
from tests.collector.running import province as small

DOWN, UP, LINE = "hbh-xa-05212-rt01", "hbh-dc-sw01", "circuit:tsl-a"
EXAMPLE = Path(__file__).parents[2] / "inventory.yaml"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def province() -> Inventory:
    return load(EXAMPLE, vocabulary())


def query(**asked: Any) -> str:
    return f"/api/v1/inventory?{urlencode(asked, doseq=True)}"


async def found(face: Face, **asked: Any) -> list[str]:
    """Names of what is found, in order."""
    told = await face.get(query(**asked))
    return [one["thing"].partition(":")[2] for one in told["rows"]]


async def table(face: Face, **asked: Any) -> list[list[str]]:
    """The rows of the file."""
    path = f"/api/v1/inventory.csv?{urlencode(asked, doseq=True)}"
    async with face.client.get(path) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        text = (await answer.read()).decode("utf-8-sig")
    assert "\r\n" in text
    return list(csv.reader(io.StringIO(text, newline="")))


def changed(running: Running, name: str, **fields: Any) -> None:
    """A device of the running inventory as somebody else might have written it."""
    inventory = running.plan.inventory
    devices = {**inventory.devices, name: replace(inventory.devices[name], **fields)}
    other = replace(inventory, devices=devices)
    running.plan = build(other, "noc-1", PROBES, lambda one: one.fetch())


@pytest.mark.asyncio
async def test_a_row_has_its_state_its_cause_and_the_cells_that_were_asked_for(face: Face) -> None:
    told = await face.get(query(columns="name,site.title,address,shown,vendor", language="en"))
    assert told["columns"] == ["name", "site.title", "address", "shown", "vendor"]
    up, down = told["rows"]
    assert (down["thing"], down["state"], down["word"]) == (
        f"device:{DOWN}",
        "unreachable",
        "Unreachable",
    )
    assert down["because"] == "Kênh xã Pà Cò"
    assert down["cells"] == [DOWN, "UBND xã Pà Cò", "127.0.0.9", "Unreachable", ""]
    assert up["cells"][2:] == ["127.0.0.10, 127.0.0.11", "Up", "Cisco"]
    assert told["kinds"] == {"device": 2, "circuit": 1, "site": 2, "service": 1}
    titles = {one["key"]: one["title"] for one in told["headings"]}
    assert (titles["address"], titles["asset.support_until"]) == ("Address", "Support until")


FOUND: list[tuple[dict[str, Any], list[str]]] = [
    ({"search": "pa co"}, [DOWN]),
    ({"search": "PÀ  cò router"}, [DOWN]),
    ({"search": "fg1"}, [DOWN]),
    ({"search": "127.0.0.11"}, [UP]),
    ({"search": "cisco"}, [UP]),
    ({"search": "tsl-a"}, [DOWN]),
    ({"search": "nowhere"}, []),
    ({"where": "role=ward-router"}, [DOWN]),
    ({"where": "role=ward-router|core-switch"}, [UP, DOWN]),
    ({"where": ["vendor=Cisco", "site.kind=data-centre"]}, [UP]),
    ({"where": "vendor="}, [DOWN]),
    ({"where": "shown=unreachable"}, [DOWN]),
    ({"where": "state!=unreachable"}, [UP]),
    ({"where": "because=circuit:tsl-a"}, [DOWN]),
    ({"where": "title~pa co"}, [DOWN]),
    ({"sort": "title"}, [UP, DOWN]),
    ({"sort": "-title"}, [DOWN, UP]),
    ({"sort": "shown"}, [DOWN, UP]),
    ({"sort": "vendor"}, [UP, DOWN]),
    ({"sort": "-vendor"}, [UP, DOWN]),
    ({"kind": "circuit", "search": "pa co"}, ["tsl-a"]),
    ({"kind": "circuit", "where": "site.kind=ward"}, ["tsl-a"]),
    ({"kind": "circuit", "search": "wan1"}, ["tsl-a"]),
    ({"kind": "site", "search": "05212"}, ["pa-co"]),
    ({"kind": "site", "sort": "-devices"}, ["dc", "pa-co"]),
    ({"kind": "service", "search": "mot cua"}, ["mot-cua"]),
]


@pytest.mark.asyncio
async def test_things_are_found_by_words_filters_and_order(face: Face) -> None:
    for asked, names in FOUND:
        assert await found(face, **asked) == names, asked
        rows = await table(face, columns="name", **asked)
        assert [row[0] for row in rows[1:]] == names, asked


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "rack"}, "kind is one of"),
    ({"columns": "name,colour"}, "no column 'colour'"),
    ({"columns": "credentials.snmp.values.community"}, "no column"),
    ({"sort": "-colour"}, "no column 'colour'"),
    ({"where": "colour=red"}, "no field"),
    ({"where": "role"}, "bad condition"),
    ({"kind": "circuit", "where": "vendor=Cisco"}, "no field"),
    ({"search": "x" * 201}, "longer"),
    ({"page": "0"}, "page is no whole number"),
    ({"cursor": "x"}, "unknown parameter"),
]


@pytest.mark.asyncio
async def test_a_wrong_question_is_told_so_before_any_row(face: Face) -> None:
    for asked, told in WRONG:
        assert told in (await face.get(query(**asked), 400))["error"]
        async with face.client.get(f"/api/v1/inventory.csv?{urlencode(asked)}") as answer:
            assert answer.status == 400, asked


@pytest.mark.asyncio
async def test_facets_count_what_each_value_would_give(face: Face) -> None:
    told = await face.get(query(where=["role=ward-router", "site.kind=ward"], language="en"))
    assert told["total"] == 1
    facets = {one["field"]: one["choices"] for one in told["facets"]}
    assert facets["role"] == [{"value": "ward-router", "word": "Commune router", "count": 1}]
    assert facets["site.kind"] == [{"value": "ward", "word": "Commune or ward", "count": 1}]
    whole = {one["field"]: one["choices"] for one in (await face.get(query()))["facets"]}
    assert [one["value"] for one in whole["shown"]] == ["unreachable", "up"]
    assert [one["word"] for one in whole["shown"]] == ["Bị che bởi sự cố khác", "Hoạt động tốt"]
    assert {(one["value"], one["count"]) for one in whole["vendor"]} == {("Cisco", 1), ("", 1)}
    assert "collector" not in whole, "one value narrows nothing"
    one = await face.get(query(where="role=ward-router"))
    roles = next(each for each in one["facets"] if each["field"] == "role")["choices"]
    assert {(each["value"], each["count"]) for each in roles} == {
        ("ward-router", 1),
        ("core-switch", 1),
    }
    none = await face.get(query(where="role=gone"))
    gone = next(each for each in none["facets"] if each["field"] == "role")["choices"]
    assert {"value": "gone", "word": "gone", "count": 0} in gone


@pytest.mark.asyncio
async def test_work_that_is_on_is_shown_as_such_and_found_as_such(face: Face) -> None:
    verdicts = face.running.engine.verdicts
    held = verdicts[f"device:{UP}"]
    face.running.engine._board.verdicts[f"device:{UP}"] = replace(held, maintenance="site:dc")
    assert await found(face, where="shown=maintenance") == [UP]
    assert await found(face, where="state=up") == [UP]
    told = await face.get(query(where="shown=maintenance"))
    assert (told["rows"][0]["state"], told["rows"][0]["word"]) == ("maintenance", "Đang bảo trì")


@pytest.mark.asyncio
async def test_a_list_comes_in_pages_and_ends_at_the_last(face: Face) -> None:
    pages = [await face.get(query(limit=1, page=number)) for number in (1, 2, 9)]
    assert [one["page"] for one in pages] == [1, 2, 2]
    assert [one["pages"] for one in pages] == [2, 2, 2]
    assert [one["rows"][0]["thing"] for one in pages] == [
        f"device:{UP}",
        f"device:{DOWN}",
        f"device:{DOWN}",
    ]


@pytest.mark.asyncio
async def test_the_file_is_the_list_with_numbers_that_count(face: Face) -> None:
    asked = {"kind": "circuit", "columns": "name,title,kind,capacity,z.device,shown,since"}
    headings, row = await table(face, **asked)
    assert headings == [
        "Mã",
        "Tên",
        "Loại đường truyền",
        "Dung lượng (bit/s)",
        "Điểm cuối",
        "Trạng thái",
        "Từ lúc",
    ]
    assert row[:6] == ["tsl-a", "Kênh xã Pà Cò", "TSLCD", "200000000", DOWN, "Mất kết nối"]
    since = datetime.fromtimestamp(NOW - 5, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert row[6] == f"{since:%Y-%m-%d %H:%M:%S}"
    told = await face.get(query(**asked))
    assert told["rows"][0]["cells"][3] == "200 Mbit/s"
    async with face.client.get("/api/v1/inventory.csv?kind=site&language=en") as answer:
        given = answer.headers["Content-Disposition"]
        assert given.startswith('attachment; filename="hoa-b-binh-sites-20')
        assert (await answer.read()).startswith(b"\xef\xbb\xbfName,")
    async with face.client.head("/api/v1/inventory.csv") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


CELLS = [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
    ("+84 218", "'+84 218"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("＝1+1", "'＝1+1"),
    ("\t=1", "'=1"),
    ("\r=1", "'=1"),
    ('a "b", c', 'a "b", c'),
    ("a\r\n=1", "a =1"),
    ("Nguyễn = Trãi", "Nguyễn = Trãi"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
]


@pytest.mark.asyncio
async def test_no_cell_is_a_formula_and_none_breaks_its_line(face: Face) -> None:
    for title, cell in CELLS:
        changed(face.running, UP, title=title)
        rows = await table(face, columns="title,name", where=f"name={UP}")
        assert rows[1:] == [[cell, UP]]


@pytest.mark.asyncio
async def test_no_column_of_any_kind_holds_a_secret(face: Face) -> None:
    for kind, columns in COLUMNS.items():
        for language in ("vi", "en"):
            asked = {"kind": kind, "columns": ",".join(columns), "language": language}
            text = json.dumps(await face.get(query(**asked)))
            assert PLANTED not in text
            assert "HATANG_TEST_COMMUNITY" not in text
            assert len(await table(face, **asked)) > 1


def words(**asked: Any) -> Question:
    """A question about devices."""
    given = {"kind": "device", "search": "", "conditions": (), "columns": ("name",), "sort": ""}
    return Question(**{**given, **asked})


@pytest.mark.parametrize(
    ("kind", "search", "conditions"),
    [
        ("device", "pa co", ()),
        ("device", "", ("role=ward-router|ward-switch", "site.parent=mai-chau")),
        ("device", "tường lửa", ("site.kind=data-centre",)),
        ("circuit", "viettel mai chau", ("kind=ftth",)),
        ("circuit", "15/2026", ()),
        ("site", "muong", ("kind=ward",)),
        ("service", "mot cua", ()),
    ],
)
def test_the_console_finds_what_the_command_finds(
    province: Inventory,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    search: str,
    conditions: tuple[str, ...],
) -> None:
    where = [word for one in conditions for word in ("--where", one)]
    command = ["inventory", "list", "-i", str(EXAMPLE), "--kind", kind, "--columns", "name"]
    assert main([*command, *where, search]) == 0
    told = capsys.readouterr().out.splitlines()[1:]
    stock = Stock(province, "vi", {}, {})
    here = find(stock, words(kind=kind, search=search, conditions=conditions))
    assert sorted(told) == sorted(one.name for one in here.things)
    assert told


def test_things_stand_in_the_order_that_people_count_in(province: Inventory) -> None:
    stock = Stock(province, "vi", {}, {})
    by_address = find(stock, words(sort="address", conditions=("site=dc",))).things
    hosts = [province.devices[one.name].address for one in by_address]
    assert hosts == sorted(hosts, key=lambda one: [int(part) for part in one.split(".")])
    by_capacity = find(stock, words(kind="circuit", sort="-capacity")).things
    sizes = [province.circuits[one.name].capacity for one in by_capacity]
    full = [one for one in sizes if one is not None]
    assert full == sorted(full, reverse=True)
    assert sizes[: len(full)] == full, "what has no value stands last"


def test_what_is_called_as_was_searched_comes_first(province: Inventory) -> None:
    stock = Stock(province, "vi", {}, {})
    names = [one.name for one in find(stock, words(search="pa co")).things]
    assert {one[:12] for one in names[:3]} == {"hbh-xa-05212"}
    assert len(names) > 3, "others have both words somewhere"


def test_roles_of_the_example_are_called_as_it_calls_them(province: Inventory) -> None:
    said = yaml.safe_load(EXAMPLE.read_text())["roles"]
    assert province.roles == {name: one["name"] for name, one in said.items() if "name" in one}
    used = {one.role for one in province.devices.values()}
    assert used <= ROLES.keys(), "every one has English words"
    stock = Stock(province, "vi", {}, {})
    english = Stock(province, "en", {}, {})
    assert stock.word("device", "role", "ups") == province.roles["ups"]
    assert english.word("device", "role", "ups") == "UPS"


def test_a_role_without_words_is_called_as_it_stands() -> None:
    stock = Stock(replace(small(), roles={"x-ray": "Máy soi"}), "en", {}, {})
    assert stock.word("device", "role", "x-ray") == "Máy soi"
    assert stock.word("device", "role", "drone") == "drone"


def test_every_device_has_text_in_every_column(province: Inventory) -> None:
    stock = Stock(province, "vi", {}, {})
    for kind, columns in COLUMNS.items():
        found_all = find(stock, words(kind=kind)).things[:40]
        for thing in found_all:
            for column in columns.values():
                assert isinstance(stock.text(thing, column), str)
                assert isinstance(stock.text(thing, column, raw=True), str)


@pytest.mark.asyncio
async def test_a_place_where_nothing_stands_is_not_watched_rather_than_unknown(face: Face) -> None:
    running = face.running
    inventory = running.plan.inventory
    sites = {**inventory.sites, "mai-chau": Site("mai-chau", "Huyện Mai Châu", "district")}
    running.plan = build(replace(inventory, sites=sites), "noc-1", PROBES, lambda one: one.fetch())
    told = await face.get(query(kind="site", columns="name,shown", language="en", sort="shown"))
    assert told["rows"][-1]["cells"] == ["mai-chau", "Not watched"]
    assert await found(face, kind="site", where="shown=unwatched") == ["mai-chau"]
    assert await found(face, kind="site", where="shown=unknown") == []
