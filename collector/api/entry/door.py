"""The socket that the API listens on: so many connections and no more, however they behave.

A connection costs a file, and files are what the collector asks devices with. Whoever holds many
open, sends nothing or takes nothing is not known by a token yet, so it is counted here.
"""

import socket
from collections import Counter
from collections.abc import Collection
from ipaddress import ip_address

EACH, ALL = 128, 512
"""Connections at once: of one address beyond this machine, and of all."""

IDLE = 60.0
"""Seconds in which a connection must have sent a whole question, the first as every other."""

STUCK = 30.0
"""Seconds in which a reader must take something."""


class Door(socket.socket):
    """Listens at an IP literal. `trusted` are addresses that bring many: reverse proxies."""

    def __init__(self, host: str, port: int, trusted: Collection[str] = ()) -> None:
        """Raises OSError."""
        super().__init__(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        self._trusted = trusted
        self._inside: list[tuple[socket.socket, str]] = []
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self.family == socket.AF_INET6:
                self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.bind((host, port))
        except OSError:
            self.close()
            raise

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """The next one. Raises ConnectionAbortedError where it is one too many."""
        one, place = super().accept()
        self._inside = [known for known in self._inside if known[0].fileno() >= 0]
        address = place[0]
        counts = Counter(known[1] for known in self._inside)
        free = address in self._trusted or ip_address(address).is_loopback
        if len(self._inside) >= ALL or (counts[address] >= EACH and not free):
            one.close()
            raise ConnectionAbortedError("too many connections")
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STUCK * 1000))
        self._inside.append((one, address))
        return one, place
