"""What a poll asks: all at first, then about eight values an interface; partial answers."""

import asyncio

import pytest

from inventory.secret import Secret
from probes.reading import Reason
from probes.snmp.poll import Poll
from probes.snmp.session import SnmpSettings
from tests.snmp_session.polling import (
    IF_TABLE,
    IF_X_TABLE,
    SYSTEM,
    agent,
    ask,
    by_instance,
    interface,
    session_on,
)
from tests.snmp_session.replay import Oid, integer, tlv

PORTS = 40


def switch() -> dict[Oid, bytes]:
    objects = dict(SYSTEM)
    for index in range(1, PORTS + 1):
        objects |= interface(index, f"p{index}", f"port {index}", index * 10**10)
    return objects


@pytest.mark.asyncio
async def test_a_later_poll_asks_for_far_less_and_gives_the_same_rows() -> None:
    with agent(switch()) as device:
        session = session_on(device.port)
        first = await ask(session)
        whole = device.packets
        second = await ask(session)
        fast = device.packets - whole
    assert by_instance(second, "interface") == by_instance(first, "interface")
    assert len(by_instance(second, "interface")["p1"]) == 8
    assert fast <= 0.4 * whole
    assert "interfaces" in first.described
    assert "interfaces" not in second.described


@pytest.mark.asyncio
async def test_heads_are_the_same_objects_from_poll_to_poll() -> None:
    with agent(switch()) as device:
        session = session_on(device.port)
        first, second = await ask(session), await ask(session)
    heads = {head.encoded: head for head, _ in first.rows}
    assert all(heads[head.encoded] is head for head, _ in second.rows)


@pytest.mark.asyncio
async def test_slow_columns_are_read_again_after_their_period() -> None:
    with agent(switch()) as device:
        session = session_on(device.port, slow=0.0)
        await ask(session)
        device.change(device.objects | {(*IF_X_TABLE, 18, 3): tlv(4, b"ward")})
        reading = await ask(session)
    aliases = [dict(row.head.labels).get("alias") for row in reading.described["interfaces"]]
    assert "ward" in aliases


@pytest.mark.asyncio
async def test_counters_of_32_bits_serve_where_an_interface_has_no_others() -> None:
    objects = switch()
    for column in (6, 10):
        del objects[(*IF_X_TABLE, column, 5)]
    objects |= {(*IF_TABLE, 10, 5): integer(65, 55), (*IF_TABLE, 16, 5): integer(65, 66)}
    with agent(objects) as device:
        session = session_on(device.port)
        for _ in range(2):
            rows = by_instance(await ask(session), "interface")
            assert rows["p5"]["receive_bytes_total"] == 55
            assert rows["p5"]["transmit_bytes_total"] == 66
            assert rows["p4"]["receive_bytes_total"] == 4 * 10**10


@pytest.mark.asyncio
async def test_version_1_has_only_32_bit_counters() -> None:
    objects = {oid: v for oid, v in switch().items() if v[0] != 0x46}
    objects |= {(*IF_TABLE, 10, index): integer(65, index) for index in range(1, PORTS + 1)}
    with agent(objects) as device:
        credential = {"version": "1", "community": Secret("public")}
        reading = await ask(session_on(device.port, credential=credential))
    assert reading.reason is None, reading.message
    assert by_instance(reading, "interface")["p7"]["receive_bytes_total"] == 7


@pytest.mark.asyncio
async def test_states_of_interfaces() -> None:
    objects = dict(SYSTEM)
    states = {1: 1.0, 2: 0.0, 3: 0.0, 4: None, 5: 1.0, 6: 0.0, 7: 0.0}
    for state in states:
        objects |= interface(state, f"p{state}", "", 1) | {(*IF_TABLE, 8, state): integer(2, state)}
    with agent(objects) as device:
        rows = by_instance(await ask(session_on(device.port)), "interface")
    assert {int(name[1:]): row.get("up") for name, row in rows.items()} == states


@pytest.mark.asyncio
async def test_an_agent_that_falls_silent_in_a_poll_gives_a_partial_reading() -> None:
    with agent(switch()) as device:
        session = session_on(device.port)
        first = await ask(session)
        device.deaf_after = device.packets + 3
        reading = await ask(session, 2.0)
    assert reading.reason is Reason.PARTIAL
    assert reading.success
    assert reading.tables_answered < reading.tables_expected <= first.tables_expected
    assert "interfaces" in reading.missing
    assert "interfaces: " in reading.message
    assert "interfaces" not in reading.described


@pytest.mark.asyncio
async def test_a_row_limit_is_told_and_does_not_make_every_poll_a_whole_one() -> None:
    with agent(switch()) as device:
        session = session_on(device.port, rows=10)
        first = await ask(session)
        whole = device.asked
        second = await ask(session)
    assert (first.reason, second.reason) == (Reason.LIMIT, Reason.LIMIT)
    assert len(by_instance(first, "interface")) == len(by_instance(second, "interface")) == 10
    assert device.asked - whole < whole / 2
    assert len(first.described["interfaces"]) == 20


@pytest.mark.asyncio
async def test_a_silent_agent_is_a_timeout_by_the_deadline() -> None:
    with agent(SYSTEM) as device:
        device.deaf_after = 0
        loop = asyncio.get_running_loop()
        begun = loop.time()
        reading = await ask(session_on(device.port), 1.0)
    assert reading.reason is Reason.TIMEOUT
    assert not reading.rows
    assert loop.time() - begun < 1.5


@pytest.mark.asyncio
async def test_a_fault_of_our_own_is_told_and_never_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: Poll, oids: object) -> list[None]:
        raise ZeroDivisionError

    monkeypatch.setattr(Poll, "get", broken)
    reading = await ask(session_on(9))
    assert (reading.reason, reading.message) == (
        Reason.INTERNAL,
        "ZeroDivisionError in the SNMP probe",
    )


@pytest.mark.asyncio
async def test_odd_values_in_a_column_cost_only_their_cells() -> None:
    objects = switch() | {
        (*IF_X_TABLE, 6, 2): tlv(4, b"no number"),
        (*IF_TABLE, 14, 3): integer(2, -5),
        (*IF_TABLE, 8, 4): tlv(4, b"up"),
    }
    with agent(objects) as device:
        rows = by_instance(await ask(session_on(device.port)), "interface")
    assert len(rows) == PORTS
    assert "receive_bytes_total" not in rows["p2"]
    assert "receive_errors_total" not in rows["p3"]
    assert "up" not in rows["p4"]
    assert rows["p5"]["receive_bytes_total"] == 5 * 10**10


def test_settings_take_durations_as_people_write_them() -> None:
    assert SnmpSettings.model_validate({"slow": "15m", "medium": "90s"}).slow == 900
    with pytest.raises(ValueError, match='bad duration "900"'):
        SnmpSettings.model_validate({"slow": 900})
    with pytest.raises(ValueError, match='no profile "nope"'):
        SnmpSettings(profile="nope")
