"""How columns become numbers, texts and conditions: the pure part of the profile language."""

import re
from typing import Any

import pytest

from probes.snmp.decode import TableState
from probes.snmp.lines import Fresh, cells_of
from probes.snmp.plan import compile_profile
from probes.snmp.profile import Profile, TableSpec
from probes.snmp.value import Cell, Moment, part

MOMENT = Moment(1_000_000.0, 50_000)
CELLS: dict[str, Cell] = {
    "a": 10,
    "b": 4,
    "zero": 0,
    "minus": -3,
    "said": b"23.5 C",
    "word": b"on",
    "none": None,
    "prefix": 8,
    "places": 1,
    "ticks": 20_000,
    "past": 999_000,
    "real": 2.5,
    "date": bytes((0x07, 0xEA, 11, 22, 10, 0, 0, 0)),
    "zoned": bytes((0x07, 0xEA, 11, 22, 10, 0, 0, 0, 0x2B, 7, 0)),
    "until": b"2026-11-22",
    "never": b"Never",
    "baddate": bytes((0x07, 0xEA, 13, 40, 10, 0, 0, 0)),
}


def plan(row: dict[str, Any]) -> Any:
    table = TableSpec.model_validate(
        {"columns": dict.fromkeys(CELLS, "1.3.6.1.4.1.99"), "rows": [{"subject": "x", **row}]}
    )
    profile = Profile(name="x", title="x", match=[], raw=True, identity={}, tables={"t": table})
    return compile_profile(profile).tables[0].rows[0]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("a", 10),
        ("none", None),
        ("word", None),
        ("said", 23.5),
        ({"of": "a", "scale": 0.1}, 1),
        ({"of": "a", "scale": 2, "offset": -32}, -12),
        ({"of": ["a", "-b"]}, 6),
        ({"of": ["a", "-none"]}, None),
        ({"of": ["a", "-none?", "-b"]}, 6),
        ({"of": "a", "times": "b"}, 40),
        ({"of": "b", "over": "a"}, 0.4),
        ({"of": "b", "over": ["a", "b"], "scale": 7}, 2),
        ({"of": "b", "over": "zero"}, None),
        ({"of": "a", "valid": [0, 9]}, None),
        ({"of": "minus", "valid": [-5, 0]}, -3),
        ({"of": "a", "map": {10: 1}}, 1),
        ({"of": "a", "map": {1: 1}}, None),
        ({"of": "a", "map": {1: 1}, "default": 0}, 0),
        ({"of": "none", "map": {1: 1}, "default": 0}, None),
        ({"of": "word", "map": {"on": 1, "off": 0}}, 1),
        ({"of": "a", "decimal": {"prefix": "prefix", "places": "places"}}, 0.001),
        ({"of": "a", "decimal": {"prefix": "prefix", "places": "none"}}, None),
        ({"of": "a", "decimal": {"prefix": "none"}}, None),
        ({"of": "ticks", "form": "since_boot"}, 999_700),
        ({"of": "a", "form": "since_boot", "scale": 1e6}, None),
        ({"of": "past", "form": "age"}, 1000),
        ({"of": "a", "form": "dbm"}, 10),
        ({"of": "zero", "form": "dbm"}, None),
        ({"of": "date", "form": "time"}, 1_795_341_600),
        ({"of": "zoned", "form": "time"}, 1_795_341_600 - 7 * 3600),
        ({"of": "baddate", "form": "time"}, None),
        ({"of": "until", "form": "time", "format": ["%d/%m/%Y", "%Y-%m-%d"]}, 1_795_305_600),
        ({"of": "never", "form": "time", "format": ["%Y-%m-%d"]}, None),
        ({"of": "past", "form": "time"}, 999_000),
        ({"of": "b", "form": "ahead", "scale": 86400}, 1_345_600),
        ({"of": "word", "default": 1}, 1),
        ({"of": "none", "default": 1}, None),
        (["none", "b"], 4),
        ([{"of": "a", "valid": [0, 1]}, {"of": "real"}], 2.5),
    ],
)
def test_values(value: object, number: float | None) -> None:
    (field,) = plan({"fields": {"v": value}}).measured
    assert field.number(CELLS, MOMENT) == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (10, True),
        ([9, 10], True),
        ([9], False),
        ({"not": [10]}, False),
        ({"not": [9, ""]}, True),
        ({"pattern": "^1"}, True),
        ({"pattern": "^2"}, False),
    ],
)
def test_conditions(condition: object, fits: bool) -> None:
    ((name, check),) = plan({"where": {"a": condition}}).where
    assert check(CELLS[name]) is fits


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{a}", "10"),
        ("port {a}/{word}", "port 10/on"),
        ("{none}", ""),
        ("x {none}", ""),
        ("{index}", "1.200.3"),
        ("{index.2}", "200"),
        ("{index.-1}", "3"),
        ("{index.9}", ""),
        ("fixed", "fixed"),
    ],
)
def test_texts(text: str, said: str) -> None:
    ((template, _, _),) = plan({"label": {"x": [text]}}).sources
    assert template(CELLS, b"\x01\x81\x48\x03") == said


def test_an_index_holds_text_with_or_without_its_length() -> None:
    ((template, _, _),) = plan({"label": {"x": ["{text.1}"]}}).sources
    assert template(CELLS, b"\x03vpn") == "vpn"
    assert template(CELLS, b"vpn") == "vpn"
    ((template, _, _),) = plan({"label": {"x": ["{text.2}"]}}).sources
    assert template(CELLS, b"\x07\x02hq") == "hq"


def test_strings_of_an_index_stand_one_behind_the_other() -> None:
    ((template, _, _),) = plan({"label": {"x": ["{texts.1}"]}}).sources
    assert template(CELLS, b"\x03lan\x02hq\x02") == "lan hq"
    assert template(CELLS, b"\x03la") == ""


@pytest.mark.parametrize(
    ("index", "said"),
    [
        (b"\x01\x01\x04\x0a\x00\x00\x01", "10.0.0.1"),
        (b"\x01\x04\x0a\x00\x00\x01", "10.0.0.1"),
        (b"\x01\x0a\x00\x00\x01", "10.0.0.1"),
        (b"\x01\x02\x10" + b"\x00" * 15 + b"\x01", "::1"),
        (b"\x01\x0a\x00\x01", ""),
        (b"\x01", ""),
    ],
)
def test_an_index_holds_an_address_with_or_without_its_type_and_length(
    index: bytes, said: str
) -> None:
    ((template, _, _),) = plan({"label": {"x": ["{address.2}"]}}).sources
    assert template(CELLS, index) == said


@pytest.mark.parametrize(
    ("cell", "form", "pattern", "said"),
    [
        (b"Speed: 3000 RPM", None, r"(\d+) RPM", b"3000"),
        (b"off", None, r"(\d+) RPM", b""),
        (b"\x2b\x06\x01\x02\x01\x02\x02\x01\x01\x05", "oid", r"\d+$", b"5"),
        (42, None, "4", b"4"),
    ],
)
def test_a_part_of_what_a_column_says(
    cell: Cell, form: str | None, pattern: str, said: bytes
) -> None:
    assert part(re.compile(pattern), cell, form) == said


def test_cells_are_what_the_pattern_leaves_of_them() -> None:
    column = Fresh([b"\x01", b"\x02", b"\x03"], [b"a: 1", b"b", b"c: 3"], complete=True)
    specs = {"c": {"oid": "1.3.6.1.4.1.99", "pattern": r": (\d)", "skip": ["c: 3"]}}
    table = TableSpec.model_validate({"columns": specs, "rows": [{"subject": "x"}]})
    profile = Profile(name="x", title="x", match=[], raw=True, identity={}, tables={"t": table})
    read = compile_profile(profile).tables[0].columns["c"]
    assert cells_of(column, read) == {b"\x01": b"1"}


def test_a_number_that_went_below_zero_is_read_on_as_an_unsigned_one() -> None:
    column = Fresh([b"\x01", b"\x02", b"\x03"], [-2, 7, -1], complete=True)
    specs = {"c": {"oid": "1.3.6.1.4.1.99", "form": "unsigned", "skip": [-1]}}
    table = TableSpec.model_validate({"columns": specs, "rows": [{"subject": "x"}]})
    profile = Profile(name="x", title="x", match=[], raw=True, identity={}, tables={"t": table})
    read = compile_profile(profile).tables[0].columns["c"]
    assert cells_of(column, read) == {b"\x01": 4294967294, b"\x02": 7}


def test_rows_that_are_only_summed_up_give_one_row() -> None:
    spec = {
        "columns": {"state": "1.3.6.1.4.1.99.1"},
        "rows": [
            {
                "subject": "wireless",
                "fields": {"access_points_up": {"of": "state", "map": {1: 1}, "default": 0}},
                "total": {"how": "sum", "only": True},
            }
        ],
    }
    table = TableSpec.model_validate(spec)
    profile = Profile(name="x", title="x", match=[], raw=True, identity={}, tables={"t": table})
    state = TableState(compile_profile(profile).tables[0], (("device", "ac1"),), {})
    fresh = {"state": Fresh([b"\x01", b"\x02", b"\x03"], [1, 2, 1], complete=True)}
    state.learn(fresh, {})
    (row,) = state.rows(fresh, MOMENT)
    assert (row.head.labels, row.fields) == ((("device", "ac1"),), b"access_points_up=2")
