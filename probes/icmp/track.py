"""What is known of one pinged address: echoes under way, totals, an interval's figures; pure.

Times are nanoseconds of the monotonic clock. An echo *settles* when it is answered or when `LATE`
has passed: only settled echoes are counted, so `sent - received` is exactly what was lost, with no
echo that is still on its way taken for a loss. A reply is counted once; echoes that the kernel
refused to send are no loss and are counted apart.
"""

from dataclasses import dataclass

from probes.icmp.packet import IDENTIFIERS
from probes.reading import Head, Row, row

TIMEOUT = 1_000_000_000
"""After this an echo is told as lost (`on_lost`); a reply after it is still heard."""

LATE = 3_000_000_000
"""After this an echo is lost for good, and its reply ignored."""

RENEW = 8
"""Lost echoes in a row after which a target takes the next identifier, and again after as many."""


@dataclass(frozen=True, slots=True)
class EchoCounts:
    """Figures of one address: totals since it was added, the rest since the last collection.

    Times are seconds and None when no echo was answered; `jitter` (mean absolute difference of
    consecutive RTTs) needs two answers ever; `loss_ratio` is None when no echo settled.
    `unsent_total` counts echoes that our own machine refused to send, `unsent_message` says why the
    last time.
    """

    sent_total: int
    received_total: int
    rtt: float | None
    rtt_min: float | None
    rtt_max: float | None
    jitter: float | None
    loss_ratio: float | None
    unsent_total: int
    unsent_message: str


class Track:
    """One pinged address at work."""

    __slots__ = (
        "_answered", "_jitter", "_jitters", "_last", "_lost", "_max", "_min", "_sum",
        "address", "burst_until", "heard", "identifier", "interval", "key", "received_total",
        "sent_total", "sequence", "silent", "under_way", "unsent_message", "unsent_total",
    )  # fmt: skip

    def __init__(self, key: str, address: tuple[str, int] | tuple[str, int, int, int]) -> None:
        """`address` is the socket address that replies must come from."""
        self.key = key
        self.address = address
        self.interval = 0
        self.identifier = 0
        self.sequence = 0
        self.under_way: dict[int, int] = {}
        self.burst_until = 0
        self.heard: int | None = None
        self.silent = -1
        self.sent_total = self.received_total = self.unsent_total = 0
        self.unsent_message = ""
        self._last = -1
        self._reset()

    def _reset(self) -> None:
        self._answered = self._lost = self._jitters = 0
        self._sum = self._max = self._jitter = 0
        self._min = -1

    def sent(self, sequence: int, at: int) -> None:
        """An echo left at `at`."""
        self.sequence = sequence
        self.under_way[sequence] = at

    def refused(self, message: str) -> None:
        """Our own machine did not send an echo."""
        self.unsent_total += 1
        self.unsent_message = message

    def answered(self, sequence: int, at: int) -> bool:
        """A reply came at `at`: True when it is news that the address is heard.

        That is the first reply ever and the first one after a lost echo. Replies that nothing waits
        for (doubles, late ones, forged ones) change nothing.
        """
        left = self.under_way.pop(sequence, None)
        if left is None:
            return False
        rtt = at - left if at > left else 0
        self.sent_total += 1
        self.received_total += 1
        self._answered += 1
        self._sum += rtt
        if rtt > self._max:
            self._max = rtt
        if rtt < self._min or self._min < 0:
            self._min = rtt
        if self._last >= 0:
            self._jitter += abs(rtt - self._last)
            self._jitters += 1
        self._last = rtt
        self.heard = at
        news, self.silent = self.silent != 0, 0
        return news

    def overdue(self, sequence: int) -> bool:
        """`TIMEOUT` after an echo: True when it is unanswered, which makes a silence longer."""
        if sequence not in self.under_way:
            return False
        self.silent = max(self.silent, 0) + 1
        if self.silent % RENEW == 0:
            block = self.identifier & -IDENTIFIERS
            self.identifier = block | (self.identifier + 1) % IDENTIFIERS
        return True

    def expired(self, sequence: int) -> None:
        """`LATE` after an echo: when it is still unanswered it is lost."""
        if self.under_way.pop(sequence, None) is not None:
            self.sent_total += 1
            self._lost += 1

    def collect(self) -> EchoCounts:
        """The figures; those of the interval start again."""
        settled = self._answered + self._lost
        heard = self._answered > 0
        counts = EchoCounts(
            sent_total=self.sent_total,
            received_total=self.received_total,
            rtt=self._sum / self._answered / 1e9 if heard else None,
            rtt_min=self._min / 1e9 if heard else None,
            rtt_max=self._max / 1e9 if heard else None,
            jitter=self._jitter / self._jitters / 1e9 if self._jitters else None,
            loss_ratio=self._lost / settled if settled else None,
            unsent_total=self.unsent_total,
            unsent_message=self.unsent_message,
        )
        self._reset()
        return counts


def echo_row(head: Head, counts: EchoCounts) -> Row | None:
    """The row of an interval; `head` carries the subject `icmp` and the identity labels."""
    return row(
        head,
        {
            "sent_total": counts.sent_total,
            "received_total": counts.received_total,
            "rtt_seconds": counts.rtt,
            "rtt_min_seconds": counts.rtt_min,
            "rtt_max_seconds": counts.rtt_max,
            "jitter_seconds": counts.jitter,
            "loss_ratio": counts.loss_ratio,
        },
    )
