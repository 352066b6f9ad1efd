"""The tokens file: who may, by the hash of a token; and how many wrong ones an address may send."""

import hashlib
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROLES = ("viewer", "operator")
"""Each may do what those before it may."""

ATTEMPTS = 10
"""Wrong tokens from one address within `FORGIVEN` seconds, after which it is refused unread."""

FORGIVEN = 60.0
REMEMBERED = 1_000

_LINE = re.compile(r"([\w.@-]{1,64}):([a-z]+):(proxy|[0-9a-fA-F]{64})")


class ListenRefusedError(ValueError):
    """Why the API will not listen as it was asked to."""


@dataclass(frozen=True, slots=True)
class Token:
    """A holder's name and role, and the hash of the token, empty for one whom only a reverse proxy
    names; the token itself is nowhere.
    """

    name: str
    role: str
    digest: bytes


def read_tokens(path: Path) -> tuple[Token, ...]:
    """The tokens of a file of `name:role:sha256-hex` and `name:role:proxy` lines; empty lines and
    `#` lines are passed over.

    Raises ListenRefusedError with file and line. The text of a bad line is not shown: it may be a
    secret.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ListenRefusedError(f"{path}: tokens cannot be read: {error}") from None
    found = []
    for place, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None:
            raise ListenRefusedError(f"{path}:{place}: not name:role:sha256 (64 hex digits)")
        if parts[2] not in ROLES:
            raise ListenRefusedError(f"{path}:{place}: unknown role (one of {', '.join(ROLES)})")
        digest = b"" if parts[3] == "proxy" else bytes.fromhex(parts[3])
        found.append(Token(parts[1], parts[2], digest))
    if not found:
        raise ListenRefusedError(f"{path}: no token in it")
    return tuple(found)


class Attempts:
    """Counts wrong tokens by address, in bounded memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds that this address has to wait, 0 when it may try."""
        count, since = self._failed.get(address, (0, 0.0))
        left = since + FORGIVEN - self._clock()
        return left if count >= ATTEMPTS and left > 0 else 0.0

    def failed(self, address: str) -> None:
        """Remember one more wrong token."""
        now = self._clock()
        count, since = self._failed.pop(address, (0, now))
        if now - since >= FORGIVEN:
            count, since = 0, now
        self._failed[address] = (count + 1, since)
        while len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)


def holder(tokens: tuple[Token, ...], header: str) -> Token | None:
    """Whose `Authorization: Bearer` header this is. Takes as long whether it matches or not."""
    kind, _, text = header.partition(" ")
    digest = hashlib.sha256(text.strip().encode("utf-8", "surrogateescape")).digest()
    found = None
    for token in tokens:
        if hmac.compare_digest(token.digest, digest):
            found = token
    return found if kind.lower() == "bearer" else None
