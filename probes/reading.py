"""What one run of a probe brings back, and the rows it is made of.

A row is one subject instance at one time. Its constant part, the head (subject and identity
labels), is encoded once, at plan or discovery time, in the form that InfluxDB's line protocol
wants; a run only adds the fields. So the hot path makes a few short byte strings a row, never an
object per value.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

LABEL_BYTES = 128
"""Longest text from a device that becomes a label, in bytes of UTF-8 (docs/metrics.md)."""


class Reason(StrEnum):
    """Why a run fell short. The set is closed: people match on it in rules."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NAME = "name"
    TLS = "tls"
    AUTH = "auth"
    PROTOCOL = "protocol"
    PARTIAL = "partial"
    LIMIT = "limit"
    INTERNAL = "internal"


ADVICE = {
    Reason.TIMEOUT: "is it up, is this its port, and do access lists let this collector through? "
    "If it is only slow, raise `timeout`",
    Reason.REFUSED: "start the service there, or correct the port",
    Reason.UNREACHABLE: "look at the route to it, and at the network of this machine",
    Reason.NAME: "is the name right, and does DNS answer?",
    Reason.TLS: "compare the server's certificate and TLS version with what is set here",
    Reason.AUTH: "compare the credential with what the device knows",
    Reason.PROTOCOL: "is it the right port, and does that kind of service answer there?",
    Reason.PARTIAL: "look at what is missing; where the device is slow, raise `timeout`",
    Reason.LIMIT: "raise the limit, if so much is right",
    Reason.INTERNAL: "a fault of ours: look at the log of the collector, and report it",
}
"""What to look at where nothing more is known than the reason (docs/operations.md)."""

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
"""Control characters, and what turns or hides text on a screen."""


def clean(text: str | bytes) -> str:
    """Text from a device as a label may carry it: valid UTF-8, no control characters, trimmed, 128
    bytes.

    Bytes that are not UTF-8 are read as Latin-1, which is what old devices send.
    """
    text = _decoded(text) if isinstance(text, bytes) else text
    text = unseen(text).strip()
    if text.isascii() and len(text) <= LABEL_BYTES:
        return text  # the very object that came, when nothing was to be cleaned
    raw = text.encode("utf-8", "replace")
    if len(raw) > LABEL_BYTES:
        raw = raw[:LABEL_BYTES]
    return raw.decode("utf-8", "ignore").strip()


def unseen(text: str) -> str:
    """A text with a space for what turns or hides text on a screen."""
    return _CONTROL.sub(" ", text)


def line(text: str, most: int) -> str:
    """Longer text from a device on one line: no control characters, at most so many characters."""
    return " ".join(unseen(text[:most]).split())


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def escape(text: str) -> str:
    """A cleaned label value as line protocol wants it.

    The backslash is doubled: VictoriaMetrics reads it as the beginning of an escape, and one before
    a comma would let a device forge a label.
    """
    return _SPECIAL.sub(r"\\\g<0>", text)


_SPECIAL = re.compile(r"[\\,= ]")


class Head:
    """The constant part of a row: subject and identity labels, encoded as line protocol.

    There are tens of thousands: only the encoded form is kept, the labels are read back from it.
    """

    __slots__ = ("encoded",)

    def __init__(self, subject: str, labels: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        """`labels` in the order they shall stand; values are cleaned here, empty ones left out."""
        pairs = labels.items() if isinstance(labels, Mapping) else labels
        texts = ((name, clean(raw)) for name, raw in pairs)
        self.encoded: bytes = (
            subject + "".join(f",{name}={escape(value)}" for name, value in texts if value)
        ).encode()

    @classmethod
    def written(cls, encoded: bytes) -> "Head":
        """A head from what `encoded` was in an earlier life of the collector."""
        head = cls("", ())
        head.encoded = encoded
        return head

    @property
    def subject(self) -> str:
        """What the row is about: the first part of its metrics' names."""
        return self.encoded.partition(b",")[0].decode()

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """Label names and values, as text, in order."""
        pairs = _LABEL.findall(self.encoded.decode())
        return tuple((name, _ESCAPED.sub(r"\1", value)) for name, value in pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Head) and other.encoded == self.encoded

    def __hash__(self) -> int:
        return hash(self.encoded)

    def __repr__(self) -> str:
        return f"Head({self.encoded.decode()})"


_LABEL = re.compile(r",(\w+)=((?:\\.|[^,\\])*)")
_ESCAPED = re.compile(r"\\(.)")


def metric(subject: str, field: str) -> str:
    """The name of a field as a metric. A row of a module of snmp_exporter has no subject: its
    fields are whole names.
    """
    return f"{subject}_{field}" if subject else field


class Row(NamedTuple):
    """One line to be: a head, and its fields as `name=number,name=number` in plain decimal."""

    head: Head
    fields: bytes


def number(value: float) -> str:
    """A finite number in the shortest form that keeps six significant decimals; integers exactly.

    Raises ValueError on NaN and infinity: the store would drop or keep them in silence.
    """
    if isinstance(value, int):
        return str(int(value))
    if not math.isfinite(value):
        raise ValueError(f"{value} is no measurement")
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(round(value, 6))


def row(head: Head, values: Mapping[str, float | None]) -> Row | None:
    """A row of what was read: fields that are None or not finite are left out; None when nothing is
    left.
    """
    parts = [
        f"{name}={number(value)}"
        for name, value in values.items()
        if value is not None and (isinstance(value, int) or math.isfinite(value))
    ]
    return Row(head, ",".join(parts).encode()) if parts else None


def info(subject: str, labels: Mapping[str, str] | Iterable[tuple[str, str]]) -> Row:
    """An `_info` row: what may change about a subject, as labels, with the value 1."""
    return Row(Head(subject, labels), b"info=1")


def values(fields: bytes) -> dict[str, float]:
    """The fields of a row back as numbers: integers stay integers, exactly."""
    found: dict[str, float] = {}
    for part in fields.split(b","):
        name, _, text = part.partition(b"=")
        found[name.decode()] = float(text) if b"." in text or b"e" in text else int(text)
    return found


class Config(NamedTuple):
    """A device's configuration as it may be kept, without secrets; `changed` is when the device
    says that it was changed last (Unix seconds), None where it says nothing of it.
    """

    text: str
    changed: float | None = None


@dataclass(slots=True)
class Reading:
    """What one run brought back. Always returned, never raised; rows and a reason may stand
    together.

    `rows` are measured: true at `start`. `described` holds what changes rarely (info, totals,
    speeds), by table; only tables that were read in this run are in it, each whole: a table that
    answered with nothing stands there empty. The pipeline writes described rows again from memory
    while polls succeed.

    Of the tables expected, those answered had rows, all of them read; the `missing` fell short; the
    `empty` have no rows: the target lacks what they tell of.
    """

    start: float
    duration: float = 0.0
    rows: list[Row] = field(default_factory=list)
    described: dict[str, list[Row]] = field(default_factory=dict)
    reason: Reason | None = None
    message: str = ""
    hint: str = ""
    tables_expected: int = 0
    tables_answered: int = 0
    missing: Sequence[str] = ()
    empty: Sequence[str] = ()
    config: Config | None = None

    @property
    def advice(self) -> str:
        """The hint; where there is none, what to look at with such a reason."""
        return self.hint or (ADVICE[self.reason] if self.reason else "")

    @property
    def success(self) -> bool:
        """True when the target answered, even in part."""
        return self.reason is None or self.reason in (Reason.PARTIAL, Reason.LIMIT)

    @property
    def complete(self) -> bool:
        """True when nothing that was asked for is missing."""
        return self.reason is None
