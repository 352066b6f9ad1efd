"""Labels and annotations of what is told, and whose things are whose."""

from pathlib import Path

import pytest

from alerts.audience import LABELS
from collector.gate.fresh import Readings
from collector.gate.gate import Gate
from collector.gate.held import Key
from collector.gate.incoming import Posted
from collector.gate.message import Links, labels, of_cause, of_end, of_rule, over
from collector.gate.world import Around
from collector.verdicts.verdict import Cause, News, Sign
from inventory.load import load
from inventory.model import Inventory
from probes.registry import vocabulary
from tests.gate.stage import desired

T = 1_795_223_700.0


@pytest.fixture(scope="module")
def province() -> Inventory:
    return load(Path("inventory.yaml"), vocabulary())


def cut(province: Inventory) -> Cause:
    circuit = next(one for one in province.circuits.values() if one.provider and one.contract)
    hidden = tuple(f"device:{name}" for name in sorted(province.devices)[:30])
    signs = (Sign("only_path"),)
    thing = f"circuit:{circuit.name}"
    return Cause(
        f"CircuitDown/{thing}", "CircuitDown", thing, "critical", T, "carrier", signs, hidden
    )


def test_cause_is_told_with_all_that_a_person_wants(province: Inventory) -> None:
    cause = cut(province)
    links = Links("https://hatang:9871", "https://grafana/d/{kind}?var-{kind}={name}")
    told = of_cause(cause, province, 17, links)
    circuit = province.circuits[cause.thing.partition(":")[2]]
    assert told.labels == {
        "kind": "circuit",
        "site": province.devices[circuit.z.device].site,
        "provider": circuit.provider,
    }
    said = told.annotations
    assert said["summary"].startswith("[KHẨN CẤP]")
    assert said["summary_en"].startswith("[CRITICAL]")
    assert said["sms"].isascii()
    assert len(said["sms"]) <= 160
    assert {name: said[name] for name in ("cause", "side", "hidden", "incident")} == {
        "cause": cause.thing,
        "side": "carrier",
        "hidden": "30",
        "incident": "17",
    }
    assert said["hidden_names"].count(", ") == 19
    assert said["contract"] == circuit.contract
    assert said["provider"] == circuit.provider
    assert said["runbook"] == "alerts/runbooks/CircuitDown.md"
    assert said["since"] == "2026-11-21T08:15:00+07:00"
    assert said["console"] == told.url == "https://hatang:9871/incidents/17"
    assert said["dashboard"] == f"https://grafana/d/circuit?var-circuit={circuit.name}"
    assert Path(said["runbook"]).is_file()
    assert said["description"]
    assert said["description_en"]


def posted(subject: str, **annotations: str) -> Posted:
    kind, _, name = subject.partition(":")
    key = Key("StorageFull", subject, "storage=/var")
    return Posted(key, "warning", {kind: name}, annotations, T, T + 60, "http://vm/alert?id=1")


def test_rule_is_told_in_its_own_words_under_our_severity(province: Inventory) -> None:
    device = next(one for one in province.devices.values() if one.role)
    alert = posted(
        f"device:{device.name}",
        summary="Ổ đĩa sắp đầy",
        summary_en="Disk nearly full",
        runbook="alerts/runbooks/StorageFull.md",
    )
    told = of_rule(alert, "critical", province)
    assert told.labels == {"kind": "device", "site": device.site, "role": device.role}
    assert told.annotations["summary"].startswith("[KHẨN CẤP] Ổ đĩa sắp đầy")
    assert told.annotations["summary_en"].startswith("[CRITICAL] Disk nearly full")
    assert told.annotations["runbook"] == "alerts/runbooks/StorageFull.md"
    assert told.url == "http://vm/alert?id=1"
    assert "console" not in told.annotations


@pytest.mark.parametrize(
    "subject", ["device:gone", "collector:noc-9", "site:", "", "x:y", "service:z"]
)
def test_thing_that_nobody_knows_is_told_all_the_same(province: Inventory, subject: str) -> None:
    hostile = posted(
        subject, summary="{{x}} %s {0} \x00\u202e" + "é" * 3000, description="\n" * 500
    )
    told = of_rule(hostile, "major", province, Links("https://h", "https://g/{name}"))
    assert told.annotations["summary"]
    assert len(told.annotations["sms"]) <= 160
    assert len("".join(told.annotations.values())) < 20_000


def test_labels_of_each_kind(province: Inventory) -> None:
    site = next(iter(province.sites))
    service = next(iter(province.services))
    assert labels(f"site:{site}", province) == {"kind": "site", "site": site}
    assert labels(f"service:{service}", province) == {"kind": "service", "site": ""}


def around(province: Inventory, collector: str) -> Around:
    readings = Readings({}, lambda: province, lambda: 0.0, lambda: T)
    return Around(collector, lambda: province, lambda _: None, readings, lambda _: False)


def test_things_belong_to_the_collector_that_asks_them(province: Inventory) -> None:
    (name,) = province.collectors
    device, circuit = next(iter(province.devices)), next(iter(province.circuits))
    service, site = next(iter(province.services)), next(iter(province.sites))
    things = [f"device:{device}", f"circuit:{circuit}", f"service:{service}", f"collector:{name}"]
    for thing in things:
        assert around(province, name).knows(thing)
        assert not around(province, name).theirs(thing)
        assert around(province, "other").theirs(thing)
    for thing in ("device:gone", "circuit:gone", "service:gone", "collector:gone", ""):
        assert not around(province, name).knows(thing)
        assert not around(province, name).theirs(thing)
    assert around(province, name).knows(f"site:{site}")


def test_escalation_follows_the_inventory(province: Inventory) -> None:
    (name,) = province.collectors
    assert list(around(province, name).steps({"severity": "critical"})) == []


def test_labels_are_those_that_people_are_chosen_by(province: Inventory) -> None:
    (name,) = province.collectors
    gate = Gate(around(province, name))
    cause = cut(province)
    gate.incident(News("opened", cause, T), of_cause(cause, province, 1))
    gate.alerts([posted(f"device:{next(iter(province.devices))}", summary="x")], T)
    gate.step(T)
    for alert in desired(gate, T):
        assert alert["labels"].keys() <= {*LABELS}
        assert all(alert["labels"].values())


def test_end_says_when_how_long_and_what_shows_it(province: Inventory) -> None:
    cause = cut(province)
    far = province.circuits[cause.thing.partition(":")[2]].z.device
    signs = (Sign("behind_answers", (("device", far),)),)
    links = Links("https://hatang:9871/", "https://grafana/d/{kind}?var-{kind}={name}")
    begun = of_cause(cause, province, 17, links)
    told = of_end(News("closed", cause, T + 720, signs), province, 17, links)
    said = told.annotations
    assert told.labels == begun.labels
    assert said["summary"].startswith("[ĐÃ KHẮC PHỤC] Đường truyền ")
    assert said["summary"].endswith(" đã khắc phục lúc 08:27 21/11, gián đoạn 12 phút")
    assert said["summary_en"].endswith(" recovered at 08:27 21/11, out for 12 min")
    assert said["sms"].startswith("DA KHAC PHUC: ")
    assert "phía sau vẫn trả lời" in said["description"]
    assert "Việc cần làm" not in said["description"]
    assert said["ended"] == "2026-11-21T08:27:00+07:00"
    same = ("console", "dashboard", "incident", "contract", "side", "since", "runbook")
    assert {name: said[name] for name in same} == {name: begun.annotations[name] for name in same}


def test_end_of_a_rule_is_told_in_the_words_of_its_beginning(province: Inventory) -> None:
    device = next(iter(province.devices))
    summary = {"summary": "Ổ đĩa /var sắp đầy", "summary_en": "Disk /var is nearly full"}
    alert = posted(f"device:{device}", **summary, description="Dọn nhật ký")
    stage_of = Gate(around(province, next(iter(province.collectors))))
    stage_of.alerts([alert], T)
    stage_of.step(T)
    (one,) = stage_of.held.values()
    told = over(one, T + 5400, province)
    said = told.annotations
    assert told.labels == one.words.labels
    assert told.url == "http://vm/alert?id=1"
    assert said["summary"].startswith("[ĐÃ HẾT] Ổ đĩa /var sắp đầy")
    assert said["summary"].endswith(": đã hết lúc 09:45 21/11, kéo dài 90 phút")
    assert said["summary_en"].startswith("[OVER] Disk /var is nearly full")
    assert said["sms"].startswith("DA HET: O dia /var sap day")
    assert said["description"].startswith("Từ 08:15 21/11/2026 đến 09:45 21/11/2026")
    assert "Dọn" not in said["description"]
    assert said["ended"]


def test_links_lead_to_pages_of_the_console_that_there_are() -> None:
    links = Links("https://hatang:9871/")
    assert links.of("device:rt 1/a")[0] == "https://hatang:9871/devices/rt%201%2Fa"
    assert links.of("collector:noc-1")[0] == "https://hatang:9871/"
    assert links.of("collector:noc-1", "17")[0] == "https://hatang:9871/incidents/17"
    assert Links().of("device:rt1")[0] == ""
