"""The shapes of what is concluded and of what people do: verdicts, incidents, events, maintenance;
and the bodies that are sent to act.

Words (`word`, `evidence`, `summary`, `words`) are in the language that was asked for, the
province's own by default; codes beside them are the same in all.
"""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from collector.api.shape import Answer, Counted, Page

_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
_LINES = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=_LINE)
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=_LINES)
]
Owner = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=_LINE)]


def _moment(given: object) -> float:
    """Unix seconds of a number, or of a text in ISO 8601 with a time zone; up to the year 2100."""
    seconds = -1.0
    with suppress(ValueError, OverflowError):
        if isinstance(given, str):
            moment = datetime.fromisoformat(given)
            seconds = moment.timestamp() if moment.tzinfo else seconds
        elif isinstance(given, (int, float)) and not isinstance(given, bool):
            seconds = float(given)
    if not 0 <= seconds <= 4_102_444_800:
        raise ValueError("write Unix seconds, or ISO 8601 with a time zone")
    return seconds


Moment = Annotated[
    float,
    BeforeValidator(_moment),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "format": "date-time"}]}),
]


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


class Maintenance(Answer):
    """Work that an operator announced: nobody is told of these things and what hangs below them."""

    id: int
    what: list[str]
    why: str
    who: str
    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    ended: Mark | None


class Maintenances(Page):
    """Announced work that is not over, by id."""

    items: list[Maintenance]


class Act(BaseModel):
    """What all acts may say: who acts, where no token says so."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    who: Name | None = None


class Reload(Act):
    """The inventory is to be read again, and why: limits that change are recorded with it."""

    why: Text = ""


class Acknowledge(Act):
    """Somebody takes notice, and may write something to it."""

    note: Text = ""


class Write(Act):
    """A note."""

    text: Text


class Assign(Act):
    """Whose it is from now on, "" for nobody's."""

    owner: Owner


class Suspect(Act):
    """Whether a cyber-security incident is suspected."""

    suspected: bool = True


class Announce(Act):
    """Maintenance: what things, why, from when (now, unless said) to when. Unix seconds, or ISO
    8601 with a time zone.
    """

    what: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        min_length=1, max_length=50
    )
    why: Text
    start: Moment | None = Field(default=None, alias="from")
    end: Moment = Field(alias="to")


class Extend(Act):
    """Until when announced maintenance lasts from now on."""

    end: Moment = Field(alias="to")
    why: Text = ""
