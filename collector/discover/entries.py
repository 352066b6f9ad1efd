"""Answers of addresses into devices: those of one device together, each with a name; pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from collector.discover.found import Answer
from collector.discover.ranges import order
from inventory.query import fold

NAME_LENGTH = 60
"""Room is left under the inventory's 80 for what makes a name unique."""


@dataclass(slots=True)
class Entry:
    """A device: the answers of its addresses, the asked one first. `known` says that the inventory
    has it, under this name. `uplinks` are names, each with a remark: which interfaces, who said so.
    """

    name: str
    answers: list[Answer]
    known: bool = False
    uplinks: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def main(self) -> Answer:
        """The answer that tells most: the first that was identified, else the first."""
        return next((one for one in self.answers if one.access), self.answers[0])

    @property
    def addresses(self) -> list[str]:
        """Its addresses, the one to ask first."""
        rest = [one.address for one in self.answers if one is not self.main]
        return [self.main.address, *rest]


def entries(
    answers: Iterable[Answer], known: Mapping[str, str], taken: Collection[str]
) -> list[Entry]:
    """Devices in the order of their addresses. `known` are the inventory's addresses and whose they
    are; `taken` its devices' names.
    """
    ordered = sorted(answers, key=lambda one: order(one.address))
    owners = {mark: known[a.address] for a in ordered if a.address in known and (mark := _mark(a))}
    groups: dict[object, list[Answer]] = {}
    for one in ordered:
        mark = _mark(one)
        owner = known.get(one.address) or (owners.get(mark) if mark else None)
        groups.setdefault(("known", owner) if owner else mark or one.address, []).append(one)
    used = set(taken)
    found = []
    for key, group in groups.items():
        if isinstance(key, tuple) and key[0] == "known":
            found.append(Entry(str(key[1]), group, known=True))
            continue
        entry = Entry("", group)
        entry.name = _unused(name_of(entry.main), entry.main.address, used)
        used.add(entry.name)
        found.append(entry)
    return found


def _mark(one: Answer) -> tuple[str, str, str] | None:
    """What two addresses of one device have in common; None where there is too little of it."""
    told = one.name and (one.word("serial") or one.engine)
    return (one.name, one.word("serial"), one.engine) if told else None


def name_of(one: Answer) -> str:
    """A name as the inventory wants it: of what the device calls itself, else of its address."""
    name = re.sub(r"[^a-z0-9_.-]+", "-", fold(one.name))
    name = re.sub(r"-{2,}", "-", name).strip("-._")[:NAME_LENGTH].rstrip("-._")
    return name or f"device-{_dashed(one.address)}"


def _dashed(address: str) -> str:
    return re.sub(r"[^0-9a-f]+", "-", address).strip("-")


def _unused(name: str, address: str, used: Collection[str]) -> str:
    """The name itself, else with the end of its address, else with all of it."""
    if name not in used:
        return name
    short = f"{name}-{re.split('[.:]', address)[-1] or '0'}"
    if short not in used:
        return short
    whole = f"{name[: 79 - len(_dashed(address))]}-{_dashed(address)}"
    number = 2
    while whole in used:
        whole = f"{name[: 76 - len(_dashed(address))]}-{_dashed(address)}-{number}"
        number += 1
    return whole
