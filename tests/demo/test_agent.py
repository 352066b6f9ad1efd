"""Simulated agents against net-snmp's own tools, and against bytes that are no SNMP."""

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.demo import tlv
from collector.demo.agent import Agent
from collector.demo.device import Device, Link, Simulated
from collector.demo.model import MODELS, model_of, shape, shape_of
from collector.demo.simulator import datagrams

SWITCH = Simulated(
    "hbh-so-tttt-sw01", "127.77.1.1", "access-switch", site="Sở TT&TT", community="bí-mật"
)
ROUTER = Simulated(
    "hbh-xa-05212-rt01",
    "127.77.1.1",
    "ward-router",
    links=(Link("wan1", "tsl-ii-05212-a", 200.0),),
)
DAY = 86400.0
NOW = 1_795_300_000.0


def agent(plays: Simulated) -> Agent:
    return Agent(Device(plays), shape_of(plays))


@dataclass
class Answering:
    """An agent on a real socket, and net-snmp's tools to ask it."""

    port: int
    community: str

    def ask(self, tool: str, version: str, *arguments: str) -> list[str]:
        """What the tool prints, numeric object identifiers and values, a line each."""
        where = f"127.77.1.1:{self.port}"
        told = ["-m", "", "-On", "-Oe", "-v", version, "-c", self.community, "-r", "1", "-t", "2"]
        done = subprocess.run(
            [tool, *told, where, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return (done.stdout + done.stderr).splitlines()


@pytest.fixture(params=[SWITCH, ROUTER], ids=["switch", "router"])
def answering(request: pytest.FixtureRequest) -> Iterator[Answering]:
    if shutil.which("snmpbulkwalk") is None:
        pytest.skip("snmpbulkwalk is not installed (Debian package snmp)")
    plays: Simulated = request.param
    played, ended = agent(plays), threading.Event()
    bound = datagrams(plays.address, 0)
    bound.settimeout(0.1)

    def serve() -> None:
        while not ended.is_set():
            try:
                datagram, sender = bound.recvfrom(65535)
            except TimeoutError:
                continue
            answer = played.answer(datagram, time.time())
            if answer is not None:
                bound.sendto(answer, sender)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Answering(bound.getsockname()[1], plays.community)
    finally:
        ended.set()
        thread.join()
        bound.close()


def test_bulk_walk_gives_every_object_once_and_in_order(answering: Answering) -> None:
    lines = answering.ask("snmpbulkwalk", "2c", "-Cr25", "1")
    assert "past the end of the MIB" in lines[-1]
    names = [line.split(" = ")[0] for line in lines[:-1] if line.startswith(".1.")]
    parts = [tlv.numbers(name.strip(".")) for name in names]
    assert parts == sorted(set(parts))
    assert len(parts) > 200


def test_first_version_walk_has_all_but_the_wide_counters(answering: Answering) -> None:
    wide = [
        line.split(" = ")[0]
        for line in answering.ask("snmpbulkwalk", "2c", "1.3.6.1.2.1")
        if line.startswith(".1.")
    ]
    narrow = [
        line.split(" = ")[0]
        for line in answering.ask("snmpwalk", "1", "1.3.6.1.2.1")
        if line.startswith(".1.")
    ]
    missing = set(wide) - set(narrow)
    assert set(narrow) < set(wide)
    assert all(name.startswith(".1.3.6.1.2.1.31.1.1.1.") for name in missing)


def test_get_tells_missing_instances_from_missing_objects(answering: Answering) -> None:
    said = answering.ask("snmpget", "2c", "1.3.6.1.2.1.1.5.1", "1.3.6.1.4.1.99999.1.0")
    assert "No Such Instance" in said[0]
    assert "No Such Object" in said[1]
    assert "noSuchName" in " ".join(answering.ask("snmpget", "1", "1.3.6.1.2.1.1.5.1"))


def test_set_is_refused(answering: Answering) -> None:
    said = " ".join(answering.ask("snmpset", "2c", "1.3.6.1.2.1.1.5.0", "s", "khác"))
    assert "notWritable" in said


def test_foreign_community_gets_no_answer(answering: Answering) -> None:
    answering.community = "other"
    assert "Timeout" in " ".join(answering.ask("snmpget", "2c", "-r", "0", "1.3.6.1.2.1.1.5.0"))


def test_circuit_is_the_alias_of_the_port_it_ends_at() -> None:
    said = values(ROUTER, NOW)
    wan = [name for name, value in said.items() if value == tlv.octets("wan1")]
    row = wan[0][-1]
    assert said[tlv.numbers(f"1.3.6.1.2.1.31.1.1.1.18.{row}")] == tlv.octets("TSL-II-05212-A")
    assert said[tlv.numbers(f"1.3.6.1.2.1.2.2.1.8.{row}")] == tlv.integer(1)


def values(plays: Simulated, now: float) -> dict[tuple[int, ...], bytes]:
    """Every object of a device as it is at a time."""
    made, device = shape_of(plays), Device(plays)
    return {
        parts: entry.value(device, entry.row, now)
        for parts, entry in zip(made.order, made.entries, strict=True)
    }


@given(
    name=st.text("abcdef0123456789-", min_size=1, max_size=12),
    start=st.floats(0, 400 * DAY),
    step=st.floats(0.1, 3 * DAY),
)
def test_wide_counters_never_run_back_while_the_device_is_up(
    name: str, start: float, step: float
) -> None:
    plays = Simulated(name, "127.77.1.1", "ward-router")
    before, after = NOW + start, NOW + start + step
    restarted = Device(plays).boot(after) > Device(plays).boot(before) + 1
    earlier, later = values(plays, before), values(plays, after)
    for parts, value in earlier.items():
        if value[0] == tlv.COUNTER64 and not restarted:
            assert int.from_bytes(later[parts][2:]) >= int.from_bytes(value[2:]), parts


def test_traffic_follows_the_office_day() -> None:
    monday = 1_795_392_000.0 - 7 * 3600  # 2026-11-23 00:00 in Vietnam

    def carried(hour: float) -> int:
        def at(moment: float) -> int:
            columns = values(ROUTER, moment).items()
            prefix = tlv.numbers("1.3.6.1.2.1.31.1.1.1.6")
            return sum(int.from_bytes(v[2:]) for p, v in columns if p[:-1] == prefix)

        return at(monday + (hour + 1) * 3600) - at(monday + hour * 3600)

    assert carried(9) > 5 * carried(2)
    assert carried(14.5) > 2 * carried(12)


@pytest.mark.parametrize("model", MODELS)
def test_every_value_of_a_model_is_whole_at_any_time(model: str) -> None:
    made, device = shape(model), Device(SWITCH)
    for moment in (0.0, NOW, NOW + 0.123, 4_000_000_000.0):
        for entry in made.entries:
            value = entry.value(device, entry.row, moment)
            assert (
                tlv.wrap(value[0], value[2:] if value[1] < 128 else value[-_size(value) :]) == value
            )


def _size(value: bytes) -> int:
    wide = value[1] & 0x7F
    return int.from_bytes(value[2 : 2 + wide])


@given(st.binary(max_size=200))
def test_bytes_that_are_no_request_are_not_answered(noise: bytes) -> None:
    assert agent(ROUTER).answer(noise, NOW) is None


WALK = bytes.fromhex(
    "302602010104067075626c6963a519020401020304020100020119300b300906052b060102010500"
)


@given(place=st.integers(0, len(WALK) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(WALK)))
def test_damaged_requests_never_raise(place: int, byte: int, cut: int) -> None:
    damaged = bytearray(WALK)
    damaged[place] = byte
    played = agent(ROUTER)
    for datagram in (bytes(damaged), WALK[:cut]):
        answer = played.answer(datagram, NOW)
        assert answer is None or len(answer) <= 1472


def test_bulk_answer_keeps_to_the_models_size() -> None:
    greedy = WALK.replace(b"\x02\x01\x19", b"\x02\x01\x7f")
    answer = agent(ROUTER).answer(greedy, NOW)
    assert answer is not None
    assert 1200 < len(answer) <= 1472


@pytest.mark.parametrize(
    ("name", "role", "model"),
    [
        ("hbh-dc-fw01", "firewall", "fortigate-cluster"),
        ("hbh-so-tttt-fw01", "agency-firewall", "fortigate"),
        ("hbh-dc-core01", "core-switch", "cisco-48"),
        ("hbh-xa-05212-sw01", "ward-switch", "cisco-24"),
        ("hbh-dc-bk01", "backup-server", "linux-large"),
        ("hbh-dc-ats01", "ats", "plain"),
    ],
)
def test_role_decides_what_plays_a_device(name: str, role: str, model: str) -> None:
    assert model_of(Simulated(name, "127.77.1.1", role)) == model
