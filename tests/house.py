"""The rules of the house as functions: each takes files (path to text), returns what breaks it."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeGuard

from probes.catalogue import METRICS, SUBJECTS
from probes.snmp.profile import Profile

ROOT = Path(__file__).parents[1]
Files = Mapping[str, str]

ROOMS: Mapping[str, tuple[str, ...]] = {
    "inventory": (),
    "probes": ("inventory",),
    "alerts": ("inventory", "probes.catalogue", "probes.expression"),
    "dashboards": ("inventory", "probes.catalogue", "probes.expression"),
    "collector": ("inventory", "probes", "alerts", "dashboards"),
}
"""What each room may import of ours, beside itself (docs/design.md)."""

LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "aiohttp": ("probes/http", "probes/redfish/", "probes/tcp", "probes/web", "collector/"),
    "asyncssh": ("probes/ssh/",),
    "cryptography": ("probes/snmp/", "probes/tls", "collector/"),
    "grafana_client": ("dashboards/publish",),
    "grafana_foundation_sdk": ("dashboards/fields", "dashboards/plugins", "dashboards/render"),
    "influxdb_client": ("collector/stores/",),
    "netmiko": ("probes/cli/",),
    "ntc_templates": ("probes/cli/",),
    "paramiko": ("probes/cli/",),
    "prometheus_client": ("collector/",),
    "pysnmp": ("probes/traps/",),
    "dns": ("probes/dns",),
    "rich": ("collector/",),
    "yaml": (
        *("alerts/", "dashboards/soundness", "inventory/", "collector/"),
        *("probes/catalogue", "probes/cli/language", "probes/snmp/profiles", "probes/snmp/spots"),
        *("probes/snmp/module/file", "probes/traps/names"),
    ),
}
"""Who may use a library: a probe only its one protocol's."""

BANNED = {"utils", "util", "common", "helpers", "helper", "manager", "handler", "base", "misc"}
FILE_LINES, FUNCTION_LINES, MOST_LINES, PARAMETERS = 400, 30, 60, 6
SHARE_WITHIN = 0.9

FORBIDDEN = re.compile(
    # Written with classes of one letter, so that this file keeps its own rule.
    r"\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b|assert Tru[e]\b"
    r"|/wor[k]/|/roo[t]/|/hom[e]/[a-z]|\.librar[y]/"
    r"|pyp[i]\.org|pythonhoste[d]\.org|deb\.debia[n]\.org|npmj[s]\.org"
)


def texts(*suffixes: str, under: Iterable[str] = (".",)) -> dict[str, str]:
    """The project's own files with these endings; nothing that tools made."""
    made = {".venv", ".git", ".hatang", "build", "dist", "__pycache__", "node_modules"}
    found: dict[str, str] = {}
    for folder in under:
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            tool = any(part in made or part.endswith(("_cache", ".egg-info")) for part in parts)
            if path.is_file() and path.name.endswith(suffixes) and not tool:
                found["/".join(parts)] = path.read_text("utf-8", "replace")
    return found


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _within(name: str, allowed: Iterable[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def imports(files: Files) -> list[str]:
    """A room that imports what it may not, or a library outside its place."""
    found = []
    for path, text in files.items():
        room = path.split("/")[0]
        for line, name in _imports(ast.parse(text)):
            top = name.split(".")[0]
            if top in ROOMS and top != room and not _within(name, ROOMS.get(room, ())):
                found.append(f"{path}:{line}: {room} may not import {name}")
            if top in LIBRARIES and not path.startswith(LIBRARIES[top]):
                found.append(f"{path}:{line}: {top} has no place here")
    return found


def circles(files: Files) -> list[str]:
    """The first circle of files that import each other, inside functions too."""
    stems = {path: path.removesuffix(".py").removesuffix("/__init__") for path in files}
    module = {stem.replace("/", "."): path for path, stem in stems.items()}
    graph = {}
    for path, text in files.items():
        names = [name for _, name in _imports(ast.parse(text))]
        used = [module.get(name) or module.get(name.rpartition(".")[0]) for name in names]
        graph[path] = {one for one in used if one and one != path}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" imports ".join(reversed(error.args[1]))]
    return []


def _functions(text: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, (node.end_lineno or node.lineno) - node.lineno + 1


def sizes(files: Files) -> list[str]:
    """Files and functions that are too long, functions with too many parameters."""
    found = []
    lengths = []
    for path, text in files.items():
        if (lines := text.count("\n")) > FILE_LINES:
            found.append(f"{path}: {lines} lines, at most {FILE_LINES}")
        for node, length in _functions(text):
            lengths.append(length)
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([one for one in given if one.arg not in ("self", "cls")])
            if length > MOST_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {length} lines")
            if count > PARAMETERS:
                found.append(f"{path}:{node.lineno}: {node.name} takes {count} parameters")
    short = sum(length <= FUNCTION_LINES for length in lengths)
    if lengths and short < SHARE_WITHIN * len(lengths):
        found.append(f"{short} of {len(lengths)} functions are within {FUNCTION_LINES} lines")
    return found


def names(paths: Iterable[str]) -> list[str]:
    """Modules and folders whose name says nothing."""
    return [
        f"{path}: a name that says nothing"
        for path in paths
        if BANNED & {part.removesuffix(".py") for part in path.split("/")}
    ]


def forbidden(files: Files) -> list[str]:
    """Unfinished work, paths of a machine, addresses to download from."""
    return [
        f"{path}:{number}: {match[0]}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := FORBIDDEN.search(line))
    ]


def ignores(files: Files) -> list[str]:
    """Ignores that do not name their rule, or give no reason in place."""
    mark = re.compile(r"#\s*(noqa|type:\s*ignore)\b")
    whole = re.compile(
        r"(noqa|type:\s*ignore)(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[a-z-, ]+\])\s+(#|--?)\s\w"
    )
    found = []
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if mark.search(line) and not whole.search(line):
                found.append(f"{path}:{number}: an ignore names its rule and says why")
    return found


def _makes_row(node: ast.AST) -> TypeGuard[ast.Call]:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in ("Head", "info")


def subjects(files: Files) -> list[str]:
    """Rows made in code about a subject that the catalogue does not know."""
    return [
        f"{path}:{node.lineno}: no subject {first.value!r}"
        for path, text in files.items()
        for node in ast.walk(ast.parse(text))
        if _makes_row(node) and node.args
        for first in node.args[:1]
        if isinstance(first, ast.Constant) and first.value not in SUBJECTS
    ]


def series(name: str, labels: frozenset[str] | set[str]) -> list[str]:
    """What the catalogue has against a series of that name with those label names."""
    if name not in METRICS:
        return [f"{name} is not in the catalogue"]
    return [] if METRICS[name].allows(labels) else [f"{name} may not carry {sorted(labels)}"]


def profile(one: Profile) -> list[str]:
    """What the catalogue has against the rows that a profile makes."""
    found: set[str] = set()
    for table in one.tables.values():
        for rows in table.rows:
            labels = {"device", "site", *rows.label, *rows.labels}
            for field in rows.fields:
                found.update(series(f"{rows.subject}_{field}", labels))
            if rows.info:
                found.update(series(f"{rows.subject}_info", {*labels, *rows.info}))
    return sorted(f"{one.name}: {fault}" for fault in found)


def promises(pages: Files, targets: Iterable[str], commands: Iterable[str]) -> list[str]:
    """Make targets, commands and pages that a document names and that do not exist."""
    found = []
    known = {"make": set(targets), "hatang": set(commands)}
    for path, text in pages.items():
        code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
        used = re.findall(r"(?:^|[\s`$/])(make|hatang) ([a-z]+)\b", code)
        links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
        here = (ROOT / path).parent
        found += [f"{path}: no {tool} {name}" for tool, name in used if name not in known[tool]]
        found += [f"{path}: {link} is not there" for link in links if not (here / link).exists()]
    return found
