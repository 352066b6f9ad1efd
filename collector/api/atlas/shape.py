"""The shapes of the map, and of one thing's place on it."""

from pydantic import Field

from collector.api.screen import Screen
from collector.api.shape import Answer


class Above(Answer):
    """What a site hangs on: the next site on the way to the collector, and the circuits there, the
    first one first. Without circuits it is a link that the inventory does not call a circuit.
    """

    site: str
    circuits: list[str]


class MapSite(Answer):
    """A site. Where no device stands it is only a place that others lie in."""

    name: str
    title: str
    kind: str
    parent: str | None
    location: tuple[float, float] | None = Field(description="Latitude and longitude")
    hops: int | None = Field(description="How far from a collector; null where no way is known")
    above: Above | None = Field(description="Null where a collector stands, or no way is known")


class MapCircuit(Answer):
    """A circuit and the sites of its ends; `a` is null where it leaves our network."""

    name: str
    title: str
    kind: str
    provider: str
    capacity: float | None = Field(description="bit/s")
    backup: bool = Field(description="Path B, or tagged `backup`")
    a: str | None
    z: str


class Ground(Answer):
    """What stays as it is until the inventory changes: sites and circuits, how they hang together.
    Retired devices and circuits are not on it.
    """

    id: str
    words: dict[str, dict[str, str]] = Field(description="Of each kind the words of its states")
    sites: list[MapSite]
    circuits: list[MapCircuit]


class Now(Answer):
    """How a thing is, as the wall shows it. `state` is a verdict's, `maintenance` where work is on,
    empty where nothing is judged.
    """

    state: str
    since: float | None
    cause: str = Field(description="The cause, kind:name; empty where it is its own")


class SiteNow(Now):
    """The same of a site."""

    devices: dict[str, int] = Field(description="Its own devices by state")


class Map(Screen):
    """All that the map shows: the ground, and how things stand on it."""

    read: float = Field(description="When the inventory was read, Unix seconds")
    causes: dict[str, str] = Field(description="Titles of what anything is hidden behind")
    sites: list[SiteNow] = Field(description="In the order of the ground")
    circuits: list[Now] = Field(description="The same")
    ground: Ground | None = Field(description="Null for who has it: `ground` was asked with its id")


class Named(Answer):
    """A thing and what it is called."""

    thing: str
    title: str


class Step(Named):
    """A thing on the way to the collector. Those of equal `hops` stand for each other."""

    hops: int
    site: str = Field(description="Where it stands, as kind:name; empty for circuits, collectors")


class Reach(Answer):
    """One thing's place: the way to its collector and what goes dark when it fails."""

    thing: str
    title: str
    site: str = Field(description="Where a device stands, as kind:name; empty for all else")
    path: list[Step] = Field(
        description="All that lies on its shortest ways, farthest first, the collector last; "
        "of a service those of all that it needs"
    )
    counts: dict[str, int] = Field(description="What goes dark besides itself, by kind")
    dark: list[Named] = Field(
        description="The first of each kind, as people feel it: services, sites, circuits, devices"
    )
    drawn: list[str] = Field(description="All sites and circuits that go dark, as kind:name")
