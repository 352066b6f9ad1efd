"""What goes wrong when one logs in: each has its reason, a sentence and a hint."""

import asyncio
import contextlib
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory.secret import Secret
from probes.reading import Reading, Reason
from probes.ssh import session as sessions
from probes.ssh.script import MARK
from probes.ssh.session import Exchange
from tests import daemons
from tests.ssh.serving import Server, ask, keygen, known, once, opened, serving, shown


def printable(reading: Reading) -> bool:
    return (reading.message + reading.hint).isprintable()


@pytest.mark.asyncio
async def test_unknown_host_key_is_refused_and_the_line_to_add_is_given(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        good = server.known_hosts.read_text()
        server.known_hosts.write_text("# nobody yet\n")
        session = server.session(only=["system"])
        reading = await ask(session)
        logins = server.said("Accepted") + server.said("Failed")
        mark = subprocess.run(
            ["ssh-keygen", "-lf", str(tmp_path / "host_key.pub")], capture_output=True, check=True
        ).stdout.decode()
        line = reading.hint.partition(f"add to {server.known_hosts}: ")[2]
        server.known_hosts.write_text(line + "\n")
        await asyncio.sleep(1.1)  # the first pause between two attempts
        after = await ask(session)
        await session.close()
    assert reading.reason is Reason.AUTH
    assert not reading.rows
    assert logins == 0
    assert mark.split()[1] in reading.message
    assert f"the host key of [127.0.0.1]:{server.port} is not known" in reading.message
    assert line == good.strip()
    assert after.complete


@pytest.mark.asyncio
async def test_changed_host_key_is_an_alarm_and_nothing_is_sent(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        other = keygen(tmp_path / "other")
        known(server.known_hosts, server.port, other.with_suffix(".pub"))
        reading = await once(server)
        assert server.said("Accepted") == server.said("Failed") == 0
    assert reading.reason is Reason.AUTH
    assert "THE HOST KEY HAS CHANGED" in reading.message
    assert "ssh-keygen -f" in reading.hint
    assert printable(reading)


@pytest.mark.asyncio
async def test_host_key_of_another_kind_than_known_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        other = keygen(tmp_path / "other", "-t", "ecdsa")
        known(server.known_hosts, server.port, other.with_suffix(".pub"))
        reading = await once(server)
    assert reading.reason is Reason.AUTH
    assert not reading.rows
    assert "THE HOST KEY HAS CHANGED" in reading.message
    assert "ssh-ed25519 SHA256:" in reading.message


@pytest.mark.asyncio
async def test_known_hosts_that_cannot_be_read_says_which(server: Server, tmp_path: Path) -> None:
    credential = {**server.credential, "known_hosts": str(tmp_path / "none")}
    session = opened(server.port, credential)
    reading = await ask(session)
    await session.close()
    assert reading.reason is Reason.AUTH
    assert f"cannot read the known_hosts file {tmp_path / 'none'}" in reading.message


@pytest.mark.asyncio
async def test_key_that_the_server_does_not_know_is_tried_ever_more_rarely(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        secret = Secret(keygen(tmp_path / "stranger").read_text())
        session = opened(server.port, {**server.credential, "key": secret})
        first, second = await ask(session), await ask(session)
        await session.close()
        assert server.said("Connection from") <= 2  # one is the fixture's own look at the port
    assert first.reason is second.reason is Reason.AUTH
    assert f"the server refused {server.credential['user']} with the key SHA256:" in first.message
    assert "authorized_keys" in first.hint
    assert "next login in" in second.message


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (None, "needs a credential"),
        ({"user": "noc", "key": Secret("x")}, "no known_hosts"),
        ({"user": "noc", "known_hosts": "k"}, "neither key nor password"),
        ({"user": "noc", "known_hosts": "k", "key": Secret("x")}, "no private key"),
    ],
)
def test_credential_that_cannot_be_used_says_why(credential: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        opened(22, credential)


def test_key_with_a_passphrase_is_refused_without_showing_it(tmp_path: Path) -> None:
    path = keygen(tmp_path / "locked", "-t", "ed25519", "-N", "secret words")
    credential = {"user": "noc", "known_hosts": "k", "key": Secret(path.read_text())}
    with pytest.raises(ValueError, match="has a passphrase") as caught:
        opened(22, credential)
    assert "secret words" not in str(caught.value)


@pytest.mark.asyncio
async def test_closed_port_is_refused(server: Server) -> None:
    session = opened(daemons.free_port(), server.credential)
    reading = await ask(session)
    await session.close()
    assert reading.reason is Reason.REFUSED
    assert "is sshd running" in reading.hint


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another account can pass: pytest's own it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextlib.contextmanager
def accounts(folder: Path, shadow: str) -> Any:
    """An sshd in a mount namespace of its own, where there is one more account, with this line of
    shadow(5); yields it and the account's credential.
    """
    if os.geteuid() != 0:
        pytest.skip("another account needs root")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace here")
    name = "hatang-test"
    etc = {
        "passwd": f"{name}:x:12345:12345::/:/bin/sh\n",
        "shadow": f"{name}:{shadow}\n",
    }
    mounts = []
    for file, line in etc.items():
        copy = folder / file
        copy.write_text(Path(f"/etc/{file}").read_text() + line)
        copy.chmod(0o644)
        mounts.append(f"mount --bind {copy} /etc/{file}")
    folder.chmod(0o755)
    wrapper = folder / "sshd-apart"
    wrapper.write_text(
        f'#!/bin/sh\nexec unshare -m sh -c \'{" && ".join(mounts)} && exec "$0" "$@"\' '
        f'{daemons.program("sshd")} "$@"\n'
    )
    wrapper.chmod(0o755)
    yield name, wrapper


@pytest.mark.parametrize(
    ("shadow", "words", "hint"),
    [
        ("*:19000:0:90:7:::", "password has expired", "chage -M -1"),
        (
            "*:20000:0:99999:7::18000:",
            "hatang-test may not log in: Your account has expired",
            "chage -l",
        ),
        ("*:20000:0:99999:7:::", "", ""),
    ],
)
@pytest.mark.asyncio
async def test_expired_account_is_told(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, shadow: str, words: str, hint: str
) -> None:
    with accounts(open_folder, shadow) as (user, wrapper):
        real = daemons.program
        monkeypatch.setattr(
            daemons, "program", lambda name: str(wrapper) if name == "sshd" else real(name)
        )
        with serving(open_folder / "sshd", "UsePAM=yes", user=user) as server:
            (open_folder / "sshd" / "id.pub").chmod(0o644)
            for _ in range(3):  # sshd may hang up before what it says has left it
                reading = await once(server, 6.0)
                if reading.reason is not Reason.PROTOCOL:
                    break
            log = server.daemon.output
    if not words:  # the same account, in good standing
        assert reading.complete, (reading.message, log)
        return
    assert reading.reason is Reason.AUTH, (reading.message, log)
    assert words in reading.message
    assert hint in reading.hint


@pytest.mark.asyncio
async def test_account_without_a_shell_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, f"ForceCommand={daemons.program('nologin')}") as server:
        reading = await once(server)
    assert reading.reason is Reason.PROTOCOL
    assert "does not run commands; it says: This account is currently not available." in (
        reading.message
    )


@pytest.mark.asyncio
async def test_session_that_is_forbidden_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, "MaxSessions=0") as server:
        reading = await once(server)
    assert reading.reason is Reason.PROTOCOL
    assert "no command may be run" in reading.message
    assert "MaxSessions" in reading.hint


@pytest.mark.asyncio
async def test_full_disk_is_named(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "none", str(full)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        fill = f"head -c 9999 /dev/zero > {full}/x 2>/dev/null; echo 1 > {full}/y; exec /bin/sh"
        with serving(tmp_path / "sshd", f"ForceCommand={fill}") as server:
            reading = await once(server, only=["system", "storage"])
    finally:
        subprocess.run(["umount", str(full)], check=True)
    assert reading.reason is Reason.PARTIAL
    assert "a disk of the server is full" in reading.message
    ratios = shown(reading)["storage_used_ratio"]
    assert ratios[(str(full),)] == 1


@pytest.mark.asyncio
async def test_connection_lost_in_the_middle_keeps_what_came(server: Server) -> None:
    # the command's parent is timeout, above it our script's shell, above it sshd
    up = 'p() { ps -o ppid= -p "$1" | tr -d " "; }; '
    commands = {"mail_queue_messages": {"last": up + "kill -9 $(p $(p $PPID)); sleep 5"}}
    reading = await once(server, only=["system", "memory"], commands=commands)
    assert reading.reason is Reason.PARTIAL
    assert "lost in the middle of the answer" in reading.message
    assert "memory_used_bytes" in shown(reading)
    assert reading.missing == ("mail_queue_messages of last",)


@pytest.mark.parametrize("text", ["yes", "yes 1>&2", "cat /dev/zero"])
@pytest.mark.asyncio
async def test_endless_output_is_cut(tmp_path: Path, text: str) -> None:
    with serving(tmp_path, f"ForceCommand={text}") as server:
        reading = await once(server)
    assert reading.reason is Reason.PROTOCOL
    assert "wrote more than 2 MB" in reading.message
    assert printable(reading)


@pytest.mark.asyncio
async def test_answer_in_crumbs_is_looked_through_once() -> None:
    exchange = Exchange()
    looked: list[int] = []

    class Counted(bytearray):
        def find(self, *where: Any) -> int:
            looked.append(len(self) - where[1])
            return super().find(*where)

    exchange.out = Counted()
    for byte in b"x" * 5000 + b"\n" + MARK.encode():
        assert not exchange.heard
        exchange.data_received(bytes([byte]), None)
    assert exchange.heard
    assert max(looked) <= len(MARK) + 1


@pytest.mark.asyncio
async def test_endless_output_of_a_command_keeps_what_came_before(server: Server) -> None:
    reading = await once(server, only=["memory"], commands={"backup_last_bytes": {"x": "yes"}})
    assert reading.reason is Reason.LIMIT
    assert "memory_used_bytes" in shown(reading)


@contextlib.asynccontextmanager
async def listening(talk: Any) -> AsyncIterator[int]:
    writers = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for writer in writers:
            writer.transport.abort()
        server.close()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"welcome\r\n" * 500)
        await writer.drain()


async def _flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def _web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 \x1b[31mBad Request\r\n\r\n")
    writer.close()


async def _half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
    await reader.read()


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.9\r\n" + bytes(range(256)) * 20)
    await reader.read()


@pytest.mark.parametrize(
    ("talk", "reasons"),
    [
        (_silent, {Reason.TIMEOUT}),
        (_half, {Reason.TIMEOUT}),
        (_banner, {Reason.PROTOCOL}),
        (_flood, {Reason.PROTOCOL}),
        (_web, {Reason.PROTOCOL}),
        (_garbage, {Reason.PROTOCOL, Reason.TIMEOUT}),
    ],
)
@pytest.mark.asyncio
async def test_peer_that_is_no_server_ends_in_a_reason(
    server: Server, talk: Any, reasons: set[Reason]
) -> None:
    async with listening(talk) as port:
        credential = {**server.credential, "known_hosts": str(server.known_hosts)}
        session = opened(port, credential)
        reading = await ask(session, 1.5)
        await session.close()
    assert reading.reason in reasons, reading.message
    assert reading.message
    assert printable(reading)


def test_pauses_grow_and_end() -> None:
    assert sessions.PAUSE < sessions.LONGEST_PAUSE < sessions.REFUSED_PAUSE * 2
    assert sessions.LONGEST_REFUSED <= 900
