"""Maintenance that operators announce at run time: kept in the journal, told to the engine.

What is announced ahead in the inventory is not here: the engine knows it from the topology.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from collector.incidents import DISK, NotWrittenError
from collector.journal import Announced, Journal, Mark, Said
from collector.verdicts.events import Operator
from inventory.model import Maintenance, Thing

MOST = 200
"""Windows that may stand at once."""


class TooManyWindowsError(ValueError):
    """No more can be announced until some are over."""


class NoWindowError(KeyError):
    """There is none with that id that still stands."""


class Windows:
    """The windows that stand. Lives in the loop."""

    def __init__(self, journal: Journal, collector: str, tell: Callable[[Operator], None]) -> None:
        """`tell` puts a fact to the engine, which holds one span of time for each thing."""
        self._journal = journal
        self._collector = collector
        self._tell = tell
        self._told: dict[str, tuple[float, float]] = {}

    def standing(self, now: float) -> Sequence[Announced]:
        """Those that are not over, by id."""
        return [one for one in self._journal.windows if not one.over(now)]

    def effective(self) -> Sequence[Maintenance]:
        """All that were, are and will be in effect, as the inventory writes such."""
        found = []
        for one in self._journal.windows:
            end = min(one.end, one.ended.at) if one.ended else one.end
            if end > one.start:
                start, stop = (datetime.fromtimestamp(at, UTC) for at in (one.start, end))
                what = tuple(Thing(*thing.split(":", 1)) for thing in one.what)
                found.append(Maintenance(what, one.why, start, stop))
        return found

    def restate(self, now: float) -> None:
        """Tell the engine what changed of each thing's next span: after a start, each minute."""
        spans: dict[str, tuple[float, float]] = {}
        for one in sorted(self.standing(now), key=lambda one: one.start):
            for thing in one.what:
                start, end = spans.setdefault(thing, (one.start, one.end))
                if one.start <= end:
                    spans[thing] = (start, max(end, one.end))
        for thing in self._told.keys() - spans.keys():
            self._tell(Operator(self._collector, thing, "end-maintenance", ""))
        for thing, (start, end) in spans.items():
            if self._told.get(thing) != (start, end):
                self._tell(Operator(self._collector, thing, "maintenance", "", "", start, end))
        self._told = spans

    async def announce(
        self, what: Sequence[str], why: str, span: tuple[float, float], who: str, at: float
    ) -> Announced:
        """From `span[0]` to `span[1]` (Unix seconds) nobody is to be told of these things and what
        hangs below. Raises TooManyWindowsError, NotWrittenError.
        """
        if len(self.standing(at)) >= MOST:
            raise TooManyWindowsError(f"{MOST} windows stand already")
        one = Announced(self._journal.number("maintenance"), tuple(what), why, who, *span)
        await self._keep(one, "announced", Mark(at, who))
        return one

    def find(self, number: int, now: float) -> Announced:
        """One that is not over. Raises NoWindowError."""
        found = next((one for one in self.standing(now) if one.id == number), None)
        if found is None:
            raise NoWindowError(number)
        return found

    async def extend(self, number: int, end: float, who: str, at: float) -> Announced:
        """Let one end at another time. Raises NoWindowError, NotWrittenError."""
        moved = replace(self.find(number, at), end=end)
        await self._keep(moved, "extended", Mark(at, who))
        return moved

    async def end(self, number: int, who: str, at: float) -> Announced:
        """Call one off, or cut it short. Raises NoWindowError, NotWrittenError."""
        ended = replace(self.find(number, at), ended=Mark(at, who))
        await self._keep(ended, "ended", Mark(at, who))
        return ended

    async def _keep(self, one: Announced, what: str, by: Mark) -> None:
        self._journal.announce(one, by.at, _said(one, what, by.who))
        self.restate(by.at)
        if not await asyncio.to_thread(self._journal.flush, DISK):
            raise NotWrittenError(self._journal.problem or "the disk does not answer")


def _said(one: Announced, what: str, who: str) -> list[Said]:
    detail = {
        "maintenance": one.id,
        "what": what,
        "who": who,
        "why": one.why,
        "from": one.start,
        "to": one.end,
    }
    return [Said("maintenance", thing, what, detail) for thing in one.what]
