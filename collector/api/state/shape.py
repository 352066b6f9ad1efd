"""The shapes of what is concluded: verdicts, incidents, events.

Words (`word`, `evidence`, `summary`, `words`) are in the language that was asked for, the
province's own by default; codes beside them are the same in all.
"""

from typing import Any

from pydantic import Field

from collector.api.shape import Answer, Counted, Page


class Sign(Answer):
    """One piece of evidence: a code of a closed list, and what it speaks of."""

    code: str
    args: dict[str, str] = Field(default={})


class Mark(Answer):
    """Who did it, and when."""

    at: float
    who: str


class Suspicion(Mark):
    """A person suspects a cyber-security incident; until when what is due (NĐ 331/2026 Đ31.2.d)."""

    first_notice_due: int = Field(description="T0 and 24 hours")
    full_report_due: int = Field(description="T0 and 72 hours")


class Note(Mark):
    """What a person wrote."""

    text: str


class Incident(Answer):
    """One cause from first evidence to recovery. `detected_at` is T0, to the second."""

    id: int
    cause: str = Field(description="The thing whose fault it is, kind:name")
    title: str
    alert: str
    severity: str = Field(description="critical, major, minor, warning or info")
    severity_word: str
    summary: str = Field(description="One line, as in the message")
    side: str = Field(description="Of a circuit: carrier, site-power, ours, not-known")
    side_word: str
    since: float = Field(description="First evidence: the last answer before it")
    detected_at: int
    closed_at: int | None
    evidence: str
    signs: list[Sign]
    ending: str = Field(description="The evidence of recovery, in words")
    hidden: int = Field(description="How many things it hid when it was verified")
    hides: list[str] = Field(description="Which; of a list of incidents only the first 20")
    owner: str
    acknowledged: Mark | None
    suspected: Suspicion | None
    notes: list[Note]


class Incidents(Page):
    """Incidents, newest first."""

    items: list[Incident]


class Hidden(Answer):
    """A thing that nobody is told of because of a cause, and how it is now."""

    thing: str
    title: str
    state: str
    word: str


class Ongoing(Answer):
    """An open incident in short."""

    id: int
    alert: str
    severity: str
    severity_word: str
    summary: str
    side: str
    side_word: str
    since: float
    detected_at: int
    owner: str
    acknowledged: Mark | None
    suspected: bool


class Verdict(Answer):
    """What is concluded of a thing, since when, because of whom, on what evidence. `code` is the
    metric's value.
    """

    thing: str
    kind: str
    name: str
    title: str
    site: str
    role: str
    state: str = Field(description="up, degraded, down, unreachable or unknown")
    code: int
    word: str
    since: float
    because: str = Field(description="The cause, kind:name; empty where it is its own")
    evidence: str
    signs: list[Sign]
    maintenance: str = Field(description="The thing whose announced work covers it")
    flapping: bool
    incidents: list[Ongoing] = Field(description="What is open of it, the gravest first")
    hidden: int = Field(description="How many things it hides now")
    hides: list[Hidden] = Field(description="Which, the first 500")


class Verdicts(Counted):
    """Causes first, the gravest and oldest before others; then down, degraded, unreachable,
    unknown, up, each by name. `counts` has all that match, by state.
    """

    counts: dict[str, int]
    items: list[Verdict]


class Event(Answer):
    """An append-only fact. `text` is as it was written down."""

    id: int
    at: float
    kind: str
    subject: str
    text: str
    words: str
    detail: dict[str, Any]


class Events(Page):
    """Events, newest first; oldest first after `after`."""

    items: list[Event]
