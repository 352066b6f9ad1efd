"""What must be told of a play, derived from the truth alone; each complaint is one line of text.

A fault is *exposed* while taking it away would change what can be seen. An exposed fault is told
once, under its own name or one that looks exactly the same from the collector (a site's only
router, its only circuit, its power); a hidden one is not told. Faults that look like one single
thing together (the two circuits of a site that is dark) may be told as that one thing instead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from collector.verdicts.verdict import News
from tests.verdicts.play import BASE, Play
from tests.verdicts.world import Fault, Gone, Span, Wire, World

OUTAGES = ("DeviceDown", "CircuitDown", "CircuitRedundancyLost", "SiteDown", "CollectorIsolated")
ILLNESS = {"agent": "DeviceDegraded", "service": "ServiceDown"}
VERIFY = 1.5
LEARNT = 1.2
"""Seconds from a thing's return to its first answered echo, at most."""

BLIP = 1.4
"""What is silent for less (6 echoes, and half a second) is never told."""


@dataclass(slots=True)
class Window:
    """A time in which a fault is exposed. `fresh` when something fell silent by it then; else all
    that it silences was silent before.
    """

    start: float
    end: float
    fresh: bool


@dataclass(slots=True)
class Told:
    """One message, as seconds of the play."""

    at: float
    alert: str
    thing: str
    hides: tuple[str, ...]
    since: float = 0.0
    faults: list[frozenset[int]] = field(default_factory=list)
    closed: float | None = None

    def __str__(self) -> str:
        until = "" if self.closed is None else f", closed at {self.closed:.1f}"
        return f"{self.alert} {self.thing} at {self.at:.1f}{until} (hides {len(self.hides)})"


def messages(news: Sequence[News]) -> list[Told]:
    """What was opened, and when it was closed."""
    found: list[Told] = []
    open_now: dict[str, Told] = {}
    for one in news:
        if one.what == "opened":
            cause = one.cause
            since = cause.since - BASE
            if (last := _goes_on(found, one)) is not None:
                open_now[cause.key] = last
                last.closed = None
                continue
            told = Told(one.at - BASE, cause.alert, cause.thing, cause.hides, since)
            found.append(told)
            open_now[one.cause.key] = told
        elif one.what == "closed" and one.cause.key in open_now:
            open_now.pop(one.cause.key).closed = one.at - BASE
    return found


def _goes_on(found: list[Told], news: News) -> Told | None:
    """The message of the same circuit that goes on under its other name, which is no new one."""
    names = {"CircuitDown", "CircuitRedundancyLost"}
    for last in reversed(found):
        if last.thing == news.cause.thing and {last.alert, news.cause.alert} <= names:
            ended = last.closed
            return last if ended is not None and news.at - BASE - ended < 0.5 else None
    return None


def _shared_out(wishes: list[list[frozenset[int]]], taken: frozenset[frozenset[int]]) -> bool:
    """Whether every message can have a fault or group of its own."""
    if not wishes:
        return True
    return any(_shared_out(wishes[1:], taken | {one}) for one in wishes[0] if one not in taken)


class Oracle:
    """Judges one play that was run to its end."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.world: World = play.world
        self.faults: Sequence[Fault] = play.faults
        self.told = messages(play.news)
        self.whole = {n: self._whole(n) for n in range(len(self.faults))}
        self.windows = {n: self._windows(n) for n in self.whole}

    def complaints(self) -> list[str]:
        """All that is wrong with what was told."""
        found = []
        for told in self.told:
            told.faults = self._named(told)
            if not told.faults:
                found.append(f"nothing true explains {told}")
        found += self._counts()
        found += [line for number in self.windows for line in self._missing(number)]
        found += self._closes()
        found += [line for told in self.told for line in self._custom(told)]
        return found

    def _whole(self, number: int) -> Gone:
        fault = self.faults[number]
        return self.world.off(fault, fault.start)

    def _lasts(self, span: Span, number: int) -> bool:
        """Whether nothing of what a fault took away is back, as far as can be seen."""
        gone = span.gone()
        ends = frozenset(one for one in self.whole[number] if not one.startswith("power:"))
        answering = self.world.answering
        return bool(span.off[number]) and answering(gone) == answering(gone | ends)

    def _windows(self, number: int) -> list[Window]:
        """When a fault is exposed while all of it lasts."""
        fault = self.faults[number]
        if fault.kind in ILLNESS:
            return [Window(fault.start, fault.end, fresh=True)]
        found: list[Window] = []
        alive = self.world.answering(frozenset())
        for span in self.play.spans:
            gone, without = span.gone(), span.gone((number,))
            before, alive = alive, self.world.answering(gone)
            if not self._lasts(span, number) or not self._exposed(gone, without):
                continue
            if found and found[-1].end == span.start:
                found[-1].end = span.end
            else:
                lost = self.world.answering(without) - alive
                found.append(Window(span.start, span.end, not lost or bool(lost & before)))
        return found

    def _exposed(self, gone: Gone, otherwise: Gone) -> bool:
        return self.world.seen(gone) != self.world.seen(otherwise)

    def slowness(self, number: int) -> tuple[float, float]:
        """Seconds of one cycle of looking at what a fault changes, and until a return is seen."""
        fault = self.faults[number]
        slowest = max(one.interval for one in self.world.boxes.values())
        if fault.kind in ILLNESS:
            # A poll that fails while an echo is lost, too, says nothing of the agent.
            return (slowest + self.play.timeout + 1.0) * (3.0 if self.play.loss else 1.0), LEARNT
        cycle, learn = 3.0 + VERIFY, LEARNT
        for span in self.play.spans if fault.kind != "isolation" else ():
            gone, without = span.gone(), span.gone((number,))
            if self._lasts(span, number) and self._exposed(gone, without):
                cycle = max(cycle, self._cycle(gone, without))
        if any(not one.ping for one in self.world.boxes.values()):
            learn = slowest + 1.0
        return cycle, learn

    def _cycle(self, gone: Gone, without: Gone) -> float:
        """One cycle of what fell silent and has a living neighbour; if nothing did, only an
        interface shows it.
        """
        lost = self.world.answering(without) - self.world.answering(gone)
        slowest = max(one.interval for one in self.world.boxes.values()) + self.play.timeout + 1.0
        mouths = self.world.mouths(lost, gone)
        if not mouths:
            return 2 * 3.0 + VERIFY if lost else slowest
        if any(not one.ping for one in mouths):
            return slowest
        return max(3.0, *(1.0 + (one.ping or 0.0) for one in mouths)) + VERIFY + 0.3

    def _named(self, told: Told) -> list[frozenset[int]]:
        """The faults, alone or together, that a message may speak of."""
        if told.alert in ILLNESS.values():
            return [
                frozenset((n,))
                for n, one in enumerate(self.faults)
                if ILLNESS.get(one.kind) == told.alert
                and one.thing == told.thing
                and one.start < told.at < one.end + 5.0
            ]
        if told.alert not in OUTAGES:
            return []
        numbers = [n for n, one in enumerate(self.faults) if one.kind not in ILLNESS]
        groups = [g for size in (1, 2, 3) for g in combinations(numbers, size)]
        return [frozenset(group) for group in groups if self._fits(told, group)]

    def _fits(self, told: Told, group: tuple[int, ...]) -> bool:
        """Whether the group looked like what was told, at the time when it was concluded."""
        lag = max(3.0 + 2 * self.slowness(number)[0] for number in group)
        shown = told.alert == "CircuitRedundancyLost"
        least = 0.0 if shown else BLIP
        return any(
            all(self._lasts(span, n) for n in group) and self._alike(span.off, group, told.thing)
            for span in self.play.spans
            if span.end >= told.at - lag and span.start <= told.at - least
        ) and (shown or self._rested(told, group))

    def _alike(self, off: tuple[Gone, ...], group: tuple[int, ...], thing: str) -> bool:
        """Whether the world looks the same with `thing` broken instead of the group."""
        gone = frozenset().union(*off)
        rest = frozenset().union(*(one for n, one in enumerate(off) if n not in group))
        if not self._exposed(gone, rest):
            return False
        # Each has its part in it, or each would do for it alone.
        parts = {
            self._exposed(gone, frozenset().union(*(o for n, o in enumerate(off) if n != one)))
            for one in group
        }
        if len(parts) > 1:
            return False
        if len(group) == 1 and thing == self.faults[group[0]].thing:
            return True
        # Another fault may show nothing at all, so that nobody can reckon with it.
        whole = self.world.answering(frozenset())
        shown = [
            one
            for n, one in enumerate(off)
            if n not in group and self.world.answering(frozenset(one)) != whole
        ]
        known = frozenset().union(*shown)
        return self._explains(thing, rest, gone) or self._explains(thing, known, gone)

    def _explains(self, thing: str, rest: Gone, gone: Gone) -> bool:
        """Whether a broken thing beside `rest` would look as `gone` does. That the probe of a
        circuit is silent, too, is no contradiction where an end of it is.
        """
        answering = self.world.answering
        seen, thought = answering(gone), answering(rest | self.world.taken(thing))
        if thought == answering(rest):
            return False
        return seen <= thought and all(
            one.startswith("circuit:") and self._end_is_dark(one, seen) for one in thought - seen
        )

    def _end_is_dark(self, circuit: str, seen: frozenset[str]) -> bool:
        wire = self.world.wires[circuit.removeprefix("circuit:")]
        return any(end and f"device:{end}" not in seen for end in (wire.a, wire.z))

    def _rested(self, told: Told, group: tuple[int, ...]) -> bool:
        """Whether what was hidden before had its grace."""
        ahead = [[one for one in self.windows[n] if one.start <= told.at] for n in group]
        for before in ahead if any(ahead) else ():
            if not before and len(group) == 1:
                return False
            if not before:
                continue
            if any(one.fresh and one.end > told.at - 60 for one in before):
                continue
            settle = min(one.settle for one in self.world.boxes.values())
            reach = [one for one in before if told.at - one.start >= settle - 0.5]
            if not reach:
                return False
        return True

    def _counts(self) -> list[str]:
        """Each fault, and each group, at most once; altogether no more than there are faults."""
        named = [told for told in self.told if told.faults]
        if not _shared_out([told.faults for told in named], frozenset()):
            return [f"told more than once: {'; '.join(map(str, named))}"]
        most = sum(1 for one in self.windows.values() if one)
        # Faults of which each hides the others are seen as one.
        most += any(all(not self.windows[n] for n in one) for told in named for one in told.faults)
        if len(named) > most:
            return [f"{len(named)} messages for {most} faults that can be seen"]
        return []

    def _missing(self, number: int) -> list[str]:
        """A fault that was exposed long enough and not told in time."""
        cycle, learn = self.slowness(number)
        fault = self.faults[number]
        for window in self.windows[number]:
            due = window.start + 2 * cycle
            if not window.fresh or self._resting(number, window):
                settle = max(one.settle for one in self.world.boxes.values())
                due += settle + learn
            if window.end < due or self._goes_on_unseen(number, window):
                continue
            if not any(
                told.at <= due
                and (any(number in group for group in told.faults) or told.thing == fault.thing)
                and (told.closed is None or told.closed > window.start)
                for told in self.told
            ):
                return [f"{fault} is exposed from {window.start:.1f}, not told by {due:.1f}"]
        return []

    def _goes_on_unseen(self, number: int, window: Window) -> bool:
        """Whether another fault ended there and nobody could see it, as this one looks the same;
        the message that is open stays for it.
        """
        now = next(n for n, one in enumerate(self.play.spans) if one.start == window.start)
        span, before = self.play.spans[now], self.play.spans[now - 1]
        if self.world.seen(before.gone()) != self.world.seen(span.gone()):
            return False
        return any(
            told.at < window.start
            and (told.closed is None or told.closed > window.start)
            and self._alike(span.off, (number,), told.thing)
            for told in self.told
        )

    def _resting(self, number: int, window: Window) -> bool:
        """Whether something that it takes away had itself just come back from behind another."""
        settle = max(one.settle for one in self.world.boxes.values())
        past = [one for one in self.play.spans if one.start < window.start]
        now = next(one for one in self.play.spans if one.start == window.start)
        answering = self.world.answering
        lost = answering(now.gone((number,))) - answering(now.gone())
        recent = [one for one in past if one.end > window.start - settle - 30.0]
        return any(not lost <= answering(one.gone()) for one in recent)

    def _closes(self) -> list[str]:
        """Ends without a sign of life, and what should have ended."""
        found = []
        for told in self.told:
            if told.closed is None:
                found.append(f"never closed: {told}")
            elif not any(
                told.at < at <= told.closed and self._speaks_for(thing, told)
                for at, thing in self.play.life
            ):
                found.append(f"closed without a sign of life: {told}")
            elif told.closed > (due := self._due_to_end(told)):
                found.append(f"should have ended by {due:.1f}: {told}")
        return found

    def _due_to_end(self, told: Told) -> float:
        """When what was told must have ended: all is repaired and something answers again."""
        numbers = [number for group in told.faults for number in group]
        if not numbers:
            return math.inf
        cycle = max(self.slowness(number)[0] for number in numbers)
        last = max(self.faults[number].end for number in numbers)
        lost = {one for one in (told.thing, *told.hides) if one.startswith("device:")}
        signs = [at for at, thing in self.play.life if at >= last and thing in lost]
        return min(signs, default=math.inf) + 2 * cycle

    def _speaks_for(self, thing: str, told: Told) -> bool:
        """Whether a sign of life of a thing is one of what was told."""
        kind, _, name = told.thing.partition(":")
        if kind == "collector" or thing == told.thing or thing in told.hides:
            return True
        if kind == "circuit":
            wire = self.world.wires[name]
            near = {f"device:{one.name}" for one in self.world.at(self.world.far(wire))}
            return thing in near or thing == f"device:{wire.a}"
        return thing[7:] in self.world.boxes and self.world.boxes[thing[7:]].site == name

    def _custom(self, told: Told) -> list[str]:
        """What docs/design.md §6 adds where several names would be as true, for lone faults."""
        if len(self.faults) != 1 or not told.faults or told.alert not in OUTAGES:
            return []
        found, gone, whole = [], self.whole[0], self.world.answering(frozenset())
        dark = whole - self.world.answering(gone)
        fault, kind = self.faults[0], told.thing.partition(":")[0]
        if dark == whole and kind != "collector":
            found.append(f"all is silent, told as {told}")
        hidden = {one for one in dark if one.startswith("device:")} - {told.thing}
        if {one for one in told.hides if one.startswith("device:")} != hidden:
            found.append(f"{told} should hide {len(hidden)} devices: {sorted(hidden)[:5]}")
        shown = told.alert == "CircuitRedundancyLost" or not hidden
        latest = told.at if shown and kind == "circuit" else fault.start + 0.5
        if not fault.start - 66.0 < told.since < latest:
            found.append(f"{told} is said to have begun at {told.since:.1f}")
        ways = [one for one in self.world.wires.values() if self._only_way(one, told, gone)]
        if kind in ("device", "site") and len(ways) == 1:
            found.append(f"{told} should be told as circuit:{ways[0].name}")
        return found

    def _only_way(self, wire: Wire, told: Told, gone: Gone) -> bool:
        """Whether a circuit is the one way to the site of what was told, and that site is dark."""
        kind, _, name = told.thing.partition(":")
        site = self.world.boxes[name].site if kind == "device" else name
        left = self.world.answering(gone)
        dark = not any(f"device:{one.name}" in left for one in self.world.at(site))
        taken = self.world.answering(frozenset((f"circuit:{wire.name}",)))
        return dark and self.world.far(wire) == site and taken == left
