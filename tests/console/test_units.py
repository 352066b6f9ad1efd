"""How the console writes values, by the catalogue's units, in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from collector.api.screen import clock
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

CLOCK = f"""([language, clock, moments]) => {{
{joined.script(sources(), "words.js")}
  $words.speak(language);
  $words.keepTime({{ clock }});
  return moments.map((one) => {{
    const date = new Date(one * 1000);
    return [$words.moment(one), $words.second(date), $words.today(date)];
  }});
}}"""

NUMBERS = f"""(language) => {{
{joined.script(sources(), "words.js")}
  $words.speak(language);
  const own = (value) => value.toLocaleString(language === "en" ? "en-GB" : "vi-VN");
  const asked = [0, 7, -7, 999, 1000, -1000, 12345, 1234567, 0.5, -0.5, 1234.567, 0.04, 99.999];
  return asked.map((value) => [$words.decimal(value, 3), own(value)]);
}}"""

POINTED = f"""(capacity) => {{
{joined.script(sources(), "map/side.js")}
  $words.speak("vi");
  const one = {{ thing: "circuit:a", kind: "", title: "a", provider: "VNPT", a: null, capacity }};
  const place = document.body.appendChild(document.createElement("div"));
  place.id = "pointed";
  $map_side.pointed({{ of: () => one, title: () => "" }}, one.thing, null, null);
  const said = place.querySelectorAll(".fact")[1].textContent;
  place.remove();
  return said;
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


def test_the_map_rounds_no_narrow_circuit_to_nothing(page: Page) -> None:
    said = [page.evaluate(POINTED, one) for one in (2e8, 2_048_000, 512_000)]
    assert said == ["VNPT · 200 Mbit/s", "VNPT · 2,05 Mbit/s", "VNPT · 512 kbit/s"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_numbers_are_written_as_the_browser_would(page: Page, language: str) -> None:
    for own, browsers in page.evaluate(NUMBERS, language):
        assert own == browsers


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("vi", ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"]),
        ("en", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Europe/Berlin"])
def test_times_are_the_provinces_whatever_its_zone_and_the_browsers(
    page: Page, zone: str, language: str, days: list[str]
) -> None:
    there = ZoneInfo(zone)
    year = datetime.now(there).year - 1
    shift = datetime(year, 3, 29, 1, 0, tzinfo=UTC)
    moments = [shift + timedelta(hours=12 * step, minutes=7) for step in range(-16, 17)]
    told = [one.model_dump() for one in clock(there, year)]
    found = page.evaluate(CLOCK, [language, told, [one.timestamp() for one in moments]])
    for one, (moment, second, today) in zip(moments, found, strict=True):
        local = one.astimezone(there)
        assert moment == f"{local:%H:%M %d/%m/%Y}"
        assert second == f"{local:%H:%M:%S}"
        assert today == f"{days[local.weekday()]}, {local:%d/%m/%Y}"


def test_every_unit_of_the_catalogue_is_written_with_its_sign(page: Page) -> None:
    units = sorted({metric.unit for metric in METRICS.values()} - UNITLESS)
    assert len(units) > 10
    found = page.evaluate(WRITE, ["en", [[12.0, unit] for unit in units]])
    assert [unit for unit, text in zip(units, found, strict=True) if text == "12"] == []
