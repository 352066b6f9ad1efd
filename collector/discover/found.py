"""What was found, as plain data: who let us in, what an address told, whom it sees beside it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from probes.reading import Reason
from probes.snmp.agent import Community
from probes.snmp.usm import User


@dataclass(frozen=True, slots=True)
class Access:
    """One way in: the name of a set of access data, and its secrets."""

    name: str
    security: Community | User = field(repr=False)


class Refusal(NamedTuple):
    """Why a set of access data did not let us in; no text of it holds a secret."""

    access: str
    reason: Reason
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Whom a device sees on one of its ports. Texts are the neighbour's own and may be empty.

    `chassis` is its id as text (a MAC with colons), `port` its port's name, `local` ours.
    """

    protocol: str
    local: str = ""
    name: str = ""
    port: str = ""
    chassis: str = ""
    addresses: tuple[str, ...] = ()
    platform: str = ""


@dataclass(slots=True)
class Answer:
    """What one address told. `access` is empty where nothing but the ping was answered; `cut` says
    that it did not tell everything it was asked.
    """

    address: str
    access: str = ""
    refusals: list[Refusal] = field(default_factory=list)
    name: str = ""
    location: str = ""
    description: str = ""
    services: int = 0
    engine: str = ""
    chassis: str = ""
    profile: str = ""
    identity: dict[str, str] = field(default_factory=dict)
    neighbours: list[Neighbour] = field(default_factory=list)
    cut: bool = False

    def word(self, name: str) -> str:
        """A word of its identity (`vendor`, `model`, `os`, `version`, `serial`), or nothing."""
        return self.identity.get(name, "")
