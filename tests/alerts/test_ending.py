"""What people read when something is over: what shows it, and never more than was seen."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.notice import ENGINE_ALERTS, Notice
from alerts.wording import Message, compose_end, end_told, ending
from alerts.wording.ending import span
from alerts.wording.plain import clean, gsm
from alerts.wording.words import SIGNS
from collector.verdicts.verdict import Sign
from inventory.load import load
from inventory.model import Inventory
from probes.registry import vocabulary
from tests.alerts.speech import GSM, MORNING, ROOT, WEIRD, about, named


@pytest.fixture(scope="module")
def province() -> Inventory:
    return load(ROOT / "inventory.yaml", vocabulary())


ENDED = (Sign("behind_answers", (("device", "hbh-xa-05212-rt01"),)),)


def ended(alert: str, thing: str, province: Inventory, *signs: Sign) -> Message:
    notice = Notice(alert, thing, "critical", MORNING, side="carrier", evidence=signs)
    return compose_end(notice, MORNING + 720, province, 12)


def test_the_end_reads_as_a_noc_writes_it(province: Inventory) -> None:
    told = ended("CircuitDown", "circuit:tsl-ii-05212-a", province, *ENDED)
    assert told.summary == (
        "[ĐÃ KHẮC PHỤC] Đường truyền TSLCD xã Pà Cò đã khắc phục lúc 08:27 21/11, gián đoạn 12 phút"
    )
    assert told.description.splitlines() == [
        "Từ 08:15 21/11/2026 đến 08:27 21/11/2026 · Kênh TSL-II-05212-A · VNPT · HĐ 15/2026",
        "Nghi phía: nhà mạng",
        "Căn cứ: hbh-xa-05212-rt01 ở phía sau vẫn trả lời",
        "Mã sự cố: 12",
    ]
    assert told.summary_en == (
        "[RESOLVED] Circuit TSLCD xã Pà Cò recovered at 08:27 21/11, out for 12 min"
    )
    assert told.sms == (
        "DA KHAC PHUC: TSLCD xa Pa Co luc 08:27 21/11, gian doan 12 phut. "
        "Kenh TSL-II-05212-A, VNPT."
    )


FLAPPED = Sign("flapped", (("changes", "8"), ("minutes", "20")))
SILENT = Sign("silent_for", (("seconds", "60"),))


@pytest.mark.parametrize(
    ("alert", "signs", "mark"),
    [
        ("DeviceFlapping", (FLAPPED, Sign("answers_echo")), "ĐÃ KHẮC PHỤC"),
        ("DeviceFlapping", (FLAPPED, SILENT), "CHƯA KHẮC PHỤC"),
        ("DeviceFlapping", (FLAPPED, Sign("behind", (("cause", "x"),))), "CHƯA KHẮC PHỤC"),
        ("CircuitFlapping", (FLAPPED, Sign("a_end_up")), "ĐÃ KHẮC PHỤC"),
        ("CircuitFlapping", (FLAPPED, Sign("far_end_silent"), Sign("a_end_up")), "CHƯA KHẮC PHỤC"),
        ("CircuitFlapping", (FLAPPED, Sign("other_path")), "CHƯA KHẮC PHỤC"),
        ("CircuitDown", (Sign("other_path"),), "ĐÃ HẾT"),
        ("CircuitDown", (Sign("behind_answers"), Sign("kept_running")), "ĐÃ KHẮC PHỤC"),
        ("ServiceDown", (Sign("check_passes"),), "ĐÃ KHẮC PHỤC"),
        ("ServiceDown", (Sign("check_failed"), Sign("check_passes")), "CHƯA KHẮC PHỤC"),
        ("ServiceDegraded", (Sign("need_failed"),), "CHƯA KHẮC PHỤC"),
        ("DeviceDown", (Sign("not_asked"),), "NGỪNG GIÁM SÁT"),
        ("CircuitPeakHigh", (), "ĐÃ HẾT"),
    ],
)
def test_only_what_was_seen_to_be_well_has_recovered(
    province: Inventory, alert: str, signs: tuple[Sign, ...], mark: str
) -> None:
    told = ended(alert, about(alert), province, *signs)
    assert told.summary.startswith(f"[{mark}] ")
    assert told.sms.startswith(f"{gsm(mark)}: ")
    if mark != "ĐÃ KHẮC PHỤC":
        assert "đã khắc phục" not in told.summary


@pytest.mark.parametrize("how", [(), ENDED, (SILENT,), (Sign("not_asked"),)])
@pytest.mark.parametrize("alert", ENGINE_ALERTS)
def test_every_end_is_whole_in_both_languages(
    province: Inventory, alert: str, how: tuple[Sign, ...]
) -> None:
    told = ended(alert, about(alert), province, *how)
    for text in (told.summary, told.description, told.summary_en, told.description_en, told.sms):
        assert text
        assert not {"?", "{", "}"} & set(text)
    assert "Việc cần làm" not in told.description
    assert "To do" not in told.description_en


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 giây"),
        (59.6, "60 giây"),
        (119, "119 giây"),
        (720, "12 phút"),
        (5400, "90 phút"),
        (7200, "2 giờ"),
        (13_200, "3 giờ 40 phút"),
        (176_400, "2 ngày 1 giờ"),
        (1e7, "115 ngày 17 giờ"),
    ],
)
def test_how_long_it_was_is_said_in_two_units(seconds: float, said: str) -> None:
    assert span(seconds, "vi") == said


@settings(max_examples=400, deadline=None)
@given(
    alert=st.sampled_from(ENGINE_ALERTS),
    how=st.sampled_from([(), ENDED, (SILENT,), (Sign("not_asked"),)]),
    title=WEIRD,
    provider=WEIRD,
    since=st.floats(0, 4e9),
    lasted=st.floats(0, 1e8),
)
def test_an_sms_of_an_end_fits_and_says_what_matters(
    alert: str, how: tuple[Sign, ...], title: str, provider: str, since: float, lasted: float
) -> None:
    thing = about(alert).partition(":")[0]
    name = {"device": "d", "circuit": "c-1", "site": "s", "service": "v", "collector": "noc"}[thing]
    notice = Notice(alert, f"{thing}:{name}", "major", since, evidence=how)
    inventory = named(title, provider)
    told = compose_end(notice, since + lasted, inventory, 1)
    assert 0 < len(told.sms) <= 160
    assert set(told.sms) <= GSM
    assert told.sms.endswith(".")
    shown = gsm(clean(title)) if any(c.isalnum() for c in gsm(clean(title))) else name
    assert (name if thing == "collector" else shown[:3]) in told.sms
    assert f"{datetime.fromtimestamp(since + lasted, inventory.province.zone):%H:%M}" in told.sms
    assert told.summary.isprintable()
    assert all(line.isprintable() for line in told.description.split("\n"))


@settings(max_examples=200, deadline=None)
@given(
    labels=st.dictionaries(st.sampled_from(["alertname", "subject", "device", "site"]), WEIRD),
    summary=WEIRD,
)
def test_an_end_of_any_rule_makes_an_sms(labels: dict[str, str], summary: str) -> None:
    told = end_told(labels, {"summary": f"[CAO] {summary}"}, named("X"), MORNING, MORNING + 60)
    assert 0 < len(told.sms) <= 160
    assert set(told.sms) <= GSM
    assert told.summary.startswith("[ĐÃ HẾT] ")
    assert "[CAO]" not in told.summary or "[CAO]" in summary
    assert "08:16" in told.sms


def test_evidence_of_an_end_is_of_the_closed_list() -> None:
    assert {*ending._WELL, *ending._ILL, *ending._UNASKED} < set(SIGNS)
    assert not ending._WELL & ending._ILL
