"""A route: what is answered where, to whom, and how it is described."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel

from collector.api.entry.guard import BODY

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query."""

    name: str
    text: str
    kind: str = "string"
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path. `example` is a body in the route's shape, or text in `media`.

    `role` is who may ask where tokens are on, "" for anyone; `body` an example of what is sent,
    in at most `most` bytes.
    """

    method: str
    path: str
    answer: Answers
    summary: str
    example: BaseModel | str
    parameters: tuple[Parameter, ...] = ()
    role: str = "viewer"
    media: str = "application/json"
    refusals: tuple[int, ...] = ()
    body: BaseModel | None = None
    most: int = BODY


WHERE = Parameter(
    "where",
    "field=value, != or ~ (a part of it), as in role=ward-router or site.kind=ward|department; "
    "also state=, because=",
    repeated=True,
)
SEARCH = Parameter("search", "words to find, without regard to case and Vietnamese marks")
LIMIT = Parameter("limit", "items in one answer, at most 1000", "integer")
CURSOR = Parameter("cursor", "the `next` of the answer before")
LANGUAGE = Parameter("language", "of words: vi or en; the province's own by default")
AFTER = Parameter("after", "only events with a greater id, oldest first", "integer")
ABOUT = Parameter("where", "kind=... or subject=device:...", repeated=True)
LISTED = (WHERE, SEARCH, LIMIT, CURSOR)
TEXT = "text/plain"
