"""Whatever a device says, a module's poll ends in a reading, and its rows are clean."""

import random

import pytest

from probes.reading import Reason, values
from tests.snmp_module.conftest import OWN
from tests.snmp_module.own import BASE, OBJECTS, number
from tests.snmp_session.polling import agent, ask, session_on
from tests.snmp_session.replay import Oid, integer, name, tlv

ODD = (
    integer(2, -(2**63)),
    integer(70, 2**64 - 1),
    integer(65, 2**40),
    tlv(4, b""),
    tlv(4, b"\xff\xfe\x00\n,= \\" * 300),
    tlv(4, b"9" * 400),
    tlv(6, b"\x2b\x86"),
    tlv(6, b""),
    tlv(64, b"\x7f"),
    tlv(64, b"\x7f\x00\x00\x01"),
    tlv(68, bytes.fromhex("9f780449742400")),
    tlv(68, bytes.fromhex("9f78047fc00000")),
    tlv(68, bytes.fromhex("9f78047f800000")),
    name((1, 3, 6, 1)),
)
IDENTITY = (1, 3, 6, 1, 2, 1, 1)


def spoilt(chance: random.Random) -> dict[Oid, bytes]:
    """Odd values, objects that are missing, indexes that say more or less than they should."""
    found: dict[Oid, bytes] = {}
    for oid, value in OBJECTS.items():
        if oid[:7] == IDENTITY:
            found[oid] = value
            continue
        if chance.random() < 0.3:
            value = chance.choice(ODD)
        if chance.random() < 0.2:
            arcs = (chance.choice((0, 1, 255, 2**32 - 1)) for _ in range(chance.randrange(4)))
            oid = (*oid[:-1], *arcs)
        if chance.random() < 0.95 and len(oid) > len(BASE):
            found[oid] = value
    return found


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(12))
async def test_odd_values_and_indexes_never_break_a_poll(seed: int) -> None:
    chance = random.Random(seed)
    with agent(OBJECTS) as device:
        session = session_on(
            device.port, profile=False, modules=(f"{OWN}:own",), slow=chance.choice((0.0, 900.0))
        )
        for _ in range(5):
            device.change(spoilt(chance))
            reading = await ask(session)
            assert reading.reason in (None, Reason.PARTIAL), reading.message
            assert reading.rows
            for head, fields in reading.rows:
                assert values(fields)
                for _, text in head.labels:
                    assert text.isprintable()
                    assert len(text.encode()) <= 1024


@pytest.mark.asyncio
async def test_a_table_without_end_is_cut_and_told() -> None:
    rows: dict[Oid, bytes] = {(*BASE, 10, 1, 1, row): number(1) for row in range(1, 500)}
    with agent({**OBJECTS, **rows}) as device:
        session = session_on(device.port, profile=False, modules=(f"{OWN}:own",), rows=100)
        reading = await ask(session)
    assert (reading.reason, reading.missing) == (Reason.LIMIT, ("own",))
    states = [row for row in reading.rows if row.fields == b"someState_info=1"]
    assert len(states) == 100
