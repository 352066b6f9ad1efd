"""One inventory file as it is written: the keys of DESIGN §5, each with its type. Nothing is
inherited yet.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from inventory.access import CredentialEntry, Entry
from inventory.asking import (
    Asked,
    CheckUse,
    DefaultsEntry,
    Parameters,
    RoleEntry,
    Thresholds,
    listed,
)
from inventory.problem import near, quoted
from inventory.value import (
    Address,
    Addresses,
    Bandwidth,
    Clock,
    Day,
    Duration,
    Hours,
    Moment,
    Name,
    Names,
    Ratio,
    Reference,
    Span,
    Text,
    Texts,
    Way,
    Weekdays,
    day,
    local_file,
    wrong,
)


class ProvinceEntry(Entry):
    """Whose infrastructure."""

    name: Text
    timezone: Text = "Asia/Ho_Chi_Minh"
    language: Literal["vi", "en"] = "vi"


class CollectorEntry(Entry):
    """A root of the graph."""

    attached_to: Names = ()
    gateway: Address | None = None


def _holidays(value: object, info: ValidationInfo) -> str | tuple[date, ...]:
    if isinstance(value, list):
        return tuple(day(one) for one in value)
    if isinstance(value, dict):
        raise wrong("must be a list of dates, not a mapping", "like [2026-09-02], or file:path")
    return local_file(value, info)


Holidays = Annotated[
    str | tuple[date, ...],
    BeforeValidator(_holidays),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^file:.+$"},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]


class CalendarEntry(Entry):
    """Working time."""

    days: Weekdays = frozenset(range(5))
    hours: Annotated[list[Span], Field(min_length=1)]
    holidays: Holidays = ()


class UnitEntry(Entry):
    """The administrative unit a site belongs to now."""

    code: Text
    name: Text


class SiteEntry(Entry):
    """A place."""

    name: Text
    kind: Text = ""
    parent: Name | None = None
    room: Literal["machine-room", "office", "outdoor", ""] = ""
    location: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    unit: UnitEntry | None = None
    hours: Hours = None
    owner: Text = ""
    contact: Name | None = None
    collector: Name | None = None
    tags: Texts = ()
    thresholds: Thresholds = Field(default_factory=dict)
    parameters: Parameters = Field(default_factory=dict)


class AssetEntry(Entry):
    """The asset register's page."""

    serial: Text = ""
    vendor: Text = ""
    model: Text = ""
    mac: Text = ""
    rack: Text = ""
    owner: Text = ""
    purpose: Text = ""
    code: Text = ""
    contract: Text = ""
    bought: Day | None = None
    support_until: Day | None = None


Lifecycle = Literal["planned", "active", "retired"]


class DeviceEntry(Asked):
    """A thing with an address."""

    address: Addresses
    site: Name
    name: Text | None = None
    role: Name | None = None
    uplinks: Texts = ()
    lifecycle: Lifecycle = "active"
    asset: AssetEntry | None = None


class TargetsEntry(Entry):
    """What the contract promises."""

    availability: Ratio | None = None
    rtt: Duration | None = None
    loss: Ratio | None = None
    jitter: Duration | None = None


def _end(value: str) -> str:
    device, slash, interface = value.partition("/")
    if not device or (slash and not interface):
        raise wrong(f"bad circuit end {quoted(value)}", "device/interface, like fw01/port1")
    return value


End = Annotated[Text, AfterValidator(_end)]


class CircuitEntry(Entry):
    """A line through a carrier."""

    z: End
    a: End | None = None
    name: Text | None = None
    kind: Text = ""
    provider: Text = ""
    contract: Text = ""
    payers: Texts = ()
    path: Text = ""
    capacity: Bandwidth | None = None
    targets: TargetsEntry = TargetsEntry()
    probe: Address | None = None
    lifecycle: Lifecycle = "active"
    hours: Hours = None
    tags: Texts = ()
    thresholds: Thresholds = Field(default_factory=dict)
    parameters: Parameters = Field(default_factory=dict)


class ServiceEntry(Entry):
    """What people use."""

    name: Text
    kind: Text = ""
    level: Annotated[int, Field(ge=1, le=5)] | None = None
    owner: Text = ""
    needs: Texts = ()
    checks: dict[Name, CheckUse] = Field(default_factory=dict)
    collector: Name | None = None
    credentials: Names = ()
    hours: Hours = None
    tags: Texts = ()
    thresholds: Thresholds = Field(default_factory=dict)
    parameters: Parameters = Field(default_factory=dict)


class ContactEntry(Entry):
    """A person or a group."""

    name: Text | None = None
    email: Way | None = None
    phone: Way | None = None
    sms: Way | None = None
    telegram: Reference | None = None
    zalo: Reference | None = None
    webhook: Reference | None = None


class NotifyEntry(Entry):
    """Who is told of what."""

    to: Names
    match: dict[Name, Texts] = Field(default_factory=dict)
    hours: Hours = None
    after: Duration | None = None


_MONTH_DAY = {"type": "integer", "minimum": 1, "maximum": 31}
MonthDays = Annotated[
    list[int],
    BeforeValidator(listed),
    WithJsonSchema({"anyOf": [_MONTH_DAY, {"type": "array", "items": _MONTH_DAY}]}),
]


class EveryEntry(Entry):
    """A span that comes back."""

    weekday: Weekdays | None = None
    day: MonthDays | None = None
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _when(self) -> "EveryEntry":
        if (self.weekday is None) == (self.day is None):
            raise wrong('one of "weekday" and "day" is wanted', "weekday: sun, or day: 1")
        if self.day is not None and not all(1 <= one <= 31 for one in self.day):
            raise wrong("bad day of the month", "1 to 31")
        return self


class MaintenanceEntry(Entry):
    """Announced work."""

    what: Texts
    why: Text
    start: Moment | None = Field(default=None, alias="from")
    end: Moment | None = Field(default=None, alias="to")
    every: EveryEntry | None = None

    @model_validator(mode="after")
    def _when(self) -> "MaintenanceEntry":
        once = self.start is not None and self.end is not None
        if once == (self.every is not None) or (self.every and (self.start or self.end)):
            raise wrong('"from" and "to" are wanted, or "every"')
        return self


class Document(Entry):
    """One file."""

    include: Texts = ()
    province: ProvinceEntry | None = None
    defaults: DefaultsEntry | None = None
    collectors: dict[Name, CollectorEntry] = Field(default_factory=dict)
    credentials: dict[Name, CredentialEntry] = Field(default_factory=dict)
    calendars: dict[Name, CalendarEntry] = Field(default_factory=dict)
    roles: dict[Name, RoleEntry] = Field(default_factory=dict)
    sites: dict[Name, SiteEntry] = Field(default_factory=dict)
    devices: dict[Name, DeviceEntry] = Field(default_factory=dict)
    circuits: dict[Name, CircuitEntry] = Field(default_factory=dict)
    services: dict[Name, ServiceEntry] = Field(default_factory=dict)
    contacts: dict[Name, ContactEntry] = Field(default_factory=dict)
    notify: list[NotifyEntry] = Field(default_factory=list)
    maintenance: list[MaintenanceEntry] = Field(default_factory=list)


SINGLE = ("province", "defaults")
NAMED = (
    "collectors",
    "credentials",
    "calendars",
    "roles",
    "sites",
    "devices",
    "circuits",
    "services",
    "contacts",
)
LISTED = ("notify", "maintenance")


def suggest(path: tuple[str | int, ...]) -> str:
    """The key that was probably meant where an unknown one stands, or nothing."""
    model: Any = Document
    for part in path[:-1]:
        model = _below(model, part)
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        return ""
    known = [field.alias or key for key, field in model.model_fields.items()]
    return near(str(path[-1]), known)


def _below(model: Any, part: str | int) -> Any:
    """The type under a key: of a model the field's, of a mapping or list the element's."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        found = [
            field.annotation
            for key, field in model.model_fields.items()
            if (field.alias or key) == part
        ]
        return _bare(found[0]) if found else None
    arguments = getattr(model, "__args__", ())
    return _bare(arguments[-1]) if arguments else None


def _bare(annotation: Any) -> Any:
    """A type without Annotated and without `| None`."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
            continue
        inner = [one for one in getattr(annotation, "__args__", ()) if one is not type(None)]
        if type(None) in getattr(annotation, "__args__", ()) and inner:
            annotation = inner[0]
            continue
        return annotation
