"""Where the API listens and whom it answers."""

import asyncio
import contextlib
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.api import Access, ListenRefusedError, serve
from collector.api.entry import guard, tokens
from collector.api.server import parse_listen
from collector.api.state import alerts
from tests.collector.running import Running

PLAIN = Access()
VIEWER, OPERATOR = "viewer-token-1", "operator-token-2"


def tokens_file(folder: Path) -> str:
    path = folder / "tokens"
    lines = [
        f"{name}:{name}:{hashlib.sha256(text.encode()).hexdigest()}"
        for name, text in (("viewer", VIEWER), ("operator", OPERATOR))
    ]
    path.write_text("\n".join(["# who may ask", "", *lines]) + "\n")
    return str(path)


def certificate(folder: Path) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hatang")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(pem, form, plain))
    return str(paths[0]), str(paths[1])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path / "state")
    yield one
    one.journal.close()


@contextlib.asynccontextmanager
async def served(
    running: Running, listen: str = "127.0.0.1:0", access: Access = PLAIN
) -> AsyncIterator[ClientSession]:
    server = await serve(running, listen, access)
    url = server.url.replace("0.0.0.0", "127.0.0.1")
    async with ClientSession(url, connector=TCPConnector(ssl=False)) as client:
        yield client
    await server.stop()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.asyncio
async def test_beyond_loopback_it_listens_only_with_tls_and_tokens(
    running: Running, tmp_path: Path
) -> None:
    tokens, (cert, key) = tokens_file(tmp_path), certificate(tmp_path)
    for access in (Access(), Access(cert, key), Access(tokens=tokens)):
        with pytest.raises(ListenRefusedError, match="--tls-cert, --tls-key and --tokens"):
            await serve(running, "0.0.0.0:0", access)
    async with served(running, "0.0.0.0:0", Access(cert, key, tokens)) as client:
        async with client.get("/api/v1/status") as answer:
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        async with client.get("/api/v1/status", headers=bearer(VIEWER)) as answer:
            assert answer.status == 200


@pytest.mark.asyncio
async def test_a_token_opens_what_its_role_may(running: Running, tmp_path: Path) -> None:
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:
        asks = [
            ("GET", "/healthz", None, 200),
            ("GET", "/readyz", None, 200),
            ("GET", "/metrics", None, 401),
            ("GET", "/metrics", VIEWER, 200),
            ("GET", "/api/v1/nothing", None, 401),
            ("GET", "/api/v1/devices/hbh-dc-sw01", OPERATOR, 200),
            ("POST", "/-/reload", None, 401),
            ("POST", "/-/reload", VIEWER, 403),
            ("POST", "/-/reload", OPERATOR, 200),
            ("GET", "/api/v1/status", "wrong", 401),
        ]
        for method, path, token, status in asks:
            headers = bearer(token) if token else {}
            async with client.request(method, path, headers=headers) as answer:
                assert answer.status == status, (method, path, token)
                assert VIEWER not in await answer.text()
    assert running.asked == ("operator", ""), "who reloads is the token's holder"


@pytest.mark.asyncio
async def test_wrong_tokens_are_refused_unread_after_ten(running: Running, tmp_path: Path) -> None:
    async with served(running, access=Access(tokens=tokens_file(tmp_path))) as client:
        for _ in range(tokens.ATTEMPTS):
            async with client.get("/metrics", headers=bearer("guess")) as answer:
                assert answer.status == 401
        async with client.get("/metrics", headers=bearer(VIEWER)) as answer:
            assert answer.status == 429
        async with client.get("/healthz") as answer:
            assert answer.status == 200


def test_failed_attempts_are_forgiven_and_bounded() -> None:
    now = 0.0
    attempts = tokens.Attempts(lambda: now)
    for _ in range(tokens.ATTEMPTS):
        assert attempts.wait("10.0.0.1") == 0
        attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.1") == tokens.FORGIVEN
    assert attempts.wait("10.0.0.2") == 0
    now = tokens.FORGIVEN
    assert attempts.wait("10.0.0.1") == 0
    attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 0
    for number in range(2 * tokens.REMEMBERED):
        attempts.failed(str(number))
    assert len(attempts._failed) == tokens.REMEMBERED


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9871", 200),
        ("127.0.0.1", 200),
        ("localhost:9871", 200),
        ("LOCALHOST", 200),
        ("[::1]:9871", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:9871", 403),
        ("10.17.0.5:9871", 403),
        ("[::1", 403),
    ],
)
async def test_on_loopback_only_loopback_names_are_answered(
    running: Running, host: str, status: int
) -> None:
    headers = {"Host": host}
    async with served(running) as client, client.get("/api/v1/status", headers=headers) as answer:
        assert answer.status == status


@pytest.mark.asyncio
async def test_a_page_of_another_origin_cannot_act(running: Running) -> None:
    async with served(running) as client:
        headers = {"Origin": "http://evil.example"}
        async with client.post("/-/reload", headers=headers) as answer:
            assert answer.status == 403
        async with client.post("/-/reload", headers={"Origin": "null"}) as answer:
            assert answer.status == 403
        own = str(client._base_url).rstrip("/")
        async with client.post("/-/reload", headers={"Origin": own}) as answer:
            assert answer.status == 200


@pytest.mark.asyncio
async def test_a_large_body_is_refused(running: Running) -> None:
    body = b"x" * (guard.BODY + 1)
    async with served(running) as client:
        async with client.post("/-/reload", data=body) as answer:
            assert answer.status == 413
        async with client.post("/api/v2/alerts", data=b"[]" + b" " * len(body)) as answer:
            assert answer.status == 200, "vmalert posts more at once than people do"
        async with client.post("/api/v2/alerts", data=BytesIO(b" " * (alerts.BODY + 1))) as answer:
            assert answer.status == 413


@pytest.mark.asyncio
async def test_a_taken_port_on_loopback_leads_to_the_next_free_one(running: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = await serve(running, f"127.0.0.1:{port}")
        assert port < server.port <= port + 20
        assert server.url == f"http://127.0.0.1:{server.port}"
        await server.stop()


@pytest.mark.asyncio
async def test_a_taken_port_beyond_loopback_is_an_error(running: Running, tmp_path: Path) -> None:
    access = Access(*certificate(tmp_path), tokens_file(tmp_path))
    with (
        socket.create_server(("0.0.0.0", 0)) as taken,
        pytest.raises(ListenRefusedError, match=r"0\.0\.0\.0:\d+: .*in use"),
    ):
        await serve(running, f"0.0.0.0:{taken.getsockname()[1]}", access)


def test_addresses_to_listen_on_are_literals() -> None:
    assert parse_listen("127.0.0.1:9871") == ("127.0.0.1", 9871)
    assert parse_listen("[::1]:0") == ("::1", 0)
    assert parse_listen("localhost:80") == ("127.0.0.1", 80)
    for text in ("9871", ":9871", "noc:9871", "127.0.0.1:http", "127.0.0.1:70000", "1:2:3"):
        with pytest.raises(ListenRefusedError, match="is no address to listen on"):
            parse_listen(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("noc:viewer:plain-secret", r"tokens:1: not name:role:sha256"),
        ("# none\n", "no token in it"),
        (f"\nnoc:root:{'0' * 64}", r"tokens:2: unknown role \(one of viewer, operator\)"),
    ],
)
def test_a_bad_tokens_file_is_told_with_its_line_and_without_its_text(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "tokens"
    path.write_text(text)
    with pytest.raises(ListenRefusedError, match=told) as raised:
        tokens.read_tokens(path)
    assert "plain-secret" not in str(raised.value)
    with pytest.raises(ListenRefusedError, match="cannot be read"):
        tokens.read_tokens(tmp_path / "absent")


@pytest.mark.asyncio
async def test_certificate_and_key_stand_together_and_are_read(
    running: Running, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    with pytest.raises(ListenRefusedError, match="stand together"):
        await serve(running, "127.0.0.1:0", Access(cert))
    with pytest.raises(ListenRefusedError, match="no certificate and key"):
        await serve(running, "127.0.0.1:0", Access(key, cert))
    async with served(running, access=Access(cert, key)) as client:
        assert client._base_url is not None
        assert client._base_url.scheme == "https"
        async with client.get("/healthz") as answer:
            assert answer.status == 200


@pytest.mark.asyncio
async def test_old_tls_is_not_spoken(running: Running, tmp_path: Path) -> None:
    server = await serve(running, "127.0.0.1:0", Access(*certificate(tmp_path)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", server.port, ssl=context)
    await server.stop()
