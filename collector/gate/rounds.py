"""The gate at work: keep what it holds, push it to every Alertmanager, ask vmalert, take its posts.

Kept before it is told: whatever a peer was sent is known after a `kill -9` too.
"""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Sequence

import aiohttp

from collector.gate.gate import AT_ONCE, Gate
from collector.gate.held import Key
from collector.gate.incoming import read
from collector.gate.peer import Peer, parse_address, payload
from collector.gate.ruling import MOST, Ruling
from collector.gate.ruling import read as read_ruling
from collector.gate.shelf import Shelf

log = logging.getLogger("hatang.gate")

TURN = 1.0
"""Seconds between two looks at what changed by itself: masks that end, posts that stay away."""

TOGETHER = 0.05
"""Seconds that news wait for more of the same step, so that they go in one post."""

PUSH_EVERY = 30.0
"""Seconds between two posts of the same: a peer that restarted knows everything so soon."""

ASK_EVERY = 3.0
"""Seconds between two questions to vmalert, while there is anything to ask."""

ASKED = 2_000
"""Alerts that one answer is held against; there are never so many on a good day."""


class Rounds:
    """The gate of a running collector. `peers` are Alertmanagers' URLs, `vmalert` is the URL of
    the vmalert whose notifier the gate is, "" for none.
    """

    def __init__(
        self,
        gate: Gate,
        shelf: Shelf,
        peers: Sequence[str],
        vmalert: str = "",
        clock: Callable[[], float] = time.time,
        written: Callable[[], object] = bool,
    ) -> None:
        """Raises PeerInvalid. `written` blocks, not for long, until the incidents are on disk."""
        self.gate = gate
        self.peers = tuple(Peer(url) for url in peers)
        self._vmalert = parse_address(vmalert) if vmalert else None
        self._shelf = shelf
        self._clock = clock
        self._written = written
        self._wake = asyncio.Event()
        self._unkept: dict[Key, str | None] = {}
        self._shelf_fails = False
        self._next = 0
        self._warned = False

    def recall(self) -> None:
        """What was held before, once, before anything is told. Raises as `Shelf.load` does."""
        self.gate.recall(self._shelf.load(), self._clock())

    def wake(self) -> None:
        """There is news."""
        self._wake.set()

    async def take(self, body: bytes) -> int:
        """A post of vmalert's; how many alerts made sense. Raises AlertsRefusedError."""
        posted = await asyncio.to_thread(read, body)
        if posted and self._vmalert is None and not self._warned:
            self._warned = True
            log.warning(
                "alerts of rules come in and will never end: no vmalert is known that could be"
                " asked; give --vmalert URL",
                extra={"alert": posted[0].key.alertname},
            )
        now = self._clock()
        for at in range(0, len(posted), AT_ONCE):
            self.gate.alerts(posted[at : at + AT_ONCE], now)
            await asyncio.sleep(0)
        self.wake()
        return len(posted)

    async def run(self) -> None:
        """Until cancelled."""
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(cookie_jar=jar) as session, asyncio.TaskGroup() as tasks:
            for peer in self.peers:
                tasks.create_task(peer.run(session))
            if self._vmalert is not None:
                tasks.create_task(self._ask_on(session))
            await self._turns()

    async def _turns(self) -> None:
        loop = asyncio.get_running_loop()
        push_at = loop.time()
        while True:
            self._wake.clear()
            try:
                if self.gate.step(self._clock()) or loop.time() >= push_at:
                    push_at = loop.time() + PUSH_EVERY
                    await self._push()
                self._note_accepted()
                await self._keep()
            except Exception:  # whatever it is, people must be told of the next thing
                log.exception("a turn of the gate failed; the next one goes on")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), TURN)
                await asyncio.sleep(TOGETHER)

    async def _push(self) -> None:
        await asyncio.gather(self._keep(), asyncio.to_thread(self._written))
        told = []
        for part in self.gate.parts(self._clock()):
            told += part
            await asyncio.sleep(0)
        what = await asyncio.to_thread(payload, told, self.gate.ended())
        for peer in self.peers:
            peer.offer(what)

    def _note_accepted(self) -> None:
        if self.peers:
            for ending in frozenset.intersection(*(peer.taken for peer in self.peers)):
                self.gate.accepted(ending)

    async def _keep(self) -> None:
        for number, (key, held) in enumerate(self.gate.taken().items(), 1):
            self._unkept[key] = held.dump() if held is not None else None
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        if not self._unkept:
            return
        try:
            await asyncio.to_thread(self._shelf.save, self._unkept)
        except sqlite3.Error as error:
            if not self._shelf_fails:
                log.error("what the gate holds cannot be kept", extra={"error": str(error)})
            self._shelf_fails = True
            return
        self._unkept, self._shelf_fails = {}, False

    async def _ask_on(self, session: aiohttp.ClientSession) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY)
            try:
                await self._judge(session)
            except Exception:  # whatever it is, what is held stays held and is asked about again
                log.exception("vmalert's answer could not be used")

    async def _judge(self, session: aiohttp.ClientSession) -> None:
        """Hold what vmalert no longer posts against its answer, and against what was read."""
        keys = self._in_turn(self.gate.asked(self._clock()))
        ruling = await self._ask(session) if keys else None
        for at in range(0, len(keys), AT_ONCE):
            some = keys[at : at + AT_ONCE]
            self.gate.sight(some, self._clock())
            if ruling is not None:
                self.gate.weigh(some, ruling, self._clock())
            await asyncio.sleep(0)
        if keys:
            self.wake()

    def _in_turn(self, keys: list[Key]) -> list[Key]:
        """So many of them as one answer is good for, each time others."""
        at = self._next if self._next < len(keys) else 0
        self._next = at + ASKED
        return keys[at : self._next]

    async def _ask(self, session: aiohttp.ClientSession) -> Ruling | None:
        """vmalert's answer, None when there is none: then everything stays as it is."""
        assert self._vmalert is not None
        at = self._clock()
        try:
            async with session.get(
                f"{self._vmalert.url}/api/v1/rules",
                headers=self._vmalert.headers,
                timeout=aiohttp.ClientTimeout(total=ASK_EVERY),
            ) as answer:
                body = bytearray()
                async for part in answer.content.iter_chunked(1 << 16):
                    body += part
                    if len(body) > MOST:
                        log.error("vmalert's answer is too large", extra={"bytes": len(body)})
                        return None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None
        return await asyncio.to_thread(read_ruling, bytes(body), at)
