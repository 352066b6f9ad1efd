"""All files of an inventory laid together: entries by name, where each came from, what is wrong so
far.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inventory.document import LISTED, NAMED, SINGLE
from inventory.parse import Parsed, parse
from inventory.problem import Problem, near, quoted
from inventory.source import Keys, Source, read

FILES = 1000
"""Most files of one inventory."""

_SINGULAR = {
    "collectors": "collector",
    "credentials": "credentials",
    "calendars": "calendar",
    "roles": "role",
    "sites": "site",
    "devices": "device",
    "circuits": "circuit",
    "services": "service",
    "contacts": "contact",
}


@dataclass(slots=True)
class Draft:
    """Entries of all files. `broken` names exist but have mistakes: whoever refers to them is not
    wrong.
    """

    sections: dict[str, dict[str, Any]] = field(default_factory=lambda: {key: {} for key in NAMED})
    single: dict[str, Any] = field(default_factory=dict)
    listed: dict[str, list[tuple[Any, Source, int]]] = field(
        default_factory=lambda: {key: [] for key in LISTED}
    )
    origin: dict[tuple[str, str], Source] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    files: dict[Path, Path] = field(default_factory=dict)
    """As asked for, by real path."""
    unread: bool = False

    def wrong(self, path: Keys, message: str, suggestion: str = "") -> None:
        """Note a problem at `section.name...`, in the file where that entry stands."""
        source = self.origin.get((str(path[0]), str(path[1]) if len(path) > 1 else ""))
        source = source or self.origin[str(path[0]), ""]
        self.problems.append(source.problem(path, message, suggestion))

    def known(self, section: str, name: str) -> bool:
        """Whether an entry stands in the files, good or broken."""
        return name in self.sections[section] or (section, name) in self.broken

    def refer(self, section: str, name: str | None, path: Keys) -> bool:
        """Check a reference: True when the entry is there and good; a dangling one is noted."""
        if name is None:
            return False
        if name in self.sections[section]:
            return True
        if (section, name) not in self.broken and (section, "") not in self.broken:
            message, suggestion = self.unknown(section, name)
            self.wrong(path, message, suggestion)
        return False

    def unknown(self, section: str, name: str) -> tuple[str, str]:
        """Message and suggestion for a name that is nowhere."""
        return f"unknown {_SINGULAR[section]} {quoted(name)}", near(name, self.sections[section])


def gather(path: Path) -> Draft:
    """Read a file and all it includes."""
    draft = Draft()
    _include(draft, path, str(path), ())
    return draft


def _include(draft: Draft, path: Path, name: str, above: tuple[tuple[Path, str], ...]) -> None:
    source = read(path, name)
    draft.unread |= source.unread
    draft.files[path.resolve()] = path
    parsed = parse(source)
    _lay(draft, parsed)
    for number, pattern in enumerate(parsed.document.include):
        keys: Keys = ("include", number)
        files = _matching(path.parent, pattern)
        if not files:
            draft.problems.append(source.problem(keys, f"no such file {quoted(pattern)}"))
        for file in files:
            shown = str(Path(name).parent / file)
            _follow(
                draft, source, keys, (path.parent / file, shown), (*above, (path.resolve(), name))
            )


def _follow(
    draft: Draft,
    source: Source,
    keys: Keys,
    file: tuple[Path, str],
    above: tuple[tuple[Path, str], ...],
) -> None:
    """Include one file, unless it is above itself, or was read already by another way."""
    path, name = file
    real = path.resolve()
    ways = [one for one, _ in above]
    if real in ways:
        chain = [shown for _, shown in above[ways.index(real) :]]
        message = "include cycle: " + " > ".join((*chain, chain[0]))
        draft.problems.append(source.problem(keys, message))
    elif len(draft.files) >= FILES:
        draft.problems.append(source.problem(keys, f"more than {FILES} files"))
    elif real not in draft.files:
        _include(draft, path, name, above)


def _matching(folder: Path, pattern: str) -> list[str]:
    """The files of an include, relative to the folder, in the order of their names."""
    if not re.search(r"[*?\[]", pattern):
        return [pattern] if (folder / pattern).is_file() else []
    try:
        found = folder.glob(pattern)
        return sorted(str(one.relative_to(folder)) for one in found if one.is_file())
    except (ValueError, NotImplementedError):
        return []


def _lay(draft: Draft, parsed: Parsed) -> None:
    """Add one file's entries; a name that stands already is a problem."""
    source, document = parsed.source, parsed.document
    draft.problems += parsed.problems
    draft.broken |= parsed.broken
    for section in (*NAMED, *SINGLE, *LISTED):
        draft.origin.setdefault((section, ""), source)
    for section, name in parsed.broken:
        if name not in (getattr(document, section, None) or ()):
            _claim(draft, source, section, name)
    for section in NAMED:
        for name, entry in getattr(document, section).items():
            if _claim(draft, source, section, name):
                draft.sections[section][name] = entry
    for section in SINGLE:
        entry = getattr(document, section)
        if entry is not None and _claim(draft, source, section, "here"):
            draft.single[section] = entry
            draft.origin[section, ""] = source
    for section in LISTED:
        entries: Iterable[Any] = getattr(document, section)
        numbers = parsed.positions.get(section, [])
        draft.listed[section] += [
            (entry, source, n) for entry, n in zip(entries, numbers, strict=True)
        ]


def _claim(draft: Draft, source: Source, section: str, name: str) -> bool:
    """Take a name for an entry of this file; False and a problem when another file has it."""
    first = draft.origin.get((section, name))
    if not name or first is None:
        draft.origin[section, name] = source
        return True
    path = (section,) if section in SINGLE else (section, name)
    where = f"first in {first.name}:{first.line(path)}"
    draft.problems.append(source.problem(path, "duplicate name", where))
    return False
