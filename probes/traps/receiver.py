"""The ear: a socket of its own, pysnmp's engine behind it (RFC 3411 to 3418, versions 1, 2c, 3).

Before pysnmp sees a packet, its sender is known and has said no more than it may (`admit`): pysnmp
takes about a millisecond for each. Users are trusted for an engine when a sender that has such a
user names it: a trap's engine is the sender's own (RFC 3412 section 6.4), and an inform's is ours.
"""

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import ntfrcv
from pysnmp.proto.rfc1902 import OctetString

from probes.ear import bound
from probes.snmp import message
from probes.snmp.agent import Community
from probes.snmp.errors import DecodeError
from probes.snmp.usm import User, localize, password_key, privacy_key
from probes.traps.trap import Trap, trap_of

ENGINES = 4
"""Engines of one sender that are known at once: two supervisors and their successors. A mad one
names more; then the first one goes, and is known again when it is named again.
"""

ENGINE_SIZE = range(5, 33)
"""Bytes of an engine's identifier (RFC 3411 SnmpEngineID)."""

LARGEST = 4096
"""Bytes of one packet: 484 are what everybody can take (RFC 3417), and the longest that UDP
has takes pysnmp a quarter of a second.
"""

_AUTH = {
    "": config.USM_AUTH_NONE,
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha1": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    "": config.USM_PRIV_NONE,
    "des": config.USM_PRIV_CBC56_DES,
    "aes128": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": config.USM_PRIV_CFB192_AES,
    "aes256c": config.USM_PRIV_CFB256_AES,
}

Admit = Callable[[str, int], bool]
Heard = Callable[[Trap], None]
Refused = Callable[[str], None]
Packet = Callable[[str, bytes, Callable[[], None]], None]


class Receiver:
    """Receives until closed."""

    def __init__(
        self, address: tuple[str, int], admit: Admit, heard: Heard, refused: Refused
    ) -> None:
        """Bind and begin. `admit` is told a sender's address and its packet's size before anything
        is done with it, `refused` the address of one whose packet is no notification that we may
        read: garbage, a wrong community, an unknown user, a wrong key. Raises OSError where this
        machine does not let us listen there.
        """
        self.accepted = 0
        self._heard = heard
        self._refused = refused
        self._access: Mapping[str, Sequence[Community | User]] = {}
        self._communities: set[bytes] = set()
        self._own: set[User] = set()
        self._engines: dict[str, dict[bytes, Sequence[User]]] = {}
        self._sock = sock = bound(address, socket.SOCK_DGRAM)
        self.address: tuple[str, int] = sock.getsockname()[:2]
        self._engine = engine.SnmpEngine()
        self._own_engine = bytes(self._engine.snmpEngineID)
        ears = _Ear6 if sock.family == socket.AF_INET6 else _Ear
        self._ear = ears(admit, self._packet).open_server_mode(sock=sock)
        config.add_transport(self._engine, ears.DOMAIN, self._ear)
        ntfrcv.NotificationReceiver(self._engine, self._received)
        self._engine.transport_dispatcher.job_started(1)

    def trust(self, access: Mapping[str, Sequence[Community | User]]) -> None:
        """Whom to believe from now on: what a sender may show, by its address."""
        self._access = access
        shown = [one for many in access.values() for one in many]
        communities = {one.community for one in shown if isinstance(one, Community)}
        for gone in self._communities - communities:
            config.delete_v1_system(self._engine, _index(gone))
        for community in communities - self._communities:
            config.add_v1_system(self._engine, _index(community), community)
        self._communities = communities
        users = {one for one in shown if isinstance(one, User)}
        for user in self._own - users:
            self._forget(self._own_engine, user)
        for user in users - self._own:
            self._add(self._own_engine, user)
        self._own = users
        for engines in self._engines.values():
            for known, trusted in engines.items():
                for user in trusted:
                    self._forget(known, user)
        self._engines.clear()

    def close(self) -> None:
        """Let go of the socket."""
        self._engine.close_dispatcher()
        if self._ear.transport is None:  # closed before it was opened
            self._sock.close()

    def _packet(self, source: str, packet: bytes, deliver: Callable[[], None]) -> None:
        """Hand one packet to pysnmp; whatever is in it, no exception gets out."""
        if len(packet) > LARGEST:
            self._refused(source)
            return
        accepted = self.accepted
        discovery = self._trust_engine(source, packet)
        with suppress(Exception):  # whatever a stranger's packet provokes in pysnmp
            deliver()
        if self.accepted == accepted and not discovery:
            self._refused(source)

    def _trust_engine(self, source: str, packet: bytes) -> bool:
        """Make users known to the engine that this packet names; True where it asks for ours."""
        named = _engine_of(packet)
        users = [one for one in self._access.get(source, ()) if isinstance(one, User)]
        if not users or not named:
            return named == b""
        known = self._engines.setdefault(source, {})
        new = named not in known and named != self._own_engine
        if new and len(named) in ENGINE_SIZE:
            if len(known) == ENGINES:
                first = next(iter(known))
                for user in known.pop(first):
                    self._forget(first, user)
            known[named] = users
            for user in users:
                self._add(named, user)
        return False

    def _add(self, engine_id: bytes, user: User) -> None:
        auth = user.auth and localize(
            user.auth, password_key(user.auth, user.auth_password.encode()), engine_id
        )
        config.add_v3_user(
            self._engine,
            user.name,
            _AUTH[user.auth],
            auth or None,
            _PRIV[user.priv],
            privacy_key(user, engine_id) if user.priv else None,
            OctetString(engine_id),
            authKeyType=config.USM_KEY_TYPE_LOCALIZED,
            privKeyType=config.USM_KEY_TYPE_LOCALIZED,
        )

    def _forget(self, engine_id: bytes, user: User) -> None:
        with suppress(Exception):  # two of one name: the other took it away already
            config.delete_v3_user(self._engine, user.name, OctetString(engine_id))

    def _received(
        self, snmp: Any, _state: Any, _engine: Any, _name: Any, values: Any, _context: Any
    ) -> None:
        about = snmp.observer.get_execution_context("rfc3412.receiveMessage:request")
        source = str(about["transportAddress"][0])
        trap = trap_of(source, [(str(name), _plain(value)) for name, value in values])
        if trap is not None and self._believed(source, about):
            self.accepted += 1
            self._heard(trap)

    def _believed(self, source: str, about: Mapping[str, Any]) -> bool:
        """pysnmp asks for one of the secrets that we know: it must be this sender's own, and a
        user's in full.
        """
        model, name = int(about["securityModel"]), str(about["securityName"])
        for one in self._access.get(source, ()):
            if isinstance(one, Community):
                if model < 3 and name == _index(one.community):
                    return True
            elif model == 3 and name == one.name and int(about["securityLevel"]) >= _level(one):
                return True
        return False


class _Ear(udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    """pysnmp's transport behind our door."""

    DOMAIN = (*udp.DOMAIN_NAME, 1)

    def __init__(self, admit: Admit, packet: Packet) -> None:
        super().__init__()
        self._admit = admit
        self._packet = packet

    def datagram_received(self, datagram: bytes, address: Any) -> None:
        """One packet."""
        source = str(address[0])
        if self._admit(source, len(datagram)):
            deliver = partial(self._callback_function, self, address, datagram)
            self._packet(source, datagram, deliver)


class _Ear6(_Ear, udp6.Udp6AsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    """The same over IPv6."""

    DOMAIN = (*udp6.DOMAIN_NAME, 1)


def _level(user: User) -> int:
    """noAuthNoPriv 1, authNoPriv 2, authPriv 3 (SNMP-FRAMEWORK-MIB SnmpSecurityLevel)."""
    return 1 + bool(user.auth) + bool(user.priv)


def _index(community: bytes) -> str:
    return f"c{community.hex()}"


def _engine_of(packet: bytes) -> bytes | None:
    """The engine that a packet of version 3 names, none of it when it asks; None for all others."""
    try:
        version, at, end = message.version_of(packet)
        return message.decode_frame(packet, at, end).engine if version == 3 else None
    except (DecodeError, ValueError, IndexError):
        return None


def _plain(value: Any) -> str | bytes:
    """A value as text, or as the bytes that it is."""
    if isinstance(value, OctetString):
        raw = bytes(value)
        address = type(value).__name__ == "IpAddress"
        return ".".join(map(str, raw)) if address else raw
    return str(value.prettyPrint())
