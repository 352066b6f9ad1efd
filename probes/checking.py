"""One run of a check against a service: whatever goes wrong in it becomes a reading."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from probes.dial import Course, FailedError, failure
from probes.reading import Reading, Reason, Row


async def checked(
    deadline: float,
    talk: Callable[[Course], Awaitable[None]],
    rows: Callable[[Course], Iterable[Row | None]],
) -> Reading:
    """Have the dialogue `talk`, which raises FailedError or OSError where it falls short, before
    the deadline (the loop's clock); then `rows` says what was measured, also of half a dialogue.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    reading = Reading(start=time.time())
    course = Course(deadline)
    try:
        async with asyncio.timeout_at(deadline):
            await talk(course)
    except FailedError as error:
        _blame(reading, error)
    except OSError as error:
        _blame(reading, failure(error, course.phase))
    except Exception as error:  # noqa: BLE001 - whatever a server provokes becomes a reading
        _blame(reading, FailedError(Reason.INTERNAL, f"unexpected {type(error).__name__}"))
    finally:
        course.abort()
    reading.rows = [row for row in rows(course) if row]
    reading.duration = loop.time() - began
    return reading


def _blame(reading: Reading, error: FailedError) -> None:
    reading.reason, reading.message, reading.hint = error.reason, error.message, error.hint
