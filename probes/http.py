"""The http probe: status, time by phase, certificate expiry, body and content of one page.

Each run opens new connections and keeps no cookies, so it measures what a person's first visit
costs. Phases: resolve, connect, tls, processing (from the connection standing until the response's
headers are complete), transfer (the body). Over redirects they are summed, as blackbox_exporter
does; a phase that did not happen is absent. `tls` is the last hop's certificate; it is there also
when it was refused. A wrong status or content is reason `protocol`, with the rows beside it.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal

import aiohttp
from aiohttp.client_proto import ResponseHandler
from pydantic import Field, field_validator
from yarl import URL

from probes.checking import checked
from probes.dial import Course, FailedError, Tls, dial
from probes.pattern import Expression, pattern
from probes.probe import Probe, Settings, Target
from probes.reading import Head, Reading, Reason, Row, row
from probes.web import told

PHASES = ("resolve", "connect", "tls", "processing", "transfer")

_REDIRECTS = {301, 302, 303, 307, 308}
_SECRET = {"authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class HttpSettings(Settings):
    """Settings of the http probe. Without `url`, `http://ADDRESS:port/path` of the target's
    address.
    """

    url: str | None = None
    port: int = Field(80, ge=1, le=65535)
    path: str = "/"
    method: Literal["GET", "HEAD"] = "GET"
    status: list[int] = Field(default_factory=list, description="accepted; empty: 200 to 399")
    match: Expression | None = Field(
        None, description="regular expression that the body must contain"
    )
    headers: dict[str, str] = Field(default_factory=dict)
    redirects: int = Field(5, ge=0, le=20, description="how many are followed; 0: none")
    body_limit: int = Field(1 << 20, ge=0, le=64 << 20, description="bytes read at most")
    verify: bool = True
    ca: str | None = Field(None, description="file of authorities (PEM) instead of the system's")
    server_name: str | None = Field(None, description="name asked for and verified in TLS")

    @field_validator("url")
    @classmethod
    def _whole(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = URL(value)
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError("a URL is http://host/path or https://host/path")
        if url.user or url.password:
            raise ValueError("a URL must not carry a user or password")
        return value

    @field_validator("path")
    @classmethod
    def _rooted(cls, value: str) -> str:
        if not value.startswith("/"):
            raise ValueError("a path starts with /")
        return value

    @field_validator("headers")
    @classmethod
    def _sendable(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(text):
                raise ValueError(f"{name!r} cannot be sent as a header")
            if name.lower() in _SECRET:
                raise ValueError(f"header {name} would be a secret in plain")
        return value


class _Connector(aiohttp.BaseConnector):
    """Gives aiohttp connections that were dialled, and timed, by us."""

    def __init__(self, secure: Tls, course: Course) -> None:
        super().__init__(force_close=True)
        self._secure, self._course = secure, course

    async def _create_connection(self, req: Any, *_: Any) -> ResponseHandler:
        url: URL = req.url
        secure = self._secure if url.scheme == "https" else None
        made = await dial(url.raw_host or "", url.port or 0, secure, self._factory, self._course)
        self._course.begin("processing")
        return made


class HttpSession:
    """The probe at work on one target."""

    def __init__(self, target: Target, settings: HttpSettings) -> None:
        self._settings = settings
        self._start = _start(target, settings)
        self._match = pattern(settings.match)
        self._secure = Tls(settings.verify, settings.ca, settings.server_name)
        labels = target.labels
        self._http = Head("http", labels)
        self._tls = Head("tls", labels)
        self._phases = {phase: Head("http", (*labels, ("phase", phase))) for phase in PHASES}

    async def ask(self, deadline: float) -> Reading:
        """One visit, redirects and all."""
        page: dict[str, float] = {}
        return await checked(deadline, partial(self._talk, page), partial(self._rows, page))

    async def close(self) -> None:
        """Nothing is held between runs."""

    async def _talk(self, page: dict[str, float], course: Course) -> None:
        try:
            await self._visit(course, page)
        except aiohttp.ClientError as error:
            raise told(error, course) from error
        self._judge(page)

    async def _visit(self, course: Course, page: dict[str, float]) -> None:
        """Follow redirects to the page; what is found of it goes into `page`."""
        if self._start is None:
            raise FailedError(Reason.NAME, "neither a url nor an address to ask")
        url, headers = self._start, self._settings.headers
        async with _client(_Connector(self._secure, course)) as client:
            for hop in range(self._settings.redirects + 1):
                onward = await self._request(client, course, (url, headers), page)
                if onward is None or not self._settings.redirects:
                    return
                if hop == self._settings.redirects:
                    message = f"more than {self._settings.redirects} redirects"
                    raise FailedError(
                        Reason.PROTOCOL, message, "raise `redirects` if that is right"
                    )
                if onward.origin() != url.origin():
                    headers = {}
                url = onward

    async def _request(
        self,
        client: aiohttp.ClientSession,
        course: Course,
        what: tuple[URL, Mapping[str, str]],
        page: dict[str, float],
    ) -> URL | None:
        """One request; where its answer sends us, or None."""
        url, headers = what
        course.expiry = None
        page.clear()
        async with client.request(
            self._settings.method,
            url,
            headers={"Accept-Encoding": "identity", "User-Agent": "hatang", **headers},
            allow_redirects=False,
        ) as response:
            course.end()
            page["status_code"] = response.status
            course.begin("transfer")
            await self._read(response, page)
            course.end()
            return _onward(response, url)

    async def _read(self, response: aiohttp.ClientResponse, page: dict[str, float]) -> None:
        if self._settings.method == "HEAD":
            return
        body = bytearray()
        limit = self._settings.body_limit
        page["body_bytes"] = 0
        while len(body) < limit:
            chunk = await response.content.read(min(65536, limit - len(body)))
            if not chunk:
                break
            body += chunk
            page["body_bytes"] = len(body)
        if self._match:
            text = _text(bytes(body), response.headers.get("Content-Encoding", ""), limit)
            page["content_matches"] = int(self._match.within(text))

    def _judge(self, page: Mapping[str, float]) -> None:
        status, wanted = page["status_code"], self._settings.status
        if not (status in wanted if wanted else 200 <= status < 400):
            named = " or ".join(str(code) for code in wanted) or "2xx or 3xx"
            raise FailedError(Reason.PROTOCOL, f"status {status}, expected {named}")
        if not page.get("content_matches", 1):
            raise FailedError(Reason.PROTOCOL, "the body does not match what is expected")

    def _rows(self, page: Mapping[str, float], course: Course) -> Iterable[Row | None]:
        yield row(self._http, page)
        yield row(self._tls, {"certificate_expiry_timestamp_seconds": course.expiry})
        for phase, spent in course.phases.items():
            yield row(self._phases[phase], {"duration_seconds": spent})


def _start(target: Target, settings: HttpSettings) -> URL | None:
    if settings.url:
        return URL(settings.url)
    if not target.addresses:
        return None
    host = f"[{target.address}]" if ":" in target.address else target.address
    return URL(f"http://{host}:{settings.port}{settings.path}")


def _client(connector: _Connector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
        read_bufsize=65536,
    )


def _onward(response: aiohttp.ClientResponse, url: URL) -> URL | None:
    place = response.headers.get("Location")
    if response.status not in _REDIRECTS or not place:
        return None
    try:
        onward = url.join(URL(place, encoded=False))
    except ValueError:
        raise FailedError(Reason.PROTOCOL, "redirected to what is no URL") from None
    if onward.scheme not in ("http", "https") or not onward.host:
        raise FailedError(Reason.PROTOCOL, "redirected to what is no web page")
    return onward


def _text(body: bytes, encoding: str, limit: int) -> str:
    """A body as text, inflated to `limit` bytes at most if the server compressed it unasked."""
    if encoding.strip().lower() in ("gzip", "x-gzip", "deflate"):
        try:
            body = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, limit)
        except zlib.error:
            return ""
    return body.decode("utf-8", "replace")


def _open(target: Target, memory: dict[str, Any]) -> HttpSession:
    del memory  # a visit learns nothing that is worth keeping
    assert isinstance(target.settings, HttpSettings)
    return HttpSession(target, target.settings)


PROBE = Probe("http", HttpSettings, _open, check=True)
