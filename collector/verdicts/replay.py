"""A recorded log of events, played again: the same events at the same times give the same."""

from collections.abc import Iterable

from collector.verdicts.engine import Engine
from collector.verdicts.events import parse
from collector.verdicts.verdict import Outcome


def replay(lines: Iterable[str]) -> tuple[Engine, list[Outcome]]:
    """A new engine that was told all lines that `events.dump` wrote, and what it concluded at each.
    Raises ValueError at the first line that is no event.
    """
    engine = Engine()
    return engine, [engine.step(*parse(line)) for line in lines]
