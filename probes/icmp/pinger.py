"""The pinger: sends echoes slot by slot, drains replies once a slot, tells who is lost and back.

Measured (benchmarks/ping.py): one wake-up a slot that fetches all replies, with the kernel's
receive times, costs about half of what fping does; a reader woken by each packet costs more and
measures its own latency. A loop that was held up finds the replies in the socket's buffer and
counts no false loss.
"""

import asyncio
import ipaddress
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable

from probes.icmp.packet import IDENTIFIERS, PAYLOAD, V4, V6, Echo
from probes.icmp.slots import Planner, place
from probes.icmp.track import LATE, TIMEOUT, EchoCounts, Track
from probes.icmp.wire import SocketAddress, Wire

SLOT = 0.02
"""Seconds of a time slot."""

SLOTS_AT_ONCE = 5
"""Slots sent in one turn of a late loop; the rest follow in the next turns, not in one burst."""

SLOTS_GIVEN_UP = 50
"""A loop held up for longer leaves these echoes out: they were never sent, so are no loss."""

WARM_UP = 5
"""Slots before the first echo on a new socket: the kernel turns receive times on a moment later."""

Heard = Callable[[str, float], None]
Unsent = Callable[[str, float, str], None]


def _quiet(_key: str, _at: float) -> None:
    """Nobody listens."""


def _quiet_unsent(_key: str, _at: float, _message: str) -> None:
    """Nobody listens."""


class Pinger:
    """Pings many addresses, each at its own interval, for as long as it runs.

    `on_lost(key, at)` is called for every echo that had no answer after a second; `on_heard(key,
    at)` only for news: the first answer ever and the first after a lost echo; `on_unsent(key, at,
    message)` when our own machine refused to send (no route, packet filter, no buffer), which says
    nothing of the device. `at` is `clock()` then. They run inside the loop, must be quick and must
    not raise.
    """

    def __init__(
        self,
        on_heard: Heard = _quiet,
        on_lost: Heard = _quiet,
        on_unsent: Unsent = _quiet_unsent,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._on_heard, self._on_lost, self._on_unsent = on_heard, on_lost, on_unsent
        self._clock = clock
        block = secrets.randbelow(0x10000 // IDENTIFIERS) * IDENTIFIERS
        payload = os.urandom(PAYLOAD)
        self._echoes = {4: Echo(V4, block, payload), 6: Echo(V6, block, payload)}
        self._wires: dict[int, Wire] = {}
        self._tracks: dict[str, Track] = {}
        self._sources: dict[SocketAddress, Track] = {}
        self._planner: Planner[Track] = Planner()
        self._waiting: deque[tuple[int, Track, int]] = deque()
        self._overdue: deque[tuple[int, Track, int]] = deque()
        self._slot = 0
        self._ready: dict[int, int] = {}
        self._origin = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, key: str, address: str, interval: float = 1.0) -> None:
        """Ping `address` (an IP literal) every `interval` seconds as `key`; also while running.

        Raises ValueError when the address cannot be pinged, or the key or address is pinged
        already, and IcmpUnavailableError when this machine does not let us ping in its family.
        """
        version, source = _resolve(address)
        if key in self._tracks or source in self._sources:
            raise ValueError(f"{address} ({key}) is pinged already")
        if version not in self._wires:
            self._wires[version] = Wire(self._echoes[version])
            self._ready[version] = self._slot + WARM_UP
        track = Track(key, source)
        track.identifier = self._echoes[version].block | place(key, IDENTIFIERS)
        track.interval = period = max(1, round(interval / SLOT))
        self._tracks[key] = self._sources[source] = track
        self._planner.add(track, key, period)
        if period > SLOTS_GIVEN_UP:
            self._planner.once(track, self._ready[version] + place(key, SLOTS_GIVEN_UP))

    def remove(self, key: str) -> None:
        """Stop pinging `key`. Raises KeyError when it is not pinged."""
        track = self._tracks.pop(key)
        del self._sources[track.address]
        self._planner.remove(track, key, track.interval)

    def burst(self, key: str, count: int = 6, spacing: float = 0.2) -> None:
        """Send `count` extra echoes from now on, `spacing` seconds apart, to verify a silence.

        While a burst of this key is under way another one is not begun. Raises KeyError.
        """
        track = self._tracks[key]
        if self._slot < track.burst_until:
            return
        step = max(1, round(spacing / SLOT))
        for number in range(count):
            track.burst_until = self._slot + 1 + number * step
            self._planner.once(track, track.burst_until)

    def collect(self, key: str) -> EchoCounts | None:
        """The figures of `key` since the last collection, or None when it is not pinged."""
        track = self._tracks.get(key)
        return track.collect() if track else None

    def last_heard(self, key: str) -> float | None:
        """When the last answer came, in `clock()`'s time; None when none did. Raises KeyError."""
        heard = self._tracks[key].heard
        return None if heard is None else self._clock() - (time.monotonic_ns() - heard) / 1e9

    def __contains__(self, key: str) -> bool:
        return key in self._tracks

    def __len__(self) -> int:
        return len(self._tracks)

    @property
    def overflowed(self) -> int:
        """Packets lost in our own receive buffers: above 0, loss may be ours."""
        return sum(wire.overflowed for wire in self._wires.values())

    def start(self) -> None:
        """Begin, in the running loop."""
        loop = asyncio.get_running_loop()
        self._origin = loop.time() - self._slot * SLOT
        self._timer = loop.call_later(SLOT, self._turn)

    def close(self) -> None:
        """Stop for good, and close the sockets."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        for wire in self._wires.values():
            wire.close()
        self._wires.clear()

    def _turn(self) -> None:
        """One wake-up: replies first, so that a late loop counts no false loss."""
        loop = asyncio.get_running_loop()
        try:
            self._hear()
            self._send_due(loop.time())
            self._expire(time.monotonic_ns())
        finally:
            self._timer = loop.call_at(self._origin + (self._slot + 1) * SLOT, self._turn)

    def _send_due(self, now: float) -> None:
        current = int((now - self._origin) / SLOT)
        if current - self._slot > SLOTS_GIVEN_UP:
            self._slot = current - 1
        last = min(current, self._slot + SLOTS_AT_ONCE)
        while self._slot < last:
            self._slot += 1
            for track in list(self._planner.due(self._slot)):
                self._send(track)

    def _hear(self) -> None:
        sources = self._sources
        for wire in self._wires.values():
            for source, sequence, at in wire.drain():
                track = sources.get(source)
                if track is not None and track.answered(sequence, at):
                    self._on_heard(track.key, self._clock())

    def _send(self, track: Track) -> None:
        version = 4 if len(track.address) == 2 else 6
        if self._slot < self._ready[version] or self._tracks.get(track.key) is not track:
            return
        sequence = (track.sequence + 1) & 0xFFFF
        packet = self._echoes[version].request(track.identifier, sequence)
        at = time.monotonic_ns()
        try:
            self._wires[version].send(packet, track.address)
        except OSError as error:
            track.refused(error.strerror or str(error))
            self._on_unsent(track.key, self._clock(), track.unsent_message)
            return
        track.sent(sequence, at)
        self._waiting.append((at, track, sequence))

    def _expire(self, now: int) -> None:
        waiting, overdue = self._waiting, self._overdue
        while waiting and now - waiting[0][0] >= TIMEOUT:
            entry = waiting.popleft()
            track = entry[1]
            if track.overdue(entry[2]) and self._tracks.get(track.key) is track:
                overdue.append(entry)
                self._on_lost(track.key, self._clock())
        while overdue and now - overdue[0][0] >= LATE:
            _at, track, sequence = overdue.popleft()
            track.expired(sequence)


def _resolve(address: str) -> tuple[int, SocketAddress]:
    """The family and the address as the kernel tells a reply's source."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.is_multicast or parsed.is_unspecified:
        raise ValueError(f"{address} is not the address of one device")
    if isinstance(parsed, ipaddress.IPv4Address):
        return 4, (str(parsed), 0)
    try:
        scope = socket.if_nametoindex(parsed.scope_id) if parsed.scope_id else 0
    except OSError as error:
        raise ValueError(f"{address}: no interface {parsed.scope_id}") from error
    return 6, (str(parsed).partition("%")[0], 0, 0, scope)
