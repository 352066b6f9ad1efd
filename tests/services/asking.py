"""One run of a check, as the schedule makes it."""

import asyncio

from probes.probe import Target
from probes.reading import Reading, values
from probes.registry import PROBES

LABELS = (("service", "thu-dien-tu"), ("target", "check"))


async def ask(
    probe: str, seconds: float = 3.0, **settings: object
) -> tuple[Reading, dict[str, float]]:
    """Its reading, and its values by metric name."""
    known = PROBES[probe]
    target = Target(probe, ("127.0.0.1",), LABELS, known.settings(**settings))
    session = known.open(target, {})
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    reading = await session.ask(end)
    assert loop.time() < end + 2.0
    await session.close()
    assert all(head.labels == LABELS for head, _ in reading.rows)
    return reading, {
        f"{head.subject}_{name}": value
        for head, fields in reading.rows
        for name, value in values(fields).items()
    }
