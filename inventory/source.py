"""Files into plain data, with the line of every key: strict, bounded, one pass over the parser's
events.

Read as YAML with plain scalars after the 1.2 core schema plus on/off/yes/no, except that dates,
times and numbers with leading zeros (unit codes) stay text. Tags and merge keys are refused. What
is built from events, and not by PyYAML's composer, is so for two reasons: the composer recurses in
C and falls over deep nesting (a crash, not an exception), and aliases have to be counted.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from inventory.plaintext import exposed
from inventory.problem import Problem, quoted

FILE_BYTES = 16 * 1024 * 1024
"""Largest file that is read: 20,000 devices take about 4 MB."""
DEPTH = 40
NODES = 2_000_000
"""Most nodes of one file once aliases are followed."""

Keys = tuple[str | int, ...]


@dataclass(slots=True)
class Spot:
    """Where a node begins (line from 1), and its parts: by key, or by index."""

    line: int
    parts: "dict[str, Spot] | list[Spot] | None" = None
    size: int = 1


@dataclass(slots=True)
class Source:
    """One file as plain data. `problems` are those of the text itself,
    `unread` when they kept it from being read whole; `name` is how people call
    the file.
    """

    name: str
    path: Path
    data: Any = None
    spot: Spot = field(default_factory=lambda: Spot(1))
    problems: list[Problem] = field(default_factory=list)
    unread: bool = False

    def line(self, path: Keys) -> int:
        """The line where the deepest existing part of a path begins."""
        spot = self.spot
        for part in path:
            below: Spot | None = None
            if isinstance(spot.parts, dict):
                below = spot.parts.get(str(part))
            elif isinstance(spot.parts, list) and isinstance(part, int) and part < len(spot.parts):
                below = spot.parts[part]
            if below is None:
                break
            spot = below
        return spot.line

    def problem(self, path: Keys, message: str, suggestion: str = "") -> Problem:
        """A problem at a path of this file."""
        return Problem(self.name, self.line(path), written(path), message, suggestion)


def written(path: Keys) -> str:
    """A path as people write it: `devices.fw01.uplinks[0]`; printable, each word cut at 80."""
    text = ""
    for part in path:
        word = "".join(one if one.isprintable() else "?" for one in str(part)[:80])
        text += f"[{part}]" if isinstance(part, int) else f".{word}" if text else word
    return text


_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES"), True),
    **dict.fromkeys(("false", "False", "FALSE", "off", "Off", "OFF", "no", "No", "NO"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,30}")


def scalar(text: str) -> Any:
    """A plain scalar: None, bool, int, float, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


class Refused(Exception):  # noqa: N818 - it says what is the case
    """The text is not read further, because of this problem."""


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is being read."""

    data: Any
    spot: Spot
    path: Keys
    anchor: str | None
    key: str | None = None


class Composer:
    """Events of one document into data and spots."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stack: list[_Open] = []
        self.anchors: dict[str | None, tuple[Any, Spot] | None] = {}

    def read(self, text: str) -> None:
        """Fill the source; raises Refused or yaml.YAMLError."""
        loader = yaml.CSafeLoader(text)
        documents = 0
        try:
            while (event := loader.get_event()) is not None:
                documents += isinstance(event, DocumentStartEvent)
                if documents > 1:
                    self._refuse(event, "a second document begins", "one file is one document")
                self._take(event)
        finally:
            loader.dispose()

    def _take(self, event: Any) -> None:
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._start(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            done = self.stack.pop()
            if done.anchor:
                self.anchors[done.anchor] = (done.data, done.spot)
            self._put(event, done.data, done.spot)
        elif isinstance(event, AliasEvent):
            self._alias(event)

    def _scalar(self, event: Any) -> None:
        if event.tag not in (None, "!"):
            self._refuse(event, f"the tag {quoted(event.tag)} is not read", "leave it out")
        top = self.stack[-1] if self.stack else None
        text: str = event.value
        if top is not None and type(top.data) is dict and top.key is None:
            self._key(top, event, text)
            return
        value = scalar(text) if event.implicit[0] else text
        if advice := exposed(top.key or "" if top else "", value):
            path = written(self._here())
            line = event.start_mark.line + 1
            said = Problem(self.source.name, line, path, "secret in plain", advice)
            self.source.problems.append(said)
        spot = Spot(event.start_mark.line + 1)
        if event.anchor:
            self.anchors[event.anchor] = (value, spot)
        self._put(event, value, spot)

    def _key(self, top: _Open, event: Any, text: str) -> None:
        line = event.start_mark.line + 1
        if text == "<<":
            self._refuse(event, "merge keys are not read", "put what is shared into a role")
        if text in top.data:
            assert isinstance(top.spot.parts, dict)
            first = top.spot.parts[text].line
            path = written((*top.path, text))
            self.source.problems.append(
                Problem(self.source.name, line, path, "duplicate name", f"first in line {first}")
            )
        top.key = text
        if isinstance(top.spot.parts, dict):
            top.spot.parts[text] = Spot(line)

    def _start(self, event: Any) -> None:
        if event.tag not in (None, "!"):
            self._refuse(event, f"the tag {quoted(event.tag)} is not read", "leave it out")
        if len(self.stack) >= DEPTH:
            self.stack.clear()  # a path of so many steps is nothing to read
            self._refuse(event, f"nested deeper than {DEPTH} levels")
        top = self.stack[-1] if self.stack else None
        if top is not None and type(top.data) is dict and top.key is None:
            self._refuse(event, "a key must be one word, not a list or a mapping")
        if event.anchor:
            self.anchors[event.anchor] = None
        mapping = isinstance(event, MappingStartEvent)
        spot = Spot(event.start_mark.line + 1, {} if mapping else [])
        self.stack.append(_Open({} if mapping else [], spot, self._here(), event.anchor))

    def _alias(self, event: Any) -> None:
        known = self.anchors.get(event.anchor)
        if known is None:
            inside = event.anchor in self.anchors
            self._refuse(
                event, f"*{event.anchor} " + ("contains itself" if inside else "has no anchor")
            )
            return
        value, spot = known
        if self.stack and type(self.stack[-1].data) is dict and self.stack[-1].key is None:
            self._refuse(event, "a key must be one word, not an alias")
        self._put(event, value, Spot(event.start_mark.line + 1, spot.parts, spot.size))

    def _here(self) -> Keys:
        if not self.stack:
            return ()
        top = self.stack[-1]
        if top.key is not None:
            return (*top.path, top.key)
        return top.path if isinstance(top.data, dict) else (*top.path, len(top.data))

    def _put(self, event: Any, value: Any, spot: Spot) -> None:
        if not self.stack:
            self.source.data, self.source.spot = value, spot
            return
        top = self.stack[-1]
        top.spot.size += spot.size
        if top.spot.size > NODES:
            self._refuse(event, f"aliases unfold to more than {NODES} nodes")
        if top.key is None:
            top.data.append(value)
            assert isinstance(top.spot.parts, list)
            top.spot.parts.append(spot)
            return
        assert isinstance(top.spot.parts, dict)
        spot.line = top.spot.parts[top.key].line
        top.data[top.key] = value
        top.spot.parts[top.key] = spot
        top.key = None

    def _refuse(self, event: Any, message: str, suggestion: str = "") -> None:
        line = event.start_mark.line + 1
        self.source.problems.append(
            Problem(self.source.name, line, written(self._here()), message, suggestion)
        )
        raise Refused


def read(path: Path, name: str) -> Source:
    """Read one file. Whatever is wrong with it stands in the result's `problems`; nothing is
    raised.
    """
    source = Source(name, path)
    text = _text(source)
    if text is None:
        source.unread = True
        return source
    try:
        Composer(source).read(text)
    except Refused:
        source.unread = True
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = ", ".join(part for part in (error.context, error.problem) if part)
        line = mark.line + 1 if mark else 1
        begun = error.context_mark.line + 1 if error.context_mark else line
        where = f"begun in line {begun}" if begun != line else ""
        source.problems.append(Problem(name, line, "", f"broken YAML: {told}", where))
        source.unread = True
    except yaml.YAMLError as error:
        told = getattr(error, "reason", "") or "not readable"
        source.problems.append(Problem(name, 1, "", f"broken YAML: {told}"))
        source.unread = True
    return source


def _text(source: Source) -> str | None:
    message = ""
    raw = b""
    try:
        with source.path.open("rb") as file:
            raw = file.read(FILE_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    if len(raw) > FILE_BYTES:
        message = f"larger than {FILE_BYTES // 1024 // 1024} MB, the limit for one file"
    line = 1
    if not message:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            message = f"not UTF-8: byte 0x{raw[error.start]:02x}"
    source.problems.append(Problem(source.name, line, "", message))
    return None
