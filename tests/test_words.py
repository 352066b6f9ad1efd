"""Messages, the console and Grafana say one word for one thing. The rooms may not import each
other's words: they are held against each other here.
"""

import re
from collections.abc import Iterable
from functools import cache

import pytest

from alerts.notice import SEVERITIES
from alerts.wording import reason_word, severity_word, state_word
from alerts.wording.words import KINDS, STATES, WORDS
from collector.api.listing.columns import COLUMNS, Column
from dashboards import words as grafana
from probes.reading import Reason
from tests.house import ROOT, texts

LANGUAGES = ("vi", "en")
_WORD = re.compile(r'^ *"([^"]+)": \[("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")\],?$', re.MULTILINE)

Pair = tuple[str, str]


@cache
def _page(name: str) -> dict[str, Pair]:
    """The words that a page of the console teaches; "" for those of all pages."""
    path = ROOT.joinpath("collector/console/assets", name, "words.js")
    text = path.read_text("utf-8")
    found = {key: (vi[1:-1], en[1:-1]) for key, vi, en in _WORD.findall(text)}
    assert len(found) > 5, path
    return found


def _message(kind: str, state: str) -> Pair:
    vi, en = (state_word(kind, STATES.index(state), language) for language in LANGUAGES)
    return vi, en


def _low(pairs: Iterable[Pair]) -> set[Pair]:
    return {(vi.lower(), en.lower()) for vi, en in pairs}


@pytest.mark.parametrize("kind", ["device", "circuit", "site", "service"])
def test_a_state_has_one_word_in_messages_and_in_grafana(kind: str) -> None:
    drawn = {STATES[one.value]: one.name for one in grafana.states(f"{kind}_state")}
    assert {state: (name.vi, name.en) for state, name in drawn.items()} == {
        state: _message(kind, state) for state in STATES
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_has_one_word_in_messages_and_on_the_console(kind: str) -> None:
    shown = _page("")
    assert {
        state: shown.get(f"state.{state}.{kind}", shown[f"state.{state}"]) for state in STATES
    } == {state: _message(kind, state) for state in STATES}


def test_a_severity_has_one_word_in_messages_and_in_grafana() -> None:
    assert {name: (one.vi, one.en) for name, one in grafana.SEVERITIES.items()} == {
        name: (severity_word(name, "vi"), severity_word(name, "en")) for name in SEVERITIES
    }


def test_a_limit_is_called_after_its_severity_in_charts_and_in_grafana() -> None:
    charts = _page("charts")
    for name, one in grafana.LIMITS.items():
        assert charts[f"charts.{name}"] == (one.vi, one.en)
        assert severity_word(name, "vi").lower() in one.vi


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_thing_has_one_word_in_messages_and_on_the_console(kind: str) -> None:
    noun = WORDS.nouns[kind]
    shown, parts, incident = _page(""), _page("parts"), _page("incident")
    assert shown[f"count.{kind}"] == (noun.vi, noun.many)
    assert _page("acts")[f"act.kind.{kind}"] == (noun.vi, noun.en)
    assert _low([parts[f"one.{kind}"]]) == {(noun.vi, noun.en)}
    assert incident[f"hidden.{kind}"][0].lower() == noun.vi
    assert WORDS.subjects[kind].long.vi.lower().startswith(f"{noun.vi} ")
    if kind != "collector":
        assert _page("inventory")[f"tab.{kind}"][0].lower() == noun.vi


SAME = {
    "about.address": "address",
    "about.role": "role",
    "about.contact": "contact",
    "about.hours": "hours",
    "about.parent": "site.parent.title",
    "about.lifecycle": "lifecycle",
    "about.tags": "tags",
    "asset.serial": "serial",
    "asset.code": "asset.code",
    "asset.rack": "asset.rack",
    "asset.purpose": "asset.purpose",
    "asset.owner": "asset.owner",
    "asset.contract": "asset.contract",
    "asset.bought": "asset.bought",
    "asset.support_until": "asset.support_until",
    "agreed.provider": "provider",
    "agreed.contract": "contract",
    "agreed.kind": "kind",
    "agreed.path": "path",
    "agreed.capacity": "capacity",
    "agreed.payers": "payers",
    "agreed.probe": "probe",
    "agreed.availability": "targets.availability",
    "agreed.rtt": "targets.rtt",
    "agreed.loss": "targets.loss",
    "agreed.jitter": "targets.jitter",
    "part.probes": "probes",
    "part.checks": "checks",
    "part.needs": "needs",
}
"""A field on the page of a thing, and its column in the inventory."""


def _columns(key: str) -> Iterable[Column]:
    kinds = ("circuit",) if key == "kind" else tuple(COLUMNS)
    return (COLUMNS[kind][key] for kind in kinds if key in COLUMNS[kind])


@pytest.mark.parametrize("field", SAME)
def test_a_field_is_called_alike_on_a_page_and_in_the_inventory(field: str) -> None:
    columns = list(_columns(SAME[field]))
    assert columns
    assert {(one.vi, one.en) for one in columns} == {_page("thing")[field]}


OTHERWISE = {
    "máy giám sát": r"bộ\s+thu thập",
    "đường truyền": r"kênh (?:truyền|thuê riêng)|(?:các|mỗi|mọi|từng|loại|một) kênh\b",
    "kho số liệu": r"kho dữ liệu(?! dùng chung)",
    "Bị che bởi sự cố khác": r"không tới được",
    "biến động trễ": r"biến thiên trễ",
    "Tạm tắt cảnh báo": r"(?<!tạm )tắt (?:tin|tin báo|cảnh báo)\b",
    "Cửa sổ bảo trì": r"đợt bảo trì",
    "dấu hiệu": r"bằng chứng",
    "Số serial": r"sê-ri",
    "điểm đầu": r"\bđầu A\b",
    "điểm cuối": r"\bđầu Z\b",
    "Hướng dẫn xử lý": r"sổ tay xử lý",
    "do Hatang kết luận": r"bộ máy trạng thái",
    "Nhà mạng": r"nhà cung cấp|viễn thông",
}
"""The word that is used, and what else it might be called and is not."""


@cache
def _read() -> dict[str, str]:
    """Whatever people read, and what it is made from."""
    files = texts(
        ".py", ".js", ".yaml", ".md", under=["alerts", "collector", "dashboards", "probes"]
    )
    return {**files, **texts(".md", under=["docs"]), "README": (ROOT / "README.vi.md").read_text()}


@pytest.mark.parametrize("word", OTHERWISE)
def test_a_thing_has_no_second_name(word: str) -> None:
    other = re.compile(OTHERWISE[word], re.IGNORECASE)
    assert any(word.lower() in text.lower() for text in _read().values())
    assert [
        f"{path}: {found[0]}" for path, text in _read().items() if (found := other.search(text))
    ] == []


def test_reasons_of_a_poll_have_words_in_both_languages() -> None:
    said = {one: (reason_word(one, "vi"), reason_word(one, "en")) for one in map(str, Reason)}
    assert all(vi not in (name, en) for name, (vi, en) in said.items())
