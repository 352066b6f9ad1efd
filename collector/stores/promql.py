"""Asks a store in PromQL, through the Prometheus HTTP API: VictoriaMetrics, or Prometheus itself.

Answers are read in bounded pieces and taken as hostile; `series` and `lines` are to be called in a
thread. What is told of a failure has no secret in it.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp

from inventory.secret import Secret
from probes.reading import unseen

CONNECT_SECONDS = 3.0
VALUES_MOST = 300_000
"""Values of all lines of an answer: one with a sample each would be mostly gaps, and many."""

_LABEL_MOST = 300
"""Characters of a label's value that are kept."""


class StoreError(Exception):
    """The store did not give what was asked: why, without secrets."""


class StoreAwayError(StoreError):
    """It would give nobody anything now: ask later."""


class Bounds(NamedTuple):
    """How much of an answer is read, and how long it is waited for, in seconds."""

    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Points in time: `start`, then every `step` seconds, `count` of them. A step of 0 is one
    moment.
    """

    start: float
    step: float = 0.0
    count: int = 1

    @property
    def end(self) -> float:
        """The last point."""
        return self.start + self.step * (self.count - 1)


class Line(NamedTuple):
    """One series: its labels, and a value for each point of the grid; None is a gap."""

    labels: Mapping[str, str]
    values: list[float | None]


class PromQL:
    """A store that answers PromQL, by the address below which `/api/v1/query` stands."""

    def __init__(self, url: str, token: Secret | None = None) -> None:
        self._url = url.rstrip("/") + "/api/v1/"
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, query: str, grid: Grid, bounds: Bounds) -> bytes:
        """The body of the answer: a vector at a moment, a matrix over a grid. Raises StoreError."""
        if not grid.step:
            return await self._send("query", {"query": query, "time": f"{grid.start:.3f}"}, bounds)
        form = {
            "query": query,
            "start": f"{grid.start:.3f}",
            "end": f"{grid.end:.3f}",
            "step": f"{grid.step:.3f}",
        }
        return await self._send("query_range", form, bounds)

    async def _send(self, place: str, form: Mapping[str, str], bounds: Bounds) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=bounds.seconds, sock_connect=CONNECT_SECONDS)
        headers = {"Authorization": f"Bearer {self._token.reveal()}"} if self._token else {}
        try:
            async with self._session.post(
                self._url + place,
                data=form,
                headers=headers,
                allow_redirects=False,
                timeout=timeout,
            ) as answer:
                body = await _bounded(answer, bounds.size)
                if answer.status != 200:
                    away = answer.status in (401, 403, 429) or answer.status >= 500
                    kind = StoreAwayError if away else StoreError
                    raise kind(f"the store answers {answer.status}: {self._shown(body)}")
                return body
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise StoreAwayError(f"the store does not answer: {self._why(error)}") from None

    def _why(self, error: Exception) -> str:
        """A fault in words. TimeoutError is an OSError; some of these have no text, and that of an
        answer which is no HTTP has the request in it, the token too.
        """
        text = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
        return self._shown(f"{type(error).__name__} {text}".encode())

    def _shown(self, body: bytes) -> str:
        text = " ".join(unseen(body[:2000].decode("utf-8", "replace")).split())
        if self._token:
            text = text.replace(self._token.reveal(), "***")
        return text[:200]


async def _bounded(answer: aiohttp.ClientResponse, most: int) -> bytes:
    pieces, size = [], 0
    async for piece in answer.content.iter_chunked(1 << 18):
        size += len(piece)
        if size > most:
            raise StoreError(f"the store's answer is larger than {most >> 20} MiB")
        pieces.append(piece)
    return b"".join(pieces)


def quoted(text: str) -> str:
    """A text as a string of PromQL, whatever stands in it."""
    # A JSON string is a PromQL string: both know the same escapes (Go's, of which JSON's are some).
    return json.dumps(text, ensure_ascii=False)


def series(body: bytes, kind: str = "matrix") -> list[tuple[dict[str, Any], Any]]:
    """Each series of an answer: its labels, and its samples (`matrix`) or its one sample
    (`vector`), as they came. Raises StoreError where the body is no answer of that kind.
    """
    key = "values" if kind == "matrix" else "value"
    try:
        return [(dict(one["metric"]), list(one[key])) for one in json.loads(body)["data"]["result"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(f"the store's answer is no {kind}: {type(error).__name__}") from None


def lines(body: bytes, grid: Grid) -> list[Line]:
    """An answer on its grid; what is no sample of it is passed over. Raises StoreError."""
    found = []
    given = series(body, "matrix" if grid.step else "vector")
    if len(given) * grid.count > VALUES_MOST:
        raise StoreError(f"the store answers with {len(given)} series: too many to be drawn")
    for labels, told in given:
        values: list[float | None] = [None] * grid.count
        for at, value in samples(told if grid.step else [told]):
            place = round((at - grid.start) / grid.step) if grid.step else 0
            if 0 <= place < grid.count:
                values[place] = value
        found.append(Line({k: str(v)[:_LABEL_MOST] for k, v in labels.items()}, values))
    return found


def samples(given: Iterable[Any]) -> Iterator[tuple[float, float]]:
    """Time and value of what is a sample, and a finite one; the rest is passed over."""
    for one in given:
        try:
            at, value = float(one[0]), float(one[1])
        except (TypeError, ValueError, IndexError, KeyError, OverflowError):
            continue
        if math.isfinite(at) and math.isfinite(value):
            yield at, value
