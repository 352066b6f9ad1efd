"""An SNMP agent for tests: serves a recording over real UDP, v1 and v2c, from a thread of its own.

A recording is a text file of `OID|TAG|VALUE` lines: TAG is the BER tag as a number (2 INTEGER,
4 OCTET STRING, 6 OBJECT IDENTIFIER, 64 IpAddress, 65 Counter32, 66 Gauge32, 67 TimeTicks,
70 Counter64), with an `x` after it when VALUE is hexadecimal. Lines that start with `#` are
remarks.
"""

import bisect
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

Oid = tuple[int, ...]
REPLY_BYTES = 1400


def tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 128 | len(length))) + length + body


def integer(tag: int, value: int) -> bytes:
    return tlv(tag, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def name(oid: Oid) -> bytes:
    out = bytearray()
    for arc in (oid[0] * 40 + oid[1], *oid[2:]):
        piece = [arc & 127]
        while arc := arc >> 7:
            piece.append(arc & 127 | 128)
        out += bytes(reversed(piece))
    return tlv(6, bytes(out))


def value(tag: str, text: str) -> bytes:
    number = int(tag.rstrip("x"))
    if tag.endswith("x"):
        return tlv(number, bytes.fromhex(text))
    if number == 4:
        return tlv(4, text.encode())
    if number == 6:
        return name(tuple(map(int, text.split("."))))
    if number == 64:
        return tlv(64, bytes(map(int, text.split("."))))
    return tlv(5, b"") if number == 5 else integer(number, int(text))


def load(path: Path) -> dict[Oid, bytes]:
    """A recording as encoded values by object identifier."""
    found: dict[Oid, bytes] = {}
    for line in path.read_text("latin-1").splitlines():
        if line and not line.startswith("#"):
            oid, tag, text = line.split("|", 2)
            if int(tag.rstrip("x")) != 68:
                found[tuple(map(int, oid.split(".")))] = value(tag, text)
    return found


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 128:
            width = size & 127
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        yield tag, data[at : at + size]
        at += size


def numbers(body: bytes) -> Oid:
    found, arc = [], 0
    for byte in body:
        arc = arc << 7 | byte & 127
        if not byte & 128:
            found.append(arc)
            arc = 0
    head = found[0]
    first = min(head // 40, 2)
    return (first, head - 40 * first, *found[1:])


class ReplayAgent:
    """One agent. `change` its objects between polls; `asked` counts objects, `packets` requests.

    With `deaf_after` set, the agent falls silent after that many packets. `at` is where it listens.
    """

    def __init__(
        self,
        objects: dict[Oid, bytes],
        version: int = 1,
        at: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.objects = objects
        self.names: list[Oid] = sorted(objects)
        self.version = version
        self.packets = self.asked = 0
        self.requests: list[list[Oid]] = []
        self.deaf_after: int | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(at)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def change(self, objects: dict[Oid, bytes]) -> None:
        self.names, self.objects = [], objects
        self.names = sorted(objects)

    def close(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(65535)
            if not data:
                return
            self.packets += 1
            if self.deaf_after is None or self.packets <= self.deaf_after:
                self._socket.sendto(self._answer(data), peer)

    def _answer(self, data: bytes) -> bytes:
        ((_, message),) = parts(data)
        (_, version), (_, community), (kind, pdu) = parts(message)
        ident, one, two, (_, binds) = parts(pdu)
        wanted = [numbers(next(parts(bind))[1]) for _, bind in parts(binds)]
        self.requests.append(wanted)
        self.asked += len(wanted)
        first, second = (int.from_bytes(x[1], "big", signed=True) for x in (one, two))
        status = 0
        if kind == 0xA0:
            rows = [self._bind(oid, self.objects.get(oid, b"\x81\x00")) for oid in wanted]
            if version == b"\x00" and any(oid not in self.objects for oid in wanted):
                status = 2
                rows = [self._bind(oid, b"\x05\x00") for oid in wanted]
        else:
            rows = self._bulk(wanted, *((0, 1) if kind == 0xA1 else (first, second)))
            if version == b"\x00" and any(row[-2:] == b"\x82\x00" for row in rows):
                status = 2
        body = integer(2, status) + integer(2, min(status, 1)) + tlv(0x30, b"".join(rows))
        reply = tlv(0xA2, tlv(ident[0], ident[1]) + body)
        return tlv(0x30, tlv(2, version) + tlv(4, community) + reply)

    def _bind(self, oid: Oid, encoded: bytes) -> bytes:
        return tlv(0x30, name(oid) + encoded)

    def _bulk(self, wanted: list[Oid], single: int, repeat: int) -> list[bytes]:
        rows: list[bytes] = []
        room = REPLY_BYTES
        current = wanted
        for turn in range(max(1, repeat)):
            following = []
            for oid in current if turn else wanted:
                at = bisect.bisect_right(self.names, oid)
                if at < len(self.names):
                    oid = self.names[at]
                    rows.append(self._bind(oid, self.objects[oid]))
                else:
                    rows.append(self._bind(oid, b"\x82\x00"))
                following.append(oid)
                room -= len(rows[-1])
                if room < 0 and turn:
                    return rows
            current = following
        return rows
