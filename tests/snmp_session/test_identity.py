"""Interfaces keep their name when ifIndex moves; duplicate and empty names are made distinct."""

import pytest

from probes.reading import LABEL_BYTES, Reason
from probes.snmp.decode import MOST_INSTANCES
from probes.snmp.naming import distinct
from tests.snmp_session.polling import (
    SYSTEM,
    agent,
    ask,
    by_instance,
    infos,
    interface,
    session_on,
)
from tests.snmp_session.replay import integer

CHANGED = (1, 3, 6, 1, 2, 1, 31, 1, 5, 0)
UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)


@pytest.mark.asyncio
async def test_counters_follow_the_name_through_a_restart_that_shuffles_indexes() -> None:
    before = SYSTEM | interface(1, "ge1", "a", 1000) | interface(2, "ge2", "b", 2000)
    after = SYSTEM | interface(1, "ge2", "b", 2500) | interface(2, "ge1", "a", 1500)
    with agent(before) as device:
        session = session_on(device.port)
        await ask(session)
        device.change(after | {UPTIME: integer(67, 50)})
        rows = by_instance(await ask(session), "interface")
    assert rows["ge1"]["receive_bytes_total"] == 1500
    assert rows["ge2"]["receive_bytes_total"] == 2500


@pytest.mark.asyncio
async def test_names_are_read_again_when_the_table_says_that_it_changed() -> None:
    before = SYSTEM | interface(1, "ge1", "a", 1) | {CHANGED: integer(67, 10)}
    after = SYSTEM | interface(1, "ge1-new", "a", 2) | {CHANGED: integer(67, 99_000)}
    with agent(before) as device:
        session = session_on(device.port)
        await ask(session)
        device.change(after)
        reading = await ask(session)
    assert list(by_instance(reading, "interface")) == ["ge1-new"]
    assert [one["index"] for one in infos(reading, "interfaces")] == ["1"]


@pytest.mark.asyncio
async def test_ports_that_swap_without_a_word_are_told_apart_at_the_medium_turn() -> None:
    before = SYSTEM | interface(1, "ge1", "a", 1000) | interface(2, "ge2", "b", 2000)
    with agent(before) as device:
        session = session_on(device.port, medium=0.0)
        await ask(session)
        device.change(SYSTEM | interface(1, "ge2", "b", 2500) | interface(2, "ge1", "a", 1500))
        reading = await ask(session)
    rows = by_instance(reading, "interface")
    assert rows["ge1"]["receive_bytes_total"] == 1500
    found = {one["interface"]: one["description"] for one in infos(reading, "interfaces")}
    assert found == {"ge1": "a", "ge2": "b"}


@pytest.mark.asyncio
async def test_a_new_interface_has_its_name_in_the_poll_that_first_sees_it() -> None:
    with agent(SYSTEM | interface(1, "ge1", "a", 1)) as device:
        session = session_on(device.port)
        await ask(session)
        device.change(device.objects | interface(7, "ge7", "g", 70))
        rows = by_instance(await ask(session), "interface")
    assert rows["ge7"]["receive_bytes_total"] == 70


@pytest.mark.asyncio
async def test_duplicate_and_empty_names() -> None:
    objects = SYSTEM | interface(1, "up", "left", 1) | interface(2, "up", "right", 2)
    objects |= interface(3, "same", "same", 3) | interface(4, "same", "same", 4)
    objects |= interface(5, "", "only descr", 5) | interface(6, "", "", 6)
    with agent(objects) as device:
        reading = await ask(session_on(device.port))
    rows = by_instance(reading, "interface")
    assert {name: row["receive_bytes_total"] for name, row in rows.items()} == {
        "up (left)": 1,
        "up (right)": 2,
        "same (same)#1": 3,
        "same (same)#2": 4,
        "only descr": 5,
        "if6": 6,
    }
    unstable = {one["interface"] for one in infos(reading, "interfaces") if "unstable" in one}
    assert unstable == set(rows) - {"only descr"}


@pytest.mark.asyncio
async def test_instances_are_limited_and_the_rest_is_told() -> None:
    objects = dict(SYSTEM)
    for index in range(1, MOST_INSTANCES + 51):
        objects |= interface(index, f"p{index}", "", index)
    with agent(objects) as device:
        reading = await ask(session_on(device.port))
    assert len(by_instance(reading, "interface")) == MOST_INSTANCES
    assert reading.reason is Reason.LIMIT
    assert "50 beyond 1000 of a kind left out" in reading.message
    assert reading.success


def test_made_up_names_are_unique_and_fit_a_label() -> None:
    long = "x" * 200
    names = {bytes([i]): long for i in range(5)} | {b"\x09": "free", b"\x0a": "taken"}
    found = distinct(names, lambda index: "y" * 100, {"taken"})
    assert len(set(found.values())) == 7
    assert max(len(name.encode()) for name in found.values()) <= LABEL_BYTES
    assert found[b"\x09"] == "free"
    assert found[b"\x0a"] not in ("taken", "free")


def test_a_made_up_name_never_takes_that_of_another() -> None:
    names = {b"\x01": "a", b"\x02": "a", b"\x03": "a#1"}
    assert sorted(distinct(names, lambda index: "", set()).values()) == ["a#1", "a#2", "a#3"]
