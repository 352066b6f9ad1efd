"""Plays a world to a state engine under a clock of its own: echoes, polls and checks as the
collector does them, told in the order in which they would arrive.

Echoes that everybody answers are not played one by one: nobody is told of them.
"""

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from zlib import crc32

from collector.verdicts.events import (
    EchoHeard,
    EchoLost,
    Event,
    InventoryChanged,
    Polled,
    Tick,
)
from collector.verdicts.verdict import News, Outcome
from tests.verdicts.world import COLLECTOR, ROOT, Fault, Gone, Span, World, spans

BASE = 1_790_000_000.0
"""When a play begins, in Unix seconds."""

SETTLED_IN = 6.0
"""Seconds until every device was heard once; nothing breaks before."""


class Steps(Protocol):
    """What is played to."""

    def step(self, event: Event, now: float) -> Outcome: ...


@dataclass(slots=True)
class Track:
    """What the pinger holds of one address. `silent`: echoes lost in a row, -1 before the first
    answer. Asleep while every echo is answered.
    """

    thing: str
    every: float
    phase: float
    heard: float = 0.0
    silent: int = -1
    asleep: bool = True
    burst_until: float = 0.0
    seed: int = 0
    drawn: int = 0


@dataclass(slots=True)
class Job:
    """What polls one device or service; what is asked while it runs is asked `again` after it."""

    thing: str
    probe: str
    every: float
    running: bool = False
    again: bool = False
    seed: int = 0
    drawn: int = 0


@dataclass(slots=True)
class Play:
    """One run of a world with its faults. After `run`: `news`, and `life`, every sign of life that
    was told, as (seconds, thing). `look` is called before each span begins, with its number.
    """

    world: World
    faults: Sequence[Fault]
    engine: Steps
    seed: int
    loss: float = 0.0
    until: float = 0.0
    timeout: float = 2.0
    news: list[News] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    told: list[tuple[Event, float]] = field(default_factory=list)
    life: list[tuple[float, str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    look: Callable[["Play", int], None] | None = None
    record: bool = False
    now: float = 0.0
    _rng: random.Random = field(default_factory=random.Random)
    _gone: Gone = frozenset()
    _alive: frozenset[str] = frozenset()
    _tracks: dict[str, Track] = field(default_factory=dict)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _booted: dict[str, float] = field(default_factory=dict)
    _queue: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = field(
        default_factory=list
    )
    _number: int = 0

    def run(self) -> None:
        """From the first look at everything to `until`."""
        self._rng.seed(self.seed)
        self.spans = spans(self.world, self.faults, self.until)
        self._tell(InventoryChanged(COLLECTOR, self.world.topology()))
        self._begin()
        for number, span in enumerate(self.spans):
            self._at(span.start, self._turn, number)
        self._at(0.2 * self._share("tick"), self._tick)
        queue = self._queue
        while queue and queue[0][0] <= self.until:
            self.now, _, act, args = heapq.heappop(queue)
            act(*args)

    def _at(self, when: float, act: Callable[..., None], *args: object) -> None:
        self._number += 1
        heapq.heappush(self._queue, (when, self._number, act, args))

    def _tell(self, event: Event) -> None:
        at = BASE + self.now
        outcome = self.engine.step(event, at)
        if self.record:
            self.told.append((event, at))
            self.outcomes.append(outcome)
        self.news += outcome.news
        for ask in outcome.asks:
            self._asked(ask.thing, ask.kind)

    def _asked(self, thing: str, kind: str) -> None:
        if kind == "poll":
            job = self._jobs.get(thing)
            if job is not None:
                self._poll(job)
            return
        track = self._tracks.get(thing)
        if track is not None and self.now >= track.burst_until:
            track.burst_until = self.now + 1.02
            for number in range(6):
                self._at(self.now + 0.02 + 0.2 * number, self._echo, track)

    def _share(self, name: str) -> float:
        """A stable draw for a name in this play."""
        return crc32(f"{self.seed}/{name}".encode()) / 2**32

    def _begin(self) -> None:
        pinged = {f"device:{one.name}": one.ping for one in self.world.boxes.values() if one.ping}
        pinged |= {f"circuit:{one.name}": 1.0 for one in self.world.wires.values() if one.probed}
        for thing, every in pinged.items():
            track = self._tracks[thing] = Track(thing, every, self._share(thing) * every)
            track.seed = crc32(thing.encode(), self.seed)
            self._at(track.phase, self._send, track)
        jobs = [
            Job(f"device:{n}", "snmp", x.interval) for n, x in self.world.boxes.items() if x.polled
        ]
        jobs += [Job(f"service:{n}", "http", x.interval) for n, x in self.world.works.items()]
        for job in jobs:
            self._jobs[job.thing] = job
            job.seed = crc32(b"poll " + job.thing.encode(), self.seed)
            first = SETTLED_IN / 2 * self._share(job.thing + "/first")
            self._at(first, self._poll, job)
            self._at(first + job.every * (0.1 + 0.9 * self._share(job.thing)), self._due, job)

    def _tick(self) -> None:
        self._tell(Tick(COLLECTOR))
        self._at(self.now + 0.2, self._tick)

    def _turn(self, number: int) -> None:
        """The world changes: those that fall silent are played again."""
        if self.look is not None:
            self.look(self, number)
        before, was = self._gone, self._alive
        self._gone = self.spans[number].gone()
        self._alive = self.world.answering(self._gone)
        for thing in before - self._gone:
            self._booted[thing] = self.now
        for thing in was - self._alive:
            track = self._tracks.get(thing)
            if track is not None and track.asleep:
                self._wake(track)

    def _wake(self, track: Track) -> None:
        """Echoes are played again from the next one on."""
        steps = (self.now - track.phase) // track.every
        track.asleep = False
        track.heard = max(track.heard, track.phase + steps * track.every + 0.02)
        self._at(track.phase + (steps + 1) * track.every, self._send, track)

    def _send(self, track: Track) -> None:
        if not self.loss and track.silent == 0 and track.thing in self._alive:
            track.asleep = True
            return
        track.asleep = False
        self._echo(track)
        self._at(self.now + track.every, self._send, track)

    def _echo(self, track: Track) -> None:
        draw = self._chance(track)
        if track.thing in self._alive and not (self.loss and self._rng.random() < self.loss):
            self._at(self.now + 0.001 + 0.08 * draw, self._answered, track)
        else:
            self._at(self.now + 1.0 + 0.06 * draw, self._overdue, track)

    def _chance(self, one: "Track | Job") -> float:
        """A draw of its own for each echo and poll, so that leaving out others changes nothing."""
        one.drawn += 1
        return crc32(b"%d" % one.drawn, one.seed) / 2**32

    def _answered(self, track: Track) -> None:
        track.heard = self.now
        fresh, track.silent = track.silent != 0, 0
        if fresh:
            self.life.append((self.now, track.thing))
            self._tell(EchoHeard(COLLECTOR, track.thing))

    def _overdue(self, track: Track) -> None:
        if track.asleep:
            self._wake(track)
        track.silent = max(track.silent, 0) + 1
        heard = BASE + track.heard if track.heard else 0.0
        self._tell(EchoLost(COLLECTOR, track.thing, heard))

    def _due(self, job: Job) -> None:
        self._poll(job)
        self._at(self.now + job.every, self._due, job)

    def _poll(self, job: Job) -> None:
        if job.running:
            job.again = True
            return
        job.running = True
        answers = self._works(job)
        takes = 0.03 + 0.47 * self._chance(job) if answers else self.timeout
        self._at(self.now + takes, self._polled, job, answers)

    def _works(self, job: Job) -> bool:
        """Whether a poll or check that begins now is answered."""
        kind, _, name = job.thing.partition(":")
        host = f"device:{self.world.works[name].host}" if kind == "service" else job.thing
        ill = (one for one in self.faults if one.kind in ("agent", "service"))
        broken = any(one.thing == job.thing and one.start <= self.now < one.end for one in ill)
        return host in self._alive and not broken

    def _polled(self, job: Job, answers: bool) -> None:
        job.running = False
        if answers:
            self.life.append((self.now, job.thing))
        facts = self._facts(job.thing) if answers and job.probe == "snmp" else ()
        reason = "" if answers else "timeout"
        self._tell(Polled(COLLECTOR, job.thing, job.probe, answers, reason, facts))
        if job.again:
            job.again = False
            self._poll(job)

    def _facts(self, thing: str) -> tuple[tuple[str, str, float], ...]:
        name = thing[7:]
        up = self.now - self._booted.get(thing, -86400.0)
        found = [("system_uptime_seconds", "", up)]
        for wire in self.world.wires.values():
            if name in (wire.a, wire.z):
                port = f"to-{wire.name}" if name == wire.a else f"wan-{wire.name}"
                found.append(("interface_admin_up", port, 1.0))
                shown = self.world.interface_up(wire, name, self._gone)
                found.append(("interface_up", port, float(shown)))
        return tuple(found)


def length(world: World, faults: Sequence[Fault]) -> float:
    """Seconds until everything must have been told and have ended."""
    last = max(turn for one in faults for turn in world.turns(one))
    settle = max(one.settle for one in world.boxes.values())
    poll = max(one.interval for one in world.boxes.values())
    return last + settle + 2 * poll + 25.0


__all__ = ["BASE", "ROOT", "Play", "length"]
