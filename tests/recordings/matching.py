"""One-to-one matching of expected values with emitted ones, and when two values are the same."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

Want = TypeVar("Want")
Have = TypeVar("Have")


def near(have: float, want: float, part: float = 0.01, least: float = 0.0051) -> bool:
    """Within 1 %, or what rounding to two places leaves."""
    return abs(have - want) <= max(least, part * abs(want))


def pairs(
    wants: Sequence[Want], haves: Sequence[Have], apart: Callable[[Want, Have], float | None]
) -> dict[int, int]:
    """As many pairs as can be had, each expected and each emitted value in one at most.

    `apart` says how far two are from each other, None when they do not go together; near ones are
    tried first. Gives places in `haves` by places in `wants`.
    """
    near_by: list[list[int]] = []
    for want in wants:
        found = [
            (gap, at) for at, have in enumerate(haves) if (gap := apart(want, have)) is not None
        ]
        near_by.append([at for _, at in sorted(found)])
    taken: dict[int, int] = {}

    def place(want: int, seen: set[int]) -> bool:
        for at in near_by[want]:
            if at not in seen:
                seen.add(at)
                if at not in taken or place(taken[at], seen):
                    taken[at] = want
                    return True
        return False

    for at in range(len(wants)):
        place(at, set())
    return {want: at for at, want in taken.items()}


KIND = {
    word: kind
    for kind, same in {
        "power": "psu ps pwr supply pem psm powersupply pw",
        "temp": "temperature temps thermal",
        "drive": "disk hdd physical bay",
        "array": "volume raid logical virtual",
        "memory": "dimm",
        "cpu": "processor",
        "fan": "fans",
        "switch": "member unit",
        "ha": "cluster failover redundancy",
    }.items()
    for word in same.split()
}
"""Words that mean the same kind of thing."""
EMPTY = {"status", "state", "sensor", "the", "of", "and", "is", "normal", "ok", "green", "this"}


def words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a text that say what a thing is, and its numbers."""
    found = re.findall(r"[a-z]+|\d+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
    kinds = {KIND.get(word, word) for word in found if not word.isdigit()} - EMPTY
    return frozenset(kinds), frozenset(str(int(word)) for word in found if word.isdigit())


def alike(one: str, other: str) -> bool:
    """Whether two names may be the same thing: a word in common, and no number that differs."""
    (words_one, numbers_one), (words_other, numbers_other) = words(one), words(other)
    fits = numbers_one <= numbers_other or numbers_other <= numbers_one
    return bool(words_one & words_other) and fits and bool(numbers_one) == bool(numbers_other)
