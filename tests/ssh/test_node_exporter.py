"""Values agree with Prometheus' node_exporter on this machine, name by name.

What moves is held between two looks at the exporter, one before our poll and one after it.
"""

import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests import daemons
from tests.ssh.serving import Server, once, shown

Samples = Mapping[str, Mapping[tuple[str, ...], float]]


def scraped(url: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by metric and by one label each (mount point, device), or two (cpu, mode)."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    with urllib.request.urlopen(f"{url}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            labels = one.labels
            key = tuple(labels[n] for n in ("mountpoint", "cpu", "mode") if n in labels)
            key = key or tuple(labels[n] for n in ("device", "pool") if n in labels)
            found.setdefault(one.name, {})[key] = one.value
    return found


def same(name: str) -> Callable[[Samples], Mapping[tuple[str, ...], float]]:
    return lambda theirs: theirs[name]


def less(first: str, *others: str) -> Callable[[Samples], Mapping[tuple[str, ...], float]]:
    """One metric of theirs less others."""
    return lambda theirs: {
        key: value - sum(theirs[other][key] for other in others)
        for key, value in theirs[first].items()
    }


def filled(theirs: Samples) -> Mapping[tuple[str, ...], float]:
    """The share in use as df tells it."""
    return {
        key: used / (used + theirs["node_filesystem_avail_bytes"][key])
        for key, size in theirs["node_filesystem_size_bytes"].items()
        if (used := size - theirs["node_filesystem_free_bytes"][key]) >= 0 and size
    }


def memory(theirs: Samples) -> Mapping[tuple[str, ...], float]:
    one = {name: theirs[f"node_memory_{name}_bytes"][()] for name in _MEMORY}
    taken = one["MemTotal"] - one["MemFree"] - one["Buffers"] - one["Cached"]
    return {("system",): taken - one["SReclaimable"] + one["Shmem"]}


def pool(name: str, metric: str) -> Callable[[Samples], Mapping[tuple[str, ...], float]]:
    return lambda theirs: {(name,): theirs[metric][()]}


_MEMORY = ("MemTotal", "MemFree", "Buffers", "Cached", "SReclaimable", "Shmem")

MB = 2.0**20
AGREE: Mapping[str, tuple[Callable[[Samples], Mapping[tuple[str, ...], float]], float]] = {
    "system_load1": (same("node_load1"), 0.5),
    "system_load5": (same("node_load5"), 0.2),
    "system_load15": (same("node_load15"), 0.1),
    "system_processes": (same("node_processes_pids"), 40),
    "cpu_seconds_total": (same("node_cpu_seconds_total"), 0.02),
    "memory_total_bytes": (pool("system", "node_memory_MemTotal_bytes"), 0),
    "memory_used_bytes": (memory, 96 * MB),
    "storage_total_bytes": (same("node_filesystem_size_bytes"), 0),
    "storage_used_bytes": (
        less("node_filesystem_size_bytes", "node_filesystem_free_bytes"),
        64 * MB,
    ),
    "storage_used_ratio": (filled, 0.002),
    "storage_inodes_total": (same("node_filesystem_files"), 0),
    "storage_inodes_used": (less("node_filesystem_files", "node_filesystem_files_free"), 2000),
    "disk_reads_total": (same("node_disk_reads_completed_total"), 0),
    "disk_writes_total": (same("node_disk_writes_completed_total"), 0),
    "disk_read_bytes_total": (same("node_disk_read_bytes_total"), 0),
    "disk_written_bytes_total": (same("node_disk_written_bytes_total"), 0),
    "disk_busy_seconds_total": (same("node_disk_io_time_seconds_total"), 0.01),
    "interface_receive_bytes_total": (same("node_network_receive_bytes_total"), 0),
    "interface_transmit_bytes_total": (same("node_network_transmit_bytes_total"), 0),
    "interface_receive_unicast_packets_total": (
        less("node_network_receive_packets_total", "node_network_receive_multicast_total"),
        0,
    ),
    "interface_receive_multicast_packets_total": (same("node_network_receive_multicast_total"), 0),
    "interface_transmit_unicast_packets_total": (same("node_network_transmit_packets_total"), 0),
    "interface_receive_errors_total": (same("node_network_receive_errs_total"), 0),
    "interface_transmit_errors_total": (same("node_network_transmit_errs_total"), 0),
    "interface_receive_discards_total": (same("node_network_receive_drop_total"), 0),
    "interface_transmit_discards_total": (same("node_network_transmit_drop_total"), 0),
    "interface_admin_up": (
        lambda t: {k: int(v) & 1 for k, v in t["node_network_flags"].items()},
        0,
    ),
}
"""By metric of ours: theirs, and by how much ours may lie outside of their two looks."""

SELDOM_ZERO = {"system_load1", "cpu_seconds_total", "memory_used_bytes", "storage_used_bytes"}


LOOKS = 5


@pytest.mark.asyncio
async def test_values_agree_with_node_exporter(server: Server, tmp_path: Path) -> None:
    """Memory and disks leap while other tests work beside: what is read wrongly is so each time."""
    with daemons.node_exporter(tmp_path) as exporter:
        scraped(exporter.url)  # so that nothing is read for the first time
        for _ in range(LOOKS):
            before = scraped(exporter.url)
            ours = shown(await once(server))
            wrong = disagreeing(before, ours, scraped(exporter.url))
            if not wrong:
                break
    assert not wrong, "\n".join(wrong)
    assert all(any(ours[name].values()) for name in SELDOM_ZERO)


def disagreeing(before: Samples, ours: Samples, after: Samples) -> list[str]:
    """Our values that lie outside of what theirs were before and after."""
    wrong = []
    for name, (theirs, slack) in AGREE.items():
        low, high = theirs(before), theirs(after)
        shared = ours[name].keys() & low.keys() & high.keys()  # theirs has no counters of lo
        assert shared, name
        wrong += [
            f"{name}{list(key)}: {value}, theirs {low[key]} to {high[key]}"
            for key in sorted(shared)
            if not _between(value := ours[name][key], low[key], high[key], slack)
        ]
    return wrong


def _between(value: float, low: float, high: float, slack: float) -> bool:
    return min(low, high) - slack <= value <= max(low, high) + slack


@pytest.mark.asyncio
async def test_nothing_of_these_is_left_out(server: Server, tmp_path: Path) -> None:
    with daemons.node_exporter(tmp_path) as exporter:
        theirs = scraped(exporter.url)
    ours = shown(await once(server))
    assert set(theirs["node_cpu_seconds_total"]) <= set(ours["cpu_seconds_total"])
    disks = {key for key in theirs["node_disk_reads_completed_total"] if "ram" not in key[0]}
    assert disks <= set(ours["disk_reads_total"])
    ports = {key for key in theirs["node_network_receive_bytes_total"] if key[0][:4] != "veth"}
    assert ports <= set(ours["interface_receive_bytes_total"])
    real = {key for key in theirs["node_filesystem_size_bytes"] if key[0] in ("/", "/boot", "/var")}
    assert real <= set(ours["storage_total_bytes"])


@pytest.mark.asyncio
async def test_all_processors_are_the_sum_of_each(server: Server) -> None:
    seconds = shown(await once(server, only=["cpu"]))["cpu_seconds_total"]
    for mode in ("user", "system", "idle"):
        each = sum(value for (cpu, one), value in seconds.items() if one == mode and cpu != "all")
        # the kernel sums before it rounds
        assert seconds[("all", mode)] == pytest.approx(each, abs=0.02 * len(seconds))
