"""The threads in which answers are put together: few, and of the API alone. Whatever is asked, and
by however many, the threads in which the collector writes, tells and looks up names are not taken.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from collector.api.entry.guard import RefusedError

AT_WORK, WAITING = 3, 61
"""Answers that are put together at once, and that wait for it: each holds what was known when it
was asked.
"""

POOL = ThreadPoolExecutor(AT_WORK, "api")
_ROOM = threading.Semaphore(AT_WORK + WAITING)

T = TypeVar("T")


async def apart(work: Callable[..., T], *given: Any, **more: Any) -> T:
    """What work gives, done in one of these threads. Raises RefusedError where too many wait."""
    if not _ROOM.acquire(blocking=False):
        raise RefusedError(503, "too many ask at once", "try again in a moment")
    future = POOL.submit(partial(work, *given, **more))
    future.add_done_callback(lambda _: _ROOM.release())
    return await asyncio.wrap_future(future)
