"""snmp_exporter as a peer: a process in the agents' namespace, asked over HTTP as Prometheus does.

`python -m benchmarks.exporter PID DEVICES` is the asking side, run inside the namespace.
"""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import yaml

from benchmarks import cpu
from benchmarks.agents import COMMUNITY, PORT, address, inside

LISTEN = "127.0.0.1:9116"
SHARED = Path(os.environ.get("HATANG_SHARED", "../shared")) / "data/snmp_exporter/if_mib-0.21.yml"

NUMBERS = {
    "1.3.6.1.2.1.2.2.1": (1, 3, 4, 5, 7, 8, 9, *range(10, 22)),
    "1.3.6.1.2.1.31.1.1.1": (*range(2, 14), 15, 16, 17, 19),
}
TEXTS = {"ifDescr": "1.3.6.1.2.1.2.2.1.2", "ifName": "1.3.6.1.2.1.31.1.1.1.1"}
COUNTERS = {*range(10, 21), *range(102, 114)}


def module() -> dict[str, object]:
    """IF-MIB whole as snmp_exporter 0.21 wants it: both tables, name and description as labels."""
    index = [{"labelname": "ifIndex", "type": "gauge"}]
    lookups = [
        {"labels": ["ifIndex"], "labelname": name, "oid": oid, "type": "DisplayString"}
        for name, oid in TEXTS.items()
    ]
    metrics = [
        {
            "name": f"column_{offset + column}",
            "oid": f"{table}.{column}",
            "type": "counter" if offset + column in COUNTERS else "gauge",
            "help": "-",
            "indexes": index,
            "lookups": lookups,
        }
        for offset, (table, columns) in zip((0, 100), NUMBERS.items(), strict=True)
        for column in columns
    ]
    return {"walk": list(NUMBERS), "metrics": metrics}


def configure(folder: Path) -> Path:
    """The module file: the published `if_mib` where it is beside the checkout, else ours."""
    whole = yaml.safe_load(SHARED.read_text()) if SHARED.exists() else {"if_mib": module()}
    for one in whole.values():
        one |= {"version": 2, "max_repetitions": 25, "auth": {"community": COMMUNITY}}
    path = folder / "snmp.yml"
    path.write_text(yaml.safe_dump(whole))
    return path


@contextlib.contextmanager
def serving(name: str, folder: Path) -> Iterator[int]:
    """The exporter inside a namespace; yields its process id."""
    command = ["prometheus-snmp-exporter", f"--config.file={configure(folder)}"]
    process = subprocess.Popen(
        inside(name, *command, f"--web.listen-address={LISTEN}", "--log.level=error"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


async def _ask(session: aiohttp.ClientSession, number: int) -> int:
    where = f"http://{LISTEN}/snmp"
    params = {"target": f"{address(number)}:{PORT}", "module": "if_mib"}
    async with session.get(where, params=params) as answer:
        text = await answer.text()
    found = re.search(r"^snmp_scrape_pdus_returned (\S+)", text, re.MULTILINE)
    return int(float(found[1])) if found else 0


async def _round(count: int) -> int:
    connector = aiohttp.TCPConnector(limit=50)
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        return sum(await asyncio.gather(*(_ask(session, number) for number in range(count))))


def measure(pid: int, count: int) -> dict[str, float]:
    """Every agent once to warm up, once to measure; CPU is the exporter's own."""
    until = time.monotonic() + 20
    while True:
        try:
            asyncio.run(_round(1))
            break
        except aiohttp.ClientConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
    asyncio.run(_round(count))
    before = cpu.seconds(pid)
    values = asyncio.run(_round(count))
    return {"cpu": cpu.seconds(pid) - before, "devices": count, "values": values}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
