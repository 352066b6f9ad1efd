"""Where the parts of a profile's file stand: the line of a problem, found once there is one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from inventory.problem import Problem

Keys = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong, and the keys that lead there in the file."""

    keys: Keys
    message: str


def data_of(text: str) -> tuple[Any, list[Fault]]:
    """A file's data, and the names that stand twice in one place (YAML keeps the last in silence).

    Raises yaml.YAMLError.
    """
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        twice = list(_twice(node, ()))  # before merge keys are unfolded into the nodes
        return loader.construct_document(node) if node is not None else None, twice
    finally:
        loader.dispose()


def _twice(node: Node | None, keys: Keys) -> Iterator[Fault]:
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if name.value in seen:
                yield Fault((*keys, name.value), "stands twice")
            seen.add(name.value)
            yield from _twice(value, (*keys, name.value))
    elif isinstance(node, SequenceNode):
        for at, value in enumerate(node.value):
            yield from _twice(value, (*keys, at))


def placed(path: Path, faults: Sequence[Fault]) -> list[Problem]:
    """Faults of one file as problems with their lines; the file is YAML that could be read."""
    root = yaml.compose(path.read_text("utf-8"), yaml.CSafeLoader) if faults else None
    found = []
    for keys, message in faults:
        line, real = follow(root, keys)
        found.append(Problem(path.name, line, ".".join(map(str, real)), message))
    return found


def follow(node: Node | None, keys: Keys) -> tuple[int, Keys]:
    """The line of the deepest part of a path that is there, and the path without what is not.

    A key that is missing stays as the last; in between stand words of pydantic's unions.
    """
    line = node.start_mark.line + 1 if node is not None else 1
    real: list[str | int] = []
    for at, key in enumerate(keys):
        if isinstance(node, ScalarNode):
            break
        below = _below(node, key)
        if below is not None:
            line, node = below
            real.append(key)
        elif at == len(keys) - 1 and str(key)[:1].islower() and "[" not in str(key):
            real.append(key)
    return line, tuple(real)


def _below(node: Node | None, key: str | int) -> tuple[int, Node] | None:
    """The part of a node under a key, in the node itself or in what is merged into it."""
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
        merged = (value for name, value in node.value if name.value == "<<")
        return next((found for one in merged if (found := _below(one, key))), None)
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        value = node.value[key]
        return value.start_mark.line + 1, value
    return None
