"""One demo from start to end: its directory, its children in order, its view, its clean end."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from collector.demo import COLLECTOR, control, view
from collector.demo.children import Child, ChildError
from collector.demo.figures import Figures, Watch, addresses
from collector.hold import hold
from inventory.model import Inventory
from inventory.secret import SecretRef

MARK = "demo.json"
_MADE = (COLLECTOR, "collector.log", "simulator.log", "demo-tls.pem", control.SOCKET, MARK)
_LISTEN = 9871
_STOP_COLLECTOR, _STOP_SIMULATOR = 6.0, 1.5
_LOOK_EVERY, _LINE_EVERY = 2.0, 5.0


class DemoError(RuntimeError):
    """The demo cannot start or go on; the message is for people."""


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """The demo's directory, for this process alone. Raises DemoError."""
    try:
        lock = hold(folder, "demo.lock")
    except BlockingIOError:
        raise DemoError(f"a demo already runs on {folder}; end it first (Ctrl-C)") from None
    except OSError as error:
        raise DemoError(f"{folder}: {error.strerror}; choose another --state-dir") from error
    with lock:
        yield


def prepare(folder: Path, fresh: bool) -> str:
    """Make the directory ready; says whether the demo starts clean or continues. Raises DemoError.

    Only what a demo made is ever removed: its directory carries a mark.
    """
    marked = (folder / MARK).exists()
    if (folder / COLLECTOR).exists() and not marked:
        raise DemoError(f"{folder / COLLECTOR} was not made by a demo; choose another --state-dir")
    continued = marked and (folder / COLLECTOR).exists() and not fresh
    if fresh:
        for name in _MADE:
            _remove(folder / name)
    (folder / COLLECTOR).mkdir(exist_ok=True, mode=0o700)
    if not continued:
        made = {"made_by": "hatang demo", "at": time.time()}
        (folder / MARK).write_text(json.dumps(made) + "\n")
        return f"starts clean in {folder}"
    since = time.localtime(json.loads((folder / MARK).read_text())["at"])
    return (
        f"continues what began {time.strftime('%Y-%m-%d %H:%M', since)} in {folder} "
        "(--fresh starts clean)"
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def environment(inventory: Inventory) -> dict[str, str]:
    """This process's environment, with made-up secrets for the references that nothing is set
    for.
    """
    known = dict(os.environ)
    for device in inventory.devices.values():
        for credential in device.credentials.values():
            for name in _references(credential.values):
                known.setdefault(name, f"demo-{name.lower().replace('_', '-')}")
    return known


def _references(values: object) -> Iterator[str]:
    if isinstance(values, SecretRef):
        if values.kind == "env":
            yield values.place
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from _references(value)
    elif isinstance(values, tuple):
        for value in values:
            yield from _references(value)


def free_port(first: int) -> int:
    """The first TCP port from `first` on that is free on loopback. Raises DemoError."""
    for port in range(first, first + 200):
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return port
    raise DemoError(f"no free port from {first} to {first + 199} on 127.0.0.1")


class Demo:
    """The children of one demo."""

    def __init__(self, inventory: Path, folder: Path, secrets: Mapping[str, str]) -> None:
        self._inventory = inventory
        self._folder = folder
        self._secrets = secrets
        self._children: list[tuple[str, Child, float]] = []
        self.state = folder / COLLECTOR
        """The collector's own state directory."""

    def _child(self, name: str, module: str, arguments: list[str], patience: float) -> Child:
        child = Child(module, arguments, self._folder / f"{name}.log", self._secrets)
        self._children.append((name, child, patience))
        return child

    def start(self) -> dict[str, Any]:
        """Start simulator and collector; returns what is simulated. Raises DemoError."""
        where = ["--inventory", str(self._inventory)]
        (self.state / "run.json").unlink(missing_ok=True)
        simulator = self._child(
            "simulator",
            "collector.demo.simulator",
            [*where, "--state-dir", str(self._folder)],
            _STOP_SIMULATOR,
        )
        try:
            played: dict[str, Any] = json.loads(simulator.first_line())
        except ChildError as error:
            raise DemoError(str(error)) from error
        listen = f"127.0.0.1:{free_port(_LISTEN)}"
        self._child(
            "collector",
            "collector.command.main",
            ["run", *where, "--state-dir", str(self.state), "--listen", listen],
            _STOP_COLLECTOR,
        )
        return played

    def check(self) -> None:
        """Raises DemoError when a child has gone, with its last words."""
        for name, child, _ in self._children:
            if not child.alive:
                raise DemoError(f"the {name} has ended:\n{child.last_words()}")

    def stop(self) -> None:
        """End the children, the collector first; nothing else is touched."""
        for _, child, patience in reversed(self._children):
            child.stop(patience)
        self._children.clear()


async def show(demo: Demo, folder: Path, title: str) -> None:
    """Show live numbers until SIGINT, SIGTERM or SIGHUP. Raises DemoError when a child goes
    away.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(one, stopping.set)
    console = Console()
    watch = Watch(demo.state)
    every = _LOOK_EVERY if console.is_terminal else _LINE_EVERY
    with contextlib.ExitStack() as stack:
        live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        if live is not None:
            stack.enter_context(live)
        opened = False
        while not stopping.is_set():
            demo.check()
            figures, played = await watch.look(), await _played(folder)
            known = addresses(demo.state)
            if live is not None:
                live.update(view.panel(title, figures, played, known), refresh=True)
            else:
                opened = _lines(figures, played, known, opened)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), every)


def _lines(
    figures: Figures, played: Mapping[str, Any], known: Mapping[str, str], opened: bool
) -> bool:
    """Print one look; the addresses once, when they are known. Returns whether they were
    printed.
    """
    if not opened and known:
        for name, address in view.links(known):
            print(f"{name:<8} {address}", flush=True)
    print(view.line(figures, played), flush=True)
    return opened or bool(known)


async def _played(folder: Path) -> dict[str, Any]:
    try:
        return await control.state(folder)
    except (control.NoDemoError, TimeoutError):
        return {}


def play(inventory: Path, folder: Path, loaded: Inventory, fresh: bool) -> int:
    """A whole demo. Returns the exit code: 0 ended as told, 1 could not start or go on."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until `show` listens itself
    try:
        with owned(folder):
            print(f"hatang demo: {prepare(folder, fresh)}", flush=True)
            demo = Demo(inventory, folder, environment(loaded))
            try:
                played = demo.start()
                print(f"hatang demo: {played['agents']} agents answer", flush=True)
                for limit in played["limits"]:
                    print(f"hatang demo: {limit}", flush=True)
                asyncio.run(show(demo, folder, f"Hatang demo: {loaded.province.name}"))
            finally:
                demo.stop()
    except DemoError as error:
        print(f"hatang demo: {error}", file=sys.stderr)
        return 1
    print("hatang demo: stopped")
    return 0
