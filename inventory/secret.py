"""Secrets: references to them in files (`env:NAME`, `file:path`), and values that do not show
themselves.
"""

import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

LIMIT = 65536
"""Longest secret file that is read, in bytes: a private key is far below it."""

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SecretMissing(LookupError):  # noqa: N818 - it says what is the case
    """A reference leads to no secret. The message names the reference, never a value."""


class Secret:
    """A secret in memory: `reveal()` is the only way to its text. It is shown as `***` and not
    pickled.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the protocol library and nobody else."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __format__(self, specification: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode(), other._text.encode()
        )

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret stands. `place` is an environment variable's name, or a file's path."""

    kind: Literal["env", "file"]
    place: str

    @classmethod
    def parse(cls, text: str, folder: Path) -> "SecretRef":
        """Read `env:NAME` or `file:path`, the path relative to `folder` or to the home directory
        (`~`).

        Raises ValueError, without the text: whoever wrote a secret in plain shall not read it in a
        log.
        """
        kind, _, place = text.partition(":")
        if kind == "env" and _ENVIRONMENT_NAME.fullmatch(place):
            return cls("env", place)
        if kind == "file" and place.strip() and "\0" not in place:
            return cls("file", str(folder / os.path.expanduser(place)))  # noqa: PTH111 - Path raises
        raise ValueError("secret in plain")

    def fetch(self, environment: Mapping[str, str] = os.environ) -> Secret:
        """The secret; of a file its text without the last line end. Raises SecretMissing."""
        if self.kind == "env":
            text = environment.get(self.place, "")
            if not text:
                raise SecretMissing(f"{self}: the environment variable is not set")
            return Secret(text)
        return Secret(self._read())

    def _read(self) -> str:
        try:
            with Path(self.place).open("rb") as file:
                raw = file.read(LIMIT + 1)
        except OSError as error:
            raise SecretMissing(f"{self}: {error.strerror}") from None
        if len(raw) > LIMIT:
            raise SecretMissing(f"{self}: longer than {LIMIT} bytes")
        try:
            text = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise SecretMissing(f"{self}: is not UTF-8") from None
        if not text:
            raise SecretMissing(f"{self}: the file is empty")
        return text

    def __str__(self) -> str:
        return f"{self.kind}:{self.place}"
