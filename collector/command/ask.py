"""How a command asks the collector that runs: where it announced itself, and its API."""

import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from collector.demo import COLLECTOR

WAIT = 10.0
PAGE = 100
LARGEST = 64 << 20


class NoAnswerError(Exception):
    """Why the collector cannot be asked, and what to do about it."""


class Api:
    """A collector's API, asked without a proxy."""

    def __init__(self, url: str, token: str | None, ca: Path | None) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise NoAnswerError(f"{url!r} is no http address; write --url http://127.0.0.1:9871")
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            context = ssl.create_default_context(cafile=ca)
        except OSError as error:
            raise NoAnswerError(f"--ca {ca}: {error.strerror or error}") from None
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def get(self, path: str) -> Any:
        """One answer. Raises NoAnswerError."""
        request = urllib.request.Request(f"{self._url}/api/v1/{path}", headers=self._headers)  # noqa: S310 - the scheme was looked at
        try:
            with self._opener.open(request, timeout=WAIT) as answer:
                return json.loads(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            with error:
                raise NoAnswerError(f"{self._url}: {_refusal(error)}") from None
        except (OSError, ValueError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            hint = "is it running? start it with: hatang run"
            raise NoAnswerError(f"no answer from {self._url}: {reason}; {hint}") from None

    def items(self, path: str) -> Iterator[Any]:
        """All the items of a list, page by page, as far as they are wanted."""
        following = ""
        while True:
            page = self.get(f"{path}&limit={PAGE}{following}")
            yield from page["items"]
            if page["next"] is None:
                return
            following = f"&cursor={quote(page['next'])}"


class Announced(NamedTuple):
    """What a collector wrote of itself when it began; one that stops takes it away."""

    url: str
    pid: int
    file: Path

    @property
    def gone(self) -> bool:
        """Whether there is no such process any more."""
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return True
        except PermissionError:
            pass  # somebody else's, but there
        return False

    @property
    def ended(self) -> str:
        """What to say of one that is gone."""
        return (
            f"the collector announced in {self.file} (process {self.pid}) ended without stopping; "
            "look at its log, and start it again with: hatang run"
        )


def places(chosen: Path | None) -> list[Path]:
    """Where a collector may have announced itself: `hatang run`'s places, then the demo's."""
    if chosen is not None:
        return [Path(chosen), Path(chosen) / COLLECTOR]
    home = Path.home() / ".local/state"
    return [Path("/var/lib/hatang"), home / "hatang", home / "hatang-demo" / COLLECTOR]


def announced(places: Sequence[Path]) -> Announced:
    """What the STATE/run.json says that can be read; one of a living process before another.

    Raises NoAnswerError where there is none.
    """
    found = []
    for place in places:
        file = place / "run.json"
        try:
            facts = json.loads(file.read_text("utf-8"))
            found.append(Announced(str(facts["api"]), int(facts["pid"]), file))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    if found:
        return min(found, key=lambda one: one.gone)
    looked = " or ".join(str(place / "run.json") for place in places)
    raise NoAnswerError(
        f"no running collector is announced in {looked}; start one with: hatang run, "
        "or name one with --state-dir or --url"
    )


def _refusal(error: urllib.error.HTTPError) -> str:
    if error.code in (401, 403):
        return f"{error.code}: not let in; put a valid token into HATANG_TOKEN"
    return f"{error.code} {error.reason}; is this the address of a collector?"
