"""Gets and walks of a faulty agent, as tests ask them."""

import asyncio
from typing import Any

import pytest

from probes.snmp import ber
from probes.snmp.agent import Agent, Community
from probes.snmp.client import Client
from probes.snmp.column import Table, Value
from tests.snmp.faulty import Faulty

BASE = "1.3.6.1.2.1.2.2.1"
VERSIONS = pytest.mark.parametrize("version", [0, 1])


def columns(count: int) -> list[bytes]:
    return [ber.encode_oid(f"{BASE}.{n}") for n in range(1, count + 1)]


def agent_of(faulty: Faulty, version: int = 1, memory: dict[str, Any] | None = None) -> Agent:
    return Agent(["127.0.0.1"], faulty.port, Community(version, b"public"), memory)


async def walk(agent: Agent, count: int, timeout: float = 5.0, limit: int = 1000) -> Table:
    loop = asyncio.get_running_loop()
    start = loop.time()
    found = await Client.shared().walk(agent, columns(count), start + timeout, limit)
    assert loop.time() - start < timeout + 2.0
    assert all(len(c.indexes) == len(c.values) for c in found.columns)
    return found


async def get(agent: Agent, oids: list[bytes], timeout: float = 3.0) -> list[Value | None]:
    now = asyncio.get_running_loop().time()
    return await Client.shared().get(agent, oids, now + timeout)


def whole(found: Table, count: int, rows: int) -> bool:
    expected = [[1000 * c + r for r in range(1, rows + 1)] for c in range(1, count + 1)]
    return found.reason is None and [c.values for c in found.columns] == expected
