"""The pollers in Python, each run as a process of its own inside the agents' namespace.

`python -m benchmarks.pollers NAME DEVICES` polls every agent to warm up, then to measure, and
prints one JSON object: CPU seconds, devices, values.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable

from benchmarks.agents import AUTH, COMMUNITY, PORT, PRIV, USER, address

TABLES = ("1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1")
IN_FLIGHT = 50
WARM, ROUNDS = 2, 3

Poll = Callable[[], Awaitable[int]]
"""One poll of one device: how many values it brought."""


def used() -> float:
    """CPU seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def measure(polls: list[Poll]) -> dict[str, float]:
    """All polls some rounds, fifty in flight; the last three rounds are what counts."""
    room = asyncio.Semaphore(IN_FLIGHT)

    async def one(poll: Poll) -> int:
        async with room:
            return await poll()

    before, values = 0.0, 0
    for turn in range(WARM + ROUNDS):
        if turn == WARM:
            before, values = used(), 0
        values += sum(await asyncio.gather(*(one(poll) for poll in polls)))
    return {"cpu": used() - before, "devices": len(polls) * ROUNDS, "values": values}


def gufo(count: int, version: str) -> list[Poll]:
    """gufo-snmp, asyncio, sessions kept; values are counted and thrown away."""
    from gufo.snmp import Aes128Key, Sha1Key, SnmpVersion, User
    from gufo.snmp.aio import SnmpSession

    def session(number: int) -> SnmpSession:
        if version == "v2c":
            return SnmpSession(
                address(number),
                port=PORT,
                community=COMMUNITY,
                version=SnmpVersion.v2c,
                max_repetitions=20,
                timeout=5.0,
            )
        user = User(USER, auth_key=Sha1Key(AUTH.encode()), priv_key=Aes128Key(PRIV.encode()))
        return SnmpSession(address(number), port=PORT, user=user, max_repetitions=20, timeout=5.0)

    def poll(number: int) -> Poll:
        kept = session(number)
        fresh = version == "v3"

        async def walk() -> int:
            nonlocal fresh
            if fresh:
                await kept.refresh()
                fresh = False
            found = 0
            for table in TABLES:
                async for _ in kept.getbulk(table):
                    found += 1
            return found

        return walk

    return [poll(number) for number in range(count)]


def pysnmp(count: int) -> list[Poll]:
    """pysnmp's asyncio interface, one engine for all; values are counted and thrown away."""
    from pysnmp.hlapi.v3arch.asyncio import (
        CommunityData,
        ContextData,
        ObjectIdentity,
        ObjectType,
        SnmpEngine,
        UdpTransportTarget,
        bulk_walk_cmd,
    )

    engine = SnmpEngine()

    def poll(number: int) -> Poll:
        async def walk() -> int:
            target = await UdpTransportTarget.create((address(number), PORT), timeout=10)
            found = 0
            for table in TABLES:
                rows = bulk_walk_cmd(
                    engine,
                    CommunityData(COMMUNITY),
                    target,
                    ContextData(),
                    0,
                    25,
                    ObjectType(ObjectIdentity(table)),
                    lexicographicMode=False,
                    lookupMib=False,
                )
                async for error, _, _, bound in rows:
                    found += 0 if error else len(bound)
            return found

        return walk

    return [poll(number) for number in range(count)]


def main(name: str, count: int) -> None:
    """Measure one poller and print what came out."""
    if name.startswith("hatang"):
        from benchmarks.own import polls

        chosen = polls(count, name)
    else:
        chosen = pysnmp(count) if name == "pysnmp" else gufo(count, name.removeprefix("gufo-"))
    print(json.dumps(asyncio.run(measure(chosen))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
