"""What devices say unasked, from the wire to the journal and to the engine's look."""

import asyncio
import contextlib
import json
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from collector.collector import load_plan
from collector.journal import Entry, Journal
from collector.overheard import BURST, CONNECTIONS_EACH, KEPT_BURST, Budget, Ears, Overheard
from collector.verdicts.events import Event, Hint
from probes.reading import values
from tests.daemons import snmpd
from tests.overheard.wire import LINK_DOWN, linkdown, settled
from tests.running import Running, hatang_run, until

NOW = 1_795_222_500.0
ROUTER, FIREWALL, STRANGER = "127.0.4.1", "127.0.4.2", "127.0.4.9"
INVENTORY = """\
province: {name: Hòa Bình}
collectors: {noc-1: {}}
credentials: {lab: {snmp: {version: 2c, community: env:SNMP_COMMUNITY}}}
defaults: {ping: off, timeout: 1s}
roles: {any: {credentials: [lab], probes: {snmp: {port: PORT, interval: 1h}}}}
sites: {lab: {name: Phòng thử nghiệm}}
devices:
  rt01: {address: 127.0.4.1, site: lab, role: any}
  fw01: {address: 127.0.4.2, site: lab, role: any}
"""


def written(path: Path, port: int = 161) -> Path:
    file = path / "inventory.yaml"
    file.write_text(INVENTORY.replace("PORT", str(port)), "utf-8")
    return file


@dataclass
class Listening:
    """Ears on free ports of loopback, and what came of what they heard."""

    ears: Overheard
    journal: Journal
    events: list[Event] = field(default_factory=list)

    def port(self, of: str) -> int:
        return int(self.ears.addresses[of].rpartition(":")[2])

    async def counted(self, many: int) -> None:
        """So many packets of devices have come in: the kernel keeps only some for us."""
        async with asyncio.timeout(60):
            while sum(one.counts.total() for one in self.ears._speakers.values()) < many:
                await asyncio.sleep(0)

    def said(self, kind: str) -> list[Entry]:
        assert self.journal.flush()
        return self.journal.events(after=0, where={"kind": kind})

    def counts(self) -> dict[tuple[str, str], float]:
        """Device and kind or severity, with what was counted."""
        rows = self.ears.rows(NOW)
        labels = [dict(row.head.labels) for row in rows]
        words = [one.get("trap") or one["severity"] for one in labels]
        return {
            (one["device"], word): values(row.fields)["received_total"]
            for one, word, row in zip(labels, words, rows, strict=True)
        }


@asynccontextmanager
async def listening(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listening]:
    monkeypatch.setenv("SNMP_COMMUNITY", "public")
    plan = load_plan(written(path), None).plan
    assert plan is not None
    journal = Journal(path / "events.sqlite")
    journal.start()
    events: list[Event] = []
    here = ("127.0.0.1", 0)
    ears = Overheard(Ears(("0.0.0.0", 0), here), journal, events.append)
    try:
        await ears.open()
        ears.load(plan)
        yield Listening(ears, journal, events)
    finally:
        ears.close()
        await asyncio.sleep(0)
        journal.close()


async def run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
    await settled()


async def trap(port: int, source: str, *what: str, community: str = "public") -> None:
    access = ("-v2c", "-c", community, f"--clientaddr={source}")
    await run("snmptrap", *access, f"127.0.0.1:{port}", *(what or LINK_DOWN))


@pytest.mark.asyncio
async def test_a_trap_is_counted_written_down_and_a_reason_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc:
        await trap(noc.port("traps"), ROUTER)
        await trap(noc.port("traps"), FIREWALL, "", "1.3.6.1.4.1.99999.0.7")
        assert noc.events == [Hint("noc-1", "device:rt01", "link-down")]
        first, second = noc.said("trap")
        assert (first.subject, first.text) == ("device:rt01", "linkDown if5")
        assert first.detail["values"] == {"1.3.6.1.2.1.2.2.1.1.5": "5"}
        assert (second.subject, second.text) == ("device:fw01", "1.3.6.1.4.1.99999.0.7")
        assert noc.counts() == {("rt01", "linkDown"): 1, ("fw01", "other"): 1}


@pytest.mark.asyncio
async def test_strangers_are_not_read_and_wrong_secrets_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc:
        await trap(noc.port("traps"), STRANGER)
        await trap(noc.port("traps"), ROUTER, community="guess")
        assert (noc.ears.strangers, noc.events) == (1, [])
        (only,) = noc.said("trap")
        assert only.text == "refused: wrong community, user or key, or no trap at all"
        assert noc.counts() == {("rt01", "refused"): 1}


@pytest.mark.asyncio
async def test_a_mad_device_is_held_to_its_share_and_others_are_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packet = linkdown()
    async with listening(tmp_path, monkeypatch) as noc:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mad:
            mad.bind((ROUTER, 0))
            for number in range(2000):
                mad.sendto(packet, ("127.0.0.1", noc.port("traps")))
                if number % 50 == 49:
                    await noc.counted(number + 1)
        await trap(noc.port("traps"), FIREWALL)
        counts = noc.counts()
        assert counts["fw01", "linkDown"] == 1
        assert BURST <= counts["rt01", "linkDown"] < 2 * BURST
        assert counts["rt01", "linkDown"] + counts["rt01", "limited"] == 2000
        told = noc.said("trap")[-1]
        assert (told.subject, told.detail["limited"]) == ("device:rt01", counts["rt01", "limited"])
        assert f"{counts['rt01', 'limited']:g} not read" in told.text
        assert noc.counts() == counts  # and that is told once


@pytest.mark.asyncio
async def test_long_packets_count_as_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc:
        read = [noc.ears._admit(ROUTER, 4000) for _ in range(50)]
        assert BURST / 10 <= sum(read) < BURST / 5
        assert noc.ears._admit(FIREWALL, 200)


@pytest.mark.asyncio
async def test_many_mad_devices_do_not_drown_the_one_that_speaks_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc:
        while noc.ears._all.take(time.monotonic(), 10):
            pass  # as ten others leave it
        await trap(noc.port("traps"), FIREWALL)
        assert noc.counts() == {("fw01", "linkDown"): 1}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "how",
    [("--udp", "--rfc3164"), ("--udp", "--rfc5424"), ("--tcp", "--octet-count", "--rfc5424"),
     ("--tcp", "--rfc3164")],
    ids=" ".join,
)  # fmt: skip
async def test_a_message_is_counted_and_written_down(
    how: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc:
        noc.ears._by_address["127.0.0.1"] = noc.ears._by_address[ROUTER]  # logger(1) binds nowhere
        to = ("--server", "127.0.0.1", "--port", str(noc.port("syslog")))
        await run("logger", *to, *how, "-t", "kernel", "-p", "kern.err", "eth0: đứt cáp")
        (event,) = noc.said("syslog")
        assert (event.subject, event.text) == ("device:rt01", "kernel: eth0: đứt cáp")
        assert noc.counts() == {("rt01", "error"): 1}


@pytest.mark.asyncio
async def test_a_chatty_device_is_counted_and_little_of_it_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chatty:
            chatty.bind((ROUTER, 0))
            for number in range(300):
                line = f"<14>Nov 22 02:14:15 rt01 app: {number}".encode()
                chatty.sendto(line, ("127.0.0.1", noc.port("syslog")))
                if number % 50 == 49:
                    await noc.counted(number + 1)
        assert len(noc.said("syslog")) < 2 * KEPT_BURST
        assert noc.counts()["rt01", "info"] == 300


@pytest.mark.asyncio
async def test_a_stranger_is_shown_the_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc:
        loop = asyncio.get_running_loop()
        with socket.socket() as stranger:
            stranger.setblocking(False)
            await loop.sock_connect(stranger, ("127.0.0.1", noc.port("syslog")))
            with contextlib.suppress(ConnectionResetError):
                assert await loop.sock_recv(stranger, 10) == b""
        assert noc.ears.strangers == 1


@pytest.mark.asyncio
async def test_one_device_takes_not_all_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, monkeypatch) as noc, contextlib.AsyncExitStack() as held:
        loop, there = asyncio.get_running_loop(), ("127.0.0.1", noc.port("syslog"))

        async def called(source: str) -> socket.socket:
            one = held.enter_context(socket.socket())
            one.bind((source, 0))
            one.setblocking(False)
            await loop.sock_connect(one, there)
            return one

        mad = [await called(ROUTER) for _ in range(CONNECTIONS_EACH + 1)]
        with contextlib.suppress(ConnectionResetError):
            assert await loop.sock_recv(mad[-1], 10) == b""
        await loop.sock_sendall(await called(FIREWALL), b"<11>still heard\n")
        mad[0].close()
        await settled()
        await loop.sock_sendall(await called(ROUTER), b"<11>again\n")
        await settled()
        assert noc.counts() == {("fw01", "error"): 1, ("rt01", "error"): 1}


def test_a_budget_fills_up_again() -> None:
    budget = Budget(2.0, 3.0)
    assert [budget.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert [budget.take(100.6), budget.take(100.6)] == [True, False]
    assert [budget.take(1000.0) for _ in range(4)] == [True, True, True, False]


@pytest.fixture
def noc(tmp_path: Path) -> Iterator[Running]:
    with snmpd(tmp_path, community="public") as agent:
        flags = ("--traps", "0.0.0.0:0", "--syslog", "127.0.0.1:0")
        state = tmp_path / "state"
        secrets = {"SNMP_COMMUNITY": "public"}
        with hatang_run(written(tmp_path, agent.port), state, *flags, environment=secrets) as one:
            yield one


def test_a_trap_has_the_device_asked_at_once(noc: Running) -> None:
    def polled() -> float:
        page = json.loads(noc.api("/api/v1/readings?device=rt01"))
        return max((float(one["at"]) for one in page["items"]), default=0.0)

    before = until("a first poll", polled)
    port = noc.facts["traps"].rpartition(":")[2]
    access = ["-v2c", "-c", "public", f"--clientaddr={ROUTER}", f"127.0.0.1:{port}"]
    subprocess.run(["snmptrap", *access, *LINK_DOWN], check=True)
    until("a poll because of the trap", lambda: polled() > before)
    page = json.loads(noc.api("/api/v1/events?where=kind=trap"))
    assert [one["subject"] for one in page["items"]] == ["device:rt01"]
