"""Module files of snmp_exporter: both formats (`auths` and `modules`; before 0.23 the modules
themselves), of which only the module that is wanted is read.

Credentials and patience of a file (`auths`, `auth`, `version`, `retries`, `timeout`,
`max_repetitions`) are not used: those are the inventory's. A key that is unknown is an error, since
it would change what is told.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from inventory.problem import near, quoted
from probes.reading import unseen
from probes.snmp.ber import encode_oid
from probes.snmp.module.index import KINDS
from probes.snmp.spots import follow

FILE_BYTES = 64 * 1024 * 1024
KEPT = 64
"""Modules kept in memory: devices share them."""

TYPES = KINDS | {
    "Bits",
    "DateAndTime",
    "Double",
    "EnumAsStateSet",
    "Float",
    "NTPTimeStamp",
    "ParseDateAndTime",
}


_NAME = re.compile("(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,199}")


class ModuleInvalid(ValueError):  # noqa: N818 - it says what is the case
    """A module cannot be read: which file, where in it, and what is wrong."""


class Reference(NamedTuple):
    """A module by its file and name, and when that file was changed (ns): a file that was changed
    is another module to whoever compares.
    """

    file: str
    name: str
    changed: int


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{quoted(text)} is no name of a metric or label")
    return text


def _oid(text: str) -> str:
    text = text.removeprefix(".")
    try:
        encode_oid(text)
    except ValueError:
        raise ValueError(f"{quoted(text)} is no object identifier") from None
    return text


def _known(text: str) -> str:
    if text not in TYPES:
        raise ValueError(f"unknown type {quoted(text)}")
    return text


def _indexing(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"type {quoted(text)} cannot be an index")
    return text


def _expression(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.ASCII)
    except (re.error, RecursionError) as error:
        raise ValueError(f"expression that cannot be read: {error}") from None


def _list(value: object) -> object:
    return [] if value == "" else value


Name = Annotated[str, AfterValidator(_name)]
Oid = Annotated[str, AfterValidator(_oid)]
Expression = Annotated[re.Pattern[str], BeforeValidator(_expression)]
Oids = Annotated[tuple[Oid, ...], BeforeValidator(_list)]


class Entry(BaseModel):
    """A part of a module file. Every scalar comes as text, and numbers are read from it: a state
    called `off` stays one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Index(Entry):
    """One index of a table, and the label that it becomes."""

    labelname: Name
    type: Annotated[str, AfterValidator(_indexing)]
    fixed_size: Annotated[int, Field(ge=0, le=1024)] = 0
    implied: bool = False
    enum_values: dict[int, str] = Field(default_factory=dict)


class Lookup(Entry):
    """A label from another object of the same index; without `labels` the label is taken away."""

    labels: Annotated[tuple[Name, ...], BeforeValidator(_list)] = ()
    labelname: Name
    oid: Oid | None = None
    type: str = ""
    display_hint: str = ""
    enum_values: dict[int, str] = Field(default_factory=dict)


class Extract(Entry):
    """A number out of a text: an expression for all of it, and what of it is the number."""

    value: str = "$1"
    regex: Expression


class Metric(Entry):
    """One object and the series it becomes."""

    name: Name
    oid: Oid
    type: Annotated[str, AfterValidator(_known)]
    help: str = ""
    indexes: tuple[Index, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    regex_extracts: dict[str, tuple[Extract, ...]] = Field(default_factory=dict)
    datetime_pattern: str = ""
    enum_values: dict[int, str] = Field(default_factory=dict)
    offset: float = 0.0
    scale: float = 0.0
    display_hint: str = ""


class Filter(Entry):
    """Rows of `targets` are read only where the value of `oid` matches one of `values`."""

    oid: Oid
    targets: Oids = ()
    values: tuple[Expression, ...] = ()


class Module(Entry):
    """What one module asks and tells. The last six are its access and patience: not used here."""

    walk: Oids = ()
    get: Oids = ()
    metrics: Annotated[tuple[Metric, ...], BeforeValidator(_list)] = ()
    filters: Annotated[tuple[Filter, ...], BeforeValidator(_list)] = ()
    version: Any = None
    auth: Any = None
    max_repetitions: Any = None
    retries: Any = None
    timeout: Any = None
    allow_nonincreasing_oids: Any = None
    use_unconnected_udp_socket: Any = None


def refer(text: str, folder: Path) -> Reference:
    """The module in `FILE:NAME`, the file relative to a folder. Raises ModuleInvalid when it is not
    there, or is wrong.
    """
    file, colon, name = text.rpartition(":")
    if not colon or not file or not name:
        raise ModuleInvalid(f"{quoted(text)} is no module: write FILE:NAME, like snmp.yml:if_mib")
    path = folder / file
    try:
        status = path.stat()
    except OSError:
        raise ModuleInvalid(f'no such file "{unseen(file)}"') from None
    if status.st_size > FILE_BYTES:
        raise ModuleInvalid(f"{quoted(file)} is larger than {FILE_BYTES >> 20} MiB")
    found = Reference(str(path), name, status.st_mtime_ns)
    load(found)
    return found


@lru_cache(KEPT)
def load(one: Reference) -> Module:
    """A module. Raises ModuleInvalid with the file, the line and what is wrong, or what is there
    instead.
    """
    path = Path(one.file)
    try:
        text = path.read_text("utf-8")
        node, above = _module(text, one.name)
        if node is None:
            raise ModuleInvalid(_missing(text, path.name, one.name))
        return Module.model_validate(_plain(node))
    except ValidationError as error:
        raise ModuleInvalid(_told(error, node, above, path.name)) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ModuleInvalid(f"{path.name}:{line}: {error.problem}") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        if isinstance(error, ModuleInvalid):
            raise
        raise ModuleInvalid(f"{path.name} cannot be read: {error}") from None


def _told(error: ValidationError, node: Node | None, above: int, file: str) -> str:
    """The first mistake, with its line."""
    first = error.errors(include_url=False)[0]
    line, keys = follow(node, first["loc"])
    what = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        what = f"unknown key {quoted(first['loc'][-1])}"
    return f"{file}:{line + above}: {'.'.join(map(str, keys))}: {what}"


def _missing(text: str, file: str, name: str) -> str:
    there = list(_keys(text))
    meant = near(name, there)
    more = f"; {meant}" if meant else ""
    shown = ", ".join(there[:40]) + (", ..." if len(there) > 40 else "")
    return f"no module {quoted(name)} in {file}{more}" + (f" (there are {shown})" if there else "")


_MODULES = re.compile(r"^modules:[ \t]*(?:#.*)?$", re.MULTILINE)
_KEY = re.compile(
    r"""^(?P<indent>\ *)(?P<quote>["']?)(?P<key>[^\s"'\#\[\]{},&*!|>%@`-][^"'\#\n]*?)(?P=quote)
    :[\ \t]*(?:\#.*)?$""",
    re.MULTILINE | re.VERBOSE,
)


def _keys(text: str) -> Mapping[str, tuple[int, int]]:
    """The modules of a file that is written in blocks: the offsets of the text of each."""
    below = _MODULES.search(text)
    at = below.end() if below else 0
    indent: str | None = None
    found: dict[str, tuple[int, int]] = {}
    name, start = "", 0
    for key in _KEY.finditer(text, at):
        if indent is None:
            indent = key["indent"]
        if len(key["indent"]) <= len(indent):
            if name:
                found[name] = (start, key.start())
                name = ""
            if key["indent"] != indent:
                break
            name, start = key["key"], key.start()
    if name:
        found[name] = (start, len(text))
    return found


def _module(text: str, name: str) -> tuple[Node | None, int]:
    """The part of a file that is the module, and how many lines stand above what was read of it.

    The large published file takes a second as a whole.
    """
    place = _keys(text).get(name)
    if place is not None:
        try:
            found = _under(yaml.compose(text[slice(*place)], yaml.CBaseLoader), name)
        except yaml.YAMLError:
            found = None  # it uses what stands elsewhere, or is wrong: the whole file tells
        if found is not None:
            return found, text.count("\n", 0, place[0])
    root = yaml.compose(text, yaml.CBaseLoader)
    below = _under(root, "modules")
    return _under(root if below is None else below, name), 0


def _under(node: Node | None, name: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _plain(node: Node) -> Any:
    """A node as plain data, every scalar as text."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [_plain(one) for one in node.value]
    return dict(_pairs(node))


def _pairs(node: Node) -> Iterator[tuple[str, Any]]:
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise ModuleInvalid(f"line {key.start_mark.line + 1}: a key that is no text")
        yield key.value, _plain(value)
