"""A play in which a part of the house is away for a while: the collector itself, polling, or the
right to send echoes.
"""

from dataclasses import dataclass

from collector.verdicts.engine import Engine
from collector.verdicts.events import (
    EchoHeard,
    EchoLost,
    EchoUnsent,
    Event,
    InventoryChanged,
    Polled,
)
from collector.verdicts.verdict import Cause, Kept
from tests.verdicts.play import BASE, Play
from tests.verdicts.world import COLLECTOR

PARTS = ("collector", "polling", "sending")


@dataclass(slots=True)
class Away(Play):
    """`part` is away from `gone` to `back`, in seconds of the play."""

    part: str = ""
    gone: float = 0.0
    back: float = 0.0

    def begin_gap(self) -> None:
        """Have the part go and come back. Before `run`."""
        self._at(self.gone, self._leave)
        self._at(self.back, self._return)

    def _leave(self) -> None:
        if self.part == "sending":
            for thing, track in self._tracks.items():
                heard = BASE + track.heard if track.heard else 0.0
                Play._tell(self, EchoUnsent(COLLECTOR, thing, heard, "no buffer"))
            if self.now + 5.0 < self.back:
                self._at(self.now + 5.0, self._leave)

    def _return(self) -> None:
        if self.part == "collector":
            self._restart()
        elif self.part == "sending":
            for thing, track in self._tracks.items():
                if thing in self._alive:
                    track.silent = 0
                    self._answered_again(thing)

    def _answered_again(self, thing: str) -> None:
        self.life.append((self.now, thing))
        Play._tell(self, EchoHeard(COLLECTOR, thing))

    def _restart(self) -> None:
        """Another process takes over what was kept, and hears everybody for the first time."""
        assert isinstance(self.engine, Engine)
        kept: list[Kept] = self.engine.keep(self.engine.verdicts)
        causes: list[Cause] = list(self.engine.causes.values())
        engine = self.engine = Engine()
        Play._tell(self, InventoryChanged(COLLECTOR, self.world.topology()))
        engine.recall(kept, causes, BASE + self.now)
        for track in self._tracks.values():
            track.heard, track.silent = 0.0, -1
            if track.asleep:
                self._wake(track)
                track.heard = 0.0

    def _tell(self, event: Event) -> None:
        if not self.gone <= self.now < self.back:
            Play._tell(self, event)
        elif self.part == "polling" and isinstance(event, Polled):
            failed = Polled(COLLECTOR, event.thing, event.probe, False, "timeout")
            Play._tell(self, failed)
        elif self.part == "polling" or not (
            self.part == "collector" or isinstance(event, EchoLost | EchoHeard)
        ):
            Play._tell(self, event)
