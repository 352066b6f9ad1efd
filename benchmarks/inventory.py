"""How long an inventory takes to load, an impact to find, and the console's list to answer what
somebody types and to be written as CSV: the example, and 20,000 devices.

`python -m benchmarks.inventory [DEVICES]`. CPU seconds of this process, the median of three runs.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from collector.api.listing import answer
from collector.api.listing.columns import SHOWN
from collector.api.listing.find import Question
from collector.api.listing.stock import Stock
from inventory.graph import impact
from inventory.load import load
from inventory.model import Inventory, Thing
from probes.registry import vocabulary

EXAMPLE = Path(__file__).parent.parent / "inventory.yaml"


def generated(count: int) -> str:
    """A province of so many devices, each with a circuit to the first."""
    lines = ["collectors: {noc-1: {attached_to: [d0]}}", "roles: {router: {probes: {snmp: {}}}}"]
    lines += ["credentials: {lab: {snmp: {community: env:LAB}}}", "defaults: {credentials: [lab]}"]
    lines += ["sites:", *(f"  s{n}: {{name: Điểm {n}}}" for n in range(100)), "devices:"]
    for n in range(count):
        place = f"address: 10.{n >> 16}.{n >> 8 & 255}.{n & 255}, site: s{n % 100}, role: router"
        more = f"tags: [a, b], asset: {{serial: X{n}}}, probes: {{snmp: {{port: {1 + n % 5}}}}}"
        lines.append(f"  d{n}: {{{place}, {more}}}")
    lines.append("circuits:")
    for n in range(1, count):
        terms = "capacity: 200M, targets: {availability: 99.5%, rtt: 50ms}"
        lines.append(f"  c{n}: {{a: d0/ge-{n}, z: d{n}/wan1, provider: VNPT, {terms}}}")
    return "\n".join(lines) + "\n"


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of the middle one of three runs."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def listed(inventory: Inventory, *, whole: bool) -> None:
    """What one answer of the console's list costs: two words of many things, filtered, sorted; or
    all devices as CSV.
    """
    stock = Stock(inventory, "vi", {}, {})
    words, conditions = ("", ()) if whole else ("e r", ("lifecycle=active",))
    asked = Question("device", words, conditions, SHOWN["device"], "" if whole else "address")
    if whole:
        answer.lines(stock, asked, answer.found(stock, asked).things)
    else:
        answer.told(stock, asked, 1, answer.LIMIT)


def told(path: Path, first: str) -> str:
    """One line about one inventory."""
    words = vocabulary()
    inventory: Inventory = load(path, words)
    loading = timed(lambda: load(path, words))
    losing = timed(lambda: impact(inventory, Thing("device", first)))
    asking = timed(lambda: listed(inventory, whole=False)) * 1000
    writing = timed(lambda: listed(inventory, whole=True)) * 1000
    size = f"{len(inventory.devices):6d} devices {len(inventory.circuits):6d} circuits"
    loaded = f"load {loading:6.2f} s  impact {losing * 1000:6.1f} ms"
    return f"{size}  {loaded}  list {asking:6.1f} ms  CSV {writing:6.1f} ms"


def main() -> None:
    """Print both lines."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(told(EXAMPLE, "hbh-dc-pe01"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inventory.yaml"
        path.write_text(generated(count))
        print(told(path, "d0"))


if __name__ == "__main__":
    main()
