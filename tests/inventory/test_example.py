"""The example province: its numbers are those of the plans, its file is what the schema says."""

import json
import shutil
import subprocess
from collections import Counter
from ipaddress import ip_address, ip_network
from pathlib import Path

import jsonschema
import pytest
import yaml

from collector.vocabulary import vocabulary
from inventory import schema
from inventory.export import export
from inventory.graph import connect, impact, reachable
from inventory.load import load
from inventory.model import Inventory, Thing
from inventory.source import read

ROOT = Path(__file__).parent.parent.parent
SERVERS = ("server", "hypervisor", "database-server", "backup-server")
TSLCD = ("department", "district-office", "party", "union", "other")
UNITS = {
    "tp-hoa-binh": 19,
    "da-bac": 17,
    "luong-son": 11,
    "kim-boi": 17,
    "cao-phong": 10,
    "tan-lac": 16,
    "mai-chau": 16,
    "lac-son": 24,
    "yen-thuy": 11,
    "lac-thuy": 10,
}


@pytest.fixture(scope="module")
def province() -> Inventory:
    return load(ROOT / "inventory.yaml", vocabulary())


def test_the_counts_are_those_of_the_plans(province: Inventory) -> None:
    roles = Counter(device.role for device in province.devices.values())
    sites = Counter(site.kind for site in province.sites.values())
    circuits = Counter(circuit.kind for circuit in province.circuits.values())
    in_dc = [device for device in province.devices.values() if device.site == "dc"]
    servers = [device for device in in_dc if device.role in SERVERS]
    counted = {
        "servers": len(servers),
        "other devices of the centre": len(in_dc) - len(servers),
        "agencies": sites["department"] + sites["district-office"],
        "TSLCD points": sum(sites[kind] for kind in TSLCD),
        "communes": sites["ward"],
        "TSLCD circuits": circuits["tslcd"],
        "CPE": roles["cpe"],
        "agency servers": roles["agency-server"],
        "agency firewalls": roles["agency-firewall"],
        "video": roles["video-endpoint"],
        "ward routers": roles["ward-router"],
        "portals": sum(service.kind == "portal" for service in province.services.values()),
        "devices": len(province.devices),
        "circuits": len(province.circuits),
    }
    assert counted == {
        "servers": 25,
        "other devices of the centre": 52,
        "agencies": 33,
        "TSLCD points": 63,
        "communes": 151,
        "TSLCD circuits": 63,
        "CPE": 63,
        "agency servers": 33,
        "agency firewalls": 10,
        "video": 12,
        "ward routers": 151,
        "portals": 34,
        "devices": 840,
        "circuits": 252,
    }


def test_the_communes_are_those_of_each_district(province: Inventory) -> None:
    wards = [site for site in province.sites.values() if site.kind == "ward"]
    assert Counter(site.parent for site in wards) == UNITS
    assert len({site.unit.code for site in wards}) == 151
    assert all(len(site.unit.code) == 5 and site.unit.code.startswith("0") for site in wards)
    names = Counter(site.unit.name for site in wards)
    assert (names["Xã Đoàn Kết"], names["Xã Cao Sơn"]) == (2, 2)


def test_the_twenty_five_servers_have_the_split_of_the_plan(province: Inventory) -> None:
    servers = [d for d in province.devices.values() if d.site == "dc" and d.role in SERVERS]
    assert sorted(Counter(server.asset.purpose for server in servers).values()) == [
        1, 1, 1, 1, 2, 2, 2, 3, 4, 8,
    ]  # fmt: skip


def test_every_address_is_its_own_and_on_loopback(province: Inventory) -> None:
    addresses = [a for device in province.devices.values() for a in device.addresses]
    addresses += [circuit.probe for circuit in province.circuits.values() if circuit.probe]
    assert len(set(addresses)) == len(addresses)
    assert all(ip_address(one) in ip_network("127.17.0.0/16") for one in addresses)
    ports = {getattr(u.settings, "port", None) for d in province.devices.values() for u in d.probes}
    assert ports == {1161}


def test_everything_is_reached_and_no_single_core_device_cuts_it(province: Inventory) -> None:
    graph = connect(province.collectors, province.devices, province.circuits)
    lit = reachable(graph, "noc-1")
    assert len([thing for thing in lit if thing.kind == "device"]) == 840
    for name in ("hbh-dc-core01", "hbh-dc-core02", "hbh-dc-fw03"):
        assert impact(province, Thing("device", name)).devices == (name,)


def test_the_pilot_circuit_takes_pa_co_with_it(province: Inventory) -> None:
    found = impact(province, Thing("circuit", "tsl-ii-05212-a"))
    assert found.sites == ("pa-co",)
    assert len(found.devices) == 3
    assert province.sites["pa-co"].unit.name == "Xã Pà Cò"


def test_carriers_share_the_circuits_as_the_plan_supposes(province: Inventory) -> None:
    counted = Counter(circuit.provider for circuit in province.circuits.values())
    share = {name: count / len(province.circuits) for name, count in counted.items()}
    assert share["VNPT"] == pytest.approx(0.60, abs=0.02)
    assert share["Viettel"] == pytest.approx(0.35, abs=0.02)


def test_the_committed_schema_is_the_generated_one() -> None:
    kept = (ROOT / "inventory" / "schema.json").read_text()
    assert kept == schema.written(), "python -m inventory.schema > inventory/schema.json"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    made = json.loads((ROOT / "inventory" / "schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def _good_files() -> list[Path]:
    here = Path(__file__).parent
    parts = [p for p in (ROOT / "inventory" / "hoa-binh").glob("*.yaml") if p.stem != "holidays"]
    return [ROOT / "inventory.yaml", *parts, here / "minimal.yaml", here / "good" / "whole.yaml"]


@pytest.mark.parametrize("path", _good_files(), ids=lambda path: path.stem)
def test_the_schema_accepts_what_the_loader_accepts(
    path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    errors = [error.message for error in validator.iter_errors(read(path, path.name).data)]
    assert errors == []


@pytest.mark.parametrize(
    "text",
    [
        "device: {}",
        "devices: {a: {address: 10.0.0.1}}",
        "devices: {a: {address: 10.0.0.1, site: dc, pinng: 1s}}",
        "defaults: {interval: 60}",
        "circuits: {a: {z: b/1, capacity: 200Mb}}",
        "credentials: {a: {snmp: {community: public}}}",
        "sites: [dc]",
    ],
)
def test_the_schema_refuses_what_an_editor_should_mark(
    text: str, validator: jsonschema.Draft202012Validator
) -> None:
    assert not validator.is_valid(yaml.safe_load(text))


def test_prometheus_accepts_the_targets(province: Inventory, tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    (tmp_path / "targets.json").write_text(export(province, "file-sd"))
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "scrape_configs:\n  - job_name: hatang\n"
        f"    file_sd_configs: [{{files: [{tmp_path}/targets.json]}}]\n"
    )
    done = subprocess.run([promtool, "check", "config", str(config)], capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
