"""The threads in which blocking conversations run: few, and none that hangs holds up another.

A conversation that is not over by its deadline is cut off from outside and let go of. Its thread
counts until it has really ended, and so long its device is not asked again. When every thread
hangs, the others are told so at once instead of waiting.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from probes.dial import FailedError
from probes.reading import Reason

THREADS = 8
WAITING = 32
"""Conversations that may wait for a thread: each of them occupies a place in the schedule."""

_BUSY = "raise the interval of the cli probe, or find out which devices answer so slowly"


@dataclass(slots=True, eq=False)
class _Held:
    """A thread at work: for whom, and whether its deadline has passed."""

    key: str
    late: bool = False


class Pool:
    """At most `threads` conversations at once. Safe for several event loops."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = threads
        self._most = waiting
        self._held: list[_Held] = []
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._lock = threading.Lock()

    @property
    def hanging(self) -> list[str]:
        """For whom threads are still at work though their deadline has passed."""
        with self._lock:
            return [one.key for one in self._held if one.late]

    async def run(
        self, key: str, work: Callable[[], None], cut: Callable[[], None], deadline: float
    ) -> bool:
        """Do `work` in a thread of its own; True when it ended by itself before `deadline` (the
        loop's clock), False when it had to be left to `cut`, which must not block.

        `work` must not raise. Raises FailedError when there is no thread for it.
        """
        held = await self._take(key, deadline)
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def act() -> None:
            try:
                work()
            finally:
                self._give_back(held)
                _set(loop, done)

        threading.Thread(target=act, name=f"cli {key}", daemon=True).start()
        try:
            async with asyncio.timeout_at(deadline):
                await done.wait()
        except TimeoutError:
            return False
        finally:
            if not done.is_set():
                held.late = True
                cut()
        return True

    async def _take(self, key: str, deadline: float) -> _Held:
        """A place, as soon as there is one."""
        while True:
            with self._lock:
                held = self._place(key)
                if held is not None:
                    return held
                place = (asyncio.get_running_loop(), asyncio.Event())
                self._waiting.append(place)
            try:
                async with asyncio.timeout_at(deadline):
                    await place[1].wait()
            except TimeoutError:
                raise FailedError(Reason.INTERNAL, self._why(key), _BUSY) from None
            finally:
                with self._lock:
                    if place in self._waiting:
                        self._waiting.remove(place)

    def _place(self, key: str) -> _Held | None:
        """A place now, or None to wait for one. Raises FailedError where waiting is of no use."""
        same = [one for one in self._held if one.key == key]
        if any(one.late for one in same):
            message = "the conversation before still hangs, and was cut off; it is not asked again"
            raise FailedError(Reason.TIMEOUT, message, "is the device overloaded?")
        full = len(self._held) >= self._threads
        if full and (all(one.late for one in self._held) or len(self._waiting) >= self._most):
            raise FailedError(Reason.INTERNAL, self._full(), _BUSY)
        if same or full:
            return None
        held = _Held(key)
        self._held.append(held)
        return held

    def _why(self, key: str) -> str:
        """Why there was no place in time."""
        if any(one.key == key for one in self._held):
            return "another conversation with it took all the time"
        return self._full()

    def _full(self) -> str:
        names = ", ".join(one.key for one in self._held)
        late = sum(one.late for one in self._held)
        return f"no free thread: {len(self._held)} at work ({late} hang): {names}"

    def _give_back(self, held: _Held) -> None:
        with self._lock:
            self._held.remove(held)
            waiting, self._waiting = self._waiting, []
        for loop, free in waiting:
            _set(loop, free)


def _set(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits there
        loop.call_soon_threadsafe(event.set)


POOL = Pool()
"""The one of this process."""
