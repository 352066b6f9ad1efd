"""The files of the console as they are sent: read once, compressed once, under an address that
names their contents, so that a browser may keep them for good.

The pages have no data in them and are anybody's; what they show they ask of the API.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    media: str
    body: bytes
    packed: bytes


def _read() -> Mapping[str, Asset]:
    found = {}
    for one in files(__name__.rpartition(".")[0]).joinpath("assets").iterdir():
        name = one.name
        media = _MEDIA.get(name[name.rfind(".") :])
        if media is not None:
            body = one.read_bytes()
            found[name] = Asset(media, body, gzip.compress(body, mtime=0))
    return found


ASSETS = _read()
VERSION = hashlib.sha256(
    b"".join(name.encode() + one.body for name, one in sorted(ASSETS.items()))
).hexdigest()[:12]
"""Names the contents of all files together: modules ask for each other beside themselves."""

WALL = files(__name__.rpartition(".")[0]).joinpath("assets/wall.html").read_text("utf-8")
