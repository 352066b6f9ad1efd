"""The one shape of a probe: open a session on a target, ask it before a deadline, close it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from inventory.value import duration
from probes.reading import Reading


def _seconds(value: object) -> object:
    return value if isinstance(value, float) else duration(value)


Duration = Annotated[float, BeforeValidator(_seconds), Field(ge=0)]
"""Seconds, written as `15m`."""


class Settings(BaseModel):
    """Settings of a probe as the inventory gives them: strict, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask and what to write on the answers; made at plan time, never changed.

    `labels` are the identity labels of every row (device and site, or service and target).
    `addresses` are IP literals: the first is asked, answers from the others are accepted.
    `credentials` holds secret values by kind (`snmp`, `ssh`), already fetched; its repr shows none
    of them.
    """

    name: str
    addresses: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    settings: Settings
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """The address that is asked."""
        return self.addresses[0]


class Session(Protocol):
    """A probe at work on one target; never asked twice at once."""

    async def ask(self, deadline: float) -> Reading:
        """One run. `deadline` is in the running loop's clock. Returns by then whatever happens;
        never raises.
        """

    async def close(self) -> None:
        """Let go of what the session holds."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What the registry knows of a probe.

    `open` gets the target and a memory: a small JSON-able dict that the collector keeps for this
    device and probe across restarts (learnt bulk size, engine boots, known names); the session
    writes into it. One that is not `prompt` is asked on its own beat only, never out of turn: it
    costs too much, and says nothing of the moment. A `check` is of a service that the inventory
    names: its rows carry that name as `target`, on a device too.
    """

    name: str
    settings: type[Settings]
    open: Callable[[Target, dict[str, Any]], Session]
    prompt: bool = True
    check: bool = False
