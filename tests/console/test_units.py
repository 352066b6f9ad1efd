"""How the console writes values, by the catalogue's units, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from collector.console import joined
from collector.console.pages import sources
from probes.catalogue import METRICS, UNITLESS
from tests.console.browser import browser, opened
from tests.console.resting import resting

WRITE = f"""([language, pairs]) => {{
{joined.script(sources(), "units.js")}
  $words.speak(language);
  return pairs.map(([value, unit]) => $units.measured(value, unit));
}}"""

WRITTEN = [
    (12_345_678, "bits_per_second", "12,3 Mbit/s", "12.3 Mbit/s"),
    (999_999, "bits_per_second", "1 Mbit/s", "1 Mbit/s"),
    (0, "bits_per_second", "0 bit/s", "0 bit/s"),
    (1_500_000_000, "bytes", "1,5 GB", "1.5 GB"),
    (0.421, "ratio", "42,1 %", "42.1 %"),
    (1, "ratio", "100 %", "100 %"),
    (0.999998, "ratio", "99,999 %", "99.999 %"),
    (0.0042, "seconds", "4,2 ms", "4.2 ms"),
    (0.000071, "seconds", "71 µs", "71 µs"),
    (90, "seconds", "1 phút 30 s", "1 min 30 s"),
    (93_784, "seconds", "1 ngày 2 giờ", "1 d 2 h"),
    (3_000_000, "seconds", "34 ngày 17 giờ", "34 d 17 h"),
    (21.5, "celsius", "21,5 °C", "21.5 °C"),
    (1_423, "count", "1.423", "1,423"),
    (-27.25, "dbm", "-27,3 dBm", "-27.3 dBm"),
    (None, "count", "–", "–"),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with resting() as house, browser() as chromium, opened(chromium, house.url) as watched:
        yield watched.ready()


@pytest.mark.parametrize(("place", "language"), [(2, "vi"), (3, "en")])
def test_values_are_written_as_people_read_them(page: Page, place: int, language: str) -> None:
    given = [[one[0], one[1]] for one in WRITTEN]
    found = page.evaluate(WRITE, [language, given])
    assert found == [one[place] for one in WRITTEN]


def test_every_unit_of_the_catalogue_is_written_with_its_sign(page: Page) -> None:
    units = sorted({metric.unit for metric in METRICS.values()} - UNITLESS)
    assert len(units) > 10
    found = page.evaluate(WRITE, ["en", [[12.0, unit] for unit in units]])
    assert [unit for unit, text in zip(units, found, strict=True) if text == "12"] == []
