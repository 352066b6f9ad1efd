"""The user security model against real snmpd: the whole matrix, wrong secrets, restarts."""

import asyncio
import json
import socket
from collections.abc import Callable

import pytest

from probes.reading import Reason
from probes.snmp import ber, usm
from probes.snmp.agent import Agent
from probes.snmp.client import Client
from probes.snmp.column import Table, Value
from probes.snmp.errors import SnmpError
from probes.snmp.usm import User
from tests.snmp.conftest import AUTH_PASSWORD, PRIV_PASSWORD, USERS, Snmpd

UPTIME = ber.encode_oid("1.3.6.1.2.1.1.3.0")
LOCATION = ber.encode_oid("1.3.6.1.2.1.1.6.0")
COLUMNS = [ber.encode_oid(f"1.3.6.1.2.1.2.2.1.{n}") for n in (1, 2, 10, 16)]


def user(name: str) -> User:
    auth, priv = USERS[name]
    return User(name, auth, AUTH_PASSWORD if auth else "", priv, PRIV_PASSWORD if priv else "")


async def get(agent: Agent, timeout: float = 4.0) -> list[Value | None]:
    now = asyncio.get_running_loop().time()
    return await Client.shared().get(agent, [UPTIME, LOCATION], now + timeout)


async def walk(agent: Agent, timeout: float = 5.0) -> Table:
    now = asyncio.get_running_loop().time()
    return await Client.shared().walk(agent, COLUMNS, now + timeout, 1000)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", USERS)
async def test_every_level_and_protocol_reads(snmpd: Snmpd, name: str) -> None:
    if f"user {name}" in snmpd.log() or "nknown" in snmpd.log():
        pytest.skip(f"this snmpd lacks the protocols of {name}: {snmpd.log()[:200]}")
    agent = Agent(["127.0.0.1"], snmpd.port, user(name))
    uptime, location = await get(agent)
    assert isinstance(uptime, int)
    assert location == "Phòng máy".encode()
    table = await walk(agent)
    assert table.reason is None
    assert table.aligned
    assert table.rows > 0


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "nobody"}, "the agent does not know the user"),
        ({"auth_password": "wrongpass12"}, "wrong authentication"),
        ({"auth": "sha512"}, "wrong authentication"),
        ({"auth": "", "priv": ""}, "authorizationError"),
        ({"priv_password": "wrongpass12"}, "the agent answers discovery, but none of"),
        ({"priv": "aes256c"}, "the agent answers discovery, but none of"),
    ],
)
async def test_wrong_secrets_are_told_apart(
    snmpd: Snmpd, changes: dict[str, str], message: str
) -> None:
    right = {
        "name": "sha1-aes256",
        "auth": "sha1",
        "auth_password": AUTH_PASSWORD,
        "priv": "aes256",
        "priv_password": PRIV_PASSWORD,
    }
    agent = Agent(["127.0.0.1"], snmpd.port, User(**(right | changes)))
    with pytest.raises(SnmpError) as caught:
        await get(agent)
    assert caught.value.reason is Reason.AUTH
    assert caught.value.message.find(message) >= 0, caught.value.message
    assert caught.value.hint
    assert "pass12" not in repr(agent.security)


@pytest.mark.asyncio
async def test_level_that_user_cannot_do_is_auth(snmpd: Snmpd) -> None:
    agent = Agent(
        ["127.0.0.1"], snmpd.port, User("sha256", "sha256", AUTH_PASSWORD, "des", PRIV_PASSWORD)
    )
    with pytest.raises(SnmpError, match="security level") as caught:
        await get(agent)
    assert caught.value.reason is Reason.AUTH


@pytest.mark.asyncio
async def test_restart_with_more_boots_is_bridged(make_snmpd: Callable[..., Snmpd]) -> None:
    daemon = make_snmpd()
    daemon.start()
    agent = Agent(["127.0.0.1"], daemon.port, user("sha256-aes128"))
    await get(agent)
    assert agent.engine is not None
    boots = agent.engine.boots
    daemon.stop()
    daemon.start()
    assert (await walk(agent)).reason is None
    assert agent.engine.boots == boots + 1


@pytest.mark.asyncio
async def test_boots_that_start_again_are_believed_once_signed(
    make_snmpd: Callable[..., Snmpd],
) -> None:
    daemon = make_snmpd("exactEngineID 0x80001f8880aabbccdd")
    for _ in range(3):
        daemon.start()
        daemon.stop()
    daemon.start()
    agent = Agent(["127.0.0.1"], daemon.port, user("sha1-des"))
    await get(agent)
    assert agent.engine is not None
    before = agent.engine.boots
    daemon.stop()
    daemon.forget()
    daemon.start()
    assert isinstance((await get(agent))[0], int)
    assert agent.engine.boots < before


@pytest.mark.asyncio
async def test_another_engine_id_is_learnt(make_snmpd: Callable[..., Snmpd]) -> None:
    daemon = make_snmpd()
    daemon.start("exactEngineID 0x80001f888001")
    agent = Agent(["127.0.0.1"], daemon.port, user("sha256-aes128"))
    await get(agent)
    daemon.stop()
    daemon.forget()
    daemon.start("exactEngineID 0x80001f888002")
    assert isinstance((await get(agent))[0], int)
    assert agent.engine is not None
    assert agent.engine.id.hex() == "80001f888002"


@pytest.mark.asyncio
async def test_two_agents_with_one_engine_id_leave_each_other_alone(
    make_snmpd: Callable[..., Snmpd],
) -> None:
    same = "exactEngineID 0x80001f888001"
    first, second = make_snmpd(same), make_snmpd(same)
    for _ in range(2):
        first.start()
        first.stop()
    first.start()
    second.start()
    agents = [Agent(["127.0.0.1"], d.port, user("sha512-aes256")) for d in (first, second)]
    for _ in range(3):
        for agent in agents:
            assert (await walk(agent)).reason is None
    one, two = (agent.engine for agent in agents)
    assert one is not None
    assert two is not None
    assert one.boots != two.boots
    client = Client.shared()
    sent = client.sent
    await asyncio.gather(*(get(agent) for agent in agents))
    assert client.sent - sent == 2, "no discovery, no report"


@pytest.mark.asyncio
@pytest.mark.parametrize("step", [-400, 400])
async def test_clock_that_stepped_is_followed(snmpd: Snmpd, step: int) -> None:
    agent = Agent(["127.0.0.1"], snmpd.port, user("sha256-aes128"))
    await get(agent)
    assert agent.engine is not None
    agent.engine.time += step
    assert isinstance((await get(agent))[0], int)
    assert abs(step) > usm.WINDOW


@pytest.mark.asyncio
async def test_agent_that_died_is_no_matter_of_passwords(make_snmpd: Callable[..., Snmpd]) -> None:
    daemon = make_snmpd()
    daemon.start()
    agent = Agent(["127.0.0.1"], daemon.port, user("sha256-aes128"))
    await get(agent)
    daemon.stop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", daemon.port))
        for _ in range(2):
            assert (await walk(agent, 2.5)).reason is Reason.TIMEOUT


@pytest.mark.asyncio
async def test_engine_is_kept_over_our_restart(snmpd: Snmpd) -> None:
    memory: dict[str, object] = {}
    await get(Agent(["127.0.0.1"], snmpd.port, user("sha256-aes128"), memory))
    client = Client.shared()
    sent = client.sent
    kept = json.loads(json.dumps(memory))
    assert AUTH_PASSWORD not in json.dumps(kept)
    await get(Agent(["127.0.0.1"], snmpd.port, user("sha256-aes128"), kept))
    assert client.sent - sent == 1, "no discovery"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "kept",
    [
        {"id": "80001f888099", "boots": 7, "zero": 0},
        {"id": "nothing", "boots": 1, "zero": 1},
        {"id": "80001f888099", "boots": -1, "zero": 1e300},
        "rubbish",
    ],
)
async def test_wrong_memory_does_no_harm(snmpd: Snmpd, kept: object) -> None:
    memory = {"engine": kept, "bulk": {"size": "x", "limit": -1}, "rows": [1]}
    agent = Agent(["127.0.0.1"], snmpd.port, user("sha256-aes128"), memory)
    assert (await walk(agent)).reason is None


@pytest.mark.asyncio
async def test_unknown_context_is_no_success(snmpd: Snmpd) -> None:
    agent = Agent(["127.0.0.1"], snmpd.port, User("none", context="vlan-7"))
    with pytest.raises(SnmpError):
        await get(agent, 1.0)
