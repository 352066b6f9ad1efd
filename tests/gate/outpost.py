"""The gate as a process of its own: reads an agent, stores through the real delivery, takes
vmalert's posts, tells Alertmanager. `python -m tests.gate.outpost SETTINGS.json`.
"""

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from collector.api.state.alerts import ROUNDS, alerts, post
from collector.delivery import Delivery
from collector.gate.fresh import Readings, delivered
from collector.gate.gate import Gate
from collector.gate.rounds import Rounds
from collector.gate.shelf import Shelf
from collector.gate.world import Around
from collector.pipeline import Pipeline
from collector.state import Memory
from collector.stores import open_store, parse_address
from inventory.model import Collector, Device, Inventory, Province
from probes.reading import Head, Row

POLL = 1.0


def inventory(names: list[str]) -> Inventory:
    """Devices that a collector `noc` asks."""
    devices = {
        name: Device(name, name, "noc", ("127.0.0.1",), "dc", None, (), (), {}) for name in names
    }
    return Inventory(Province(), {"noc": Collector("noc")}, {}, devices, {}, {}, {}, {}, (), ())


def main() -> None:
    """Until killed."""
    asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text())))


async def _serve(settings: Mapping[str, Any]) -> None:
    folder = Path(settings["folder"])
    store = parse_address(settings["store"])
    delivery = Delivery(folder / "spool.sqlite", [open_store(store)])
    delivery.start()
    pipeline = Pipeline(delivery.put, Memory(folder / "memory.sqlite"))
    known = inventory(settings["devices"])
    readings = Readings(
        pipeline.latest,
        lambda: known,
        lambda: delivered(delivery, store.name, time.time()),
        time.time,
    )
    around = Around("noc", lambda: known, lambda _: None, readings, lambda _: False)
    rounds = Rounds(
        Gate(around, visible=3.0),
        Shelf(folder / "gate.sqlite"),
        settings["peers"],
        settings["vmalert"],
    )
    rounds.recall()
    app = web.Application()
    app[ROUNDS] = rounds
    app.router.add_post("/api/v2/alerts", post)
    app.router.add_get("/api/v2/alerts", alerts)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings["port"]).start()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(rounds.run())
        tasks.create_task(_poll(settings["agent"], pipeline))


async def _poll(agent: str, pipeline: Pipeline) -> None:
    while True:
        now = time.time()
        try:
            values = await asyncio.to_thread(_fetch, agent)
        except (OSError, ValueError):
            values = {}
        for device, value in values.items():
            head = Head("storage", {"device": device, "site": "dc", "storage": "/var"})
            pipeline.observe(f"storage/{device}", [Row(head, b"used_ratio=%g" % value)], now)
        pipeline.flush()
        await asyncio.sleep(POLL - min(time.time() - now, POLL))


def _fetch(agent: str) -> dict[str, float]:
    with urllib.request.urlopen(agent, timeout=1) as answer:
        return dict(json.loads(answer.read()))


if __name__ == "__main__":
    main()
