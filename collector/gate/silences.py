"""Silences: kept by the Alertmanagers, not here. They are asked for them, and told of new ones, all
of them each time; what one has and another has not is told as it is.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from alerts.wording.plain import clean
from collector.gate.gate import timed
from collector.gate.peer import Peer

SILENCED = "/api/v2/alerts?active=false&inhibited=false&unprocessed=false&silenced=true"
ID = re.compile(r"[0-9A-Za-z-]{1,64}")

WORDS = 2_000
"""Characters of a reason that are told: others than we write them too."""

Failed = dict[str, str]
"""Why, by the name of the Alertmanager."""


class Matcher(BaseModel, frozen=True):
    """What a label must be, or must not be, to be silenced."""

    name: str
    value: str
    isRegex: bool = False  # noqa: N815 - Alertmanager's own name
    isEqual: bool = True  # noqa: N815 - Alertmanager's own name

    def __str__(self) -> str:
        sign = ("=" if self.isEqual else "!") + (
            "~" if self.isRegex else "" if self.isEqual else "="
        )
        return f"{self.name}{sign}{json.dumps(self.value, ensure_ascii=False)}"

    @property
    def plain(self) -> bool:
        """Whether it names one value."""
        return self.isEqual and not self.isRegex


class _Status(BaseModel):
    state: str = ""
    silencedBy: list[str] = []  # noqa: N815 - Alertmanager's own name


class _Told(BaseModel):
    """A silence as Alertmanager tells it."""

    id: str
    status: _Status
    comment: str
    createdBy: str  # noqa: N815 - Alertmanager's own name
    startsAt: AwareDatetime  # noqa: N815 - Alertmanager's own name
    endsAt: AwareDatetime  # noqa: N815 - Alertmanager's own name
    matchers: list[Matcher]


class _Alert(BaseModel):
    """An alert as Alertmanager tells it."""

    labels: dict[str, str]
    status: _Status


_TOLD, _ALERTS = TypeAdapter(list[_Told]), TypeAdapter(list[_Alert])


@dataclass(slots=True)
class Silence:
    """One that stands. `ids` are its names by Alertmanager; `things` (kind:name) those it names or
    keeps silent now. Unix seconds.
    """

    id: str
    matchers: tuple[Matcher, ...]
    who: str
    why: str
    start: float
    end: float
    ids: dict[str, list[str]] = field(default_factory=dict)
    things: dict[str, None] = field(default_factory=dict)

    @property
    def alert(self) -> str:
        """The alert that it is about, "" where it is about more."""
        names = [one.value for one in self.matchers if one.name == "alertname" and one.plain]
        return names[0] if names else ""


class Taken(NamedTuple):
    """Which Alertmanagers took something, and why others did not."""

    taken: list[str]
    failed: Failed


class NoSilenceError(KeyError):
    """There is none with that id."""


class Silences:
    """The silences of some Alertmanagers."""

    def __init__(self, peers: Sequence[Peer]) -> None:
        self._peers = peers

    async def standing(self, ours: Callable[[str], bool]) -> tuple[list[Silence], Failed]:
        """Those that concern what is `ours`, and which Alertmanagers did not answer."""
        found: dict[str, Silence] = {}
        answers, failed = await self._all(_ask)
        for name, (told, alerts) in answers.items():
            behind = _behind(alerts, ours)
            for one in told:
                if one.status.state == "expired":
                    continue
                things = {one.value: None for one in one.matchers if _names(one, ours)}
                things |= behind.get(one.id, {})
                if things:
                    held = found.setdefault(_key(one), _silence(one))
                    held.ids.setdefault(name, []).append(one.id)
                    held.things |= things
        return sorted(found.values(), key=lambda one: (one.end, one.id)), failed

    async def post(
        self, labels: Mapping[str, str], span: tuple[float, float], who: str, why: str
    ) -> Taken:
        """Be silent of alerts with these labels, from and to a time (Unix seconds)."""
        body = {
            "matchers": [
                Matcher(name=name, value=text).model_dump() for name, text in labels.items()
            ],
            "startsAt": timed(span[0]),
            "endsAt": timed(span[1]),
            "createdBy": who,
            "comment": why,
        }

        async def act(peer: Peer, session: aiohttp.ClientSession) -> None:
            await peer.ask(session, "POST", "/api/v2/silences", body)

        done, failed = await self._all(act)
        return Taken(list(done), failed)

    async def lift(self, one: Silence) -> Taken:
        """End one, wherever it stands."""

        async def act(peer: Peer, session: aiohttp.ClientSession) -> None:
            for name in one.ids.get(peer.name, ()):
                if ID.fullmatch(name):
                    await peer.ask(session, "DELETE", f"/api/v2/silence/{name}")

        done, failed = await self._all(act)
        return Taken([name for name in done if name in one.ids], failed)

    async def _all(
        self, act: Callable[[Peer, aiohttp.ClientSession], Awaitable[Any]]
    ) -> tuple[dict[str, Any], Failed]:
        """The same with every Alertmanager at once: what each gave, and why others did not."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            work = (act(peer, session) for peer in self._peers)
            given = await asyncio.gather(*work, return_exceptions=True)
        answers, failed = {}, {}
        for peer, one in zip(self._peers, given, strict=True):
            if isinstance(one, (aiohttp.ClientError, OSError, TimeoutError, ValueError)):
                failed[peer.name] = str(one) or type(one).__name__
            elif isinstance(one, BaseException):
                raise one
            else:
                answers[peer.name] = one
        return answers, failed


async def _ask(peer: Peer, session: aiohttp.ClientSession) -> tuple[list[_Told], list[_Alert]]:
    told = await peer.ask(session, "GET", "/api/v2/silences")
    alerts = await peer.ask(session, "GET", SILENCED)
    try:
        return _TOLD.validate_python(told), _ALERTS.validate_python(alerts)
    except ValidationError:
        raise ValueError("its answer is no list of silences") from None


def _behind(alerts: Iterable[_Alert], ours: Callable[[str], bool]) -> dict[str, dict[str, None]]:
    """What is ours of what each silence keeps silent now."""
    found: dict[str, dict[str, None]] = {}
    for one in alerts:
        thing = one.labels.get("subject", "")
        if ours(thing):
            for name in one.status.silencedBy:
                found.setdefault(name, {})[thing] = None
    return found


def _names(one: Matcher, ours: Callable[[str], bool]) -> bool:
    return one.name == "subject" and one.plain and ours(one.value)


def _silence(one: _Told) -> Silence:
    return Silence(
        _key(one),
        tuple(one.matchers),
        clean(one.createdBy),
        clean(one.comment, WORDS),
        one.startsAt.timestamp(),
        one.endsAt.timestamp(),
    )


def _key(one: _Told) -> str:
    """The same for one silence in every Alertmanager: each gives it a name of its own."""
    what = [sorted(map(str, one.matchers)), one.createdBy, one.comment, int(one.endsAt.timestamp())]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]
