"""From answers to rows: numbers, times, spans, and what a hostile device could answer."""

import pytest

from probes.cli.facts import MOST_ROWS, UnreadableError, changed_at, instant, number, rows_of
from probes.cli.language import Changed, Fact, Value, platforms

NOW = 1_795_320_000.0
IDENTITY = (("device", "d"), ("site", "s"))


def value(**given: object) -> Value:
    return Value.model_validate({"of": "x", **given})


@pytest.mark.parametrize(
    ("given", "text", "expected"),
    [
        ({}, "1,234.5", 1234.5),
        ({"scale": 0.001}, "250", 0.25),
        ({}, "none", None),
        ({}, "", None),
        ({}, "nan", None),
        ({"map": {"full": 1}, "default": 0}, "Full", 1),
        ({"map": {"full": 1}, "default": 0}, "Down", 0),
        ({"map": {"full": 1}}, "Down", None),
        ({"form": "left"}, "3  weeks 4  days", NOW + 25 * 86400),
        ({"form": "left"}, "Life time", None),
        ({"form": "left"}, "999999999 years", None),
        ({"form": "instant", "formats": ["%Y-%m-%d"]}, "2026-12-31", 1798675200),
        ({"form": "instant", "formats": ["%Y-%m-%d"]}, "PERMANENT", None),
        ({"form": "age", "formats": ["%Y-%m-%d"]}, "2026-11-21", NOW - 1795219200),
        ({"form": "age", "formats": ["%Y-%m-%d"]}, "2030-01-01", 0.0),
    ],
)
def test_number_of_a_text(given: dict[str, object], text: str, expected: float | None) -> None:
    found = number(value(**given), {"x": text}, NOW)
    assert found == expected or (text == "nan" and found != found)


def test_first_group_that_is_there_counts() -> None:
    assert number(value(of=["x", "y"]), {"x": "", "y": "7"}, NOW) == 7


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("UTC", 0.0), ("ICT", -25200.0), ("+07:00", -25200.0), ("-0130", 5400.0), ("CEST", None)],
)
def test_zone_counts_if_it_is_known(zone: str, expected: float | None) -> None:
    assert instant("1970-01-01", ["%Y-%m-%d"], zone) == expected


def test_impossible_date_is_none() -> None:
    assert instant("2026-02-31", ["%Y-%m-%d"]) is None


def test_time_of_a_change_in_an_unknown_zone_is_not_told() -> None:
    told = Changed(pattern=r"at (?P<when>\S+) (?P<zone>\S+)", formats=["%Y-%m-%d"])
    assert changed_at(told, "at 2026-11-21 CEST") is None
    assert changed_at(told, "at 2026-11-21 UTC") == 1795219200
    assert changed_at(None, "at 2026-11-21 UTC") is None


def frr(text: str) -> dict[str, bytes]:
    rows = rows_of(platforms()["frr"].facts["bgp"], text, IDENTITY, NOW)
    return {dict(row.head.labels)["peer"]: row.fields for row in rows}


def test_peers_of_both_families_are_one_row_each() -> None:
    line = "10.0.0.{} 4 65002 12 12 0 0 0 00:05:12 {} 2 N/A\n"
    found = frr(line.format(2, 14) + line.format(3, "Active") + line.format(2, "Idle (PfxCt)"))
    assert found["10.0.0.2"] == b"peer_up=1,peer_state=6,peer_prefixes=14"
    assert found["10.0.0.3"] == b"peer_up=0,peer_state=3"


def test_answer_that_says_nothing_known_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        frr("Segmentation fault")
    assert frr("% No BGP neighbors found in VRF default") == {}
    assert frr("") == {}


def test_rows_are_bounded() -> None:
    line = "10.{}.{}.1 4 65002 12 12 0 0 0 00:05:12 14 2 N/A\n"
    text = "".join(line.format(n // 250, n % 250) for n in range(3000))
    assert len(frr(text)) == MOST_ROWS


def test_label_of_a_device_is_cleaned() -> None:
    fact = Fact.model_validate(
        {
            "command": "show license",
            "pattern": "(?P<name>.*)=(?P<x>.*)",
            "rows": [
                {"subject": "license", "label": {"license": "{name}"}, "fields": {"a": {"of": "x"}}}
            ],
        }
    )
    (row,) = rows_of(fact, "\x1b[31mred,site=x=5", IDENTITY, NOW)
    assert dict(row.head.labels)["license"] == "[31mred,site=x"
