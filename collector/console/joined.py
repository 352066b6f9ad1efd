"""Joins the files of a page: a browser pays for every file that it fetches, an old one 10 ms of its
only thread, and a page is made of forty. Modules stay what they are, each within its own braces;
what they give each other is found where it stood in their imports. Remarks are not sent.

Only what stands on a line of its own is understood: `import { a, b as c } from "./d.js";`,
`import * as a from "./d.js";`, `import "./d.js";`, `export` before a const, function or class, and
remarks after `//`.
"""

import posixpath
import re
from collections.abc import Mapping
from functools import partial

_IMPORT = re.compile(
    r'^import (?:(?:\{ (?P<names>.*) \}|\* as (?P<whole>\w+)) from )?"(?P<path>\.[^"]+)";$',
    re.MULTILINE,
)
_REMARK = re.compile(r"^ *//.*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|function|class) (\w+))", re.MULTILINE)


def modules(texts: Mapping[str, str], entry: str) -> list[str]:
    """A script and all that it imports, however far, by path: what is imported stands before what
    imports it. Raises KeyError where there is no such file.
    """
    found: dict[str, bool] = {}

    def add(path: str) -> None:
        if path in found:
            return
        found[path] = False
        for one in _IMPORT.finditer(texts[path]):
            add(_beside(path, one["path"]))
        found[path] = found.pop(path)

    add(entry)
    return list(found)


def script(texts: Mapping[str, str], entry: str) -> str:
    """All those as one script. Each is a constant that is named as its path, `$parts_path` for
    `parts/path.js`, and holds what it exports.
    """
    return "".join(_closed(path, texts[path]) for path in modules(texts, entry))


def _closed(path: str, text: str) -> str:
    given = ", ".join(one[1] for one in _EXPORT.finditer(text))
    body = _EXPORT.sub("", _IMPORT.sub(partial(_taken, path), _REMARK.sub("", text)))
    return f"const {_named(path)} = (() => {{\n{body}return {{ {given} }};\n}})();\n"


def _taken(path: str, found: re.Match[str]) -> str:
    name = _named(_beside(path, found["path"]))
    if found["whole"]:
        return f"const {found['whole']} = {name};"
    return f"const {{ {found['names'].replace(' as ', ': ')} }} = {name};" if found["names"] else ""


def _named(path: str) -> str:
    return "$" + path.removesuffix(".js").replace("/", "_")


def _beside(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
