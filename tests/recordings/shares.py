"""Shares of what is right, over all recordings and by family, and the bars they must reach.

Each share is taken twice: of everything, and without the ports, whose thousands of counters would
hide what else is missing. The whole must reach its bar even if every doubtful value counted as
missing.
"""

from collections.abc import Iterable
from typing import NamedTuple

from tests.recordings.tally import Tally

LEAST_OVERALL, LEAST_FAMILY, MOST_EXTRA = 0.97, 0.90, 0.01
PORTS = ("ports", "port counters")


class Share(NamedTuple):
    """What was expected, right, extra-and-wrong and doubtful of some recordings."""

    name: str
    right: int
    expected: int
    extra: int
    doubtful: int

    @property
    def part(self) -> float:
        return self.right / self.expected if self.expected else 1.0

    @property
    def least(self) -> float:
        """The part that is right if no doubt is."""
        return self.right / (self.expected + self.doubtful) if self.expected else 1.0

    @property
    def extra_part(self) -> float:
        return self.extra / self.expected if self.expected else float(self.extra > 0)


def share(name: str, tallies: Iterable[Tally], ports: bool) -> Share:
    """The share of some recordings, with ports or without."""
    right = expected = extra = doubtful = 0
    for tally in tallies:
        verdicts = [one.right for one in tally.verdicts if ports or one.section not in PORTS]
        right += sum(verdicts)
        expected += len(verdicts)
        extra += sum(ports or not text.startswith(PORTS) for text in tally.extras)
        doubtful += sum(ports or section not in PORTS for section in tally.doubted)
    return Share(name, right, expected, extra, doubtful)


def families(tallies: Iterable[Tally]) -> dict[str, list[Tally]]:
    """Recordings by family."""
    found: dict[str, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.recording.partition("/")[0], []).append(tally)
    return found


def shares(tallies: list[Tally]) -> list[tuple[Share, Share]]:
    """Each family's shares with and without ports, then those of all."""
    rows = [*families(tallies).items(), ("all", tallies)]
    return [(share(name, some, True), share(name, some, False)) for name, some in rows]


def below(tallies: list[Tally]) -> list[str]:
    """Every bar that is missed."""
    found = []
    for pair in shares(tallies):
        for one, what in zip(pair, ("everything", "without ports"), strict=True):
            least = LEAST_OVERALL if one.name == "all" else LEAST_FAMILY
            if one.part < least:
                found.append(f"{one.name}, {what}: {one.part:.1%} right, not {least:.0%}")
            if one.name == "all" and one.least < LEAST_OVERALL <= one.part:
                found.append(f"all, {what}: doubts carry it, {one.least:.1%} right without them")
            if one.name == "all" and one.extra_part > MOST_EXTRA:
                found.append(f"all, {what}: {one.extra_part:.1%} extra and wrong")
    return found


def table(tallies: list[Tally]) -> str:
    """The shares by family as text, and what was left out or noted."""
    head = f"{'family':16} {'right/expected':>16} {'':7} {'without ports':>16} {'':7}"
    lines = [f"{head} extra-wrong doubtful"]
    for whole, rest in shares(tallies):
        counts = [f"{one.right}/{one.expected}" for one in (whole, rest)]
        lines.append(
            f"{whole.name:16} {counts[0]:>16} {whole.part:7.1%} {counts[1]:>16} {rest.part:7.1%} "
            f"{whole.extra:5} {whole.extra_part:6.2%} {whole.doubtful:8}"
        )
    left: dict[str, int] = {}
    for tally in tallies:
        for reason, count in tally.left.items():
            left[reason] = left.get(reason, 0) + count
    lines += [f"noted {count:6} {reason}" for reason, count in sorted(left.items())]
    return "\n".join(lines)
