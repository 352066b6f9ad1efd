"""InfluxDB 2, written to only: the same lines, with organisation, bucket and token.

It logs ahead of its answer, so an acknowledged batch is kept no longer than any other store's.

Rows of modules of snmp_exporter have no measurement, which VictoriaMetrics takes and InfluxDB does
not: here they stand under the measurement `snmp`.
"""

import gzip

from collector.stores.address import Address
from collector.stores.answer import Answer, Health
from collector.stores.writer import LineWriter


class Influx2:
    """An InfluxDB 2 by address."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._writer = LineWriter(address)

    def write(self, body: bytes) -> Answer:
        """Write a gzip body of whole lines, stamps in milliseconds."""
        return self._writer.write(measured(body))

    def look(self) -> Health | None:
        """Nothing: what it says of itself is not ours to read with a write token."""
        return None

    def close(self) -> None:
        """Let go of connections."""
        self._writer.close()


def measured(body: bytes) -> bytes:
    """A gzip body in which every line has a measurement; the same when none lacked it."""
    lines = gzip.decompress(body)
    if not lines.startswith(b",") and b"\n," not in lines:
        return body
    return gzip.compress((b"\n" + lines).replace(b"\n,", b"\nsnmp,")[1:], compresslevel=1)
