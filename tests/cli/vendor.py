"""A device that plays a vendor's command line over SSH: prompt, echo, pages, answers by command.

The transcripts are written for these tests, in the form that the vendors' documents show.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

USER, PASSWORD = "noc", "Noc-L0gin-77"


@dataclass
class Vendor:
    """How it speaks. `pager` is shown after each `height` lines where `height` is set, `wipe` is
    what it writes over it. `ends` are commands that end paging. `unknown` answers any other
    command. `cut` closes the connection in the middle of that command's answer, `mute` says
    nothing to it any more. `enable` is the secret that turns `>` of the prompt into `#`; a `slow`
    one sends a letter at a time.
    """

    prompt: str
    answers: Mapping[str, str]
    unknown: str = "% Invalid input detected at '^' marker."
    banner: str = ""
    height: int = 0
    pager: str = "--More--"
    wipe: str = "\r        \r"
    ends: tuple[str, ...] = ()
    cut: str = ""
    mute: str = ""
    user: str = USER
    enable: str = ""
    slow: bool = False
    heard: list[str] = field(default_factory=list)


@dataclass
class Played:
    """A device that runs."""

    port: int
    known_hosts: Path
    vendor: Vendor
    sessions: int = 0


class _Door(asyncssh.SSHServer):
    def __init__(self, vendor: Vendor, guests: list[asyncssh.SSHServerConnection]) -> None:
        self._vendor, self._guests = vendor, guests

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._guests.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username.split("+", maxsplit=1)[0] == self._vendor.user and password == PASSWORD


@asynccontextmanager
async def playing(folder: Path, vendor: Vendor) -> AsyncIterator[Played]:
    """The device, listening on loopback, with its key in `known_hosts`."""
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    guests: list[asyncssh.SSHServerConnection] = []

    async def talk(process: "asyncssh.SSHServerProcess[str]") -> None:
        played.sessions += 1
        with contextlib.suppress(asyncssh.Error, OSError, EOFError):  # the client has gone
            await _Talk(process, vendor).run()
        process.exit(0)

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[key],
        server_factory=lambda: _Door(vendor, guests),
        process_factory=talk,
        line_editor=False,
    )
    port = server.get_port()
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    played = Played(port, known, vendor)
    try:
        yield played
    finally:
        server.close()
        for guest in guests:
            guest.abort()
            await asyncio.wait_for(guest.wait_closed(), 5)
        await asyncio.wait_for(server.wait_closed(), 5)
        await asyncio.sleep(0.01)  # sockets of connections that were aborted are let go of


class _Talk:
    def __init__(self, process: "asyncssh.SSHServerProcess[str]", vendor: Vendor) -> None:
        self._process, self._vendor = process, vendor
        self._pages = vendor.height > 0
        self._typed = ""

    async def run(self) -> None:
        vendor = self._vendor
        prompt = vendor.prompt
        self._say(vendor.banner + prompt)
        while True:
            command = await self._line()
            vendor.heard.append(command)
            if command == vendor.mute and command:
                await asyncio.sleep(3600)
            if command in vendor.ends:
                self._pages = False
            if command == "enable" and vendor.enable:
                self._say("Password: ")
                if await self._line(echo=False) == vendor.enable:
                    prompt = prompt.replace(">", "#")
            elif command:
                await self._answer(command)
            if vendor.slow:
                await self._dribble(prompt)
            else:
                self._say(prompt)

    async def _answer(self, command: str) -> None:
        vendor = self._vendor
        text = "" if command in vendor.ends else vendor.answers.get(command, vendor.unknown)
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            self._say(f"{line}\n")
            if vendor.cut == command and number > len(lines) // 2:
                self._process.channel.get_connection().abort()
                raise EOFError
            if self._pages and number % vendor.height == 0 and number < len(lines):
                self._say(vendor.pager)
                if await self._key() != " ":
                    return
                self._say(vendor.wipe)

    async def _dribble(self, text: str) -> None:
        for letter in text:
            self._process.stdout.write(letter)
            await asyncio.sleep(0.03)

    async def _line(self, echo: bool = True) -> str:
        """What is typed up to Enter, echoed as it comes."""
        line = ""
        while (key := await self._key()) not in "\r\n":
            line += key
            if echo:
                self._process.stdout.write(key)
        if key == "\r" and self._typed.startswith("\n"):
            self._typed = self._typed[1:]
        self._say("\n")
        return line.strip()

    async def _key(self) -> str:
        while not self._typed:
            typed = await self._process.stdin.read(4096)
            if not typed:
                raise EOFError
            self._typed += typed
        key, self._typed = self._typed[0], self._typed[1:]
        return key

    def _say(self, text: str) -> None:
        self._process.stdout.write(text.replace("\n", "\r\n"))
