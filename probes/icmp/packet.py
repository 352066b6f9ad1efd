"""Echo requests and replies as bytes (RFC 792, RFC 4443); pure.

Identifiers: each process draws a random block of 16 at its start and never a fixed one, so that a
stateful firewall or NAT between us and a device takes a restarted collector for a new flow. A
target moves to the next identifier of the block when it stays silent: state that a firewall pinned
to a dead path would otherwise be kept alive by the very pings that test it.
"""

import struct
from dataclasses import dataclass

PAYLOAD = 56
"""Bytes of data in an echo, the convention of ping and fping: 64 bytes of ICMP."""

IDENTIFIERS = 16
"""Size of a process's block of identifiers; a power of two, so that one mask tests for it."""

_HEADER = struct.Struct("!BBHHH")
_PAIR = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class Family:
    """What differs between ICMP for IPv4 and for IPv6."""

    request: int
    reply: int


V4 = Family(request=8, reply=0)
V6 = Family(request=128, reply=129)


def checksum(data: bytes) -> int:
    """The Internet checksum of an even number of bytes (RFC 1071)."""
    return fold(sum(struct.unpack(f"!{len(data) // 2}H", data)))


def fold(total: int) -> int:
    """The Internet checksum of a sum of 16-bit words."""
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


class Echo:
    """Encodes requests and recognises replies for one family and one process.

    `block` is the first identifier of the process's block. `payload` is random: a reply that does
    not carry all of it is not ours, which an off-path spoofer cannot know.
    """

    __slots__ = ("_start", "block", "family", "payload")

    def __init__(self, family: Family, block: int, payload: bytes) -> None:
        if len(payload) != PAYLOAD or block % IDENTIFIERS:
            raise ValueError("an echo needs 56 bytes of payload and an aligned block")
        self.family = family
        self.block = block
        self.payload = payload
        words = sum(struct.unpack(f"!{PAYLOAD // 2}H", payload))
        self._start = words + (family.request << 8)

    def request(self, identifier: int, sequence: int) -> bytes:
        """The packet; its checksum is summed from the payload's, which never changes.

        For IPv6 the kernel puts its own checksum in, as only it knows the pseudo-header.
        """
        total = fold(self._start + identifier + sequence)
        header = _HEADER.pack(self.family.request, 0, total, identifier, sequence)
        return header + self.payload

    def sequence(self, packet: bytes | memoryview, own: bool) -> int | None:
        """The sequence number of a reply to one of our requests, or None for anything else.

        `packet` starts at the ICMP header. `own` says that the identifier is the kernel's affair
        (ping sockets, which choose and match it themselves).
        """
        if len(packet) != _HEADER.size + PAYLOAD or packet[0] != self.family.reply or packet[1]:
            return None
        identifier, sequence = _PAIR.unpack_from(packet, 4)
        if not own and identifier & -IDENTIFIERS != self.block:
            return None
        return sequence if packet[8:] == self.payload else None
