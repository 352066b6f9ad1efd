"""What may be said of the ssh probe in an inventory."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from probes.catalogue import METRICS
from probes.probe import Settings

Section = Literal[
    "system", "cpu", "memory", "storage", "disks", "interfaces", "units", "clock", "reboot"
]
SECTIONS: tuple[Section, ...] = (
    "system",
    "cpu",
    "memory",
    "storage",
    "disks",
    "interfaces",
    "units",
    "clock",
    "reboot",
)

Unit = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:_.@\\-]*$", max_length=128)]
Command = Annotated[str, Field(min_length=1, max_length=1000)]
Instance = Annotated[str, Field(min_length=1, max_length=128)]

OWNER = {"device", "site"}


def instance_label(metric: str) -> str | None:
    """The one label that tells a metric's instances on a device apart; None when a command cannot
    give this metric.
    """
    known = METRICS.get(metric)
    if known is None or known.kind in ("info", "counter"):
        return None
    labels = [set(one) - OWNER for one in known.identities if set(one) >= OWNER]
    return labels[0].pop() if len(labels) == 1 and len(labels[0]) == 1 else None


class SshSettings(Settings):
    """How a server is asked. User, key and known hosts come with its credential.

    `only` narrows what is read, for a server that SNMP tells the rest of: two probes that read the
    same counters would write the same series. `units` are the systemd units that must run; without
    them those that failed are told. `commands` gives metrics of the catalogue: by metric and
    instance, a command whose first line is a number.
    """

    port: int = Field(22, ge=1, le=65535)
    only: tuple[Section, ...] = SECTIONS
    units: tuple[Unit, ...] = Field((), max_length=100)
    commands: dict[str, dict[Instance, Command]] = Field({})

    @field_validator("only", "units", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("commands")
    @classmethod
    def _known(cls, commands: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for metric, many in commands.items():
            if instance_label(metric) is None:
                raise ValueError(
                    f'no command can give "{metric}": it must be a metric of the catalogue with '
                    "one label beside device and site, such as mail_queue_messages"
                )
            if any(re.search(r"[\0\r\n]", command) for command in many.values()):
                raise ValueError("a command is one line")
        if sum(map(len, commands.values())) > 50:
            raise ValueError("at most 50 commands")
        return commands

    def asked(self) -> list[tuple[str, str, str]]:
        """The commands in order: metric, instance, command."""
        return [(m, name, run) for m, many in self.commands.items() for name, run in many.items()]
