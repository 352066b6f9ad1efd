"""The session against net-snmp's agent, and value by value against the SNMP exporter."""

import asyncio
import re
import urllib.request

import pytest

from inventory.secret import Secret
from probes.catalogue import METRICS
from probes.reading import Reading
from tests.snmp_session.polling import ask, by_instance, session_on

SAMPLE = re.compile(r'(interface_\w+)\{index="\d+",interface="([^"]*)"\} (\S+)')


@pytest.mark.asyncio
@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_real_agent_is_read_whole(agent_port: int, version: str) -> None:
    credential = {"version": version, "community": Secret("public")}
    session = session_on(agent_port, credential=credential)
    for _ in range(2):
        reading = await ask(session)
        assert reading.reason is None, reading.message
        assert reading.tables_answered == reading.tables_expected - len(reading.empty) > 1
        assert by_instance(reading, "interface")["lo"]["up"] == 1
        pool = by_instance(reading, "pool")["system"]
        assert 0 < pool["used_ratio"] < 1
    assert session.device is not None
    assert session.device.plan.profile.name == "net-snmp-linux"


@pytest.mark.asyncio
async def test_every_row_of_a_real_agent_is_in_the_catalogue(agent_port: int) -> None:
    reading = await ask(session_on(agent_port))
    rows = [*reading.rows, *(row for rows in reading.described.values() for row in rows)]
    for head, fields in rows:
        for field in fields.decode().split(","):
            metric = METRICS[f"{head.subject}_{field.partition('=')[0]}"]
            assert metric.allows({name for name, _ in head.labels}), (head, field)


def exported(exporter: str, port: int) -> dict[tuple[str, str], float]:
    url = f"{exporter}/snmp?module=ports&target=127.0.0.1:{port}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
    return {(name, interface): float(value) for name, interface, value in SAMPLE.findall(text)}


def ours(reading: Reading) -> dict[tuple[str, str], float]:
    return {
        (f"interface_{field}", name): value
        for name, fields in by_instance(reading, "interface").items()
        for field, value in fields.items()
    }


@pytest.mark.asyncio
async def test_the_exporter_sees_the_same_values_under_the_same_names(
    agent_port: int, exporter: str
) -> None:
    before = ours(await ask(session_on(agent_port)))
    theirs = await asyncio.to_thread(exported, exporter, agent_port)
    after = ours(await ask(session_on(agent_port)))
    states = {"interface_up", "interface_admin_up"}
    assert {key for key in theirs if key[0] not in states} == {
        key for key in before if key[0] not in states and key[0] != "interface_full_duplex"
    }
    for (name, interface), value in theirs.items():
        if name in states:
            assert before.get((name, interface)) in (float(value == 1), None)
        else:
            assert before[name, interface] <= value <= after[name, interface], (name, interface)
