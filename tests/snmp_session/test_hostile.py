"""Whatever a device says, a poll ends in a reading, and what it emits is clean."""

import random
from pathlib import Path

import pytest

from probes.reading import LABEL_BYTES, Reason, values
from tests.snmp_session.polling import SYSTEM, agent, ask, interface, session_on
from tests.snmp_session.replay import Oid, integer, load, name, tlv

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.walk"))
IDENTITY = tuple(sorted(SYSTEM))
ODD = (
    integer(2, -1),
    integer(2, -(2**31)),
    integer(70, 2**64 - 1),
    tlv(70, b"\x00" * 9),
    tlv(4, b""),
    tlv(4, b"\xff\xfe\x00\n,= \\" * 60),
    tlv(4, b"9" * 400),
    tlv(4, "Phòng máy chủ".encode()),
    tlv(6, b"\x2b\x86"),
    tlv(68, bytes.fromhex("9f780449742400")),
    tlv(68, bytes.fromhex("9f78047fc00000")),
    name((1, 3, 6, 1)),
    tlv(64, b"\x7f\x00\x00\x01"),
)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(3))
async def test_odd_values_anywhere_never_break_a_poll(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    objects = load(path)
    session = None
    with agent(objects) as device:
        session = session_on(device.port, slow=0.0, medium=0.0)
        for _ in range(4):
            odd: dict[Oid, bytes] = {
                oid: chance.choice(ODD) if chance.random() < 0.3 else value
                for oid, value in objects.items()
                if oid in IDENTITY or chance.random() < 0.95
            }
            device.change(odd | {oid: objects[oid] for oid in IDENTITY if oid in objects})
            reading = await ask(session)
            assert reading.reason in (None, Reason.PARTIAL, Reason.LIMIT), reading.message
            rows = [*reading.rows, *(row for some in reading.described.values() for row in some)]
            for head, fields in rows:
                assert values(fields)
                for _, text in head.labels:
                    assert text.isprintable()
                    assert len(text.encode()) <= LABEL_BYTES


@pytest.mark.asyncio
async def test_an_agent_that_shows_nothing_is_an_access_fault() -> None:
    with agent({(1, 3, 6, 1, 6, 9, 1): integer(2, 1)}) as device:
        reading = await ask(session_on(device.port))
    assert reading.reason is Reason.AUTH
    assert reading.message == "the agent answers but shows nothing"


@pytest.mark.asyncio
async def test_a_table_that_never_rests_is_not_read_whole_at_every_poll() -> None:
    with agent(SYSTEM | interface(1, "a", "", 1)) as device:
        session = session_on(device.port)
        costs = []
        for turn in range(2, 14):
            before = device.asked
            await ask(session)
            costs.append(device.asked - before)
            device.change(SYSTEM | interface(1, "a", "", 1) | interface(turn, f"p{turn}", "", 1))
    assert max(costs[-3:]) < 0.5 * costs[2]
