"""What a walk brings back: columns of values side by side, and what is missing from them."""

from dataclasses import dataclass, field

from probes.reading import Reason

Value = int | float | bytes
"""A value off the wire: int for every number, float for Opaque float and double, bytes for the rest
(OCTET STRING, Opaque that is no number; `Identifier` and `Address` for what they say)."""


class Identifier(bytes):
    """Content bytes of an OBJECT IDENTIFIER."""

    __slots__ = ()


class Address(bytes):
    """An IpAddress."""

    __slots__ = ()


@dataclass(slots=True)
class Column:
    """One column in the agent's order; `indexes[i]` belongs to `values[i]`.

    `oid` and `indexes` are BER content bytes; an index is what follows the column's own identifier.
    Columns with equal indexes may share one list: never change it in place. `complete` is False
    when the walk was cut before the column's end; `holes` are rows that the agent could not read
    (genErr).
    """

    oid: bytes
    indexes: list[bytes] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    complete: bool = False
    holes: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """The columns of one walk, in the order they were asked for.

    `reason` is None when all of it was read; else why not (PARTIAL when there are rows all the
    same, LIMIT when the row limit stopped it), with a message and a hint. `aligned` says that all
    columns have the same indexes, row by row.
    """

    columns: list[Column]
    reason: Reason | None = None
    message: str = ""
    hint: str = ""

    @property
    def aligned(self) -> bool:
        """True when row i is the same instance in every column."""
        first = self.columns[0].indexes if self.columns else []
        return all(c.indexes is first or c.indexes == first for c in self.columns)

    @property
    def rows(self) -> int:
        """The longest column's number of rows."""
        return max((len(c.indexes) for c in self.columns), default=0)
