"""Counters from the store: raw samples of a port, through the Prometheus HTTP API.

An instant query with a range selector gives raw samples on VictoriaMetrics and on Prometheus alike.
Answers are read in bounded pieces, parsed in a thread, and taken as hostile: what is no sample is
passed over.
"""

import asyncio
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import aiohttp

from collector.contract.grid import Window
from collector.contract.traffic import GAP, Counter, Counters
from inventory.model import Circuit, End
from inventory.secret import Secret

PIECE = 26 * 3600.0
"""Seconds that one query asks for: the longest day and what is around it."""

BYTES = 32 << 20
"""Largest answer that is read: two counters polled every second for a day are a third of it."""

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 30.0

_NAMES = {
    "interface_transmit_bytes_total": "transmit",
    "interface_receive_bytes_total": "receive",
}
_Samples = dict[str, dict[float, float]]


class HistoryError(Exception):
    """The store did not give what was asked: why, without secrets."""


class HistoryAwayError(HistoryError):
    """It would give nobody anything now: ask later."""


class History:
    """A store that answers PromQL, by the address below which `/api/v1/query` stands."""

    def __init__(self, url: str, token: Secret | None = None) -> None:
        self._url = url.rstrip("/") + "/api/v1/query"
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def of(self, circuit: Circuit, window: Window) -> tuple[Counters, str]:
        """The byte counters of a circuit as seen from A, over a window and a little around it, and
        which end they came from: `a`, or `z` where A has none, "" where neither has.

        Raises HistoryError.
        """
        for name, end in (("a", circuit.a), ("z", circuit.z)):
            if end is None or not end.interface:
                continue
            found = await self.port(end, window)
            if found.transmit.times or found.receive.times:
                return (found if name == "a" else found.swapped), name
        return Counters(), ""

    async def port(self, end: End, window: Window) -> Counters:
        """The byte counters of a port, over a window and a little around it. Raises HistoryError"""
        samples: _Samples = {"transmit": {}, "receive": {}}
        first, last = window.start - GAP, window.end + GAP
        while first < last:
            upto = min(first + PIECE, last)
            body = await self._ask(selector(end, upto - first), upto)
            for name, found in (await asyncio.to_thread(parse, body)).items():
                samples[name].update(found)
            first = upto
        return Counters(_in_order(samples["transmit"]), _in_order(samples["receive"]))

    async def _ask(self, query: str, at: float) -> bytes:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
        headers = {"Authorization": f"Bearer {self._token.reveal()}"} if self._token else {}
        form = {"query": query, "time": f"{at:.3f}"}
        try:
            async with self._session.post(
                self._url, data=form, headers=headers, allow_redirects=False
            ) as answer:
                body = await _bounded(answer)
                if answer.status != 200:
                    away = answer.status in (401, 403, 429) or answer.status >= 500
                    kind = HistoryAwayError if away else HistoryError
                    raise kind(f"the store answers {answer.status}: {self._shown(body)}")
                return body
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # TimeoutError is an OSError; some of these errors have no text.
            raise HistoryAwayError(f"the store does not answer: {error!r}") from None

    def _shown(self, body: bytes) -> str:
        text = " ".join(body[:2000].decode("utf-8", "replace").split())
        if self._token:
            text = text.replace(self._token.reveal(), "***")
        return text[:200]


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    pieces, size = [], 0
    async for piece in answer.content.iter_chunked(1 << 18):
        size += len(piece)
        if size > BYTES:
            raise HistoryError(f"the store's answer is larger than {BYTES >> 20} MiB")
        pieces.append(piece)
    return b"".join(pieces)


def selector(end: End, seconds: float) -> str:
    """PromQL for the raw samples of a port's byte counters, over so many seconds."""
    # A JSON string is a PromQL string: both know the same escapes (Go's, of which JSON's are some).
    device, port = (json.dumps(text, ensure_ascii=False) for text in (end.device, end.interface))
    names = "|".join(_NAMES)
    matchers = f'__name__=~"{names}",device={device},interface={port}'
    return f"{{{matchers}}}[{math.ceil(seconds)}s]"


def parse(body: bytes) -> _Samples:
    """Samples by direction, from the body of an answer.

    Series that differ in their site alone are one port that was moved in the inventory; of others
    under the same names (a second SNMP context) the one with most samples counts. Raises
    HistoryError where the body is no answer of the Prometheus API.
    """
    try:
        result = json.loads(body)["data"]["result"]
        series = [(dict(one["metric"]), list(one["values"])) for one in result]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise HistoryError(f"the store's answer is no matrix: {type(error).__name__}") from None
    found: dict[str, dict[tuple[object, ...], dict[float, float]]] = {}
    for labels, values in series:
        direction = _NAMES.get(str(labels.get("__name__")))
        if direction is not None:
            groups = found.setdefault(direction, {})
            groups.setdefault(_identity(labels), {}).update(_samples(values))
    return {name: max(groups.values(), key=len) for name, groups in found.items()}


def _identity(labels: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(sorted((k, str(v)) for k, v in labels.items() if k not in ("__name__", "site")))


def _samples(values: Iterable[Any]) -> Iterator[tuple[float, float]]:
    for one in values:
        try:
            at, value = float(one[0]), float(one[1])
        except (TypeError, ValueError, IndexError, KeyError, OverflowError):
            continue
        if math.isfinite(at) and math.isfinite(value) and value >= 0:
            yield at, value


def _in_order(samples: Mapping[float, float]) -> Counter:
    times = sorted(samples)
    return Counter(times, [samples[at] for at in times])
