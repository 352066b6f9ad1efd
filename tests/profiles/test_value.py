"""How columns become numbers, texts and conditions: the pure part of the profile language."""

from typing import Any

import pytest

from probes.snmp.plan import Cell, Moment, compile_profile
from probes.snmp.profile import Profile, TableSpec

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
        ({"of": "ticks", "form": "since_boot"}, 999_700),
        ({"of": "a", "form": "since_boot", "scale": 1e6}, None),
        ({"of": "past", "form": "age"}, 1000),
        ({"of": "a", "form": "dbm"}, 10),
        ({"of": "zero", "form": "dbm"}, None),
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
    ((template, _, _),) = plan({"label": {"x": ["{text}"]}}).sources
    assert template(CELLS, b"\x03vpn") == "vpn"
    assert template(CELLS, b"vpn") == "vpn"
    ((template, _, _),) = plan({"label": {"x": ["{text.2}"]}}).sources
    assert template(CELLS, b"\x07\x02hq") == "hq"
