"""One Alertmanager: it is sent everything that is told, again and again, and held up by no other.

There is no queue: what is sent is always the whole set as it is now, so a peer that was away for an
hour needs one post.
"""

import asyncio
import base64
import contextlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp

from collector.gate.gate import Ending

log = logging.getLogger("hatang.gate")

RETRY = 5.0
"""Seconds after which a post that failed is tried again."""

TIMEOUT = 5.0
BATCH = 500
"""Alerts in one post."""

ANSWER = 8 << 20
"""Largest answer that is read, in bytes."""

SAID = 300
"""Characters of a refusal that are logged."""

SINGLY = 20
"""Alerts refused one by one, and none taken, after which it is not they that are at fault."""

FAULTED = (400, 422)
"""Answers to a post that has something in it which the peer does not read."""


class PeerInvalid(ValueError):  # noqa: N818 - it says what is the case
    """An address that cannot be used. The message says why, and shows no password."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens: `url` ends without a slash, a login stands only in `headers`."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def parse_address(text: str) -> Address:
    """`http[s]://[user:password@]host[:port][/prefix]`. Raises PeerInvalid."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise PeerInvalid("an address has a bad host or port; write http://host:port") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise PeerInvalid("an address is not of the form http[s]://host:port[/prefix]")
    shown = f"[{host}]" if ":" in host else host
    place = f"{shown}:{port}" if port else shown
    headers = {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    return Address(f"{parts.scheme}://{place}{parts.path.rstrip('/')}", headers)


@dataclass(frozen=True, slots=True)
class Payload:
    """What every peer is to know: bodies of posts in their order, and which ends are in them."""

    bodies: tuple[bytes, ...]
    endings: frozenset[Ending]


def payload(
    desired: list[dict[str, Any]], ended: Iterable[tuple[Ending, list[dict[str, Any]]]]
) -> Payload:
    """The posts, what has ended last. An empty set is a post too: it shows whether a peer takes
    any.
    """
    over = list(ended)
    alerts = desired + [one for _, ones in over for one in ones]
    slices = [alerts[at : at + BATCH] for at in range(0, max(len(alerts), 1), BATCH)]
    return Payload(tuple(map(_body, slices)), frozenset(ending for ending, _ in over))


def _body(alerts: list[dict[str, Any]]) -> bytes:
    return json.dumps(alerts).encode()


class RefusedError(ValueError):
    """A peer does not read what it is sent; says why."""


class Peer:
    """One Alertmanager, by its URL. `up` while it takes what it is sent, `taken` the ends that it
    took.
    """

    def __init__(self, url: str) -> None:
        """Raises PeerInvalid."""
        self._address = parse_address(url)
        self.name = self._address.url
        self.up = False
        self.taken: frozenset[Ending] = frozenset()
        self._payload: Payload | None = None
        self._fresh = asyncio.Event()
        self._said = ""
        self._refused: set[str] = set()

    def offer(self, what: Payload) -> None:
        """Send this, at once when the last post is done."""
        self._payload = what
        self._fresh.set()

    async def run(self, session: aiohttp.ClientSession) -> None:
        """Until cancelled: post what is offered, again and again until the peer takes it."""
        pause = None
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._fresh.wait(), pause)
            self._fresh.clear()
            if self._payload is not None:
                pause = None if await self._push(session, self._payload) else RETRY

    async def _push(self, session: aiohttp.ClientSession, what: Payload) -> bool:
        try:
            await self._send(session, what.bodies)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            self._tell(False, str(error) or type(error).__name__)
            return False
        self._tell(True, "")
        self.taken = what.endings
        return True

    async def _send(self, session: aiohttp.ClientSession, bodies: Iterable[bytes]) -> None:
        """A post that is refused goes again in halves: an alert at fault costs only itself. Raises
        RefusedError when nothing is taken.
        """
        waiting, taken, refused = list(bodies)[::-1], 0, 0
        while waiting:
            body = waiting.pop()
            try:
                await self._post(session, body)
                taken += 1
            except RefusedError as error:
                alerts = json.loads(body)
                if len(alerts) > 1:
                    half = len(alerts) // 2
                    waiting += [_body(alerts[half:]), _body(alerts[:half])]
                    continue
                refused += 1
                if not taken and (refused >= SINGLY or not waiting):
                    raise
                self._tell_refused(alerts, error)

    def _tell_refused(self, alerts: list[dict[str, Any]], error: RefusedError) -> None:
        labels = json.dumps([one["labels"] for one in alerts], sort_keys=True)
        if labels not in self._refused:
            self._refused.add(labels)
            facts = {"alertmanager": self.name, "labels": labels, "error": str(error)[:SAID]}
            log.error("Alertmanager refuses an alert", extra=facts)

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> None:
        async with session.post(
            f"{self.name}/api/v2/alerts",
            data=body,
            headers={"Content-Type": "application/json", **self._address.headers},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            allow_redirects=False,
        ) as answer:
            if answer.status != 200:
                said = (await answer.content.read(SAID)).decode(errors="replace")
                kind = RefusedError if answer.status in FAULTED else ValueError
                raise kind(f"HTTP {answer.status}: {said}")

    async def ask(
        self, session: aiohttp.ClientSession, method: str, path: str, body: Any = None
    ) -> Any:
        """What its API answers, None where that is nothing. Raises ValueError, and as aiohttp."""
        async with session.request(
            method,
            f"{self.name}{path}",
            json=body,
            headers=self._address.headers,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            allow_redirects=False,
        ) as answer:
            text = bytearray()
            async for part in answer.content.iter_chunked(1 << 16):
                text += part
                if len(text) > ANSWER:
                    raise ValueError(f"its answer is larger than {ANSWER} bytes")
            if answer.status != 200:
                raise ValueError(f"HTTP {answer.status}: {text[:SAID].decode(errors='replace')}")
            try:
                return json.loads(text) if text else None
            except RecursionError:
                raise ValueError("its answer is nested too deeply") from None

    def _tell(self, up: bool, said: str) -> None:
        facts = {"alertmanager": self.name, "error": said[:SAID]}
        if up and not self.up:
            log.info("Alertmanager takes alerts", extra=facts)
        elif not up and (self.up or said != self._said):
            log.warning("Alertmanager takes nothing", extra=facts)
        self.up, self._said = up, said
