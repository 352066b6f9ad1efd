"""What the console asks the store: few questions at a time, each with little patience, and the same
one once for all who ask it.
"""

import asyncio
import time
from collections.abc import Callable

from collector.api.threads import apart
from collector.stores.promql import Bounds, Grid, Line, PromQL, StoreAwayError, lines

AT_ONCE = 4
"""Questions that the store works on for the console at once."""

SECONDS = 5.0
"""How long an answer is waited for, the wait for its turn included."""

FRESH = 15.0
"""How long an answer serves those who ask the same."""

KEPT = 512
"""Answers that are kept at most; each has at most `SIZE` bytes, most have a few thousand."""

VALUES = 2_000_000
"""Values in all answers that are kept, at most: some 60 MB."""

SIZE = 2 << 20

_Key = tuple[str, Grid]


class Questions:
    """The way to the store. `store` gives None where none answers PromQL."""

    def __init__(
        self, store: Callable[[], PromQL | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._clock = clock
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._asked: dict[_Key, tuple[float, asyncio.Task[list[Line]]]] = {}

    async def ask(self, query: str, grid: Grid) -> list[Line]:
        """The lines of an answer. Raises StoreError."""
        key = (query, grid)
        now = self._clock()
        began, task = self._asked.get(key, (0.0, None))
        if task is None or (task.done() and (_failed(task) or now - began > FRESH)):
            self._forget(now)
            task = asyncio.create_task(self._send(query, grid))
            self._asked.pop(key, None)
            self._asked[key] = (now, task)
        # Who goes away must not take the answer from those who wait for the same.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let go of every question that nobody waits for any more."""
        tasks = [task for _, task in self._asked.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._asked.clear()

    async def _send(self, query: str, grid: Grid) -> list[Line]:
        store = self._store()
        if store is None:
            raise StoreAwayError("there is no store that answers PromQL")
        try:
            async with asyncio.timeout(SECONDS), self._turn:
                body = await store.ask(query, grid, Bounds(SIZE, SECONDS))
                return await apart(lines, body, grid)
        except TimeoutError:
            raise StoreAwayError(f"the store did not answer within {SECONDS:.0f} s") from None

    def _forget(self, now: float) -> None:
        """Let go of what nobody may have any more, and of what is too much; the oldest stand
        first.
        """
        held = sum(_size(key, task) for key, (_, task) in self._asked.items())
        for key, (began, task) in list(self._asked.items()):
            if now - began <= FRESH and len(self._asked) < KEPT and held <= VALUES:
                return
            if task.done():
                held -= _size(key, task)
                del self._asked[key]


def _size(key: _Key, task: asyncio.Task[list[Line]]) -> int:
    """How many values are held."""
    return 0 if not task.done() or _failed(task) else len(task.result()) * key[1].count


def _failed(task: asyncio.Task[list[Line]]) -> bool:
    return task.cancelled() or task.exception() is not None
