"""The shapes of what is watched and how it is, of what was read last, and of the collector."""

from typing import Any

from pydantic import Field

from collector.api.shape import Answer, Counted, Page


class Probe(Answer):
    """One way in which a thing is asked."""

    name: str
    probe: str
    interval: float
    timeout: float


class Judged(Answer):
    """What is concluded of a thing."""

    state: str = Field(description="up, degraded, down, unreachable or unknown")
    since: float | None = Field(description="Unix seconds, null where it was never judged")
    because: str = Field(description="The cause, kind:name; empty where it is its own")
    evidence: str = Field(description="In words, in the province's language")


class Device(Judged):
    """A device of the inventory, and how it is."""

    name: str
    title: str
    site: str
    role: str | None
    collector: str
    addresses: list[str]
    uplinks: list[str]
    lifecycle: str
    ping: float | None = Field(description="Seconds between echoes, null when it is not pinged")
    interval: float
    hours: str | None
    tags: list[str]
    asset: dict[str, Any]
    credentials: dict[str, str] = Field(description="The credential's name by kind, never a value")
    probes: list[Probe]


class Devices(Counted):
    """Devices by name."""

    items: list[Device]


class Site(Judged):
    """A place, and how many devices are in it, those in places below it not counted."""

    name: str
    title: str
    kind: str
    parent: str | None
    room: str
    location: tuple[float, float] | None
    unit: dict[str, str]
    hours: str | None
    owner: str
    contact: str | None
    tags: list[str]
    devices: dict[str, int] = Field(description="How many devices, by state")


class Sites(Counted):
    """Sites by name."""

    items: list[Site]


class End(Answer):
    """One end of a circuit."""

    device: str
    interface: str


class Circuit(Judged):
    """A leased line. `a` is null where it leaves our network."""

    name: str
    title: str
    kind: str
    provider: str
    contract: str
    payers: list[str]
    path: str
    capacity: float | None = Field(description="Bits per second")
    targets: dict[str, float | None]
    probe: str | None
    a: End | None
    z: End
    lifecycle: str
    hours: str | None
    tags: list[str]


class Circuits(Counted):
    """Circuits by name."""

    items: list[Circuit]


class Service(Judged):
    """What people use, and what it needs."""

    name: str
    title: str
    kind: str
    level: int | None
    owner: str
    needs: list[str]
    checks: list[Probe]
    hours: str | None
    tags: list[str]


class Services(Counted):
    """Services by name."""

    items: list[Service]


class Value(Answer):
    """One sample as it was read."""

    metric: str
    labels: dict[str, str]
    value: int | float
    time: float


class Reading(Answer):
    """What is known from one job now. `success` is null where nothing ran, as with echoes."""

    job: str
    probe: str
    thing: str
    at: float
    success: bool | None
    reason: str
    message: str
    hint: str
    missing: list[str] = Field(description="What was asked for and fell short")
    empty: list[str] = Field(description="Tables that it has no rows of: a MIB that it lacks")
    rows: list[Value]


class Readings(Page):
    """Readings by job."""

    items: list[Reading]


class Store(Answer):
    """How one store is doing."""

    up: bool
    message: str
    sent_samples: int
    errors: dict[str, int]
    rejected_rows: dict[str, int]


class Failing(Answer):
    """Probes whose last run fell short for one reason: how many, where, and what to do."""

    probe: str
    reason: str
    answered: bool = Field(description="Whether rows still came (partial, limit)")
    things: int = Field(description="How many devices and services")
    lasting: int = Field(description="Probes that failed on every run so far, or on the last two")
    names: list[str] = Field(description="The first few: a device, or service:name")
    message: str = Field(description="What most of them say; with a name where others say else")
    hint: str


class Unasked(Answer):
    """Devices of which nothing is known, for one reason: not off hours, not in maintenance."""

    why: str = Field(description="As this machine says it; empty where nobody asked in time")
    things: int
    names: list[str] = Field(description="The first few")


class Status(Answer):
    """The collector at a glance."""

    collector: str
    version: str
    province: str
    timezone: str
    language: str
    now: float
    started: float
    ready: bool
    reloaded: float
    reload_success: bool
    addresses: dict[str, str]
    counts: dict[str, int] = Field(description="How many devices, by state")
    unasked: list[Unasked] = Field(description="Devices that cannot be asked: we are blind there")
    failing: list[Failing] = Field(description="Probes that fall short, the lasting ones first")
    jobs: int
    polls: int
    samples: int
    in_flight: int
    lateness_p99: float = Field(description="Seconds that recent runs began late, 99th percentile")
    loop_lag: float
    spool_bytes: int
    spool_age: float
    dropped: dict[str, int]
    stores: dict[str, Store]
    alertmanagers: dict[str, bool] = Field(
        description="Whether each takes what it is sent; where there is none nobody is told"
    )
