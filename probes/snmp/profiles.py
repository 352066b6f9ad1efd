"""Profiles as they are had: read from YAML, laid on top of what they extend, checked whole."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from inventory.problem import Problem
from probes.snmp.check import faults
from probes.snmp.profile import Document, Head, Profile, Source, TableSpec
from probes.snmp.spots import Fault, data_of, placed

FOLDER = Path(__file__).parent.parent / "profiles"
"""Where the shipped profiles are."""


class ProfileInvalid(ValueError):  # noqa: N818  # as InventoryInvalid
    """A profile cannot be used. `problems` say where and why: `file:line: path: what is wrong`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


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
