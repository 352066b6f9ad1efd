"""What verdicts use of a poll besides its success: interface states at the ends of circuits,
uptime, a UPS on battery. Planned once per reload, so that a poll costs a lookup per row.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from collector.verdicts.events import Fact
from collector.verdicts.topology import WATCHED, Topology
from probes.reading import Head, Row, values


class _Wanted(NamedTuple):
    """A row that is evidence, and how its fields that are begin: the others are not read."""

    subject: str
    instance: str
    fields: tuple[bytes, ...]


_FIELDS = {
    subject: tuple(
        one.removeprefix(f"{subject}_").encode() + b"="
        for one in WATCHED
        if one.startswith(subject)
    )
    for subject in ("interface", "system", "ups")
}


def _wanted(subject: str, instance: str = "") -> _Wanted:
    return _Wanted(subject, instance, _FIELDS[subject])


class Watch:
    """By device, the rows that are evidence."""

    def __init__(self, topology: Topology) -> None:
        self._rows: dict[str, dict[bytes, _Wanted]] = {}
        ends = _ends(topology)
        for node in topology.devices:
            place = (("device", node.name), ("site", node.site))
            wanted = {
                Head("system", place).encoded: _wanted("system"),
                Head("ups", place).encoded: _wanted("ups"),
            }
            for interface in ends.get(node.name, ()):
                head = Head("interface", (*place, ("interface", interface)))
                wanted[head.encoded] = _wanted("interface", interface)
            self._rows[node.name] = wanted

    def facts(self, device: str, rows: Iterable[Row]) -> tuple[Fact, ...]:
        """The evidence among the rows of one reading of a device."""
        wanted = self._rows.get(device)
        if wanted is None:
            return ()
        found: list[Fact] = []
        for row in rows:
            known = wanted.get(row.head.encoded)
            if known is not None:
                found += _facts(known, row)
        return tuple(found)


def _facts(wanted: _Wanted, row: Row) -> Iterator[Fact]:
    subject, instance, fields = wanted
    for part in row.fields.split(b","):
        if part.startswith(fields):
            for field, value in values(part).items():
                yield f"{subject}_{field}", instance, value


def _ends(topology: Topology) -> dict[str, set[str]]:
    ends: dict[str, set[str]] = {}
    for line in topology.circuits:
        for device, interface in line.ends:
            ends.setdefault(device, set()).add(interface)
    return ends
