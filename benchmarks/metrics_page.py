"""What one scrape of /metrics costs: 840 devices of 200 values, plain and compressed.

Prints time and CPU of a scrape, and the most CPU time for which it held the loop at once. Another
process reads, so that what is counted is the collector's own.

    python -m benchmarks.metrics_page [devices] [values]
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from collector.api import serve
from probes.reading import Head, Row
from tests.collector.running import NOW, Running

PORTS = 8
"""Values an interface; the rest of a device's values are interfaces too."""

FIELDS = (
    "up=1,receive_bytes_total=9812377{n},transmit_bytes_total=1812377{n},"
    "receive_errors_total=0,transmit_errors_total=0,receive_discards_total=1{n},"
    "receive_unicast_packets_total=77{n},transmit_unicast_packets_total=66{n}"
)


def fill(running: Running, devices: int, values: int) -> None:
    """Latest rows of many devices."""
    for number in range(devices):
        name = f"hbh-xa-{number:05d}-rt01"
        labels = (("device", name), ("site", f"xa-{number:05d}"))
        rows = [
            Row(
                Head("interface", (*labels, ("interface", f"GigabitEthernet0/{port}"))),
                FIELDS.format(n=port).encode(),
            )
            for port in range(values // PORTS)
        ]
        running.pipeline.observe(f"device/{name}/snmp", rows, NOW)


async def stall(longest: list[float]) -> None:
    """The most CPU time that the loop spent between two turns of ours."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0)
        longest[0] = max(longest[0], time.thread_time() - before)


async def scrape(url: str, *options: str) -> tuple[float, float]:
    """Wall and CPU seconds of one scrape by curl."""
    wall, cpu = time.perf_counter(), time.process_time()
    command = ("curl", "-s", "-o", "/dev/null", *options, f"{url}/metrics")
    child = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    assert await child.wait() == 0
    return time.perf_counter() - wall, time.process_time() - cpu


async def hold(url: str, *options: str) -> float:
    """The longest hold of one scrape. Apart from the others: watching costs CPU time of its own."""
    longest = [0.0]
    watch = asyncio.create_task(stall(longest))
    await scrape(url, *options)
    watch.cancel()
    return longest[0]


async def main(devices: int, values: int) -> None:
    """Five scrapes each way, medians (and the longest hold)."""
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder))
        fill(running, devices, values)
        server = await serve(running, "127.0.0.1:0")
        print(f"/metrics, {devices} devices x {values} values = {devices * values} samples")
        for name, options in (("plain", ()), ("gzip", ("-H", "Accept-Encoding: gzip"))):
            found = [await scrape(server.url, *options) for _ in range(5)]
            wall, cpu = map(statistics.median, zip(*found, strict=True))
            worst = max([await hold(server.url, *options) for _ in range(5)])
            times = f"wall {wall:.3f} s  CPU {cpu:.3f} s"
            print(f"  {name:5} {times}  longest hold of the loop {worst * 1e3:.0f} ms of CPU")
        await server.stop()
        running.journal.close()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:] or (840, 200))))
