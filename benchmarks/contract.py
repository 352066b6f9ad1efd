"""How long the nightly percentiles of a province's circuits take, against a real store.

python -m benchmarks.contract [CIRCUITS]
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from collector.contract import Contract, History, Sources, daily
from collector.contract.grid import midnight
from collector.contract.ledger import Kept
from collector.contract.traffic import Traffic
from collector.journal import Journal
from collector.stores.promql import PromQL
from tests.contract.circuits import province
from tests.contract.stored import HERE, Port, ago, hour, line, push
from tests.daemons import victoria_metrics

RUNS = 3


async def measure(folder: Path, url: str, count: int) -> None:
    """Fill a store with a day of samples, one a minute, and compute that day."""
    circuits = [line(f"c{number}") for number in range(count)]
    for one in circuits:
        assert one.a is not None
        push(url, Port(one.a).series(hour(1, 0) - 700, hour(0, 0) + 700, 9e7, 5e7))
    inventory, _ = province(None, *circuits)
    journal = Journal(folder / "events.sqlite")
    journal.start()
    store = PromQL(url)
    sources = Sources(lambda: inventory, journal, History(store))
    now = midnight(ago(0), HERE) + daily.AFTER_MIDNIGHT
    for run in range(RUNS):
        contract = Contract(folder / f"contract-{run}.sqlite", sources, lambda *_: None)
        contract.ledger.open()
        full = Traffic(288, 288, 9e7, 9e7, 9e7)
        known = [Kept(one.name, ago(n), 2e8, full, full) for one in circuits for n in range(2, 9)]
        contract.ledger.write(known)
        began, worked = time.perf_counter(), time.process_time()
        assert await contract.compute(now)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        measured = sum(one.complete for one in contract.ledger.days(ago(1)))
        assert measured == count
        print(f"one day of {count} circuits: {took:.1f} s, own CPU {worked:.1f} s")
    began = time.perf_counter()
    for one in circuits[:20]:
        await contract.numbers(one, hour(1, 0), hour(0, 0))
    print(f"one circuit on demand: {(time.perf_counter() - began) / 20 * 1000:.0f} ms")
    await store.close()
    journal.close()


def main() -> None:
    """A usual night: yesterday is owed, the days before it are known whole."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    with tempfile.TemporaryDirectory() as name, victoria_metrics(Path(name)) as store:
        asyncio.run(measure(Path(name), store.url, count))


if __name__ == "__main__":
    main()
