"""An agent as we know it: where it is, how to be let in, what was learnt of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import if_nametoindex
from typing import Any

from probes.snmp.message import V1
from probes.snmp.pace import Pace
from probes.snmp.transport import Address
from probes.snmp.usm import Engine, User

BREADTH = 24
"""Tables looked for in one request: what old agents answer without tooBig."""


@dataclass(frozen=True, slots=True)
class Community:
    """Version 1 or 2c: `version` is the number on the wire, 0 for v1 and 1 for v2c."""

    version: int
    community: bytes = field(repr=False)


def _address(ip: IPv4Address | IPv6Address, port: int) -> Address:
    if isinstance(ip, IPv4Address):
        return str(ip), port
    scope = ip.scope_id or "0"
    return str(ip), port, 0, int(scope) if scope.isdigit() else if_nametoindex(scope)


class Agent:
    """One agent, for one session.

    `memory` is JSON-able and outlives us: the client writes what it learns into it (`bulk`, `rows`,
    `engine`), and reads it with suspicion. Keys and passwords are never in it. `heard` says that it
    has answered a request of this session, `breadth` how many tables are looked for in one request.
    """

    __slots__ = (
        "addresses",
        "breadth",
        "engine",
        "heard",
        "memory",
        "pace",
        "port",
        "security",
        "to",
    )

    def __init__(
        self,
        addresses: Sequence[str],
        port: int,
        security: Community | User,
        memory: dict[str, Any] | None = None,
    ) -> None:
        """`addresses` are IP literals: the first is asked, answers from the others are accepted."""
        parsed = [ip_address(address) for address in addresses]
        self.addresses = frozenset(str(address) for address in parsed)
        self.port = port
        self.security = security
        self.memory = {} if memory is None else memory
        self.pace = Pace(self.memory)
        self.breadth = BREADTH
        self.to: Address = _address(parsed[0], port)
        self.engine: Engine | None = None
        self.heard = False

    @property
    def v1(self) -> bool:
        """True when it is asked in SNMPv1: no GETBULK, and one absent object fails a whole GET."""
        return isinstance(self.security, Community) and self.security.version == V1

    def recall(self, clock: float, wall: float) -> None:
        """Take the engine from memory, so that a restart of ours costs no discovery.

        A clock that went astray meanwhile is put right by the agent's first report.
        """
        kept = self.memory.get("engine")
        if not isinstance(self.security, User) or not isinstance(kept, dict):
            return
        try:
            engine = bytes.fromhex(kept["id"])
            boots, time = int(kept["boots"]), int(wall - kept["zero"])
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        if 5 <= len(engine) <= 32 and 0 <= boots < 2**31 and 0 <= time < 2**31:
            self.engine = Engine(self.security, engine, boots, time, clock)
            self.engine.answered = True  # it did once: silence is no matter of passwords

    def discovered(self, engine: bytes, boots: int, time: int, clock: float) -> None:
        """The agent said who it is; keys are made anew only for another engine id."""
        if not isinstance(self.security, User):
            return
        if self.engine is None or self.engine.id != engine:
            self.engine = Engine(self.security, engine, boots, time, clock)
            return
        self.engine.set(boots, time, clock)
        self.engine.fresh, self.engine.answered = True, False

    def remember(self, wall: float, clock: float) -> None:
        """Write the engine into the memory."""
        if self.engine is not None:
            self.memory["engine"] = {
                "id": self.engine.id.hex(),
                "boots": self.engine.boots,
                "zero": round(wall - self.engine.now(clock)),
            }


def security(credential: Mapping[str, Any]) -> Community | User:
    """The security of a credential as the inventory gives it (secrets have `reveal()`).

    Raises ValueError on a protocol that is not known or a password under eight characters.
    """
    version = str(credential.get("version") or "2c")
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
        credential.get("context") or "",
    )
