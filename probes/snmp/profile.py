"""What vendors' devices say where: the language of profiles, and which of them is a device's, by
sysObjectID.

Owns the language of `probes/profiles/*.yaml` (docs/profiles.md) and nothing of its execution
(probes/snmp/plan.py compiles a profile, probes/snmp/decode.py runs it).
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Tier = Literal["fast", "medium", "slow"]
Scalar = str | int | float
TextForm = Literal["text", "oid", "mac", "address"]
Weight = tuple[int, int, int]
NO_MATCH: Weight = (-1, 0, 0)


def _oid(text: str) -> str:
    if not re.fullmatch(r"[0-2](\.\d{1,10}){1,127}", text):
        raise ValueError(f'"{text}" is no object identifier in numbers')
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f'"{text}" is no regular expression: {error}') from None
    return text


def _column(value: object) -> object:
    return {"oid": value} if isinstance(value, str) else value


def _field(value: object) -> object:
    many = value if isinstance(value, list) else [value]
    return [{"of": [one]} if isinstance(one, str) else one for one in many]


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _condition(value: object) -> object:
    if isinstance(value, dict):
        return value
    return {"is": value if isinstance(value, list) else [value]}


Oid = Annotated[str, AfterValidator(_oid)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Texts = Annotated[list[str], BeforeValidator(_listed)]


class Who(NamedTuple):
    """Who a device says it is: sysObjectID, sysDescr, and which of the asked objects it has."""

    object_id: str
    descr: str
    has: Collection[str] = ()


class Part(BaseModel):
    """A part of a profile: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(Part):
    """Which devices a profile is for: a prefix of sysObjectID, a pattern in sysDescr, an object
    that the device `has`; all that are given must fit.
    """

    object: Oid | None = None
    text: Pattern | None = None
    has: Oid | None = None

    def weight(self, who: Who) -> Weight:
        """Arcs of the prefix, whether an object fits too, whether a text does; or NO_MATCH."""
        if self.object and not f"{who.object_id}.".startswith(f"{self.object}."):
            return NO_MATCH
        if self.text and not re.search(self.text, who.descr):
            return NO_MATCH
        if self.has and self.has not in who.has:
            return NO_MATCH
        arcs = self.object.count(".") + 1 if self.object else 0
        return arcs, int(self.has is not None), int(self.text is not None)


class Source(Part):
    """Where a word of the identity comes from: an object, or a column's first fitting row."""

    object: Oid | None = None
    column: Oid | None = None
    beside: Oid | None = None
    beside_is: list[int] = []
    pattern: Pattern = r"(?s)(.+)"
    text: str = r"\1"


class Column(Part):
    """One column (or scalar object) to read."""

    oid: Oid
    otherwise: list[Oid] = []
    tier: Tier | None = None
    skip: list[Scalar] = []
    form: TextForm | Literal["unsigned"] | None = None
    pattern: Pattern | None = None


class Lookup(Part):
    """A column of another table, found by an index that a row knows."""

    oid: Oid
    by: str
    form: TextForm | None = None
    pattern: Pattern | None = None


class Condition(Part):
    """Which values of a column let a row through."""

    is_: list[Scalar] | None = Field(None, alias="is")
    not_: list[Scalar] | None = Field(None, alias="not")
    pattern: Pattern | None = None


class Decimal(Part):
    """Columns that carry a row's own SI prefix (ENTITY-SENSOR-MIB) and decimal places."""

    prefix: str | None = None
    places: str | None = None


class Value(Part):
    """How a number is made: sum, times, over, valid, map, decimal, scale, offset, form.

    `default` alone stands for whatever the column says; `format` reads dates (strptime).
    """

    of: Texts
    times: Texts = []
    over: Texts = []
    valid: tuple[float, float] | None = None
    map: dict[Scalar, float] = {}
    default: float | None = None
    decimal: Decimal | None = None
    scale: float = 1
    offset: float = 0
    form: Literal["number", "since_boot", "dbm", "age", "ahead", "time"] = "number"
    format: Texts = []


Alternatives = Annotated[list[Value], BeforeValidator(_field)]


class Total(Part):
    """One more row over all rows of a table, or with `only` that row alone."""

    name: str = ""
    how: Literal["mean", "sum", "max", "min"] = "mean"
    only: bool = False


class Rows(Part):
    """The rows of one subject that a table makes."""

    subject: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: dict[str, Texts] = {}
    duplicates: str = ""
    labels: dict[str, str] = {}
    where: dict[str, Annotated[Condition, BeforeValidator(_condition)]] = {}
    fields: dict[str, Alternatives] = {}
    info: dict[str, str] = {}
    total: Total | None = None


class TableSpec(Part):
    """Columns read together, and the rows they make.

    Not asked where an `unless` table has rows, nor where none of `needs` has any.
    """

    tier: Tier = "fast"
    unless: list[str] = []
    needs: list[str] = []
    columns: dict[str, Annotated[Column, BeforeValidator(_column)]] = {}
    scalars: dict[str, Annotated[Column, BeforeValidator(_column)]] = {}
    lookups: dict[str, Lookup] = {}
    changed: Oid | None = None
    rows: list[Rows] = Field(min_length=1)


class Document(Part):
    """A profile file as it stands."""

    title: str
    extends: list[str] = []
    match: list[Match] = []
    raw: bool = False
    identity: dict[str, Annotated[list[Source | str], BeforeValidator(_listed)]] = {}
    tables: dict[str, TableSpec | Literal[False]] = {}


class Head(Part):
    """A profile's name, and which devices it is for."""

    name: str
    match: list[Match]

    @property
    def abstract(self) -> bool:
        """True for building blocks (`_interfaces`), which no device has alone."""
        return self.name.startswith("_")

    def weight(self, who: Who) -> Weight:
        """The best of its matches."""
        return max((one.weight(who) for one in self.match), default=NO_MATCH)


class Profile(Head):
    """A profile with everything it extends laid under it."""

    title: str
    raw: bool = False
    identity: dict[str, list[Source | str]]
    tables: dict[str, TableSpec]

    def changed(self, **what: Any) -> Self:
        """A copy with some parts replaced."""
        return self.model_copy(update=what)


AnyHead = TypeVar("AnyHead", bound=Head)


def telling(profiles: Mapping[str, Head], who: Who) -> set[str]:
    """The objects by whose presence one of the profiles that else fit `who` is told."""
    every = [one for profile in profiles.values() for one in profile.match if one.has]
    asked = {one.has for one in every if one.has}
    fitting = (one.has for one in every if one.weight(who._replace(has=asked)) != NO_MATCH)
    return {has for has in fitting if has}


def match(profiles: Mapping[str, AnyHead], who: Who) -> AnyHead:
    """The profile that fits best: longest sysObjectID prefix, then an object that the device has,
    then a fitting text; or `generic`.
    """
    name = max(
        (name for name, one in profiles.items() if not one.abstract),
        key=lambda name: (*profiles[name].weight(who), name),
    )
    found = profiles[name]
    return found if found.weight(who) > NO_MATCH else profiles["generic"]
