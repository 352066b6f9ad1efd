"""Sessions of the console, and users that a reverse proxy names."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

from collector.api import Access, ListenRefusedError, serve
from collector.api.entry.tokens import Token
from collector.api.entry.visitors import CSRF, LASTS, SESSIONS, Visitors, parse_proxy
from collector.api.state import stream
from tests.collector.running import Running

TOKENS = {"wall": ("viewer", "look"), "an": ("operator", "act")}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path)
    yield one
    one.journal.close()


def access(folder: Path, proxy: str | None = None, more: str = "") -> Access:
    path = folder / "tokens"
    lines = [
        f"{name}:{role}:{hashlib.sha256(text.encode()).hexdigest()}"
        for name, (role, text) in TOKENS.items()
    ]
    path.write_text("\n".join(lines) + more)
    return Access(tokens=str(path), proxy=proxy, sessions=folder / "sessions.json")


@asynccontextmanager
async def served(running: Running, given: Access) -> AsyncIterator[ClientSession]:
    server = await serve(running, "127.0.0.1:0", given)
    async with ClientSession(server.url, cookie_jar=CookieJar(unsafe=True)) as client:
        yield client
    await server.stop()


async def enter(client: ClientSession, token: str) -> str:
    async with client.post("/api/v1/session", json={"token": token}) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["csrf"])


async def status(client: ClientSession, path: str = "/api/v1/wall", **headers: str) -> int:
    async with client.get(path, headers=headers) as answer:
        return answer.status


@pytest.mark.asyncio
async def test_a_token_is_exchanged_for_a_session_that_outlives_a_restart(
    running: Running, tmp_path: Path
) -> None:
    given = access(tmp_path)
    async with served(running, given) as client:
        assert await status(client) == 401
        await enter(client, "look")
        assert await status(client) == 200
        kept = client.cookie_jar.filter_cookies(client._base_url)  # type: ignore[arg-type]
    (morsel,) = kept.values()
    on_disk = (tmp_path / "sessions.json").read_text()
    assert (tmp_path / "sessions.json").stat().st_mode & 0o077 == 0
    assert morsel.value not in on_disk
    assert hashlib.sha256(b"look").hexdigest() not in on_disk
    async with served(running, given) as client:
        assert await status(client, Cookie=f"hatang={morsel.value}") == 200
    (tmp_path / "tokens").write_text(f"an:operator:{hashlib.sha256(b'act').hexdigest()}")
    async with served(running, given) as client:
        assert await status(client, Cookie=f"hatang={morsel.value}") == 401


@pytest.mark.asyncio
async def test_an_act_by_cookie_needs_the_sessions_word(running: Running, tmp_path: Path) -> None:
    async with served(running, access(tmp_path)) as client:
        word = await enter(client, "act")
        for headers, wanted in (({}, 403), ({CSRF: "x"}, 403), ({CSRF: word}, 200)):
            path = "/api/v1/incidents/1/acknowledge"
            async with client.post(path, headers=headers) as answer:
                assert answer.status == wanted
                if wanted == 200:
                    assert (await answer.json())["acknowledged"]["who"] == "an"


@pytest.mark.asyncio
async def test_logging_out_ends_the_session_itself(running: Running, tmp_path: Path) -> None:
    async with served(running, access(tmp_path)) as client:
        await enter(client, "look")
        kept = client.cookie_jar.filter_cookies(client._base_url)  # type: ignore[arg-type]
        async with client.delete("/api/v1/session") as answer:
            assert (await answer.json())["role"] == ""
        assert await status(client) == 401
        assert await status(client, Cookie=f"hatang={kept['hatang'].value}") == 401


@pytest.mark.asyncio
async def test_a_stream_ends_with_the_session_and_not_before(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    async with served(running, access(tmp_path)) as client:
        bearer = {"Authorization": "Bearer look"}
        await enter(client, "look")
        path = "/api/v1/events/stream"
        async with client.get(path) as own, client.get(path, headers=bearer) as other:
            for _ in range(5):
                assert await own.content.readany()
            async with client.delete("/api/v1/session") as answer:
                assert answer.status == 200
            async with asyncio.timeout(5):
                while await own.content.readany():
                    pass
                for _ in range(5):
                    assert await other.content.readany()


@pytest.mark.asyncio
async def test_a_page_of_another_origin_cannot_log_anybody_in(
    running: Running, tmp_path: Path
) -> None:
    async with served(running, access(tmp_path)) as client:
        asks = {"json": {"token": "look"}, "headers": {"Origin": "http://evil.example"}}
        async with client.post("/api/v1/session", **asks) as answer:  # type: ignore[arg-type]
            assert answer.status == 403
        async with client.post("/api/v1/session", data={"token": "look"}) as answer:
            assert answer.status == 415


@pytest.mark.asyncio
async def test_user_of_a_proxy_counts_only_from_its_address_and_when_known(
    running: Running, tmp_path: Path
) -> None:
    more = "\nlan:operator:proxy"
    async with served(running, access(tmp_path, "127.0.0.1=X-User", more)) as client:
        assert await status(client) == 401
        assert await status(client, **{"X-User": "nobody"}) == 401
        assert await status(client, **{"X-User": "lan"}) == 200
        headers = {"X-User": "lan", "Origin": "https://noc.example"}
        path = "/api/v1/incidents/1/acknowledge"
        async with client.get("/api/v1/session", headers=headers) as answer:
            who = await answer.json()
            assert (who["name"], who["role"], who["until"]) == ("lan", "operator", None)
        headers[CSRF] = who["csrf"]
        async with client.post(path, headers=headers) as answer:
            assert answer.status == 403, "another origin than the proxy was asked by"
        async with client.post(
            path, headers={**headers, "X-Forwarded-Host": "noc.example"}
        ) as answer:
            assert answer.status == 200
    for given in ("127.0.0.9=X-User", None):
        async with served(running, access(tmp_path, given, more)) as client:
            assert await status(client, **{"X-User": "lan"}) == 401


@pytest.mark.asyncio
async def test_of_a_header_that_stands_there_twice_the_proxys_own_line_counts(
    running: Running, tmp_path: Path
) -> None:
    def twice(name: str, *said: str) -> dict[str, Any]:
        return {"headers": [(name, one) for one in said]}

    proxied = access(tmp_path, "127.0.0.1=X-User", "\nlan:operator:proxy")
    async with served(running, proxied) as client:
        async with client.get("/api/v1/status", **twice("X-User", "lan", "nobody")) as answer:
            assert answer.status == 401, "of two users none is believed"
        path, token = "/api/v1/session", {"json": {"token": "look"}}
        proto = twice("X-Forwarded-Proto", "https", "http")
        async with client.post(path, **token, **proto) as answer:
            (cookie,) = answer.cookies.values()
            assert (cookie.key, bool(cookie["secure"])) == ("hatang", False)
        address = twice("X-Forwarded-For", "10.17.1.1", "10.17.9.9")
        async with client.post(path, **token, **address) as answer:
            assert answer.status == 200
        (line,) = running.audit.read(1, None, lambda _: True).lines
        assert (line.deed.act, line.deed.address) == ("login", "10.17.9.9")


@pytest.mark.parametrize(
    ("proxy", "said", "sealed"),
    [
        ("127.0.0.1=X-User", {"X-Forwarded-Proto": "https"}, True),
        ("127.0.0.1=X-User", {"X-Forwarded-Proto": "http, HTTPS"}, True),
        ("127.0.0.1=X-User", {"X-Forwarded-Proto": "https, http"}, False),
        ("127.0.0.1=X-User", {}, False),
        ("127.0.0.9=X-User", {"X-Forwarded-Proto": "https"}, False),
        (None, {"X-Forwarded-Proto": "https"}, False),
    ],
)
@pytest.mark.asyncio
async def test_a_cookie_is_for_tls_alone_where_the_proxy_says_that_it_speaks_it(
    running: Running, tmp_path: Path, proxy: str | None, said: dict[str, str], sealed: bool
) -> None:
    async with served(running, access(tmp_path, proxy)) as client:
        client.cookie_jar.clear()
        async with client.post("/api/v1/session", json={"token": "look"}, headers=said) as answer:
            (cookie,) = answer.cookies.values()
        assert (cookie.key, bool(cookie["secure"])) == (
            ("__Host-hatang", True) if sealed else ("hatang", False)
        )
        client.cookie_jar.clear()
        kept = {"Cookie": f"{cookie.key}={cookie.value}"}
        assert await status(client, **said, **kept) == 200
        other = "hatang" if sealed else "__Host-hatang"
        assert await status(client, **said, Cookie=f"{other}={cookie.value}") == 401
        async with client.delete("/api/v1/session", headers={**said, **kept}) as answer:
            assert {bool(one["secure"]) for one in answer.cookies.values()} == {sealed}
        assert await status(client, **said, **kept) == 401


@pytest.mark.asyncio
async def test_a_proxy_without_tokens_or_address_is_refused(running: Running) -> None:
    with pytest.raises(ListenRefusedError, match="--tokens"):
        await serve(running, "127.0.0.1:0", Access(proxy="127.0.0.1=X-User"))
    for text in ("127.0.0.1", "noc=X-User", "127.0.0.1=", "127.0.0.1=X User"):
        with pytest.raises(ListenRefusedError, match="is no proxy"):
            parse_proxy(text)


def test_sessions_end_and_are_bounded(tmp_path: Path) -> None:
    now = 1000.0
    viewer = Token("wall", "viewer", b"1" * 32)
    others = [Token(f"wall-{n}", "viewer", bytes([n]) * 32) for n in range(1, 10)]
    visitors = Visitors((viewer, *others), path=tmp_path / "sessions", clock=lambda: now)
    secret, known = visitors.begin(viewer)
    assert known.until == now + LASTS["viewer"]
    assert visitors._session(secret) == known
    for n in range(SESSIONS):
        now += 1
        visitors.begin(others[n % len(others)])
    assert len(visitors._sessions) == SESSIONS
    assert visitors._session(secret) is None, "the one that ends first made room"
    secret, _ = visitors.begin(viewer)
    now += LASTS["viewer"]
    assert visitors._session(secret) is None


@pytest.mark.parametrize("text", ["", "[]", "{", json.dumps({"x": 1}), '{"x": ["a", "b"]}', "\x00"])
def test_a_damaged_file_of_sessions_is_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sessions"
    path.write_text(text)
    assert Visitors((), path=path)._sessions == {}
