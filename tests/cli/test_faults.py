"""What stands in the way of a conversation: each fault with its reason, none that delays others."""

import asyncio
import contextlib
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from inventory.secret import Secret
from probes.cli.line import ANSWER, GREETING
from probes.cli.pool import Pool
from probes.cli.session import CliSession
from probes.reading import Reason
from tests.cli.asking import ask, by_password, target
from tests.cli.transcripts import PLANTED, ios, junos, vrp
from tests.cli.vendor import PASSWORD, USER, Played, playing
from tests.daemons import free_port


def access(played: Played) -> dict[str, object]:
    return by_password(USER, PASSWORD, played.known_hosts)


@asynccontextmanager
async def mute() -> AsyncIterator[int]:
    """A TCP server that takes connections and never says a word."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.02)  # what was just accepted is held too
        for writer in held:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def nobody(tmp_path: Path) -> dict[str, object]:
    known = tmp_path / "known_hosts"
    known.touch()
    return by_password(USER, PASSWORD, known)


def threads() -> int:
    return sum(one.name.startswith("cli ") for one in threading.enumerate())


async def settled() -> None:
    for _ in range(100):
        if not threads():
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"{threads()} threads are left")


@pytest.mark.asyncio
async def test_unknown_host_key_is_shown_and_nothing_is_said_to_it(tmp_path: Path) -> None:
    async with playing(tmp_path, ios()) as played:
        played.known_hosts.write_text("")
        reading = await ask(target(played.port, "cisco-ios", access(played)))
    assert reading.reason is Reason.AUTH
    assert reading.message.startswith(f"the host key of [127.0.0.1]:{played.port} is not known")
    assert "ssh-rsa SHA256:" in reading.message
    assert "add to known_hosts: [127.0.0.1]" in reading.hint
    assert played.sessions == 0


@pytest.mark.asyncio
async def test_changed_host_key_is_an_alarm(tmp_path: Path) -> None:
    async with playing(tmp_path, ios()) as played:
        other = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        line = f"[127.0.0.1]:{played.port} {other.export_public_key().decode()}"
        played.known_hosts.write_text(line)
        reading = await ask(target(played.port, "cisco-ios", access(played)))
    assert reading.reason is Reason.AUTH
    assert "THE HOST KEY HAS CHANGED" in reading.message
    assert played.sessions == 0


@pytest.mark.asyncio
async def test_wrong_password_is_told_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with playing(tmp_path, ios()) as played:
        wrong = by_password(USER, PLANTED, played.known_hosts)
        reading = await ask(target(played.port, "cisco-ios", wrong))
    assert reading.reason is Reason.AUTH
    assert reading.message == "the server refused noc with the password"
    said = f"{reading}{caplog.text}"
    assert PLANTED not in said


@pytest.mark.asyncio
async def test_no_secret_and_no_answer_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with playing(tmp_path, ios()) as played:
        reading = await ask(target(played.port, "cisco-ios", access(played)))
    assert reading.reason is None, reading.message
    assert PLANTED not in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.asyncio
async def test_closed_port_is_refused(tmp_path: Path) -> None:
    reading = await ask(target(free_port(), "cisco-ios", nobody(tmp_path)))
    assert reading.reason is Reason.REFUSED
    assert reading.message.startswith("nothing takes SSH connections on port")


@pytest.mark.asyncio
async def test_what_does_not_speak_ssh_is_told(tmp_path: Path) -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.vn ESMTP\r\n" * 200)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        ended.set()

    ended = asyncio.Event()
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reading = await ask(target(port, "cisco-ios", nobody(tmp_path)))
    server.close()
    await ended.wait()
    assert reading.reason is Reason.PROTOCOL


@pytest.mark.parametrize("lacks", ["known_hosts", "password"])
def test_credential_that_lacks_something_is_no_session(tmp_path: Path, lacks: str) -> None:
    given = {**nobody(tmp_path), lacks: None}
    with pytest.raises(ValueError, match=r"known_hosts|neither key nor password"):
        CliSession(target(22, "cisco-ios", given), {})


def test_service_has_no_command_line(tmp_path: Path) -> None:
    one = target(22, "cisco-ios", nobody(tmp_path))
    with pytest.raises(ValueError, match="asks devices"):
        CliSession(replace(one, addresses=()), {})


@pytest.mark.asyncio
async def test_key_that_is_none_is_told_without_it(tmp_path: Path) -> None:
    given = {**nobody(tmp_path), "password": None, "key": Secret(PLANTED)}
    async with mute() as port:
        reading = await ask(target(port, "cisco-ios", given))
    assert reading.reason is Reason.AUTH
    assert "no private key" in reading.message
    assert PLANTED not in f"{reading}"


@pytest.mark.asyncio
async def test_connection_lost_half_way_leaves_no_configuration(tmp_path: Path) -> None:
    async with playing(tmp_path, ios(cut="show running-config")) as played:
        reading = await ask(target(played.port, "cisco-ios", access(played)))
    assert reading.reason is Reason.PARTIAL
    assert "closed the connection" in reading.message
    assert reading.config is None
    assert reading.rows


@pytest.mark.asyncio
async def test_device_that_goes_silent_is_cut_off_and_what_it_said_stands(tmp_path: Path) -> None:
    async with playing(tmp_path, ios(mute="show ntp status")) as played:
        reading = await ask(target(played.port, "cisco-ios", access(played)), seconds=4)
        await settled()
    assert reading.reason is Reason.PARTIAL
    assert "in time" in reading.message
    assert reading.tables_answered == 1
    assert reading.duration < 5


@pytest.mark.asyncio
async def test_device_that_never_stops_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.cli.line.ANSWER", ANSWER >> 5)
    endless = "x" * 99 + "\n"
    vendor = junos()
    vendor.answers = {**vendor.answers, "show system license": endless * 8000}
    async with playing(tmp_path, vendor) as played:
        reading = await ask(target(played.port, "junos", access(played)))
    assert reading.reason is Reason.LIMIT
    assert "longer than" in reading.message
    await settled()


@pytest.mark.asyncio
async def test_greeting_without_end_is_not_listened_to(tmp_path: Path) -> None:
    vendor = replace(junos(), banner="#>" * GREETING)
    async with playing(tmp_path, vendor) as played:
        reading = await ask(target(played.port, "junos", access(played)))
    assert reading.reason is Reason.LIMIT
    assert "more than a device has to say" in reading.message
    await settled()


@pytest.mark.asyncio
async def test_command_that_is_not_allowed_saves_nothing(tmp_path: Path) -> None:
    vendor = vrp()
    del vendor.answers["display current-configuration"]  # type: ignore[attr-defined]
    async with playing(tmp_path, vendor) as played:
        reading = await ask(target(played.port, "huawei-vrp", access(played)))
    assert reading.reason is Reason.PARTIAL
    assert "does not know or not allow" in reading.message
    assert reading.config is None


@pytest.mark.asyncio
async def test_wrong_platform_says_so(tmp_path: Path) -> None:
    async with playing(tmp_path, ios()) as played:
        one = target(played.port, "frr", access(played), facts=["bgp", "ospf"], backup=False)
        reading = await ask(one)
    assert reading.reason is Reason.PROTOCOL
    assert "is platform frr right?" in reading.hint


@pytest.mark.asyncio
async def test_hanging_devices_delay_neither_others_nor_the_loop(tmp_path: Path) -> None:
    pool, silence = Pool(threads=3), nobody(tmp_path)
    async with mute() as hanging, playing(tmp_path, ios()) as played:
        silent = [
            asyncio.ensure_future(
                ask(target(hanging, "cisco-ios", silence, name), seconds=3, pool=pool)
            )
            for name in ("a", "b")
        ]
        lag = 0.0
        loop = asyncio.get_running_loop()
        well = asyncio.ensure_future(
            ask(target(played.port, "cisco-ios", access(played)), seconds=10, pool=pool)
        )
        while not well.done():
            before = loop.time()
            await asyncio.sleep(0.01)
            lag = max(lag, loop.time() - before)
        assert well.result().reason is None, well.result().message
        assert not any(one.done() for one in silent)
        assert [one.reason for one in await asyncio.gather(*silent)] == [Reason.TIMEOUT] * 2
        await settled()
    assert lag < 1.5


@pytest.mark.asyncio
async def test_thread_that_hangs_keeps_its_device_from_being_asked_again() -> None:
    pool, free, cut = Pool(threads=2), threading.Event(), []
    loop = asyncio.get_running_loop()
    ended = await pool.run(
        "a", lambda: bool(free.wait()) or None, lambda: cut.append(1), loop.time()
    )
    assert not ended
    assert cut == [1]
    assert pool.hanging == ["a"]
    with pytest.raises(Exception, match="still hangs") as told:
        await pool.run("a", lambda: None, lambda: None, loop.time() + 5)
    assert told.value.reason is Reason.TIMEOUT  # type: ignore[attr-defined]
    assert await pool.run("b", lambda: None, lambda: None, loop.time() + 5)
    await pool.run("b", lambda: bool(free.wait()) or None, lambda: None, loop.time())
    with pytest.raises(Exception, match=r"no free thread: 2 at work \(2 hang\): a, b"):
        await pool.run("c", lambda: None, lambda: None, loop.time() + 5)
    free.set()
    await settled()
    assert await pool.run("a", lambda: None, lambda: None, loop.time() + 5)


@pytest.mark.asyncio
async def test_who_waits_for_a_thread_gets_the_next_one() -> None:
    pool, free = Pool(threads=1), threading.Event()
    loop = asyncio.get_running_loop()
    first = asyncio.ensure_future(
        pool.run("a", lambda: bool(free.wait()) or None, lambda: None, loop.time() + 10)
    )
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(pool.run("b", lambda: None, lambda: None, loop.time() + 10))
    await asyncio.sleep(0.05)
    assert not second.done()
    free.set()
    assert await first
    assert await second


@pytest.mark.asyncio
async def test_too_many_that_wait_are_refused_at_once() -> None:
    pool, free = Pool(threads=1, waiting=1), threading.Event()
    loop = asyncio.get_running_loop()

    def work(name: str) -> "asyncio.Future[bool]":
        wait = pool.run(name, lambda: bool(free.wait(5)) or None, lambda: None, loop.time() + 10)
        return asyncio.ensure_future(wait)

    first, second = work("a"), work("b")
    await asyncio.sleep(0.05)
    with pytest.raises(Exception, match="no free thread"):
        await work("c")
    free.set()
    assert await first
    assert await second


@pytest.mark.asyncio
async def test_run_that_is_cancelled_cuts_its_conversation(tmp_path: Path) -> None:
    async with mute() as port:
        task = asyncio.ensure_future(ask(target(port, "cisco-ios", nobody(tmp_path)), seconds=60))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await settled()


def test_libraries_are_not_imported_before_they_are_needed() -> None:
    code = (
        "import sys, collector.command.run, probes.registry;"
        "print([x for x in sys.modules if x in ('netmiko', 'paramiko', 'ntc_templates')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
