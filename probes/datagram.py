"""A question in one datagram, asked again at intervals until the answer to it comes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from probes.dial import Course, literal

Answer = TypeVar("Answer")


class _Ear(asyncio.DatagramProtocol):
    """Keeps what comes from whom was asked; the kernel drops the rest."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[bytes, float] | OSError] = asyncio.Queue(64)

    def datagram_received(self, data: bytes, _address: object) -> None:
        if not self.arrived.full():
            self.arrived.put_nowait((data, asyncio.get_running_loop().time()))

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError) and not self.arrived.full():
            self.arrived.put_nowait(exc)


async def exchange(
    where: tuple[str, int],
    question: Callable[[], bytes],
    read: Callable[[bytes, float], Answer | None],
    again: Sequence[float],
    course: Course,
) -> Answer:
    """The first answer that `read` takes (its bytes, and when it came in the loop's clock).

    `question` is made anew each time it is sent: at once, and after each pause of `again`, in
    seconds. Raises OSError (TimeoutError when nothing came after the last pause), FailedError; the
    caller bounds the time.
    """
    loop = asyncio.get_running_loop()
    address = await literal(where[0], course)
    course.begin("answer")
    made, ear = await loop.create_datagram_endpoint(_Ear, remote_addr=(address, where[1]))
    try:
        for pause in again:
            made.sendto(question())
            try:
                async with asyncio.timeout(pause):
                    while True:
                        found = await _next(ear, read)
                        if found is not None:
                            course.end()
                            return found
            except TimeoutError:
                continue
        raise TimeoutError
    finally:
        made.abort()


async def _next(ear: _Ear, read: Callable[[bytes, float], Answer | None]) -> Answer | None:
    came = await ear.arrived.get()
    if isinstance(came, OSError):
        raise came
    return read(*came)
