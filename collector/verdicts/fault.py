"""Something that is broken, for the engine's own book-keeping; what people are told is a Cause."""

from dataclasses import dataclass
from typing import NamedTuple

from collector.verdicts.verdict import Sign


@dataclass(slots=True)
class Fault:
    """A thing that is down by itself. `alert` is what people would be told; `since` the first
    evidence, `began` the suspicion (both the engine's own clock); `mouth` the silent devices in
    which it showed. `settled`: it was told only after its time of grace; `proven`: a circuit
    whose own evidence has said once that it is down, `shown`: already when it was found.
    """

    alert: str
    thing: str
    since: float
    began: float
    mouth: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()
    side: str = ""
    settled: bool = False
    proven: bool = False
    shown: bool = False


class Ended(NamedTuple):
    """A fault that has ended, and what showed it."""

    fault: Fault
    signs: tuple[Sign, ...]


class Label(NamedTuple):
    """Behind what a thing lies that has no living path: the thing to blame, since when that was
    suspected. HELD means that this is not known yet.
    """

    because: str
    began: float


HELD = "?"
OFF = "hours:"
"""How a label begins that blames closing time; the calendar's name follows."""
