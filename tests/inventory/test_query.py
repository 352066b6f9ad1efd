"""Finding and exporting: fields, folded Vietnamese, other programs' formats."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.export import COLUMNS, FORMATS, export
from inventory.load import load
from inventory.model import Inventory, Thing
from inventory.query import QueryInvalid, find, fold, look, record, select
from inventory.vocabulary import Vocabulary

WHOLE = Path(__file__).parent / "good" / "whole.yaml"


@pytest.fixture(scope="module")
def whole(vocabulary: Vocabulary) -> Inventory:
    return load(WHOLE, vocabulary)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("ho\u0061\u0300", "hoa"),
        ("HÒA BÌNH", "hoa binh"),
        ("Đà Bắc", "da bac"),
        ("đường Nguyễn Huệ", "duong nguyen hue"),
        ("Thủy", "thuy"),
        ("Thuỷ", "thuy"),
        ("Săm Khóe", "sam khoe"),
        ("ưỡng ợ ỷ", "uong o y"),
    ],
)
def test_folding_forgets_marks_and_their_position(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        (["role=ward-router"], ["rt01"]),
        (["site.kind=ward"], ["rt01", "ap01"]),
        (["site.kind=ward", "role!=silent"], ["rt01"]),
        (["site.parent=mai-chau"], ["rt01", "ap01"]),
        (["site.parent.title~mai chau"], ["rt01", "ap01"]),
        (["site.unit.code=05212"], ["rt01", "ap01"]),
        (["site.unit.name~pa co"], ["rt01", "ap01"]),
        (["address=fd00::1"], ["core"]),
        (["addresses~10.0.0."], ["core", "rt01", "ap01"]),
        (["tags=level-3"], ["rt01"]),
        (["uplinks=circuit:tsl-1"], ["rt01"]),
        (["uplinks=rt01"], ["ap01"]),
        (["uplinks="], ["core"]),
        (["ping=500ms"], ["rt01"]),
        (["ping="], ["ap01"]),
        (["interval=2m"], ["core", "rt01", "ap01"]),
        (["probes=snmp"], ["rt01"]),
        (["probes.settings.port=1161"], ["rt01"]),
        (["credentials.snmp=ward"], ["rt01", "ap01"]),
        (["asset.serial!="], ["rt01"]),
        (["asset.support_until~2028"], ["rt01"]),
        (["thresholds.rule=StorageFull", "thresholds.only~var"], ["rt01"]),
        (["role=ward-router|silent"], ["rt01", "ap01"]),
        (["role!=ward-router|silent"], ["core"]),
        (["role=silent|"], ["core", "ap01"]),
        (["address~0.0.1|0.0.3"], ["core", "ap01"]),
    ],
)
def test_conditions_reach_every_field(
    whole: Inventory, conditions: list[str], names: list[str]
) -> None:
    assert [thing.name for thing in select(whole, "device", conditions)] == names


def test_conditions_know_other_kinds_and_units(whole: Inventory) -> None:
    assert select(whole, "circuit", ["capacity=200M", "a.device=core", "payers=Sở TT&TT"])
    assert select(whole, "circuit", ["targets.availability=99.95%"])
    assert select(whole, "circuit", ["site=pa-co", "site.kind=ward", "site.parent.title~mai chau"])
    assert select(whole, "circuit", ["site=dc"]) == []
    assert select(whole, "service", ["needs=site:dc", "level=3"])
    assert [one.name for one in select(whole, "site", ["location=105"])] == ["dc"]


def test_search_finds_words_in_any_order_whatever_their_marks(whole: Inventory) -> None:
    assert [t.name for t in select(whole, "device", words="co PA")] == ["rt01", "ap01"]
    assert [t.name for t in select(whole, "site", words="xã")] == ["pa-co"]
    assert select(whole, "site", words="pa khong") == []


@pytest.mark.parametrize(
    ("kind", "words", "names"),
    [
        ("device", "fg1", ["rt01"]),
        ("device", "tsl-1", ["rt01"]),
        ("device", "10.0.0.3", ["ap01"]),
        ("device", "fd00::1", ["core"]),
        ("circuit", "15/2026", ["tsl-1"]),
        ("circuit", "vnpt pa co", ["tsl-1"]),
        ("circuit", "ge-0/0/3", ["tsl-1"]),
        ("circuit", "10.9.9.9", ["tsl-1"]),
        ("service", "mot cua", ["mot-cua"]),
        ("site", "05212", ["pa-co"]),
    ],
)
def test_search_finds_what_people_read_off_a_label_or_a_contract(
    whole: Inventory, kind: str, words: str, names: list[str]
) -> None:
    assert [one.name for one in select(whole, kind, words=words)] == names


def test_search_finds_a_role_by_its_name_and_words_that_others_know(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    path = tmp_path / "roles.yaml"
    path.write_text(
        "collectors: {noc-1: {}}\nsites: {dc: {name: A}}\nroles: {fw: {name: Tường lửa}}\n"
        "devices: {a: {address: 10.0.0.1, site: dc, role: fw}, b: {address: 10.0.0.2, site: dc}}\n"
    )
    inventory = load(path, vocabulary)
    assert inventory.roles == {"fw": "Tường lửa"}
    assert select(inventory, "device", words="tuong lua") == [Thing("device", "a")]
    found = select(inventory, "device", words="vigor a", also={"b": "Vigor2927"})
    assert found == [Thing("device", "b")]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("rolle=x", 'no field "rolle" (did you mean "role"?)'),
        ("role", 'bad condition "role" (write field=value, != or ~)'),
        ("=x", 'bad condition "=x" (write field=value, != or ~)'),
    ],
)
def test_a_condition_that_says_nothing_is_refused(
    whole: Inventory, condition: str, told: str
) -> None:
    with pytest.raises(QueryInvalid) as caught:
        select(whole, "device", [condition])
    assert str(caught.value) == told


def test_things_are_found_by_name_and_kind(whole: Inventory) -> None:
    assert find(whole, "core") == Thing("device", "core")
    assert find(whole, "site:dc") == Thing("site", "dc")
    with pytest.raises(QueryInvalid, match='did you mean "tsl-1"'):
        find(whole, "tsl1")
    with pytest.raises(QueryInvalid, match="unknown kind"):
        find(whole, "rack:1")


def test_a_record_is_json_and_shows_references_not_secrets(
    whole: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_AUTH", "K9-mat-khau")
    text = json.dumps(record(whole, Thing("device", "core")))
    assert "env:SNMP_AUTH" in text
    assert "K9-mat-khau" not in text
    assert look(whole, Thing("device", "core"), ("site", "title")) == ["TTDL"]


def test_the_ansible_export_has_hosts_roles_and_nested_sites(whole: Inventory) -> None:
    made = json.loads(export(whole, "ansible"))["all"]
    assert made["hosts"]["rt01"]["ansible_host"] == "10.0.0.2"
    groups = made["children"]
    assert set(groups["role_ward_router"]["hosts"]) == {"rt01"}
    assert set(groups["site_pa_co"]["hosts"]) == {"rt01", "ap01"}
    assert set(groups["site_mai_chau"]["children"]) == {"site_pa_co"}


def test_the_file_sd_export_is_targets_with_labels(whole: Inventory) -> None:
    made = json.loads(export(whole, "file-sd"))
    assert [one["targets"] for one in made] == [["10.0.0.1"], ["10.0.0.2"], ["10.0.0.3"]]
    assert made[1]["labels"]["site"] == "pa-co"
    assert all(isinstance(v, str) for one in made for v in one["labels"].values())


def test_the_csv_export_opens_in_a_spreadsheet(whole: Inventory) -> None:
    text = export(whole, "csv")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1]["site_title"] == "UBND xã Pà Cò"
    assert rows[1]["unit_code"] == "05212"


def test_a_cell_is_never_a_formula(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "formula.yaml"
    path.write_text(
        "collectors: {noc-1: {}}\nsites: {dc: {name: '=HYPERLINK(1)'}}\n"
        "devices: {a: {address: 10.0.0.1, site: dc, name: '@SUM'}}\n"
    )
    text = export(load(path, vocabulary), "csv")
    assert "'=HYPERLINK(1)" in text
    assert ",=" not in text


def test_the_json_export_holds_every_section(whole: Inventory) -> None:
    made = json.loads(export(whole, "json"))
    assert made["devices"]["rt01"]["probes"][0]["settings"]["port"] == 1161
    assert made["circuits"]["tsl-1"]["capacity"] == 200e6
    assert made["calendars"]["office"]["days"] == [0, 1, 2, 3, 4]
    assert made["province"]["name"] == "Hòa Bình"


def test_no_export_ever_holds_a_secret(
    tmp_path: Path, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "community").write_text("K9-mat-khau")
    monkeypatch.setenv("NOC_MAIL", "K9-mat-khau")
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "collectors: {noc-1: {}}\nsites: {dc: {name: A}}\ncontacts: {noc: {email: env:NOC_MAIL}}\n"
        "credentials: {a: {snmp: {community: file:community}}}\n"
        "devices: {a: {address: 10.0.0.1, site: dc, credentials: [a]}}\n"
    )
    inventory = load(path, vocabulary)
    assert inventory.devices["a"].credentials["snmp"].fetch()["community"].reveal() == "K9-mat-khau"
    for form in FORMATS:
        assert "K9-mat-khau" not in export(inventory, form)
    assert "K9-mat-khau" not in repr(inventory)
