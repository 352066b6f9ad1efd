"""Rows and heads: what stands in a line of line protocol."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.reading import Head, Reading, Reason, clean, info, number, row, values


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (b"Gi0/1", "Gi0/1"),
        ("  Cổng  ", "Cổng"),
        (b"uplink\x00\x00", "uplink"),
        (b"a\nb\tc", "a b c"),
        (b"Zn\xe4hler", "Znähler"),
        ("ă" * 100, "ă" * 64),
        (b"\xff\xfe\x00", "ÿþ"),
    ],
)
def test_text_from_devices_becomes_a_clean_label(text: str | bytes, label: str) -> None:
    assert clean(text) == label


@given(st.binary(max_size=300))
def test_any_bytes_become_valid_short_text(raw: bytes) -> None:
    label = clean(raw)
    assert len(label.encode()) <= 128
    assert label == label.strip()
    assert not any(ord(c) < 32 for c in label)


def test_head_escapes_what_line_protocol_splits_at() -> None:
    head = Head("interface", {"device": "a b", "interface": "x,y=z", "alias": ""})
    assert head.encoded == b"interface,device=a\\ b,interface=x\\,y\\=z"
    assert head.labels == (("device", "a b"), ("interface", "x,y=z"))


@given(st.lists(st.tuples(st.sampled_from(["a", "b_c"]), st.text(max_size=40)), max_size=4))
def test_labels_come_back_as_they_were_cleaned(pairs: list[tuple[str, str]]) -> None:
    head = Head("interface", pairs)
    assert head.labels == tuple((name, clean(value)) for name, value in pairs if clean(value))
    assert head.subject == "interface"
    assert Head.written(head.encoded) == head


def test_row_leaves_out_what_was_not_read() -> None:
    found = row(Head("icmp", {}), {"sent_total": 5, "rtt_seconds": None, "loss_ratio": math.nan})
    assert found is not None
    assert found.fields == b"sent_total=5"
    assert row(Head("icmp", {}), {"rtt_seconds": None}) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(2**64 - 1, str(2**64 - 1)), (0.5, "0.5"), (3.0, "3"), (0.1234567, "0.123457"), (True, "1")],
)
def test_numbers_are_exact_or_rounded_to_six_places(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_measurement_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no measurement"):
        number(value)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 2**64 - 1), min_size=1))
def test_integers_come_back_exactly(given_values: dict[str, int]) -> None:
    found = row(Head("x", {}), given_values)
    assert found is not None
    assert values(found.fields) == given_values


def test_partial_reading_is_a_success_but_not_complete() -> None:
    reading = Reading(0.0, reason=Reason.PARTIAL)
    assert reading.success
    assert not reading.complete
    assert not Reading(0.0, reason=Reason.TIMEOUT).success


def test_info_row_has_the_value_one() -> None:
    assert info("site", {"site": "dc"}).fields == b"info=1"
