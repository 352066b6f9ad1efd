"""A survey: the sweep, and behind it a few askers that take up what it heard.

What was found so far can be read at any time, also after an interruption.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.discover import identify
from collector.discover.found import Access, Answer
from collector.discover.sweep import Sweep

ASKERS = 32
"""Devices that are asked over SNMP at once."""


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to ask and how: echoes a second, seconds of patience, sets of access data in order."""

    addresses: Sequence[str]
    ways: Sequence[Access] = ()
    port: int = 161
    rate: float = 100.0
    timeout: float = 2.0


@dataclass(slots=True)
class Counts:
    """How far it is: echoes `sent` of `total`, addresses that `answer`, those `asked` over SNMP
    and those `identified`.
    """

    sent: int
    total: int
    answering: int
    asked: int
    identified: int


class Survey:
    """A survey at work. `answers` are by address: with no `access` where only pings are answered,
    or where it was not asked yet.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._sweep = Sweep(order.addresses, order.rate, self._heard)
        self._asked = 0
        self.answers: dict[str, Answer] = {}
        self.done = False

    @property
    def asks(self) -> bool:
        """True when those that answer are asked over SNMP."""
        return bool(self._order.ways)

    @property
    def unsent(self) -> Counter[str]:
        """Echoes that our own machine refused to send, by reason."""
        return self._sweep.unsent

    def counts(self) -> Counts:
        """How far it is."""
        known = sum(bool(one.access) for one in self.answers.values())
        return Counts(self._sweep.sent, self._sweep.total, len(self.answers), self._asked, known)

    async def run(self) -> None:
        """Ask everybody. Raises IcmpUnavailableError where this machine may not ping."""
        askers = [
            asyncio.create_task(self._ask()) for _ in range(ASKERS if self._order.ways else 0)
        ]
        try:
            await self._sweep.run(self._order.timeout)
            for _ in askers:
                self._queue.put_nowait(None)
            await asyncio.gather(*askers)
        finally:
            for one in askers:
                one.cancel()
        self.done = True

    def _heard(self, address: str) -> None:
        self.answers[address] = Answer(address)
        self._queue.put_nowait(address)

    async def _ask(self) -> None:
        order = self._order
        while (address := await self._queue.get()) is not None:
            answer = await identify.ask(address, order.port, order.ways, order.timeout)
            self.answers[address] = answer
            self._asked += 1


@dataclass(slots=True)
class Tally:
    """At how many addresses a set of access data was refused for one reason, and a sentence why."""

    access: str
    reason: str
    count: int = 0
    message: str = ""
    hint: str = ""


def refusals(answers: Iterable[Answer]) -> list[Tally]:
    """Why those that answer pings were not identified, the most frequent first."""
    found: dict[tuple[str, str], Tally] = {}
    for answer in answers:
        for one in () if answer.access else answer.refusals:
            tally = found.setdefault(one[:2], Tally(one.access, one.reason))
            tally.count += 1
            tally.message, tally.hint = one.message, one.hint
    return sorted(found.values(), key=lambda one: -one.count)
