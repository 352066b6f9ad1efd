"""Resources over HTTP: only of the service that was asked, bounded in size and number."""

import json
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from probes import tls
from probes.dial import Course, FailedError, Tls
from probes.reading import Reason
from probes.web import told

LARGEST = 512 << 10
"""Bytes of one resource, five times the largest known: ones made to be slow to read hold us up."""

AT_ONCE = 3
"""Requests under way: controllers are slow, and easily asked too much."""

MOST = 400
"""Requests in one run."""

Resource = dict[str, Any]

_PATH = re.compile(r"/redfish/v1(?:/[\w.:;,=+@~%$'()!*&-]*)*(?:\?[\w.=$()&-]*)?")

_ABSENT = {404, 405, 410, 501}

_SAID = {
    401: (
        "user or password refused",
        "check the credential `http` and its account",
    ),
    403: ("the account may not read that", "give it the controller's read-only role"),
    404: ("no Redfish service there", "does the controller speak Redfish, and is it switched on?"),
    503: ("the controller is busy or starting", ""),
}


class AbsentError(FailedError):
    """The service does not have that resource, though it may name it."""


class Client:
    """One kept connection to a controller. `resource` raises FailedError."""

    def __init__(self, origin: URL, secure: Tls, access: Mapping[str, str]) -> None:
        """`access`: the headers that let us in."""
        self._origin = origin
        self._secure = secure
        self._headers = {"Accept": "application/json", "User-Agent": "hatang", **access}
        self._session: aiohttp.ClientSession | None = None
        self.asked = 0

    async def resource(self, path: str, course: Course) -> Resource:
        """What stands at a path of this service."""
        if not _PATH.fullmatch(path):
            raise FailedError(Reason.PROTOCOL, "the service names a resource that is not its own")
        self.asked += 1
        if self.asked > MOST:
            raise FailedError(Reason.LIMIT, f"more than {MOST} resources")
        course.begin(f"reading {path.rsplit('/', 1)[-1][:40] or 'the root'}")
        try:
            body = await self._body(path)
        except aiohttp.ClientError as error:
            raise told(error, course) from error
        course.end()
        return _read(body)

    async def _body(self, path: str) -> bytes:
        async with self._open().get(
            self._origin.join(URL(path, encoded=True)),
            allow_redirects=False,
            server_hostname=self._secure.name,
        ) as answer:
            if answer.status != 200:
                known = _SAID.get(answer.status, (f"the controller answers {answer.status}", ""))
                if answer.status in _ABSENT:
                    raise AbsentError(Reason.PROTOCOL, *known)
                reason = Reason.AUTH if answer.status in (401, 403) else Reason.PROTOCOL
                raise FailedError(reason, *known)
            body = bytearray()
            async for chunk in answer.content.iter_chunked(65536):
                body += chunk
                if len(body) > LARGEST:
                    raise FailedError(Reason.LIMIT, f"a resource of more than {LARGEST} bytes")
            return bytes(body)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            try:
                context = tls.context(self._secure.verify, self._secure.ca)
            except OSError as error:
                text = f"cannot use the CA file {self._secure.ca}: {error}"
                raise FailedError(Reason.TLS, text) from error
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=AT_ONCE, ssl=context),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers=self._headers,
            )
        return self._session

    async def close(self) -> None:
        """Let go of the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _read(body: bytes) -> Resource:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise FailedError(Reason.PROTOCOL, "the controller answers with what is no JSON") from None
    if not isinstance(found, dict):
        raise FailedError(Reason.PROTOCOL, "the controller answers with what is no resource")
    return found
