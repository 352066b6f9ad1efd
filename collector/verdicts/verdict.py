"""What the engine concludes, and what it wants: plain values, the same for all who read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collector.verdicts.events import State


class Sign(NamedTuple):
    """One piece of evidence, in no language: a code of the closed list in `alerts/wording`, and
    what it speaks of as (name, text) pairs.
    """

    code: str
    args: tuple[tuple[str, str], ...] = ()


class Mask(NamedTuple):
    """Why nobody is to be told of a thing now: `hidden` behind a cause, in `maintenance` (by which
    thing's window), or `off-hours`.
    """

    why: str
    by: str


@dataclass(slots=True)
class Verdict:
    """What is held of one thing now. `because` is the cause's thing, "" where it is none's fault
    but its own. `maintenance` is the thing whose window covers it, "" outside.
    """

    state: State = State.UNKNOWN
    since: float = 0.0
    because: str = ""
    evidence: tuple[Sign, ...] = (Sign("not_asked"),)
    maintenance: str = ""
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that is worth a message: one open incident.

    `key` is `<alert>/<thing>`. `since` is the first evidence (the last answered echo or poll), Unix
    seconds. `side` is carrier, site-power, ours, not-known, or "". `hides` are the things that
    nobody is told of because of it, as counted when it was verified, sorted.
    """

    key: str
    alert: str
    thing: str
    severity: str
    since: float
    side: str = ""
    evidence: tuple[Sign, ...] = ()
    hides: tuple[str, ...] = ()


class Change(NamedTuple):
    """A verdict that changed; `now` is what is held from here on."""

    thing: str
    before: Verdict
    now: Verdict


class News(NamedTuple):
    """An incident `opened`, `changed` (severity, side, evidence) or `closed`, with the cause as it
    is then; `evidence` is why it closed.
    """

    what: str
    cause: Cause
    at: float
    evidence: tuple[Sign, ...] = ()


class Ask(NamedTuple):
    """A wish: look at this thing now, by echoes (`verify`) or by polling it (`poll`)."""

    thing: str
    kind: str


class Outcome(NamedTuple):
    """What a step concluded."""

    changes: Sequence[Change] = ()
    asks: Sequence[Ask] = ()
    news: Sequence[News] = ()


class Kept(NamedTuple):
    """What must survive a restart of one thing's verdict, as plain JSON text."""

    thing: str
    text: str
