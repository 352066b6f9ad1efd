"""Tables into rows: what a session knows of one table, and how its columns become lines.

Names (heads) are made when the slow columns are read and kept while polls run; a poll only formats
bytes (probes/snmp/lines.py).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from probes.reading import Head, Row
from probes.snmp.column import Value
from probes.snmp.index import arcs, dotted, encode
from probes.snmp.lines import (
    Fresh,
    Shape,
    agree,
    alike,
    cells_of,
    evaluate,
    fields_of,
    integers,
    made,
    places,
    shape_of,
    template,
    totals,
)
from probes.snmp.naming import called, distinct
from probes.snmp.plan import ColumnPlan, FieldPlan, LookupPlan, RowsPlan, TablePlan
from probes.snmp.value import Cell, Moment

MOST_INSTANCES = 1000
"""Rows of a subject that one device may have (docs/metrics.md)."""

Labels = tuple[tuple[str, str], ...]
Claims = dict[RowsPlan, tuple[str, ...]]
"""Names in use on a device, by the rows that have them."""

STABLE: frozenset[bytes] = frozenset()
"""The unstable rows of most blocks."""


@dataclass(slots=True)
class Block:
    """The rows of one subject: a head per place in the table's index list, None for no row."""

    plan: RowsPlan
    heads: list[Head | None]
    unstable: frozenset[bytes]
    total: Head | None
    holes: bool


@dataclass(slots=True)
class Layout:
    """Which rows a table has and what they are called."""

    indexes: list[bytes]
    blocks: list[Block]
    overflow: int = 0


@dataclass(slots=True)
class TableState:
    """One table of one device while its session lives.

    `kept` has each column as it was last read: its values only where the plan keeps them.
    """

    plan: TablePlan
    labels: Labels
    claims: Claims
    kept: dict[str, Fresh] = field(default_factory=dict)
    layout: Layout | None = None
    described: list[Row] = field(default_factory=list)
    told: tuple[Layout | None, dict[str, Sequence[Value]]] = (None, {})

    def moved(self, fresh: Mapping[str, Fresh]) -> bool:
        """True when a whole column has other rows than the names were made for."""
        if self.layout is None:
            return True
        return not self.plan.scalar and any(
            one.complete and name in self.kept and one.indexes != self.kept[name].indexes
            for name, one in fresh.items()
        )

    def renamed(self, fresh: Mapping[str, Fresh]) -> bool:
        """True when a column that names rows, read each time, says something else than before."""
        return any(
            self.plan.columns[name].identity
            and name in self.kept
            and not agree(self.kept[name], one)
            for name, one in fresh.items()
        )

    def learn(
        self, fresh: Mapping[str, Fresh], looked: Mapping[str, Mapping[bytes, Value] | None]
    ) -> None:
        """Take in a reading of all columns: names are made anew if anything changed.

        `looked` holds the other tables' columns by lookup name, None where they could not be read.
        """
        same = self.layout is not None and all(self._same(name, one) for name, one in fresh.items())
        for name, one in fresh.items():
            self._keep(name, one)
        indexes = self._indexes(fresh)
        before = [self.kept.get(lookup.name) for lookup in self.plan.lookups]
        for lookup in self.plan.lookups:
            self._look(lookup, looked.get(lookup.name), indexes)
        if same and before == [self.kept.get(lookup.name) for lookup in self.plan.lookups]:
            return
        sure = {name for name, one in fresh.items() if one.complete}
        sure |= {name for name, one in looked.items() if one is not None}
        self._name(indexes, sure)

    def _same(self, name: str, one: Fresh) -> bool:
        old = self.kept.get(name)
        if old is None or old.complete != one.complete or old.indexes != one.indexes:
            return False
        return not self.plan.columns[name].identity or old.values == one.values

    def _keep(self, name: str, one: Fresh) -> None:
        old = self.kept.get(name)
        if name not in self.plan.keeps:
            self.kept[name] = places(one)
        elif one.complete or old is None:
            same = old is not None and old.values == one.values
            values = old.values if old is not None and same else one.values
            self.kept[name] = Fresh(alike(one.indexes), values, one.complete)
        else:
            cells = dict(zip(old.indexes, old.values, strict=True))
            cells.update(zip(one.indexes, one.values, strict=True))
            self.kept[name] = Fresh(list(cells), list(cells.values()), complete=False)

    def _indexes(self, fresh: Mapping[str, Fresh]) -> list[bytes]:
        found = {index for one in fresh.values() for index in one.indexes}
        whole = len(fresh) == len(self.plan.columns) and all(c.complete for c in fresh.values())
        if not whole and self.layout:
            found.update(self.layout.indexes)
        return alike(sorted(found, key=arcs))

    def _look(
        self, lookup: LookupPlan, column: Mapping[bytes, Value] | None, indexes: list[bytes]
    ) -> None:
        if column is None:
            self.kept.setdefault(lookup.name, Fresh([], (), complete=True))
            return
        found: dict[bytes, Value] = {}
        for index, row in self._rows(indexes).items():
            there = encode(lookup.by(row, index))
            if there is not None and there in column:
                found[index] = column[there]
        self.kept[lookup.name] = Fresh(alike(list(found)), list(found.values()), complete=True)

    def _rows(self, indexes: Sequence[bytes]) -> dict[bytes, dict[str, Cell]]:
        """What is kept of these rows."""
        known = {name: self._known(name) for name, one in self.kept.items() if one.values}
        return {i: {name: cells.get(i) for name, cells in known.items()} for i in indexes}

    def _known(self, name: str) -> dict[bytes, Cell]:
        return cells_of(self.kept[name], self._plan(name))

    def _plan(self, name: str) -> ColumnPlan | LookupPlan | None:
        looked = (one for one in self.plan.lookups if one.name == name)
        return self.plan.columns.get(name) or next(looked, None)

    def _name(self, indexes: list[bytes], sure: set[str]) -> None:
        for plan in self.plan.rows:
            self.claims.pop(plan, None)
        rows = self._rows(indexes)
        layout = Layout(indexes, [])
        named: dict[str, dict[tuple[bytes, str], str]] = {}
        for plan in self.plan.rows:
            own = named.setdefault(plan.subject, {})
            layout.blocks.append(self._block(plan, rows, sure, own, layout))
        self.layout = layout

    def _block(
        self,
        plan: RowsPlan,
        rows: Mapping[bytes, Mapping[str, Cell]],
        sure: set[str],
        own: dict[tuple[bytes, str], str],
        layout: Layout,
    ) -> Block:
        wanted = {i: r for i, r in rows.items() if _fits(plan, i, r)}
        if plan.spec.total and plan.spec.total.only:
            return self._sum_block(plan, layout, wanted)
        texts, made = called(plan, wanted, sure)
        claims = {p: one for p, one in self.claims.items() if p.subject == plan.subject}
        names = {name for one in claims.values() for name in one}
        # rows of other tables may share a name where they say other things of the same instance
        taken = {n for p, one in claims.items() if p.fields & plan.fields for n in one}
        fresh = {i: n for i, n in texts.items() if (i, n) not in own}
        unique = distinct(fresh, self._more(plan, rows, fresh, taken), taken)
        room = MOST_INSTANCES - len(names)
        for index, name in unique.items():
            room -= name not in names
            if room >= 0:
                own[index, texts[index]] = name
            else:
                layout.overflow += 1
        named = {i: own[i, n] for i, n in texts.items() if (i, n) in own}
        if named:
            self.claims[plan] = tuple(set(named.values()))
        heads = {i: self._head(plan, name, wanted[i], i) for i, name in named.items()}
        total = plan.spec.total
        return Block(
            plan,
            [heads.get(index) for index in layout.indexes],
            frozenset(i for i, name in named.items() if i in made or name != texts[i]) or STABLE,
            self._head(plan, total.name, {}, b"") if total and heads else None,
            len(heads) < len(layout.indexes),
        )

    def _sum_block(
        self, plan: RowsPlan, layout: Layout, wanted: Mapping[bytes, Mapping[str, Cell]]
    ) -> Block:
        """Rows that are only summed up need no names of their own."""
        assert plan.spec.total is not None
        total = self._head(plan, plan.spec.total.name, {}, b"")
        heads = [total if index in wanted else None for index in layout.indexes]
        return Block(plan, heads, STABLE, total if wanted else None, holes=True)

    def _more(
        self,
        plan: RowsPlan,
        rows: Mapping[bytes, Mapping[str, Cell]],
        names: Mapping[bytes, str],
        taken: Collection[str],
    ) -> Callable[[bytes], str]:
        """What tells rows of one name apart: the profile's word, or the second table's name."""

        def text(index: bytes) -> str:
            known = plan.duplicates(rows[index], index)
            return known or (self.plan.name if names[index] in taken else "")

        return text

    def _head(self, plan: RowsPlan, name: str, cells: Mapping[str, Cell], index: bytes) -> Head:
        instance = ((plan.label, name),) if plan.label else ()
        more = tuple((label, text(cells, index)) for label, text in plan.labels)
        return Head(plan.subject, (*self.labels, *instance, *more))

    def rows(self, fresh: Mapping[str, Fresh], moment: Moment) -> list[Row]:
        """The measured rows of this run's columns."""
        if self.layout is None or not fresh:
            return []
        found: list[Row] = []
        names = frozenset(name for name, one in fresh.items() if one.indexes)
        even = {name for name in names if fresh[name].indexes == self.layout.indexes}
        for block in self.layout.blocks:
            shape = shape_of(block.plan, self.plan, names) if even else None
            lines = self._quick(block, shape, fresh, even, moment) if shape else None
            found += self._plain(block, fresh, moment) if lines is None else lines
        return found

    def _quick(
        self,
        block: Block,
        shape: Shape,
        fresh: Mapping[str, Fresh],
        even: Collection[str],
        moment: Moment,
    ) -> list[Row] | None:
        """All rows of a block by one template, fields that are not that even put behind; None when
        there is nothing to put them behind.
        """
        columns: list[Sequence[object]] = []
        words: list[str] = []
        rest = list(shape.rest)
        for name, plan in shape.states:
            if name in even and plan.states:
                states = plan.states
                columns.append([states.get(value, b"") for value in fresh[name].values])
            else:
                rest.append(plan)
        states_of = len(columns)
        for plan in shape.plain:
            column = fresh[plan.plain or ""]
            if plan.plain in even and integers(column.values, plan.integral):
                columns.append(column.values)
                words.append(plan.name)
            else:
                rest.append(plan)
        if not words:
            return None
        lines = map(template(states_of, tuple(words)).__mod__, zip(*columns, strict=True))
        if rest:
            lines = map(bytes.__add__, lines, self._behind(rest, block, fresh, moment))
        rows = map(made, zip(block.heads, lines, strict=True))
        return [row for row in rows if row[0] is not None] if block.holes else list(rows)

    def _behind(
        self,
        fields: Sequence[FieldPlan],
        block: Block,
        fresh: Mapping[str, Fresh],
        moment: Moment,
    ) -> list[bytes]:
        """What comes behind a line already begun, for each place of the table."""
        assert self.layout is not None
        sources = self._sources(fields, fresh)
        found: list[bytes] = []
        for index, head in zip(self.layout.indexes, block.heads, strict=True):
            cells = {name: column.get(index) for name, column in sources.items()}
            values = evaluate(fields, cells, moment) if head is not None else []
            found.append(b"," + fields_of(values) if values else b"")
        return found

    def _plain(self, block: Block, fresh: Mapping[str, Fresh], moment: Moment) -> list[Row]:
        """The rows of a block one by one."""
        assert self.layout is not None
        fields = [one for one in block.plan.measured if not one.columns.isdisjoint(fresh)]
        if not fields:
            return []
        found: list[Row] = []
        sums: dict[str, list[float]] = {}
        sources = self._sources(fields, fresh)
        for index, head in zip(self.layout.indexes, block.heads, strict=True):
            if head is None:
                continue
            cells = {name: column.get(index) for name, column in sources.items()}
            values = evaluate(fields, cells, moment)
            if values:
                if head is not block.total:
                    found.append(Row(head, fields_of(values)))
                for name, value in values:
                    sums.setdefault(name, []).append(value)
        if block.total is not None and sums:
            found.append(Row(block.total, fields_of(totals(sums, block.plan))))
        return found

    def _sources(
        self, fields: Sequence[FieldPlan], fresh: Mapping[str, Fresh]
    ) -> dict[str, Mapping[bytes, Cell]]:
        """The columns that fields need: as read now, or remembered if not read each time."""
        found: dict[str, Mapping[bytes, Cell]] = {}
        for name in {name for one in fields for name in one.columns}:
            plan = self.plan.columns.get(name)
            if name in fresh and plan:
                found[name] = cells_of(fresh[name], plan)
            elif (plan is None or plan.tier != "fast") and name in self.kept:
                found[name] = self._known(name)
        return found

    def describe(self, fresh: Mapping[str, Fresh], moment: Moment) -> list[Row]:
        """The described rows: info with its labels, and the fields that change rarely.

        The same rows as before when nothing that they are made of has changed.
        """
        if self.layout is None:
            return []
        by = {n: one.values for n, one in fresh.items() if n in self.plan.described_by}
        layout, old = self.told
        if layout is self.layout and all(old.get(name) == one for name, one in by.items()):
            return self.described
        self.told = (self.layout, {**old, **by})
        found: list[Row] = []
        rows = self._rows(self.layout.indexes)
        for block in self.layout.blocks:
            sources = self._sources(block.plan.described, fresh)
            for index, head in zip(self.layout.indexes, block.heads, strict=True):
                if head is None:
                    continue
                if block.plan.info:
                    found.append(_info(block, head, rows[index], index))
                cells = {name: column.get(index) for name, column in sources.items()}
                values = evaluate(block.plan.described, cells, moment)
                if values:
                    found.append(Row(head, fields_of(values)))
        self.described = found
        return found


def _info(block: Block, head: Head, cells: Mapping[str, Cell], index: bytes) -> Row:
    labels = [
        (name, text(cells, index))
        for name, text in block.plan.info
        if name != "unstable" or index in block.unstable
    ]
    return Row(Head(block.plan.subject, (*head.labels, *labels)), b"info=1")


def _fits(plan: RowsPlan, index: bytes, cells: Mapping[str, Cell]) -> bool:
    """True when all conditions let a row through; `index` is a column of its own here."""
    return all(
        fits(dotted(index) if name == "index" else cells.get(name)) for name, fits in plan.where
    )
