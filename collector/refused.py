"""A body that a store refuses, sent in halves until only the lines are left that it never takes."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from collector.stores import Answer, Kind
from collector.stores.answer import OK

MOST_REQUESTS = 64
LINE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a body: `answer` is OK when every line was stored or dropped for good."""

    answer: Answer
    dropped_samples: int = 0
    reason: str = ""
    message: str = ""
    line: str = ""


def send_in_pieces(write: Callable[[bytes], Answer], body: bytes, samples: int) -> Outcome:
    """Send a gzip body whole, then in halves where it is refused, within 64 requests.

    `samples` is what the body holds, for the count when its lines cannot be read. Pieces that were
    stored before another piece has to wait are sent again later: stores keep one of equals.
    """
    try:
        lines = gzip.decompress(body).splitlines(keepends=True)
    except (OSError, EOFError, zlib.error) as error:
        return Outcome(OK, samples, "damaged", str(error))
    pieces = [lines]
    refused: list[bytes] = []
    last = OK
    for _ in range(MOST_REQUESTS):
        if not pieces:
            break
        piece = pieces.pop()
        answer = write(gzip.compress(b"".join(piece), 1))
        if answer.kind is Kind.REFUSED:
            last = answer
            middle = len(piece) // 2
            if middle:
                pieces += [piece[middle:], piece[:middle]]
            else:
                refused += piece
        elif answer.kind is not Kind.OK:
            return Outcome(answer)
    refused += [line for piece in pieces for line in piece]
    if not refused:
        return Outcome(OK)
    shown = refused[0][:LINE_SHOWN].decode(errors="replace").rstrip()
    return Outcome(OK, sum(map(_samples, refused)), last.reason, last.message, shown)


def _samples(line: bytes) -> int:
    """Fields of one line: the equals signs of its second part, where spaces are not escaped."""
    parts = line.replace(b"\\\\", b"").replace(b"\\ ", b"").split(b" ")
    return parts[1].count(b"=") if len(parts) > 1 else 1
