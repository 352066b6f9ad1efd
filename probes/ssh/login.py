"""Getting in: credential, host key, connection; and what went wrong, in words that help.

Host keys are always checked against the credential's known_hosts file, read anew for each
connection. No agent, no configuration of the user, no key but the credential's, no forwarding.
"""

import asyncio
import errno
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from inventory.secret import Secret
from probes.dial import FailedError, failure
from probes.reading import Reason, clean

KEEPALIVE = 30.0
"""Seconds between signs of life on an idle connection; three without an answer end it."""

LONGEST_LINE = 240
"""A known_hosts line up to this length is shown; a longer one would fill the screen."""

HOST_KEYS = (
    *("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    *("rsa-sha2-512", "rsa-sha2-256"),
)
"""Kinds of host keys that are asked for, after those that known_hosts has: one that it does not
have is seen, and told, instead of a handshake that fails without a word.
"""

KNOWN_HOSTS_BYTES = 8 << 20
MOST_BANNER = 600

_EXPIRED = re.compile(r"(?i)password.{0,20}expired|password change required|change your password")
_ACCOUNT = re.compile(r"(?i)account.{0,30}(expired|locked|disabled)")

logging.getLogger("asyncssh").setLevel(logging.ERROR)


class RefusedError(FailedError):
    """The server heard user and secret, and refused them: each further try may lock the account."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where and as whom; `known_hosts` is a file's path."""

    address: str
    port: int
    user: str
    key: asyncssh.SSHKey | None
    password: Secret | None
    known_hosts: str

    @property
    def place(self) -> str:
        """The server as known_hosts files name it."""
        return self.address if self.port == 22 else f"[{self.address}]:{self.port}"


def access(address: str, port: int, credential: Mapping[str, Any] | None) -> Access:
    """What a credential is worth. Raises ValueError with what it lacks, never with a secret."""
    if credential is None:
        raise ValueError("ssh needs a credential: ask a device of the inventory")
    known_hosts = credential.get("known_hosts")
    if not known_hosts:
        raise ValueError(
            "the ssh credential names no known_hosts file, and host keys are always checked: "
            "known_hosts: file:known_hosts (a first line comes from ssh-keyscan)"
        )
    key, password = credential.get("key"), credential.get("password")
    if key is None and password is None:
        raise ValueError("the ssh credential has neither key nor password")
    loaded = _key(key) if key is not None else None
    return Access(address, port, credential["user"], loaded, password, known_hosts)


def _key(secret: Secret) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(secret.reveal() + "\n")
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        message = "the ssh key is no private key that can be read (OpenSSH or PEM form)"
        if "passphrase" in str(error).lower():
            message = "the ssh key has a passphrase: give the collector one of its own without"
    raise ValueError(message) from None


class Greeter(asyncssh.SSHClient):
    """Hears what a server says while we get in: its key where it is not trusted, its banner."""

    def __init__(self) -> None:
        self.stranger: asyncssh.SSHKey | None = None
        self.said = ""

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Asked of a key that known_hosts does not trust: kept for the message, never accepted."""
        del host, addr, port
        self.stranger = key
        return False

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """What the server says before or instead of letting us in."""
        del lang
        self.said = (self.said + msg)[:MOST_BANNER]


async def connect(access: Access) -> asyncssh.SSHClientConnection:
    """A connection that is let in. Raises FailedError (RefusedError where the secret was refused);
    the caller bounds the time.
    """
    greeter = Greeter()
    known = _known_hosts(access.known_hosts)
    trusted, authorities, *_ = asyncssh.match_known_hosts(
        known, access.address, access.address, access.port
    )
    if not trusted and not authorities:
        known = asyncssh.import_known_hosts("")
    kinds = dict.fromkeys(
        (*(kind.decode() for key in trusted for kind in key.sig_algorithms), *HOST_KEYS)
    )
    try:
        return await asyncssh.connect(
            access.address,
            access.port,
            config=None,
            client_factory=lambda: greeter,
            known_hosts=known,
            x509_trusted_certs=None,
            server_host_key_algs=() if authorities else list(kinds),
            username=access.user,
            client_keys=[access.key] if access.key else None,
            password=access.password.reveal() if access.password else None,
            agent_path=None,
            gss_host=None,
            disable_trivial_auth=True,
            keepalive_interval=KEEPALIVE,
            login_timeout=0,
        )
    except (asyncssh.Error, OSError, ValueError) as error:
        raise explained(error, access, greeter, bool(trusted)) from error


def _known_hosts(path: str) -> asyncssh.SSHKnownHosts:
    try:
        with Path(path).open("rb") as file:
            text = file.read(KNOWN_HOSTS_BYTES).decode("utf-8", "replace")
        return asyncssh.import_known_hosts(text)
    except OSError as error:
        message = f"cannot read the known_hosts file {path}: {error.strerror}"
        raise FailedError(Reason.AUTH, message, "make it with ssh-keyscan") from error
    except ValueError as error:
        message = f"the known_hosts file {path} has a line that is none: {clean(str(error))}"
        raise FailedError(Reason.AUTH, message) from error


def explained(error: Exception, access: Access, greeter: Greeter, trusted: bool) -> FailedError:
    """An error as reason, message, hint. `trusted` says that known_hosts has keys of the server."""
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return _key_trouble(error, access, greeter, trusted)
    if expired(greeter.said):
        return RefusedError(
            Reason.AUTH,
            f"the account {access.user} may not log in: {clean(greeter.said)}",
            f"renew it on the server (chage -l {access.user}); it should have no end date",
        )
    if isinstance(error, asyncssh.PermissionDenied):
        return _refused(access, greeter)
    if isinstance(error, asyncssh.KeyExchangeFailed):
        message = f"no way of encryption in common with the server: {clean(error.reason)}"
        hint = "the server is very old, or its key is of another kind than in known_hosts"
        return FailedError(Reason.AUTH if trusted else Reason.PROTOCOL, message, hint)
    if isinstance(error, asyncssh.ConnectionLost | ConnectionResetError | BrokenPipeError):
        return _lost()
    if isinstance(error, asyncssh.Error):
        text = f"no SSH session: {clean(error.reason)}"
        return FailedError(Reason.PROTOCOL, text, "does SSH listen there?")
    if isinstance(error, OSError) and error.errno == errno.ECONNREFUSED:
        return FailedError(
            Reason.REFUSED,
            f"nothing takes SSH connections on port {access.port}",
            "is sshd running, and is this its port?",
        )
    if isinstance(error, OSError):
        return failure(error, "connect")
    return FailedError(Reason.PROTOCOL, f"no SSH session: {clean(str(error))}")


def _key_trouble(
    error: asyncssh.HostKeyNotVerifiable, access: Access, greeter: Greeter, trusted: bool
) -> FailedError:
    key = greeter.stranger
    if key is None:
        return FailedError(
            Reason.AUTH,
            f"host key not accepted: {clean(error.reason)}",
            "look at what known_hosts revokes, and at the certificate of the host",
        )
    kind, mark = key.get_algorithm(), key.get_fingerprint()
    look = f"on its console: ssh-keygen -lf /etc/ssh/ssh_host_{_short(kind)}_key.pub"
    if trusted:
        return FailedError(
            Reason.AUTH,
            f"THE HOST KEY HAS CHANGED: {access.place} now shows {kind} {mark}, which is not the "
            "one in known_hosts. Somebody may be listening in between. Nothing was sent",
            f"do not log in by hand. Compare {look}. Only if it is right (a new installation), "
            f"ssh-keygen -f {access.known_hosts} -R '{access.place}' and add the new key",
        )
    line = f"{access.place} {key.export_public_key().decode('ascii', 'replace').strip()}"
    line = clean_line(line)
    scan = f"ssh-keyscan -p {access.port} {access.address} >> {access.known_hosts}"
    add = f"add to {access.known_hosts}: {line}" if len(line) <= LONGEST_LINE else scan
    return FailedError(
        Reason.AUTH,
        f"the host key of {access.place} is not known: it shows {kind} {mark}",
        f"compare {look}. If it is the same, {add}",
    )


def clean_line(line: str) -> str:
    """One line without control characters, of any length."""
    return "".join(c for c in line if c.isprintable())


def _short(algorithm: str) -> str:
    for known in ("ed25519", "ecdsa", "rsa"):
        if known in algorithm:
            return known
    return "*"


def _refused(access: Access, greeter: Greeter) -> FailedError:
    said = clean(greeter.said)
    given, hint = [], ""
    if access.key:
        given.append(f"the key {access.key.get_fingerprint()}")
        hint = f"is the public key in ~{access.user}/.ssh/authorized_keys there, writable by "
        hint += "nobody else? "
    if access.password:
        given.append("the password")
        hint += "Is the password right, and does sshd take one (PasswordAuthentication)? "
    return RefusedError(
        Reason.AUTH,
        f"the server refused {access.user} with {' and '.join(given)}"
        + (f"; it says: {said}" if said else ""),
        f"{hint}Is the account locked or expired (chage -l)? sshd's log says which",
    )


def _lost() -> FailedError:
    return FailedError(
        Reason.PROTOCOL,
        "the server closed the connection before we were let in",
        "sshd turns connections away when it is overloaded (MaxStartups), when a ban list has this "
        "address, or when its disk or process table is full",
    )


async def end(connection: asyncssh.SSHClientConnection) -> None:
    """Say goodbye; a peer that does not close is dropped after half a second."""
    connection.close()
    try:
        async with asyncio.timeout(0.5):
            await connection.wait_closed()
    except TimeoutError:
        connection.abort()


def expired(text: str) -> bool:
    """Whether a server says that a password or an account has ended."""
    return bool(_EXPIRED.search(text) or _ACCOUNT.search(text))
