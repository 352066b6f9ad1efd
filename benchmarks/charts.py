"""What the console's charts cost: a month of one-minute samples in a real store, every kind of
thing, every span; asked once, and again by somebody else.

python -m benchmarks.charts
"""

import asyncio
import tempfile
import time
from pathlib import Path

from collector.api.charts.span import SPANS
from collector.stores.promql import PromQL
from tests.collector.running import Face, faced
from tests.console.filled import DOWN, UP, filled

HOURS = 31 * 24.0
ASKED = {
    "device": f"devices/{UP}/charts?",
    "interface": f"devices/{DOWN}/charts?interface=wan1&",
    "circuit": "circuits/tsl-a/charts?",
    "service": "services/mot-cua/charts?",
    "site": "sites/dc/charts?",
}


async def took(face: Face, path: str) -> tuple[float, int, int]:
    """Milliseconds, and bytes of the answer: unpacked, and as sent."""
    began = time.perf_counter()
    async with face.client.get(path) as answer:
        body = await answer.read()
        assert answer.status == 200, body
        sent = answer.headers.get("Content-Length")
    return 1000 * (time.perf_counter() - began), len(body), int(sent or len(body))


async def measure(folder: Path, url: str) -> None:
    """Every kind of thing, every span."""
    async with faced(folder) as face:
        face.running.promql = PromQL(url)
        for name, path in ASKED.items():
            for span in SPANS:
                first, size, sent = await took(face, f"/api/v1/{path}span={span}")
                again, _, _ = await took(face, f"/api/v1/{path}span={span}")
                print(
                    f"{name:9} {span:>3}: {first:4.0f} ms, again {again:3.0f} ms, "
                    f"{size / 1000:3.0f} kB, {sent / 1000:.0f} packed"
                )
        await face.running.promql.close()


def main() -> None:
    """Fill a store, and ask."""
    with tempfile.TemporaryDirectory(prefix="hatang-charts-") as name:
        folder = Path(name)
        with filled(folder / "vm", time.time(), HOURS) as url:
            asyncio.run(measure(folder, url))


if __name__ == "__main__":
    main()
