"""The page of the rules is made from the rules."""

import pytest

from alerts.rules import RULES, SELF, by_alert, load
from alerts.rules_page import number, page, plain
from tests.house import ROOT


def test_page_is_fresh() -> None:
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == page(), "run make docs"


def test_page_names_every_alert_and_what_is_needed() -> None:
    text = page()
    for alert, places in by_alert([*load(RULES), *load(SELF)]).items():
        needs = places[0].rule.annotations.needs
        assert (
            f"[{alert}](../alerts/runbooks/{alert}.md){f' *needs {needs}*' if needs else ''} |"
            in text
        )


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.85, "ratio", "85 %"),
        (0.001, "ratio", "0.1 %"),
        (600.0, "seconds", "10 m"),
        (93600.0, "seconds", "26 h"),
        (0.05, "seconds", "50 ms"),
        (2592000.0, "seconds", "30 d"),
        (25.0, "celsius", "25 °C"),
        (500.0, "count", "500"),
    ],
)
def test_limits_are_written_as_in_an_inventory(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_summaries_lose_their_templates() -> None:
    either = "{{ if lt $value 0.0 }}a{{ else }}b {{ $value | humanize }}{{ end }}"
    text = "{{ or $labels.service $labels.device }} " + either
    assert plain(text) == "*service* a / b …"
