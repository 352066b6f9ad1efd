"""What is wrong with an inventory, as people read it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where it stands (line from 1), what is wrong, what was probably meant."""

    file: str
    line: int
    path: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        suggestion = f" ({self.suggestion})" if self.suggestion else ""
        return f"{self.file}:{self.line}: {path}{self.message}{suggestion}"


class InventoryInvalid(Exception):  # noqa: N818 - it says what is the case
    """The inventory is not usable; `errors` holds every problem, in the order of the files."""

    def __init__(self, errors: Iterable[Problem]) -> None:
        self.errors = sorted(set(errors))
        super().__init__("\n".join(str(error) for error in self.errors))


def near(name: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for the known name most like this one, or nothing."""
    lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower()[:100], lower, n=1, cutoff=0.7)
    return f'did you mean "{lower[found[0]]}"?' if found else ""


def quoted(text: object) -> str:
    """A name or value inside a message: quoted, printable, and short."""
    shown = "".join(c if c.isprintable() else "?" for c in str(text))
    return f'"{shown[:60]}..."' if len(shown) > 60 else f'"{shown}"'
