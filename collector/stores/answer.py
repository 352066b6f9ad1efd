"""What a store's answer to a write means for the batch, and what a store says of itself."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

MESSAGE_CHARS = 300
RETRY_AFTER_MOST = 300.0
_AUTH_WORDS = ("auth token", "authorization", "unauthorized", "authentication")


class Kind(enum.Enum):
    """The four things that can be done with a batch after an answer."""

    OK = "ok"
    RETRY = "retry"
    """The store cannot now: the batch waits."""
    REFUSED = "refused"
    """The store will never take this body: smaller pieces, then drop."""
    STOP = "stop"
    """The store takes nothing from us until a person acts: keep everything, ask seldom."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `reason` is from a small set, for counters; `retry_after` in seconds if told."""

    kind: Kind
    reason: str = ""
    message: str = ""
    retry_after: float | None = None


OK = Answer(Kind.OK)


@dataclass(frozen=True, slots=True)
class Health:
    """What a store says of itself: process start in Unix seconds, rows thrown away by cause."""

    started: float
    rejected: Mapping[str, int] = field(default_factory=dict)
    read_only: bool = False


def judge(status: int, text: str, retry_after: str | None) -> Answer:
    """What an HTTP status means. `text` is the answer's body, without secrets.

    vmauth 1.79 answers 400 for a token that it does not know, so the text decides there; 422 is
    InfluxDB's answer to points outside the bucket's retention.
    """
    message = f"{status} {' '.join(text.split())}"[:MESSAGE_CHARS].strip()
    if 200 <= status <= 299:
        return OK
    if status in (401, 403) or (status == 400 and _speaks_of_auth(text)):
        return Answer(Kind.STOP, "auth", f"{message} (check the token, HATANG_STORE_TOKEN)")
    if status in (400, 413, 422):
        reason = "too_large" if status == 413 else "rejected"
        return Answer(Kind.REFUSED, reason, message)
    if status in (408, 425, 429) or status >= 500:
        reason = {429: "busy", 503: "unavailable"}.get(status, "error")
        return Answer(Kind.RETRY, reason, message, _seconds(retry_after))
    return Answer(Kind.STOP, "address", f"{message} (is this the address of a store?)")


def _speaks_of_auth(text: str) -> bool:
    folded = text[:2000].lower()
    return any(word in folded for word in _AUTH_WORDS)


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds; its other form, a date, is taken as not given (RFC 9110 10.2.3)."""
    if retry_after is None or not retry_after.strip().isdecimal():
        return None
    return min(float(retry_after), RETRY_AFTER_MOST)
