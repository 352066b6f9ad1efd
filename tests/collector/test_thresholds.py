"""Which limits are in force for whom, with which readings they are written, and what is recorded
when they change.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.thresholds import thresholds
from collector.journal import Journal
from collector.plan import Job
from collector.state import Memory
from collector.thresholds import JobLimits, limits_of, standing_rows
from collector.tuning import author, changes, record, remember, table
from collector.vocabulary import vocabulary
from inventory.load import Inventory, InventoryInvalid, load
from probes.probe import Probe, Session, Settings, Target
from probes.reading import Head, Reading, Reason, Row

INVENTORY = """
collectors: {noc-1: {attached_to: [core]}}
defaults: {thresholds: {CpuHigh: {warning: 70%}}}
roles:
  server: {thresholds: {StorageFull: [{warning: 80%}, {critical: 99%, only: {storage: /var}}]}}
  sensor: {}
sites:
  dc: {name: Trung tâm dữ liệu, room: machine-room}
  pa-co: {name: UBND xã Pà Cò, room: office, parent: dc}
devices:
  core: {address: 127.17.0.1, site: dc}
  app: {address: 127.17.0.2, site: dc, role: server, uplinks: [core]}
  heat: {address: 127.17.0.3, site: dc, role: sensor, uplinks: [core]}
  rt1: {address: 127.17.1.1, site: pa-co, uplinks: [circuit:tsl-1]}
  rt2: {address: 127.17.1.2, site: pa-co, uplinks: [circuit:bare]}
circuits:
  tsl-1: {capacity: 200M, targets: {rtt: 20ms, loss: 0.5%}, probe: 127.17.250.2,
          thresholds: {CircuitLoss: {critical: 2%}}, a: core/ge1, z: rt1/wan1}
  bare: {a: core/ge2, z: rt2/wan1}
services:
  mot-cua: {name: Một cửa điện tử, checks: {home: {http: {url: "http://127.0.0.1/"}}},
            thresholds: {TlsExpiring: {warning: 45d, only: {target: home}}}}
"""
Write = Callable[[str], Inventory]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Inventory:
        path = tmp_path / "inventory.yaml"
        path.write_text(text)
        return load(path, vocabulary())

    return written


def values(kind: str, name: str, inventory: Inventory, rule: str) -> dict[tuple[str, str], float]:
    found = limits_of(kind, name, inventory, thresholds())
    return {(one.severity, one.instance): one.value for one in found if one.rule == rule}


def test_the_inventory_lies_over_what_is_shipped_severity_by_severity(write: Write) -> None:
    inventory = write(INVENTORY)
    shipped = thresholds()["CpuHigh"].bounds
    assert values("device", "core", inventory, "CpuHigh") == {
        ("warning", ""): 0.7,
        ("critical", ""): shipped.critical,
    }
    assert values("device", "app", inventory, "StorageFull") == {
        ("warning", ""): 0.8,
        ("critical", ""): thresholds()["StorageFull"].bounds.critical,
        ("critical", "/var"): 0.99,
    }


def test_a_contract_target_is_the_warning_limit_and_critical_keeps_its_distance(
    write: Write,
) -> None:
    inventory = write(INVENTORY)
    slow = values("circuit", "tsl-1", inventory, "CircuitSlow")
    assert slow == {("warning", ""): 0.02, ("critical", ""): 0.04}
    lossy = values("circuit", "tsl-1", inventory, "CircuitLoss")
    assert lossy == {("warning", ""): 0.005, ("critical", ""): 0.02}
    unsaid = values("circuit", "tsl-1", inventory, "CircuitJitter")
    assert unsaid == {("warning", ""): 0.03, ("critical", ""): 0.05}


def test_rules_without_shipped_limits_have_some_only_where_the_inventory_gives_one(
    write: Write,
) -> None:
    assert values("device", "core", write(INVENTORY), "InterfaceBusy") == {}
    given = INVENTORY.replace("core: {", "core: {thresholds: {InterfaceBusy: {warning: 90%}}, ", 1)
    assert values("device", "core", write(given), "InterfaceBusy") == {("warning", ""): 0.9}


def test_limits_by_room_and_role_are_for_those_rooms_and_roles(write: Write) -> None:
    inventory = write(INVENTORY)
    narrow = [one for one in thresholds().values() if one.roles or one.rooms]
    assert narrow
    for rule in narrow:
        for name, device in inventory.devices.items():
            bounds = rule.shipped(device.role, inventory.sites[device.site].room)
            wanted = {(s, ""): getattr(bounds, s) for s in ("warning", "critical")}
            found = values("device", name, inventory, rule.rule)
            assert found == {at: one for at, one in wanted.items() if one is not None}, rule.rule


def test_standing_limits_are_of_measured_circuits_and_of_collectors(write: Write) -> None:
    lines = {row.head.encoded.decode() for row in standing_rows(write(INVENTORY))}
    assert "threshold,circuit=tsl-1,rule=CircuitBusy,severity=warning" in lines
    assert "threshold,circuit=tsl-1,rule=CircuitLoss,severity=critical" in lines
    assert "threshold,collector=noc-1,rule=CollectorSpoolOld,severity=warning" in lines
    assert not any("circuit=bare" in line or "device=" in line for line in lines)


def no_session(target: Target, memory: object) -> Session:
    raise AssertionError("these tests ask nobody")


def job(kind: str, thing: str, label: str) -> Job:
    labels = ((label, thing), ("site", "dc")) if kind == "device" else ((label, thing),)
    probe = Probe("snmp", Settings, no_session)
    target = Target(thing, (), labels, Settings(), {})
    return Job(f"{kind}/{thing}/snmp", kind, thing, "dc", probe, target, 60.0, 5.0)


def storage(at: float, name: str = "app", field: bytes = b"used_ratio=0.5") -> Reading:
    head = Head("storage", (("device", name), ("site", "dc"), ("storage", "/var")))
    return Reading(at, rows=[Row(head, b"used_bytes=5," + field)])


def attached(limits: JobLimits, one: Job, reading: Reading) -> list[str]:
    limits.attach(one, reading)
    rows = reading.described.get("thresholds", [])
    return sorted(f"{row.head.encoded.decode()} {row.fields.decode()}" for row in rows)


def test_a_device_has_the_limits_of_what_it_was_read_to_have(write: Write) -> None:
    limits = JobLimits()
    app = job("device", "app", "device")
    limits.load(write(INVENTORY), [app.key])
    assert attached(limits, app, Reading(1000.0)) == []
    found = attached(limits, app, storage(2000.0))
    assert "threshold,device=app,rule=StorageFull,severity=warning limit=0.8" in found
    assert (
        "threshold,device=app,rule=StorageFull,severity=critical,instance=/var limit=0.99" in found
    )
    assert not any("CpuHigh" in line for line in found)
    assert attached(limits, app, Reading(9000.0)) == found  # once seen it stays, whatever fails
    assert attached(limits, app, Reading(9060.0, reason=Reason.TIMEOUT)) == []


def test_a_reload_changes_the_limits_of_the_next_reading(write: Write) -> None:
    limits = JobLimits()
    app = job("device", "app", "device")
    limits.load(write(INVENTORY), [app.key])
    attached(limits, app, storage(1000.0))
    limits.load(write(INVENTORY.replace("{warning: 80%}", "{warning: 77%}")), [app.key])
    found = attached(limits, app, storage(1060.0))
    assert "threshold,device=app,rule=StorageFull,severity=warning limit=0.77" in found


def test_a_service_has_the_limits_of_its_checks(write: Write) -> None:
    limits = JobLimits()
    one = job("service", "mot-cua", "service")
    limits.load(write(INVENTORY), [one.key])
    head = Head("tls", (("service", "mot-cua"), ("target", "home")))
    reading = Reading(1000.0, rows=[Row(head, b"certificate_expiry_timestamp_seconds=2000000000")])
    found = attached(limits, one, reading)
    wanted = "threshold,service=mot-cua,rule=TlsExpiring,severity=warning,instance=home"
    assert f"{wanted} limit=3888000" in found


def test_an_unknown_rule_is_an_error_with_a_suggestion(write: Write) -> None:
    with pytest.raises(InventoryInvalid) as invalid:
        write(INVENTORY.replace("CpuHigh", "CpuHihg"))
    assert 'unknown rule "CpuHihg" (did you mean "CpuHigh"?)' in str(invalid.value.errors[0])


def test_changes_name_what_went_from_what_to_what_on_whom(write: Write) -> None:
    before = table(write(INVENTORY))
    after = table(
        write(
            INVENTORY.replace("rtt: 20ms", "rtt: 30ms")
            .replace("critical: 99%", "critical: 98%")
            .replace("defaults: {thresholds: {CpuHigh: {warning: 70%}}}", "")
        )
    )
    shipped = thresholds()["CpuHigh"].bounds.warning
    found = {
        (c.rule, c.severity, c.instance, c.before, c.after, c.things)
        for c in changes(before, after)
    }
    every = tuple(f"device:{name}" for name in ("app", "core", "heat", "rt1", "rt2"))
    assert found == {
        ("CircuitSlow", "warning", "", 0.02, 0.03, ("circuit:tsl-1",)),
        ("CircuitSlow", "critical", "", 0.04, 0.06, ("circuit:tsl-1",)),
        ("StorageFull", "critical", "/var", 0.99, 0.98, ("device:app",)),
        ("CpuHigh", "warning", "", 0.7, shipped, every),
    }
    assert changes(after, after) == []


def test_changes_are_found_over_a_restart_and_recorded(write: Write, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    assert remember(memory, write(INVENTORY)) == []
    memory.write()
    again = Memory(tmp_path / "memory.sqlite")
    changed = remember(again, write(INVENTORY.replace("{warning: 80%}", "{warning: 77%}")))
    journal = Journal(tmp_path / "events.sqlite")
    journal.start()
    record(journal, changed, time.time(), "noc-1", who="an", why="ổ đĩa mới")
    assert journal.flush()
    (event,) = journal.events()
    assert (event.kind, event.subject) == ("threshold", "device:app")
    assert event.text == "StorageFull warning: 0.8 -> 0.77 (device:app)"
    assert event.detail["who"] == "an"
    assert event.detail["why"] == "ổ đĩa mới"
    assert (event.detail["before"], event.detail["after"]) == (0.8, 0.77)
    journal.close()
    assert remember(again, write(INVENTORY.replace("{warning: 80%}", "{warning: 77%}"))) == []


def test_the_author_is_the_owner_of_the_newest_file(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text("")
    assert author([tmp_path / "gone.yaml", path]) == f"{path.owner()} (owner of inventory.yaml)"
    assert author([]) == ""
