"""What people read: complete in both languages, short enough, and safe whatever a name holds."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.notice import ENGINE_ALERTS, SEVERITIES, SIDES, Notice
from alerts.wording import (
    Message,
    compose,
    describe_evidence,
    from_rule,
    severity_word,
    side_word,
    state_word,
    subject_of,
)
from alerts.wording.plain import clean, gsm
from alerts.wording.words import SIGNS, WORDS, read
from collector.verdicts.verdict import Sign
from inventory.load import load
from inventory.model import Inventory, Thing
from probes.registry import vocabulary
from tests.alerts.speech import GSM, MORNING, ROOT, WEIRD, about, named

WORDS_TEXT = (ROOT / "alerts" / "wording" / "words.yaml").read_text("utf-8")
VIETNAMESE = ("Khẩn cấp", "Cao", "Trung bình", "Cảnh báo sớm", "Thông tin")


@pytest.fixture(scope="module")
def province() -> Inventory:
    return load(ROOT / "inventory.yaml", vocabulary())


def test_the_card_reads_as_a_noc_writes_it(province: Inventory) -> None:
    dark = ["device:hbh-xa-05212-rt01", "device:hbh-xa-05212-sw01", "service:mot-cua", "site:pa-co"]
    signs = (
        Sign("silent_for", (("seconds", "12"),)),
        Sign("a_end_up", (("device", "hbh-dc-pe01"), ("interface", "ge-0/0/3"))),
        Sign("siblings_up", (("provider", "VNPT"), ("total", "37"))),
    )
    notice = Notice(
        "CircuitDown",
        "circuit:tsl-ii-05212-a",
        "critical",
        MORNING,
        side="carrier",
        evidence=signs,
        hides=tuple(dark),
    )
    told = compose(notice, province, 12)
    names = "Một cửa điện tử, xã Pà Cò, hbh-xa-05212-rt01, hbh-xa-05212-sw01"
    evidence = "không trả lời ping đã 12 giây; cổng điểm đầu ge-0/0/3 trên hbh-dc-pe01 vẫn up; "
    evidence += "37 đường truyền khác của VNPT vẫn tốt"
    assert told.summary == "[KHẨN CẤP] Đường truyền TSLCD xã Pà Cò mất kết nối"
    assert told.description.splitlines() == [
        "Từ 08:15 21/11/2026 · Kênh TSL-II-05212-A · VNPT · HĐ 15/2026",
        f"Ảnh hưởng: 2 thiết bị, 1 địa điểm, 1 dịch vụ: {names}",
        "Nghi phía: nhà mạng",
        f"Dấu hiệu: {evidence}",
        "Việc cần làm: gọi trực VNPT, báo mã kênh TSL-II-05212-A → ghi sổ ca → theo dõi",
        "Mã sự cố: 12",
    ]
    assert told.summary_en == "[CRITICAL] Circuit TSLCD xã Pà Cò is down"
    assert "Suspected: the carrier" in told.description_en.splitlines()
    assert told.sms == (
        "KHAN CAP: TSLCD xa Pa Co mat ket noi tu 08:15 21/11. "
        "Kenh TSL-II-05212-A, VNPT. Anh huong 2 TB, 1 diem, 1 DV."
    )


def test_two_circuits_of_a_site_are_told_apart(province: Inventory) -> None:
    one, other = (
        compose(Notice("CircuitDown", f"circuit:tsl-i-dc-{way}", "major", MORNING), province, 1)
        for way in "ab"
    )
    assert "hướng A" in one.summary
    assert "hướng B" in other.summary
    three = [f"circuit:net-dc-{number}" for number in (1, 2, 3)]
    told = {compose(Notice("CircuitDown", t, "major", MORNING), province, 1).summary for t in three}
    assert len(told) == 3


@pytest.mark.parametrize("side", ["", *SIDES])
@pytest.mark.parametrize("alert", ENGINE_ALERTS)
def test_every_alert_and_side_is_whole_in_both_languages(
    province: Inventory, alert: str, side: str
) -> None:
    notice = Notice(alert, about(alert), "major", MORNING, side=side, hides=("site:pa-co",))
    told = compose(notice, province, "7")
    for text in (told.summary, told.description, told.summary_en, told.description_en, told.sms):
        assert text
        assert not {"?", "{", "}"} & set(text)
    assert told.summary.startswith("[CAO] ")
    assert told.summary_en.startswith("[MAJOR] ")
    assert not told.summary.endswith(".")
    assert (
        (side_word(side, "vi") in told.description) if side else "Nghi phía" not in told.description
    )
    assert "Việc cần làm: " in told.description
    assert "To do: " in told.description_en


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", SIGNS)
def test_every_sign_is_told_with_all_it_knows(code: str, language: str) -> None:
    values = {"state": "down", "thing": "device:x9", "cause": "circuit:x9", "seconds": "99"}
    values |= {"uptime": "99", "value": "0.99", "limit": "0.99"}
    sign = Sign(code, tuple((name, values.get(name, "x9")) for name in SIGNS[code]))
    (told,) = describe_evidence([sign], language)
    assert told
    assert not {"?", "{", "}"} & set(told)
    asked = WORDS.signs[code]
    assert asked.asks() == set(SIGNS[code])
    assert asked.vi != asked.en


def test_evidence_speaks_of_things_by_their_names(province: Inventory) -> None:
    signs = [
        Sign("behind", (("cause", "circuit:tsl-ii-05212-a"),)),
        Sign("one_path_left", (("site", "pa-co"),)),
        Sign("need_failed", (("thing", "service:sso"), ("state", "2"))),
        Sign("poll_failed", (("probe", "snmp"), ("reason", "timeout"))),
        Sign("above_threshold", (("value", "0.934"), ("limit", "0.9"), ("days", "7"))),
        Sign("rebooted", (("device", "device:rt01"), ("uptime", "240"))),
    ]
    assert describe_evidence(signs, "vi", province) == [
        "nằm sau đường truyền TSLCD xã Pà Cò",
        "xã Pà Cò chỉ còn 1 hướng",
        "phụ thuộc dịch vụ Đăng nhập một lần và thư mục: ngừng hoạt động",
        "hỏi snmp không được: quá thời gian chờ",
        "P95 93,4 %, trên mức 90 % trong 7 ngày liên tiếp",
        "rt01 đã khởi động lại (chạy được 4 phút), nghi mất điện",
    ]


def test_what_is_not_known_is_told_as_it_stands(province: Inventory) -> None:
    odd = [Sign("martian", (("who", "x"),)), Sign("poll_failed", (("probe", "ssh"),))]
    assert describe_evidence(odd, "en") == ["martian x", "ssh fails: ?"]
    odd = [Sign("silent_for", (("seconds", "long"),)), Sign("need_failed", (("state", "9"),))]
    assert describe_evidence(odd, "en") == ["no echo answered for long", "needs ?, which is 9"]
    assert severity_word("dire", "vi") == "dire"
    told = compose(Notice("DeviceDown", "device:gone", "critical", MORNING), province, 1)
    assert "gone" in told.summary
    assert "gone" in told.sms


@pytest.mark.parametrize(
    ("severity", "word"),
    list(zip(SEVERITIES, VIETNAMESE, strict=True)),
)
def test_severities_have_the_words_of_the_noc(severity: str, word: str) -> None:
    assert severity_word(severity, "vi") == word
    assert "nghiêm trọng" not in WORDS_TEXT.split("severities:")[1].lower()


def test_states_have_words_for_every_kind() -> None:
    for kind in ("device", "circuit", "site", "service", "collector"):
        for language in ("vi", "en"):
            assert len({state_word(kind, state, language) for state in range(5)}) == 5
    assert state_word("circuit", 2, "vi") == "Mất kết nối"
    assert state_word("service", 2, "vi") == "Ngừng hoạt động"
    with pytest.raises(IndexError):
        state_word("device", 5, "vi")


def test_a_province_may_speak_english() -> None:
    told = compose(Notice("CircuitDown", "circuit:c-1", "major", MORNING), named("X", "", "en"), 1)
    assert told.summary == told.summary_en == "[MAJOR] Circuit X is down"
    assert told.sms == "MAJOR: X is down since 08:15 21/11. Circuit C-1."


@settings(max_examples=400, deadline=None)
@given(
    alert=st.sampled_from(ENGINE_ALERTS),
    severity=st.sampled_from(SEVERITIES),
    title=WEIRD,
    provider=WEIRD,
    since=st.floats(0, 4e9),
    hidden=st.integers(0, 99_999),
)
def test_an_sms_fits_and_says_what_matters(
    alert: str, severity: str, title: str, provider: str, since: float, hidden: int
) -> None:
    inventory = named(title, provider)
    names = {"Device": "d", "Circuit": "c-1", "Site": "s", "Service": "v", "Collector": "noc"}
    thing = about(alert).partition(":")[0]
    name = names[thing.capitalize()]
    hides = ("device:d",) * min(hidden, 50) + ("site:s",) * (hidden > 50)
    sms = compose(Notice(alert, f"{thing}:{name}", severity, since, hides=hides), inventory, 1).sms
    assert 0 < len(sms) <= 160
    assert set(sms) <= GSM
    assert sms.startswith(f"{gsm(severity_word(severity, 'vi')).upper()}: ")
    assert sms.endswith(".")
    shown = gsm(clean(title)) if any(c.isalnum() for c in gsm(clean(title))) else name
    assert (name if thing == "collector" else shown[:3]) in sms
    assert f"{len([h for h in hides if h[0] == 'd'])} TB" in sms or not hides
    if thing == "circuit":
        assert "Kenh C-1" in sms
        assert gsm(clean(provider))[:3].strip() in sms


@pytest.mark.parametrize("kind", ["device:d", "circuit:c-1", "site:s", "service:v"])
@settings(max_examples=100, deadline=None)
@given(title=WEIRD)
def test_a_message_stays_in_its_lines_whatever_a_name_holds(kind: str, title: str) -> None:
    alert = f"{kind.partition(':')[0].capitalize()}Down"
    signs = (Sign("poll_failed", (("probe", title), ("reason", title))),) * 50
    hides = ("device:d", "service:v", "site:s") * 100
    told = compose(
        Notice(alert, kind, "critical", MORNING, title, evidence=signs, hides=hides),
        named(title),
        1,
    )
    for text in (told.summary, told.summary_en):
        assert text.isprintable()
        assert len(text) <= 400
    for text in (told.description, told.description_en):
        assert len(text.splitlines()) <= 6
        assert all(line.isprintable() for line in text.split("\n"))
        assert len(text) <= 4000


def rule(**annotations: str) -> Message:
    inventory = named("Xã Mường Hịch")
    labels = {"alertname": "StorageFull", "device": "d", "storage": "/var", "severity": "warning"}
    return from_rule(labels, annotations, inventory, MORNING)


def test_a_rule_speaks_its_own_words_under_our_severity() -> None:
    told = rule(
        summary="Ổ đĩa /var còn 12 %",
        description="Dọn nhật ký.\x1b[2J\nGọi quản trị.",
        summary_en="Disk /var nearly full",
        description_en="Clean up.",
    )
    assert told.summary == "[CẢNH BÁO SỚM] Ổ đĩa /var còn 12 % · Xã Mường Hịch"
    assert told.description.splitlines()[:2] == ["Dọn nhật ký. [2J", "Gọi quản trị."]
    assert told.summary_en == "[WARNING] Disk /var nearly full · Xã Mường Hịch"
    assert told.sms == "CANH BAO SOM: O dia /var con 12 % tu 08:15 21/11. Xa Muong Hich."


def test_a_rule_without_words_is_told_by_its_name() -> None:
    told = rule()
    assert told.summary == "[CẢNH BÁO SỚM] StorageFull · Xã Mường Hịch"
    assert told.sms.startswith("CANH BAO SOM: StorageFull tu 08:15")
    assert rule(summary="字字字").sms.startswith("CANH BAO SOM: StorageFull")
    bare = from_rule({}, {}, named("X"))
    assert bare.summary == ""
    assert 0 < len(bare.sms) <= 160


@settings(max_examples=200, deadline=None)
@given(
    labels=st.dictionaries(
        st.sampled_from(["alertname", "subject", "device", "circuit", "site", "severity"]), WEIRD
    ),
    words=st.dictionaries(
        st.sampled_from(["summary", "description", "summary_en", "description_en"]), WEIRD
    ),
)
def test_a_rule_of_any_words_makes_an_sms(labels: dict[str, str], words: dict[str, str]) -> None:
    told = from_rule(labels, words, named("Xã Mường Hịch"))
    assert 0 < len(told.sms) <= 160
    assert set(told.sms) <= GSM
    assert told.summary.isprintable()


def test_the_subject_of_labels_is_the_nearest_thing() -> None:
    assert subject_of({"device": "d", "site": "s"}) == Thing("device", "d")
    assert subject_of({"circuit": "c", "site": "s"}) == Thing("circuit", "c")
    assert subject_of({"subject": "site:x", "device": "d"}) == Thing("site", "x")
    assert subject_of({"alertname": "x"}) is None


def without(path: str) -> dict[str, Any]:
    data = yaml.safe_load(WORDS_TEXT)
    *parents, last = path.split("/")
    at = data
    for one in parents:
        at = at[one]
    del at[last]
    return dict(data)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (yaml.safe_dump(without("signs/behind")), "behind"),
        (yaml.safe_dump(without("signs/behind/en")), "signs.behind.en"),
        (yaml.safe_dump(without("alerts/SiteDown")), "SiteDown"),
        (yaml.safe_dump(without("alerts/SiteDown/todo/any")), "SiteDown"),
        (yaml.safe_dump(without("states/down/any")), "down"),
        (WORDS_TEXT.replace("nằm sau {cause}", "nằm sau {nguyên}"), "nguyên"),
        (WORDS_TEXT.replace("Từ {since}", "Từ {sinse}"), "sinse"),
        (WORDS_TEXT.replace("  silent_for:", "  silence_for:"), "silence_for"),
        (WORDS_TEXT + "colour: {}\n", "colour"),
    ],
)
def test_a_slip_in_the_phrases_is_told_at_start(text: str, fault: str) -> None:
    assert text != WORDS_TEXT
    with pytest.raises(ValidationError, match=fault):
        read(text)


def test_names_are_cut_in_their_middle() -> None:
    assert clean("a" * 50 + "b" * 50, 20) == "a" * 9 + ".." + "b" * 9
    inventory = named("Phường " + "rất dài " * 20 + "số 7")
    told = compose(replace(Notice("SiteDown", "site:s", "major", MORNING)), inventory, 1)
    assert told.summary.endswith("số 7 mất kết nối")
