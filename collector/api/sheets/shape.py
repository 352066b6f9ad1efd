"""The shapes of what the pages of one thing have in common: how it is, what is open, what was."""

from pydantic import Field

from collector.api.screen import Screen
from collector.api.shape import Answer
from collector.api.state.shape import Ongoing, Verdict


class Named(Answer):
    """A thing as a page names it, and how it is. `since` is 0 where it was never judged."""

    thing: str = Field(description="kind:name")
    title: str
    state: str = Field(description="up, degraded, down, unreachable or unknown")
    word: str
    since: float
    maintenance: bool = Field(description="Whether announced work covers it now")


class Step(Named):
    """A thing on the way from the collector; those of one depth stand beside each other."""

    depth: int


class DeviceRow(Named):
    """A device in a list."""

    what: str = Field(description="A device's role, else its kind, in words")
    role: str
    address: str


class CircuitRow(Named):
    """A circuit in a list."""

    what: str = Field(description="A device's role, else its kind, in words")
    kind: str
    provider: str
    path: str
    contract: str
    capacity: float | None = Field(description="Bits per second")


class Neighbour(Named):
    """What stands beside a device. `interface` is where on this device, as far as that is known;
    `far` the device at the other end of a circuit.
    """

    what: str = Field(description="A device's role, else its kind, in words")
    interface: str
    far: Named | None


class Things(Answer):
    """The first of some things, the worst first; how many there are, and how many of each state."""

    total: int
    counts: dict[str, int]
    items: list[Named]


class DeviceRows(Answer):
    """As `Things`."""

    total: int
    counts: dict[str, int]
    items: list[DeviceRow]


class Below(Answer):
    """What would be lost with a thing: how many by kind, and the first by name."""

    total: int
    kinds: dict[str, int]
    items: list[Named]


class Open(Ongoing):
    """An open incident of a thing, or (`own` is false) one that hides it."""

    cause: Named
    own: bool


class Past(Answer):
    """An incident that is closed, in short."""

    id: int
    alert: str
    severity: str
    severity_word: str
    summary: str
    side_word: str
    since: float
    detected_at: int
    closed_at: int


class Work(Answer):
    """Announced work that covers a thing, now or next. `id` is null where the inventory says so."""

    id: int | None
    what: list[Named]
    why: str
    who: str
    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    running: bool


class Span(Answer):
    """How a thing was for a while. Where no collector was at work (`watched` is false) it is
    unknown; of many short changes the worst is told.
    """

    state: str
    word: str
    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    because: str = Field(description="The cause's title; empty where it is its own")
    maintenance: bool
    watched: bool


class History(Answer):
    """Spans without gaps, oldest first."""

    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    spans: list[Span]


class Happening(Answer):
    """An event in words; `what`, `state` and `severity` in codes, where it has such."""

    id: int
    at: float
    kind: str
    what: str
    state: str
    severity: str
    who: str
    words: str


class Sheet(Screen):
    """What the page of any thing shows. What stands in the journal is null where that cannot be
    read.
    """

    thing: str
    kind: str
    name: str
    title: str
    what: str = Field(description="A device's role, else its kind, in words")
    verdict: Verdict
    cause: Named | None = Field(description="Because of whom it is so, where it is another")
    work: Named | None = Field(description="The thing whose announced work covers it now")
    incidents: list[Open]
    works: list[Work]
    closed: list[Past] | None = Field(description="The last ones, newest first")
    history: History | None
    events: list[Happening] | None = Field(description="Newest first")
    grafana: str = Field(description="A dashboard of it; empty where none is known")
    runbooks: list[str] = Field(description="Of its open incidents: GET /api/v1/runbooks/{name}")
    path: list[Step] = Field(description="The shortest ways to it, the collector first")
    below: Below
