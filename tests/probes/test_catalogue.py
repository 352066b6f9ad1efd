"""The catalogue keeps its own naming rules, and the reference page is what it says."""

from pathlib import Path

import pytest

from probes.catalogue import METRICS, SUBJECTS, fields, load, metric
from probes.catalogue_page import page

DOCS = Path(__file__).parents[2] / "docs"

BAD = """
sections:
- title: {en: t, vi: t}
  subjects:
    %s:
      of: device
      labels: [%s]
      about: {en: a, vi: a}
      fields:
        %s: {%s, help: h, vi: v}
"""


@pytest.mark.parametrize(
    ("subject", "label", "field", "facts", "fault"),
    [
        ("disk", "disk", "reads", "kind: counter, unit: count", "does not end in _total"),
        ("disk", "disk", "reads_total", "kind: gauge, unit: count", "neither counts nor"),
        ("disk", "disk", "size", "kind: gauge, unit: bytes", "does not end in its unit, bytes"),
        ("disk", "disk", "Size_bytes", "kind: gauge, unit: bytes", "lower-case words"),
        ("disk", "Disk1", "size_bytes", "kind: gauge, unit: bytes", "label"),
        ("a_b", "disk", "size_bytes", "kind: gauge, unit: bytes", "has _ in its subject"),
        ("disk", "disk", "end_timestamp_seconds", "kind: gauge, unit: seconds", "point in time"),
        ("disk", "disk", "info", "kind: info, unit: info, text: [a]", "is an info"),
        ("disk", "disk", "info", "kind: info, unit: info, described: true", "is an info"),
        ("disk", "disk", "kept", "kind: gauge, unit: count, text: [a]", "has text"),
        ("disk", "disk", "up", "kind: state, unit: state", "values are spelled out"),
        ("disk", "disk", "up", "kind: gauge, unit: furlongs", "unit"),
        ("disk", "disk", "up", "kind: gauge, unit: count, colour: red", "colour"),
    ],
)
def test_broken_rule_is_named(subject: str, label: str, field: str, facts: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        load(BAD % (subject, label, field, facts))


def test_subject_that_stands_twice_is_refused() -> None:
    one = BAD % ("disk", "disk", "busy_ratio", "kind: gauge, unit: ratio")
    with pytest.raises(ValueError, match="disk stands 2 times"):
        load(one + one.replace("\nsections:", ""))


def test_names_are_subject_and_field() -> None:
    found = metric("interface_receive_bytes_total")
    assert (found.subject, found.field, found.kind) == (
        "interface",
        "receive_bytes_total",
        "counter",
    )
    assert found is fields("interface")["receive_bytes_total"]
    with pytest.raises(KeyError, match="interface_bytes"):
        metric("interface_bytes")


def test_what_changes_rarely_is_described_and_counters_are_measured() -> None:
    described = {one.name for one in METRICS.values() if one.described}
    assert {"memory_total_bytes", "storage_total_bytes", "interface_speed_bits_per_second"} <= (
        described
    )
    assert not [one.name for one in METRICS.values() if one.kind == "counter" and one.described]


def test_labels_allow_an_instance_and_what_may_be_absent() -> None:
    info = metric("interface_info")
    assert info.allows({"device", "site", "interface"})
    assert info.allows({"device", "site", "interface", "alias"})
    assert not info.allows({"device", "interface"})
    assert metric("http_status_code").allows({"service", "target"})
    assert metric("http_status_code").allows({"device", "site", "target"})
    assert not metric("http_status_code").allows({"device", "site"})
    assert metric("incident_open").allows({"severity"})


def test_every_metric_is_explained_in_two_languages() -> None:
    assert all(one.help and one.help_vi for one in METRICS.values())
    assert all(one.about and one.about_vi for one in SUBJECTS.values())


def test_reference_page_is_fresh() -> None:
    assert (DOCS / "metrics.md").read_text("utf-8") == page(), "run `make docs`"


def test_reference_page_names_every_metric() -> None:
    text = page()
    assert not [name for name in METRICS if f"| `{name}` |" not in text]
