"""One run on one device: what is asked before the deadline, what came back, what is missing.

Owns the input and output of a run and its book-keeping in the Reading; knows nothing of rhythm.
"""

import asyncio
import math
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from probes.reading import Reading, Reason
from probes.snmp.agent import Agent
from probes.snmp.client import Client
from probes.snmp.column import Column, Value
from probes.snmp.errors import SnmpError
from probes.snmp.lines import Fresh
from probes.snmp.plan import ColumnPlan, LookupPlan, TablePlan

GET_MOST = 24
"""Objects in one GET: what old agents answer without tooBig."""

FEW = 3
"""Tables that are walked without looking first whether they are there."""

MOST_TOLD = 3
"""Tables whose fault stands in the message; the rest are only named."""

Sources = Mapping[str, tuple[int, ...]]
"""For each column the object identifiers in use, as places in ColumnPlan.oids."""


@dataclass(slots=True)
class Poll:
    """A run under way. `missing` tables and their reasons go to `reading` as they happen.

    `broken` counts the faults that another try may mend: a row limit is none, it will be met again.
    `known` instances and `absent` columns need not be asked for any more.
    """

    client: Client
    agent: Agent
    deadline: float
    limit: int
    reading: Reading
    missing: list[str] = field(default_factory=list)
    broken: int = 0
    looked: dict[bytes, dict[bytes, Value] | None] = field(default_factory=dict)
    known: dict[bytes, Value | None] = field(default_factory=dict)
    absent: set[bytes] = field(default_factory=set)

    async def get(self, oids: Sequence[bytes], until: float = math.inf) -> list[Value | None]:
        """The values of these instances, None where there is none. Raises SnmpError.

        What `known` holds is not asked again; what is asked goes there.
        """
        asked = [oid for oid in dict.fromkeys(oids) if oid not in self.known]
        for at in range(0, len(asked), GET_MOST):
            part = asked[at : at + GET_MOST]
            got = await self.client.get(self.agent, part, min(self.deadline, until))
            self.known.update(zip(part, got, strict=True))
        return [self.known[oid] for oid in oids]

    async def ahead(self, tables: Sequence[TablePlan], doubtful: Sequence[TablePlan]) -> None:
        """Ask for much at once before these tables are read whole: scalars go to `known`, what of
        the `doubtful` ones the device lacks to `absent`. Never raises; takes at most half the time.
        """
        now = asyncio.get_running_loop().time()
        ends = now + (self.deadline - now) / 2
        with suppress(SnmpError):  # each table will be asked for its own
            await self._scalars_ahead([one for one in tables if one.scalar], ends)
        walked = [one for one in doubtful if not one.scalar]
        if len(walked) < FEW:
            return
        await self._survey(_first(walked), ends)
        lacking = [one for one in walked if self.absent.issuperset(_first([one]))]
        rest = {oid for table in lacking for one in table.columns.values() for oid in one.oids}
        await self._survey(rest - self.absent, ends)

    async def lacking(self, columns: Collection[bytes]) -> set[bytes]:
        """Those of these columns (or what stands above some) below which the device has nothing, as
        far as it can be told in few requests. Never raises; takes at most half the time.
        """
        if len(columns) >= FEW:
            now = asyncio.get_running_loop().time()
            await self._survey(set(columns) - self.absent, now + (self.deadline - now) / 2)
        return self.absent & set(columns)

    async def _survey(self, columns: Collection[bytes], ends: float) -> None:
        witness = (oid for oid, value in self.known.items() if value is not None and _above(oid))
        if columns and (known := next(witness, None)):
            self.absent |= await self.client.survey(self.agent, columns, known, ends)

    async def _scalars_ahead(self, tables: Sequence[TablePlan], ends: float) -> None:
        """Scalars, and what stands for those that are not there. SNMPv1 refuses a whole GET for one
        that is absent: there it is looked first which are.
        """
        columns = [one for table in tables for one in table.columns.values()]
        for place in range(max((len(one.oids) for one in columns), default=0)):
            lacking = [
                one for one in columns if all(self.known.get(o) is None for o in one.oids[:place])
            ]
            asked = [one.oids[place] for one in lacking if place < len(one.oids)]
            if self.agent.v1:
                above = {oid: _above(oid) for oid in asked if oid not in self.known}
                await self._survey(set(above.values()) - self.absent - {b""}, ends)
                self.known.update((oid, None) for oid in above if above[oid] in self.absent)
            await self.get(asked, ends)

    async def column(self, oid: bytes, limit: int) -> Column:
        """One column's first rows, complete or not."""
        if oid in self.absent:
            return Column(oid, complete=True)
        table = await self.client.walk(self.agent, [oid], self.deadline, limit)
        return table.columns[0] if table.columns else Column(oid)

    def lose(self, table: str, rows: int, reason: Reason, message: str, hint: str) -> None:
        """Note that a table is not whole: LIMIT when only a limit stopped it, else PARTIAL."""
        reading = self.reading
        kind = Reason.LIMIT if reason is Reason.LIMIT else Reason.PARTIAL
        reading.reason = Reason.PARTIAL if reading.reason is Reason.PARTIAL else kind
        self.broken += kind is Reason.PARTIAL
        self.missing.append(table)
        reading.missing = tuple(self.missing)
        text = f"{table}: {rows} rows, then {message or reason}"
        if len(self.missing) <= MOST_TOLD:
            reading.message = f"{reading.message}; {text}" if reading.message else text
        reading.hint = reading.hint or hint

    async def look(self, lookups: Sequence[LookupPlan]) -> dict[str, dict[bytes, Value] | None]:
        """The columns of other tables that names are looked up in, each walked once a run."""
        for one in lookups:
            if one.oid not in self.looked:
                column = await self.column(one.oid, self.limit)
                cells = dict(zip(column.indexes, column.values, strict=True))
                whole = column.complete or len(cells) >= self.limit
                self.looked[one.oid] = cells if whole else None
        return {one.name: self.looked[one.oid] for one in lookups}

    async def read(
        self, table: TablePlan, wanted: Sequence[ColumnPlan], sources: Sources
    ) -> dict[str, Fresh]:
        """Columns (or scalars) of a table from the objects in `sources`; a fault is noted."""
        asked = [(one, at) for one in wanted for at in sources.get(one.name, ())]
        if not asked:
            return {}
        oids = [one.oids[at] for one, at in asked]
        if table.scalar:
            columns = await self._scalars(table, oids)
        else:
            columns = await self._walk(table, oids)
        found: dict[str, Fresh] = {}
        for (one, _), column in zip(asked, columns, strict=True):
            fresh = Fresh(column.indexes, column.values, column.complete)
            found[one.name] = _join(found[one.name], fresh) if one.name in found else fresh
        return found

    async def _scalars(self, table: TablePlan, oids: Sequence[bytes]) -> list[Column]:
        try:
            values = await self.get(oids)
        except SnmpError as error:
            self.lose(table.name, 0, error.reason, error.message, error.hint)
            return [Column(oid) for oid in oids]
        return [
            Column(oid, [b""], [value], True) if value is not None else Column(oid, complete=True)
            for oid, value in zip(oids, values, strict=True)
        ]

    async def _walk(self, table: TablePlan, oids: Sequence[bytes]) -> list[Column]:
        once = [oid for oid in dict.fromkeys(oids) if oid not in self.absent]
        if not once:
            return [Column(oid, complete=True) for oid in oids]
        found = await self.client.walk(self.agent, once, self.deadline, self.limit)
        if found.reason is not None:
            self.lose(table.name, found.rows, found.reason, found.message, found.hint)
        if len(once) == len(oids) == len(found.columns):
            return found.columns
        known = {column.oid: column for column in found.columns}
        return [known.get(oid) or Column(oid, complete=oid in self.absent) for oid in oids]

    async def discover(
        self, table: TablePlan, wanted: Sequence[ColumnPlan]
    ) -> tuple[dict[str, Fresh], Sources]:
        """Columns from their first object identifier, then from the others where rows lack a value.

        Also tells which identifiers are in use, for the polls that follow.
        """
        fresh = await self.read(table, wanted, {one.name: (0,) for one in wanted})
        sources = {name: (0,) for name, one in fresh.items() if one.indexes}
        for place in range(1, max((len(one.oids) for one in wanted), default=1)):
            rows = max((one.indexes for one in fresh.values()), key=len, default=[])
            lacking = [
                one
                for one in wanted
                if place < len(one.oids) and _lacks(fresh.get(one.name), rows, table.scalar)
            ]
            more = await self.read(table, lacking, {one.name: (place,) for one in lacking})
            for name, one in more.items():
                if one.indexes and (name not in fresh or _adds(fresh[name], one)):
                    sources[name] = (*sources.get(name, ()), place)
                    fresh[name] = _join(fresh[name], one) if name in fresh else one
        return fresh, sources


def _above(oid: bytes) -> bytes:
    """The scalar whose instance this is; nothing when it does not end in 0."""
    return oid[:-1] if oid[-1] == 0 and oid[-2] < 128 else b""


def _first(tables: Sequence[TablePlan]) -> list[bytes]:
    """One column each, with what stands for it on other devices."""
    firsts = (min(table.columns.values(), key=lambda one: len(one.oids)) for table in tables)
    return [oid for one in firsts for oid in one.oids]


def _lacks(column: Fresh | None, rows: Sequence[bytes], scalar: bool) -> bool:
    if column is None or not column.indexes:
        return True
    return not scalar and column.complete and not set(rows) <= set(column.indexes)


def _adds(column: Fresh, more: Fresh) -> bool:
    return not set(more.indexes) <= set(column.indexes)


def _join(first: Fresh, second: Fresh) -> Fresh:
    """Two objects for one column: the first where it has a value, in the longer one's order."""
    complete = first.complete and second.complete
    if not first.indexes:
        return Fresh(second.indexes, second.values, complete)
    cells: Mapping[bytes, Value] = {
        **dict(zip(second.indexes, second.values, strict=True)),
        **dict(zip(first.indexes, first.values, strict=True)),
    }
    order = dict.fromkeys((*max(first.indexes, second.indexes, key=len), *cells))
    return Fresh(list(order), [cells[index] for index in order], complete)
