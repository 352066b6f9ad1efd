"""A simulated device's SNMP agent, v1 and v2c: a datagram in, a datagram out, nothing kept.

Pure: who asks, when and on which socket is the simulator's. GetBulk fills a message up to the
device's largest size and no further, as real agents do (RFC 3416 §4.2.3). Whatever cannot be read
is not answered.
"""

from itertools import islice
from typing import NamedTuple

from collector.demo import tlv
from collector.demo.device import Device
from collector.demo.shape import Shape

GET, NEXT, RESPONSE, SET, BULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5
TOO_BIG, NO_SUCH_NAME, NOT_WRITABLE = 1, 2, 17
_BINDINGS, _REPETITIONS = 256, 1000
_SHORT = tuple(bytes((tlv.SEQUENCE, size)) for size in range(128))


class Question(NamedTuple):
    """A request as it came: names are BER contents, `first` and `second` error or bulk numbers."""

    kind: int
    request: bytes
    first: int
    second: int
    names: list[bytes]
    bindings: bytes


class RefusedError(Exception):
    """An answer that is an error: status and the index of the binding it is about."""

    def __init__(self, status: int, index: int = 0) -> None:
        super().__init__(status, index)
        self.status, self.index = status, index


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the value at `at`. Raises ValueError when it is not whole before
    `end`.
    """
    if at + 2 > end:
        raise ValueError("cut short")
    tag, size, start = data[at], data[at + 1], at + 2
    if size > 127:
        wide = size & 0x7F
        if not 0 < wide <= 3 or start + wide > end:
            raise ValueError("no length")
        size = int.from_bytes(data[start : start + wide], "big")
        start += wide
    if start + size > end:
        raise ValueError("cut short")
    return tag, start, start + size


def expect(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    """Start and end of a value that must have this tag. Raises ValueError otherwise."""
    tag, start, stop = read(data, at, end)
    if tag != wanted:
        raise ValueError(f"tag {tag:#x} where {wanted:#x} belongs")
    return start, stop


def small(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An INTEGER of at most eight bytes, and where it ends. Raises ValueError."""
    start, stop = expect(data, at, end, tlv.INTEGER)
    if not 0 < stop - start <= 8:
        raise ValueError("no integer")
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def question(data: bytes, at: int, end: int) -> Question:
    """The request PDU at `at`. Raises ValueError when it is none."""
    kind, at, end = read(data, at, end)
    start, stop = expect(data, at, end, tlv.INTEGER)
    request = data[at:stop]
    first, at = small(data, stop, end)
    second, at = small(data, at, end)
    at, end = expect(data, at, end, tlv.SEQUENCE)
    bindings = data[at:end]
    names: list[bytes] = []
    while at < end:
        inner, stop = expect(data, at, end, tlv.SEQUENCE)
        start, finish = expect(data, inner, stop, tlv.OBJECT_ID)
        names.append(data[start:finish])
        at = stop
        if len(names) > _BINDINGS:
            raise ValueError("too many bindings")
    return Question(kind, request, first, second, names, bindings)


def bound(head: bytes, value: bytes) -> bytes:
    """One variable binding, whole."""
    size = len(head) + len(value)
    if size < 128:
        return _SHORT[size] + head + value
    return tlv.wrap(tlv.SEQUENCE, head + value)


class Agent:
    """One device's answers."""

    __slots__ = ("_community", "_device", "_shape")

    def __init__(self, device: Device, shape: Shape) -> None:
        self._device = device
        self._shape = shape
        self._community = device.plays.community.encode()

    def answer(self, datagram: bytes, now: float) -> bytes | None:
        """The answer to a v1 or v2c message at a time in Unix seconds; None when none is due."""
        try:
            at, end = expect(datagram, 0, len(datagram), tlv.SEQUENCE)
            version, at = small(datagram, at, end)
            start, stop = expect(datagram, at, end, tlv.OCTETS)
            if version not in (0, 1) or datagram[start:stop] != self._community:
                return None
            asked = question(datagram, stop, end)
            pdu = self.respond(asked, now, version == 0)
        except ValueError:
            return None
        head = tlv.integer(version) + tlv.wrap(tlv.OCTETS, self._community)
        return tlv.wrap(tlv.SEQUENCE, head + pdu)

    def respond(self, asked: Question, now: float, first_version: bool = False) -> bytes:
        """The response PDU to a request. Raises ValueError for what is no request of the
        version's.
        """
        try:
            found = self._bindings(asked, now, first_version)
            if sum(map(len, found)) > max(self._shape.largest - 64, 0):
                raise RefusedError(TOO_BIG)
        except RefusedError as refused:
            # RFC 3416 §4.2.1: a tooBig answer carries no bindings, the others the request's own
            same = b"" if refused.status == TOO_BIG and not first_version else asked.bindings
            return _pdu(asked.request, refused.status, refused.index, same)
        return _pdu(asked.request, 0, 0, b"".join(found))

    def _bindings(self, asked: Question, now: float, first_version: bool) -> list[bytes]:
        if asked.kind == SET:
            raise RefusedError(NO_SUCH_NAME if first_version else NOT_WRITABLE, 1)
        if asked.kind == BULK and not first_version:
            return self._bulk(asked, now)
        if asked.kind not in (GET, NEXT):
            raise ValueError(f"no request: {asked.kind:#x}")
        if first_version:
            one = self._get_first if asked.kind == GET else self._next_first
            return [one(name, now, index) for index, name in enumerate(asked.names, 1)]
        any_one = self._get if asked.kind == GET else self._next
        return [any_one(name, now) for name in asked.names]

    def _get_first(self, name: bytes, now: float, index: int) -> bytes:
        """As v1 has it: no exceptions in place of values, no 64-bit counters (RFC 3584
        §4.2.2.1).
        """
        place = self._shape.places.get(name)
        if place is not None:
            entry = self._shape.entries[place]
            value = entry.value(self._device, entry.row, now)
            if value[0] != tlv.COUNTER64:
                return bound(entry.head, value)
        raise RefusedError(NO_SUCH_NAME, index)

    def _next_first(self, name: bytes, now: float, index: int) -> bytes:
        entries = self._shape.entries
        for entry in islice(entries, self._shape.after(name), None):
            value = entry.value(self._device, entry.row, now)
            if value[0] != tlv.COUNTER64:
                return bound(entry.head, value)
        raise RefusedError(NO_SUCH_NAME, index)

    def _get(self, name: bytes, now: float) -> bytes:
        place = self._shape.places.get(name)
        if place is None:
            return bound(tlv.wrap(tlv.OBJECT_ID, name), self._shape.missing(name))
        entry = self._shape.entries[place]
        return bound(entry.head, entry.value(self._device, entry.row, now))

    def _next(self, name: bytes, now: float) -> bytes:
        place = self._shape.after(name)
        if place >= len(self._shape.entries):
            return bound(tlv.wrap(tlv.OBJECT_ID, name), tlv.END_OF_MIB_VIEW)
        entry = self._shape.entries[place]
        return bound(entry.head, entry.value(self._device, entry.row, now))

    def _bulk(self, asked: Question, now: float) -> list[bytes]:
        singles = min(max(asked.first, 0), len(asked.names))
        found = [self._next(name, now) for name in asked.names[:singles]]
        names = asked.names[singles:]
        rounds = min(max(asked.second, 0), _REPETITIONS)
        room = self._shape.largest - 64 - sum(map(len, found))
        return found + self._rounds(names, rounds, room, now) if names else found

    def _rounds(self, names: list[bytes], rounds: int, room: int, now: float) -> list[bytes]:
        entries, device = self._shape.entries, self._device
        ends = [bound(tlv.wrap(tlv.OBJECT_ID, name), tlv.END_OF_MIB_VIEW) for name in names]
        places = [self._shape.after(name) for name in names]
        found: list[bytes] = []
        for done in range(rounds):
            if min(places) + done > len(entries):
                break  # one row has said that all columns are at their end
            for column, place in enumerate(places):
                if place + done < len(entries):
                    head, value, row = entries[place + done]
                    piece = bound(head, value(device, row, now))
                else:
                    last = bound(entries[-1].head, tlv.END_OF_MIB_VIEW)
                    piece = last if place < len(entries) else ends[column]
                room -= len(piece)
                if room < 0 and found:
                    return found
                found.append(piece)
        return found


def _pdu(request: bytes, status: int, index: int, bindings: bytes) -> bytes:
    """A Response PDU with the request's own identifier bytes."""
    head = request + tlv.integer(status) + tlv.integer(index)
    return tlv.wrap(RESPONSE, head + tlv.wrap(tlv.SEQUENCE, bindings))
