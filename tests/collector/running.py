"""A collector at rest for the tests of its HTTP face: real parts, nothing asked."""

import json
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from collector.api import serve
from collector.audit import NAME, Audit
from collector.configs import Keeper, Repository
from collector.contract import Contract, Sources
from collector.delivery import DeliveryStats
from collector.desk import Desk
from collector.gate.message import Links
from collector.journal import Journal
from collector.pipeline import Pipeline
from collector.plan import Plan, build
from collector.sender import StoreStats
from collector.state import Memory
from collector.states import States
from collector.stores.promql import PromQL
from collector.telling import Telling, Ways
from collector.verdicts.events import (
    EchoHeard,
    EchoLost,
    Operator,
    Polled,
    Tick,
)
from collector.windows import Windows
from inventory.model import (
    Asset,
    Circuit,
    Collector,
    Credential,
    Device,
    End,
    Inventory,
    Province,
    Service,
    Site,
    Thing,
    Unit,
    Use,
)
from inventory.secret import SecretRef
from probes.probe import Probe, Session, Settings, Target
from probes.reading import Head, Reading, Reason, Row, info

PLANTED = "s3cret-planted-community"
NOW = time.time() // 900 * 900 - 30 * 3_600.0
"""When the ward was lost: yesterday or the day before, whatever the day of the test. Pages tell of
thirty days.
"""

_DOWN = "hbh-xa-05212-rt01"
_UP = "hbh-dc-sw01"
LINE = "circuit:tsl-a"


def _no_session(target: Target, memory: dict[str, Any]) -> Session:
    raise AssertionError("these tests ask nobody")


PROBES = {name: Probe(name, Settings, _no_session) for name in ("snmp", "http")}


def _device(name: str, site: str, role: str, credential: Credential, **more: Any) -> Device:
    use = Use("snmp", "snmp", 60.0, 5.0, Settings())
    return Device(
        name,
        more.pop("title", name),
        "noc-1",
        more.pop("addresses", ("127.0.0.9",)),
        site,
        role,
        more.pop("uplinks", ()),
        (use,),
        {"snmp": credential},
        **more,
    )


def province() -> Inventory:
    """Two places, two devices, a circuit between them, a service."""
    os.environ["HATANG_TEST_COMMUNITY"] = PLANTED
    secret = SecretRef("env", "HATANG_TEST_COMMUNITY")
    credential = Credential("ward", "snmp", {"version": "2c", "community": secret})
    devices = [
        _device(
            _DOWN,
            "pa-co",
            "ward-router",
            credential,
            title="Router UBND xã Pà Cò",
            uplinks=(Thing("circuit", "tsl-a"),),
            tags=("level-3",),
            asset=Asset(serial="FG1"),
            hours="office",
        ),
        _device(_UP, "dc", "core-switch", credential, addresses=("127.0.0.10", "127.0.0.11")),
    ]
    sites = [
        Site("dc", "Trung tâm tích hợp dữ liệu tỉnh", "data-centre", location=(20.81, 105.34)),
        Site("pa-co", "UBND xã Pà Cò", "ward", parent="dc", unit=Unit("05212", "Xã Pà Cò")),
    ]
    line = Circuit("tsl-a", "Kênh xã Pà Cò", End(_DOWN, "wan1"), End(_UP), "tslcd", capacity=2e8)
    check = Use("home", "http", 60.0, 5.0, Settings())
    needs = (Thing("device", _UP), Thing("device", _DOWN))
    portal = Service("mot-cua", "Một cửa điện tử", "noc-1", needs=needs, checks=(check,))
    return Inventory(
        Province("Hòa <b>Bình"),
        {"noc-1": Collector("noc-1")},
        {site.name: site for site in sites},
        {device.name: device for device in devices},
        {line.name: line},
        {portal.name: portal},
        {},
        {},
        (),
        (),
    )


@dataclass
class Beat:
    """What the API reads of the schedule."""

    in_flight: int = 3
    lateness: deque[float] = field(default_factory=lambda: deque([0.001, 0.002, 0.5]))


@dataclass
class Way:
    """What the API reads of the delivery."""

    stats: DeliveryStats
    accepting: bool = True


class Running:
    """A collector whose readings and verdicts are given."""

    def __init__(self, state: Path, alertmanagers: Sequence[str] = ()) -> None:
        self.plan: Plan = build(province(), "noc-1", PROBES, lambda one: one.fetch())
        memory = Memory(state / "memory.sqlite")
        self.pipeline = Pipeline(lambda batch: None, memory)
        self.schedule = Beat()
        store = StoreStats(up=True, message="ok", sent_samples=7)
        store.errors["timeout"] = 2
        store.dropped["rejected"] = 5
        self.delivery = Way(DeliveryStats({"local": store}, 4096, spool_age_seconds=1.5))
        self.journal = Journal(state / "events.sqlite")
        self.journal.start()
        self.audit = Audit(state / NAME)
        repository = Repository(state / "configs")
        self.configs = Keeper(repository, self.journal, self.pipeline, memory)
        self.desk = Desk(self.journal, States(self.pipeline), lambda ask: None)
        self.incidents, self.engine = self.desk.incidents, self.desk.engine
        self.told: list[Operator] = []
        self.windows = Windows(self.journal, "noc-1", self.told.append)
        ways = Ways(alertmanagers, "", "local", state / "gate.sqlite")
        self.telling = Telling(ways, self.desk, lambda: self.plan, Links)
        self.telling.begin(self.pipeline, self.delivery)
        sources = Sources(lambda: self.plan.inventory, self.journal, None, self.windows.effective)
        self.contract = Contract(state / "contract.sqlite", sources, lambda circuit, breach: None)
        self.contract.ledger.open()
        self.promql: PromQL | None = None
        self.started = NOW
        self.ready = True
        self.addresses = {"api": "http://127.0.0.1:9871"}
        self.loop_lag = 0.001
        self.reloaded = (True, NOW)
        self.problems: list[str] = []
        self.asked = ("", "")
        self._judge()
        self._read()

    async def reload(self, who: str = "", why: str = "") -> list[str]:
        """As told by `problems`; who asked for it and why stands in `asked`."""
        self.asked = (who, why)
        self.reloaded = (not self.problems, time.time())
        return self.problems

    def recover(self) -> None:
        """The ward answers again, and so does the portal when it is asked."""
        self.desk.tell(EchoHeard("noc-1", f"device:{_DOWN}"), NOW + 90)
        for second in range(1, 5):
            self.desk.tell(Tick("noc-1"), NOW + 90 + second)
            self.desk.tell(Polled("noc-1", "service:mot-cua", "home", True), NOW + 90 + second)

    def _judge(self) -> None:
        """A ward is lost behind its only circuit; the portal that needs it still answers."""
        self.desk.load(self.plan, NOW - 100)
        for device in (_DOWN, _UP):
            self.desk.tell(EchoHeard("noc-1", f"device:{device}"), NOW - 90)
        self.desk.tell(Polled("noc-1", "service:mot-cua", "home", True), NOW - 90)
        self.desk.tell(Tick("noc-1"), NOW - 89)
        for at in (-4.0, -2.0, -1.0):
            self.desk.tell(EchoLost("noc-1", f"device:{_DOWN}", NOW - 5), NOW + at)
            self.desk.tell(Tick("noc-1"), NOW + at)
        self.desk.tell(Tick("noc-1"), NOW)
        self.desk.tell(Tick("noc-1"), NOW + 1)
        self.journal.event("reload", "collector:noc-1", "done", NOW)
        assert self.journal.flush()
        assert [one.cause.key for one in self.incidents.open.values()] == [f"CircuitDown/{LINE}"]

    def _read(self) -> None:
        job = self.plan.jobs[f"device/{_UP}/snmp"]
        labels = job.target.labels
        port = (*labels, ("interface", 'Gi0/1 "core" \\ a'))
        rows = [
            Row(Head("interface", port), b"receive_bytes_total=18446744073709551615,up=1"),
            Row(Head("memory", (*labels, ("pool", "system"))), b"used_ratio=0.25"),
        ]
        described = {
            "if": [Row(Head("interface", port), b"speed_bits_per_second=1000000000")],
            "system": [info("device", (*labels, ("vendor", "Cisco")))],
        }
        reading = Reading(
            NOW,
            0.25,
            rows,
            described,
            Reason.PARTIAL,
            "1 of 3 tables did not answer",
            "look at the agent's load",
            3,
            2,
            ("storage",),
        )
        self.pipeline.accept(job, reading, 0.0, 0)
        echo = Head("icmp", (("device", _UP), ("site", "dc")))
        self.pipeline.observe("icmp/127.0.0.10", [Row(echo, b"rtt_seconds=0.002")], NOW)
        failed = self.plan.jobs["service/mot-cua/home"]
        self.pipeline.accept(failed, Reading(NOW, 5.0, reason=Reason.TIMEOUT), 0.0, 0)
        self.pipeline.observe(
            "self", [Row(Head("collector", (("collector", "noc-1"),)), b"polls_total=2")], NOW
        )


class Face:
    """A running collector and someone who asks it."""

    def __init__(self, running: Running, client: ClientSession) -> None:
        self.running = running
        self.client = client

    async def get(self, path: str, status: int = 200) -> Any:
        """The JSON of an answer, which must have that status."""
        async with self.client.get(path) as answer:
            body = await answer.text()
            assert answer.status == status, body
            return json.loads(body)

    async def send(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """What is answered to a body, with that status."""
        async with self.client.request(method, path, json=body) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return json.loads(text)

    async def names(self, path: str) -> list[str]:
        """The names in a list."""
        return [item["name"] for item in (await self.get(path))["items"]]


@asynccontextmanager
async def faced(state: Path, alertmanagers: Sequence[str] = ()) -> AsyncIterator[Face]:
    """A running collector behind its HTTP face on a free port."""
    running = Running(state, alertmanagers)
    server = await serve(running, "127.0.0.1:0")
    try:
        async with ClientSession(server.url) as client:
            yield Face(running, client)
    finally:
        await server.stop()
        running.journal.close()
