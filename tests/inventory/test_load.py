"""What a good inventory resolves to: inheritance, units, references, includes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from inventory.load import load
from inventory.model import Inventory, Thing, Threshold
from inventory.secret import SecretRef
from inventory.vocabulary import Vocabulary

HERE = Path(__file__).parent


@pytest.fixture
def whole(vocabulary: Vocabulary) -> Inventory:
    return load(HERE / "good" / "whole.yaml", vocabulary)


def test_the_minimal_inventory_of_ten_lines_is_whole(vocabulary: Vocabulary) -> None:
    path = HERE / "minimal.yaml"
    assert len(path.read_text().splitlines()) <= 10
    inventory = load(path, vocabulary)
    device = inventory.devices["agent-1"]
    assert (device.collector, device.address, device.ping) == ("noc-1", "127.0.0.1", 1.0)
    (use,) = device.probes
    assert (use.name, use.interval, use.timeout) == ("snmp", 60.0, 5.0)
    assert use.settings.model_dump()["port"] == 1161
    assert device.credentials["snmp"].values["community"] == SecretRef("env", "SNMP_COMMUNITY")


def test_a_device_takes_from_role_chain_and_defaults(whole: Inventory) -> None:
    device = whole.devices["rt01"]
    assert (device.ping, device.interval, device.timeout, device.settle) == (0.5, 120.0, 3.0, 180.0)
    assert device.tags == ("all", "managed", "level-3")
    assert device.hours == "office"
    snmp, web = device.probes
    assert (snmp.interval, snmp.timeout) == (30.0, 3.0)
    assert snmp.settings.model_dump() == {"port": 1161, "profile": "huawei-vrp", "context": ""}
    assert (web.name, web.probe, web.interval) == ("web", "http", 120.0)


def test_credentials_of_a_nearer_layer_win_by_kind(whole: Inventory) -> None:
    assert whole.devices["core"].credentials["snmp"].name == "core"
    access = whole.devices["rt01"].credentials
    assert {kind: one.name for kind, one in access.items()} == {"snmp": "ward", "ssh": "linux"}
    assert access["snmp"].values["community"] == SecretRef("file", str(HERE / "good" / "community"))
    core = whole.devices["core"].credentials["snmp"].values
    assert core["auth"] == ("sha256", SecretRef("env", "SNMP_AUTH"))
    assert (core["version"], core["user"], core["context"]) == ("3", "noc", "")


def test_thresholds_merge_by_rule_instance_and_severity(whole: Inventory) -> None:
    assert whole.devices["core"].thresholds == (Threshold("StorageFull", 0.85, 0.95),)
    assert set(whole.devices["rt01"].thresholds) == {
        Threshold("StorageFull", 0.8, 0.9),
        Threshold("StorageFull", 0.7, None, (("storage", "/var"),)),
    }


def test_off_takes_ping_probe_and_check_away(whole: Inventory) -> None:
    device = whole.devices["ap01"]
    assert device.ping is None
    assert device.probes == ()


def test_units_and_texts_are_read_as_written(whole: Inventory) -> None:
    circuit = whole.circuits["tsl-1"]
    assert circuit.capacity == 200e6
    assert circuit.targets.availability == 0.9995
    assert (circuit.targets.rtt, circuit.targets.loss, circuit.targets.jitter) == (0.05, 0.01, 0.03)
    assert circuit.a is not None
    assert (circuit.a.device, circuit.a.interface) == ("core", "ge-0/0/3")
    assert whole.sites["pa-co"].unit.code == "05212"
    assert whole.sites["dc"].location == (20.81, 105.0)
    assert whole.devices["core"].addresses == ("10.0.0.1", "fd00::1")
    assert whole.devices["rt01"].uplinks == (Thing("circuit", "tsl-1"),)
    assert whole.devices["rt01"].asset.support_until == date(2028, 6, 30)
    assert whole.notify[0].match == {"severity": ("critical", "warning")}
    assert whole.services["mot-cua"].needs == (
        Thing("device", "core"),
        Thing("circuit", "tsl-1"),
        Thing("site", "dc"),
    )
    assert whole.services["mot-cua"].checks[0].interval == 15.0


def test_times_without_an_offset_are_the_provinces(whole: Inventory) -> None:
    once, weekly = whole.maintenance
    assert once.start == datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    assert once.end is not None
    assert once.end.utcoffset() == timedelta(hours=9)
    assert weekly.every is not None
    assert (weekly.every.weekdays, weekly.every.start, weekly.every.end) == ({6}, 23 * 60, 60)
    assert weekly.what == (Thing("site", "dc"), Thing("device", "core"))


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-20T07:30", True),
        ("2026-11-20T11:30", False),
        ("2026-11-20T12:00", False),
        ("2026-11-20T16:59", True),
        ("2026-11-21T08:00", False),
        ("2026-09-02T08:00", False),
    ],
)
def test_a_calendar_knows_hours_weekdays_and_holidays(
    whole: Inventory, moment: str, open_: bool
) -> None:
    assert whole.calendars["office"].open(datetime.fromisoformat(moment)) is open_


def test_equal_settings_are_one_object(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "many.yaml"
    rows = "".join(
        f"  d{n}: {{address: 10.0.0.{n}, site: dc, role: r, probes: {{snmp: {{port: 1161}}}}}}\n"
        for n in range(1, 50)
    )
    path.write_text(
        "collectors: {noc-1: {}}\nsites: {dc: {name: A}}\nroles: {r: {probes: {snmp: {}}}}\n"
        "credentials: {lab: {snmp: {community: env:LAB}}}\ndefaults: {credentials: [lab]}\n"
        f"devices:\n{rows}"
    )
    devices = load(path, vocabulary).devices.values()
    assert len({id(device.probes[0]) for device in devices}) == 1


def test_includes_are_relative_and_globs_are_sorted(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "b.yaml").write_text("devices: {b: {address: 10.0.0.2, site: dc}}")
    (tmp_path / "parts" / "a.yaml").write_text("include: b.yaml\nsites: {dc: {name: A}}\n")
    main = tmp_path / "main.yaml"
    main.write_text("include: [parts/*.yaml]\ncollectors: {noc-1: {}}\n")
    inventory = load(main, vocabulary)
    assert set(inventory.devices) == {"b"}
    assert [path.name for path in inventory.files] == ["main.yaml", "a.yaml", "b.yaml"]


def test_aliases_share_what_they_name(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "alias.yaml"
    path.write_text(
        "collectors: {noc-1: {}}\nsites: {dc: {name: A}}\n"
        "devices:\n  a: {address: 10.0.0.1, site: dc, asset: &rack {rack: A1}}\n"
        "  b: {address: 10.0.0.2, site: dc, asset: *rack}\n"
    )
    assert load(path, vocabulary).devices["b"].asset.rack == "A1"


def test_loading_twice_gives_equal_inventories(vocabulary: Vocabulary) -> None:
    path = HERE / "minimal.yaml"
    assert load(path, vocabulary) == load(path, vocabulary)


SMALL = """\
collectors: {noc-1: {}}
calendars: {office: {hours: ["07:30-11:30"]}}
roles: {desk: {hours: office}}
sites:
  dc: {name: A, hours: office}
  hall: {name: B, hours: off}
devices:
  follows: {address: 10.0.0.1, site: dc}
  always: {address: 10.0.0.2, site: dc, hours: off}
  free: {address: 10.0.0.3, site: hall, role: desk}
  quick: {address: 10.0.0.4, site: dc, probes: {http: {url: "http://a/", interval: 2s}}}
"""


@pytest.fixture
def small(tmp_path: Path, vocabulary: Vocabulary) -> Inventory:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return load(path, vocabulary)


def test_hours_off_is_always_whatever_role_and_site_say(small: Inventory) -> None:
    assert {name: one.hours for name, one in small.devices.items() if name != "quick"} == {
        "follows": "office",
        "always": None,
        "free": None,
    }


def test_a_timeout_that_nobody_wrote_fits_the_interval(small: Inventory) -> None:
    (use,) = small.devices["quick"].probes
    assert (use.interval, use.timeout) == (2.0, 2.0)


def test_payers_are_names_of_organisations_and_no_sites(whole: Inventory) -> None:
    assert whole.circuits["tsl-1"].payers == ("Sở TT&TT", "pa-co")


def test_the_sketch_of_the_design_loads_once_what_it_names_is_there(vocabulary: Vocabulary) -> None:
    vocabulary = replace(vocabulary, rules=vocabulary.rules | {"WanBusy"})
    inventory = load(HERE / "good" / "sketch.yaml", vocabulary)
    circuit = inventory.circuits["kenh-xa-01"]
    assert circuit.payers == ("so-khcn", "UBND xã Đồng Bãi")
    assert circuit.targets.availability == 0.995
    router = inventory.devices["xa-01-rt"]
    assert router.credentials["snmp"].name == "ward"
    assert (router.settle, router.hours) == (240.0, "office")
    assert inventory.calendars["office"].holidays == {date(2026, 9, 2)}
    assert Threshold("StorageFull", 0.9, None, (("storage", "/var"),)) in router.thresholds
    assert [one.every is None for one in inventory.maintenance] == [True, False]
