"""VictoriaMetrics, single node: writes line protocol, watches its restarts and rejected rows.

Its 204 proves nothing (bad rows are dropped in silence and counted) and is not durable (kill -9
loses the last 5 to 9 acknowledged seconds), so its own counters are read beside the answers.
"""

import re

from collector.stores.address import Address
from collector.stores.answer import Answer, Health
from collector.stores.writer import LineWriter

_STARTED = re.compile(rb"^process_start_time_seconds (\S+)$", re.MULTILINE)
_ROWS = re.compile(
    rb'^vm_rows_(invalid|ignored)_total\{(?:type="influx"|reason="(\w+)")\} (\d+)$', re.MULTILINE
)
_READ_ONLY = re.compile(rb"^vm_storage_is_read_only\{[^}\n]*\} 1$", re.MULTILINE)


class VictoriaMetrics:
    """A VictoriaMetrics by address; also one behind vmauth, which hides its metrics."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._writer = LineWriter(address)

    def write(self, body: bytes) -> Answer:
        """Write a gzip body of whole lines, stamps in milliseconds."""
        return self._writer.write(body)

    def look(self) -> Health | None:
        """How it is; None when there is no answer, or the answer is not VictoriaMetrics' own."""
        page = self._writer.page("/metrics")
        return None if page is None else read_metrics(page)

    def close(self) -> None:
        """Let go of connections."""
        self._writer.close()


def read_metrics(page: bytes) -> Health | None:
    """What a `/metrics` page of VictoriaMetrics says; None for another program's page."""
    started = _STARTED.search(page)
    rows = _ROWS.findall(page)
    if started is None or not rows:
        return None
    try:
        since = float(started[1])
    except ValueError:
        return None
    rejected = {
        (cause or kind).decode(): int(count)
        for kind, cause, count in rows
        if kind == b"invalid" or cause
    }
    return Health(since, rejected, _READ_ONLY.search(page) is not None)
