"""What devices say unasked, traps and syslog: counted by kind, written down, and a reason to look.

Only devices of the inventory are listened to, by their addresses, and each only so much: what is
over its budget is counted and not read, so that a mad device costs the others nothing.
"""

import asyncio
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from collector.journal import Journal
from collector.plan import Plan
from collector.verdicts.events import Event, Hint
from probes import syslog
from probes.ear import bound
from probes.reading import Head, Row
from probes.snmp.agent import Community, security
from probes.snmp.usm import User
from probes.traps import Trap

log = logging.getLogger("hatang.overheard")

RATE, BURST = 10.0, 100.0
"""Traps of one device that are read: so many a second, so many at once (0.7 ms of work each)."""

ALL_RATE, ALL_BURST = 100.0, 500.0
"""Traps of all devices together, but for those that speak seldom."""

SELDOM = 10.0
"""Traps that a device has said of late and is still heard, however many mad ones there are."""

USUAL = 512
"""Bytes of a trap; a longer one takes as much work as several."""

LINES_RATE, LINES_BURST = 200.0, 1000.0
"""Messages of one device that are read."""

KEPT_RATE, KEPT_BURST = 2.0, 100.0
"""Of those, written down as events."""

CONNECTIONS = 256
"""Syslog connections at once."""

CONNECTIONS_EACH = 8
"""Of one sender."""

Address = tuple[str, int]


class Ears(NamedTuple):
    """Where we listen: (address, port) for traps, and for syslog over UDP and TCP; None for not."""

    traps: Address | None = None
    syslog: Address | None = None


@dataclass(slots=True)
class Budget:
    """So many a second, so many at once."""

    rate: float
    burst: float
    left: float = -1.0
    at: float = 0.0

    def at_hand(self, now: float) -> float:
        """How much is left."""
        gained = (now - self.at) * self.rate if self.left >= 0 else self.burst
        self.left = min(max(self.left, 0.0) + gained, self.burst)
        self.at = now
        return self.left

    def take(self, now: float, cost: int = 1) -> bool:
        """Whether there is so much left; then it is less by that."""
        if self.at_hand(now) < cost:
            return False
        self.left -= cost
        return True


@dataclass(slots=True)
class Speaker:
    """A device as one that speaks: counts by kind and word, what it may still say, and what was
    not read since that was told.
    """

    name: str
    site: str
    traps: Budget
    lines: Budget
    kept: Budget
    counts: Counter[tuple[str, str]]
    limited: Counter[str]


def _speaker(name: str) -> Speaker:
    budgets = (Budget(RATE, BURST), Budget(LINES_RATE, LINES_BURST), Budget(KEPT_RATE, KEPT_BURST))
    return Speaker(name, "", *budgets, Counter(), Counter())


class Overheard:
    """The listening of one collector. `strangers` counts packets from addresses of no device."""

    def __init__(self, ears: Ears, journal: Journal, tell: Callable[[Event], None]) -> None:
        self.strangers = 0
        self.addresses: dict[str, str] = {}
        self._ears = ears
        self._journal = journal
        self._tell = tell
        self._collector = ""
        self._speakers: dict[str, Speaker] = {}
        self._by_address: dict[str, Speaker] = {}
        self._all = Budget(ALL_RATE, ALL_BURST)
        self._receiver: Any = None
        self._closing: list[Callable[[], None]] = []
        self._streams: Counter[str] = Counter()

    async def open(self) -> None:
        """Begin to listen. Raises OSError where this machine does not let us."""
        if self._ears.traps is not None:
            from probes.traps.receiver import Receiver  # pysnmp is only for those who listen

            self._receiver = Receiver(self._ears.traps, self._admit, self._trap, self._refused)
            self._closing.append(self._receiver.close)
            self.addresses["traps"] = _shown(self._receiver.address)
        if self._ears.syslog is not None:
            await self._open_syslog(self._ears.syslog)

    async def _open_syslog(self, address: Address) -> None:
        loop = asyncio.get_running_loop()
        sock = bound(address, socket.SOCK_DGRAM)
        self._closing.append(sock.close)
        here: Address = sock.getsockname()[:2]
        ears = syslog.Datagrams(self._line)
        ear, _ = await loop.create_datagram_endpoint(lambda: ears, sock=sock)
        self._closing[-1] = ear.close
        listening = bound(here, socket.SOCK_STREAM)
        self._closing.append(listening.close)
        server = await loop.create_server(
            lambda: syslog.Stream(self._line, self._welcome, self._left), sock=listening
        )
        self._closing[-1] = server.close
        self.addresses["syslog"] = _shown(here)

    def close(self) -> None:
        """Listen no more."""
        while self._closing:
            self._closing.pop()()

    def load(self, plan: Plan) -> None:
        """Listen to the devices of this plan."""
        self._collector = plan.collector
        devices = [
            one
            for one in plan.inventory.devices.values()
            if one.collector == plan.collector and one.lifecycle == "active"
        ]
        before = self._speakers
        self._speakers = {one.name: before.get(one.name) or _speaker(one.name) for one in devices}
        self._by_address = {}
        for one in devices:
            self._speakers[one.name].site = one.site
            for address in one.addresses:
                self._by_address.setdefault(address, self._speakers[one.name])
        if self._receiver is not None:
            self._receiver.trust(_access(plan))

    def rows(self, now: float) -> list[Row]:
        """What was counted, and once more a word on what was not read."""
        found: list[Row] = []
        for one in self._speakers.values():
            for (kind, word), count in one.counts.items():
                label = "trap" if kind == "trap" else "severity"
                head = Head(kind, (("device", one.name), ("site", one.site), (label, word)))
                found.append(Row(head, b"received_total=%d" % count))
            for kind, count in one.limited.items():
                text = f"{count} not read: more than one device may say"
                self._journal.event(kind, f"device:{one.name}", text, now, limited=count)
                log.warning("device says too much", extra={"device": one.name, kind: count})
            one.limited.clear()
        return found

    def _admit(self, source: str, size: int) -> bool:
        """Whether a packet of this sender is read at all; a long one counts as several."""
        speaker = self._by_address.get(source)
        if speaker is None:
            self.strangers += 1
            return False
        now, cost = time.monotonic(), 1 + size // USUAL
        seldom = speaker.traps.at_hand(now) > BURST - SELDOM
        if speaker.traps.take(now, cost) and (seldom or self._all.take(now, cost)):
            return True
        self._limit(speaker, "trap")
        return False

    def _trap(self, trap: Trap) -> None:
        speaker = self._by_address.get(trap.source)
        if speaker is None:
            return
        speaker.counts["trap", trap.name] += 1
        thing = f"device:{speaker.name}"
        text = " ".join(filter(None, (trap.name, trap.interface)))
        if trap.name == "other":
            text = trap.oid
        said = {"oid": trap.oid, "values": dict(trap.values)}
        self._journal.event("trap", thing, text, time.time(), **said)
        if trap.look:
            self._tell(Hint(self._collector, thing, trap.look))

    def _refused(self, source: str) -> None:
        """A packet that we may not read: told once until the next count."""
        speaker = self._by_address.get(source)
        if speaker is None:
            return
        speaker.counts["trap", "refused"] += 1
        if speaker.kept.take(time.monotonic()):
            text = "refused: wrong community, user or key, or no trap at all"
            self._journal.event("trap", f"device:{speaker.name}", text, time.time())

    def _line(self, source: str, raw: bytes) -> bool:
        """One message; False when its sender has said enough for now."""
        speaker = self._by_address.get(source)
        if speaker is None:
            self.strangers += 1
            return False
        now = time.monotonic()
        if not speaker.lines.take(now):
            self._limit(speaker, "syslog")
            return False
        message = syslog.parse(raw)
        speaker.counts["syslog", message.severity] += 1
        if not speaker.kept.take(now):
            speaker.limited["syslog"] += 1
            return True
        text = f"{message.app}: {message.text}" if message.app else message.text
        said = {"severity": message.severity, "facility": message.facility}
        self._journal.event("syslog", f"device:{speaker.name}", text, time.time(), **said)
        return True

    def _limit(self, speaker: Speaker, kind: str) -> None:
        speaker.counts[kind, "limited"] += 1
        speaker.limited[kind] += 1

    def _welcome(self, source: str) -> bool:
        """Whether this sender may keep a connection; a stranger may not, nor one too many."""
        if source not in self._by_address:
            self.strangers += 1
            return False
        if self._streams[source] >= CONNECTIONS_EACH or self._streams.total() >= CONNECTIONS:
            return False
        self._streams[source] += 1
        return True

    def _left(self, source: str) -> None:
        self._streams[source] -= 1


def _access(plan: Plan) -> Mapping[str, Sequence[Community | User]]:
    """What devices may show, by address: what they are asked with."""
    found: dict[str, list[Community | User]] = {}
    for job in plan.jobs.values():
        credential = job.target.credentials.get("snmp")
        if job.kind == "device" and credential:
            shown = security(credential)
            for address in job.target.addresses:
                known = found.setdefault(address, [])
                if shown not in known:
                    known.append(shown)
    return found


def _shown(address: Address) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{host}:{address[1]}"
