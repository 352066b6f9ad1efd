"""The state engine: events and a clock in, verdict changes and asks out. Pure: no socket, no timer,
no store.

This first engine judges each device by itself: up, down, unknown. A pinged device is suspected
after three seconds without an answered echo, verified at once, and down when the verification stays
unanswered; a device that is not pinged is judged by its polls, and needs two failures in a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collector.events import (
    EchoHeard,
    EchoLost,
    EchoUnsent,
    Event,
    Hint,
    InventoryChanged,
    Polled,
    State,
    Tick,
)

SUSPECT_AFTER = 3.0
"""Seconds since the last answered echo that make a suspect (docs/design.md §6)."""

VERIFY_FOR = 2.2
"""Seconds that a verification takes: 6 echoes 200 ms apart, and a second for the last answer."""


class Change(NamedTuple):
    """A verdict that changed: of which device, from what to what, since when, on what evidence."""

    device: str
    before: State
    state: State
    since: float
    evidence: str


class Ask(NamedTuple):
    """A wish: look at this device now, by echoes (`verify`) or by polling it (`poll`)."""

    device: str
    kind: str


class Outcome(NamedTuple):
    """What a step concluded."""

    changes: Sequence[Change] = ()
    asks: Sequence[Ask] = ()


@dataclass(slots=True)
class Verdict:
    """What is held of one device."""

    pinged: bool
    state: State = State.UNKNOWN
    since: float = 0.0
    evidence: str = "not asked yet"
    heard: float = 0.0
    verify_until: float = 0.0
    failures: int = 0


_NOTHING = Outcome()


class Engine:
    """Verdicts of all devices. `step` is the only way in; the same events give the same ones."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self._suspects: set[str] = set()

    def step(self, event: Event, now: float) -> Outcome:
        """Take one fact at one time (Unix seconds); say what changed and what should be asked."""
        match event:
            case EchoLost(device=device, heard=heard):
                return self._echo_lost(device, heard, now)
            case EchoUnsent(device=device):
                return self._unsent(event, device, now)
            case EchoHeard(device=device):
                return self._heard(device, now)
            case Polled(device=device):
                return self._polled(event, device, now)
            case Tick():
                return self._tick(now)
            case InventoryChanged():
                return self._inventory(event, now)
            case Hint(device=device) if device in self.verdicts:
                return Outcome(asks=(self._ask(device),))
            case _:
                return _NOTHING

    def _ask(self, device: str) -> Ask:
        return Ask(device, "verify" if self.verdicts[device].pinged else "poll")

    def _heard(self, device: str, now: float) -> Outcome:
        verdict = self.verdicts.get(device)
        if verdict is None:
            return _NOTHING
        verdict.heard = now
        verdict.verify_until = 0.0
        self._suspects.discard(device)
        was_down = verdict.state is State.DOWN
        told = self._conclude(device, State.UP, now, "answers echoes")
        return Outcome(told.changes, (Ask(device, "poll"),) if was_down else ())

    def _echo_lost(self, device: str, heard: float, now: float) -> Outcome:
        verdict = self.verdicts.get(device)
        if verdict is None or verdict.state is State.DOWN or verdict.verify_until:
            return _NOTHING
        verdict.heard = max(heard, verdict.heard)
        if now - verdict.heard < SUSPECT_AFTER:
            return _NOTHING
        verdict.verify_until = now + VERIFY_FOR
        self._suspects.add(device)
        return Outcome(asks=(Ask(device, "verify"),))

    def _unsent(self, event: EchoUnsent, device: str, now: float) -> Outcome:
        verdict = self.verdicts.get(device)
        if verdict is None or now - max(event.heard, verdict.heard) < SUSPECT_AFTER:
            return _NOTHING
        verdict.verify_until = 0.0
        self._suspects.discard(device)
        return self._conclude(device, State.UNKNOWN, now, f"cannot be asked: {event.why}")

    def _tick(self, now: float) -> Outcome:
        changes: list[Change] = []
        for device in sorted(self._suspects):
            verdict = self.verdicts[device]
            if now < verdict.verify_until:
                continue
            verdict.verify_until = 0.0
            self._suspects.discard(device)
            silent = f"no echo answered for {now - verdict.heard:.0f} s" if verdict.heard else ""
            changes += self._conclude(
                device, State.DOWN, now, silent or "never answered an echo"
            ).changes
        return Outcome(tuple(changes))

    def _polled(self, event: Polled, device: str, now: float) -> Outcome:
        verdict = self.verdicts.get(device)
        if verdict is None or verdict.pinged:
            return _NOTHING
        if event.success:
            verdict.failures = 0
            return self._conclude(device, State.UP, now, f"answers {event.probe}")
        verdict.failures += 1
        if verdict.failures == 1:
            return Outcome(asks=(Ask(device, "poll"),))
        return self._conclude(device, State.DOWN, now, f"{event.probe}: {event.reason}")

    def _inventory(self, event: InventoryChanged, now: float) -> Outcome:
        pinged = set(event.pinged)
        for device in set(self.verdicts) - set(event.devices):
            del self.verdicts[device]
            self._suspects.discard(device)
        for device in event.devices:
            held = self.verdicts.get(device)
            if held is None or held.pinged != (device in pinged):
                self.verdicts[device] = Verdict(device in pinged, since=now)
                self._suspects.discard(device)
        return _NOTHING

    def _conclude(self, device: str, state: State, now: float, evidence: str) -> Outcome:
        verdict = self.verdicts[device]
        if verdict.state is state:
            return _NOTHING
        before = verdict.state
        verdict.state, verdict.since, verdict.evidence = state, now, evidence
        return Outcome(changes=(Change(device, before, state, now, evidence),))
