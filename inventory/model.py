"""What exists, resolved: inheritance applied, names checked, durations in seconds, everything read-
only.

This is what plan, graph, engine and reports read. How it is written in YAML is
`inventory.document`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from inventory.secret import Secret, SecretRef

KINDS = ("device", "site", "circuit", "service")


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """A device, site, circuit or service by name; written `kind:name`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Province:
    """Whose infrastructure this is. Times without an offset are in `timezone`."""

    name: str = ""
    timezone: str = "Asia/Ho_Chi_Minh"
    language: str = "vi"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Collector:
    """Where the asking is done from: a root of the graph. Attached to nothing named, it reaches
    directly every device that has no uplink.
    """

    name: str
    attached_to: tuple[str, ...] = ()
    gateway: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """Access of one kind (`snmp`, `ssh`, `http`): plain values, and references where secrets
    belong.
    """

    name: str
    kind: str
    values: Mapping[str, Any] = field(hash=False)

    def fetch(self) -> dict[str, Any]:
        """The same mapping with secrets instead of references. Raises SecretMissing."""
        return {key: _fetched(value) for key, value in self.values.items()}


def _fetched(value: object) -> object:
    if isinstance(value, SecretRef):
        return value.fetch()
    if isinstance(value, tuple):
        return tuple(_fetched(part) for part in value)
    return value


@dataclass(frozen=True, slots=True)
class Use:
    """One probe put to use: how often (seconds), how long it may take (seconds), with which
    settings.

    `name` is the probe's own name, or the check's. Equal settings are one object.
    """

    name: str
    probe: str
    interval: float
    timeout: float
    settings: BaseModel


@dataclass(frozen=True, slots=True)
class Threshold:
    """Limits of one rule in the rule's own unit (ratios 0..1, seconds, bits per second), None where
    not given. `only` narrows it to one instance, as (label, value).
    """

    rule: str
    warning: float | None = None
    critical: float | None = None
    only: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """What the asset register says of a device."""

    serial: str = ""
    vendor: str = ""
    model: str = ""
    mac: str = ""
    rack: str = ""
    owner: str = ""
    purpose: str = ""
    code: str = ""
    contract: str = ""
    bought: date | None = None
    support_until: date | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit as it is called now; its code is text, with leading zeros."""

    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a tree of any depth; units merge and are renamed, sites stay. `title` is for
    people.
    """

    name: str
    title: str
    kind: str = ""
    parent: str | None = None
    room: str = ""
    location: tuple[float, float] | None = None
    unit: Unit = Unit()
    hours: str | None = None
    owner: str = ""
    contact: str | None = None
    tags: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Device:
    """A thing with an address. `ping` is seconds between echoes, None when it is not pinged."""

    name: str
    title: str
    collector: str
    addresses: tuple[str, ...]
    site: str
    role: str | None
    uplinks: tuple[Thing, ...]
    probes: tuple[Use, ...]
    credentials: Mapping[str, Credential] = field(hash=False)
    ping: float | None = 1.0
    interval: float = 60.0
    timeout: float = 5.0
    settle: float = 180.0
    lifecycle: str = "active"
    hours: str | None = None
    tags: tuple[str, ...] = ()
    asset: Asset = Asset()
    thresholds: tuple[Threshold, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def address(self) -> str:
        """The address that is asked; answers from the others are accepted."""
        return self.addresses[0]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a circuit: a device, and the interface there when it is known."""

    device: str
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the contract promises: ratios 0..1 and seconds."""

    availability: float | None = None
    rtt: float | None = None
    loss: float | None = None
    jitter: float | None = None


@dataclass(frozen=True, slots=True)
class Circuit:
    """A line through a carrier, from A to Z. Without an A end it leaves our network (Internet,
    backbone).

    `capacity` is bits per second; `probe` an address that is pinged to measure the line itself.
    """

    name: str
    title: str
    z: End
    a: End | None = None
    kind: str = ""
    provider: str = ""
    contract: str = ""
    payers: tuple[str, ...] = ()
    path: str = ""
    capacity: float | None = None
    targets: Targets = Targets()
    probe: str | None = None
    lifecycle: str = "active"
    hours: str | None = None
    tags: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Service:
    """What people use and what it needs (all of it). `checks` are asked from `collector`."""

    name: str
    title: str
    collector: str
    kind: str = ""
    level: int | None = None
    owner: str = ""
    needs: tuple[Thing, ...] = ()
    checks: tuple[Use, ...] = ()
    credentials: Mapping[str, Credential] = field(default_factory=dict, hash=False)
    hours: str | None = None
    tags: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time: weekdays (Monday 0), spans in minutes of the day, days off."""

    name: str
    days: frozenset[int]
    hours: tuple[tuple[int, int], ...]
    holidays: frozenset[date] = frozenset()

    def open(self, moment: datetime) -> bool:
        """Whether a moment, in the province's time, is working time."""
        if moment.weekday() not in self.days or moment.date() in self.holidays:
            return False
        minute = moment.hour * 60 + moment.minute
        return any(start <= minute < end for start, end in self.hours)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or a group, and the ways to it; text in plain or a reference where it is private."""

    name: str
    title: str
    ways: Mapping[str, str | SecretRef] = field(default_factory=dict, hash=False)

    def fetch(self, way: str) -> Secret:
        """The address of one way (`email`, `phone`, ...). Raises SecretMissing, KeyError."""
        value = self.ways[way]
        return value.fetch() if isinstance(value, SecretRef) else Secret(value)


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told of what: labels to match, each with the values that do; optionally only in
    `hours`, or `after` so many seconds without an owner.
    """

    to: tuple[str, ...]
    match: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    hours: str | None = None
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A span of the day, in minutes, that comes back on weekdays (Monday 0) or on days of the
    month.

    A span whose end is not after its start ends on the next day.
    """

    start: int
    end: int
    weekdays: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Announced work on things: once, from `start` to `end` (aware times), or `every` so often."""

    what: tuple[Thing, ...]
    why: str
    start: datetime | None = None
    end: datetime | None = None
    every: Recurrence | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything, by name. `files` are those it was read from, the first the one that was asked
    for; `roles` what people call each role that has a name.
    """

    province: Province
    collectors: Mapping[str, Collector]
    sites: Mapping[str, Site]
    devices: Mapping[str, Device]
    circuits: Mapping[str, Circuit]
    services: Mapping[str, Service]
    calendars: Mapping[str, Calendar]
    contacts: Mapping[str, Contact]
    notify: tuple[Notify, ...]
    maintenance: tuple[Maintenance, ...]
    files: tuple[Path, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
