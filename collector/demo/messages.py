"""What people are told while a demo runs: Alertmanager's webhook ends here, and the last messages
are kept in a small file, for the live view and for `hatang demo --break` in another terminal.
"""

import json
import re
import time
from collections import deque
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web

from alerts.wording.words import WORDS
from inventory.model import Province

FILE = "messages.json"
KEPT = 200
"""Messages that are kept, the newest."""
_BODY = 16 << 20
_LONG = 4000  # characters of a text that are kept
_CALM = 1.0
"""Seconds after the awaited message in which a second one would have come."""


class Message(NamedTuple):
    """One message: its number, from 1; when it came, by the province's clock; `firing` or
    `resolved`; what it is about, as `kind:name`; and its words.
    """

    number: int
    clock: str
    status: str
    subject: str
    summary: str
    description: str


class Mailbox:
    """The webhook receiver, on loopback."""

    def __init__(self, folder: Path, port: int, province: Province) -> None:
        """The province gives the clock, and the language of the mark of what has ended."""
        self._file = folder / FILE
        self.port = port
        self._zone = province.zone
        self._over = WORDS.lines["resolved"].say(province.language).upper()
        self._kept: deque[Message] = deque(maxlen=KEPT)
        self._count = 0
        application = web.Application(client_max_size=_BODY)
        application.router.add_post("/", self._take)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)

    async def start(self) -> None:
        """Listen, with nothing told yet."""
        self._write()
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Stop listening; the messages stay."""
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        try:
            note = await request.json()
            told = [self._message(alert) for alert in note["alerts"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return web.Response(status=400, text="no notification of Alertmanager's\n")
        for message in told:
            self._count += 1
            self._kept.append(message._replace(number=self._count))
        self._write()
        return web.Response()

    def _message(self, alert: dict[str, Any]) -> Message:
        labels, said = alert["labels"], alert["annotations"]
        over = alert["status"] == "resolved"
        summary = _short(said.get("summary") or labels.get("alertname"))
        description = _short(said.get("description"))
        if over and not said.get("ended"):
            # As alerts.alertmanager has Alertmanager write it, in place of the severity.
            summary = f"[{self._over}] " + re.sub(r"^\[[^\]]*\] ", "", summary)
            description = description.partition("\n")[0]
        status = "resolved" if over else "firing"
        clock = datetime.now(self._zone).strftime("%H:%M:%S")
        return Message(0, clock, status, _short(labels.get("subject")), summary, description)

    def _write(self) -> None:
        """The whole file or none of it: somebody may be reading."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(list(self._kept), ensure_ascii=False))
        fresh.replace(self._file)


def _short(text: object) -> str:
    return str(text or "")[:_LONG]


def messages(folder: Path) -> list[Message]:
    """The last of what was told since the demo began, oldest first."""
    try:
        return [Message(*one) for one in json.loads((folder / FILE).read_text())]
    except OSError:
        return []


def listening(folder: Path) -> bool:
    """Whether the demo that began here has anybody to tell: its Alertmanager is installed."""
    return (folder / FILE).exists()


def last(folder: Path) -> int:
    """The number of the last message, 0 before the first."""
    return max((one.number for one in messages(folder)), default=0)


def follow(
    folder: Path, after: int, subjects: Collection[str], patience: float
) -> Iterator[Message]:
    """Messages behind number `after`, as they come: until a second after all `subjects` have been
    spoken of, or for `patience` seconds; once something else was told, for a third of them.
    """
    awaited = set(subjects)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        for one in messages(folder):
            if one.number > after:
                after = one.number
                awaited.discard(one.subject)
                until = time.monotonic() + (patience / 3 if awaited else _CALM)
                yield one
        time.sleep(0.1)
