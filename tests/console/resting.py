"""A collector at rest that serves its console from a thread, for a browser beside it."""

import asyncio
import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collector.api import Access, serve
from collector.contract import Contract, History, Sources
from collector.stores.promql import PromQL
from tests.collector.running import Running

VIEWER, OPERATOR = "a-viewer's-token", "an-operator's-token"


class Resting:
    """Where it listens, and the way to change what it tells."""

    def __init__(self, loop: asyncio.AbstractEventLoop, running: Running, url: str) -> None:
        self._loop, self.running, self.url = loop, running, url

    def do(self, change: Callable[[Running], None]) -> None:
        """Change it, in its own thread."""

        async def act() -> None:
            change(self.running)

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(10)


def tokens(folder: Path) -> str:
    """A tokens file with a viewer and an operator."""
    path = folder / "tokens"
    lines = [
        f"{name}:{role}:{hashlib.sha256(token.encode()).hexdigest()}"
        for name, role, token in (("wall", "viewer", VIEWER), ("an", "operator", OPERATOR))
    ]
    path.write_text("\n".join(lines))
    return str(path)


def _with_store(running: Running, folder: Path, url: str) -> None:
    """What asks the past asks this store."""
    running.promql = PromQL(url)
    sources = Sources(lambda: running.plan.inventory, running.journal, History(running.promql))
    running.contract = Contract(folder / "of-store.sqlite", sources, lambda circuit, breach: None)
    running.contract.ledger.open()


@contextmanager
def resting(
    *, guarded: bool = False, alertmanagers: Sequence[str] = (), store: str = ""
) -> Iterator[Resting]:
    """One collector; `guarded` by tokens; `store` the address of what it asks about the past."""
    with tempfile.TemporaryDirectory(prefix="hatang-console-") as name:
        folder = Path(name)
        access = Access(tokens=tokens(folder) if guarded else None, sessions=folder / "sessions")
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            running = Running(folder, alertmanagers)
            if store:
                _with_store(running, folder, store)
            server = asyncio.run_coroutine_threadsafe(
                serve(running, "127.0.0.1:0", access), loop
            ).result(10)
            yield Resting(loop, running, server.url)
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
            if running.promql is not None:
                asyncio.run_coroutine_threadsafe(running.promql.close(), loop).result(10)
            running.journal.close()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
