"""An agent as we know it: where it is, how to be let in, what was learnt of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any


@dataclass(frozen=True, slots=True)
class Community:
    """Version 1 or 2c: `version` is the number on the wire, 0 for v1 and 1 for v2c."""

    version: int
    community: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """Version 3 with the user security model (RFC 3414). Empty `auth` or `priv` switch that layer off."""

    name: str
    auth: str = ""
    auth_password: str = field(default="", repr=False)
    priv: str = ""
    priv_password: str = field(default="", repr=False)
    context: str = ""


class Agent:
    """One agent, for one session. `memory` is JSON-able and outlives us; the client writes into it."""

    def __init__(
        self,
        addresses: Sequence[str],
        port: int,
        security: Community | User,
        memory: dict[str, Any] | None = None,
    ) -> None:
        """`addresses` are IP literals: the first is asked, answers from the others are accepted."""
        self.addresses = tuple(str(ip_address(address)) for address in addresses)
        self.port = port
        self.security = security
        self.memory = {} if memory is None else memory


def security(credential: Mapping[str, Any]) -> Community | User:
    """The security of a credential as the inventory gives it (secrets have `reveal()`).

    Raises ValueError on a protocol that is not known or a password under eight characters.
    """
    version = str(credential.get("version", "2c"))
    if version in ("1", "2c"):
        return Community(int(version != "1"), credential["community"].reveal().encode())
    auth, auth_password = credential.get("auth") or ("", None)
    priv, priv_password = credential.get("priv") or ("", None)
    return User(
        credential["user"],
        auth,
        auth_password.reveal() if auth_password else "",
        priv,
        priv_password.reveal() if priv_password else "",
        credential.get("context", ""),
    )
