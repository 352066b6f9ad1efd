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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from collector.demo import COLLECTOR, alerting, control, messages, view
from collector.demo.children import Child, ChildError, module
from collector.demo.figures import Figures, Watch, addresses
from collector.hold import hold
from inventory.model import Inventory
from inventory.secret import SecretRef

MARK = "demo.json"
_LOGS = ("collector.log", "simulator.log", "alertmanager.log", "vmalert.log", "vmalert-self.log")
_FILES = ("demo-tls.pem", "alertmanager", "alertmanager.yml", messages.FILE, control.SOCKET, MARK)
_MADE = (COLLECTOR, *_LOGS, *_FILES)
_LISTEN, _ALERTMANAGER, _MAILBOX = 9871, 9093, 9890
_VMALERT, _VMALERT_SELF = 8880, 8890
_STOP_COLLECTOR, _STOP_SIMULATOR, _STOP_RULES = 6.0, 1.5, 2.0
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

    def __init__(self, inventory: Path, folder: Path, loaded: Inventory) -> None:
        self._inventory = inventory
        self._folder = folder
        self._loaded = loaded
        self._secrets = environment(loaded)
        self._children: list[tuple[str, Child, float]] = []
        self.mailbox: messages.Mailbox | None = None
        """Who is told; nobody where Alertmanager is not installed, as `limits` then say."""
        self.limits: list[str] = []
        self._ruled = False
        self._alertmanager = ""
        self._vmalert = 0
        self.state = folder / COLLECTOR
        """The collector's own state directory."""

    def _child(self, name: str, command: list[str], patience: float) -> Child:
        child = Child(command, self._folder / f"{name}.log", self._secrets)
        self._children.append((name, child, patience))
        return child

    def start(self) -> dict[str, Any]:
        """Start simulator, Alertmanager and collector; returns what is played. Raises DemoError."""
        where = ["--inventory", str(self._inventory)]
        (self.state / "run.json").unlink(missing_ok=True)
        (self._folder / messages.FILE).unlink(missing_ok=True)
        simulator = self._child(
            "simulator",
            module("collector.demo.simulator", *where, "--state-dir", str(self._folder)),
            _STOP_SIMULATOR,
        )
        try:
            played: dict[str, Any] = json.loads(simulator.first_line())
        except ChildError as error:
            raise DemoError(str(error)) from error
        notifying = self._start_alertmanager()
        listen = f"127.0.0.1:{free_port(_LISTEN)}"
        told = ["run", *where, "--state-dir", str(self.state), "--listen", listen, *notifying]
        self._child("collector", module("collector.command.main", *told), _STOP_COLLECTOR)
        return played

    def _start_alertmanager(self) -> list[str]:
        """Returns the collector's flags; nobody is told anything where it is not installed."""
        missing = alerting.missing()
        if missing:
            self.limits.append(f"Nobody is told anything; install {' and '.join(missing)}.")
            return []
        mailbox = messages.Mailbox(self._folder, free_port(_MAILBOX), self._loaded.province)
        self.mailbox = mailbox
        port = free_port(_ALERTMANAGER)
        self._alertmanager = f"http://127.0.0.1:{port}"
        command = alerting.alertmanager(self._folder, self._loaded, port, mailbox.port)
        self._child("alertmanager", command, _STOP_RULES)
        self._vmalert = free_port(_VMALERT)
        vmalert = f"http://127.0.0.1:{self._vmalert}"
        return ["--alertmanager", self._alertmanager, "--vmalert", vmalert]

    def start_rules(self, known: Mapping[str, str]) -> None:
        """Start the vmalerts, once it is known where store and collector listen."""
        if self._ruled or not self._alertmanager or not {"api", "query"} <= known.keys():
            return
        self._ruled = True
        other = free_port(_VMALERT_SELF)
        for name, rules, notifier, port in (
            ("vmalert", alerting.RULES, known["api"], self._vmalert),
            ("vmalert-self", alerting.SELF, self._alertmanager, other),
        ):
            self._child(name, alerting.vmalert(rules, known["query"], notifier, port), _STOP_RULES)

    def addresses(self) -> dict[str, str]:
        """What listens where, as far as it is known."""
        known = addresses(self.state)
        return {**known, "alertmanager": self._alertmanager} if self._alertmanager else known

    def check(self) -> None:
        """Raises DemoError when a child has gone, with its last words."""
        for name, child, _ in self._children:
            if not child.alive:
                raise DemoError(f"the {name} has ended ({child.ending}):\n{child.last_words()}")

    def stop(self) -> None:
        """End the children, the last first; nothing else is touched."""
        for _, child, patience in reversed(self._children):
            child.stop(patience)
        self._children.clear()


async def show(demo: Demo, folder: Path, title: str) -> None:
    """Show live numbers and messages until SIGINT, SIGTERM or SIGHUP. Raises DemoError when a
    child goes away.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(one, stopping.set)
    if demo.mailbox is not None:
        await demo.mailbox.start()
    try:
        await _show(demo, folder, title, stopping)
    finally:
        if demo.mailbox is not None:
            await demo.mailbox.stop()


async def _show(demo: Demo, folder: Path, title: str, stopping: asyncio.Event) -> None:
    console = Console()
    watch = Watch(demo.state)
    every = _LOOK_EVERY if console.is_terminal else _LINE_EVERY
    with contextlib.ExitStack() as stack:
        live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        if live is not None:
            stack.enter_context(live)
        lines = Lines()
        while not stopping.is_set():
            demo.check()
            figures, played = await watch.look(), await _played(folder)
            played["limits"] = [*played.get("limits", ()), *demo.limits]
            known = demo.addresses()
            demo.start_rules(known)
            told = messages.messages(folder)
            if live is not None:
                live.update(view.panel(title, figures, played, known, told), refresh=True)
            else:
                lines.show(figures, played, known, told)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), every)


class Lines:
    """What is shown where there is no terminal: the addresses once, each message once, and a line
    of numbers a look.
    """

    def __init__(self) -> None:
        self._opened = False
        self._told = 0

    def show(
        self,
        figures: Figures,
        played: Mapping[str, Any],
        known: Mapping[str, str],
        told: Sequence[messages.Message],
    ) -> None:
        """Print one look."""
        if not self._opened and "api" in known:
            self._opened = True
            for name, address in view.links(known):
                print(f"{name:<8} {address}", flush=True)
        for message in told:
            if message.number > self._told:
                self._told = message.number
                print(view.message(message), flush=True)
        print(view.line(figures, played), flush=True)


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
            demo = Demo(inventory, folder, loaded)
            try:
                played = demo.start()
                print(f"hatang demo: {played['agents']} agents answer", flush=True)
                for limit in [*played["limits"], *demo.limits]:
                    print(f"hatang demo: {limit}", flush=True)
                asyncio.run(show(demo, folder, f"Hatang demo: {loaded.province.name}"))
            finally:
                demo.stop()
    except DemoError as error:
        print(f"hatang demo: {error}", file=sys.stderr)
        return 1
    print("hatang demo: stopped")
    return 0
