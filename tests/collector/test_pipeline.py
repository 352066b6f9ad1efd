"""From readings to lines: what is written, what is written again, what ends with 0."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.pipeline import BATCH_LINES, DESCRIBED_FOR, Batch, Pipeline
from collector.plan import Job
from collector.state import Memory
from probes.probe import Probe, Session, Settings, Target
from probes.reading import Head, Reading, Reason, Row, info

LABELS = (("device", "sw1"), ("site", "dc"))
TRAFFIC = Row(Head("interface", (*LABELS, ("interface", "Gi0/1"))), b"receive_bytes_total=5")


def no_session(target: Target, memory: dict[str, Any]) -> Session:
    raise AssertionError("these tests ask nobody")


def job(about: tuple[tuple[str, str], ...] = ()) -> Job:
    return Job(
        key="device/sw1/snmp",
        kind="device",
        thing="sw1",
        site="dc",
        probe=Probe("snmp", Settings, no_session),
        target=Target("sw1", ("127.0.0.1",), LABELS, Settings()),
        interval=60.0,
        timeout=5.0,
        about=about,
    )


class Sink:
    """Collects what the pipeline hands over; `lines` are the lines since the last look."""

    def __init__(self, path: Path) -> None:
        self.batches: list[Batch] = []
        self.memory = Memory(path / "memory.sqlite")
        self.pipeline = Pipeline(self.batches.append, self.memory)

    def lines(self) -> list[str]:
        self.pipeline.flush()
        found = [line for batch in self.batches for line in batch.body.decode().splitlines()]
        self.batches.clear()
        return found

    def poll(self, at: float, **reading: Any) -> list[str]:
        self.pipeline.accept(job(), Reading(at, 0.1, **reading), lateness=0.0, missed=0)
        return self.lines()


@pytest.fixture
def sink(tmp_path: Path) -> Sink:
    return Sink(tmp_path)


def speed(value: int) -> Row:
    return Row(Head("interface", LABELS), b"speed_bits_per_second=%d" % value)


def test_a_reading_becomes_its_rows_and_how_it_fared(sink: Sink) -> None:
    assert sink.poll(1000.5, rows=[TRAFFIC]) == [
        "interface,device=sw1,site=dc,interface=Gi0/1 receive_bytes_total=5 1000500",
        "probe,device=sw1,site=dc,probe=snmp success=1,duration_seconds=0.1000 1000500",
        "poll,device=sw1,site=dc,probe=snmp lateness_seconds=0.000,missed_total=0 1000500",
    ]


def test_failure_counts_its_reason_and_its_end_is_written_once(sink: Sink) -> None:
    assert sink.poll(1000, reason=Reason.TIMEOUT)[-1] == (
        "probe,device=sw1,site=dc,probe=snmp,reason=timeout failures_total=1,reason_info=1 1000000"
    )
    assert sink.poll(1060, reason=Reason.AUTH)[2:] == [
        "probe,device=sw1,site=dc,probe=snmp,reason=timeout reason_info=0 1060000",
        "probe,device=sw1,site=dc,probe=snmp,reason=timeout failures_total=1 1060000",
        "probe,device=sw1,site=dc,probe=snmp,reason=auth failures_total=1,reason_info=1 1060000",
    ]
    assert any("reason=auth reason_info=0" in line for line in sink.poll(1120))
    assert not any("reason_info" in line for line in sink.poll(1180))


def test_described_rows_are_written_again_at_most_once_a_minute(sink: Sink) -> None:
    assert "interface,device=sw1,site=dc speed_bits_per_second=10 1000000" in sink.poll(
        1000, described={"ifTable": [speed(10)]}
    )
    assert not any("speed" in line for line in sink.poll(1030))
    assert any("speed_bits_per_second=10 1060000" in line for line in sink.poll(1060))


def test_described_rows_are_not_written_with_a_failed_poll_nor_after_a_day(sink: Sink) -> None:
    sink.poll(1000, described={"ifTable": [speed(10)]})
    assert not any("speed" in line for line in sink.poll(2000, reason=Reason.TIMEOUT))
    assert not any("speed" in line for line in sink.poll(1001 + DESCRIBED_FOR))


def test_table_that_says_the_same_again_is_not_written_again(sink: Sink) -> None:
    for at in (1000, 1010, 1020):
        described = {"system": [info("device", (*LABELS, ("vendor", "Cisco")))]}
        lines = sink.poll(at, described=described)
        assert any("vendor=Cisco" in line for line in lines) == (at == 1000)


def test_info_that_was_not_read_for_a_day_ends(sink: Sink) -> None:
    sink.poll(1000, described={"t": [info("interface", (*LABELS, ("alias", "old")))]})
    lines = sink.poll(1001 + DESCRIBED_FOR)
    assert any("alias=old info=0" in line for line in lines)


def test_table_read_again_replaces_only_itself(sink: Sink) -> None:
    sink.poll(1000, described={"ifTable": [speed(10)], "system": [info("device", LABELS)]})
    lines = sink.poll(1010, described={"ifTable": [speed(20)]})
    assert any("speed_bits_per_second=20" in line for line in lines)
    assert not any("speed_bits_per_second=10" in line or "info=" in line for line in lines)
    again = sink.poll(1070)
    assert any("device,device=sw1,site=dc info=1" in line for line in again)


def test_info_whose_labels_change_ends_with_zero(sink: Sink) -> None:
    sink.poll(1000, described={"t": [info("interface", (*LABELS, ("alias", "old")))]})
    lines = sink.poll(1060, described={"t": [info("interface", (*LABELS, ("alias", "new")))]})
    assert "interface,device=sw1,site=dc,alias=new info=1 1060000" in lines
    assert "interface,device=sw1,site=dc,alias=old info=0 1060000" in lines
    assert not any("old" in line for line in sink.poll(1120))


def test_info_that_changed_while_the_collector_was_away_ends_too(
    sink: Sink, tmp_path: Path
) -> None:
    sink.poll(1000, described={"t": [info("interface", (*LABELS, ("alias", "old")))]})
    sink.memory.close()
    after = Sink(tmp_path)
    lines = after.poll(1060, described={"t": [info("interface", (*LABELS, ("alias", "new")))]})
    assert "interface,device=sw1,site=dc,alias=old info=0 1060000" in lines


def test_what_stands_for_itself_is_written_each_minute_for_ever(sink: Sink) -> None:
    place = info("site", (("site", "dc"),))
    sink.pipeline.describe("inventory", [place], 1000)
    assert sink.lines() == ["site,site=dc info=1 1000000"]
    for minute in range(1, 60 * 25):
        sink.pipeline.repeat(1000 + 60 * minute)
    assert sink.lines()[-1] == f"site,site=dc info=1 {(1000 + 60 * (60 * 25 - 1)) * 1000}"


def test_forgotten_job_ends_its_info(sink: Sink) -> None:
    sink.poll(1000, reason=Reason.PARTIAL, described={"t": [info("interface", LABELS)]})
    sink.pipeline.forget("device/sw1/snmp", 1060)
    assert sink.lines() == [
        "probe,device=sw1,site=dc,probe=snmp,reason=partial reason_info=0 1060000",
        "interface,device=sw1,site=dc info=0 1060000",
    ]
    assert not sink.pipeline.latest
    sink.pipeline.forget("device/sw1/snmp", 1061)
    assert sink.lines() == []


def test_device_info_carries_what_the_inventory_says(sink: Sink) -> None:
    known = job(about=(("role", "core-switch"), ("lifecycle", "active")))
    reading = Reading(1000, described={"system": [info("device", (*LABELS, ("vendor", "Cisco")))]})
    sink.pipeline.accept(known, reading, 0.0, 0)
    expected = "device,device=sw1,site=dc,vendor=Cisco,role=core-switch,lifecycle=active info=1"
    assert f"{expected} 1000000" in sink.lines()


def test_probes_of_one_device_agree_on_its_info(sink: Sink) -> None:
    about = (("role", "server"),)
    snmp = job(about)
    ssh = replace(snmp, key="device/sw1/ssh", probe=Probe("ssh", Settings, no_session))

    def told(of: Job, at: float, *words: tuple[str, str]) -> list[str]:
        described = {"system": [info("device", (*LABELS, *words))]} if words else {}
        sink.pipeline.accept(of, Reading(at, described=described), 0.0, 0)
        return [line for line in sink.lines() if line.startswith("device,")]

    old = "device,device=sw1,site=dc,os=Linux,version=6.1,serial=X,role=server"
    new = "device,device=sw1,site=dc,vendor=Dell,os=Debian,serial=X,role=server"
    assert told(snmp, 1000, ("os", "Linux"), ("version", "6.1"), ("serial", "X")) == [
        f"{old} info=1 1000000"
    ]
    assert told(ssh, 1010, ("vendor", "Dell"), ("os", "Debian")) == [
        f"{new} info=1 1010000",
        f"{old} info=0 1010000",
    ]
    assert told(snmp, 1060) == [f"{new} info=1 1060000"]
    assert told(snmp, 1120, ("os", "Linux"), ("version", "6.1"), ("serial", "X")) == [
        f"{new} info=1 1120000"
    ]
    sink.pipeline.forget("device/sw1/ssh", 1130)
    assert [line for line in sink.lines() if line.startswith("device,")] == [
        f"{new} info=0 1130000",
        f"{old} info=1 1130000",
        f"{new} info=0 1130000",
    ]
    assert told(snmp, 1180) == [f"{old} info=1 1180000"]


def test_batch_goes_when_it_is_full_or_old(sink: Sink) -> None:
    sink.pipeline.write([TRAFFIC] * (BATCH_LINES - 1), 1000)
    sink.pipeline.tick(1000.5)
    assert sink.batches == []
    sink.pipeline.tick(1001.0)
    assert [(b.lines, b.samples) for b in sink.batches] == [(BATCH_LINES - 1, BATCH_LINES - 1)]
    sink.pipeline.write([TRAFFIC] * BATCH_LINES, 1002)
    assert len(sink.batches) == 2


@pytest.mark.parametrize("missed", [0, 3])
def test_lateness_and_missed_runs_are_told(sink: Sink, missed: int) -> None:
    sink.pipeline.accept(job(), Reading(1000), lateness=0.25, missed=missed)
    assert any(f"lateness_seconds=0.250,missed_total={missed} " in line for line in sink.lines())
