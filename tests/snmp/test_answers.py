"""Answers that are none, come from others, late or never: to walks and to gets."""

import asyncio
from typing import Any

import pytest

from probes.reading import Reason
from probes.snmp import ber
from probes.snmp.agent import Agent, Community
from probes.snmp.client import Client
from probes.snmp.errors import SnmpError
from tests.snmp.asking import BASE, VERSIONS, agent_of, columns, get, walk, whole
from tests.snmp.faulty import Faulty, serving, table


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "mangle",
    [
        lambda reply: [reply, reply, reply],
        lambda reply: [b"", b"\x30", reply[:-3], reply[:20], b"\xff" * 300, reply],
        lambda reply: [reply.replace(b"\xa2", b"\xa8", 1), reply],
        lambda reply: [reply + b"behind"],
    ],
)
async def test_rubbish_beside_the_answer_is_passed_over(mangle: Any) -> None:
    async with serving(Faulty(table(4, 30), mangle=mangle)) as faulty:
        assert whole(await walk(agent_of(faulty), 4), 4, 30)


@pytest.mark.asyncio
async def test_wrong_request_id_is_no_answer() -> None:
    def other(reply: bytes) -> list[bytes]:
        at = (
            reply.index(b"\xa2")
            + 2
            + (reply[reply.index(b"\xa2") + 1] & 0x7F) * (reply[reply.index(b"\xa2") + 1] > 0x7F)
        )
        return [reply[: at + 2] + bytes((reply[at + 2] ^ 1,)) + reply[at + 3 :]]

    async with serving(Faulty(table(1, 3), mangle=other)) as faulty:
        with pytest.raises(SnmpError) as caught:
            await get(agent_of(faulty), [ber.encode_oid(f"{BASE}.1.1")], 1.0)
    assert caught.value.reason is Reason.TIMEOUT


@pytest.mark.asyncio
@pytest.mark.parametrize("configured", [True, False])
async def test_answer_from_another_address_counts_only_when_configured(configured: bool) -> None:
    loop = asyncio.get_running_loop()
    async with serving(Faulty(table(2, 3))) as faulty:
        sender, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, ("127.0.0.2", faulty.port)
        )
        faulty.sender = sender
        addresses = ["127.0.0.1", "127.0.0.2"] if configured else ["127.0.0.1"]
        agent = Agent(addresses, faulty.port, Community(1, b"public"))
        found = await walk(agent, 2, 1.0)
        sender.close()
    assert found.reason is (None if configured else Reason.TIMEOUT)


@pytest.mark.asyncio
async def test_slow_agent_is_waited_for() -> None:
    async with serving(Faulty(table(2, 3), delay=0.7)) as faulty:
        assert whole(await walk(agent_of(faulty), 2, 5.0), 2, 3)


@pytest.mark.asyncio
async def test_nothing_listens_is_told_at_once() -> None:
    async with serving(Faulty({})) as faulty:
        port = faulty.port
    agent = Agent(["127.0.0.1"], port, Community(1, b"public"))
    loop = asyncio.get_running_loop()
    start = loop.time()
    found = await walk(agent, 1, 5.0)
    assert found.reason is Reason.REFUSED
    with pytest.raises(SnmpError) as caught:
        await get(agent, columns(1))
    assert caught.value.reason is Reason.REFUSED
    assert loop.time() - start < 1


@pytest.mark.asyncio
async def test_refusal_of_one_agent_leaves_others_alone() -> None:
    async with serving(Faulty({})) as gone:
        port = gone.port
    async with serving(Faulty(table(4, 30))) as faulty:
        dead = Agent(["127.0.0.1"], port, Community(1, b"public"))
        found = await asyncio.gather(
            *(walk(a, 4) for _ in range(20) for a in (dead, agent_of(faulty)))
        )
    assert all(f.reason is Reason.REFUSED for f in found[::2])
    assert all(whole(f, 4, 30) for f in found[1::2])


@VERSIONS
@pytest.mark.asyncio
async def test_get_singles_out_what_is_absent_or_unreadable(version: int) -> None:
    bad = ber.encode_oid(f"{BASE}.1.4")
    oids = [ber.encode_oid(f"{BASE}.1.{row}") for row in range(1, 130)]
    faulty = Faulty(table(1, 100), bad=frozenset([bad]), points_at_culprit=False)
    async with serving(faulty):
        found = await get(agent_of(faulty, version), [*oids, oids[0]])
    expected = [None if row == 4 or row > 100 else 1000 + row for row in range(1, 130)]
    assert found == [*expected, 1001]


@pytest.mark.asyncio
async def test_get_of_nothing_asks_nothing() -> None:
    agent = Agent(["127.0.0.1"], 9, Community(1, b"public"))
    assert await get(agent, []) == []
    assert (await walk(agent, 0)).reason is None


@pytest.mark.asyncio
async def test_another_instance_is_no_answer_to_get() -> None:
    class Confused(Faulty):
        def _answer(self, *_: Any) -> Any:
            return 0, 0, [(ber.encode_oid(f"{BASE}.1.2"), b"\x02\x01\x05")]

    async with serving(Confused(table(1, 3))) as faulty:
        with pytest.raises(SnmpError) as caught:
            await get(agent_of(faulty), [ber.encode_oid(f"{BASE}.1.1")])
    assert caught.value.reason is Reason.PROTOCOL


@pytest.mark.asyncio
async def test_empty_answers_end_in_protocol() -> None:
    async with serving(Faulty(table(2, 3), most=0)) as faulty:
        assert (await walk(agent_of(faulty), 2)).reason is Reason.PROTOCOL


@pytest.mark.asyncio
async def test_cancelled_walk_leaves_nothing_behind() -> None:
    async with serving(Faulty(table(2, 3), drop=lambda count: True)) as faulty:
        task = asyncio.create_task(walk(agent_of(faulty), 2))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not Client.shared()._pending


@pytest.mark.asyncio
async def test_deadline_in_the_past_is_a_timeout() -> None:
    async with serving(Faulty(table(2, 3))) as faulty:
        now = asyncio.get_running_loop().time()
        found = await Client.shared().walk(agent_of(faulty), columns(2), now - 1, 10)
    assert found.reason is Reason.TIMEOUT


@pytest.mark.asyncio
async def test_closed_client_ends_what_is_in_flight() -> None:
    async with serving(Faulty(table(2, 3), drop=lambda count: True)) as faulty:
        client = Client()
        now = asyncio.get_running_loop().time()
        task = asyncio.create_task(client.walk(agent_of(faulty), columns(2), now + 5, 10))
        await asyncio.sleep(0.01)
        client.close()
        assert (await task).reason is Reason.INTERNAL
