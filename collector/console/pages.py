"""The console's pages and their files as they are sent: read, joined, compressed once, files under
an address that names their contents, so that a browser may keep them for good.

The pages have no data in them and are anybody's; what they show they ask of the API. A page is a
folder of `assets/` with `NAME/NAME.html` (what stands within the frame), `NAME.js` and `NAME.css`.
It loads one script, `NAME.js` with all that it imports, and one sheet of the styles of the folders
that these come from.
"""

import gzip
import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from collector.console import joined
from inventory.model import KINDS

_MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_ALONE = ("early.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: compressed, as every browser takes it."""

    media: str
    packed: bytes

    @property
    def body(self) -> bytes:
        """For whoever takes it only as it is."""
        return gzip.decompress(self.packed)


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


def _walk(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _walk(one, f"{above}{one.name}/")
        else:
            yield above + one.name, one.read_text("utf-8")


def sources() -> Mapping[str, str]:
    """What stands in `assets/`, by path."""
    return dict(_walk(files(__name__.rpartition(".")[0]).joinpath("assets")))


def _styles(texts: Mapping[str, str], folder: str) -> str:
    """The console's styles, those of the folders that a page's modules stand in, and its own."""
    places = map(posixpath.dirname, joined.modules(texts, f"{folder}/{folder}.js"))
    names = dict.fromkeys(f"{one}/{one}.css" for one in places if one not in ("", folder))
    found = ("console.css", *names, f"{folder}/{folder}.css")
    return "".join(texts[name] for name in found if name in texts)


def _assets(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in _ALONE:
        yield name, texts[name]
    for folder in {one.folder for one in PAGES}:
        yield f"{folder}.js", joined.script(texts, f"{folder}/{folder}.js")
        yield f"{folder}.css", _styles(texts, folder)


def _read() -> tuple[Mapping[str, Asset], Mapping[str, str]]:
    texts, found = sources(), {}
    for name, text in _assets(texts):
        media = _MEDIA[posixpath.splitext(name)[1]]
        found[name] = Asset(media, gzip.compress(text.encode(), mtime=0))
    return found, {name: text for name, text in texts.items() if name.endswith(".html")}


ASSETS, HTML = _read()
VERSION = hashlib.sha256(
    b"".join(name.encode() + one.packed for name, one in sorted(ASSETS.items()))
).hexdigest()[:12]
"""Names the contents of all files together."""


@lru_cache
def framed(folder: str) -> str:
    """A page in its frame, with what is to be filled in yet: province, language, known, ask."""
    return (
        HTML["frame.html"]
        .replace("{assets}", f"/console/{VERSION}")
        .replace("{folder}", folder)
        .replace("{main}", HTML[f"{folder}/{folder}.html"])
    )
