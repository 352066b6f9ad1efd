"""Where a walk stands in one column: what of a reply belongs to it, and when it is at its end."""

from operator import lt

from probes.snmp import ber
from probes.snmp.column import Column, Value
from probes.snmp.errors import DecodeError


def _key(content: bytes) -> tuple[int, ...]:
    """Sub-identifiers for comparison; content that is broken comes before everything."""
    try:
        return ber.decode_subids(content)
    except DecodeError:
        return ()


def after(first: bytes, second: bytes) -> bool:
    """Whether the second identifier or index comes behind the first in an agent's order."""
    if first.isascii() and second.isascii():  # each byte is a whole sub-identifier
        return first < second
    return _key(first) < _key(second)


def ascending(last: bytes, indexes: list[bytes]) -> int:
    """How many of these indexes, from the start, go up from `last` without a break."""
    chain = [last, *indexes]
    if b"".join(chain).isascii():
        if all(map(lt, chain, indexes)):
            return len(indexes)
    else:
        keys = [_key(index) for index in chain]
        if all(map(lt, keys, keys[1:])):
            return len(indexes)
    return next(i for i, index in enumerate(indexes) if not after(chain[i], index))


class Cursor:
    """The place of a walk in one column.

    `at` is the identifier to go on from, `done` says that nothing more is to be asked (at its end
    or given up: see the column's `complete`), `fault` why it was given up, `steps` counts bad rows
    in a row.
    """

    __slots__ = ("_owns", "at", "column", "done", "fault", "fresh", "steps")

    def __init__(self, oid: bytes) -> None:
        self.column = Column(oid)
        self.at = oid
        self.done = False
        self.fault = ""
        self.steps = 0
        self.fresh: list[bytes] = []
        """Indexes of the last reply."""
        self._owns = True

    @property
    def last(self) -> bytes:
        """The index behind which to go on; empty at the start."""
        return self.at[len(self.column.oid) :]

    def give_up(self, fault: str) -> None:
        """Cut the column here."""
        self.done = True
        self.fault = fault

    def finish(self) -> None:
        """The column is whole."""
        self.done = self.column.complete = True

    def read(self, names: list[bytes], values: list[Value | None]) -> None:
        """Take a reply's part of this column, checking everything."""
        oid = self.column.oid
        inside = next((i for i, name in enumerate(names) if not name.startswith(oid)), len(names))
        indexes = [name[len(oid) :] for name in names[:inside]]
        good = ascending(self.last, indexes)
        taken = values[:good]
        if good < inside:
            if values[good] is None:  # endOfMibView repeats the name before it (RFC 3416 4.2.3)
                self.finish()
            else:
                self.give_up("the agent repeats rows or goes backwards")
        elif inside < len(names):
            self._leave(names[inside])
        if good:
            self.at = names[good - 1]
        self.fresh = [i for i, v in zip(indexes, taken, strict=False) if v is not None]
        self._extend([value for value in taken if value is not None])
        self._own(len(self.column.values) - len(self.fresh))
        self.column.indexes.extend(self.fresh)

    def follow(self, names: list[bytes], values: list[Value | None], leader: "Cursor") -> bool:
        """Take a reply's part in one stroke when its rows are the leader's; False when they are
        not.

        The caller made sure that both stood at the same index before, and that no value is None.
        """
        fresh, oid = leader.fresh, self.column.oid
        count = len(fresh)
        if names[:count] != [oid + index for index in fresh]:
            return False
        if len(names) > count:
            if names[count].startswith(oid):
                return False
            self._leave(names[count])
        if count:
            self.at = names[count - 1]
        self._share(fresh, values[:count], leader)  # type: ignore[arg-type]  # the caller looked for None
        return True

    def take(self, indexes: list[bytes], values: list[Value], leader: "Cursor") -> None:
        """Take whole rows that the caller has checked, the leader's first."""
        self.at = self.column.oid + indexes[-1]
        if leader is not self:
            self._share(indexes, values, leader)
            return
        before = len(self.column.values)
        self._extend(values)
        self._own(before)
        self.column.indexes.extend(indexes)

    def _share(self, fresh: list[bytes], values: list[Value], leader: "Cursor") -> None:
        """Take rows that the leader has just taken, and its list of indexes if all are equal."""
        before = len(self.column.values)
        self._extend(values)
        self.fresh = fresh
        ours, theirs = self.column.indexes, leader.column.indexes
        if ours is theirs:
            return
        if not before and len(theirs) == len(fresh):
            self.column.indexes = theirs
            self._owns = False
            return
        self._own(before)
        self.column.indexes.extend(fresh)

    def _leave(self, name: bytes) -> None:
        """The agent went on to another object."""
        if after(self.column.oid, name):
            self.finish()
        else:
            self.give_up("the agent goes backwards")

    def _extend(self, values: list[Value]) -> None:
        if values:
            self.steps = 0
        if self.column.values:
            self.column.values.extend(values)
        else:
            self.column.values = values

    def _own(self, count: int) -> None:
        """Part with a shared list of indexes, of which only the first `count` are ours."""
        if not self._owns:
            self.column.indexes = self.column.indexes[:count]
            self._owns = True

    def limit(self, rows: int) -> bool:
        """Cut the column when it has more rows than that; whether it had."""
        if len(self.column.values) <= rows:
            return False
        self.column.indexes = self.column.indexes[:rows]
        self._owns = True
        del self.column.values[rows:]
        self.column.complete = False
        self.give_up("row limit")
        return True
