"""Servers that stall, flood or lie: every run ends by its deadline, with a reason, and bounded."""

import asyncio
import contextlib
import gzip
import tracemalloc
import zlib

import pytest

from probes.http import PROBE, HttpSettings
from probes.probe import Target
from probes.reading import Reason, values

HEAD = b"HTTP/1.1 200 OK\r\n"


@contextlib.asynccontextmanager
async def serving(talk, read=True):
    """A server that reads a request (if told to) and then runs `talk(writer)`."""
    tasks = set()

    async def answer(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                if read:
                    await reader.readuntil(b"\r\n\r\n")
                await talk(writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)


async def visit(port: int, seconds: float = 1.0, **settings):
    session = PROBE.open(
        Target("home", ("127.0.0.1",), (("device", "a"),), HttpSettings(port=port, **settings)), {}
    )
    loop = asyncio.get_running_loop()
    began = loop.time()
    reading = await session.ask(began + seconds)
    assert loop.time() - began < seconds + 2.0
    found = {}
    for head, fields in reading.rows:
        if "phase" not in dict(head.labels):
            found |= values(fields)
    return reading, found


async def drip(writer, pieces, pause=0.02):
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


def endless(piece: bytes):
    while True:
        yield piece


@pytest.mark.asyncio
async def test_headers_byte_by_byte_end_at_the_deadline():
    async with serving(lambda w: drip(w, (bytes([b]) for b in HEAD + b"A: b\r\n" * 500))) as port:
        reading, found = await visit(port)
    assert reading.reason is Reason.TIMEOUT
    assert "processing" in reading.message
    assert found == {}


@pytest.mark.asyncio
async def test_a_body_byte_by_byte_keeps_what_was_seen():
    async def talk(writer):
        writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
        await drip(writer, endless(b"x"))

    async with serving(talk) as port:
        reading, found = await visit(port)
    assert reading.reason is Reason.TIMEOUT
    assert "transfer" in reading.message
    assert found["status_code"] == 200
    assert 0 < found["body_bytes"] < 100


@pytest.mark.asyncio
async def test_an_endless_body_is_cut_at_the_limit():
    async def talk(writer):
        writer.write(HEAD + b"\r\n")
        await drip(writer, endless(b"x" * 65536), 0)

    async with serving(talk) as port:
        tracemalloc.start()
        reading, found = await visit(port, 10, body_limit=1 << 20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert reading.complete
    assert found["body_bytes"] == 1 << 20
    assert peak < 16 << 20


@pytest.mark.asyncio
async def test_silence_ends_at_the_deadline():
    async with serving(lambda w: asyncio.sleep(60)) as port:
        reading, _ = await visit(port, 0.5)
    assert reading.reason is Reason.TIMEOUT


@pytest.mark.asyncio
async def test_silence_in_the_tls_handshake_ends_at_the_deadline():
    async with serving(lambda w: asyncio.sleep(60), read=False) as port:
        reading, _ = await visit(port, 0.5, url=f"https://127.0.0.1:{port}/")
    assert reading.reason is Reason.TIMEOUT
    assert "tls" in reading.message


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\xff\xfe garbage \r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 200_000 + b"\r\n\r\n",
        HEAD + b"".join(b"H%d: x\r\n" % n for n in range(50_000)) + b"\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://a:99999/\r\nContent-Length: 0\r\n\r\n",
        b"",
    ],
)
async def test_what_is_not_http_is_a_protocol_failure(answer):
    async def talk(writer):
        writer.write(answer)
        await writer.drain()

    async with serving(talk) as port:
        reading, _ = await visit(port, 5)
    assert reading.reason is Reason.PROTOCOL, (reading.reason, reading.message)


@pytest.mark.asyncio
async def test_endless_headers_end_early_or_at_the_deadline():
    async def talk(writer):
        writer.write(HEAD)
        await drip(writer, endless(b"A: " + b"x" * 4000 + b"\r\n"), 0)

    async with serving(talk) as port:
        tracemalloc.start()
        reading, _ = await visit(port, 2)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert reading.reason in (Reason.PROTOCOL, Reason.TIMEOUT)
    assert peak < 64 << 20


@pytest.mark.asyncio
async def test_endless_interim_answers_end_at_the_deadline():
    async with serving(lambda w: drip(w, endless(b"HTTP/1.1 100 Continue\r\n\r\n"))) as port:
        reading, _ = await visit(port, 0.5)
    assert reading.reason in (Reason.PROTOCOL, Reason.TIMEOUT)


@pytest.mark.asyncio
async def test_a_redirect_that_never_ends_is_left():
    async def talk(writer):
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with serving(talk) as port:
        reading, _ = await visit(port, 5)
    assert reading.message == "more than 5 redirects"


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["gzip", "deflate"])
async def test_a_compressed_bomb_is_inflated_no_further_than_the_limit(name):
    plain = b"found me" + b"x" * (64 << 20)
    packed = gzip.compress(plain) if name == "gzip" else zlib.compress(plain)

    async def talk(writer):
        length = str(len(packed)).encode()
        writer.write(HEAD + b"Content-Encoding: " + name.encode() + b"\r\nContent-Length: ")
        writer.write(length + b"\r\n\r\n" + packed)
        await writer.drain()

    del plain
    async with serving(talk) as port:
        tracemalloc.start()
        reading, found = await visit(port, 10, match="^found me")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert reading.complete
    assert found["content_matches"] == 1
    assert found["body_bytes"] == len(packed)
    assert peak < 16 << 20


async def remember(reader, writer, seen):
    seen.append(await reader.readuntil(b"\r\n\r\n"))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    writer.close()
    await writer.wait_closed()


@pytest.mark.asyncio
async def test_secret_headers_do_not_follow_a_redirect_to_another_server():
    seen = []

    other = await asyncio.start_server(lambda r, w: remember(r, w, seen), "127.0.0.1", 0)
    place = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}/".encode()

    async def talk(writer):
        writer.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + place + b"\r\n\r\n")
        await writer.drain()

    async with serving(talk) as port:
        reading, _ = await visit(port, 5, headers={"X-Office": "pa-co"})
    other.close()
    assert reading.complete
    assert b"pa-co" not in seen[0]


@pytest.mark.asyncio
async def test_page_made_to_trip_an_expression_does_not_hold_the_loop():
    page = b"a" * 200_000 + b"!"
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(page)
    async with serving(lambda w: drip(w, (head, page))) as port:
        reading, found = await visit(port, 5, match=r"^(a+)+$")
    assert reading.reason is Reason.PROTOCOL
    assert found["content_matches"] == 0
