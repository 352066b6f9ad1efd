"""A walk of several columns side by side: a state machine that the client's reader drives.

Few, large replies: as many columns a GETBULK as fit with all the rows that the table had last time.
What the agent cannot give is singled out and marked; what it gives in a circle is cut and marked.
"""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import Sequence

from probes.reading import Reason
from probes.snmp import ber, message, rows, trust
from probes.snmp.agent import Agent
from probes.snmp.column import Table, Value
from probes.snmp.cursor import Cursor, ascending
from probes.snmp.errors import SnmpError
from probes.snmp.exchange import Asker, Exchange
from probes.snmp.message import Pdu, Request
from probes.snmp.pace import width

SIDE_BY_SIDE = 10
"""Columns in a request when it is not known how long they are."""
SMALL = 8
"""Varbinds below which a request is not made smaller because of silence."""
WORTH = 32
"""Varbinds from which on a reply is tried as whole rows at first."""
STEPS = 8
"""Unreadable rows in a row after which a column is given up."""


class Walk:
    """One walk at work. `done` gets the Table, whatever happens."""

    __slots__ = (
        "_agent",
        "_asker",
        "_careful",
        "_cursors",
        "_deadline",
        "_error",
        "_group",
        "_limit",
        "_limited",
        "_repeat",
        "_rows",
        "_shrunk",
        "_suspects",
        "_v1",
        "_waiting",
        "done",
        "exchange",
    )

    def __init__(
        self,
        asker: Asker,
        agent: Agent,
        columns: Sequence[bytes],
        deadline: float,
        limit: int,
    ) -> None:
        self._asker = asker
        self._agent = agent
        self._deadline = deadline
        self._limit = limit
        self.done: Future[Table] = get_running_loop().create_future()
        self._v1 = agent.v1
        self._cursors = [Cursor(oid) for oid in columns]
        self._waiting = deque(self._cursors)
        self._suspects: deque[Cursor] = deque()
        self._group: list[Cursor] = []
        self._rows = agent.pace.rows(columns[0]) if columns else 0
        self._repeat = 1
        self._careful = 0
        """Repetitions not to exceed while an unreadable row is near; 0 for none."""
        self._shrunk = 0
        """Varbinds of the request that was met with silence, until a smaller one is answered."""
        self._limited = False
        self._error: SnmpError | None = None
        self.exchange: Exchange | None = None

    # Asking.

    def start(self) -> None:
        """Ask for what comes next, or finish."""
        if self.done.done():
            return
        group = [cursor for cursor in self._group if not cursor.done] or self._open()
        if not group:
            self._finish()
            return
        budget = self._budget()
        self._waiting.extendleft(reversed(group[budget:]))
        self._group = group = group[:budget]
        self._repeat = 1 if self._v1 else self._repetitions(group, budget)
        kind = message.GETNEXT if self._v1 else message.GETBULK
        oids = tuple([cursor.at for cursor in group])
        request = Request(kind, oids, 0, 0 if self._v1 else self._repeat)
        self._asker.ask(self._agent, request, self, self._deadline)

    def _budget(self) -> int:
        size = self._agent.pace.size
        return max(1, min(size, self._shrunk // 2)) if self._shrunk else size

    def _open(self) -> list[Cursor]:
        """The next columns to read together: as many as fit with all their rows."""
        self._careful = 0
        if not self._waiting:
            self._careful = 1
            return [self._suspects.popleft()] if self._suspects else []
        budget, count = self._budget(), len(self._waiting)
        if self._v1:
            wide = budget
        elif self._rows > 0:
            wide = width(count, self._rows, budget)
        else:
            wide = min(budget, SIDE_BY_SIDE)
        groups = -(-count // min(wide, count))
        return [self._waiting.popleft() for _ in range(-(-count // groups))]

    def _repetitions(self, group: list[Cursor], budget: int) -> int:
        """All rows that are left and one more, which shows the end; one of a table that was empty;
        as many as fit if not known.
        """
        read = min(len(cursor.column.values) for cursor in group)
        most = min(max(1, budget // len(group)), self._limit - read + 1)
        if self._rows > read or self._rows == read == 0:
            most = min(most, self._rows - read + 1)
        if self._careful:
            most = min(most, self._careful)
        return max(1, most)

    # Being answered.

    def answered(self, request: Request, pdu: Pdu) -> None:
        """Take a reply and ask on."""
        asked = len(request.oids) * self._repeat
        indexes, columns, rest = self._rows_of(pdu, asked)
        names, values = message.varbinds(pdu, rest)
        taken = len(indexes) * len(columns)
        came = taken + len(names)
        if self._shrunk:
            self._agent.pace.too_big(self._shrunk)
            self._shrunk = 0
        if pdu.status:
            self._refused(pdu, asked)
        elif not came:
            self._empty(asked)
        else:
            self._extend(indexes, columns)
            self._take(names[: asked - taken], values[: asked - taken])
            if came >= asked:
                self._agent.pace.full(asked)
            elif not any(cursor.done for cursor in self._group):
                self._agent.pace.truncated(came)
        self.start()

    def _rows_of(self, pdu: Pdu, asked: int) -> tuple[list[bytes], list[list[Value]], int]:
        """The rows at the start of a reply that need no second look, and where they end."""
        group = self._group
        start = group[0].last
        if asked < WORTH or pdu.status or len({cursor.last for cursor in group}) > 1:
            return [], [], pdu.start
        oids = tuple([cursor.column.oid for cursor in group])
        indexes, columns, rest = rows.read(oids, pdu.data, pdu.start, pdu.end)
        if len(indexes) * len(group) > asked or ascending(start, indexes) < len(indexes):
            return [], [], pdu.start
        return indexes, columns, rest

    def _extend(self, indexes: list[bytes], columns: list[list[Value]]) -> None:
        """Take rows that belong to every column of the group."""
        if indexes:
            leader = self._group[0]
            for cursor, values in zip(self._group, columns, strict=True):
                cursor.take(indexes, values, leader)

    def _take(self, names: list[bytes], values: list[Value | None]) -> None:
        """Deal a reply's varbinds out to the columns, and look after the row limit."""
        if names:
            self._deal(names, values)
        group = self._group
        for cursor in group:
            if len(cursor.column.values) > self._limit:
                self._limited |= cursor.limit(self._limit)
        if group[0].done:
            self._rows = max(self._rows, len(group[0].column.values) or -1)

    def _deal(self, names: list[bytes], values: list[Value | None]) -> None:
        """The last row is left when it is not whole."""
        group = self._group
        if len(names) < len(group):
            self._waiting.extendleft(reversed(group[len(names) :]))
            self._group = group = group[: len(names)]
        wide = len(group)
        end = len(names) // wide * wide
        absent = None in values
        leader = group[0]
        start = leader.last
        leader.read(names[0:end:wide], values[0:end:wide])
        for i in range(1, wide):
            cursor = group[i]
            ours, theirs = names[i:end:wide], values[i:end:wide]
            plain = not absent and cursor.last == start and not leader.fault
            if not (plain and cursor.follow(ours, theirs, leader)):
                cursor.read(ours, theirs)

    def _empty(self, asked: int) -> None:
        """An answer without varbinds: some agents mean tooBig by it."""
        if asked == 1:
            self._group[0].give_up("the agent answers with nothing")
        else:
            self._agent.pace.too_big(asked)

    # Being refused.

    def _refused(self, pdu: Pdu, asked: int) -> None:
        name = message.error_name(pdu.status)
        group = self._group
        culprit = group[pdu.culprit - 1] if 1 <= pdu.culprit <= len(group) else None
        if len(group) == 1:
            culprit = group[0]
        if pdu.status in (message.NO_ACCESS, message.AUTHORIZATION):
            self.failed(trust.refused(self._agent, name))
        elif pdu.status == message.TOO_BIG:
            if asked == 1:
                group[0].give_up("the agent says tooBig to one value")
            else:
                self._agent.pace.too_big(asked)
        elif pdu.status == message.NO_SUCH_NAME and culprit is not None:
            culprit.finish()  # how v1 says that nothing comes behind (RFC 1157 section 4.1.3)
        else:
            self._isolate(culprit, name)

    def _isolate(self, culprit: Cursor | None, name: str) -> None:
        """Close in on what the agent cannot read: fewer rows, fewer columns, then step over."""
        group = self._group
        if self._repeat > 1:
            self._careful = self._repeat // 2
        elif len(group) == 1:
            self._step_over(group[0], name)
            self._careful = 0
        elif culprit is not None:
            group.remove(culprit)
            self._suspects.append(culprit)
            self._careful = 0
        else:
            half = len(group) // 2
            self._waiting.extendleft(reversed(group[half:]))
            del group[half:]

    def _step_over(self, cursor: Cursor, name: str) -> None:
        """Mark the row behind the cursor as unreadable and go on behind it."""
        cursor.steps += 1
        last = cursor.last
        known = max(
            (c.column.indexes for c in self._cursors if c.column.complete), key=len, default=[]
        )
        place = known.index(last) + 1 if last in known else 0
        if last and known and known[-1] == last:
            cursor.finish()  # what fails is the object behind the table
            return
        hole = known[place] if known and (place or not last) else _next_index(last)
        if cursor.steps > STEPS or not hole:
            cursor.give_up(f"the agent says {name}")
            return
        cursor.column.holes.append(hole)
        cursor.at = cursor.column.oid + hole

    # Other ends.

    def silent(self, exchange: Exchange) -> bool:
        """Ask for less: at once when so much was never answered, else on the second silence."""
        asked = len(exchange.request.oids) * self._repeat
        proven = self._agent.pace.proven
        if asked <= SMALL or (exchange.sent < 2 and (not proven or asked <= proven)):
            return False
        self._shrunk = asked
        self._asker.forget(self)
        self.start()
        return True

    def failed(self, error: SnmpError) -> None:
        """The walk ends here with what it has."""
        self._error = error
        self._finish()

    def _finish(self) -> None:
        if self.done.done():
            return
        table = Table([cursor.column for cursor in self._cursors])
        faults = [
            cursor for cursor in self._cursors if not cursor.column.complete or cursor.column.holes
        ]
        if faults:
            self._mark(table, faults)
        elif self._cursors:
            self._agent.pace.set_rows(self._cursors[0].column.oid, table.rows)
        self.done.set_result(table)

    def _mark(self, table: Table, faults: list[Cursor]) -> None:
        error = self._error
        if error is not None and error.reason is Reason.AUTH:
            table.reason = Reason.AUTH
        elif self._limited and error is None:
            table.reason = Reason.LIMIT
        elif table.rows or len(faults) < len(self._cursors):
            table.reason = Reason.PARTIAL
        else:
            table.reason = error.reason if error is not None else Reason.PROTOCOL
        why = error.message if error is not None else faults[0].fault or "unreadable rows"
        cut = ", ".join(_describe(cursor) for cursor in faults[:5])
        more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
        table.message = f"{why}; cut: {cut}{more}"
        table.hint = error.hint if error is not None else ""


def _describe(cursor: Cursor) -> str:
    column = cursor.column
    holes = f", {len(column.holes)} unreadable" if column.holes else ""
    return f"{ber.dotted(column.oid)} ({len(column.values)} rows{holes})"


def _next_index(last: bytes) -> bytes:
    """The index that would come next if rows were numbered; empty when there is none."""
    numbers = ber.decode_subids(last)
    if not numbers or numbers[-1] >= ber.LARGEST_SUBID:
        return b""
    return ber.encode_subids((*numbers[:-1], numbers[-1] + 1))
