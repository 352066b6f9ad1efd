"""UDP sockets shared by all agents: sends, drains, tells what ICMP says. Knows nothing of SNMP."""

import errno
import socket
import struct
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

BUFFER = 4 << 20
"""Receive buffer asked for, in bytes: a burst of large replies must wait here, not be lost."""
BATCH = 128
"""Datagrams read before other work of the loop gets its turn."""

_RECEIVE_ERRORS: Final = {
    socket.AF_INET: (socket.IPPROTO_IP, 11),  # IP_RECVERR
    socket.AF_INET6: (socket.IPPROTO_IPV6, 25),  # IPV6_RECVERR
}
_BUFFER_BY_FORCE = 33  # SO_RCVBUFFORCE
_TRANSIENT = (errno.EAGAIN, errno.ENOBUFS, errno.EINTR)

Address = tuple[str, int] | tuple[str, int, int, int]
OnDatagram = Callable[[bytes, Any], None]
OnRefusal = Callable[[str, int, int], None]


class _Socket(socket.socket):
    """A socket that goes with its loop: closed in silence when that went without telling us."""

    def __del__(self) -> None:
        self.close()


class Transport:
    """One unconnected socket an address family, opened when first needed.

    `on_datagram(data, source)` is called for each datagram from the loop's reader;
    `on_refusal(host, port, errno)` when the network or the host said that a datagram could not be
    delivered (IP_RECVERR).
    """

    __slots__ = ("_on_datagram", "_on_refusal", "_sockets")

    def __init__(self, on_datagram: OnDatagram, on_refusal: OnRefusal) -> None:
        self._on_datagram = on_datagram
        self._on_refusal = on_refusal
        self._sockets: dict[int, _Socket] = {}

    def send(self, data: bytes, to: Address) -> None:
        """Send one datagram; full buffers count as loss. Raises OSError when it cannot go."""
        sock = self._sockets.get(len(to)) or self._open(to)
        try:
            sock.sendto(data, to)
        except OSError as error:
            if error.errno in _TRANSIENT:
                return
            if not self._refusals(sock):
                raise
            # The error was that of an earlier datagram to somebody else: this one was not sent yet.
            with suppress(BlockingIOError):
                sock.sendto(data, to)

    def _open(self, to: Address) -> socket.socket:
        family = socket.AF_INET if len(to) == 2 else socket.AF_INET6
        sock = _Socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(*_RECEIVE_ERRORS[family], 1)
        try:
            sock.setsockopt(socket.SOL_SOCKET, _BUFFER_BY_FORCE, BUFFER)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._sockets[len(to)] = sock
        get_running_loop().add_reader(sock, self._drain, sock)
        return sock

    def _drain(self, sock: socket.socket) -> None:
        receive, on_datagram = sock.recvfrom, self._on_datagram
        for count in range(BATCH):
            try:
                data, source = receive(65535)
            except BlockingIOError:
                if not count:  # woken for nothing to read: then for the error queue
                    self._refusals(sock)
                return
            except OSError:
                self._refusals(sock)
                continue
            on_datagram(data, source)

    def _refusals(self, sock: socket.socket) -> int:
        """Read the socket's error queue; how many errors were in it."""
        for found in range(BATCH):
            try:
                _, ancillary, _, to = sock.recvmsg(64, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return found
            for _, _, content in ancillary:
                if len(content) >= 16 and to:
                    self._on_refusal(to[0], to[1], struct.unpack_from("=I", content)[0])
        return BATCH

    def close(self, loop: AbstractEventLoop | None = None) -> None:
        """Close the sockets; `loop` is None when it is gone already."""
        for sock in self._sockets.values():
            if loop is not None:
                loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()
