"""Modules of our own: every kind of index, lookup and value, against what is written here and
against snmp_exporter.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from probes.reading import Reason, values
from tests.snmp_module import exporter
from tests.snmp_module.conftest import MODULES, OWN
from tests.snmp_module.exporter import Series
from tests.snmp_module.own import BASE, OBJECTS, number
from tests.snmp_session.polling import LABELS, agent, ask, session_on
from tests.snmp_session.replay import Oid, integer, tlv

LATER = "port"
"""The label whose type stands in another column: 0.21 writes it as bytes."""


def without(found: Mapping[Series, float], label: str) -> dict[Series, float]:
    return {(n, frozenset(p for p in ls if p[0] != label)): v for (n, ls), v in found.items()}


def renamed(found: Mapping[Series, float]) -> dict[Series, float]:
    """A label that Hatang has itself steps aside."""
    names = {"device": "exported_device"}
    return {
        (name, frozenset((names.get(n, n), text) for n, text in labels)): value
        for (name, labels), value in found.items()
    }


async def read(objects: Mapping[Oid, bytes], name: str = "own") -> dict[Series, float]:
    with agent(objects) as device:
        reading = await ask(session_on(device.port, profile=False, modules=(f"{OWN}:{name}",)))
    assert reading.reason is None, reading.message
    return exporter.ours(reading)


def of(found: Mapping[Series, float], name: str) -> dict[frozenset[tuple[str, str]], float]:
    return {labels: value for (one, labels), value in found.items() if one == name}


def labels(**pairs: str) -> frozenset[tuple[str, str]]:
    return frozenset(pairs.items())


@pytest.mark.asyncio
async def test_names_labels_and_values_are_those_of_snmp_exporter(second_opinion: str) -> None:
    with agent(OBJECTS) as device:
        theirs, error = await asyncio.to_thread(exporter.asked, second_opinion, "own", device.port)
    assert not error
    expected = renamed(exporter.translated(theirs, MODULES["own"]["metrics"]))
    found = await read(OBJECTS)
    print(f"{len(expected)} series of snmp_exporter, {len(found)} of ours")
    assert without(found, LATER) == without(expected, LATER)
    assert len(found) == len(expected) > 60


@pytest.mark.asyncio
async def test_indexes_become_labels() -> None:
    found = await read(OBJECTS)
    assert of(found, "byNumber") == {
        labels(row="7", kind="first"): 10,
        labels(row="7", kind="off"): 11,
        labels(row="8", kind="9"): 12,
        labels(row="9", kind="0"): 13,
    }
    assert of(found, "byText") == {
        labels(name="ab", code="0x01FF", rest="cd"): 1,
        labels(code="0x0001"): 2,
    }
    assert {dict(one)["peer"] for one in of(found, "byAddress")} == {
        "192.168.1.2",
        "1011:1213:1415:1617:1819:1A1B:1C1D:1E1F",
        "0x03050102030405",
    }
    assert {dict(one)["peer"] for one in of(found, "byShortAddress")} == {"10.0.0.1", "0x090102"}


@pytest.mark.asyncio
async def test_lookups_go_through_others_and_take_the_index_away() -> None:
    assert of(await read(OBJECTS), "looked") == {
        labels(
            title="Công an, tầng 2",
            slot="3",
            slotName="slot three",
            port="00:01:02:03:04:FF",
            raw="0x01FF",
        ): 100,
        labels(
            title='a=b "c" \\d ', slot="4", slotName="slot four", port="eth 0/1", raw="0x02FF"
        ): 200,
        labels(slot="9", port="0x000100", raw="0x03FF"): 300,
        labels(): 400,
    }


@pytest.mark.asyncio
async def test_a_label_of_ours_is_not_overwritten() -> None:
    assert of(await read(OBJECTS), "deviceLabel") == {labels(exported_device="1"): 5}


@pytest.mark.asyncio
async def test_values_are_told_as_numbers_texts_and_states() -> None:
    found = await read(OBJECTS)
    one = {name: value for (name, more), value in found.items() if not more}
    assert one["someDate"] == 1_534_312_875
    assert one["someNever"] == -62_169_984_000
    assert one["someLarge"] == 2**53 - 3
    assert one["someWhereElse"] == 6
    assert (one["loadPercent"], one["loadCelsius"]) == (12.5, -40)
    assert "loadNone" not in one
    assert one["scaled"] == 123 * 0.1 + 5
    assert of(found, "someState_info").keys() == {
        labels(row="1", someState="up"),
        labels(row="2", someState="no"),
        labels(row="3", someState="7"),
    }
    assert sum(of(found, "someStates").values()) == 3
    assert len(of(found, "someStates")) == 10
    assert of(found, "someBits")[labels(row="1", someBits="tenth")] == 1


@pytest.mark.asyncio
async def test_only_the_columns_that_are_needed_are_asked() -> None:
    tree: dict[Oid, bytes] = {
        (*BASE, 77, 1, column, row): number(1) for column in range(9) for row in range(200)
    }
    with agent({**OBJECTS, **tree}) as device:
        session = session_on(device.port, profile=False, modules=(f"{OWN}:own",))
        await ask(session)
        device.requests.clear()
        second = await ask(session)
        asked = [oid for request in device.requests for oid in request]
    assert second.tables_expected >= second.tables_answered > 5
    assert not [oid for oid in asked if oid[:8] == (*BASE, 77)]
    absent = (*BASE, 5, 1, 99)  # it was not there in the first run
    assert not [oid for oid in asked if oid[:10] == absent]


@pytest.mark.asyncio
async def test_a_text_that_changed_ends_with_zero_and_labels_follow() -> None:
    with agent(OBJECTS) as device:
        session = session_on(device.port, profile=False, modules=(f"{OWN}:own",))
        first = await ask(session)
        again = await ask(session)
        assert [row.head for row in again.rows] == [row.head for row in first.rows]
        device.change(
            {
                **OBJECTS,
                (*BASE, 10, 1, 1, 1): number(2),
                (*BASE, 5, 1, 2, 1): tlv(4, b"new title"),
            }
        )
        changed = exporter.ours(await ask(session))
        after = exporter.ours(await ask(session))
    states = of(changed, "someState_info")
    assert states[labels(row="1", someState="up")] == 0
    assert states[labels(row="1", someState="no")] == 1
    assert labels(row="1", someState="up") not in of(after, "someState_info")
    assert {dict(one).get("title") for one in of(after, "looked")} == {
        "new title",
        'a=b "c" \\d ',
        None,
    }


@pytest.mark.asyncio
async def test_rows_that_come_and_go_are_seen() -> None:
    more: dict[Oid, bytes] = {(*BASE, 10, 1, column, 4): number(1) for column in (1, 2)}
    with agent({**OBJECTS, **more}) as device:
        session = session_on(device.port, profile=False, modules=(f"{OWN}:own",))
        assert len(of(exporter.ours(await ask(session)), "someState_info")) == 4
        device.change(dict(OBJECTS))
        ended = of(exporter.ours(await ask(session)), "someState_info")
        assert ended[labels(row="4", someState="up")] == 0
        assert len(of(exporter.ours(await ask(session)), "someState_info")) == 3


@pytest.mark.asyncio
async def test_modules_stand_beside_a_profile() -> None:
    with agent(OBJECTS) as device:
        reading = await ask(session_on(device.port, modules=(f"{OWN}:other", f"{OWN}:own")))
    subjects = {row.head.subject for row in reading.rows}
    assert subjects >= {"", "system"}
    assert next(row for row in reading.rows if not row.head.subject).fields == b"sysUpTime=4711"
    assert reading.described["device"]


@pytest.mark.asyncio
async def test_a_device_that_lacks_it_all_says_so() -> None:
    with agent({oid: value for oid, value in OBJECTS.items() if oid[:7] != BASE}) as device:
        reading = await ask(session_on(device.port, profile=False, modules=(f"{OWN}:own",)))
        assert reading.reason is None  # sysUpTime it has
    bare: dict[Oid, bytes] = {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): tlv(4, b"x"),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): integer(67, 1),
    }
    with agent(bare) as device:
        reading = await ask(session_on(device.port, profile=False, modules=(f"{IF_LIKE}",)))
    assert reading.reason is Reason.PARTIAL
    assert "none of its objects" in reading.message


IF_LIKE = f"{Path(__file__).with_name('filtered.yml')}:filtered"


@pytest.mark.asyncio
async def test_filters_read_the_rows_that_are_wanted() -> None:
    table = (1, 3, 6, 1, 2, 1, 2, 2, 1)
    objects: dict[Oid, bytes] = {
        (*table, column, row): value
        for row in range(1, 6)
        for column, value in (
            (2, tlv(4, b"eth%d" % row)),
            (8, number(1 if row % 2 else 2)),
            (10, integer(65, row * 10)),
        )
    }
    system = {oid: value for oid, value in OBJECTS.items() if oid[:7] != BASE}
    with agent({**system, **objects}) as device:
        reading = await ask(session_on(device.port, profile=False, modules=(IF_LIKE,)))
        assert reading.reason is None, reading.message
        asked = {oid for request in device.requests for oid in request}
    assert of(exporter.ours(reading), "ifInOctets") == {
        labels(ifIndex=str(row), ifDescr=f"eth{row}"): row * 10 for row in (1, 3, 5)
    }
    assert (*table, 10, 2) not in asked


def test_rows_carry_the_labels_of_the_device() -> None:
    async def run() -> None:
        with agent(OBJECTS) as device:
            reading = await ask(session_on(device.port, profile=False, modules=(f"{OWN}:other",)))
        (row,) = reading.rows
        assert (row.head.labels, values(row.fields)) == (LABELS, {"sysUpTime": 4711})

    asyncio.run(run())
