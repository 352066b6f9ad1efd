"""What one scrape of /metrics costs: 840 devices of 200 values, plain and compressed.

Prints the time and CPU of a scrape, and the longest time that the loop did not get its turn
meanwhile. A second process reads, so that what is counted is the collector's own.

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
    """The longest time between two turns of the loop, beyond a millisecond's sleep."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        longest[0] = max(longest[0], time.perf_counter() - before - 0.001)


async def scrape(url: str, *options: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and longest stall of one scrape by curl."""
    longest = [0.0]
    watch = asyncio.create_task(stall(longest))
    await asyncio.sleep(0.05)
    longest[0] = 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    command = ("curl", "-s", "-o", "/dev/null", *options, f"{url}/metrics")
    child = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    assert await child.wait() == 0
    spent = time.perf_counter() - wall, time.process_time() - cpu, longest[0]
    watch.cancel()
    return spent


async def main(devices: int, values: int) -> None:
    """Five scrapes each way, medians (and the worst stall)."""
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder))
        fill(running, devices, values)
        server = await serve(running, "127.0.0.1:0")
        print(f"/metrics, {devices} devices x {values} values = {devices * values} samples")
        for name, options in (("plain", ()), ("gzip", ("-H", "Accept-Encoding: gzip"))):
            found = [await scrape(server.url, *options) for _ in range(5)]
            wall, cpu = (statistics.median(column) for column in list(zip(*found, strict=True))[:2])
            worst = max(one[2] for one in found)
            print(
                f"  {name:5} wall {wall:.3f} s  CPU {cpu:.3f} s  longest stall {worst * 1e3:.0f} ms"
            )
        await server.stop()
        running.journal.close()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:] or (840, 200))))
