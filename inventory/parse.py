"""A file's plain data into typed entries: every mistake a problem, what is good kept."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from inventory.document import LISTED, NAMED, Document, suggest
from inventory.problem import Problem, quoted
from inventory.source import Keys, Source
from inventory.value import described


@dataclass(slots=True)
class Parsed:
    """What could be read of a file. `broken` are (section, name) with mistakes, left out of
    `document`; `positions` tell which element of the file's list an element of the document's
    list was.
    """

    source: Source
    document: Document
    problems: list[Problem] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    positions: dict[str, list[int]] = field(default_factory=dict)


def parse(source: Source) -> Parsed:
    """Type one file. A file that is empty or could not be read gives an empty document."""
    problems = list(source.problems)
    data = {} if source.data is None else source.data
    if not isinstance(data, dict):
        problems.append(source.problem((), f"must be a mapping, not {described(data)}"))
        data = {}
    data = {key: value for key, value in data.items() if value is not None}
    parsed = Parsed(source, Document(), problems)
    parsed.positions = {key: list(range(_length(data.get(key)))) for key in LISTED}
    context = {"folder": source.path.parent}
    for attempt in range(3):
        try:
            parsed.document = Document.model_validate(data, context=context)
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
            if attempt == 0:
                parsed.problems += [_problem(source, one) for one in errors]
            data = _without(parsed, data, [one["loc"] for one in errors], attempt == 0)
    return parsed


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _without(
    parsed: Parsed, data: dict[str, Any], locs: list[tuple[str | int, ...]], gently: bool
) -> dict[str, Any]:
    """The data without what has mistakes: single keys of an entry if gently, else the entry."""
    whole: set[str] = set()
    elements: set[tuple[str, int]] = set()
    keys: dict[tuple[str, str], set[str]] = {}
    for loc in locs:
        section, first = str(loc[0]), loc[1] if len(loc) > 1 else None
        if section in NAMED and isinstance(first, str):
            parsed.broken.add((section, first))
            key = str(loc[2]) if gently and len(loc) > 2 else ""
            keys.setdefault((section, first), set()).add(key)
        elif section in LISTED and isinstance(first, int):
            elements.add((section, first))
        else:
            whole.add(section)
            parsed.broken.add((section, ""))
    kept = {section: value for section, value in data.items() if section not in whole}
    for section in {section for section, _ in keys}:
        kept[section] = dict(kept[section])
    for (section, name), wrong in keys.items():
        entries = kept[section]
        entry = entries.pop(name, None)
        if isinstance(entry, dict) and not wrong & {"", "[key]"}:
            entries[name] = {key: one for key, one in entry.items() if key not in wrong}
    for section in LISTED:
        if section in kept and any(one == section for one, _ in elements):
            stay = [i for i in range(len(kept[section])) if (section, i) not in elements]
            parsed.positions[section] = [parsed.positions[section][i] for i in stay]
            kept[section] = [kept[section][i] for i in stay]
    return kept


def _problem(source: Source, error: Any) -> Problem:
    path = _real(source, error["loc"])
    message, suggestion = explain(error)
    if error["type"] == "extra_forbidden":
        suggestion = suggest(error["loc"])
    if error["type"] == "missing":
        path = path[:-1]
    return source.problem(path, message, suggestion)


def _real(source: Source, loc: tuple[str | int, ...]) -> Keys:
    """A validator's location as a path of the file: without the steps that only the types have."""
    path: list[str | int] = []
    data: Any = source.data
    for part in loc:
        if isinstance(part, int) and not isinstance(data, list):
            continue
        if isinstance(part, str) and (part == "[key]" or (data is None and "[" in part)):
            continue
        path.append(part)
        data = _step(data, part)
    return tuple(path)


def _step(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


_WANTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "on or off",
    "bool_parsing": "on or off",
    "string_type": "text",
}


def explain(error: Any) -> tuple[str, str]:
    """A validation error in plain words, never with the value unless the validator chose to tell
    it.
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind == "inventory":
        return context["message"], context["suggestion"]
    if kind == "missing":
        return f"{quoted(error['loc'][-1])} is missing", ""
    if kind == "extra_forbidden":
        return f"unknown key {quoted(error['loc'][-1])}", ""
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {described(error.get('input'))}", ""
    if kind in ("literal_error", "enum"):
        return "is none of the known words", context.get("expected", "")
    message = str(error["msg"])
    for prefix in ("Value error, ", "Assertion failed, ", "Input "):
        message = message.removeprefix(prefix)
    return message, ""


def flaws(error: ValidationError) -> Iterator[tuple[Keys, str, str]]:
    """The mistakes in a probe's settings: location, message, suggestion."""
    for one in error.errors(include_url=False):
        message, suggestion = explain(one)
        path = one["loc"][:-1] if one["type"] == "missing" else one["loc"]
        yield path, message, suggestion
