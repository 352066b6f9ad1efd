"""The tcp probe against sshd's banner, TLS, and services that misbehave."""

import asyncio
import contextlib
import re
import ssl
import urllib.request
from functools import partial

import pytest
from pydantic import ValidationError

from probes.reading import Reason
from probes.tcp import ANSWER, TcpSettings
from tests import daemons
from tests.certificates import certificate
from tests.services.asking import ask as check

BLACKBOX = """
modules:
  ssh: {prober: tcp, tcp: {query_response: [{expect: "^SSH-2.0-"}]}}
  pop: {prober: tcp, tcp: {query_response: [{expect: "^[+]OK POP"}]}}
  tls: {prober: tcp, tcp: {tls: true, tls_config: {insecure_skip_verify: true}}}
"""


ask = partial(check, "tcp")


@contextlib.asynccontextmanager
async def serving(talk, secure=None):
    tasks = set()

    async def answer(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError):
                await talk(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=secure)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)


def says(*pieces: bytes, pause: float = 0.0, then: float = 0.0):
    async def talk(reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        await asyncio.sleep(then)

    return talk


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    with daemons.sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running.port


@pytest.fixture(scope="module")
def blackbox(tmp_path_factory):
    with daemons.blackbox_exporter(tmp_path_factory.mktemp("blackbox"), BLACKBOX) as running:
        yield running.port


def second_opinion(port: int, module: str, target: int) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}/probe?module={module}&target=127.0.0.1:{target}"
    with urllib.request.urlopen(url, timeout=20) as answer:
        found = re.findall(r"^(probe_\w+) (\S+)$", answer.read().decode(), re.MULTILINE)
    return {name: float(value) for name, value in found}


@pytest.mark.asyncio
async def test_the_banner_of_sshd_is_what_is_expected(sshd):
    reading, found = await ask(port=sshd, expect="^SSH-2.0-OpenSSH")
    assert reading.complete
    assert set(found) == {"tcp_connect_seconds"}
    assert 0 < found["tcp_connect_seconds"] < 1


@pytest.mark.asyncio
async def test_blackbox_exporter_agrees(sshd, blackbox):
    assert second_opinion(blackbox, "ssh", sshd)["probe_success"] == 1
    assert (await ask(port=sshd, expect="^SSH-2.0-"))[0].success
    async with serving(says(b"hello\r\n")) as port:
        theirs = await asyncio.to_thread(second_opinion, blackbox, "pop", port)
        assert theirs["probe_success"] == 0
        assert not (await ask(port=port, expect="^[+]OK POP"))[0].success


@pytest.mark.asyncio
async def test_without_an_expectation_a_connection_is_enough(sshd):
    reading, found = await ask(port=sshd)
    assert reading.complete
    assert "tcp_connect_seconds" in found


@pytest.mark.asyncio
async def test_what_is_sent_goes_first():
    async def echo(reader, writer):
        writer.write(b"you said " + await reader.readline())

    async with serving(echo) as port:
        reading, _ = await ask(port=port, send="xin chào\n", expect="^you said xin chào$")
    assert reading.complete


@pytest.mark.asyncio
async def test_tls_tells_the_end_of_the_certificate(tmp_path, blackbox):
    made = certificate(tmp_path, "mail", 30, ["127.0.0.1"])
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(made.file, made.key)
    async with serving(says(b"220 ready\r\n", then=5), secure) as port:
        good, found = await ask(port=port, tls=True, ca=str(made.file), expect="^220")
        bad, refused = await ask(port=port, tls=True)
        theirs = await asyncio.to_thread(second_opinion, blackbox, "tls", port)
    assert good.complete
    assert found["tls_certificate_expiry_timestamp_seconds"] == made.expiry
    assert theirs["probe_ssl_earliest_cert_expiry"] == made.expiry
    assert bad.reason is Reason.TLS
    assert "signed by itself" in bad.message
    assert refused["tls_certificate_expiry_timestamp_seconds"] == made.expiry
    assert "tcp_connect_seconds" in refused


@pytest.mark.asyncio
async def test_a_closed_port_is_refused_and_has_no_connect_time():
    reading, found = await ask(port=1)
    assert reading.reason is Reason.REFUSED
    assert found == {}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("talk", "reason", "message"),
    [
        (says(), Reason.PROTOCOL, "without a word"),
        (says(b"220 mail\r\n"), Reason.PROTOCOL, "not what is expected"),
        (says(then=60), Reason.TIMEOUT, "answer"),
        (says(b"S", b"S", b"H", pause=0.3, then=60), Reason.TIMEOUT, "answer"),
        (says(b"\xff\x00" * 65536, then=60), Reason.PROTOCOL, f"first {ANSWER} bytes"),
    ],
)
async def test_an_answer_that_does_not_come_or_fit_has_its_reason(talk, reason, message):
    async with serving(talk) as port:
        reading, found = await ask(1.0, port=port, expect="^SSH-")
    assert reading.reason is reason
    assert message in reading.message
    assert "tcp_connect_seconds" in found


@pytest.mark.asyncio
async def test_an_answer_in_pieces_is_put_together():
    async with serving(says(b"SS", b"H-2", b".0-x\r\n", pause=0.05, then=60)) as port:
        reading, _ = await ask(port=port, expect="^SSH-2.0-x")
    assert reading.complete


@pytest.mark.asyncio
async def test_a_host_is_asked_instead_of_the_address(sshd):
    assert (await ask(port=sshd, host="localhost"))[0].complete
    reading, _ = await ask(20, port=sshd, host="no-such-host.invalid")
    assert reading.reason is Reason.NAME


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "Field required"),
        ({"port": 70000}, "less than or equal"),
        ({"port": 22, "expect": "["}, "not a regular expression: unclosed character class"),
        ({"port": 22, "expect": "a(?=b)"}, "not a regular expression: look-around"),
        ({"port": 22, "expect": "a{999}{999}{99}"}, "not a regular expression: .*size limit"),
        ({"port": 22, "banner": "x"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        TcpSettings(**settings)
