"""What the API reads from: the surface of a running collector, and no more of it than is shown.

A protocol, because the API must not import the collector that serves it, and its tests serve a
collector at rest.
"""

from collections.abc import Awaitable, Mapping
from typing import Protocol

from collector.audit import Audit
from collector.configs import Keeper
from collector.contract import Contract
from collector.delivery import Delivery
from collector.incidents import Incidents
from collector.journal import Journal
from collector.pipeline import Pipeline
from collector.plan import Plan
from collector.schedule import Schedule
from collector.stores.promql import PromQL
from collector.telling import Telling
from collector.verdicts.engine import Engine
from collector.windows import Windows


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
    def audit(self) -> Audit:
        """What people did."""

    @property
    def incidents(self) -> Incidents:
        """What is open, and what people do about it."""

    @property
    def windows(self) -> Windows:
        """Maintenance that operators announce."""

    @property
    def configs(self) -> Keeper:
        """Configurations of devices, kept."""

    @property
    def contract(self) -> Contract:
        """Contract numbers of circuits."""

    @property
    def promql(self) -> PromQL | None:
        """A store that answers questions about the past, None where none does."""

    @property
    def telling(self) -> Telling:
        """The gate, once it is told of anything."""

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

    def reload(self, who: str = "", why: str = "") -> Awaitable[list[str]]:
        """Read the inventory again, as somebody asked for; the problems, none when the new plan
        runs.
        """
