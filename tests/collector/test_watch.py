"""What of a reading is evidence for verdicts."""

import pytest

from collector.verdicts.topology import Line, Node, Topology
from collector.watch import Watch
from probes.reading import Head, Row

PLACE = (("device", "pe01"), ("site", "dc"))
TOPOLOGY = Topology(
    "noc",
    devices=(Node("pe01", "dc", 1.0), Node("rt", "ward", 1.0)),
    circuits=(
        Line("line", "VNPT", z="rt", z_interface="", site="ward", a="pe01", a_interface="x"),
    ),
)


def interface(name: str) -> Head:
    return Head("interface", (*PLACE, ("interface", name)))


def test_interface_that_ends_a_circuit_is_evidence() -> None:
    rows = [Row(interface("x"), b"up=0,admin_up=1,receive_bytes_total=12")]
    assert Watch(TOPOLOGY).facts("pe01", rows) == (
        ("interface_up", "x", 0),
        ("interface_admin_up", "x", 1),
    )


@pytest.mark.parametrize("device", ["pe01", "rt", "unheard-of"])
def test_other_interfaces_are_none(device: str) -> None:
    assert Watch(TOPOLOGY).facts(device, [Row(interface("y"), b"up=0")]) == ()


def test_uptime_and_ups_are_evidence_of_their_own_device_only() -> None:
    rows = [
        Row(Head("system", PLACE), b"uptime_seconds=12.5,load1=3"),
        Row(Head("ups", PLACE), b"on_battery=1,load_ratio=0.2"),
    ]
    assert Watch(TOPOLOGY).facts("pe01", rows) == (
        ("system_uptime_seconds", "", 12.5),
        ("ups_on_battery", "", 1),
    )
    assert Watch(TOPOLOGY).facts("rt", rows) == ()
