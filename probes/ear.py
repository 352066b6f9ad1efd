"""Sockets that wait for what devices say unasked."""

import socket

BUFFER = 4 << 20
"""Bytes that the kernel may keep for us (as far as it allows)."""


def bound(address: tuple[str, int], kind: socket.SocketKind) -> socket.socket:
    """A socket that listens there. Raises OSError where this machine does not let us."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    sock = socket.socket(family, kind)
    try:
        if kind is socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sock.setblocking(False)
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock
