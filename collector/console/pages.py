"""The console's pages and their files as they are sent: read once, compressed once, files under an
address that names their contents, so that a browser may keep them for good.

The pages have no data in them and are anybody's; what they show they ask of the API. A page is a
folder of `assets/` with `NAME/NAME.html` (what stands within the frame), `NAME.js` and `NAME.css`.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from inventory.model import KINDS

_MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_IMPORTED = re.compile(r'^(?:import|export) (?:.* from )?"(\.[^"]+)";$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    media: str
    body: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page stands, its folder, and what it asks of the API before anything else; `{path}`
    there is its own path. "" where its scripts know better.
    """

    path: str
    folder: str
    ask: str


PAGES = (
    Page("/", "wall", "/api/v1/wall"),
    Page("/map", "map", "/api/v1/map"),
    Page("/inventory", "inventory", ""),
    Page("/maintenance", "maintenance", "/api/v1/maintenance/sheet"),
    Page("/audit", "audit", ""),
    *(Page(f"/{kind}s/{{name}}", "thing", "/api/v1{path}/sheet") for kind in KINDS),
    Page("/incidents/{name}", "incident", "/api/v1{path}/sheet"),
    Page("/runbooks/{name}", "runbook", "/api/v1{path}"),
)


def _walk(folder: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _walk(one, f"{above}{one.name}/")
        else:
            yield above + one.name, one


def _read() -> tuple[Mapping[str, Asset], Mapping[str, str]]:
    found, pages = {}, {}
    for name, one in _walk(files(__name__.rpartition(".")[0]).joinpath("assets")):
        media = _MEDIA.get(name[name.rfind(".") :])
        if media is not None:
            body = one.read_bytes()
            found[name] = Asset(media, body, gzip.compress(body, mtime=0))
        elif name.endswith(".html"):
            pages[name] = one.read_text("utf-8")
    return found, pages


ASSETS, HTML = _read()
VERSION = hashlib.sha256(
    b"".join(name.encode() + one.body for name, one in sorted(ASSETS.items()))
).hexdigest()[:12]
"""Names the contents of all files together: modules ask for each other beside themselves."""


def modules(entry: str) -> list[str]:
    """A script and all that it imports, however far, by name in `assets/`."""
    found, ahead = {entry: None}, [entry]
    while ahead:
        name = ahead.pop()
        for one in _IMPORTED.findall(ASSETS[name].body.decode()):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), one))
            if path not in found:
                found[path] = None
                ahead.append(path)
    return list(found)


@lru_cache
def framed(folder: str) -> str:
    """A page in its frame, with what is to be filled in yet: province, language, known, ask."""
    base = f"/console/{VERSION}"
    scripts = modules(f"{folder}/{folder}.js")
    styles = dict.fromkeys(("", *(f"{posixpath.dirname(one)}/" for one in reversed(scripts))))
    sheets = [f"{one}{one.strip('/') or 'console'}.css" for one in styles]
    lines = [f'<link rel="modulepreload" href="{base}/{one}">' for one in scripts[1:]]
    lines.append(f'<script type="module" src="{base}/{scripts[0]}"></script>')
    links = [f'<link rel="stylesheet" href="{base}/{one}">' for one in sheets if one in ASSETS]
    return (
        HTML["frame.html"]
        .replace("{assets}", base)
        .replace("{styles}", "\n".join(links))
        .replace("{scripts}", "\n".join(lines))
        .replace("{main}", HTML[f"{folder}/{folder}.html"])
    )
