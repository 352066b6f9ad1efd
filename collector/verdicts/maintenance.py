"""Announced work: which windows run, and what each covers."""

from datetime import datetime
from zoneinfo import ZoneInfo

from collector.verdicts.events import Operator
from collector.verdicts.hours import MINUTE, running
from collector.verdicts.topology import Window
from collector.verdicts.wiring import Wiring

MOST = 1000
"""Windows that operators may have announced at the same time."""


class Works:
    """`marks` is, for everything that is covered now, the thing whose window covers it."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}
        self.announced: dict[str, Window] = {}
        self._wiring: Wiring
        self._zone = ZoneInfo("UTC")
        self._covers: dict[str, frozenset[str]] = {}
        self._runs: tuple[str, ...] = ()
        self._next = 0.0

    def load(self, wiring: Wiring, wall: float) -> None:
        """The windows of a wiring from now on; those that operators announced go on."""
        self._wiring = wiring
        self._zone = ZoneInfo(wiring.topology.timezone)
        self._covers = {}
        self.look(wall)

    def told(self, event: Operator, wall: float) -> bool:
        """What an operator announces or calls off; whether that changes anything now."""
        if event.act == "maintenance" and event.end > max(wall, event.start):
            if len(self.announced) < MOST or event.thing in self.announced:
                window = Window((event.thing,), event.text, event.start, event.end)
                self.announced[event.thing] = window
        elif event.act == "end-maintenance":
            self.announced.pop(event.thing, None)
        return self.look(wall)

    def advance(self, wall: float) -> bool:
        """Look at the clock; whether what is covered changed."""
        return wall >= self._next and self.look(wall)

    def look(self, wall: float) -> bool:
        """Find out what is covered now; whether that changed."""
        self.announced = {one: it for one, it in self.announced.items() if it.end > wall}
        windows = (*self._wiring.topology.maintenance, *self.announced.values())
        moment = datetime.fromtimestamp(wall, self._zone)
        runs = tuple(
            thing for window in windows if running(window, moment) for thing in window.what
        )
        edges = [edge for one in windows for edge in (one.start, one.end) if edge > wall]
        self._next = min([(wall // MINUTE + 1) * MINUTE, *edges])
        if runs == self._runs and self._covers.keys() >= set(runs):
            return False
        self._runs = runs
        before, self.marks = self.marks, {}
        for thing in reversed(runs):
            self.marks.update(dict.fromkeys(self._covered(thing), thing))
        return self.marks != before

    def _covered(self, thing: str) -> frozenset[str]:
        if thing not in self._covers:
            wiring = self._wiring
            self._covers[thing] = frozenset(wiring.dependents(thing) | wiring.ending(thing))
        return self._covers[thing]
