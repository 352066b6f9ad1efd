"""What a server's words mean, and that no words of a hostile one do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.probe import Settings
from probes.reading import Reading, Reason, unseen, values
from probes.ssh import answer
from probes.ssh.report import Report
from probes.ssh.rows import Rows, hundredths, load, thousandths
from probes.ssh.script import MARK, body, script
from probes.ssh.settings import SshSettings, instance_label
from probes.ssh.turn import Times
from tests.ssh.serving import LABELS, shown

NOW = 1_795_300_000.0
TIMES = Times(NOW, NOW + 0.2, 0.05)


def read(parts: dict[str, str], slow: bool = False, **settings: object) -> Reading:
    """A reading of parts that a server sent."""
    reading = Reading(NOW)
    out = "".join(f"\n{MARK} {name}\n{content}" for name, content in parts.items())
    Report(LABELS, SshSettings(**settings), {}).read(reading, out.encode(), TIMES, slow)
    return reading


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (" 9:12AM  up 12 days, 3:04, 2 users, load averages: 0.31, 0.28, 0.25", 1047840),
        ("10:00am  up 5 mins, 1 user, load average: 0.00, 0.00, 0.00", 300),
        (" 10:00am  up 3 hrs,  1 user,  load average: 0.00, 0.01, 0.05", 10800),
        ("  1:05pm  up 41 day(s),  7 min(s), 1 user, load average: 0.1, 0.1, 0.1", 3542820),
        (" 13:05:01 up 7 days, 22:01, 1 user, load averages: 0.1, 0.1, 0.1", 684060),
        ("nonsense", None),
        ("up", None),
    ],
)
def test_uptime_of_any_unix(text: str, seconds: float | None) -> None:
    assert answer.uptime({b"uptime": text.encode()}, None) == seconds


@pytest.mark.parametrize(
    "text",
    ["{ sec = 1795299000, usec = 71 } Fri Nov 21 10:00:00 2026", "1795299000"],
)
def test_boot_time_beats_what_uptime_says(text: str) -> None:
    found = {b"boot": text.encode(), b"uptime": b"up 12 days, 3:04"}
    assert answer.uptime(found, NOW) == 1000


@pytest.mark.parametrize(
    ("text", "loads"),
    [
        (b"0.13 0.17 0.35 2/95 23721", b"load1=0.13,load5=0.17,load15=0.35"),
        (b"up 1 day, load averages: 1.5, 2.25, 3.00", b"load1=1.5,load5=2.25,load15=3.00"),
        (b"load average: 12, 11, 10", b""),
        (b"load average: 1.2.3, 1.1, 1.0", b""),
        (b"nan nan nan 1/2", b""),
    ],
)
def test_loads(text: bytes, loads: bytes) -> None:
    assert load(text) == loads


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        (b"1795300000.123456789\n", (1795300000.123456789, 0.0)),
        (b"1795300000.%N\n", (1795300000.5, 0.5)),
        (b"1795300000.N\n", (1795300000.5, 0.5)),
        (b"Sun Nov 22\n", None),
    ],
)
def test_clock_of_date(text: bytes, clock: tuple[float, float] | None) -> None:
    assert answer.when(text) == clock


@pytest.mark.parametrize(
    ("part", "text", "seconds"),
    [
        (
            b"timesync",
            b"       Server: 10.0.0.1\n       Offset: +1.250ms\n  Delay: 2ms\n",
            -0.00125,
        ),
        (b"timesync", b"Offset: -835us\n", 0.000835),
        (b"timesync", b"Offset: +1min 2.5s\n", -62.5),
        (b"timesync", b"Leap: normal\n", None),
        (b"chrony", b"506 Cannot talk to daemon\n", None),
        (b"chrony", b"0,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n", None),
    ],
)
def test_offset_that_the_server_tells(part: bytes, text: bytes, seconds: float | None) -> None:
    told = answer.offset_told({part: text})
    assert told == (pytest.approx(seconds) if seconds is not None else None)


def test_wrong_clock_is_told_whatever_its_own_program_says() -> None:
    parts = {"date": f"{NOW - 40:.9f}", "timesync": "Offset: +1ms\n"}
    found = shown(read(parts, only=("clock",)))
    assert found["system_clock_offset_seconds"][()] == pytest.approx(-40.175, abs=0.001)


def test_identity_leaves_out_what_the_maker_never_filled_in() -> None:
    identity = """\
/etc/os-release:PRETTY_NAME="Ubuntu 24.04.1 LTS"
/etc/os-release:NAME=Ubuntu
/proc/sys/kernel/osrelease:6.8.0-45-generic
/sys/class/dmi/id/sys_vendor:Dell Inc.
/sys/class/dmi/id/product_name:To Be Filled By O.E.M.
/sys/class/dmi/id/product_serial:Default string
"""
    (row,) = read({"identity": identity}, slow=True, only=()).described["device"]
    assert row.head.labels == (
        *LABELS,
        ("vendor", "Dell Inc."),
        ("os", "Ubuntu 24.04.1 LTS"),
        ("version", "6.8.0-45-generic"),
    )


def test_serial_of_a_board_with_a_device_tree() -> None:
    parts = {"identity": "", "model": "Raspberry Pi 4 Model B", "serial": "100000001234abcd"}
    (row,) = read(parts, slow=True, only=()).described["device"]
    words = dict(row.head.labels)
    assert (words["model"], words["serial"]) == ("Raspberry Pi 4 Model B", "100000001234abcd")


def test_memory_counts_shared_memory_as_used_and_caches_not() -> None:
    known = {"MemTotal": 1000, "MemFree": 100, "Buffers": 50, "Cached": 400, "Shmem": 30}
    known |= {"SReclaimable": 20, "SwapTotal": 200, "SwapFree": 150}
    lines = [f"{name}:      {kb} kB".encode() for name, kb in known.items()]
    rows, sizes = Rows(LABELS).memory(lines)
    assert [values(fields)["used_bytes"] for _, fields in rows] == [460 * 1024, 50 * 1024]
    assert [values(fields)["total_bytes"] for _, fields in sizes] == [1000 * 1024, 200 * 1024]


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ({b"flags": b"0x1003", b"operstate": b"up", b"duplex": b"full"}, {"up": 1, "admin_up": 1}),
        ({b"flags": b"0x1003", b"operstate": b"dormant"}, {"up": 1}),
        ({b"flags": b"0x1003", b"operstate": b"lowerlayerdown"}, {"up": 0, "admin_up": 1}),
        ({b"flags": b"0x1002", b"operstate": b"down"}, {"up": 0, "admin_up": 0}),
        ({b"flags": b"0x9", b"operstate": b"unknown", b"carrier": b"1"}, {"up": 1}),
        ({b"flags": b"0x8", b"operstate": b"unknown"}, {"up": 0}),
        ({}, {}),
    ],
)
def test_state_of_an_interface(state: dict[bytes, bytes], fields: dict[str, int]) -> None:
    found = {b"/proc/net/dev": [b"  eth0: " + b" 1" * 16]}
    found |= {b"/sys/class/net/eth0/" + name: [text] for name, text in state.items()}
    ((_, made),), _ = Rows(LABELS).interfaces(found)
    told = values(made)
    assert {name: told[name] for name in fields} == fields
    assert ("up" in told) == ("up" in fields)


def test_partitions_and_what_is_no_disk_are_left_out() -> None:
    names = ["sda", "sda1", "nvme0n1", "nvme0n1p2", "vda", "vda15", "dm-0", "md127", "loop3"]
    names += ["zram0", "sr0", "mmcblk0", "mmcblk0p1", "mmcblk0boot0", "xvda", "xvda1"]
    lines = [f" 8 0 {name} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15".encode() for name in names]
    kept = [dict(head.labels)["disk"] for head, _ in Rows(LABELS).disks(lines)]
    assert kept == ["sda", "nvme0n1", "vda", "dm-0", "md127", "mmcblk0", "xvda"]


def test_fractions_of_seconds() -> None:
    assert [hundredths(one) for one in (b"0", b"7", b"1234")] == [b"0.00", b"0.07", b"12.34"]
    assert [thousandths(one) for one in (b"0", b"78", b"12345")] == [b"0.000", b"0.078", b"12.345"]


@pytest.mark.parametrize(
    "settings",
    [
        {"commands": {"no_such_metric": {"a": "true"}}},
        {"commands": {"interface_receive_bytes_total": {"a": "true"}}},
        {"commands": {"device_info": {"a": "true"}}},
        {"commands": {"mail_queue_messages": {"a": "true\nfalse"}}},
        {"commands": {"mail_queue_messages": {"a": ""}}},
        {"commands": {"mail_queue_messages": {str(n): "true" for n in range(51)}}},
        {"units": ["a; reboot"]},
        {"units": ["-H"]},
        {"only": ["everything"]},
        {"port": 0},
        {"sudo": True},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SshSettings(**settings)


def test_metrics_that_a_command_may_give_have_one_instance_label() -> None:
    assert instance_label("backup_last_success_timestamp_seconds") == "target"
    assert instance_label("license_expiry_timestamp_seconds") == "license"
    assert instance_label("system_load1") is None


def test_script_quotes_what_a_site_configures() -> None:
    settings = SshSettings(units=["a@b\\x2d.service"], commands={"database_up": {"a": "echo 'x'"}})
    text = script(body(settings), 5.0, True).decode()
    assert """sh -c 'echo '"'"'x'"'"''; e""" in text
    assert "-- 'a@b\\x2d.service'; e" in text
    assert isinstance(settings, Settings)


PARTS = ("date", "linux", "uname", "proc", "users", "storage", "df", "chrony", "timesync", "boot")
PARTS += ("reboot", "failed", "units", "identity", "model", "ports", "command 0", "uptime", "ps")
WORDS = (
    "/proc/stat:cpu 1 2 3 4 5 6 7 8\n",
    "/proc/net/dev: e: " + "9 " * 16 + "\n",
    "\n= 0\n",
    ":",
)
WORDS += ("/proc/meminfo:MemTotal: 5 kB\n", "/proc/diskstats: 8 0 sda " + "1 " * 12 + "\n", "\0")
WORDS += ("9" * 30, "4096 9 3 2 7 1 /a\n", "/sys/class/net/e/flags:0x1\n", "/sys/class/net/x:\n")
WORDS += ("ActiveState=active\n", "a.service loaded failed failed x\n", "\x1b[31m", "-1", "1e999")
CONTENT = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=20)), max_size=8).map("".join)


@given(st.dictionaries(st.sampled_from(PARTS), CONTENT, max_size=8))
def test_no_answer_does_harm(parts: dict[str, str]) -> None:
    settings = {"commands": {"mail_queue_messages": {"a": "true"}}, "units": ("a.service",)}
    for more in ({}, settings):
        reading = read(parts, True, **more)
        rows = [*reading.rows, *(row for table in reading.described.values() for row in table)]
        for head, fields in rows:
            assert values(fields)
            assert b"\n" not in head.encoded
        assert reading.message == unseen(reading.message)
        assert reading.tables_answered <= reading.tables_expected
        assert reading.reason in (None, Reason.PARTIAL)


@given(st.binary(max_size=400))
def test_no_bytes_do_harm(raw: bytes) -> None:
    reading = Reading(NOW)
    out = f"\n{MARK} date\n".encode() + raw
    Report(LABELS, SshSettings(), {}).read(reading, out, TIMES, True)
    assert reading.message == unseen(reading.message)


def test_more_than_a_machine_can_have_is_cut() -> None:
    lines = "".join(f"/proc/stat:cpu{n} 1 2 3 4 5 6 7 8\n" for n in range(5000))
    reading = read({"linux": "", "proc": lines}, only=("cpu",))
    assert len(reading.rows) <= 8 * 1025
