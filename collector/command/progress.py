"""How a survey gets on, on stderr: bars on a terminal, else a line every few seconds."""

import asyncio
import sys
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from collector.discover.survey import Counts, Survey

REFRESH = 0.2
"""Seconds between two looks at a survey."""
EVERY = 5.0
"""Seconds between two lines."""


async def watched(survey: Survey, addresses: int, rate: float) -> None:
    """Run a survey to its end and show how far it is. Raises what it raises."""
    work = asyncio.create_task(survey.run())
    try:
        if sys.stderr.isatty():
            await _bars(survey, work)
        else:
            await _lines(survey, work, addresses, rate)
        await work
    finally:
        work.cancel()


async def _follow(work: asyncio.Task[None], seconds: float, show: Callable[[], None]) -> None:
    while not work.done():
        show()
        await asyncio.wait([work], timeout=seconds)
    show()


async def _bars(survey: Survey, work: asyncio.Task[None]) -> None:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[told]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        pings = progress.add_task("ping", total=None, told="")
        snmp = progress.add_task("SNMP", total=None, told="", visible=survey.asks)

        def show() -> None:
            now = survey.counts()
            told = f"{now.answering} answer"
            progress.update(pings, completed=now.sent, total=now.total, told=told)
            told = f"{now.identified} identified"
            progress.update(snmp, completed=now.asked, total=now.answering or None, told=told)

        await _follow(work, REFRESH, show)


async def _lines(survey: Survey, work: asyncio.Task[None], addresses: int, rate: float) -> None:
    about = _span(survey.counts().total / rate)
    noun = "address" if addresses == 1 else "addresses"
    _say(f"{addresses} {noun}, {rate:g} echoes a second, {about} at most for pings")
    clock = asyncio.get_running_loop().time
    begun = clock()

    def show() -> None:
        now = survey.counts()
        if not now.sent:
            return
        left = remaining(now, rate, clock() - begun)
        parts = [f"{now.sent} of {now.total} echoes sent", f"{now.answering} answer"]
        if survey.asks:
            parts += [f"{now.asked} asked over SNMP", f"{now.identified} identified"]
        _say(", ".join([*parts, *([f"about {_span(left)} left"] if left else [])]))

    await _follow(work, EVERY, show)


def remaining(now: Counts, rate: float, elapsed: float) -> float:
    """Seconds that are probably left: of the pings by their rate, of the asking by how it went so
    far, whichever is longer.
    """
    pings = (now.total - now.sent) / rate
    waiting = now.answering - now.asked
    return max(pings, elapsed / now.asked * waiting if now.asked else 0.0)


def _say(text: str) -> None:
    print(f"hatang discover: {text}", file=sys.stderr, flush=True)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
