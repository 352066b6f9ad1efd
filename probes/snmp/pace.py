"""How much to ask of one agent at once, and how long to wait: learnt, and remembered across
restarts.

The unit is varbinds in a reply: repetitions times columns. Rules, each from what the agent did. A
full reply doubles what is asked next, up to what is known of the agent. A reply that the agent cut
short shows its limit: the most that ever came so is what is asked from then on, and now and then
twice of it, which costs nothing. tooBig halves, for good. Silence halves too, but only once a
smaller request was answered, so that a dead agent teaches nothing. After 500 full replies such a
ceiling is tried anew.
"""

from functools import lru_cache
from typing import Any

FIRST = 64
"""Varbinds asked of an agent we know nothing of: a reply that fits an Ethernet frame."""
MOST = 512
"""Varbinds asked at most: about 10 KB, eight fragments on Ethernet."""
CURIOSITY = 100
"""Full replies after which more is asked than the agent gave before."""
PATIENCE = 500
"""Full replies after which more is asked than was met with tooBig or silence before."""
TABLES = 200
"""Tables whose length is remembered for one agent."""

FASTEST = 0.5
SLOWEST = 4.0


def _whole(value: object, low: int, high: int, default: int) -> int:
    """A number out of memory, which may hold anything."""
    if isinstance(value, int) and low <= value <= high:
        return value
    return default


@lru_cache(maxsize=4096)
def width(columns: int, rows: int, size: int) -> int:
    """How many columns to read side by side, so that the whole takes the fewest replies of this
    size.
    """

    def replies(width: int) -> int:
        return -(-(rows + 1) // (size // width)) * -(-columns // width)

    return min(range(1, min(columns, size) + 1), key=replies)


@lru_cache(maxsize=4096)
def _key(table: bytes) -> str:
    """What a table is called in memory: one text for all agents."""
    return table.hex()


class Pace:
    """The pace of one agent. Writes `bulk` and `rows` in the memory it was given."""

    __slots__ = ("_good", "_memory", "_rtt", "_spread", "ceiling", "limit", "proven", "size")

    def __init__(self, memory: dict[str, Any]) -> None:
        kept = memory.get("bulk")
        bulk = kept if isinstance(kept, dict) else {}
        self.size = _whole(bulk.get("size"), 1, MOST, FIRST)
        self.limit = _whole(bulk.get("limit"), 1, MOST, 0)
        """What the agent cuts its replies to; 0 when it was never seen to."""
        self.ceiling = _whole(bulk.get("ceiling"), 1, MOST, MOST)
        """What is not tried any more because of tooBig or silence."""
        self.proven = _whole(bulk.get("size"), 1, MOST, 0)
        """The most that was answered."""
        self._good = 0
        self._memory = memory
        self._rtt = 0.0
        self._spread = 0.0

    def _learn(self, size: int) -> None:
        self._good = 0
        self.size = max(1, min(size, self.ceiling))
        self._memory["bulk"] = {"size": self.size, "limit": self.limit, "ceiling": self.ceiling}

    def full(self, asked: int) -> None:
        """All that was asked for came."""
        self.proven = max(self.proven, asked)
        if self.limit and asked > self.limit:
            self.limit = 0
        if asked * 2 <= self.size:
            return
        most = min(self.ceiling, self.limit or MOST)
        if self.size < most:
            self._learn(min(self.size * 2, most))
            return
        self._good += 1
        if self.limit and self.limit < self.ceiling and self._good >= CURIOSITY:
            self._learn(self.size * 2)
        elif self.ceiling < MOST and self._good >= PATIENCE:
            self.ceiling = min(self.ceiling * 2, MOST)
            self._learn(self.size * 2)

    def truncated(self, came: int) -> None:
        """The agent gave less than was asked for, and it was not the end."""
        self.proven = max(self.proven, came)
        if came > self.limit or self.size != min(self.limit, self.ceiling):
            self.limit = max(self.limit, came)
            self._learn(self.limit)

    def too_big(self, asked: int) -> None:
        """The agent said tooBig, or was silent until it was asked for half of this."""
        self.ceiling = max(1, asked // 2)
        self.proven = min(self.proven, self.ceiling)
        self._learn(self.ceiling)

    def rows(self, table: bytes) -> int:
        """How many rows this table had last time; -1 when not known."""
        kept = self._memory.get("rows")
        return _whole(kept.get(_key(table)), 0, 2**31, -1) if isinstance(kept, dict) else -1

    def set_rows(self, table: bytes, rows: int) -> None:
        """Remember a table's length."""
        kept = self._memory.get("rows")
        if not isinstance(kept, dict) or len(kept) >= TABLES:
            kept = self._memory["rows"] = {}
        kept[_key(table)] = rows

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
