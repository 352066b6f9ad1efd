"""A server to log in at: a real sshd, the account of whoever runs the tests, and what it is asked.

The account's own shell and files are not touched: options of sshd say what is run and with what
environment.
"""

import asyncio
import contextlib
import getpass
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.secret import Secret
from probes.probe import Target
from probes.reading import Reading, values
from probes.ssh import PROBE
from probes.ssh.settings import SshSettings
from tests import daemons

LABELS = (("device", "hbh-dc-app01"), ("site", "dc"))


@dataclass
class Server:
    """A running sshd and what one needs to log in there."""

    daemon: daemons.Daemon
    credential: dict[str, Any]

    @property
    def port(self) -> int:
        return self.daemon.port

    @property
    def known_hosts(self) -> Path:
        return Path(self.credential["known_hosts"])

    def said(self, words: str) -> int:
        """How often sshd's log has these words."""
        return self.daemon.log.read_text(errors="replace").count(words)

    def session(self, memory: dict[str, Any] | None = None, **settings: Any) -> Any:
        """A session of the probe on it."""
        return opened(self.port, self.credential, memory, **settings)


def opened(
    port: int, credential: Mapping[str, Any], memory: dict[str, Any] | None = None, **settings: Any
) -> Any:
    one = SshSettings(port=port, **settings)
    target = Target("hbh-dc-app01", ("127.0.0.1",), LABELS, one, {"ssh": credential})
    return PROBE.open(target, {} if memory is None else memory)


def keygen(path: Path, *options: str) -> Path:
    """A key pair without a passphrase."""
    command = [daemons.program("ssh-keygen"), "-q", "-N", "", "-f", str(path)]
    subprocess.run([*command, *(options or ("-t", "ed25519"))], check=True)
    return path


def known(path: Path, port: int, public: Path) -> None:
    """A known_hosts file with one line."""
    kind, key, *_ = public.read_text().split()
    path.write_text(f"[127.0.0.1]:{port} {kind} {key}\n")


@contextlib.contextmanager
def serving(folder: Path, *options: str, port: int = 0, user: str = "") -> Iterator[Server]:
    """An sshd that lets in whoever runs the tests, by key."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "id"
    if not key.exists():
        keygen(key)
    extra = [*options, f"AuthorizedKeysFile={key}.pub", "StrictModes=no", "LogLevel=VERBOSE"]
    with daemons.sshd(folder, extra, port) as running:
        hosts = folder / "known_hosts"
        known(hosts, running.port, folder / "host_key.pub")
        credential = {
            "user": user or getpass.getuser(),
            "key": Secret(key.read_text().strip()),
            "password": None,
            "known_hosts": str(hosts),
        }
        yield Server(running, credential)


async def ask(session: Any, seconds: float = 20.0) -> Reading:
    """One run, ended by its deadline."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    reading: Reading = await session.ask(end)
    assert loop.time() < end + 2.0
    return reading


async def once(server: Server, seconds: float = 20.0, **settings: Any) -> Reading:
    """A session for one run."""
    session = server.session(**settings)
    try:
        return await ask(session, seconds)
    finally:
        await session.close()


def shown(reading: Reading) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by metric and by the labels beyond device and site."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    rows = [*reading.rows, *(row for table in reading.described.values() for row in table)]
    for head, fields in rows:
        instance = tuple(text for name, text in head.labels if name not in ("device", "site"))
        for name, value in values(fields).items():
            found.setdefault(f"{head.subject}_{name}", {})[instance] = value
    return found


def programs(folder: Path, texts: Mapping[str, str]) -> str:
    """Small programs that print what another machine's would; the SetEnv option that puts them
    first in the PATH.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return f"SetEnv=PATH={folder}:/usr/bin:/bin:/usr/sbin:/sbin"


def lines(reading: Reading) -> Sequence[str]:
    return [f"{head.encoded.decode()} {fields.decode()}" for head, fields in reading.rows]
