"""collectd's snmp plugin as a peer: bulk 25, its csv plugin writing, over several intervals."""

import subprocess
import time
from pathlib import Path

from benchmarks import cpu
from benchmarks.agents import COMMUNITY, PORT, address, inside
from benchmarks.exporter import COUNTERS, NUMBERS, TEXTS

INTERVAL = 10
ROUNDS = 2
TOGETHER = 24
"""Columns that a block walks at once; collectd divides its bulk size by them and the name it adds.
Large blocks cost it least (tried: 2, 4, 7, 11, 24): its csv plugin has fewer files to open."""


def _columns() -> list[tuple[str, int]]:
    return [
        (f"{table}.{column}", offset + column)
        for offset, (table, numbers) in zip((0, 100), NUMBERS.items(), strict=True)
        for column in numbers
    ]


def _block(name: str, oids: list[str]) -> str:
    quoted = " ".join(f'"{oid}"' for oid in oids)
    return (
        f'<Data "{name}">\n Table true\n Type "{name}"\n'
        f' TypeInstanceOID "{TEXTS["ifName"]}"\n Values {quoted}\n</Data>'
    )


def _configure(count: int, folder: Path) -> Path:
    columns = _columns()
    blocks, types = [], []
    for start in range(0, len(columns), TOGETHER):
        part = columns[start : start + TOGETHER]
        blocks.append(_block(f"whole{start}", [oid for oid, _ in part]))
        sources = (f"c{n}:{'DERIVE' if n in COUNTERS else 'GAUGE'}:U:U" for _, n in part)
        types.append(f"whole{start} {', '.join(sources)}")
    (folder / "types.db").write_text("\n".join(types) + "\n")
    collect = " ".join(f'"whole{start}"' for start in range(0, len(columns), TOGETHER))
    hosts = "\n".join(
        f'<Host "agent{number}">\n Address "{address(number)}:{PORT}"\n Version 2\n BulkSize 25\n'
        f' Community "{COMMUNITY}"\n Collect {collect}\n</Host>'
        for number in range(count)
    )
    path = folder / "collectd.conf"
    path.write_text(f"""
Hostname "bench"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/pid"
TypesDB "{folder}/types.db"
Interval {INTERVAL}
ReadThreads 10
LoadPlugin csv
LoadPlugin snmp
<Plugin csv>
 DataDir "{folder}/csv"
</Plugin>
<Plugin snmp>
 {chr(10).join(blocks)}
 {hosts}
</Plugin>
""")
    return path


def _values(folder: Path) -> int:
    lines = (line for path in (folder / "csv").rglob("*whole*") for line in path.open())
    return sum(line.count(",") for line in lines if line[0].isdigit())


def measure(name: str, count: int, folder: Path) -> dict[str, float]:
    """CPU of collectd over whole intervals, after one to warm up; values as its csv files have."""
    config = _configure(count, folder)
    process = subprocess.Popen(
        inside(name, "collectd", "-f", "-C", str(config)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(INTERVAL * 1.8)
        before, values = cpu.seconds(process.pid), _values(folder)
        time.sleep(INTERVAL * ROUNDS)
        spent, values = cpu.seconds(process.pid) - before, _values(folder) - values
    finally:
        process.terminate()
        process.wait(30)
    return {"cpu": spent, "devices": count * ROUNDS, "values": values}
