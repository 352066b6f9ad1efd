"""What the API reads from: the surface of a running collector, and no more of it than is shown."""

from collections import deque
from collections.abc import Awaitable, Mapping
from typing import Protocol

from collector.engine import Verdict
from collector.journal import Journal
from collector.pipeline import Latest
from collector.plan import Plan


class Store(Protocol):
    """How one store is doing. Counts since the start."""

    @property
    def up(self) -> bool:
        """True while it takes what is sent."""

    @property
    def message(self) -> str:
        """What it said last."""

    @property
    def sent_samples(self) -> int:
        """Samples that it took."""

    @property
    def errors(self) -> Mapping[str, int]:
        """Failed sends by reason."""

    @property
    def rejected_rows(self) -> Mapping[str, int]:
        """Rows that it says it threw away, by its own reasons."""


class Stats(Protocol):
    """Where answers have gone."""

    @property
    def stores(self) -> Mapping[str, Store]:
        """By the name of the store, which shows no secret."""

    @property
    def spool_bytes(self) -> int:
        """Bytes on disk that wait."""

    @property
    def spool_age_seconds(self) -> float:
        """Age of the oldest batch that some store waits for, 0 when none waits."""

    @property
    def spool_trouble(self) -> str | None:
        """Why the spool's disk refuses."""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Samples lost, by reason."""


class Delivery(Protocol):
    """How what was measured gets to the stores."""

    @property
    def stats(self) -> Stats:
        """How that goes."""

    @property
    def accepting(self) -> bool:
        """True while batches reach the disk."""


class Pipeline(Protocol):
    """The latest of every job, and counts."""

    @property
    def latest(self) -> Mapping[str, Latest]:
        """By the key of the job, or of what stands for itself."""

    @property
    def polls(self) -> int:
        """Runs that ended."""

    @property
    def samples(self) -> int:
        """Values handed on."""


class Schedule(Protocol):
    """What runs now, and how late runs began."""

    @property
    def in_flight(self) -> int:
        """Runs at work."""

    @property
    def lateness(self) -> deque[float]:
        """Of recent runs, how late each began, in seconds."""


class Engine(Protocol):
    """What is concluded."""

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """By device."""


class Source(Protocol):
    """A running collector."""

    @property
    def plan(self) -> Plan:
        """What is asked, and the inventory behind it; another object after a reload."""

    @property
    def pipeline(self) -> Pipeline:
        """What was read."""

    @property
    def schedule(self) -> Schedule:
        """When it is asked."""

    @property
    def engine(self) -> Engine:
        """What is concluded."""

    @property
    def delivery(self) -> Delivery:
        """Where it goes."""

    @property
    def journal(self) -> Journal:
        """What stays."""

    @property
    def started(self) -> float:
        """Unix time of the start."""

    @property
    def ready(self) -> bool:
        """True once a plan runs."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """Name to URL: api, store and what else listens. No secret in them."""

    @property
    def loop_lag(self) -> float:
        """How late the loop woke last, in seconds."""

    @property
    def reloaded(self) -> tuple[bool, float]:
        """Whether the last reload was good, and its Unix time."""

    def reload(self) -> Awaitable[list[str]]:
        """Read the inventory again; the problems, none when the new plan runs."""
