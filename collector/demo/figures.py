"""The live numbers of a demo, read from the collector's own /metrics and API, and from the
store.
"""

import asyncio
import contextlib
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

_SAMPLE = re.compile(rb"(collector_[a-z_]+)(?:\{([^}]*)\})? ([-+0-9.e]+)")
_LATENESS = "quantile(0.99, poll_lateness_seconds)"
_READ = 32 << 20  # bytes of /metrics at most
Quiet = (aiohttp.ClientError, OSError, ValueError, KeyError, IndexError, TypeError)
"""What may go wrong while the collector starts or stops: then there is no number, and no fuss."""


@dataclass(slots=True)
class Figures:
    """One look at a running demo. None and empty mean: not known (yet)."""

    at: float = 0.0
    states: Counter[str] = field(default_factory=Counter)
    polls: float = 0.0
    samples: float = 0.0
    polls_rate: float | None = None
    samples_rate: float | None = None
    lateness: float | None = None
    in_flight: float = 0.0
    spool_bytes: float = 0.0
    store_up: bool | None = None
    dropped: float = 0.0
    memory: float = 0.0
    cpu_seconds: float = 0.0
    cpu_share: float | None = None


def addresses(state: Path) -> dict[str, str]:
    """What the collector wrote to `run.json` in its state directory; empty while it starts."""
    try:
        found = json.loads((state / "run.json").read_text())
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


class Watch:
    """Looks again and again; rates are between two looks."""

    def __init__(self, state: Path) -> None:
        """`state` is the collector's state directory."""
        self._state = state
        self._before: Figures | None = None

    async def look(self) -> Figures:
        """The numbers now. Never raises for a collector that does not answer."""
        found = Figures(at=time.monotonic())
        known = addresses(self._state)
        timeout = aiohttp.ClientTimeout(total=4)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            if "api" in known:
                await asyncio.gather(
                    _own(session, known["api"], found), _states(session, known["api"], found)
                )
            if "query" in known:
                await _late(session, known["query"], found)
        self._rates(found)
        return found

    def _rates(self, found: Figures) -> None:
        before, self._before = self._before, found
        if before is None or found.polls < before.polls or not before.polls:
            return
        span = max(found.at - before.at, 0.001)
        found.polls_rate = (found.polls - before.polls) / span
        found.samples_rate = (found.samples - before.samples) / span
        found.cpu_share = (found.cpu_seconds - before.cpu_seconds) / span


async def _lines(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    rest = b""
    read = 0
    async for chunk in response.content.iter_any():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        read += len(chunk)
        if read > _READ:
            return


async def _own(session: aiohttp.ClientSession, api: str, found: Figures) -> None:
    """The collector's own metrics; the device series behind them are not read."""
    with contextlib.suppress(*Quiet, TimeoutError):
        async with session.get(f"{api}/metrics") as response:
            seen = False
            async for line in _lines(response):
                sample = _SAMPLE.match(line)
                if sample:
                    seen = True
                    _take(found, sample[1].decode(), float(sample[3]))
                elif seen and not line.startswith(b"#"):
                    break


def _take(found: Figures, name: str, value: float) -> None:
    plain = {
        "collector_polls_total": "polls",
        "collector_samples_total": "samples",
        "collector_in_flight": "in_flight",
        "collector_spool_bytes": "spool_bytes",
        "collector_resident_bytes": "memory",
        "collector_cpu_seconds_total": "cpu_seconds",
    }
    if name in plain:
        setattr(found, plain[name], value)
    elif name == "collector_store_up":
        found.store_up = value == 1 and found.store_up is not False
    elif name == "collector_dropped_samples_total":
        found.dropped += value


async def _states(session: aiohttp.ClientSession, api: str, found: Figures) -> None:
    """Devices by state, summed over the sites."""
    with contextlib.suppress(*Quiet, TimeoutError):
        cursor: str | None = ""
        while cursor is not None:
            query = {"cursor": cursor, "limit": "500"} if cursor else {"limit": "500"}
            async with session.get(f"{api}/api/v1/sites", params=query) as response:
                page = await response.json()
            for site in page["items"]:
                found.states.update(site["devices"])
            cursor = page.get("next")


async def _late(session: aiohttp.ClientSession, store: str, found: Figures) -> None:
    with contextlib.suppress(*Quiet, TimeoutError):
        async with session.get(f"{store}/api/v1/query", params={"query": _LATENESS}) as response:
            answer = await response.json()
        found.lateness = float(answer["data"]["result"][0]["value"][1])
