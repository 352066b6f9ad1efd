"""Which acts are under way, on disk beside the audit log: the hash of the line of each, so that the
process after this one knows which were never heard of again.
"""

import os
from pathlib import Path


class UnderWay:
    """A small file that is made anew each time; what the process before this one left stays in it
    until that has been seen to. Every method blocks, and raises OSError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left: frozenset[str] = frozenset()
        self._hashes: dict[int, str] = {}

    def begin(self, number: int, line: str) -> None:
        """A line with this number and hash is about to be written, and its act to begin."""
        self._keep({**self._hashes, number: line})
        self._hashes[number] = line

    def end(self, number: int) -> None:
        """How that act fared is known."""
        if self._hashes.pop(number, None) is not None:
            self._keep(self._hashes)

    def left(self) -> set[str]:
        """The hashes that the process before this one left."""
        try:
            self._left = frozenset(self._path.read_text("ascii", "replace").split())
        except FileNotFoundError:
            self._left = frozenset()
        return set(self._left)

    def forget(self) -> None:
        """What was left has been seen to."""
        self._left = frozenset()
        self._path.unlink(missing_ok=True)

    def _keep(self, hashes: dict[int, str]) -> None:
        fresh = self._path.with_suffix(".fresh")
        with fresh.open("w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.writelines(f"{one}\n" for one in (*self._left, *hashes.values()))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
