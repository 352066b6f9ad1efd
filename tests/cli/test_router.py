"""The real netmiko client against a real sshd with FRR's vtysh as its shell; its configuration
saved by a collector that runs.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from collector.collector import Collector, Rooms, load_plan
from collector.configs import Repository
from collector.delivery import Delivery
from collector.gate.message import Links
from collector.journal import Journal
from collector.state import Memory
from collector.telling import Ways
from probes.reading import Reason, Row, values
from tests.cli.asking import ask, by_key, samples, target
from tests.cli.routers import SECRET, VTYSH, Login, Router, login, router


@pytest.fixture(scope="module")
def frr() -> Iterator[Router]:
    with router() as running:
        yield running


@pytest.fixture(scope="module")
def door(frr: Router, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    shell = f"{VTYSH} --vty_socket {frr.folder}"
    with login(tmp_path_factory.mktemp("sshd"), shell) as running:
        yield running


@pytest.mark.asyncio
async def test_router_tells_its_peers_and_its_configuration(door: Login) -> None:
    access = by_key(door.user, door.key, door.known_hosts)
    reading = await ask(target(door.port, "frr", access))
    assert reading.reason is None, reading.message
    found = samples(reading)
    assert found["bgp_peer_up", "127.0.0.4"] == 0
    assert ("bgp_peer_up", "127.0.0.3") not in found
    assert found["bgp_peer_state", "127.0.0.3"] == 1
    assert reading.config is not None
    assert SECRET not in reading.config.text
    assert "neighbor 127.0.0.5 password <hidden>" in reading.config.text
    assert (reading.tables_expected, reading.tables_answered) == (3, 2)
    assert reading.missing == ("ospf",)


@pytest.mark.asyncio
async def test_backup_is_not_asked_for_before_it_is_due(door: Login) -> None:
    access = by_key(door.user, door.key, door.known_hosts)
    one = target(door.port, "frr", access, facts=["bgp"])
    first = await ask(one)
    assert first.config is not None
    second = await ask(one, {"saved": first.start})
    assert second.config is None
    assert second.reason is None
    third = await ask(one, {"saved": first.start - 86400})
    assert third.config is not None


@pytest.mark.asyncio
async def test_key_that_the_router_does_not_know_is_refused(door: Login, tmp_path: Path) -> None:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")]
    subprocess.run(command, check=True)
    reading = await ask(
        target(door.port, "frr", by_key(door.user, tmp_path / "key", door.known_hosts))
    )
    assert reading.reason is Reason.AUTH
    assert reading.message == f"the server refused {door.user} with the key"


INVENTORY = """
province: {{name: Hoa Binh}}
collectors: {{noc-1: {{}}}}
credentials: {{frr: {{ssh: {{user: {user}, key: "file:{key}", known_hosts: "file:{known}"}}}}}}
defaults: {{ping: off, interval: 60s}}
sites: {{dc: {{name: Trung tam}}}}
devices:
  hbh-lab-rt01:
    address: 127.0.0.1
    site: dc
    credentials: [frr]
    probes:
      cli: {{platform: frr, port: {port}, facts: [bgp], backup: 1s, interval: 4s, timeout: 4s}}
"""


@asynccontextmanager
async def collecting(folder: Path, door: Login) -> AsyncIterator[Collector]:
    """A collector that asks the router every four seconds."""
    path = folder / "inventory.yaml"
    path.write_text(
        INVENTORY.format(user=door.user, key=door.key, known=door.known_hosts, port=door.port)
    )
    plan, problems = load_plan(path, None)
    assert plan is not None, problems
    memory, journal = Memory(folder / "memory.sqlite"), Journal(folder / "events.sqlite")
    journal.start()
    delivery = Delivery(folder / "spool.sqlite", [])
    delivery.start()
    ways = Ways([], "", "local", folder / "gate.sqlite", links=Links())
    configs = Repository(folder / "configs")
    rooms = Rooms(delivery, memory, journal, None, ways, configs=configs)
    one = Collector(plan, path, rooms, folder / "contract.sqlite")
    try:
        await one.start()
        yield one
    finally:
        await one.stop()
        delivery.close(3.0)
        journal.close()


def objects(folder: Path) -> bytes:
    """Everything that the repository holds, unpacked."""
    command = ["git", "-C", str(folder), "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, capture_output=True, check=True).stdout


async def until(what: str, holds: object) -> None:
    for _ in range(500):
        if await asyncio.to_thread(holds):  # type: ignore[arg-type]  # a function without arguments
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"waited in vain for {what}")


def written(one: Collector, name: str) -> Row:
    (row,) = one.pipeline.latest[f"config/{name}"].described["inventory"].rows
    return row


@pytest.mark.asyncio
async def test_collector_saves_what_changed_and_nothing_else(
    frr: Router, door: Login, tmp_path: Path
) -> None:
    name, repository = "hbh-lab-rt01", Repository(tmp_path / "configs")
    async with collecting(tmp_path, door) as one:
        await until("the first", lambda: f"config/{name}" in one.pipeline.latest)
        saved = one.pipeline.latest[f"config/{name}"].at
        await until("another", lambda: one.pipeline.latest[f"config/{name}"].at > saved)
        assert len(repository.log(name)) == 1
        described = "neighbor 127.0.0.4 description Xa Pa Co"
        frr.tell("configure", "router bgp 65001", described)
        frr.tell("configure", "router bgp 65001", f"neighbor 127.0.0.6 password {SECRET}-2")
        await until("the first change", lambda: described in repository.text(name))
        await until("the second", lambda: "127.0.0.6 password" in repository.text(name))
        await until("its time", lambda: b"changed_" in written(one, name).fields)
        one.journal.flush()
        events = one.journal.events(0, where={"kind": "config"})
        row = written(one, name)
    assert events
    assert events[0].subject == f"device:{name}"
    assert values(row.fields).keys() == {"backup_timestamp_seconds", "changed_timestamp_seconds"}
    first = repository.log(name)[-1].id
    told = repository.difference(name, first).splitlines()
    changed = [line for line in told if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == [
        f"+ {described}",
        "+ neighbor 127.0.0.6 password <hidden>",
    ]
    assert SECRET.encode() not in objects(tmp_path / "configs")
    assert b"<hidden>" in objects(tmp_path / "configs")
