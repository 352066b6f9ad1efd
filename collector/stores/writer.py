"""Writing line protocol through influxdb-client: bodies that are gzip already, answers judged."""

from typing import Any

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from collector.stores.address import Address
from collector.stores.answer import MESSAGE_CHARS, OK, Answer, Kind, judge

PRECISION = "ms"
"""WritePrecision.MS. The client's own default, ns, would put every sample outside retention."""
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 20.0
LOOK_SECONDS = 5.0
LOOK_BYTES = 4 << 20


class LineWriter:
    """Writes to `/api/v2/write` below an address, and reads its pages. For one thread."""

    def __init__(self, address: Address) -> None:
        self._token = address.token.reveal() if address.token is not None else ""
        self._bucket = address.bucket or "hatang"
        self._org = address.org or "hatang"
        self._url = address.url
        # Typed in part only: its own calls of close and headers carry no types.
        client: Any = InfluxDBClient(
            url=address.url,
            token=self._token,
            org=self._org,
            timeout=(int(CONNECT_SECONDS * 1000), int(ANSWER_SECONDS * 1000)),
        )
        # The spool holds gzip: told once here, the client sends the body as it is.
        client.api_client.set_default_header("Content-Encoding", "gzip")
        self._client: Any = client
        self._api: Any = client.write_api(write_options=SYNCHRONOUS)
        self._pool = urllib3.PoolManager(1, retries=False)

    def write(self, body: bytes) -> Answer:
        """One request; never raises for what the network or the store does."""
        try:
            self._api.write(
                bucket=self._bucket,
                org=self._org,
                record=body,
                write_precision=PRECISION,
            )
        except ApiException as error:
            return self._judge(error)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Answer(Kind.RETRY, reason(error), self.without_token(str(error)))
        return OK

    def _judge(self, error: ApiException) -> Answer:
        if not error.status:
            return Answer(Kind.RETRY, "tls", self.without_token(str(error.reason)))
        after = error.headers.get("Retry-After") if error.headers else None
        return judge(int(error.status), self.without_token(str(error.body or "")), after)

    def page(self, path: str) -> bytes | None:
        """A page of the store, or None when it does not answer 200."""
        headers = {"Authorization": f"Token {self._token}"} if self._token else {}
        try:
            response = self._pool.request(
                "GET",
                self._url + path,
                headers=headers,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=LOOK_SECONDS),
                preload_content=False,
            )
            try:
                content = response.read(LOOK_BYTES)
            finally:
                response.drain_conn()
                response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError):
            return None
        return content if response.status == 200 else None

    def without_token(self, text: str) -> str:
        """A store's text without our token: vmauth sends a wrong one back."""
        if self._token:
            text = text.replace(self._token, "***")
        return text[: MESSAGE_CHARS * 4]

    def close(self) -> None:
        """Close connections."""
        self._api.close()
        self._client.close()
        self._pool.clear()


def reason(error: Exception) -> str:
    """Why no answer came, in the words of the Reason set where they fit."""
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "name"
    if isinstance(error, urllib3.exceptions.SSLError):
        return "tls"
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # also a TimeoutError to urllib3
        return "refused" if "refused" in str(error) else "unreachable"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "timeout"
    return "protocol"
