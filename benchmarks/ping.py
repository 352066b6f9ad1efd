"""CPU of a ping: our pinger beside fping, 1,000 addresses of 127/8 once a second each, in one run.

Prints microseconds of CPU (user and system, as the operating system counts them) a ping, the median
of the runs, and the ratio. Needs root or CAP_NET_RAW, and fping.

python benchmarks/ping.py [--targets 1000] [--seconds 15] [--runs 3]
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys

from probes.icmp import Pinger


def addresses(count: int) -> list[str]:
    """`count` addresses of loopback, away from those of the demo."""
    return [f"127.77.{number // 250}.{number % 250 + 1}" for number in range(count)]


async def ping(count: int, seconds: int) -> None:
    """Our side, alone in its process; prints what it saw as JSON."""
    pinger = Pinger()
    targets = addresses(count)
    for address in targets:
        pinger.add(address, address)
    pinger.start()
    await asyncio.sleep(seconds)
    counts = [found for address in targets if (found := pinger.collect(address))]
    pinger.close()
    print(
        json.dumps(
            {
                "pings": sum(found.received_total for found in counts),
                "lost": sum(found.sent_total - found.received_total for found in counts),
                "rtt": statistics.median(found.rtt or 0.0 for found in counts),
            }
        )
    )


def child(*command: str) -> tuple[str, float]:
    """Run a child to its end: its output, and the CPU seconds that it used."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        out = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return out, used.ru_utime + used.ru_stime


def ours(count: int, seconds: int) -> tuple[float, float]:
    """CPU microseconds a ping and median RTT in microseconds, without the interpreter's start."""
    command = [sys.executable, __file__, "--child", "--targets", str(count), "--seconds"]
    _, start = child(*command, "0")
    out, used = child(*command, str(seconds))
    if not out.startswith("{"):
        sys.exit(out)
    seen = json.loads(out)
    if seen["lost"]:
        print(f"  ours lost {seen['lost']}")
    return (used - start) / seen["pings"] * 1e6, seen["rtt"] * 1e6


def theirs(count: int, seconds: int) -> tuple[float, float]:
    """The same for fping in its loop over all targets."""
    out, used = child("fping", "-q", "-c", str(seconds), "-p", "1000", "-i", "1", *addresses(count))
    found = re.findall(r"= \d+/(\d+)/.*avg/max = [\d.]+/([\d.]+)/", out)
    pings = sum(int(received) for received, _ in found)
    return used / pings * 1e6, statistics.median(float(mean) for _, mean in found) * 1e3


def main() -> None:
    """Both sides in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        asyncio.run(ping(args.targets, args.seconds))
        return
    if not shutil.which("fping"):
        sys.exit("fping is not installed: apt install fping")
    sides: dict[str, list[tuple[float, float]]] = {"hatang": [], "fping": []}
    for _ in range(args.runs):
        sides["hatang"].append(ours(args.targets, args.seconds))
        sides["fping"].append(theirs(args.targets, args.seconds))
    cost = {}
    print(f"{args.targets} addresses once a second, {args.seconds} s, median of {args.runs} runs")
    for name, runs in sides.items():
        cost[name] = statistics.median(used for used, _ in runs)
        spread = " ".join(f"{used:.1f}" for used, _ in runs)
        rtt = statistics.median(mean for _, mean in runs)
        print(f"  {name:<7} {cost[name]:6.1f} us CPU a ping ({spread}), median RTT {rtt:.0f} us")
    print(f"  ratio   {cost['hatang'] / cost['fping']:6.2f} of fping (bar: 1.50)")


if __name__ == "__main__":
    main()
