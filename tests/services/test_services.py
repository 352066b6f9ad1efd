"""What a service check needs beside http and tcp, against real servers and their ways to fail."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from probes.dns import DnsSettings
from probes.reading import Reason
from tests.certificates import Certificate, certificate
from tests.daemons import free_port
from tests.services.asking import ask
from tests.services.servers import chronyd, dovecot, kamailio, postfix, unbound


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    return certificate(folder, "mail.example.vn", 30, ["127.0.0.1", "mail.example.vn"])


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with unbound(tmp_path_factory.mktemp("unbound")) as port:
        yield port


@pytest.fixture(scope="module")
def smtp(tmp_path_factory: pytest.TempPathFactory, shown: Certificate) -> Iterator[tuple[int, int]]:
    with postfix(tmp_path_factory.mktemp("postfix"), shown) as ports:
        yield ports


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory, shown: Certificate) -> Iterator[tuple[int, int]]:
    with dovecot(tmp_path_factory.mktemp("dovecot"), shown) as ports:
        yield ports


@pytest.fixture(scope="module")
def sip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with kamailio(tmp_path_factory.mktemp("kamailio")) as port:
        yield port


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ({"name": "motcua.example.vn"}, 2),
        ({"name": "motcua.example.vn", "expect": r"10\.17\.1\.11"}, 2),
        ({"name": "motcua.example.vn", "tcp": True}, 2),
        ({"name": "example.vn", "type": "MX", "expect": "mail"}, 1),
        ({"name": "big.example.vn", "type": "TXT"}, 1),
    ],
    ids=["A", "expected", "tcp", "MX", "truncated"],
)
async def test_a_name_server_answers(names: int, question: dict[str, object], answers: int) -> None:
    reading, found = await ask("dns", port=names, **question)
    assert (reading.reason, reading.message) == (None, "")
    assert found["dns_answers"] == answers
    assert 0 < found["dns_duration_seconds"] <= reading.duration


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"name": "none.example.vn"}, "the server says NXDOMAIN to none.example.vn A"),
        ({"name": "x.refused.vn"}, "the server says REFUSED to x.refused.vn A"),
        ({"name": "example.vn"}, "no A record for example.vn"),
        ({"name": "motcua.example.vn", "expect": "^192"},
         "none of 2 answers is what is expected"),
    ],
    ids=["no name", "refused", "no record", "unexpected"],
)  # fmt: skip
async def test_a_name_server_says_no(names: int, question: dict[str, object], said: str) -> None:
    reading, _ = await ask("dns", port=names, **question)
    assert (reading.reason, reading.message) == (Reason.PROTOCOL, said)


@pytest.mark.asyncio
async def test_a_resolver_that_waits_for_another_is_a_timeout(names: int) -> None:
    reading, found = await ask("dns", 0.5, port=names, name="x.broken.vn")
    assert (reading.reason, found) == (Reason.TIMEOUT, {})


@pytest.mark.asyncio
@pytest.mark.parametrize("probe", ["smtp", "imap"])
async def test_a_mail_server_talks_in_plain_and_in_both_ways_of_tls(
    probe: str, request: pytest.FixtureRequest, shown: Certificate
) -> None:
    port, secure = request.getfixturevalue(probe)
    reading, found = await ask(probe, port=port)
    assert (reading.reason, reading.message) == (None, "")
    assert set(found) == {f"{probe}_duration_seconds"}
    for how, at in (("starttls", port), ("yes", secure)):
        reading, found = await ask(probe, port=at, tls=how, ca=str(shown.file))
        assert (reading.reason, reading.message) == (None, "")
        assert found["tls_certificate_expiry_timestamp_seconds"] == shown.expiry
        assert 0 < found[f"{probe}_duration_seconds"] <= reading.duration


@pytest.mark.asyncio
@pytest.mark.parametrize("probe", ["smtp", "imap"])
async def test_a_certificate_of_nobody_is_refused_in_words(
    probe: str, request: pytest.FixtureRequest
) -> None:
    port, secure = request.getfixturevalue(probe)
    for how, at in (("starttls", port), ("yes", secure)):
        reading, _ = await ask(probe, port=at, tls=how)
        assert reading.reason is Reason.TLS
        assert reading.message == "the certificate is signed by itself"
        assert reading.hint
    reading, _ = await ask(probe, port=port, tls="starttls", verify=False)
    assert reading.reason is None


@pytest.mark.asyncio
async def test_a_clock_is_compared_with_ours(tmp_path: Path) -> None:
    with chronyd(tmp_path, "local stratum 8") as port:
        reading, found = await ask("ntp", port=port)
    assert reading.reason is None
    assert found["ntp_stratum"] == 8
    assert abs(found["ntp_offset_seconds"]) < 0.05


@pytest.mark.asyncio
async def test_a_time_server_that_has_no_time_says_so(tmp_path: Path) -> None:
    with chronyd(tmp_path) as port:
        reading, found = await ask("ntp", port=port)
    assert (reading.reason, reading.message) == (
        Reason.PROTOCOL,
        "the server is not synchronised",
    )
    assert found == {}


@pytest.mark.asyncio
async def test_a_telephone_server_answers(sip: int) -> None:
    reading, found = await ask("sip", port=sip)
    assert (reading.reason, set(found)) == (None, {"sip_duration_seconds"})
    reading, _ = await ask("sip", port=sip, user="room")
    assert (reading.reason, reading.message) == (Reason.PROTOCOL, "the server answers 404")
    reading, _ = await ask("sip", port=sip, user="room", status=[200, 404])
    assert reading.reason is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("probe", "settings"),
    [("dns", {"name": "a.vn"}), ("ntp", {}), ("sip", {}), ("smtp", {}), ("imap", {})],
)
async def test_where_nobody_listens_it_is_refused(probe: str, settings: dict[str, object]) -> None:
    port = free_port(socket.SOCK_DGRAM if probe in ("ntp", "sip") else socket.SOCK_STREAM)
    reading, found = await ask(probe, port=port, **settings)
    assert (reading.reason, found) == (Reason.REFUSED, {})
    assert reading.hint


@pytest.mark.asyncio
@pytest.mark.parametrize("probe", ["dns", "ntp", "sip", "smtp", "imap"])
async def test_a_name_that_is_none_is_said(probe: str) -> None:
    more: dict[str, object] = {"name": "a.vn"} if probe == "dns" else {}
    reading, _ = await ask(probe, host="nobody.invalid", **more)
    assert reading.reason is Reason.NAME


@contextmanager
def liar(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """Answers each datagram as `answer` says, within the running loop; its port."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.setblocking(False)

        def heard() -> None:
            data, sender = ear.recvfrom(4096)
            ear.sendto(answer(data), sender)

        loop.add_reader(ear, heard)
        try:
            yield ear.getsockname()[1]
        finally:
            loop.remove_reader(ear)


def ntp(
    question: bytes, first: int = 0x24, stratum: int = 2, name: bytes = b"GPS\0", **more: Any
) -> bytes:
    origin = more.get("origin", question[40:48])
    now = struct.pack("!Q", int((time.time() + 2_208_988_800 + more.get("ahead", 0.0)) * 2**32))
    return struct.pack("!BBbb2I", first, stratum, 0, 0, 0, 0) + name + now + origin + now + now


@pytest.mark.asyncio
async def test_a_clock_ahead_of_ours_is_told_by_how_much() -> None:
    with liar(lambda question: ntp(question, ahead=42.0)) as port:
        _, found = await ask("ntp", port=port)
    assert found["ntp_offset_seconds"] == pytest.approx(42.0, abs=0.05)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        (lambda q: ntp(q, stratum=0, name=b"RATE"), Reason.REFUSED, "sends us away: RATE"),
        (lambda q: ntp(q, stratum=0, name=b"\x1b[2J"), Reason.REFUSED, "sends us away: [2J"),
        (lambda q: ntp(q, first=0xE4), Reason.PROTOCOL, "not synchronised"),
        (lambda q: ntp(q, origin=b"\0" * 8), Reason.TIMEOUT, "no answer in time"),
        (lambda q: q, Reason.TIMEOUT, "no answer in time"),
        (lambda q: b"", Reason.TIMEOUT, "no answer in time"),
    ],
    ids=["kiss of death", "with an escape", "leap unknown", "to another question", "echo", "empty"],
)
async def test_a_time_server_that_lies(
    answer: Callable[[bytes], bytes], reason: Reason, said: str
) -> None:
    with liar(answer) as port:
        reading, found = await ask("ntp", 0.5, port=port)
    assert (reading.reason, found) == (reason, {})
    assert said in reading.message


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [b"SIP/2.0 200 OK\r\n\r\n", b"\xff" * 1400, b"SIP/2.0 100 Trying\r\n\r\n", b""],
    ids=["of no call", "garbage", "trying", "empty"],
)
async def test_what_is_no_answer_to_the_call_does_not_count(answer: bytes) -> None:
    with liar(lambda _: answer) as port:
        reading, _ = await ask("sip", 0.5, port=port)
    assert reading.reason is Reason.TIMEOUT


def dns(question: bytes, records: int, record: bytes = b"") -> bytes:
    """An answer of so many records to it."""
    one = record or b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x01\x02\x03\x04"
    head = question[:2] + b"\x81\x80\x00\x01" + records.to_bytes(2, "big") + b"\x00" * 4
    return head + question[12:] + one * records


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        (lambda q: dns(q, 3000), Reason.LIMIT, "an answer of more than 200 records"),
        (lambda q: dns(q, 1, b"\xc0\xff"), Reason.PROTOCOL, "no DNS answer to that question"),
        (lambda q: q, Reason.PROTOCOL, "no DNS answer to that question"),
        (lambda q: b"\xff" * 9000, Reason.TIMEOUT, "no answer in time"),
        (lambda q: b"", Reason.TIMEOUT, "no answer in time"),
    ],
    ids=["thousands", "loop", "echo", "of another number", "empty"],
)
async def test_a_name_server_that_lies(
    answer: Callable[[bytes], bytes], reason: Reason, said: str
) -> None:
    with liar(answer) as port:
        reading, found = await ask("dns", 0.5, port=port, name="motcua.example.vn")
    assert (reading.reason, "dns_answers" in found) == (reason, False)
    assert said in reading.message


def test_a_name_that_cannot_be_asked_for_is_told() -> None:
    for name in ("motcua..vn", "", "x" * 64 + ".vn"):
        with pytest.raises(ValidationError, match="parts of 1 to 63 characters"):
            DnsSettings(name=name)
    assert DnsSettings(name="motcua.example.vn.").name


@contextmanager
def saying(*pieces: bytes) -> Iterator[int]:
    """A TCP server that says this to whoever comes, and waits; its port."""
    loop = asyncio.get_running_loop()
    kept: list[socket.socket] = []
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen()
        ear.setblocking(False)

        def came() -> None:
            one, _ = ear.accept()
            kept.append(one)
            for piece in pieces:
                one.send(piece)

        loop.add_reader(ear, came)
        try:
            yield ear.getsockname()[1]
        finally:
            loop.remove_reader(ear)
            for one in kept:
                one.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("probe", "said", "reason", "told"),
    [
        ("smtp", b"SSH-2.0-x\r\n", Reason.PROTOCOL, "the server does not speak SMTP"),
        ("smtp", b"554 go \x1b[1maway\r\n", Reason.PROTOCOL, "to greeting: 554 go [1maway"),
        ("smtp", b"220-a\r\n" * 70, Reason.PROTOCOL, "an answer to greeting without end"),
        ("smtp", b"220" + b"a" * 5000, Reason.PROTOCOL, "the server says a line without end"),
        ("smtp", b"", Reason.TIMEOUT, "no answer in time while in greeting"),
        ("imap", b"220 hello\r\n", Reason.PROTOCOL, "the server does not speak IMAP"),
        ("imap", b"* BYE full\r\n", Reason.PROTOCOL, "* BYE full"),
        ("imap", b"* OK\r\na2 BAD no\r\n", Reason.PROTOCOL, "to CAPABILITY: a2 BAD no"),
        ("imap", b"* OK\r\n" * 99, Reason.PROTOCOL, "an answer to CAPABILITY without end"),
    ],
)
async def test_a_server_that_is_no_mail_server(
    probe: str, said: bytes, reason: Reason, told: str
) -> None:
    with saying(said) as port:
        reading, found = await ask(probe, 0.5, port=port)
    assert (reading.reason, reading.message, found) == (reason, told, {})


@pytest.mark.asyncio
async def test_nothing_said_before_tls_is_believed_after_it() -> None:
    injected = b"220 x\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n"
    with saying(injected) as port:
        reading, _ = await ask("smtp", port=port, tls="starttls", verify=False)
    assert reading.message == "the server says more before TLS than it was asked"


@pytest.mark.asyncio
async def test_starttls_that_is_not_offered_is_an_error() -> None:
    with saying(b"220 x\r\n250 x\r\n") as port:
        reading, _ = await ask("smtp", port=port, tls="starttls")
    assert (reading.reason, reading.message) == (
        Reason.TLS,
        "the server does not offer STARTTLS",
    )
