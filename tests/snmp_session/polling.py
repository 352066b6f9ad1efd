"""Polling replay agents through the real engine, for the tests of profiles and session."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from inventory.secret import Secret
from probes.probe import Target
from probes.reading import Reading, values
from probes.snmp.session import SnmpSession, SnmpSettings
from tests.snmp_session.replay import Oid, ReplayAgent, integer, tlv

LABELS = (("device", "d"), ("site", "s"))
SYSTEM = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): tlv(4, b"an agent of the tests"),
    (1, 3, 6, 1, 2, 1, 1, 2, 0): tlv(6, bytes((43, 6, 1, 4, 1, 99))),
    (1, 3, 6, 1, 2, 1, 1, 3, 0): integer(67, 100_000),
}
IF_TABLE, IF_X_TABLE = (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)


def session_on(
    port: int,
    clock: Callable[[], float] | None = None,
    credential: Mapping[str, Any] | None = None,
    **settings: Any,
) -> SnmpSession:
    """A session on an agent of this machine."""
    secret = credential or {"version": "2c", "community": Secret("public")}
    known = SnmpSettings(port=port, **settings)
    target = Target("d", ("127.0.0.1",), LABELS, known, {"snmp": secret})
    return SnmpSession(target, {}, **({"clock": clock} if clock else {}))


async def ask(session: SnmpSession, seconds: float = 20.0) -> Reading:
    return await session.ask(asyncio.get_running_loop().time() + seconds)


@contextmanager
def agent(objects: Mapping[Oid, bytes]) -> Iterator[ReplayAgent]:
    """An agent for the length of a test."""
    started = ReplayAgent(dict(objects))
    try:
        yield started
    finally:
        started.close()


def interface(index: int, name: str, descr: str, octets: int) -> dict[Oid, bytes]:
    """One interface as an agent shows it: up, 64-bit counters, 1 Gbit/s."""
    old: dict[int, bytes] = {
        2: tlv(4, descr.encode()),
        3: integer(2, 6),
        7: integer(2, 1),
        8: integer(2, 1),
        13: integer(65, 0),
        14: integer(65, 0),
        19: integer(65, 0),
        20: integer(65, 0),
    }
    new = {
        1: tlv(4, name.encode()),
        6: integer(70, octets),
        10: integer(70, octets + 1),
        15: integer(66, 1000),
        18: tlv(4, b""),
    }
    rows = {(*IF_TABLE, column, index): value for column, value in old.items()}
    return rows | {(*IF_X_TABLE, column, index): value for column, value in new.items()}


def by_instance(reading: Reading, label: str) -> dict[str, dict[str, float]]:
    """Measured fields by the value of an instance label."""
    found: dict[str, dict[str, float]] = {}
    for head, fields in reading.rows:
        instance = dict(head.labels).get(label)
        if instance is not None:
            found.setdefault(instance, {}).update(values(fields))
    return found


def infos(reading: Reading, table: str) -> list[dict[str, str]]:
    """The labels of a table's info rows."""
    rows = reading.described.get(table, [])
    return [dict(row.head.labels) for row in rows if row.fields == b"info=1"]


def shown(reading: Reading) -> dict[str, list[str]]:
    """A reading as sorted lines, for files of expected rows."""
    lines = {"rows": [f"{h.encoded.decode()} {f.decode()}" for h, f in reading.rows]}
    for table, rows in reading.described.items():
        if rows:
            lines[table] = [f"{h.encoded.decode()} {f.decode()}" for h, f in rows]
    return {name: sorted(rows) for name, rows in lines.items()}
