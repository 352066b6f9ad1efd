"""What a device said, on its sheet: grouped for people, bounded, and taken for what it is: text of
somebody who may mean ill.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from collector.plan import build
from inventory.model import End
from probes.reading import Head, Reading, Reason, Row, info
from tests.collector.running import NOW, PROBES, Face, faced

UP = "hbh-dc-sw01"
HOSTILE = '<img src=x onerror="alert(1)">\x00\x1b[31m\u202egnp.exe\n' + "A" * 100_000


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


def answer(face: Face, rows: list[Row], described: dict[str, list[Row]], **more: Any) -> None:
    """The device's SNMP agent answered so."""
    job = face.running.plan.jobs[f"device/{UP}/snmp"]
    reading = Reading(NOW + 60, 0.5, rows, described, **more)
    face.running.pipeline.accept(job, reading, 0.0, 0)


def labels(**more: str) -> tuple[tuple[str, str], ...]:
    return (("device", UP), ("site", "dc"), *more.items())


async def sheet(face: Face) -> Any:
    return await face.get(f"/api/v1/devices/{UP}/sheet")


def group(told: Any, subject: str) -> Any:
    (found,) = [one for one in told["readings"] if one["subject"] == subject]
    return found


@pytest.mark.asyncio
async def test_interfaces_are_put_together_from_all_that_is_known_of_them(face: Face) -> None:
    inventory = face.running.plan.inventory
    line = replace(inventory.circuits["tsl-a"], a=End(UP, "Gi0/2"))
    circuits = {**inventory.circuits, "tsl-a": line}
    face.running.plan = build(replace(inventory, circuits=circuits), "noc-1", PROBES, lambda _: {})
    head = Head("interface", labels(interface="Gi0/2"))
    odd = Head("interface", labels(interface='Gi0/1,x "y" \\'))
    answer(
        face,
        [Row(odd, b"up=0"), Row(head, b"up=1,admin_up=1,receive_bytes_total=18446744073709551615")],
        {
            "if": [
                Row(head, b"speed_bits_per_second=1000000000"),
                info("interface", labels(interface="Gi0/2", alias="VNPT 15/2026", type="6")),
            ]
        },
    )
    told = (await sheet(face))["interfaces"]
    assert (told["at"], told["total"]) == (NOW + 60, 2)
    first, second = told["items"]
    assert (first["name"], first["up"], first["admin_up"]) == ("Gi0/2", True, True)
    assert (first["speed"], first["alias"], first["type"]) == (1e9, "VNPT 15/2026", "ethernet")
    assert first["circuit"]["thing"] == "circuit:tsl-a"
    assert (second["name"], second["up"], second["speed"]) == ('Gi0/1,x "y" \\', False, None)
    circuit = await face.get("/api/v1/circuits/tsl-a/sheet")
    assert circuit["a"]["interface"] == first
    assert circuit["z"]["interface"] is None


@pytest.mark.asyncio
async def test_values_stand_by_subject_with_the_words_of_the_catalogue(face: Face) -> None:
    fan = labels(sensor="fan1", **{"class": "fan"})
    answer(
        face,
        [
            Row(Head("sensor", labels(sensor="fan1")), b"fan_rpm=5400"),
            Row(Head("sensor", fan), b"state=2"),
            Row(Head("cpu", labels(cpu="all")), b"usage_ratio=0.5"),
            Row(Head("cpu", labels(cpu="all", mode="user")), b"seconds_total=123"),
            Row(Head("", labels(lane="1")), b"vendorWidgets=7"),
        ],
        {},
    )
    told = await sheet(face)
    subjects = [one["subject"] for one in told["readings"]]
    assert subjects == ["icmp", "cpu", "memory", "sensor", ""]
    cpu, sensor, other = (group(told, one) for one in ("cpu", "sensor", ""))
    assert [column["metric"] for column in cpu["columns"]] == ["cpu_usage_ratio"]
    assert (cpu["columns"][0]["title"], cpu["columns"][0]["unit"]) == ("Mức sử dụng CPU", "ratio")
    assert cpu["rows"] == [{"labels": {"cpu": "all"}, "at": NOW + 60, "values": [0.5]}]
    assert [row["values"] for row in sensor["rows"]] == [[5400, 2]]
    critical = sensor["columns"][1]["states"]["2"]
    assert critical == {"word": "Khẩn cấp", "tone": "bad"}
    assert [column["metric"] for column in other["columns"]] == ["vendorWidgets"]


def polled(face: Face, seconds: float, rows: list[Row], reason: Reason | None = None) -> None:
    """One run so long after the ward was lost."""
    job = face.running.plan.jobs[f"device/{UP}/snmp"]
    reading = Reading(NOW + seconds, 0.5, rows, {}, reason=reason)
    face.running.pipeline.accept(job, reading, 0.0, 0)


def heat(face_rows: Any) -> dict[str, tuple[float, list[float | None]]]:
    """Rows by sensor."""
    return {row["labels"]["sensor"]: (row["at"] - NOW, row["values"]) for row in face_rows["rows"]}


@pytest.mark.asyncio
async def test_a_sensor_that_is_not_asked_at_each_run_stays_among_the_readings(face: Face) -> None:
    board = Head("sensor", labels(sensor="board"))
    inlet = Head("sensor", labels(sensor="inlet"))
    often = Row(board, b"temperature_celsius=41")
    polled(face, 0, [Row(board, b"temperature_celsius=40,fan_rpm=900"), Row(inlet, b"fan_rpm=700")])
    for seconds in (60, 120, 180):
        polled(face, seconds, [often])
    told = group(await sheet(face), "sensor")
    assert [one["metric"] for one in told["columns"]] == [
        "sensor_temperature_celsius",
        "sensor_fan_rpm",
    ]
    assert heat(told) == {"board": (180, [41, 900]), "inlet": (0, [None, 700])}
    polled(face, 300, [Row(board, b"temperature_celsius=42,fan_rpm=901")])
    assert heat(group(await sheet(face), "sensor"))["board"] == (300, [42, 901])
    polled(face, 960, [often])
    assert heat(group(await sheet(face), "sensor")) == {"board": (960, [41, 901])}
    assert len(face.running.pipeline.latest[f"device/{UP}/snmp"].rarer) == 1


@pytest.mark.asyncio
async def test_of_two_rows_with_one_head_neither_outlives_or_hides_the_other(face: Face) -> None:
    head = Head("sensor", labels(sensor="board"))
    warm, turning = Row(head, b"temperature_celsius=40,state=1"), Row(head, b"speed_rpm=901")
    for minutes in range(5):
        polled(face, minutes * 60, [warm, turning])
    latest = face.running.pipeline.latest[f"device/{UP}/snmp"]
    assert [row for row, _ in latest.rarer if row.head == head] == [], "all of it was read again"
    polled(face, 300, [warm])
    polled(face, 360, [warm])
    kept = [(row.fields, at - NOW) for row, at in latest.rarer if row.head == head]
    assert kept == [(b"speed_rpm=901", 240)]


@pytest.mark.asyncio
async def test_a_device_that_does_not_answer_keeps_what_was_read_last(face: Face) -> None:
    polled(face, 0, [Row(Head("sensor", labels(sensor="board")), b"temperature_celsius=40")])
    for minutes in range(1, 40):
        polled(face, minutes * 60, [], Reason.TIMEOUT)
    assert heat(group(await sheet(face), "sensor")) == {"board": (0, [40])}
    polled(face, 2460, [Row(Head("cpu", labels(cpu="all")), b"usage_ratio=0.5")])
    assert [one["subject"] for one in (await sheet(face))["readings"]] == ["icmp", "cpu"]


@pytest.mark.asyncio
async def test_what_a_device_says_is_text_of_bounded_length(face: Face) -> None:
    answer(
        face,
        [Row(Head("sensor", labels(sensor=HOSTILE)), b"temperature_celsius=41")],
        {
            "if": [
                Row(Head("interface", labels(interface=HOSTILE)), b"up=1"),
                info("interface", labels(interface=HOSTILE, alias=HOSTILE)),
            ],
            "system": [info("device", labels(vendor=HOSTILE, version="1.2"))],
        },
        reason=Reason.PARTIAL,
        message=HOSTILE,
        hint=HOSTILE,
        missing=[HOSTILE] * 1000,
    )
    subject = f"device:{UP}"
    face.running.journal.event("syslog", subject, HOSTILE, NOW + 60, severity=3, what=HOSTILE)
    assert face.running.journal.flush()
    told = await sheet(face)
    assert told["interfaces"]["items"][0]["alias"].startswith("<img src=x onerror=")
    assert told["says"]["version"] == "1.2"
    assert told["events"][0]["words"].startswith("<img")
    text = json.dumps(told, ensure_ascii=False)
    assert len(text) < 60_000
    assert not set("\x00\x1b\u202e") & set(text)


@pytest.mark.asyncio
async def test_thousands_of_interfaces_and_sensors_make_no_endless_page(face: Face) -> None:
    ports = [Head("interface", labels(interface=f"Gi0/{n}")) for n in range(5_000)]
    sensors = [Head("sensor", labels(sensor=f"s{n}")) for n in range(5_000)]
    drives = [Head("drive", labels(drive=f"d{n}")) for n in range(5_000)]
    answer(
        face,
        [
            *(Row(one, b"up=1,receive_bytes_total=1") for one in ports),
            *(Row(one, b"temperature_celsius=30") for one in sensors),
            *(Row(one, b"state=0") for one in drives),
        ],
        {
            "if": [
                info("interface", labels(interface=f"Gi0/{n}", alias="x" * 128))
                for n in range(5_000)
            ]
        },
    )
    told = await sheet(face)
    assert told["interfaces"]["total"] == 5_000
    assert 0 < len(told["interfaces"]["items"]) < 500
    for subject in ("sensor", "drive"):
        found = group(told, subject)
        assert (found["total"], len(found["rows"]) <= 100) == (5_000, True)
    assert len(json.dumps(told)) < 300_000


@pytest.mark.asyncio
async def test_many_changes_and_messages_make_no_endless_page(face: Face) -> None:
    journal, subject = face.running.journal, f"device:{UP}"
    journal.event("config", subject, "changed", NOW, added=2, removed=1, revision="abc1234")
    for n in range(1_500):
        state, before = (("down", "up"), ("up", "down"))[n % 2]
        detail = {"state": state, "before": before, "before_since": NOW + n * 60}
        journal.event("verdict", subject, "x", NOW + 60 + n * 60, **detail)
    for n in range(150):
        journal.event("trap", subject, f"trap {n}", NOW + 1e5 + n)
    assert journal.flush()
    told = await sheet(face)
    assert len(told["history"]["spans"]) <= 401
    kinds = [one["kind"] for one in told["events"]]
    assert (kinds.count("trap"), kinds.count("verdict")) == (5, 15)
    assert told["configs"] == [
        {"revision": "abc1234", "at": NOW, "changed": None, "added": 2, "removed": 1}
    ]
    assert len(json.dumps(told)) < 300_000


@pytest.mark.asyncio
async def test_an_address_that_two_share_shows_each_its_own_echoes(face: Face) -> None:
    other = Head("icmp", (("device", f"{UP}-b"), ("site", "dc")))
    own = Head("icmp", (("device", UP), ("site", "dc")))
    rows = [Row(other, b"rtt_seconds=0.9"), Row(own, b"rtt_seconds=0.1")]
    face.running.pipeline.observe("icmp/127.0.0.10", rows, NOW)
    assert [row["values"] for row in group(await sheet(face), "icmp")["rows"]] == [[0.1]]


@pytest.mark.asyncio
async def test_a_circuits_own_echoes_stand_on_its_sheet(face: Face) -> None:
    inventory = face.running.plan.inventory
    line = replace(inventory.circuits["tsl-a"], probe="127.0.0.99")
    circuits = {**inventory.circuits, "tsl-a": line}
    face.running.plan = build(replace(inventory, circuits=circuits), "noc-1", PROBES, lambda _: {})
    head = Head("circuit", (("circuit", "tsl-a"), ("site", "pa-co")))
    face.running.pipeline.observe("icmp/127.0.0.99", [Row(head, b"rtt_seconds=0.012")], NOW)
    (found,) = (await face.get("/api/v1/circuits/tsl-a/sheet"))["readings"]
    assert (found["subject"], found["rows"][0]["values"]) == ("circuit", [0.012])


@pytest.mark.asyncio
async def test_a_check_tells_when_its_certificate_ends(face: Face) -> None:
    job = face.running.plan.jobs["service/mot-cua/home"]
    own = (("service", "mot-cua"), ("target", "home"))
    row = Row(Head("tls", own), b"certificate_expiry_timestamp_seconds=1800000000")
    face.running.pipeline.accept(job, Reading(NOW + 60, 0.1, [row]), 0.0, 0)
    told = await face.get("/api/v1/services/mot-cua/sheet")
    assert (told["checks"][0]["success"], told["checks"][0]["expires"]) == (True, 1800000000)
    assert [one["subject"] for one in told["readings"]] == ["tls"]


@pytest.mark.asyncio
async def test_why_a_device_was_not_read_is_said_in_the_readers_language(face: Face) -> None:
    said = "no answer from UDP port 161"
    answer(face, [], {}, reason=Reason.TIMEOUT, message=said, hint="raise `timeout`")
    for language, message, hint in (
        ("vi", "cổng UDP 161 không trả lời", "tăng `timeout`"),
        ("en", said, "raise `timeout`"),
    ):
        told = await face.get(f"/api/v1/devices/{UP}/sheet?language={language}")
        (snmp,) = [one for one in told["probes"] if one["name"] == "snmp"]
        assert snmp["message"] == message
        assert snmp["hint"].endswith(hint)
