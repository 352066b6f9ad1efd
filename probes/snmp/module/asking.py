"""A module at work on one device: what it needs is asked, what came back becomes rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from probes.reading import Reason
from probes.snmp.ber import encode_oid
from probes.snmp.column import Column, Value
from probes.snmp.errors import SnmpError
from probes.snmp.index import arcs
from probes.snmp.module.file import Filter
from probes.snmp.module.layout import Layout, Questions, filtered, questions
from probes.snmp.module.samples import Labels, Samples
from probes.snmp.module.text import shown
from probes.snmp.poll import Poll

_SLACK = 0.95
"""Share of a period after which a run counts as due."""


@dataclass(slots=True)
class Found:
    """What one run brought: columns and instances by what was asked for."""

    columns: dict[bytes, Column] = field(default_factory=dict)
    instances: dict[bytes, Value | None] = field(default_factory=dict)


class Asking:
    """One module on one device. What the device did not have at the last whole reading is asked for
    again after `slow` seconds.
    """

    def __init__(self, layout: Layout, identity: Labels, slow: float) -> None:
        self.layout = layout
        self._samples = Samples(layout, identity)
        self._slow = slow
        self._slow_at = 0.0
        self._filtered: tuple[list[str], list[str]] | None = None
        self._asked = Questions()
        self._there = Questions()
        self._expected = 0

    def forget(self) -> None:
        """The device may be another: all is asked anew with the next run."""
        self._slow_at = 0.0

    async def poll(self, poll: Poll, now: float) -> None:
        """One run; `now` is in the loop's clock. Rows and faults go to the poll's reading."""
        await self._choose(poll)
        slow = now >= self._slow_at
        asked = self._asked if slow else self._there
        broken, found = poll.broken, Found()
        await self._fetch(poll, await _hopeful(poll, asked) if slow else asked.gets, found)
        for columns in await _present(poll, asked.walks) if slow else asked.walks:
            await self._walk(poll, columns, found)
        if slow:
            before = len(found.columns)
            await self._elsewhere(poll, asked, found)
            others = list(found.columns.values())[before:]
            self._expected = len(asked.walks) + bool(asked.gets)
            self._expected += len(_by_entry(one.oid for one in others if one.indexes))
            if poll.broken == broken:
                self._there = _there(asked, found)
                self._slow_at = now + self._slow * _SLACK
        poll.reading.tables_expected += self._expected
        most = poll.reading.tables_expected
        poll.reading.tables_answered = min(poll.reading.tables_answered, most)
        poll.reading.rows += self._samples.rows(_columns(asked, found))
        if poll.broken == broken and not (self._there.gets or self._there.walks):
            text, hint = "the device has none of its objects", "is it the right module?"
            poll.lose(self.layout.name, 0, Reason.PARTIAL, text, hint)

    async def _choose(self, poll: Poll) -> None:
        """Work out what to ask, when first asked and when filters come to something else."""
        module = self.layout.module
        allowed: dict[Filter, list[str]] = {}
        for one in module.filters:
            column = await poll.column(encode_oid(one.oid), poll.limit)
            if column.complete:
                allowed[one] = _allowed(one, column)
        chosen = filtered(module, allowed)
        if chosen != self._filtered:
            self._filtered = chosen
            self._asked = questions(self.layout, *chosen)
            self._slow_at = 0.0

    async def _elsewhere(self, poll: Poll, asked: Questions, found: Found) -> None:
        """Objects without an index that have no instance `.0`: some agents number them otherwise,
        or not at all.
        """
        absent = _absent(asked, found)
        lacking = await poll.lacking(absent)
        for columns in _by_entry(one for one in absent if one not in lacking):
            await self._walk(poll, columns, found)
        if not poll.agent.v1:
            bare = [one for one in absent if not _column(found, one).indexes]
            await self._fetch(poll, bare, found)

    async def _fetch(self, poll: Poll, oids: Sequence[bytes], found: Found) -> None:
        if not oids:
            return
        try:
            values = await poll.get(oids)
        except SnmpError as error:
            poll.lose(self.layout.name, 0, error.reason, error.message, error.hint)
            return
        poll.reading.tables_answered += any(value is not None for value in values)
        found.instances.update(zip(oids, values, strict=True))

    async def _walk(self, poll: Poll, columns: Sequence[bytes], found: Found) -> None:
        table = await poll.client.walk(poll.agent, columns, poll.deadline, poll.limit)
        if table.reason is not None:
            poll.lose(self.layout.name, table.rows, table.reason, table.message, table.hint)
        else:
            poll.reading.tables_answered += table.rows > 0
        found.columns.update((column.oid, column) for column in table.columns)


def _allowed(one: Filter, column: Column) -> list[str]:
    """The indexes, by their last number, of rows whose text one of the expressions is found in."""
    found = []
    for index, value in zip(column.indexes, column.values, strict=True):
        text = shown(value, "DisplayString")
        if any(expression.search(text) for expression in one.values):
            found.append(str(arcs(index)[-1]))
    return found


async def _present(poll: Poll, walks: Sequence[list[bytes]]) -> list[list[bytes]]:
    """The walks of entries in which the device has anything."""
    lacking = await poll.lacking([_entry(some[0]) for some in walks])
    return [some for some in walks if _entry(some[0]) not in lacking]


async def _hopeful(poll: Poll, asked: Questions) -> list[bytes]:
    """The instances worth a GET: SNMPv1 refuses it whole for one that is not there."""
    if not poll.agent.v1:
        return asked.gets
    lacking = await poll.lacking(list(asked.spare.values()))
    return [one for one in asked.gets if asked.spare.get(one) not in lacking]


def _absent(asked: Questions, found: Found) -> list[bytes]:
    """Objects whose expected instance is not there."""
    spare = asked.spare.items()
    return [column for instance, column in spare if found.instances.get(instance) is None]


def _by_entry(columns: Iterable[bytes]) -> list[list[bytes]]:
    """Columns that stand side by side."""
    entries: dict[bytes, list[bytes]] = {}
    for column in columns:
        entries.setdefault(_entry(column), []).append(column)
    return list(entries.values())


def _entry(column: bytes) -> bytes:
    """An identifier without its last number."""
    end = len(column) - 1
    while end and column[end - 1] >= 0x80:
        end -= 1
    return column[:end]


def _there(asked: Questions, found: Found) -> Questions:
    """Of what was asked, what the device has."""
    walks = [*asked.walks, *_by_entry(_absent(asked, found))]
    has = [[oid for oid in some if _column(found, oid).indexes] for some in walks]
    gets = [oid for oid, value in found.instances.items() if value is not None]
    return Questions([some for some in has if some], gets, {}, asked.sources)


def _column(found: Found, oid: bytes) -> Column:
    return found.columns.get(oid) or Column(oid)


def _columns(asked: Questions, found: Found) -> Mapping[bytes, Column]:
    """What was found, by the columns of the module."""
    columns: dict[bytes, Column] = {}
    for oid, sources in asked.sources.items():
        parts: list[Column] = []
        for source in sources:
            value = found.instances.get(source.oid)
            if value is not None:
                parts.append(Column(oid, [source.front], [value], complete=True))
            elif (column := found.columns.get(source.oid)) is not None:
                parts.append(_moved(column, oid, source.front))
        if len(parts) == 1:
            columns[oid] = parts[0]
        elif parts:
            cells = {i: v for one in parts for i, v in zip(one.indexes, one.values, strict=True)}
            complete = all(one.complete for one in parts)
            columns[oid] = Column(oid, list(cells), list(cells.values()), complete)
    return columns


def _moved(column: Column, oid: bytes, front: bytes) -> Column:
    """A column as part of another, `front` before its indexes."""
    if not front:
        return column
    return Column(oid, [front + i for i in column.indexes], column.values, column.complete)
