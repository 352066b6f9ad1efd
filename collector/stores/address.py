"""Addresses of stores, as `--store` and HATANG_STORE give them."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from inventory.secret import Secret

FORMS = "vm+http://host[:port][/prefix] or influx2+http://host[:port]/?org=ORG&bucket=BUCKET"
PORTS = {"vm": 8428, "influx2": 8086}
"""Ports taken with plain http when none is given; https stands for a proxy on 443."""

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


class AddressInvalid(ValueError):  # noqa: N818 - it says what is the case
    """An address of a store that cannot be used. The message says why, and shows no password."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is. `url` ends without a slash; `name` is its label and spool cursor."""

    kind: Literal["vm", "influx2"]
    name: str
    url: str
    org: str = ""
    bucket: str = ""
    token: Secret | None = field(default=None, repr=False)

    @property
    def query_url(self) -> str | None:
        """Where PromQL is answered; None for a store that is only written to."""
        return self.url if self.kind == "vm" else None


def parse_address(text: str, token: Secret | None = None, name: str | None = None) -> Address:
    """An address from its text; bare http:// means VictoriaMetrics.

    `name` replaces the one made from the text, for a store whose port may change between runs.
    Raises AddressInvalid.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise AddressInvalid(f"the store's address has a bad host or port; write {FORMS}") from None
    if "@" in parts.netloc:
        raise AddressInvalid(
            "the store's address carries a user or password; give the token in HATANG_STORE_TOKEN"
        )
    kind, scheme = _kind(parts.scheme)
    host = _host(text, parts)
    if port is None:
        port = 443 if scheme == "https" else PORTS[kind]
    shown = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{shown}:{port}{parts.path.rstrip('/')}"
    if kind == "vm":
        if parts.query:
            raise AddressInvalid(f"{text}: VictoriaMetrics takes no ?{parts.query}; write {FORMS}")
        return Address("vm", name or f"vm+{url}", url, token=token)
    org, bucket = _place(text, parts.query)
    made = f"influx2+{url}/?{urlencode({'org': org, 'bucket': bucket})}"
    return Address("influx2", name or made, url, org, bucket, token)


def _kind(scheme: str) -> tuple[Literal["vm", "influx2"], str]:
    if scheme in ("http", "vm+http"):
        return "vm", "http"
    if scheme in ("https", "vm+https"):
        return "vm", "https"
    if scheme in ("influx2+http", "influx2+https"):
        return "influx2", scheme.removeprefix("influx2+")
    raise AddressInvalid(
        f"a store's address does not begin with {scheme or 'nothing'}:// but {FORMS}"
    )


def _host(text: str, parts: SplitResult) -> str:
    if not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise AddressInvalid(f"{text}: no host in the store's address; write {FORMS}")
    if parts.fragment or re.search(r"[\s\x00-\x1f]", text):
        raise AddressInvalid(f"{text}: # and spaces have no place here; write {FORMS}")
    return parts.hostname


def _place(text: str, query: str) -> tuple[str, str]:
    found = parse_qs(query, keep_blank_values=True)
    unknown = sorted(found.keys() - {"org", "bucket"})
    if unknown:
        if "token" in unknown:
            raise AddressInvalid("a token has no place in the address; use HATANG_STORE_TOKEN")
        raise AddressInvalid(f"{text}: unknown {', '.join(unknown)}; write {FORMS}")
    for wanted in ("org", "bucket"):
        if len(found.get(wanted, [])) != 1 or not found[wanted][0]:
            raise AddressInvalid(f"{text}: InfluxDB needs one {wanted}; write {FORMS}")
    return found["org"][0], found["bucket"][0]
