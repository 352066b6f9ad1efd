"""How much to ask of one agent at once, and how long to wait: learnt, and remembered across
restarts.

The unit is varbinds in a reply: repetitions times columns. Rules, each from what the agent did: a
full reply doubles what is asked next, up to the ceiling; a reply cut short by the agent (it has a
limit in bytes) sets the size to what came, the ceiling a quarter above; tooBig halves both; silence
halves both, but only once a smaller request was answered, so that a dead agent teaches nothing.
After 500 full replies at the ceiling, the ceiling is tried anew.
"""

from typing import Any

FIRST = 64
"""Varbinds asked of an agent we know nothing of: a reply that fits an Ethernet frame."""
MOST = 512
"""Varbinds asked at most: about 10 KB, eight fragments on Ethernet."""
PATIENCE = 500
TABLES = 200
"""Tables whose length is remembered for one agent."""

FASTEST = 0.5
SLOWEST = 4.0


def _whole(value: object, low: int, high: int, default: int) -> int:
    """A number out of memory, which may hold anything."""
    if isinstance(value, int) and low <= value <= high:
        return value
    return default


class Pace:
    """The pace of one agent. Writes `bulk` and `rows` in the memory it was given."""

    __slots__ = ("_good", "_memory", "_rtt", "_spread", "ceiling", "proven", "size")

    def __init__(self, memory: dict[str, Any]) -> None:
        kept = memory.get("bulk")
        bulk = kept if isinstance(kept, dict) else {}
        self.size = _whole(bulk.get("size"), 1, MOST, FIRST)
        self.ceiling = _whole(bulk.get("ceiling"), 1, MOST, MOST)
        self.proven = _whole(bulk.get("size"), 1, MOST, 0)
        self._good = 0
        self._memory = memory
        self._rtt = 0.0
        self._spread = 0.0

    def _learn(self, size: int, ceiling: int) -> None:
        size, ceiling = max(1, min(size, MOST)), max(1, min(ceiling, MOST))
        if (size, ceiling) != (self.size, self.ceiling):
            self._good = 0
        self.size, self.ceiling = size, ceiling
        self._memory["bulk"] = {"size": size, "ceiling": ceiling}

    def full(self, asked: int) -> None:
        """All that was asked for came."""
        self.proven = max(self.proven, asked)
        if asked * 2 <= self.size:
            return
        if self.size < self.ceiling:
            self._learn(min(self.size * 2, self.ceiling), self.ceiling)
        elif self.ceiling < MOST:
            self._good += 1
            if self._good >= PATIENCE:
                self._learn(self.size, self.ceiling * 2)

    def truncated(self, came: int) -> None:
        """The agent gave less than was asked for, and it was not the end."""
        self.proven = max(self.proven, came)
        self._learn(came, came + came // 4)

    def too_big(self, asked: int) -> None:
        """The agent said tooBig, or was silent until it was asked for half of this."""
        half = max(1, asked // 2)
        self.proven = min(self.proven, half)
        self._learn(half, half)

    def rows(self, table: bytes) -> int:
        """How many rows this table had last time; 0 when not known."""
        kept = self._memory.get("rows")
        return _whole(kept.get(table.hex()), 0, 2**31, 0) if isinstance(kept, dict) else 0

    def set_rows(self, table: bytes, rows: int) -> None:
        """Remember a table's length."""
        kept = self._memory.get("rows")
        if not isinstance(kept, dict) or len(kept) >= TABLES:
            kept = self._memory["rows"] = {}
        kept[table.hex()] = rows

    def heard(self, delay: float) -> None:
        """A request that was sent once was answered after so many seconds (RFC 6298)."""
        if not self._rtt:
            self._rtt, self._spread = delay, delay / 2
            return
        self._spread += (abs(delay - self._rtt) - self._spread) / 4
        self._rtt += (delay - self._rtt) / 8

    def wait(self) -> float:
        """Seconds to wait for an answer before the request is sent again; one second at first."""
        if not self._rtt:
            return 1.0
        return min(max(2 * self._rtt + 4 * self._spread, FASTEST), SLOWEST)
