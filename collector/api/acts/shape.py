"""The shapes of what acts are answered with and of their pages: sessions, work and silences that
stand, the audit log.
"""

from typing import Any

from pydantic import Field

from collector.api.screen import Screen
from collector.api.shape import Answer, Page
from collector.api.state.shape import Mark


class Titled(Answer):
    """A thing, kind:name, as the inventory calls it."""

    thing: str
    title: str


class Again(Answer):
    """Work that comes back: minutes of the day in the province's time, on weekdays (Monday 0) or on
    days of the month. An end that is not after the start is on the next day.
    """

    start: int
    end: int
    weekdays: list[int]
    days: list[int]


class Work(Answer):
    """Announced work that runs or is to come. `id` and `who` of what an operator announced; of what
    the inventory plans null and empty, and its next span.
    """

    id: int | None
    what: list[Titled]
    why: str
    who: str
    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    every: Again | None
    running: bool
    covers: int = Field(description="How many things nobody is told of now because of it")


class WorkSheet(Screen):
    """All that the page of maintenance shows: what runs, then what comes, the soonest first."""

    works: list[Work]


class Silence(Answer):
    """A silence that stands in Alertmanagers: they tell nobody of what matches. `things` are those
    of the inventory that it names or keeps silent now. `id` is this collector's name for it.
    """

    id: str
    things: list[Titled]
    alert: str = Field(description="The alert that it is about; empty for all of these things")
    matchers: list[str]
    who: str
    why: str
    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    stands: dict[str, bool] = Field(description="Of every Alertmanager whether it has it")


class Silences(Answer):
    """Silences that concern what this collector watches, those that end first before others.
    `failed` has of each Alertmanager that did not answer why.
    """

    items: list[Silence]
    failed: dict[str, str]


class Silenced(Answer):
    """How a silence, or its end, was taken: by which Alertmanagers, and why not by others."""

    taken: list[str]
    failed: dict[str, str]


class Record(Answer):
    """A line of the audit log. `things` are kind:name, incident:3, maintenance:5 or silence:...;
    `of` is the line whose act fared otherwise than it was meant.
    """

    number: int
    at: float
    who: str
    token: bool = Field(description="Whether a token proves who it was, or only their word")
    address: str
    act: str
    things: list[Titled]
    text: str
    detail: dict[str, Any]
    outcome: str = Field(
        description="accepted, refused; or of another line: failed, partly, unknown"
    )
    of: int | None


class Records(Page, Screen):
    """The audit log, newest first. `sound` is whether each of the newest lines, down to the last
    that is told here, fits the one before it; `hatang audit` looks at all.
    """

    items: list[Record]
    sound: bool


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


class Reloaded(Answer):
    """The inventory was read again and runs."""

    reloaded: float
    devices: int


class Session(Answer):
    """Who asks. `open` where no token is needed: whoever is on this machine may do all."""

    open: bool
    name: str = Field(description="The token's holder; empty where nobody is known")
    role: str = Field(description="viewer or operator; empty where nobody is known")
    until: float | None = Field(description="When a console session ends, Unix seconds")
    csrf: str = Field(description="What a session's acts send as X-Hatang-Session")
    version: str
    language: str
