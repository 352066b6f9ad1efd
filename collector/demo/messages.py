"""What people are told while a demo runs: Alertmanager's webhook ends here, and each message is
kept in a small file, for the live view and for `hatang demo --break` in another terminal.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web

FILE = "messages.jsonl"
_BODY = 16 << 20
_BYTES = 4 << 20
"""The file begins anew beyond so many bytes."""


class Message(NamedTuple):
    """One message: when it came (Unix seconds), `firing` or `resolved`, and its words."""

    at: float
    status: str
    subject: str
    summary: str
    description: str


class Mailbox:
    """The webhook receiver, on loopback."""

    def __init__(self, folder: Path, port: int) -> None:
        self._file = folder / FILE
        self.port = port
        application = web.Application(client_max_size=_BODY)
        application.router.add_post("/", self._take)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)

    async def start(self) -> None:
        """Listen."""
        self._file.unlink(missing_ok=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Stop listening; the messages stay."""
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        note = await request.json()
        now = time.time()
        if self._file.exists() and self._file.stat().st_size > _BYTES:
            self._file.unlink()
        with self._file.open("a") as file:
            for alert in note["alerts"]:
                file.write(json.dumps(_message(alert, now)._asdict(), ensure_ascii=False) + "\n")
        return web.Response()


def _message(alert: dict[str, Any], now: float) -> Message:
    said = alert["annotations"]
    return Message(
        now,
        alert["status"],
        alert["labels"].get("subject", ""),
        said.get("summary", alert["labels"].get("alertname", "")),
        said.get("description", ""),
    )


def messages(folder: Path) -> list[Message]:
    """What was told since the demo began, oldest first."""
    try:
        lines = (folder / FILE).read_text().splitlines()
    except OSError:
        return []
    return [Message(**json.loads(line)) for line in lines]


def follow(folder: Path, since: float, patience: float) -> Iterator[Message]:
    """Messages that came after `since`, as they come: until one has come and a second has passed
    without another, or until nobody was told anything for `patience` seconds.
    """
    until = time.monotonic() + patience
    shown = 0
    while time.monotonic() < until:
        new = [one for one in messages(folder) if one.at >= since][shown:]
        for one in new:
            shown += 1
            until = time.monotonic() + 1.0
            yield one
        time.sleep(0.1)
