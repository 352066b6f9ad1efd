"""What the gate holds of one alert, as plain values that can be written down and read back."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

ENGINE, RULE = "engine", "rule"
"""Who said it: the state engine (and the contract numbers), or a history rule."""

_WORD = r"[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}"
_ADDRESS = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
    rf"(?:/(?:{_WORD}|/)*)?(?:\?(?:{_WORD}|[/?])*)?(?:#(?:{_WORD}|[/?])*)?"
)
"""RFC 3986, as far as links to web pages need it. Alertmanager refuses a whole post for one address
that it cannot read.
"""


def address(text: str) -> str:
    """A well-formed http(s) address as it is, "" for anything else."""
    return text if _ADDRESS.fullmatch(text) else ""


class Key(NamedTuple):
    """What makes two alerts the same one: alert name, subject (`kind:name`), instance
    (`label=value`, or "").
    """

    alertname: str
    subject: str
    instance: str = ""


class Variant(NamedTuple):
    """What differs between the label sets under which one alert was told: Alertmanager takes each
    for an alert of its own. `escalation` is "" or the seconds that it had no owner.
    """

    severity: str
    escalation: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in words: labels that ride along, annotations, and where a person can look."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    url: str = ""


NOTHING = Told({}, {})


@dataclass(slots=True)
class Source:
    """What vmalert said last of an alert at one severity: when it last said that it fires, and
    until when that holds; 0 once it said that it has ended. Unix seconds.
    """

    said: float
    until: float


@dataclass(slots=True)
class Proof:
    """What has been found since a rule's alert was last firing: when vmalert `looked` last and
    found nothing, the `newest` reading and how many there were, which of them was `decisive`, and
    since when that one is known to be in the store (`enough`). Unix seconds, 0 for not yet.
    """

    looked: float = 0.0
    newest: float = 0.0
    readings: int = 0
    decisive: float = 0.0
    enough: float = 0.0

    def read(self, at: float, wanted: int) -> None:
        """There is a reading; so many are wanted."""
        if at > self.newest:
            self.newest = at
            self.readings += 1
            if self.readings == wanted:
                self.decisive = at

    def stored(self, until: float, now: float) -> None:
        """What was read until then is in the store."""
        if self.decisive and not self.enough and until >= self.decisive:
            self.enough = now


@dataclass(slots=True)
class Held:
    """One alert. `told` are the label sets that peers were sent, in that order: empty while it is
    masked; `ended` is 0 while it lasts. `identity` are vmalert's labels that name it, `metrics`
    what must be read afresh before it may end; `stale` is since when nobody has seen it; `steps`
    after how many seconds without an owner others are told; `masked` when it was last behind a
    cause; `spoken` a hash of what its words were made of; `accepted` whether every peer took its
    end. Unix seconds.
    """

    key: Key
    origin: str
    since: float
    severity: str
    words: Told
    told: list[Variant] = field(default_factory=list)
    told_at: float = 0.0
    ended: float = 0.0
    firing: float = 0.0
    identity: dict[str, str] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    stale: float = 0.0
    steps: tuple[int, ...] = ()
    masked: float = 0.0
    proof: Proof = field(default_factory=Proof)
    spoken: int = 0
    accepted: bool = False

    def active(self, now: float) -> bool:
        """Whether vmalert says so now, at any severity; the engine's incidents always are."""
        if self.origin == ENGINE:
            return not self.ended
        return any(one.until > now for one in self.sources.values())

    def dump(self) -> str:
        """As one line of JSON: all that a restart must not forget."""
        words = self.words
        kept = {
            "origin": self.origin,
            "since": self.since,
            "severity": self.severity,
            "words": {
                "labels": dict(words.labels),
                "annotations": dict(words.annotations),
                "url": words.url,
            },
            "told": self.told,
            "told_at": self.told_at,
            "ended": self.ended,
            "identity": self.identity,
            "metrics": self.metrics,
            "stale": self.stale,
            "steps": self.steps,
        }
        return json.dumps(kept)


_HELD = TypeAdapter(Held)


def parse(key: Key, text: str) -> Held:
    """What `dump` wrote. Raises ValueError on anything else."""
    try:
        held = _HELD.validate_python({**json.loads(text), "key": key})
    except (ValidationError, TypeError) as error:
        raise ValueError(f"no alert: {text[:80]!r}") from error
    held.words = replace(held.words, url=address(held.words.url))
    return held
