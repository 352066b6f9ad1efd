"""Routes as Alertmanager itself reads them: who is told, what comes together, when it is quiet."""

import itertools
import json
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alertmanager import ESCALATION, Mail, render
from alerts.audience import RoutingInvalid, Values, default, shares, steps, without
from alerts.notice import SEVERITIES, URGENT
from collector.command.main import main
from inventory.load import load
from inventory.model import Contact, Inventory, Notify, Province, Site
from inventory.secret import SecretMissing
from probes.registry import vocabulary
from tests.daemons import alertmanager, program
from tests.running import until

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "alerts" / "alertmanager.yml"

PROVINCE = """
province: {name: Phú Thọ, timezone: Asia/Ho_Chi_Minh}
collectors: {noc: {}}
calendars:
  office: {days: mon-fri, hours: ["07:30-11:30", "13:30-17:00"], holidays: [2026-09-02, 2026-09-01]}
  saturday: {days: sat, hours: ["00:00-24:00"]}
sites:
  tinh: {name: Tỉnh}
  mai-chau: {name: Huyện Mai Châu, parent: tinh}
  pa-co: {name: UBND xã Pà Cò, parent: mai-chau}
  da-bac: {name: Huyện Đà Bắc, parent: tinh}
devices: {d: {address: 127.0.0.1, site: pa-co}}
contacts:
  truc: {name: Trực NOC, email: truc@noc.example, phone: 0218.xxx}
  mai-chau: {email: [at]env:MC_MAIL[/at], telegram: env:MC_BOT}
  vnpt: {webhook: env:VNPT_HOOK}
  lanh-dao: {email: lanhdao@noc.example, sms: "0912"}
notify:
  - {to: truc, match: {severity: [critical, major]}}
  - {to: [mai-chau, truc], match: {site: mai-chau, severity: [critical, minor, warning]}}
  - {to: vnpt, match: {provider: "Viễn thông (VNPT) \\"A\\" | B"}, hours: office}
  - {to: mai-chau, match: {role: [firewall, core-switch]}, hours: saturday}
  - {to: lanh-dao, match: {severity: critical}, after: 15m}
""".replace("[at]", "").replace("[/at]", "")
VNPT = 'Viễn thông (VNPT) "A" | B'


@pytest.fixture(scope="module")
def example() -> Inventory:
    return load(ROOT / "inventory.yaml", vocabulary())


@pytest.fixture
def province(tmp_path: Path) -> Inventory:
    path = tmp_path / "inventory.yaml"
    path.write_text(PROVINCE)
    return load(path, vocabulary())


def amtool(*words: str) -> str:
    done = subprocess.run([program("amtool"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(config: Path, **labels: str) -> list[str]:
    given = [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items()]
    said = amtool("config", "routes", "test", f"--config.file={config}", *given)
    return said.strip().split(",")


def test_the_committed_file_is_what_the_example_renders(example: Inventory) -> None:
    amtool("check-config", str(COMMITTED))
    assert COMMITTED.read_text() == render(example)


@pytest.mark.parametrize(
    ("labels", "who"),
    [
        ({"severity": "critical", "kind": "device"}, ["truc-noc"]),
        ({"severity": "critical", "kind": "circuit"}, ["truc-noc", "truyen-dan"]),
        ({"severity": "major", "kind": "circuit"}, ["truc-noc", "truyen-dan"]),
        ({"severity": "minor", "kind": "circuit"}, ["truyen-dan"]),
        ({"severity": "warning", "kind": "circuit", "provider": "Viettel"}, ["truyen-dan"]),
        ({"severity": "major", "kind": "site", "site": "pa-co"}, ["truc-noc"]),
        ({"severity": "minor", "kind": "service"}, ["truc-noc"]),
        ({"severity": "info", "kind": "device", "role": "ups"}, ["truc-noc"]),
        ({"alertname": "CollectorSilent", "collector": "noc-1"}, ["truc-noc"]),
    ],
)
def test_the_example_tells_everything_to_somebody(
    labels: Mapping[str, str], who: Sequence[str]
) -> None:
    assert sorted(told(COMMITTED, **labels)) == list(who)


def test_routes_know_roles_sites_below_and_vietnamese_names(
    province: Inventory, tmp_path: Path
) -> None:
    config = tmp_path / "am.yml"
    config.write_text(render(province))
    amtool("check-config", str(config))
    assert told(config, severity="major", site="da-bac") == ["truc"]
    assert sorted(told(config, severity="critical", site="pa-co")) == ["mai-chau", "truc"]
    assert sorted(told(config, severity="minor", site="mai-chau")) == ["mai-chau", "truc"]
    assert told(config, severity="minor", site="da-bac") == ["truc"]
    assert told(config, severity="minor", provider=VNPT) == ["vnpt"]
    assert told(config, severity="minor", provider="Viễn thông VNPT") == ["truc"]
    assert told(config, severity="info", role="core-switch", site="tinh") == ["mai-chau"]
    assert told(config, severity="critical", **{ESCALATION: "900"}) == ["lanh-dao"]
    assert told(config, severity="major", **{ESCALATION: "900"}) == ["truc"]


def test_who_has_no_owner_for_long_is_told_on(province: Inventory) -> None:
    assert steps(province, {"severity": "critical"}) == [900]
    assert steps(province, {"severity": "major"}) == []


KINDS, SITES, LEVELS = ("circuit", "device"), ("a", "b", "c"), ("critical", "major", "warning")
TREE = {"a": Site("a", "A"), "b": Site("b", "B", parent="a"), "c": Site("c", "C")}
BELOW = {"a": {"a", "b"}, "b": {"b"}, "c": {"c"}}
PEOPLE = ("x", "y", "z")


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


ENTRY = st.builds(
    Notify,
    some(PEOPLE),
    st.fixed_dictionaries(
        {}, optional={"severity": some(LEVELS), "kind": some(KINDS), "site": some(SITES)}
    ),
    st.sampled_from([None, None, "office"]),
    st.sampled_from([0.0, 0.0, 0.0, 900.0]),
)


def fits(entry: Notify, labels: Mapping[str, str]) -> bool:
    for label, values in entry.match.items():
        wanted = set(values)
        if label == "site":
            wanted = set().union(*(BELOW[one] for one in values))
        if labels[label] not in wanted:
            return False
    return True


@settings(max_examples=300, deadline=None)
@given(st.lists(ENTRY, max_size=5))
def test_nobody_is_told_twice_and_nothing_reaches_nobody(entries: list[Notify]) -> None:
    contacts = {name: Contact(name, name) for name in PEOPLE}
    inventory = Inventory(
        Province(), {}, TREE, {}, {}, {}, {}, contacts, tuple(entries), maintenance=()
    )
    found, first = shares(inventory), default(inventory)
    for severity, kind, site in itertools.product((*LEVELS, ""), KINDS, SITES):
        labels = {"severity": severity, "kind": kind, "site": site}
        hit = [one for one in found if all(labels[k] in v for k, v in one.cell.items())]
        keys = [(one.contact, one.after) for one in hit]
        assert len(keys) == len(set(keys))
        fitting = [one for one in entries if fits(one, labels)]
        assert {(to, int(one.after)) for one in fitting for to in one.to} <= set(keys)
        hours = {one.contact: one.hours for one in hit if not one.after}
        plain = [one for one in fitting if not one.after]
        assert all(hours[to] is None for one in plain if not one.hours for to in one.to)
        assert hours if plain else hours == {first: None}
        if severity in URGENT:
            assert None in hours.values()


def test_taking_a_set_from_itself_leaves_nothing() -> None:
    cell = {"severity": Values(frozenset({"critical", "major"})), "kind": Values(frozenset({"x"}))}
    assert without([cell], cell) == []
    assert without([cell], {}) == []


def routes(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    ahead = [config["route"]]
    while ahead:
        one = ahead.pop()
        yield one
        ahead += one.get("routes", [])


def test_warnings_wait_for_the_office_and_urgent_things_do_not(example: Inventory) -> None:
    config = yaml.safe_load(render(example))
    for one in routes(config):
        matchers = one.get("matchers", [])
        if 'severity=~"info|warning"' in matchers:
            assert one["active_time_intervals"] == ["office"]
            assert one["mute_time_intervals"] == ["office holidays"]
        elif one.get("receiver") == "truc-noc":
            assert "active_time_intervals" not in one
    spans = {one["name"]: one["time_intervals"] for one in config["time_intervals"]}
    (office,) = spans["office"]
    assert office["location"] == "Asia/Ho_Chi_Minh"
    assert office["weekdays"] == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert office["times"][1] == {"start_time": "13:30", "end_time": "17:00"}
    off = {
        date(int(year), int(month), int(day))
        for one in spans["office holidays"]
        for year, month, day in itertools.product(one["years"], one["months"], one["days_of_month"])
    }
    assert off == example.calendars["office"].holidays
    assert {one["location"] for one in spans["office holidays"]} == {"Asia/Ho_Chi_Minh"}


def post(url: str, alerts: Sequence[Mapping[str, Any]]) -> None:
    body = json.dumps(alerts).encode()
    asked = urllib.request.Request(
        f"{url}/api/v2/alerts", body, {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked, timeout=5).close()


def grouped(url: str) -> list[int]:
    """How many alerts each group holds, as Alertmanager has dispatched them so far."""
    with urllib.request.urlopen(f"{url}/api/v2/alerts/groups", timeout=5) as answer:
        return sorted(len(one["alerts"]) for one in json.load(answer))


def test_causes_stay_apart_and_thresholds_of_a_site_come_together(
    example: Inventory, tmp_path: Path
) -> None:
    def alert(name: str, subject: str, severity: str, instance: str = "") -> dict[str, Any]:
        labels = {"alertname": name, "subject": subject, "severity": severity, "site": "dc"}
        return {"labels": labels | ({"instance": instance} if instance else {})}

    engine = [
        alert("DeviceDegraded", f"device:{severity}-{number}", severity)
        for number in (1, 2)
        for severity in SEVERITIES
    ]
    urgent = [alert("StorageFull", "device:hbh-dc-db01", "critical", at) for at in ("/", "/var")]
    rules = [
        alert(name, f"device:hbh-dc-db0{number}", severity)
        for name in ("StorageFull", "CpuHigh")
        for number in (1, 2)
        for severity in ("warning", "minor")
    ]
    count = len(engine) + len(urgent) + len(rules)
    for number, config in enumerate((render(example), render(example, webhook="http://[::1]:1/"))):
        with alertmanager(tmp_path / str(number), config) as running:
            post(running.url, [*engine, *urgent, *rules])
            until("all are grouped", lambda one=running: sum(grouped(one.url)) == count)
            sizes = grouped(running.url)
        assert sizes == [1] * (len(engine) + len(urgent)) + [4, 4]


def test_a_webhook_gets_everything_at_once_and_needs_no_contact(example: Inventory) -> None:
    config = yaml.safe_load(render(example, webhook="http://127.0.0.1:9/"))
    assert [one["name"] for one in config["receivers"]] == ["webhook"]
    assert config["route"]["group_wait"] == "1s"
    assert not any("active_time_intervals" in one for one in routes(config))
    assert "time_intervals" not in config


def test_secrets_are_filled_in_only_where_they_are_asked_for(
    province: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MC_MAIL", "MC_BOT", "VNPT_HOOK"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SecretMissing, match="contact mai-chau, email: env:MC_MAIL"):
        render(province, reveal=True)
    monkeypatch.setenv("MC_MAIL", "mc@noc.example")
    monkeypatch.setenv("MC_BOT", "123:AbC")
    monkeypatch.setenv("VNPT_HOOK", "https://vnpt.example/K9-secret")
    with pytest.raises(RoutingInvalid, match="contact mai-chau, telegram") as caught:
        render(province, reveal=True)
    assert "123:AbC" not in str(caught.value)
    monkeypatch.setenv("MC_BOT", "123:AbC -10042")
    full = render(province, reveal=True, mail=Mail("mail.example:587", "noc@x.example", "u", "/k"))
    for secret in ("mc@noc.example", "123:AbC", "-10042", "K9-secret"):
        assert secret in full
        assert secret not in render(province)
    path = tmp_path / "am.yml"
    path.write_text(full)
    amtool("check-config", str(path))
    settings = yaml.safe_load(full)["global"]
    assert settings["smtp_require_tls"] is True
    assert settings["smtp_auth_password_file"] == "/k"
    assert yaml.safe_load(render(province))["global"]["smtp_require_tls"] is False


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("match: {role:", "match: {rolle:", 'notify entry 4: no alert has a label "rolle".*"role"'),
        ("minor, warning]", "minor, dire]", "notify entry 2: no severity dire"),
        ("match: {site: mai-chau,", "match: {site: mai-chao,", "notify entry 2: no site mai-chao"),
        ("vnpt: {webhook: env:VNPT_HOOK}", 'vnpt: {phone: "0912"}', "contact vnpt: .* by none of"),
        (PROVINCE[PROVINCE.index("contacts:") :], "", "no contact in the inventory"),
    ],
)
def test_what_would_reach_nobody_is_an_error_that_says_where(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    path = tmp_path / "inventory.yaml"
    assert before in PROVINCE
    path.write_text(PROVINCE.replace(before, after))
    with pytest.raises(RoutingInvalid, match=fault):
        render(load(path, vocabulary()))


def test_export_writes_a_file_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inventory.yaml").write_text(PROVINCE)
    monkeypatch.delenv("MC_MAIL", raising=False)
    words = ["inventory", "export", "-i", str(tmp_path / "inventory.yaml")]
    out = tmp_path / "am.yml"
    assert main([*words, "--format", "alertmanager"]) == 0
    assert "to: env:MC_MAIL" in capsys.readouterr().out
    assert main([*words, "--format", "alertmanager", "--output", str(out)]) == 1
    assert "contact mai-chau, email: env:MC_MAIL" in capsys.readouterr().err
    assert not out.exists()
    for name, value in {"MC_MAIL": "a@b", "MC_BOT": "1:A 2", "VNPT_HOOK": "http://h/"}.items():
        monkeypatch.setenv(name, value)
    assert main([*words, "--format", "alertmanager", "--output", str(out)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    amtool("check-config", str(out))
    assert main([*words, "--format", "csv", "--output", str(tmp_path / "none" / "x")]) == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["am.yml", "inventory.yaml"]
