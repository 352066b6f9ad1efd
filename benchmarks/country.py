"""What the map, an impact and the inventory cost the collector where the inventory is a country's:
3,842 sites, 27,251 devices. How long each answer takes, how large it is, and how late the loop
wakes meanwhile.

python -m benchmarks.country
"""

import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from aiohttp import ClientSession

from collector.api import serve
from collector.plan import build
from collector.verdicts.events import EchoHeard, EchoLost, Polled, Tick
from collector.vocabulary import vocabulary
from inventory.load import load
from inventory.model import Circuit, Device, End, Inventory, Site, Thing
from probes.registry import PROBES
from tests.collector.running import NOW, Running

PROVINCES, ACROSS = 17, 5
ROUNDS = 5
CORE = "hbh-dc-core01"
EXAMPLE = Path(__file__).parents[1] / "inventory.yaml"
DARK = "hbh-xa-05212-"
"""What is silent in the fourth province: all devices of a ward."""

ASKED = (
    "map?language=vi",
    "map?language=vi&ground={ground}",
    "sites/pa-co-3/impact",
    "sites/dc-3/impact",
    "devices/hbh-dc-core01/impact",
    "inventory",
    "inventory?search=router+x%C3%A3+pa+co",
    "inventory?where=role%3Dward-router%7Cward-switch&sort=-model",
    "inventory?kind=circuit&sort=title",
    "wall",
)
"""What is asked for, below /api/v1/; the first time of each is told apart."""
_CLIENT = """
import sys, time, urllib.request
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    asked = urllib.request.Request(sys.argv[1], headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        size = len(answer.read())
    print(1000 * (time.perf_counter() - began), size)
"""


def country(provinces: int = PROVINCES) -> Inventory:
    """The example province as often, each in a place of its own: the others' data centres hang on
    the first one's, and all that stands outside of a data centre stands twice.
    """
    one = load(EXAMPLE, vocabulary())
    parts = [_province(one, number) for number in range(provinces)]
    return replace(
        one,
        sites={name: each for part in parts for name, each in part.sites.items()},
        devices={name: each for part in parts for name, each in part.devices.items()},
        circuits={name: each for part in parts for name, each in part.circuits.items()},
        services={name: each for part in parts for name, each in part.services.items()},
    )


def _named(name: str, number: int) -> str:
    return f"{name}-{number}" if number else name


def _end(end: End, number: int) -> End:
    return replace(end, device=_named(end.device, number))


def _things(things: Iterable[Thing], number: int) -> tuple[Thing, ...]:
    return tuple(replace(one, name=_named(one.name, number)) for one in things)


def _province(one: Inventory, number: int) -> Inventory:
    devices = _devices(one, number)
    circuits = [_circuit(each, number) for each in one.circuits.values()]
    if number:
        core, line = _named(CORE, number), f"backbone-{number}"
        devices = [
            replace(each, uplinks=(Thing("circuit", line),)) if each.name == core else each
            for each in devices
        ]
        near, far = End(core, "100GE1/0/1"), End(CORE, f"100GE2/0/{number}")
        circuits.append(Circuit(line, line, near, far, "backbone", "VNPT", capacity=1e11))
    services = [
        replace(each, name=_named(each.name, number), needs=_things(each.needs, number))
        for each in one.services.values()
    ]
    return replace(
        one,
        sites={each.name: each for each in (_site(site, number) for site in one.sites.values())},
        devices={each.name: each for each in devices},
        circuits={each.name: each for each in circuits},
        services={each.name: each for each in services},
    )


def _site(site: Site, number: int) -> Site:
    large = site.kind in ("province", "data-centre")
    north, east = site.location or (0.0, 0.0)
    place = (north - 0.95 * (number // ACROSS), east + 1.05 * (number % ACROSS))
    return replace(
        site,
        name=_named(site.name, number),
        title=f"{site.title} {number}" if large else site.title,
        parent=site.parent and _named(site.parent, number),
        location=place if site.location else None,
    )


def _devices(one: Inventory, number: int) -> list[Device]:
    found = []
    for device in one.devices.values():
        name, site = _named(device.name, number), _named(device.site, number)
        made = replace(device, name=name, site=site, uplinks=_things(device.uplinks, number))
        found.append(made)
        if device.site != "dc":
            found.append(replace(made, name=f"{name}-b", uplinks=(Thing("device", name),)))
    return found


def _circuit(one: Circuit, number: int) -> Circuit:
    name = _named(one.name, number)
    a, z = one.a and _end(one.a, number), _end(one.z, number)
    return replace(one, name=name, title=_named(one.title, number), a=a, z=z)


def judged(running: Running, inventory: Inventory, dark: tuple[str, ...]) -> None:
    """All of it is up, but for what lies behind these devices, which are silent."""
    running.plan = build(inventory, "noc-1", PROBES, lambda one: {})
    running.desk.load(running.plan, NOW - 100)
    silent = set(dark)
    for device in inventory.devices:
        running.desk.tell(EchoHeard("noc-1", f"device:{device}"), NOW - 90)
    for service in inventory.services.values():
        for check in service.checks:
            running.desk.tell(
                Polled("noc-1", f"service:{service.name}", check.name, True), NOW - 90
            )
    running.desk.tell(Tick("noc-1"), NOW - 89)
    for at in (-4.0, -2.0, -1.0):
        for device in silent:
            running.desk.tell(EchoLost("noc-1", f"device:{device}", NOW - 5), NOW + at)
        running.desk.tell(Tick("noc-1"), NOW + at)
    running.desk.tell(Tick("noc-1"), NOW)
    running.desk.tell(Tick("noc-1"), NOW + 1)


async def lagging(ended: asyncio.Event) -> float:
    """Seconds that the loop woke late at worst."""
    worst = 0.0
    while not ended.is_set():
        began = time.perf_counter()
        await asyncio.sleep(0.002)
        worst = max(worst, time.perf_counter() - began - 0.002)
    return worst


async def ask(url: str) -> None:
    """Ask some times from a process beside; print what it took."""
    ended = asyncio.Event()
    lag = asyncio.create_task(lagging(ended))
    worked = time.process_time()
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _CLIENT, url, str(ROUNDS), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await client.communicate()
    ended.set()
    lines = [line.split() for line in told.decode().splitlines()]
    first, *again = (float(took) for took, _ in lines)
    worked = 1000 * (time.process_time() - worked) / ROUNDS
    print(
        f"{url.partition('/api/v1/')[2]:62} {first:4.0f} ms, "
        f"again {statistics.median(again):4.0f} ms, "
        f"{int(lines[-1][1]) / 1000:4.0f} kB packed, own CPU {worked:3.0f} ms, "
        f"loop late by {1000 * await lag:2.0f} ms",
        flush=True,
    )


async def measure(folder: Path) -> None:
    """Judge a country, serve it, ask."""
    running, inventory = Running(folder), country()
    dark = tuple(one for one in inventory.devices if one.startswith(DARK) and "-3" in one)
    judged(running, inventory, dark)
    gc.collect()
    gc.freeze()
    server = await serve(running, "127.0.0.1:0")
    async with ClientSession(server.url) as client, client.get("/api/v1/map?language=vi") as answer:
        ground = (await answer.json())["ground"]["id"]
    for path in ASKED:
        await ask(f"{server.url.rstrip('/')}/api/v1/{path.format(ground=ground)}")
    await server.stop()
    running.journal.close()


def main() -> None:
    """Print the numbers."""
    with tempfile.TemporaryDirectory(prefix="hatang-country-") as name:
        asyncio.run(measure(Path(name)))


if __name__ == "__main__":
    main()
