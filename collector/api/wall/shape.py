"""The shapes of what the console's wall shows, in one answer."""

from pydantic import Field

from collector.api.screen import Screen
from collector.api.shape import Answer
from collector.api.state.shape import Ongoing

Counts = dict[str, int]


class WallCause(Ongoing):
    """An open incident as the wall shows it. `hidden` counts what it hides now, by kind."""

    thing: str = Field(description="The cause, kind:name")
    title: str
    state: str
    word: str
    evidence: str
    maintenance: str = Field(description="The thing whose announced work covers it")
    hidden: Counts


class Tile(Answer):
    """A site or service in short. `state` is a verdict's, or `maintenance` where work is on."""

    name: str
    title: str
    kind: str
    parent: str | None
    state: str
    word: str
    since: float
    because: str = Field(description="The cause's title; empty where it is its own")


class Change(Answer):
    """A change in short, in codes: `what` happened to an incident, maintenance or flapping, to
    which `state` a verdict came. `text` is what other events say of themselves.
    """

    id: int
    at: float
    kind: str
    subject: str
    title: str
    what: str
    state: str
    severity: str
    who: str
    text: str


class Wall(Screen):
    """All that the wall shows. Live state is of memory; `changes` is null where the journal cannot
    be read. Places that are not judged, for nothing stands in them, are only named in `places`.
    """

    counts: dict[str, Counts] = Field(
        description="Of each kind how many, by state; what is in maintenance is counted there"
    )
    causes: list[WallCause] = Field(description="Gravest and oldest first; in maintenance last")
    sites: list[Tile]
    services: list[Tile]
    places: dict[str, str] = Field(description="Titles of sites that have others below them")
    changes: list[Change] | None = Field(description="Newest first")
