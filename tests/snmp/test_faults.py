"""Walks of agents that misbehave: nothing is lost in silence, nothing never ends."""

import json
import socket
from typing import Any

import pytest

from probes.reading import Reason
from probes.snmp import ber, message
from probes.snmp.agent import Agent, Community
from probes.snmp.errors import SnmpError
from tests.snmp.asking import BASE, VERSIONS, agent_of, get, walk, whole
from tests.snmp.faulty import Faulty, serving, table


@VERSIONS
@pytest.mark.asyncio
@pytest.mark.parametrize("rows", [0, 1, 7, 130, 300])
async def test_honest_agent_is_read_whole(version: int, rows: int) -> None:
    async with serving(Faulty(table(5, rows))) as faulty:
        agent = agent_of(faulty, version)
        for _ in range(2):
            assert whole(await walk(agent, 5), 5, rows)


@pytest.mark.asyncio
async def test_ipv6_is_read_and_refused_alike() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    async with serving(Faulty(table(5, 30)), "::1") as faulty:
        agent = Agent(["0:0::1"], faulty.port, Community(1, b"public"))
        assert whole(await walk(agent, 5), 5, 30)
    assert (await walk(agent, 5)).reason is Reason.REFUSED


@VERSIONS
@pytest.mark.asyncio
@pytest.mark.parametrize("points", [True, False])
@pytest.mark.parametrize("row", [1, 7, 20])
async def test_unreadable_row_is_stepped_over_and_marked(
    version: int, points: bool, row: int
) -> None:
    bad = frozenset([ber.encode_oid(f"{BASE}.3.{row}")])
    async with serving(Faulty(table(5, 20), bad=bad, points_at_culprit=points)) as faulty:
        found = await walk(agent_of(faulty, version), 5)
    assert found.reason is Reason.PARTIAL
    assert found.columns[2].holes == [ber.encode_subids([row])]
    assert [len(c.values) for c in found.columns] == [20, 20, 19, 20, 20]
    assert not found.aligned
    assert f"{BASE}.3" in found.message


@pytest.mark.asyncio
async def test_column_that_is_all_unreadable_is_cut_and_others_are_whole() -> None:
    bad = frozenset(ber.encode_oid(f"{BASE}.2.{row}") for row in range(1, 41))
    async with serving(Faulty(table(3, 40), bad=bad)) as faulty:
        found = await walk(agent_of(faulty), 3)
    assert found.reason is Reason.PARTIAL
    assert "genErr" in found.message
    assert [len(c.values) for c in found.columns] == [40, 0, 40]
    assert [c.complete for c in found.columns] == [True, False, True]


@pytest.mark.asyncio
async def test_object_behind_the_table_that_fails_does_no_harm() -> None:
    held = table(3, 10)
    behind = ber.encode_oid(f"{BASE}.4.1")
    held[behind] = b"\x02\x01\x01"
    async with serving(Faulty(held, bad=frozenset([behind]))) as faulty:
        assert whole(await walk(agent_of(faulty), 3), 3, 10)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [message.NO_ACCESS, message.AUTHORIZATION])
async def test_refused_access_is_auth(status: int) -> None:
    bad = frozenset([ber.encode_oid(f"{BASE}.1.1")])
    async with serving(Faulty(table(1, 3), bad=bad, status=status)) as faulty:
        found = await walk(agent_of(faulty), 1)
        assert found.reason is Reason.AUTH
        with pytest.raises(SnmpError) as caught:
            await get(agent_of(faulty), list(bad))
        assert caught.value.reason is Reason.AUTH


@VERSIONS
@pytest.mark.asyncio
@pytest.mark.parametrize("limit", [1, 3, 10, 50])
async def test_too_big_makes_requests_smaller_and_is_remembered(version: int, limit: int) -> None:
    memory: dict[str, Any] = {}
    async with serving(Faulty(table(5, 30), too_big_above=limit)) as faulty:
        assert whole(await walk(agent_of(faulty, version, memory), 5), 5, 30)
        faulty.asked.clear()
        again = agent_of(faulty, version, json.loads(json.dumps(memory)))
        assert whole(await walk(again, 5), 5, 30)
    assert all(wide * repeat <= limit for _, wide, repeat in faulty.asked)


@pytest.mark.asyncio
@pytest.mark.parametrize("most", [1, 3, 10, 37, 100])
async def test_short_reply_is_no_end(most: int) -> None:
    async with serving(Faulty(table(6, 50), most=most)) as faulty:
        agent = agent_of(faulty)
        await walk(agent, 6)
        faulty.asked.clear()
        assert whole(await walk(agent, 6), 6, 50)
    assert len(faulty.asked) <= 1.2 * 6 * 51 / most + 1


@pytest.mark.asyncio
async def test_silence_to_large_requests_teaches_a_smaller_size() -> None:
    async with serving(Faulty(table(8, 50), silent_above=100)) as faulty:
        agent = agent_of(faulty)
        await walk(agent, 8)
        await walk(agent, 8)
        faulty.asked.clear()
        assert whole(await walk(agent, 8), 8, 50)
    assert all(wide * repeat <= 100 for _, wide, repeat in faulty.asked)


@pytest.mark.asyncio
async def test_dead_agent_teaches_nothing() -> None:
    memory: dict[str, Any] = {}
    async with serving(Faulty(table(8, 50), drop=lambda count: True)) as faulty:
        found = await walk(agent_of(faulty, 1, memory), 8, 2.5)
    assert found.reason is Reason.TIMEOUT
    assert found.rows == 0
    assert memory == {}


@VERSIONS
@pytest.mark.asyncio
@pytest.mark.parametrize("nth", [2, 3, 5])
async def test_lost_packets_are_sent_again(version: int, nth: int) -> None:
    async with serving(Faulty(table(4, 10), drop=lambda count: count % nth == 0)) as faulty:
        assert whole(await walk(agent_of(faulty, version), 4, 20), 4, 10)


@pytest.mark.asyncio
async def test_agent_that_dies_midway_leaves_marked_rows() -> None:
    async with serving(Faulty(table(30, 40), drop=lambda count: count > 4)) as faulty:
        found = await walk(agent_of(faulty), 30, 2.0)
    assert found.reason is Reason.PARTIAL
    assert "no answer" in found.message
    assert found.rows > 0
    assert any(c.complete for c in found.columns)
    assert not found.columns[-1].complete


def _repeat(name: bytes, agent: Faulty) -> bytes:
    return ber.encode_oid(f"{BASE}.1.5") if name.endswith(b"\x05") else honest(name, agent)


def _cycle(name: bytes, agent: Faulty) -> bytes:
    return ber.encode_oid(f"{BASE}.1.2") if name.endswith(b"\x05") else honest(name, agent)


def _back_to_start(name: bytes, agent: Faulty) -> bytes:
    return ber.encode_oid("1.3.6.1.2.1.1.1.0") if name.endswith(b"\x05") else honest(name, agent)


def honest(name: bytes, agent: Faulty) -> bytes:
    key = ber.decode_subids(name)
    return next(oid for oid, other in zip(agent.order, agent.keys, strict=True) if other > key)


@VERSIONS
@pytest.mark.asyncio
@pytest.mark.parametrize("after", [_repeat, _cycle, _back_to_start])
async def test_circle_is_cut_and_marked(version: int, after: Any) -> None:
    held = table(1, 20) | {ber.encode_oid("1.3.6.1.2.1.1.1.0"): b"\x04\x00"}
    async with serving(Faulty(held, after=after)) as faulty:
        found = await walk(agent_of(faulty, version), 1)
    assert found.reason is Reason.PARTIAL
    assert found.columns[0].values == [1001, 1002, 1003, 1004, 1005]
    assert len(faulty.asked) <= 8


def _endless(name: bytes, agent: Faulty) -> bytes:
    prefix = ber.encode_oid(f"{BASE}.1")
    last = ber.decode_subids(name[len(prefix) :])
    found = prefix + ber.encode_subids([last[0] + 1 if last else 1])
    agent.held[found] = b"\x02\x01\x07"
    return found


@VERSIONS
@pytest.mark.asyncio
async def test_endless_table_ends_at_the_limit(version: int) -> None:
    async with serving(Faulty({}, after=_endless)) as faulty:
        found = await walk(agent_of(faulty, version), 1, 10, limit=150)
    assert found.reason is Reason.LIMIT
    assert len(found.columns[0].values) == 150


@pytest.mark.asyncio
async def test_table_as_long_as_the_limit_is_whole() -> None:
    async with serving(Faulty(table(3, 150))) as faulty:
        assert whole(await walk(agent_of(faulty), 3, limit=150), 3, 150)


@pytest.mark.asyncio
async def test_indexes_of_several_bytes_keep_their_order() -> None:
    held = {
        ber.encode_oid(f"{BASE}.{column}.{index}"): ber.encode_integer(index, ber.GAUGE32)
        for column in (1, 2)
        for index in (1, 127, 128, 16383, 16384, 436207616, 4294967295)
    }
    async with serving(Faulty(held)) as faulty:
        found = await walk(agent_of(faulty), 2)
    assert found.reason is None
    assert found.aligned
    assert found.columns[0].values == [1, 127, 128, 16383, 16384, 436207616, 4294967295]


@pytest.mark.asyncio
async def test_columns_with_gaps_keep_their_own_indexes() -> None:
    held = table(4, 60)
    for row in range(1, 61, 3):
        del held[ber.encode_oid(f"{BASE}.2.{row}")]
    for row in range(30, 61):
        del held[ber.encode_oid(f"{BASE}.3.{row}")]
    async with serving(Faulty(held)) as faulty:
        agent = agent_of(faulty)
        for _ in range(2):
            found = await walk(agent, 4)
            assert found.reason is None
            assert not found.aligned
            for number, column in enumerate(found.columns, 1):
                rows = [ber.decode_subids(index)[0] for index in column.indexes]
                assert column.values == [1000 * number + row for row in rows]
            assert [len(c.values) for c in found.columns] == [60, 40, 29, 60]
