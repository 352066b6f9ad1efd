"""What of the engine survives a restart: written thing by thing as JSON, read back forgivingly.

Times are written as Unix seconds; inside they are the engine's own clock, which is the same at
a start.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from collector.verdicts.board import Board
from collector.verdicts.ear import Ear, Failing
from collector.verdicts.events import State
from collector.verdicts.fault import OFF, Fault
from collector.verdicts.herald import FLAPS, ILLNESS, Herald
from collector.verdicts.judge import Judge
from collector.verdicts.listening import Listening
from collector.verdicts.maintenance import Works
from collector.verdicts.polling import FAILURES, Polling
from collector.verdicts.standing import Stand
from collector.verdicts.topology import Window
from collector.verdicts.verdict import Cause, Kept, Sign, Verdict
from collector.verdicts.wiring import Wiring

TIMES = ("heard", "polled", "suspected", "gone", "grace", "returned")
FAULTS = ("DeviceDown", "CircuitDown", "CircuitRedundancyLost", "SiteDown", "CollectorIsolated")


class Keeping:
    """Writes and reads what the parts of an engine hold of a thing."""

    def __init__(
        self, board: Board, listening: Listening, polling: Polling, judge: Judge, herald: Herald
    ) -> None:
        self._board, self._listening, self._polling = board, listening, polling
        self._judge, self._herald = judge, herald

    def keep(self, things: Iterable[str], works: Works, shift: float) -> list[Kept]:
        """What must be kept of things; of those that are not held, that there is nothing."""
        return [Kept(thing, json.dumps(self._one(thing, works, shift))) for thing in things]

    def _one(self, thing: str, works: Works, shift: float) -> dict[str, Any]:
        held = self._board.verdicts.get(thing)
        if held is None:
            return {}
        found: dict[str, Any] = {"verdict": {**asdict(held), "evidence": _plain(held.evidence)}}
        ear = self._listening.ears.get(thing)
        if ear is not None:
            found["ear"] = _ear(ear, shift)
        fault = self._judge.faults.get(thing)
        if fault is not None:
            times = {"since": fault.since - shift, "began": fault.began - shift}
            found["fault"] = {**asdict(fault), "signs": _plain(fault.signs), **times}
        if thing in self._polling.checks:
            checks = self._polling.checks[thing].items()
            found["checks"] = {name: _failing(one, shift) for name, one in checks}
        if thing in self._herald.flapping.slots:
            found["slots"] = sorted(self._herald.flapping.slots[thing])
        if thing in works.announced:
            found["window"] = asdict(works.announced[thing])
        return found

    def recall(self, kept: Iterable[Kept], works: Works) -> None:
        """Take back what was kept, as far as it is still judged and can be read."""
        for one in kept:
            if one.thing in self._board.verdicts:
                try:
                    self._take(one.thing, json.loads(one.text), works)
                except (KeyError, TypeError, ValueError, AttributeError):
                    continue

    def _take(self, thing: str, fields: dict[str, Any], works: Works) -> None:
        if "window" in fields:
            works.announced[thing] = _window(fields["window"])
        if "slots" in fields:
            self._herald.flapping.slots[thing] = {int(one) for one in fields["slots"]}
        if thing in self._polling.checks:
            self._checks(thing, fields.get("checks", {}))
        ear = self._listening.ears.get(thing)
        if ear is not None and "ear" in fields:
            self._hear(ear, fields["ear"])
        if "fault" in fields:
            self._judge.faults[thing] = _fault(fields["fault"])
        if "verdict" in fields:
            self._hold(thing, fields["verdict"])

    def _hold(self, thing: str, fields: dict[str, Any]) -> None:
        evidence = _signs(fields.pop("evidence"))
        verdict = Verdict(State(fields.pop("state")), evidence=evidence, **fields)
        because = verdict.because
        for sign in evidence:
            if sign.code == "off_hours":
                because = OFF + dict(sign.args)["calendar"]
        over = any(sign.code == "returning" for sign in evidence)
        self._board.put(thing, verdict, Stand(verdict.state, because, over))
        if verdict.flapping:
            self._herald.flapping.things.add(thing)

    def _checks(self, thing: str, fields: dict[str, Any]) -> None:
        checks = self._polling.checks[thing]
        for name in checks.keys() & fields.keys():
            checks[name] = Failing(**fields[name])

    def _hear(self, ear: Ear, fields: dict[str, Any]) -> None:
        for name in TIMES:
            setattr(ear, name, float(fields[name]))
        ear.silent, ear.mute = bool(fields["silent"]), bool(fields["mute"])
        ear.hidden = str(fields["hidden"])
        ear.fails = {str(name): Failing(**one) for name, one in fields["fails"].items()}
        ear.lost = ear.silent or ear.mute
        if ear.silent:
            self._listening.silent.add(ear.thing)
        if any(one.count >= FAILURES for one in ear.fails.values()):
            self._polling.failing.add(ear.thing)

    def reopen(self, causes: Iterable[Cause], wiring: Wiring, now: float) -> None:
        """Take back open incidents; where what they speak of was not kept, it is what they say."""
        for cause in causes:
            if cause.alert not in (*FAULTS, *FLAPS.values(), *ILLNESS):
                continue
            self._herald.incidents.open[cause.key] = cause
            if cause.alert in FAULTS and cause.thing in self._board.verdicts:
                self._judge.faults.setdefault(cause.thing, _told(cause, wiring, now))
            if cause.alert == "CollectorIsolated":
                self._listening.isolated = True
            if cause.alert == "DeviceDown" and cause.thing in self._listening.ears:
                self._listening.ears[cause.thing].silent = True
                self._listening.silent.add(cause.thing)
        self._herald.restart()


def _told(cause: Cause, wiring: Wiring, now: float) -> Fault:
    near = wiring.beside.get(cause.thing, ())
    mouth = tuple(one for one in near if one in cause.hides)
    mouth = (cause.thing,) if cause.thing in wiring.nodes else mouth
    return Fault(cause.alert, cause.thing, cause.since, now, mouth, cause.evidence, cause.side)


def _plain(signs: Iterable[Sign]) -> list[list[Any]]:
    return [[sign.code, [list(pair) for pair in sign.args]] for sign in signs]


def _signs(fields: Iterable[Any]) -> tuple[Sign, ...]:
    return tuple(
        Sign(str(code), tuple((str(name), str(value)) for name, value in args))
        for code, args in fields
    )


def _failing(one: Failing, shift: float) -> dict[str, Any]:
    return {**asdict(one), "since": one.since - shift if one.since else 0.0}


def _ear(ear: Ear, shift: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: value - shift if (value := getattr(ear, name)) else 0.0 for name in TIMES
    }
    found.update(silent=ear.silent, mute=ear.mute, hidden=ear.hidden)
    bad = {name: one for name, one in ear.fails.items() if one.told}
    found["fails"] = {name: _failing(one, shift) for name, one in bad.items()}
    return found


def _fault(fields: dict[str, Any]) -> Fault:
    signs = _signs(fields.pop("signs"))
    mouth = tuple(str(one) for one in fields.pop("mouth"))
    return Fault(**fields, signs=signs, mouth=mouth)


def _window(fields: dict[str, Any]) -> Window:
    what = tuple(str(one) for one in fields["what"])
    return Window(what, str(fields["why"]), float(fields["start"]), float(fields["end"]))
