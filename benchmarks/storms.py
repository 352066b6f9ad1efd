"""Pages for each true cause: the state engine beside plain alerts of Prometheus, one a device.

Random provinces of 50 to 500 devices break (cut circuits, dead devices, sites without power, two
things at once, the collector's own uplink) for two to eight minutes and are repaired; devices boot
for 10 to 170 seconds. Both see the same run. The plain side is `icmp_up == 0` with `for: 1m`
(`snmp_up` where a device is not pinged), scraped and evaluated every 15 seconds, as it is written
for one device at a time; a page is an alert that fires, grouping left out on both sides. A true
cause is a fault whose absence would be seen.

python -m benchmarks.storms [--scenarios 200]
"""

import argparse
import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field

from collector.verdicts.engine import Engine
from tests.verdicts.oracle import ILLNESS, Oracle
from tests.verdicts.play import Play
from tests.verdicts.scenario import draw

SCRAPE, HOLD = 15.0, 60.0
SLOW = 10.0
"""Faults last so many times longer than those of the property test."""


@dataclass(slots=True)
class Tally:
    """What a kind of story came to."""

    scenarios: int = 0
    causes: int = 0
    ours: list[int] = field(default_factory=list)
    plain: list[int] = field(default_factory=list)


def plain_pages(play: Play) -> int:
    """How often `icmp_up == 0` `for: 1m` would have fired for some device."""
    return sum(_fired(play, f"device:{name}") for name in play.world.boxes)


def _fired(play: Play, thing: str) -> int:
    """The same for one device: dark at every evaluation of a minute."""
    fired, since = 0, None
    for start, end in _dark(play, thing):
        first = math.ceil(start / SCRAPE) * SCRAPE
        since = first if first < end else None
        fired += since is not None and since + HOLD < end
    return fired


def _dark(play: Play, thing: str) -> list[tuple[float, float]]:
    """The times in which a device does not answer."""
    found: list[tuple[float, float]] = []
    for span in play.spans:
        if thing not in play.world.answering(span.gone()):
            if found and found[-1][1] == span.start:
                found[-1] = (found[-1][0], span.end)
            else:
                found.append((span.start, span.end))
    return found


def kind(play: Play) -> str:
    """A name for what happened."""
    kinds = sorted(fault.kind for fault in play.faults)
    return " + ".join(kinds)


def measure(scenarios: int) -> dict[str, Tally]:
    """Run the scenarios at full scale, sorted by what happens in them."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for seed in range(scenarios):
        scenario = draw(seed, scale=1.0, slow=SLOW)
        if any(fault.kind in ILLNESS for fault in scenario.faults):
            continue
        play, _ = scenario.play(Engine)
        oracle = Oracle(play)
        tally = tallies[kind(play)]
        tally.scenarios += 1
        tally.causes += sum(1 for one in oracle.windows.values() if one)
        tally.ours.append(len(oracle.told))
        tally.plain.append(plain_pages(play))
    return tallies


def show(tallies: dict[str, Tally]) -> None:
    """A line for each kind of story, and one for all."""
    whole = Tally()
    print(
        f"{'what broke':24} {'runs':>5} {'causes':>6}   {'Hatang':>18}   {'one alert a device':>18}"
    )
    for name, tally in sorted(tallies.items()):
        _line(name, tally)
        whole.scenarios += tally.scenarios
        whole.causes += tally.causes
        whole.ours += tally.ours
        whole.plain += tally.plain
    _line("all", whole)


def _line(name: str, tally: Tally) -> None:
    causes = max(tally.causes, 1)
    cells = [
        f"{sum(pages):5} {sum(pages) / causes:5.2f} <={max(pages):4}"
        for pages in (tally.ours, tally.plain)
    ]
    print(f"{name:24} {tally.scenarios:5} {tally.causes:6}   {cells[0]:>18}   {cells[1]:>18}")


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--scenarios", type=int, default=200)
    tallies = measure(parser.parse_args().scenarios)
    print("pages: in all, for each true cause, and the most in one run")
    show(tallies)
    medians = [statistics.median(side) for side in _sides(tallies)]
    print(f"median pages of a run: {medians[0]:g} and {medians[1]:g}")


def _sides(tallies: dict[str, Tally]) -> tuple[list[int], list[int]]:
    ours = [pages for tally in tallies.values() for pages in tally.ours]
    plain = [pages for tally in tallies.values() for pages in tally.plain]
    return ours, plain


if __name__ == "__main__":
    main()
