"""What vendors' command lines tell, as data: `probes/commands/*.yaml`, read and checked whole.

Owns the language of these files (docs/commands.md). A file names netmiko's driver, the commands
with what their answers become (probes/cli/facts.py), and how a running configuration is read and
what of it is never kept (probes/cli/cleanse.py).
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

FOLDER = Path(__file__).parent.parent / "commands"
"""Where the shipped files are."""

READING = ("show", "display", "get", "diagnose")
"""First words of commands that only read."""

_READING_LAST = ("print", "export")
"""RouterOS names the menu first: what it does to it stands behind."""

_WRITING = re.compile(
    r"\b(?:set|unset|(?<!-)config|configure|delete|remove|clear|reset|kill|purge|flush|restart|reboot|reload"
    r"|shutdown|debug|test|redirect|tee|append|save|copy|write|commit|update-now|execute|exec)\b"
    r"|file=|[\r\n;>`]"
)


class CommandsInvalid(ValueError):  # noqa: N818  # as ProfileInvalid
    """A file of commands cannot be used; the message names it and lists what is wrong."""


def reads_only(command: str) -> str:
    """The command, if it does nothing but show something; ValueError if it may do more."""
    words = command.split()
    menu = command.startswith("/") and any(word.lstrip("/") in _READING_LAST for word in words)
    # "configuration" shows; "display set" is a form of Junos' output.
    rest = command.replace("| display set", "")
    if not words or not (words[0] in READING or menu) or _WRITING.search(rest):
        raise ValueError(f'"{command}" is no command that only reads ({", ".join(READING)}, print)')
    return command


def _pattern(text: str) -> str:
    try:
        re.compile(f"(?:{text})")  # as it stands among others
    except re.error as error:
        raise ValueError(f'"{text}" is no regular expression: {error}') from None
    return text


def _grouped(text: str) -> str:
    if not re.compile(_pattern(text)).groups:
        raise ValueError(f'"{text}" has no group: what it holds is what is hidden')
    return text


def _field(value: object) -> object:
    return {"of": value} if isinstance(value, (str, list)) else value


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Command = Annotated[str, AfterValidator(reads_only)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Hiding = Annotated[str, AfterValidator(_grouped)]


class Part(BaseModel):
    """A part of a file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Value(Part):
    """How a number is made of the first group of `of` that is there.

    `map` gives texts their number (in lower case), `default` that of any other text. `form`:
    number; instant, a time of one of `formats` (strptime), as UTC where it says no offset; age,
    seconds since that time; left, a span in words ("3 weeks 4 days") as the instant when it ends.
    """

    of: Annotated[list[str], BeforeValidator(_listed)]
    map: dict[str, float] = {}
    default: float | None = None
    form: Literal["number", "instant", "age", "left"] = "number"
    formats: list[str] = []
    scale: float = 1


class Rows(Part):
    """Rows of one subject, one for each match: `label` and `labels` are texts with `{group}` in
    them; `where` are patterns that groups must contain.
    """

    subject: str
    label: dict[str, str] = {}
    labels: dict[str, str] = {}
    where: dict[str, Pattern] = {}
    fields: dict[str, Annotated[Value, BeforeValidator(_field)]] = Field(min_length=1)


class Fact(Part):
    """One command, and what its answer becomes: by a `pattern` of our own with named groups, found
    as often as it is there (lines: multi-line mode), or by ntc-templates' `template`, the name of
    their platform. An answer that contains `nothing` says that there is nothing to tell.
    """

    command: Command
    pattern: Pattern | None = None
    template: str | None = None
    nothing: Pattern | None = None
    rows: list[Rows] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_parser(self) -> "Fact":
        if (self.pattern is None) == (self.template is None):
            raise ValueError("a fact has a pattern or a template")
        return self


class Changed(Part):
    """Where a configuration tells when it was changed last: the groups `when` and, where they are
    there, `day` (read behind it) and `zone`.
    """

    pattern: Pattern
    formats: list[str] = Field(min_length=1)


class Block(Part):
    """Lines from one that contains `begin` to one that contains `end`: hidden whole."""

    begin: Pattern
    end: Pattern


class Section(Block):
    """What is secret only between two lines: the groups of `hide`."""

    hide: Hiding


class Backup(Part):
    """How the running configuration is read; what in it is no change (`volatile` lines), and what
    is never kept (the groups of `secrets`, also those of `sections`; `blocks` of lines). `last` is
    what its last line must contain. A line with `broken` in it means that it is not whole.
    """

    command: Command
    last: Pattern | None = None
    changed: Changed | None = None
    broken: list[Pattern] = []
    volatile: list[Pattern] = []
    secrets: list[Hiding] = []
    sections: list[Section] = []
    blocks: list[Block] = []


class Platform(Part):
    """One file. `driver` is netmiko's name; `refused` are patterns of lines by which a device says
    that it does not know or not allow a command. What is not said stands in the file that it
    `extends`.
    """

    title: str
    driver: str
    extends: str | None = None
    refused: list[Pattern] = []
    facts: dict[str, Fact] = {}
    backup: Backup | None = None


class Anywhere(Part):
    """`_any.yaml`: what holds for every platform."""

    refused: list[Pattern]
    broken: list[Pattern]
    secrets: list[Hiding]
    blocks: list[Block]


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def load_platforms(folder: Path = FOLDER) -> Mapping[str, Platform]:
    """Every platform of a folder by its file's name. Raises CommandsInvalid."""
    try:
        anywhere = Anywhere.model_validate(_read(folder / "_any.yaml"))
        paths = sorted(folder.glob("[!_]*.yaml"))
        plain = {path.stem: Platform.model_validate(_read(path)) for path in paths}
        whole = {name: _extended(one, plain) for name, one in plain.items()}
    except (ValidationError, yaml.YAMLError, OSError, KeyError) as error:
        raise CommandsInvalid(f"{folder}: {error}") from None
    return {name: _laid(one, anywhere) for name, one in whole.items()}


@cache
def platforms() -> Mapping[str, Platform]:
    """The shipped platforms."""
    return load_platforms()


def _extended(one: Platform, known: Mapping[str, Platform]) -> Platform:
    """Over the file that it extends, which extends no other. Raises KeyError."""
    if one.extends is None:
        return one
    under = known[one.extends]
    facts = {**under.facts, **one.facts}
    refused = [*one.refused, *under.refused]
    backup = one.backup or under.backup
    return one.model_copy(update={"facts": facts, "refused": refused, "backup": backup})


def _laid(one: Platform, anywhere: Anywhere) -> Platform:
    """A platform with what holds everywhere behind its own."""
    backup = one.backup
    if backup is not None:
        more = {
            "broken": [*backup.broken, *anywhere.broken],
            "secrets": [*backup.secrets, *anywhere.secrets],
            "blocks": [*backup.blocks, *anywhere.blocks],
        }
        backup = backup.model_copy(update=more)
    refused = [*one.refused, *anywhere.refused]
    return one.model_copy(update={"refused": refused, "backup": backup})
