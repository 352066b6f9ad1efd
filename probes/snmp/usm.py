"""The user security model of SNMPv3 (RFC 3414, 3826, 7860; draft-blumenthal-aes-usm-04 and
draft-reeder-snmpv3-usm-3desede-00 for long AES keys) on the primitives of `cryptography` and
`hashlib`.

No sockets and no clock: time is an argument. Passwords and keys never show in a repr.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from probes.snmp import ber, message
from probes.snmp.errors import DecodeError

if TYPE_CHECKING:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

AUTHENTICATED = 1
PRIVATE = 2
REPORTABLE = 4

WINDOW = 150
"""Seconds by which the clocks of agent and client may differ (RFC 3414 section 2.2.3)."""

SHORTEST_PASSWORD = 8


class Auth(NamedTuple):
    """An authentication protocol: the hash by hashlib's name, and the bytes of its code on the
    wire.
    """

    hash: str
    size: int


class Priv(NamedTuple):
    """A privacy protocol: bytes of key, and how a short localized key is made longer."""

    size: int
    extension: str = ""


AUTH: Final = {
    "md5": Auth("md5", 12),
    "sha1": Auth("sha1", 12),
    "sha224": Auth("sha224", 16),
    "sha256": Auth("sha256", 24),
    "sha384": Auth("sha384", 32),
    "sha512": Auth("sha512", 48),
}
PRIV: Final = {
    "des": Priv(16),
    "aes128": Priv(16),
    "aes192": Priv(24, "blumenthal"),
    "aes256": Priv(32, "blumenthal"),
    "aes192c": Priv(24, "reeder"),
    "aes256c": Priv(32, "reeder"),
}


@dataclass(frozen=True, slots=True)
class User:
    """A v3 user. Empty `auth` or `priv` switch that layer off; `context` is the contextName.

    Raises ValueError on a protocol that is not known, privacy without authentication, or a password
    under eight characters (RFC 3414 section 11.2).
    """

    name: str
    auth: str = ""
    auth_password: str = field(default="", repr=False)
    priv: str = ""
    priv_password: str = field(default="", repr=False)
    context: str = ""

    def __post_init__(self) -> None:
        if self.auth and self.auth not in AUTH:
            raise ValueError(f"unknown authentication protocol {self.auth}")
        if self.priv and self.priv not in PRIV:
            raise ValueError(f"unknown privacy protocol {self.priv}")
        if self.priv and not self.auth:
            raise ValueError("privacy needs authentication")
        for layer, password in (("auth", self.auth_password), ("priv", self.priv_password)):
            if getattr(self, layer) and len(password.encode()) < SHORTEST_PASSWORD:
                raise ValueError(f"the {layer} password has under eight characters")

    @property
    def level(self) -> int:
        """The security level as flags of a message."""
        return (AUTHENTICATED if self.auth else 0) | (PRIVATE if self.priv else 0)


@lru_cache(maxsize=4096)
def password_key(auth: str, password: bytes) -> bytes:
    """The key of a password, Ku (RFC 3414 section 2.6): a hash over a megabyte, so it is kept.

    About a millisecond; done once for a password, however many agents share it.
    """
    size = 1 << 20
    return hashlib.new(AUTH[auth].hash, (password * (size // len(password) + 1))[:size]).digest()


def localize(auth: str, key: bytes, engine: bytes) -> bytes:
    """The key Kul that is good at one engine only (RFC 3414 section 2.6)."""
    return hashlib.new(AUTH[auth].hash, key + engine + key).digest()


@lru_cache(maxsize=4096)
def privacy_key(user: User, engine: bytes) -> bytes:
    """The localized privacy key, made long enough the way the protocol's name says.

    aes192 and aes256 append hashes of what is there (Blumenthal, as net-snmp does); aes192c and
    aes256c localize the short key anew as if it were a password (Reeder, as Cisco does).
    """
    size, extension = PRIV[user.priv]
    last = key = localize(user.auth, password_key(user.auth, user.priv_password.encode()), engine)
    while len(key) < size:
        if extension == "reeder":
            last = localize(user.auth, password_key(user.auth, last), engine)
        else:
            last = hashlib.new(AUTH[user.auth].hash, key).digest()
        key += last
    return key[:size]


class Engine:
    """What we know of an agent's engine: its id, its clock as of `at`, and our keys for it.

    One per agent, never shared: two agents that claim the same engine id do not disturb each other.
    `fresh` is False when the agent was silent and its engine shall be asked for anew; `answered`
    says that a request was answered since the last discovery, `unanswered` counts requests since
    then.
    """

    __slots__ = (
        "answered",
        "at",
        "auth_key",
        "boots",
        "fresh",
        "id",
        "priv_key",
        "time",
        "unanswered",
    )

    def __init__(self, user: User, engine: bytes, boots: int, time: int, at: float) -> None:
        self.id = engine
        self.boots = boots
        self.time = time
        self.at = at
        self.fresh = True
        self.answered = False
        self.unanswered = 0
        self.auth_key = self.priv_key = b""
        if user.auth:
            key = password_key(user.auth, user.auth_password.encode())
            self.auth_key = localize(user.auth, key, engine)
        if user.priv:
            self.priv_key = privacy_key(user, engine)

    def now(self, clock: float) -> int:
        """The agent's snmpEngineTime when our clock shows this."""
        return max(0, min(self.time + int(clock - self.at), 2**31 - 1))

    def set(self, boots: int, time: int, clock: float) -> None:
        """Take the agent's word for its clock."""
        self.boots, self.time, self.at = boots, time, clock

    def in_window(self, boots: int, time: int, clock: float) -> bool:
        """Whether an authenticated message is recent (RFC 3414 section 3.2, 7b)."""
        if boots != self.boots:
            return boots > self.boots
        return time >= self.now(clock) - WINDOW


_salts = count(secrets.randbits(63))


def _cipher(user: User, key: bytes, salt: bytes, boots: int, time: int) -> "Cipher[CBC | CFB]":
    from probes.snmp import cipher  # cryptography is large: only who encrypts pays for it

    return cipher.des(key, salt) if user.priv == "des" else cipher.aes(key, salt, boots, time)


def _encrypt(user: User, engine: Engine, time: int, plain: bytes) -> tuple[bytes, bytes]:
    """Salt and ciphertext. No salt comes twice from a process (RFC 3414 8.1.1, 3826 3.1.2)."""
    fresh = next(_salts) & (2**64 - 1)
    salt = fresh.to_bytes(8)
    if user.priv == "des":
        salt = (engine.boots & 0xFFFFFFFF).to_bytes(4) + salt[4:]
        plain += bytes(-len(plain) % 8)
    encryptor = _cipher(user, engine.priv_key, salt, engine.boots, time).encryptor()
    return salt, encryptor.update(plain) + encryptor.finalize()


def seal(user: User, engine: Engine, number: int, pdu: bytes, clock: float) -> bytes:
    """A PDU as a v3 message of the user's level, ready to send."""
    time = engine.now(clock)
    body = message.encode_scoped(engine.id, user.context.encode(), pdu)
    salt = b""
    if user.priv:
        salt, body = _encrypt(user, engine, time, body)
        body = ber.encode(ber.OCTETS, body)
    size = AUTH[user.auth].size if user.auth else 0
    last = ber.encode(ber.OCTETS, salt)
    parameters = (
        ber.encode(ber.OCTETS, engine.id)
        + ber.encode_integer(engine.boots)
        + ber.encode_integer(time)
        + ber.encode(ber.OCTETS, user.name.encode())
        + ber.encode(ber.OCTETS, bytes(size))
        + last
    )
    flags = user.level | REPORTABLE
    whole = message.encode_frame(number, flags, ber.encode(ber.SEQUENCE, parameters), body)
    if not size:
        return whole
    at = len(whole) - len(body) - len(last) - size
    mac = hmac.digest(engine.auth_key, whole, AUTH[user.auth].hash)[:size]
    return whole[:at] + mac + whole[at + size :]


def discovery(number: int) -> bytes:
    """The message that makes any engine say who it is (RFC 3414 section 4)."""
    pdu = message.encode_pdu(message.Request(message.GET, ()), number)
    parameters = b"\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00"
    body = message.encode_scoped(b"", b"", pdu)
    return message.encode_frame(number, REPORTABLE, ber.encode(ber.SEQUENCE, parameters), body)


def authentic(user: User, engine: Engine, data: bytes, frame: message.Frame) -> bool:
    """Whether the message's code is right. False for a message without one."""
    size = AUTH[user.auth].size if user.auth else 0
    if not frame.flags & AUTHENTICATED or not size or len(frame.mac) != size:
        return False
    at = frame.mac_at
    blank = data[:at] + bytes(size) + data[at + size :]
    mac = hmac.digest(engine.auth_key, blank, AUTH[user.auth].hash)[:size]
    return hmac.compare_digest(mac, frame.mac)


def reveal(user: User, engine: Engine, data: bytes, frame: message.Frame) -> message.Pdu:
    """The PDU of a message, decrypted if need be. Raises DecodeError when that gives none."""
    at, end = frame.body
    if not frame.flags & PRIVATE:
        return message.decode_scoped(data, at, end)
    if not engine.priv_key or len(frame.salt) != 8:
        raise DecodeError("encrypted message without a key or a salt")
    if not (0 <= frame.boots < 2**31 and 0 <= frame.time < 2**31):
        raise DecodeError("engine clock out of range")
    sealed, _ = ber.read_octets(data, at, end)
    if user.priv == "des" and len(sealed) % 8:
        raise DecodeError("ciphertext of no whole number of blocks")
    decryptor = _cipher(user, engine.priv_key, frame.salt, frame.boots, frame.time).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    return message.decode_scoped(plain, 0, len(plain))
