"""The ICMP socket of one family: how it is opened, filtered by the kernel, and drained.

Replies carry the kernel's receive time (SO_TIMESTAMPNS), so they can be fetched a time slot's worth
at once and the round-trip time stays honest however late the loop comes to it. Facts: Linux
icmp(7), icmp6(7), raw(7), socket(7), include/uapi/linux/{icmp,icmpv6,filter}.h.
"""

import contextlib
import ctypes
import socket
import struct
import time
from pathlib import Path
from typing import Final

from probes.icmp.packet import IDENTIFIERS, V4, Echo

SocketAddress = tuple[str, int] | tuple[str, int, int, int]

RECEIVE_BUFFER = 4 << 20
BATCH = 4096
"""Replies fetched at one draining at most, so that a flood cannot hold the loop."""

_SO_ATTACH_FILTER: Final = 26
_SO_RCVBUFFORCE: Final = 33
_SO_TIMESTAMPNS: Final = 35
_SO_MEMINFO: Final = 55
_SOL_RAW: Final = 255
_TIMESPEC = struct.Struct("@ll")
_MEMINFO = struct.Struct("9I")
_GROUPS = Path("/proc/sys/net/ipv4/ping_group_range")


class IcmpUnavailableError(Exception):
    """This machine does not let us ping. `hint` says what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}; {hint}")
        self.message = message
        self.hint = hint


class Wire:
    """One socket: raw where we may, else an unprivileged ping socket.

    On a ping socket the kernel chooses the identifier, one for all targets for as long as we run.
    """

    def __init__(self, echo: Echo) -> None:
        """Raises IcmpUnavailableError."""
        self._echo = echo
        self._socket, self.privileged = _open(echo)
        self._own = not self.privileged
        self._framed = self.privileged and echo.family is V4
        self._buffer = bytearray(2048)
        _tune(self._socket)

    def send(self, packet: bytes, address: SocketAddress) -> None:
        """One packet out. Raises OSError when our own machine refuses it."""
        self._socket.sendto(packet, address)

    def drain(self) -> list[tuple[SocketAddress, int, int]]:
        """Replies that wait, as (source, sequence, monotonic nanoseconds of arrival).

        What is short, foreign or forged is left out.
        """
        receive, buffers = self._socket.recvmsg_into, [self._buffer]
        since_boot = time.time_ns() - time.monotonic_ns()
        view, framed = memoryview(self._buffer), self._framed
        replies = []
        for _ in range(BATCH):
            try:
                size, ancillary, _flags, source = receive(buffers, 64)
            except BlockingIOError:
                break
            except OSError:  # an error queued on the socket; reading it has cleared it
                continue
            start = (view[0] & 15) * 4 if framed else 0  # raw IPv4 shows the IP header
            sequence = self._echo.sequence(view[start:size], self._own)
            if sequence is None:
                continue
            if ancillary:
                seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
                arrived = seconds * 1_000_000_000 + nanoseconds - since_boot
            else:
                arrived = time.monotonic_ns()
            replies.append((source, sequence, arrived))
        return replies

    @property
    def overflowed(self) -> int:
        """Packets that the kernel threw away because we did not fetch them in time."""
        raw = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        return int(_MEMINFO.unpack(raw)[8])

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _open(echo: Echo) -> tuple[socket.socket, bool]:
    four = echo.family is V4
    family = socket.AF_INET if four else socket.AF_INET6
    protocol = socket.IPPROTO_ICMP if four else socket.IPPROTO_ICMPV6
    try:
        raw = socket.socket(family, socket.SOCK_RAW, protocol)
    except PermissionError:
        pass
    except OSError as error:
        raise IcmpUnavailableError(*_no_family(four, error)) from error
    else:
        _filter(raw, echo, four)
        return raw, True
    try:
        return socket.socket(family, socket.SOCK_DGRAM, protocol), False
    except OSError as error:
        raise IcmpUnavailableError(*_no_permission(four)) from error


def _no_family(four: bool, error: OSError) -> tuple[str, str]:
    name = "IPv4" if four else "IPv6"
    return f"cannot open an {name} ICMP socket: {error.strerror}", f"is {name} enabled here?"


def _no_permission(four: bool) -> tuple[str, str]:
    try:
        groups = " ".join(_GROUPS.read_text().split())
    except OSError:
        groups = "unreadable"
    family = "IPv4" if four else "IPv6"
    message = (
        f"not allowed to ping over {family}: raw sockets need CAP_NET_RAW, and "
        f"net.ipv4.ping_group_range ({groups}) leaves this process's groups out"
    )
    hint = (
        "allow it with `sysctl -w net.ipv4.ping_group_range='0 2147483647'`, or in the service "
        "with AmbientCapabilities=CAP_NET_RAW, or with `setcap cap_net_raw+ep` on the interpreter"
    )
    return message, hint


def _filter(raw: socket.socket, echo: Echo, four: bool) -> None:
    """Let the kernel drop all but echo replies (before it copies them) to our identifiers."""
    kept = echo.family.reply
    if four:
        raw.setsockopt(_SOL_RAW, 1, struct.pack("=I", 0xFFFFFFFF & ~(1 << kept)))
    else:
        blocked = [0xFFFFFFFF] * 8
        blocked[kept >> 5] &= ~(1 << (kept & 31))
        raw.setsockopt(socket.IPPROTO_ICMPV6, 1, struct.pack("=8I", *blocked))
    program = _program(echo.block, four)
    code = ctypes.create_string_buffer(program)
    pointer = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    raw.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pointer)


def _program(block: int, four: bool) -> bytes:
    """Classic BPF: keep packets whose identifier is in our block; raw IPv4 has the IP header."""
    start = [(0xB1, 0, 0, 0), (0x48, 0, 0, 4)] if four else [(0x28, 0, 0, 4)]
    test = [
        (0x54, 0, 0, 0x10000 - IDENTIFIERS),
        (0x15, 0, 1, block),
        (0x06, 0, 0, 0xFFFF),
        (0x06, 0, 0, 0),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in start + test)


def _tune(made: socket.socket) -> None:
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except PermissionError:
        with contextlib.suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
