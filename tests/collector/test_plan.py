"""The inventory turned into jobs, pings and the rows that describe it."""

from pathlib import Path
from typing import Any

import pytest

from collector.described import device_rows, inventory_rows
from collector.plan import Plan, build
from inventory.load import load
from inventory.model import Credential
from inventory.vocabulary import Vocabulary
from probes.probe import Probe, Session, Settings, Target

INVENTORY = """
province: {name: Hòa Bình}
collectors: {noc-1: {attached_to: [core]}}
credentials: {ward: {snmp: {version: 2c, community: env:WARD}}}
defaults: {interval: 60s, ping: 1s, timeout: 5s}
roles:
  switch: {probes: {snmp: {}}, credentials: [ward]}
sites:
  dc: {name: Trung tâm dữ liệu, kind: data-centre, location: [20.81, 105.34]}
  pa-co: {name: UBND xã Pà Cò, kind: ward, parent: dc, unit: {code: "05212", name: Xã Pà Cò}}
devices:
  core: {address: 127.17.0.1, site: dc, role: switch}
  rt1: {address: 127.17.1.1, site: pa-co, role: switch, uplinks: [circuit:tsl-1], ping: 5s}
  twin: {address: 127.17.1.1, site: pa-co, uplinks: [rt1], ping: 2s}
  gone: {address: 127.17.1.9, site: pa-co, role: switch, uplinks: [rt1], lifecycle: retired}
  mute: {address: 127.17.1.3, site: pa-co, uplinks: [rt1], ping: off,
         checks: {web: {http: {}}}}
circuits:
  tsl-1: {kind: tslcd, provider: VNPT, contract: "15/2026", payers: [dc, pa-co],
          capacity: 200M, targets: {availability: 99.5%, rtt: 50ms}, probe: 127.17.250.2,
          a: core/Gi0/1, z: rt1/wan1}
services:
  mot-cua: {name: Một cửa điện tử, level: 3, needs: [core], checks: {home: {http: {}}}}
"""


def no_session(target: Target, memory: dict[str, Any]) -> Session:
    raise AssertionError("these tests ask nobody")


class Snmp(Settings):
    """Settings of a probe that a device is asked with."""

    port: int = 161


PROBES = {
    "snmp": Probe("snmp", Snmp, no_session),
    "http": Probe("http", Settings, no_session),
}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    known = Vocabulary({name: probe.settings for name, probe in PROBES.items()})
    return build(load(path, known), "noc-1", PROBES, _fetch)


def _fetch(credential: Credential) -> dict[str, str]:
    return {"fetched": credential.name}


def test_every_active_device_and_service_gets_its_jobs(plan: Plan) -> None:
    assert sorted(plan.jobs) == [
        "device/core/snmp",
        "device/mute/web",
        "device/rt1/snmp",
        "service/mot-cua/home",
    ]


def test_job_carries_labels_credentials_and_deadline(plan: Plan) -> None:
    job = plan.jobs["device/core/snmp"]
    assert job.target.labels == (("device", "core"), ("site", "dc"))
    assert job.target.credentials == {"snmp": {"fetched": "ward"}}
    assert (job.interval, job.timeout) == (60.0, 20.0)
    assert job.about == (("role", "switch"), ("lifecycle", "active"))


def test_check_is_labelled_by_its_name_not_its_url(plan: Plan) -> None:
    assert plan.jobs["device/mute/web"].target.labels[-1] == ("target", "web")
    assert plan.jobs["service/mot-cua/home"].target.labels == (
        ("service", "mot-cua"),
        ("target", "home"),
    )


def test_devices_that_share_an_address_share_a_pinger(plan: Plan) -> None:
    shared = plan.pings["127.17.1.1"]
    assert shared.things == ("device:rt1", "device:twin")
    assert shared.interval == 2.0
    assert [head.encoded for head in shared.heads] == [
        b"icmp,device=rt1,site=pa-co",
        b"icmp,device=twin,site=pa-co",
    ]


def test_circuit_is_pinged_by_its_own_address_and_off_means_off(plan: Plan) -> None:
    assert plan.pings["127.17.250.2"].heads[0].encoded == b"circuit,circuit=tsl-1,site=pa-co"
    assert plan.pings["127.17.250.2"].things == ("circuit:tsl-1",)
    assert sorted(plan.pings) == ["127.17.0.1", "127.17.1.1", "127.17.250.2"]


def test_plan_of_the_same_inventory_is_equal_job_by_job(plan: Plan, tmp_path: Path) -> None:
    known = Vocabulary({name: probe.settings for name, probe in PROBES.items()})
    again = build(load(tmp_path / "inventory.yaml", known), "noc-1", PROBES, _fetch)
    assert again.jobs == plan.jobs
    assert again.pings == plan.pings


def test_inventory_describes_sites_circuits_and_services(plan: Plan) -> None:
    lines = {
        f"{row.head.encoded.decode()} {row.fields.decode()}"
        for row in inventory_rows(plan.inventory)
    }
    assert lines >= {
        (
            "site,site=pa-co,name=UBND\\ xã\\ Pà\\ Cò,kind=ward,parent=dc,unit_code=05212,"
            "unit_name=Xã\\ Pà\\ Cò info=1"
        ),
        (
            "circuit,circuit=tsl-1,site=pa-co,kind=tslcd,provider=VNPT,contract=15/2026,"
            "payer=dc\\ pa-co info=1"
        ),
        (
            "circuit,circuit=tsl-1,site=pa-co capacity_bits_per_second=200000000,"
            "target_availability_ratio=0.995,target_rtt_seconds=0.05"
        ),
        "circuit,circuit=tsl-1,end=z,device=rt1,interface=wan1,site=pa-co end_info=1",
        "service,service=mot-cua,name=Một\\ cửa\\ điện\\ tử,level=3 info=1",
    }


def test_every_device_is_described_before_it_says_a_word(plan: Plan) -> None:
    rows = device_rows(plan)
    assert rows["gone"].head.labels == (
        ("device", "gone"),
        ("site", "pa-co"),
        ("role", "switch"),
        ("lifecycle", "retired"),
    )
