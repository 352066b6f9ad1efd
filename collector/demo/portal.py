"""The web pages and TCP ports that the inventory's checks ask for, each on its own loopback
address.
"""

import asyncio
import html
import socket
import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.demo.province import Door, Page

CERTIFICATE_DAYS = 20
"""Days that the demo's certificate has left: below the usual warning of thirty."""
_HELD = 30.0  # seconds that a silent page keeps a connection before it drops it

_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
<p>Trang mô phỏng của Hatang: dịch vụ {service} đang hoạt động tốt.</p>
</body></html>
"""


def certificate(folder: Path, addresses: Iterable[str]) -> ssl.SSLContext:
    """A server's context with a self-made certificate for these addresses, kept in `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hatang demo")])
    now = datetime.now(UTC)
    names = (x509.IPAddress(ip_address(one)) for one in addresses)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=345))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "demo-tls.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.touch(mode=0o600)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class Portals:
    """One web application behind all pages' sockets; it tells them apart by the address they
    came to.
    """

    def __init__(self, pages: Iterable[Page], silent: Callable[[str, str], bool]) -> None:
        """`silent(address, service)` says whether to keep quiet."""
        self._pages = {(page.address, page.port): page for page in pages}
        self._silent = silent
        self._doors: list[asyncio.Server] = []
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)

    async def start(self, folder: Path, doors: Iterable[Door]) -> list[str]:
        """Serve everything; returns the places that another program holds, as `address:port`."""
        taken: list[str] = []
        await self._runner.setup()
        secure = [page.address for page in self._pages.values() if page.secure]
        context = certificate(folder, secure) if secure else None
        for page in self._pages.values():
            try:
                bound = listening(page.address, page.port)
            except OSError:
                taken.append(f"{page.address}:{page.port}")
                continue
            site = web.SockSite(self._runner, bound, ssl_context=context if page.secure else None)
            await site.start()
        for door in doors:
            await self._open(door, taken)
        return taken

    async def _open(self, door: Door, taken: list[str]) -> None:
        async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if not self._silent(door.address, door.name):
                writer.write(door.banner.encode())
            writer.close()

        try:
            bound = listening(door.address, door.port)
        except OSError:
            taken.append(f"{door.address}:{door.port}")
            return
        self._doors.append(await asyncio.start_server(greet, sock=bound))

    async def stop(self) -> None:
        """Close every socket."""
        for door in self._doors:
            door.close()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        transport = request.transport
        place = transport.get_extra_info("sockname") if transport else ("", 0)
        page = self._pages.get((place[0], place[1]))
        if page is None:
            return web.Response(status=404)
        if self._silent(page.address, page.service):
            await asyncio.sleep(_HELD)
            if transport:
                transport.abort()
            return web.Response(status=503)
        if page.delay:
            await asyncio.sleep(page.delay)
        text = _PAGE.format(title=html.escape(page.title), service=html.escape(page.service))
        return web.Response(text=text, content_type="text/html", charset="utf-8")


def listening(address: str, port: int) -> socket.socket:
    """A listening TCP socket on exactly this address. Raises OSError when another program has
    it.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        bound.listen(64)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound
