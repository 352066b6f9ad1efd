"""Strangers without a token: they may hold no connections, fill no log, and lock out nobody."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from collector.api import Access, rim, serve
from collector.api.entry import door, visitors
from collector.api.entry.tokens import Token
from collector.api.entry.visitors import Visitors
from tests.collector.running import Face, Running, faced
from tests.collector.test_api_guard import OPERATOR, VIEWER, bearer, tokens_file

HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[Face]:
    async with faced(tmp_path) as one:
        yield one


@asynccontextmanager
async def proxied(folder: Path) -> AsyncIterator[ClientSession]:
    """A guarded collector behind a proxy that is this machine."""
    running = Running(folder)
    access = Access(tokens=tokens_file(folder), proxy="127.0.0.1=X-Remote-User")
    server = await serve(running, "127.0.0.1:0", access)
    async with ClientSession(server.url) as client:
        yield client
    await server.stop()
    running.journal.close()


def place(face: Face) -> tuple[str, int]:
    url = urlsplit(str(face.client._base_url))
    assert url.hostname is not None
    assert url.port is not None
    return url.hostname, url.port


async def said(one: socket.socket, seconds: float = 60.0) -> bytes:
    """What comes next; nothing where the other end is gone."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(one, 1 << 16)
    except ConnectionError:
        return b""


async def opened(face: Face) -> socket.socket:
    one = socket.socket()
    one.setblocking(False)
    await asyncio.get_running_loop().sock_connect(one, place(face))
    return one


@pytest.mark.asyncio
async def test_connections_are_bounded_and_who_leaves_makes_room(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ALL", 3)
    held = [await opened(face) for _ in range(3)]
    try:
        with closing(await opened(face)) as late:
            assert await said(late) == b"", "one too many"
        held.pop().close()
        await asyncio.sleep(0.1)
        assert (await face.get("/api/v1/status"))["collector"] == "noc-1"
    finally:
        for one in held:
            one.close()


def test_one_stranger_cannot_take_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "EACH", 2)
    monkeypatch.setattr(door, "ip_address", lambda _: _Far())
    for trusted, most in (((), 2), (("127.0.0.1",), 4)):
        with door.Door("127.0.0.1", 0, trusted) as one:
            one.listen()
            held = [socket.create_connection(one.getsockname()) for _ in range(4)]
            inside = [one.accept()[0] for _ in range(most)]
            if most < len(held):
                with pytest.raises(ConnectionAbortedError):
                    one.accept()
            for known in held + inside:
                known.close()


class _Far:
    is_loopback = False


@pytest.mark.asyncio
async def test_who_never_ends_a_question_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.api.server.IDLE", 0.3)
    monkeypatch.setattr(rim, "BODY_SECONDS", 0.3)
    async with faced(tmp_path) as face:
        with closing(await opened(face)) as idle, closing(await opened(face)) as trickling:
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(trickling, HEAD + b"X-Slow: ")
            assert await said(idle) == b""
            assert await said(trickling) == b""
        with closing(await opened(face)) as body:
            post = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n"
            await loop.sock_sendall(body, post + b'Content-Type: application/json\r\n\r\n{"tok')
            assert b" 408 " in await said(body)


@pytest.mark.asyncio
async def test_who_takes_no_answer_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "STUCK", 0.5)
    async with faced(tmp_path) as face:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.setblocking(False)
        with closing(one):
            loop = asyncio.get_running_loop()
            await loop.sock_connect(one, place(face))
            ask = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            await loop.sock_sendall(one, ask * 60)
            await asyncio.sleep(2)
            got = 0
            while part := await said(one):
                got += len(part)
            assert got < 3_000_000, "the rest was let go of"


@pytest.mark.asyncio
async def test_what_is_no_http_does_not_get_into_the_log(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(await opened(face)) as one:
        token = b"Authorization: Bearer my-own-token\x00\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(one, HEAD + token)
        assert b" 400 " in await said(one)
    assert "my-own-token" not in caplog.text


@pytest.mark.asyncio
async def test_wrong_tokens_through_a_proxy_lock_out_only_who_sent_them(tmp_path: Path) -> None:
    async with proxied(tmp_path) as client:
        stranger = {"X-Forwarded-For": "10.17.9.9"}
        for path, sent in (("/api/v1/status", 0), ("/api/v1/session", 1)):
            for _ in range(11):
                body = {"token": "wrong"} if sent else None
                method, more = ("POST", {}) if sent else ("GET", bearer("wrong"))
                headers = {**stranger, **more}
                async with client.request(method, path, json=body, headers=headers) as told:
                    status = told.status
            assert status == 429
            stranger["X-Forwarded-For"] = "10.17.9.10"
        other = {"X-Forwarded-For": "10.17.4.4", **bearer(VIEWER)}
        async with client.get("/api/v1/status", headers=other) as told:
            assert told.status == 200
        body, own = {"token": OPERATOR}, {"X-Forwarded-For": "10.17.4.4"}
        async with client.post("/api/v1/session", json=body, headers=own) as told:
            assert told.status == 200


def test_who_logs_in_again_and_again_ends_only_own_sessions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visitors, "SESSIONS_EACH", 5)
    viewer, operator = Token("wall", "viewer", b"1" * 32), Token("an", "operator", b"2" * 32)
    kept = Visitors((viewer, operator), clock=lambda: 0.0)
    secret, _ = kept.begin(operator)
    own = [kept.begin(viewer)[0] for _ in range(50)]
    assert kept._session(secret) is not None
    assert sum(kept._session(one) is not None for one in own) == 5
    assert kept._session(own[-1]) is not None
