"""What vendors' devices say where: profiles read from YAML, checked whole, matched by sysObjectID.

Owns the language of `probes/profiles/*.yaml` (docs/profiles.md) and nothing of its execution
(probes/snmp/plan.py compiles a profile, probes/snmp/decode.py runs it).
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from inventory.problem import Problem
from probes.snmp.spots import Fault, data_of, placed

FOLDER = Path(__file__).parent.parent / "profiles"
"""Where the shipped profiles are."""

Tier = Literal["fast", "medium", "slow"]
Scalar = str | int | float
TextForm = Literal["text", "oid", "mac", "address"]
Weight = tuple[int, int, int]
NO_MATCH: Weight = (-1, 0, 0)


class ProfileInvalid(ValueError):  # noqa: N818  # as InventoryInvalid
    """A profile cannot be used. `problems` say where and why: `file:line: path: what is wrong`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


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


def read(path: Path) -> Document:
    """One file. Raises ProfileInvalid with every problem of its form."""
    try:
        data, twice = data_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        text = f"cannot be read: {getattr(error, 'problem', None) or error}"
        raise ProfileInvalid([Problem(path.name, mark.line + 1 if mark else 1, "", text)]) from None
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        raise ProfileInvalid(placed(path, [*twice, *_faults(error)])) from None
    if twice:
        raise ProfileInvalid(placed(path, twice))
    return document


def head(path: Path) -> Head:
    """Whom a file's profile is for, by what stands in front of its tables; the whole is read where
    nothing of use does. Raises ProfileInvalid.
    """
    try:
        front, _ = data_of(path.read_text(encoding="utf-8").partition("\ntables:")[0])
        return Head(name=path.stem, match=front["match"])
    except (OSError, ValueError, LookupError, TypeError, yaml.YAMLError):
        return Head(name=path.stem, match=read(path).match)


def _faults(error: ValidationError) -> list[Fault]:
    """What pydantic says; of a part that may be one or another only what the fuller one lacks."""
    found = [Fault(one["loc"], one["msg"].removeprefix("Value error, ")) for one in error.errors()]
    return [one for one in found if one.keys[-1:] not in _LESSER] or found


_LESSER = ((f"literal[{False}]",), ("str",))
"""How pydantic calls the plainer of two forms: a table that is `off`, a word that is a text."""


def resolve(name: str, documents: Mapping[str, Document], above: tuple[str, ...] = ()) -> Profile:
    """A profile on top of what it extends, by table and word; `table: off` takes one away."""
    circle = " > ".join((*above, name))
    if name in above:
        raise Unresolved(name, f"circle {circle}")
    own = documents[name]
    identity: dict[str, list[Source | str]] = {}
    tables: dict[str, TableSpec] = {}
    for base in own.extends:
        if base not in documents:
            raise Unresolved(name, f'no profile "{base}"')
        under = resolve(base, documents, (*above, name))
        identity |= under.identity
        tables |= under.tables
    identity |= own.identity
    for key, table in own.tables.items():
        if table is False:
            tables.pop(key, None)
        else:
            tables[key] = table
    return Profile(
        name=name, title=own.title, match=own.match, raw=own.raw, identity=identity, tables=tables
    )


class Unresolved(Exception):  # noqa: N818  # as ProfileInvalid
    """What the profile `name` extends is not there, or is itself."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def _home(name: str, fault: Fault, documents: Mapping[str, Document]) -> str:
    """The file that a faulty table of a resolved profile stands in."""
    own = documents[name]
    if fault.keys[:1] != ("tables",) or fault.keys[1] in own.tables:
        return name
    bases = reversed(own.extends)
    homes = [(base, _home(base, fault, documents)) for base in bases]
    return next((home for _, home in homes if fault.keys[1] in documents[home].tables), name)


def load_folder(folder: Path) -> tuple[dict[str, Profile], list[Problem]]:
    """Every usable profile of a folder by name, and every problem found, each once."""
    from probes.snmp.check import faults

    documents: dict[str, Document] = {}
    profiles: dict[str, Profile] = {}
    found: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            documents[path.stem] = read(path)
        except ProfileInvalid as error:
            found += error.problems
    homes: dict[str, list[Fault]] = {}
    for name in documents:
        try:
            profile = resolve(name, documents)
        except Unresolved as error:
            homes.setdefault(error.name, []).append(Fault(("extends",), str(error)))
            continue
        wrong = faults(profile)
        for fault in wrong:
            homes.setdefault(_home(name, fault, documents), []).append(fault)
        if not wrong:
            profiles[name] = profile
    for name, some in homes.items():
        found += placed(folder / f"{name}.yaml", list(dict.fromkeys(some)))
    return profiles, found


@cache
def load_profiles() -> dict[str, Profile]:
    """All shipped profiles by name. Raises ProfileInvalid when one is wrong."""
    profiles, found = load_folder(FOLDER)
    if found:
        raise ProfileInvalid(found)
    return profiles


def profile_problems() -> list[Problem]:
    """Every problem of the shipped profiles, for `hatang check`."""
    return load_folder(FOLDER)[1]
