"""A conversation with a device's command line: netmiko over a connection of our own.

Imported when the first session talks: netmiko and paramiko are large. netmiko logs in and finds the
prompt; three things are ours. Nothing is ever written to the device: netmiko's FortiOS driver would
change its configuration to end paging, the VRP one would say yes to a question of security; we turn
pages instead. The bytes of a connection are bounded, and whoever waits for it may cut it off.
"""

import contextlib
import io
import logging
import re
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any

import paramiko
from netmiko import BaseConnection
from netmiko.fortinet.fortinet_ssh import FortinetSSH
from netmiko.huawei.huawei import HuaweiSSH
from netmiko.ssh_dispatcher import CLASS_MAPPER

from inventory.secret import Secret
from probes.cli.blame import Strict, blame
from probes.dial import FailedError
from probes.reading import Reason

for _name in ("paramiko", "netmiko"):
    # They log what a device said, at length; what counts of it is in the reading.
    logging.getLogger(_name).setLevel(logging.CRITICAL)

GREETING = 1 << 20
"""Most bytes that a device may send us before it has shown its prompt: netmiko looks through all of
them again and again.
"""

BYTES = 32 << 20
"""Most that one conversation may send us after that."""

ANSWER = 12 << 20
"""Longest answer to one command, in characters."""

QUIET = 0.12
"""Seconds without a byte after a prompt: then it is one, and no line that looks like it."""

STEP = 0.02
WIDTH, HEIGHT = 511, 1000

_PROMPT = re.compile(r"[>#$%\]]\s*$")
_PAGER = re.compile(
    r"(?:\n|\r|^)[ \t]*-{2,}[ (<]*more\b[^\n]{0,60}$|<-+ ?more ?-+>\s*$", re.IGNORECASE
)
_SPLICE = "\0"
_WIPED = re.compile(
    r"\A(?:\s*\x1b\[\d*D *\x1b\[\d*D|[ \x08]*\x1b\[\d*[KD]|\r *\r|\r(?=[^\n])|\x08+ *\x08+)"
)
"""What a pager writes to wipe its prompt out, at the beginning of a page."""

TAIL = 400
"""Characters at the end of an answer in which a prompt is looked for."""

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-B]|[=>78DEHM])")
_CONTEXT = re.compile(r"\{\w+(?::\w+)?\}|\[edit.*\]")


class Wire(socket.socket):
    """The TCP connection: counts what comes, and may be cut from any thread."""

    left = GREETING
    was_cut = False

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As a socket; the end once there was too much."""
        data = super().recv(size, flags)
        self.left -= len(data)
        return data if self.left > 0 else b""

    def cut(self) -> None:
        """End it at once, whatever it is doing."""
        self.was_cut = True
        with contextlib.suppress(OSError):  # it was not connected, or has ended
            self.shutdown(socket.SHUT_RDWR)


class _Bounded:
    """Over a netmiko driver: every reading loop of it ends when the connection has, or the time."""

    wire: Wire
    until: float

    def _build_ssh_client(self) -> paramiko.SSHClient:
        client = super()._build_ssh_client()  # type: ignore[misc]  # of the driver it is laid over
        client.set_missing_host_key_policy(Strict())
        return client

    def read_channel(self) -> str:
        _alive(self)
        return str(super().read_channel())  # type: ignore[misc]  # of the driver it is laid over

    def cleanup(self, command: str = "") -> None:
        """Nothing is said in parting: the connection is closed."""


class _Fortinet(FortinetSSH):
    def session_preparation(self) -> None:
        """Past the banner to the prompt; its output stays as it is set."""
        said = self._test_channel_read(pattern=f"to accept|{self.prompt_pattern}")
        if "to accept" in said:
            self.write_channel("a\r")
            self._test_channel_read(pattern=self.prompt_pattern)
        self.set_base_prompt()


class _Huawei(HuaweiSSH):
    def special_login_handler(self, delay_factor: float = 1.0) -> None:
        """No to every question, up to the prompt."""
        del delay_factor  # its reading ends with the prompt
        asks = r"(?i:\[y/n\]\s*:?)"
        for _ in range(4):
            said = self.read_until_pattern(pattern=rf"(?:{asks}|[\]>]\s*$)", read_timeout=20)
            if not re.search(asks, said[-40:]):
                return
            self.write_channel("N" + self.RETURN)


_OURS: Mapping[str, type[BaseConnection]] = {"fortinet": _Fortinet, "huawei": _Huawei}


def _alive(line: Any) -> None:
    """Raises FailedError once nothing more can come."""
    wire: Wire = line.wire
    if wire.left <= 0:
        raise _endless()
    if wire.was_cut or time.monotonic() > line.until:
        raise FailedError(Reason.TIMEOUT, "no answer in time")
    channel = line.remote_conn
    if channel is not None and not channel.recv_ready() and _over(channel):
        raise FailedError(Reason.PROTOCOL, "the device closed the connection half-way")


def _endless() -> FailedError:
    message = "the device sent more than a device has to say"
    return FailedError(Reason.LIMIT, message, "is that a command line, and of this platform?")


def _over(channel: Any) -> bool:
    transport = channel.get_transport()
    return bool(channel.closed or channel.eof_received or not transport or not transport.active)


class Line:
    """A login on one device. `until` is in the monotonic clock; every step ends by then."""

    def __init__(self, address: str, port: int, until: float) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._wire = Wire(family, socket.SOCK_STREAM)
        self._where = (address, port)
        self._until = until
        self._session: Any = None
        self._ends = threading.Lock()

    def cut(self) -> None:
        """End the conversation from another thread; never blocks."""
        self._wire.cut()

    def open(self, driver: str, access: Mapping[str, Any]) -> None:
        """Log in, up to the prompt. Raises FailedError."""
        try:
            key = access.get("key")
            pkey = _key(key.reveal()) if isinstance(key, Secret) else None
            self._wire.settimeout(max(self._until - time.monotonic(), 0.01))
            self._wire.connect(self._where)
            self._session = self._log_in(driver, access, pkey)
            self._wire.left = BYTES
            self._enable(access.get("enable"))
        except Exception as error:  # noqa: BLE001 - whatever a library makes of a device's answer
            fault = self._fault(error, access)
            self.close()
            raise fault from None

    def _enable(self, secret: object) -> None:
        """Into the privileged mode, where a credential has a secret for it."""
        session = self._session
        if not isinstance(secret, Secret) or session.check_enable_mode():
            return
        session.secret = secret.reveal()
        try:
            session.enable()
        except ValueError:
            message = "the device did not take the enable secret of the credential"
            raise FailedError(Reason.AUTH, message, "is it the one of this device?") from None

    def ask(self, command: str) -> str:
        """What the device says to a command, every page of it, without echo and prompt. Raises
        FailedError.
        """
        session = self._session
        try:
            session.clear_buffer()
            session.write_channel(command + session.RETURN)
            return _tidied(self._answer(), command)
        except Exception as error:  # noqa: BLE001 - whatever a library makes of a device's answer
            raise self._fault(error, {}) from None

    def _fault(self, error: Exception, access: Mapping[str, Any]) -> FailedError:
        if self._wire.left <= 0:
            return _endless()
        return blame(error, self._cut_off, access, self._where)

    def close(self) -> None:
        """Let go of the connection."""
        session, self._session = self._session, None
        if session is not None:
            session.disconnect()
        self._wire.cut()
        self._wire.close()

    @property
    def _cut_off(self) -> bool:
        return self._wire.was_cut or time.monotonic() > self._until

    def _log_in(self, driver: str, access: Mapping[str, Any], key: Any) -> Any:
        left = max(self._until - time.monotonic(), 0.01)
        password = access.get("password")
        kind = _OURS.get(driver) or CLASS_MAPPER[driver]
        made: Any = type(
            kind.__name__, (_Bounded, kind), {"wire": self._wire, "until": self._until}
        )
        return made(
            host=self._where[0],
            port=self._where[1],
            device_type=driver,
            username=access["user"],
            password=password.reveal() if isinstance(password, Secret) else None,
            pkey=key,
            sock=self._wire,
            ssh_strict=True,
            alt_host_keys=True,
            alt_key_file=access["known_hosts"],
            conn_timeout=left,
            auth_timeout=left,
            banner_timeout=left,
            read_timeout_override=left,
        )

    def _answer(self) -> str:
        """The text up to the prompt; pages are turned."""
        session = self._session
        prompt, parts, size = session.base_prompt.strip(), [""], 0
        tail, quiet = "", 0.0
        while True:
            _alive(session)
            fresh = session.channel.read_channel()
            if not fresh:
                quiet += STEP
                if quiet >= QUIET and _prompted(tail, prompt):
                    return "".join(parts)
                time.sleep(STEP)
                continue
            size += len(fresh)
            if size > ANSWER:
                raise FailedError(Reason.LIMIT, f"an answer is longer than {ANSWER >> 20} MiB")
            parts.append(fresh)
            tail, quiet = (tail + fresh)[-TAIL:], 0.0
            if _PAGER.search(_ANSI.sub("", tail).rstrip(" ")):
                parts.append(_SPLICE)
                tail = ""
                session.write_channel(" ")


def _prompted(tail: str, prompt: str) -> bool:
    last = re.split(r"[\r\n]", _ANSI.sub("", tail).rstrip())[-1]
    return bool(prompt in last and len(last) < 200 and _PROMPT.search(last))


def _tidied(text: str, command: str) -> str:
    """Without turned pages, escape sequences, echo and prompt. Line by line, for a long answer must
    not hold up the other threads.
    """
    *pages, last = text.split(_SPLICE)
    text = "".join(_WIPED.sub("", one, count=1) for one in (*map(_unpaged, pages), last))
    lines = [_plain(one) for one in text.split("\n")]
    echo = [number for number, line in enumerate(lines[:4]) if command in line]
    lines = lines[echo[-1] + 1 :] if echo else lines
    lines.pop()
    while lines and (not lines[-1].strip() or _CONTEXT.fullmatch(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines)


def _plain(line: str) -> str:
    """A line as it stands on a terminal in the end."""
    line = _ANSI.sub("", line) if "\x1b" in line else line
    return line.rstrip("\r").rpartition("\r")[2]


def _unpaged(page: str) -> str:
    """A page without the pager's prompt, which is its end."""
    end = page[-TAIL:]
    found = re.search(r"[ \t]*(?:\x1b\[[0-9;]*m)?[-<]+[ (<-]*more\b", end, re.IGNORECASE)
    return page[: len(page) - len(end) + found.start()] if found else page


def _key(text: str) -> paramiko.PKey:
    """A private key of any kind. Raises FailedError."""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text + "\n"))
        except paramiko.PasswordRequiredException:
            message = "the key of the credential is protected by a passphrase"
            raise FailedError(
                Reason.AUTH, message, "use one without, readable by us alone"
            ) from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    message = "the key of the credential is no private key that can be read"
    raise FailedError(Reason.AUTH, message, "Ed25519, ECDSA or RSA, in OpenSSH's or PEM form")
