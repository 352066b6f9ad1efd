"""Continuous echoes between the pinger and the rest: rows every interval, facts to the engine.

The engine is told when a thing begins to answer, and of each echo that was lost, with the time of
the last answer. Echoes that our own machine refused to send are no evidence and are logged once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from zlib import crc32

from collector.pipeline import Pipeline
from collector.plan import Ping
from collector.verdicts.events import EchoHeard, EchoLost, EchoUnsent, Event
from probes.icmp import EchoCounts, IcmpUnavailableError, Pinger, echo_row
from probes.reading import Head, Row, row

log = logging.getLogger("hatang.reach")


class Reach:
    """Pings what the plan names and reports it. `tell` takes events for the engine."""

    def __init__(self, collector: str, tell: Callable[[Event], None], pipeline: Pipeline) -> None:
        self._collector = collector
        self._tell = tell
        self._pipeline = pipeline
        self._pings: dict[str, Ping] = {}
        self._addresses: dict[str, str] = {}
        self._due: dict[str, float] = {}
        self._unsent: dict[str, float] = {}
        self._pinger = Pinger(self._on_heard, self._on_lost, self._on_unsent)

    def load(self, pings: Mapping[str, Ping]) -> None:
        """Ping these addresses from now on. Raises IcmpUnavailableError where pings are refused."""
        now = time.time()
        for address in [a for a, p in self._pings.items() if pings.get(a) != p]:
            del self._pings[address]
            del self._due[address]
            self._unsent.pop(address, None)
            self._pinger.remove(address)
            self._pipeline.forget(f"icmp/{address}", now)
        for address, ping in pings.items():
            if address in self._pings:
                continue
            try:
                self._pinger.add(address, address, ping.interval)
            except ValueError as error:
                log.warning("address cannot be pinged", extra={"address": address, "why": error})
                continue
            self._pings[address] = ping
            self._due[address] = now + crc32(address.encode()) % 1000 / 1000 * ping.report
        self._addresses = {
            thing: address for address, ping in self._pings.items() for thing in ping.things
        }

    async def run(self) -> None:
        """Until cancelled: send echoes, and write each address's figures at its interval."""
        self._pinger.start()
        try:
            while True:
                await asyncio.sleep(1.0)
                self._hear_again()
                self.report(time.time())
        finally:
            self._pinger.close()

    def report(self, now: float) -> None:
        """Rows of every address whose interval has passed."""
        for address, due in self._due.items():
            if due <= now:
                ping = self._pings[address]
                self._due[address] = max(due + ping.report, now)
                counts = self._pinger.collect(address)
                if counts is not None:
                    rows = [found for head in ping.heads if (found := _row(head, counts))]
                    self._pipeline.observe(f"icmp/{address}", rows, now)

    def verify(self, thing: str) -> None:
        """Extra echoes at once, to be sure of a silence."""
        address = self._addresses.get(thing)
        if address is not None:
            self._pinger.burst(address)

    def _on_heard(self, address: str, _at: float) -> None:
        self._unsent.pop(address, None)
        for thing in self._pings[address].things:
            self._tell(EchoHeard(self._collector, thing))

    def _on_lost(self, address: str, _at: float) -> None:
        heard = self._pinger.last_heard(address) or 0.0
        for thing in self._pings[address].things:
            self._tell(EchoLost(self._collector, thing, heard))

    def _on_unsent(self, address: str, at: float, message: str) -> None:
        if address not in self._unsent:
            log.warning("echo not sent", extra={"address": address, "why": message})
        self._unsent[address] = at
        heard = self._pinger.last_heard(address) or 0.0
        for thing in self._pings[address].things:
            self._tell(EchoUnsent(self._collector, thing, heard, message))

    def _hear_again(self) -> None:
        """The pinger tells of an answer after a loss; after echoes that were not sent we look."""
        for address, since in list(self._unsent.items()):
            if (self._pinger.last_heard(address) or 0.0) > since:
                self._on_heard(address, since)


def _row(head: Head, counts: EchoCounts) -> Row | None:
    if head.subject == "icmp":
        return echo_row(head, counts)
    return row(
        head,
        {
            "sent_total": counts.sent_total,
            "received_total": counts.received_total,
            "rtt_seconds": counts.rtt,
            "jitter_seconds": counts.jitter,
            "loss_ratio": counts.loss_ratio,
        },
    )


__all__ = ["IcmpUnavailableError", "Reach"]
