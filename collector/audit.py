"""The audit log: `STATE/audit.jsonl`, what people did and what they were refused, one line each.

Lines are only ever added, each on disk before the act takes effect, and never changed or removed.
Every line names the SHA-256 of the line before it, so one that was changed, taken out or put in
shows: `hatang audit` looks at all of them, and so does anybody with `sha256sum`. Whoever may write
the file could still make all of it anew; the hash of every line is in the process's log besides,
and belongs on another machine.
"""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from collector.underway import UnderWay

log = logging.getLogger("hatang.audit")

NAME = "audit.jsonl"

FIRST = "0" * 64
"""What the first line has for the hash of the line before."""

ACCEPTED, REFUSED, FAILED, PARTLY = "accepted", "refused", "failed", "partly"
UNKNOWN = "unknown"
"""How an act fared: let through, not let through; and, in a line of its own that names the line
`of` the act, that it did not come about after all, or only in part, or that nobody knows.
"""

STOPPED = "máy giám sát dừng trước khi biết kết quả · the collector stopped before that was known"
"""What is said of an act that is not known to have taken effect."""

CUT = b" (cut)\n"
"""What follows a line that is not whole."""

BLOCK = 1 << 16
LOOKED_AT = 20_000
"""Lines that one question looks at, at most."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did: `act` in one word, to which `things` (kind:name, incident:3,
    maintenance:5, silence:...), the words given, and what more was given. `token` tells whether a
    token proves who it was, or only the sender's word, from which `address`.
    """

    act: str
    who: str = ""
    token: bool = False
    address: str = ""
    things: tuple[str, ...] = ()
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ACCEPTED
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A deed as it stands in the file: its number, when (Unix seconds), the hash of the line
    before.
    """

    number: int
    at: float
    deed: Deed
    previous: str

    def dump(self) -> bytes:
        """As a line, without its end."""
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        facts = {"number": self.number, "at": at, **asdict(self.deed)}
        text = json.dumps({**facts, "previous": self.previous}, ensure_ascii=False)
        return text.encode("utf-8", "replace")


class _End(NamedTuple):
    """Where the file ends: the next number, the hash of the last line, what must be written before
    the next one.
    """

    number: int
    previous: str
    gap: bytes


class Page(NamedTuple):
    """Lines, newest first; whether each fits the one before it; and below which number others may
    be, None at the end.
    """

    lines: list[Line]
    sound: bool
    following: int | None


class Verified(NamedTuple):
    """All lines of a file, each as it stands there and with its hash; what is wrong, by place in
    the file; and at which places the machine stopped in the middle of a line.
    """

    lines: list[tuple[Line, bytes, str]]
    problems: list[str]
    torn: list[int]


_DEED = TypeAdapter(Deed)


def parse(line: bytes) -> Line | None:
    """A line of the file, None where it is none."""
    try:
        facts = json.loads(line)
        number, at, previous = (facts.pop(name) for name in ("number", "at", "previous"))
        moment = datetime.fromisoformat(at).timestamp()
        return Line(int(number), moment, _DEED.validate_python(facts), str(previous))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None


def digest(line: bytes) -> str:
    """What the next line calls `previous`."""
    return hashlib.sha256(line).hexdigest()


class Audit:
    """The file of one collector. Every method blocks: what writes is called in `thread`, which a
    disk that does not answer holds up alone.

    Beside it `audit.open` has the hash of the line of every act that is under way, so that the next
    process can say of those that this one did not end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.thread = ThreadPoolExecutor(1, "audit")
        self._under_way = UnderWay(path.with_suffix(".open"))
        self._lock = threading.Lock()
        self._end: _End | None = None

    def write(self, deed: Deed, at: float, *, lasts: bool = False) -> int:
        """Add a line; its number, once it is on disk. An act that `lasts` is under way until it is
        said to be `done`. Raises OSError where the line is not on disk.
        """
        with self._lock:
            number, previous, gap = self._end or self._look()
            line = Line(number, at, deed, previous).dump()
            if lasts:
                self._under_way.begin(number, digest(line))
            self._end = None  # until it is known that this line is whole
            self._add(gap + line + b"\n")
            self._end = _End(number + 1, digest(line), b"")
        facts = {"number": number, "act": deed.act, "who": deed.who, "outcome": deed.outcome}
        log.info("audit", extra={**facts, "sha256": digest(line)})
        return number

    def done(self, number: int) -> None:
        """How an act fared is known: it took effect, or a line says otherwise. Raises OSError."""
        with self._lock:
            self._under_way.end(number)

    def settle(self, at: float) -> None:
        """At a start: say of the acts that were under way that nobody knows how they fared."""
        try:
            for line in self._unsettled(self._under_way.left()):
                told = replace(line.deed, outcome=UNKNOWN, of=line.number, text=STOPPED, detail={})
                self.write(told, at)
            self._under_way.forget()
        except OSError as error:
            log.error("audit log cannot be settled", extra={"error": str(error)})

    def read(self, most: int, below: int | None, wanted: Callable[[Line], bool]) -> Page:
        """The newest lines that are wanted, with a number below `below`. Raises OSError."""
        found: list[Line] = []
        sound, link, seen = True, "", 0
        for text in self._backwards():
            line = parse(text)
            if line is None:
                continue
            sound = sound and link in ("", digest(text))
            link = line.previous
            if below is not None and line.number >= below:
                continue
            seen += 1
            if len(found) == most or seen > LOOKED_AT:
                return Page(found, sound, line.number + 1)
            if wanted(line):
                found.append(line)
        return Page(found, sound and link in ("", FIRST), None)

    def _unsettled(self, left: set[str]) -> list[Line]:
        """Lines with these hashes of which no later line speaks, the oldest first."""
        found, spoken = list[Line](), set[int | None]()
        for text in islice(self._backwards(), LOOKED_AT):
            if not left:
                break
            line = parse(text)
            if line is None:
                continue
            if digest(text) in left:
                left.discard(digest(text))
                found += [line] if line.number not in spoken else []
            spoken.add(line.deed.of)
        return found[::-1]

    def _add(self, text: bytes) -> None:
        fresh = not self.path.exists()
        place = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            while text:
                text = text[os.write(place, text) :]
            os.fsync(place)
        finally:
            os.close(place)
        if fresh:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _look(self) -> _End:
        """The end as it is on disk. What a crash or a full disk left of a line stays there, marked
        so that it is no line whatever it was to be: its act was not done.
        """
        gap = b"" if self._ends_well() else CUT
        for text in self._backwards():
            line = parse(text)
            if line is not None:
                return _End(line.number + 1, digest(text), gap)
        return _End(1, FIRST, gap)

    def _ends_well(self) -> bool:
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return True
        with file:
            size = os.fstat(file.fileno()).st_size
            if size:
                file.seek(size - 1)
            return not size or file.read(1) == b"\n"

    def _backwards(self) -> Iterator[bytes]:
        """Lines, the last first, and what else stands where a line is due; but not what no newline
        ends: that is not on disk yet, or will never be.
        """
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            end, rest, begun = os.fstat(file.fileno()).st_size, b"", False
            while end > 0:
                start = max(0, end - BLOCK)
                file.seek(start)
                rest, *lines = (file.read(end - start) + rest).split(b"\n")
                if lines and not begun:
                    lines.pop()
                    begun = True
                yield from filter(None, reversed(lines))
                end = start
            if rest and begun:
                yield rest


def verify(path: Path) -> Verified:
    """Look at every line of a file. Raises OSError."""
    found = Verified([], [], [])
    number, previous = 1, FIRST
    with path.open("rb") as file:
        for place, whole in enumerate(file, 1):
            text = whole.removesuffix(b"\n")
            line = parse(text)
            if line is None or text == whole:
                found.torn.append(place)
                continue
            if line.number != number:
                found.problems.append(f"line {place}: is number {line.number}, {number} was due")
            if line.previous != previous:
                found.problems.append(f"line {place}: does not follow the line before it")
            number, previous = line.number + 1, digest(text)
            found.lines.append((line, text, previous))
    return found
