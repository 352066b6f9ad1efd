"""The parts of a survey: the sweep, one attempt a user, what is left, the way out."""

import asyncio
from pathlib import Path

import pytest

from collector.command.progress import remaining
from collector.discover import identify
from collector.discover.found import Access
from collector.discover.gateway import gateway
from collector.discover.survey import Counts, Order, Survey
from collector.discover.sweep import Sweep
from inventory.secret import Secret
from probes.reading import Reason
from probes.snmp.agent import security
from probes.snmp.client import Client
from tests.discover.made import network, snmpd, system


@pytest.mark.asyncio
async def test_each_address_is_heard_once_and_who_answered_is_not_asked_again() -> None:
    heard: list[str] = []
    addresses = [f"127.67.0.{n}" for n in range(1, 30)]
    sweep = Sweep(addresses, 2000, heard.append)
    await sweep.run(0.2)
    assert sorted(heard) == sorted(addresses)
    assert sweep.sent == sweep.total == len(addresses)
    assert not sweep.unsent


@pytest.mark.asyncio
async def test_what_our_machine_cannot_send_is_counted() -> None:
    heard: list[str] = []
    sweep = Sweep(["255.255.255.255", "127.0.0.1"], 1000, heard.append)
    await sweep.run(0.2)
    assert heard == ["127.0.0.1"]
    assert sum(sweep.unsent.values()) == 2


def v3(auth: str, priv: str) -> Access:
    credential = {"version": "3", "user": "noc", "context": ""}
    credential["auth"], credential["priv"] = ("sha256", Secret(auth)), ("aes128", Secret(priv))
    return Access("secure", security(credential))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "words", [("auth-passw0rd", "wrong-passw0rd"), ("wrong-passw0rd", "x" * 9)]
)
async def test_a_wrong_v3_password_is_tried_once(words: tuple[str, str], tmp_path: Path) -> None:
    lines = ["createUser noc SHA-256 auth-passw0rd AES priv-passw0rd", "rouser noc priv"]
    with network({}) as (port, _), snmpd(tmp_path / "a", "127.67.1.1", port, lines):
        client = Client.shared()
        answer = await identify.ask("127.67.1.1", port, [v3(*words)], 1.0)
        client.close()
    assert client.sent <= 3, "discovery, the attempt, and once more by the agent's clock"
    assert [one.reason for one in answer.refusals] == [Reason.AUTH]
    assert "passw0rd" not in str(answer)


@pytest.mark.asyncio
async def test_where_nobody_listens_no_other_set_is_tried() -> None:
    ways = [Access(str(n), security({"version": "2c", "community": Secret("x")})) for n in range(4)]
    with network({}) as (port, _):
        answer = await identify.ask("127.67.1.1", port, ways, 1.0)
        Client.shared().close()
    assert [(one.access, one.reason) for one in answer.refusals] == [("0", Reason.REFUSED)]
    assert "x" not in [str(one) for one in ways]


@pytest.mark.asyncio
async def test_an_interrupted_survey_keeps_its_answers() -> None:
    way = Access("core", security({"version": "2c", "community": Secret("x")}))
    with network({"127.67.2.1": system("rt")}) as (port, _):
        survey = Survey(Order([f"127.67.2.{n}" for n in range(1, 255)], [way], port, rate=5.0))
        work = asyncio.create_task(survey.run())
        while not survey.counts().identified:
            await asyncio.sleep(0.02)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        Client.shared().close()
    assert survey.answers["127.67.2.1"].name == "rt"
    assert len(survey.answers) < 254


def test_what_is_left_is_the_longer_of_pings_and_asking() -> None:
    assert remaining(Counts(0, 200, 0, 0, 0), 100.0, 0.0) == 2.0
    assert remaining(Counts(200, 200, 50, 10, 5), 100.0, 20.0) == 80.0
    assert remaining(Counts(200, 200, 50, 50, 5), 100.0, 20.0) == 0.0


def test_the_gateway_is_the_default_route_with_the_lowest_metric(tmp_path: Path) -> None:
    table = tmp_path / "route"
    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    rows = ["eth0\t00000000\t0101000A\t0003\t0\t0\t100\t00000000\t0\t0\t0"]
    rows += ["eth1\t00000000\tFE01000A\t0003\t0\t0\t50\t00000000\t0\t0\t0"]
    rows += ["eth1\t0001000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"]
    table.write_text(head + "\n".join(rows) + "\n")
    assert gateway(table) == "10.0.1.254"
    assert gateway(tmp_path / "none") == ""
