"""Messages as bytes and back: v1 (RFC 1157), v2c (RFC 1901, 3416) and the frame of v3 (RFC 3412,
3414).

Pure: no clock, no keys, no sockets. Everything that reads raises DecodeError and nothing else.
"""

from functools import lru_cache
from typing import NamedTuple

from probes.snmp import ber
from probes.snmp.column import Value
from probes.snmp.errors import DecodeError

GET = 0xA0
GETNEXT = 0xA1
RESPONSE = 0xA2
GETBULK = 0xA5
REPORT = 0xA8

V1 = 0
V2C = 1
V3 = 3

LARGEST = 65507
"""Longest UDP payload over IPv4: what we can take, said in v3's msgMaxSize."""

ERRORS = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)
TOO_BIG = 1
NO_SUCH_NAME = 2
NO_ACCESS = 6
AUTHORIZATION = 16


def error_name(status: int) -> str:
    """The name of an error-status (RFC 3416 section 3)."""
    return ERRORS[status] if 0 <= status < len(ERRORS) else f"error {status}"


class Request(NamedTuple):
    """What to ask; `first`, `second` are non-repeaters and max-repetitions of a GETBULK, else 0."""

    kind: int
    oids: tuple[bytes, ...]
    first: int = 0
    second: int = 0


class Pdu(NamedTuple):
    """A PDU that was read; its varbinds stand undivided in `data[start:end]`."""

    kind: int
    request: int
    status: int
    culprit: int
    data: bytes
    start: int
    end: int


class Frame(NamedTuple):
    """A v3 message before its security is looked at (RFC 3412 section 6, RFC 3414 section 2.4).

    `mac_at` is where msgAuthenticationParameters stand in the message; `body` the offsets of
    msgData, header included.
    """

    number: int
    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    mac: bytes
    mac_at: int
    salt: bytes
    body: tuple[int, int]


@lru_cache(maxsize=4096)
def _asked(request: Request) -> bytes:
    """What stands behind the request id, varbinds with NULL for a value: the same few for every
    poll, so kept.
    """
    asked = (ber.encode(ber.OID, oid) + b"\x05\x00" for oid in request.oids)
    return (
        ber.encode_integer(request.first)
        + ber.encode_integer(request.second)
        + ber.encode(ber.SEQUENCE, b"".join(ber.encode(ber.SEQUENCE, one) for one in asked))
    )


def encode_pdu(request: Request, number: int) -> bytes:
    """The PDU of a request under this request id."""
    return ber.encode(request.kind, ber.encode_integer(number) + _asked(request))


def encode_community(version: int, community: bytes, pdu: bytes) -> bytes:
    """A v1 or v2c message."""
    return ber.encode(ber.SEQUENCE, _entrance(version, community) + pdu)


@lru_cache(maxsize=64)
def _entrance(version: int, community: bytes) -> bytes:
    return bytes((2, 1, version)) + ber.encode(ber.OCTETS, community)


def encode_frame(number: int, flags: int, parameters: bytes, body: bytes) -> bytes:
    """A v3 message: `parameters` are encoded security parameters, `body` encoded msgData."""
    head = ber.encode_integer(number) + ber.encode_integer(LARGEST) + bytes((4, 1, flags, 2, 1, 3))
    return ber.encode(
        ber.SEQUENCE,
        b"\x02\x01\x03"
        + ber.encode(ber.SEQUENCE, head)
        + ber.encode(ber.OCTETS, parameters)
        + body,
    )


def encode_scoped(engine: bytes, context: bytes, pdu: bytes) -> bytes:
    """A ScopedPDU (RFC 3412 section 6.8)."""
    return ber.encode(
        ber.SEQUENCE, ber.encode(ber.OCTETS, engine) + ber.encode(ber.OCTETS, context) + pdu
    )


def version_of(data: bytes) -> tuple[int, int, int]:
    """The version on the wire, where the rest of the message starts, and where the message ends."""
    start, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
    version, at = ber.read_integer(data, start, end)
    return version, at, end


def decode_pdu(data: bytes, at: int, end: int) -> Pdu:
    """A Response or Report at this offset."""
    kind, at, end = ber.header(data, at, end)
    if kind not in (RESPONSE, REPORT):
        raise DecodeError(f"PDU {kind:#x} is no answer")
    request, at = ber.read_integer(data, at, end)
    status, at = ber.read_integer(data, at, end)
    culprit, at = ber.read_integer(data, at, end)
    start, stop = ber.expect(data, at, end, ber.SEQUENCE)
    return Pdu(kind, request, status, culprit, data, start, stop)


def decode_community(data: bytes, at: int, end: int) -> Pdu:
    """The PDU of a v1 or v2c message; `at` is behind its version."""
    _, at = ber.expect(data, at, end, ber.OCTETS)
    return decode_pdu(data, at, end)


def decode_scoped(data: bytes, at: int, end: int) -> Pdu:
    """The PDU in a ScopedPDU in plain."""
    at, end = ber.expect(data, at, end, ber.SEQUENCE)
    _, at = ber.expect(data, at, end, ber.OCTETS)
    _, at = ber.expect(data, at, end, ber.OCTETS)
    return decode_pdu(data, at, end)


def decode_frame(data: bytes, at: int, end: int) -> Frame:
    """The frame of a v3 message; `at` is behind its version."""
    start, after = ber.expect(data, at, end, ber.SEQUENCE)
    number, start = ber.read_integer(data, start, after)
    _, start = ber.read_integer(data, start, after)
    flags, start = ber.read_octets(data, start, after)
    model, _ = ber.read_integer(data, start, after)
    if len(flags) != 1 or model != 3:
        raise DecodeError("not the user security model")
    start, body = ber.expect(data, after, end, ber.OCTETS)
    start, stop = ber.expect(data, start, body, ber.SEQUENCE)
    engine, start = ber.read_octets(data, start, stop)
    boots, start = ber.read_integer(data, start, stop)
    time, start = ber.read_integer(data, start, stop)
    user, start = ber.read_octets(data, start, stop)
    mac_at, start = ber.expect(data, start, stop, ber.OCTETS)
    salt, _ = ber.read_octets(data, start, stop)
    mac = data[mac_at:start]
    return Frame(number, flags[0], engine, boots, time, user, mac, mac_at, salt, (body, end))


_UNSIGNED = frozenset((ber.COUNTER32, ber.GAUGE32, ber.TICKS, ber.COUNTER64))
_NUMBERS = _UNSIGNED | {ber.INTEGER}


def varbinds(pdu: Pdu, start: int = 0) -> tuple[list[bytes], list[Value | None]]:
    """Names and values of a PDU, side by side; None for NULL, noSuch… and endOfMibView. `start` is
    the offset of the first one to read.

    The hot loop of the house: the short form that nearly every varbind has is read in place,
    everything else goes the long way.
    """
    data, at, end = pdu.data, start or pdu.start, pdu.end
    names: list[bytes] = []
    values: list[Value | None] = []
    name, value, number = names.append, values.append, int.from_bytes
    try:
        while at < end:
            split = at + 4 + data[at + 3]
            size = data[split + 1]
            stop = split + 2 + size
            if not (data[at + 1] == stop - at - 2 < 128 and data[at] == 48 and data[at + 2] == 6):
                at = _long_varbind(data, at, end, names, values)
                continue
            name(data[at + 4 : split])
            tag = data[split]
            if size == 1 and tag in _NUMBERS and (data[stop - 1] < 128 or tag != 2):
                value(data[stop - 1])
            elif tag in _UNSIGNED and size < 10:
                value(number(data[split + 2 : stop]))
            elif tag == 4:
                value(data[split + 2 : stop])
            else:
                value(ber.decode_value(tag, data[split + 2 : stop]))
            at = stop
    except IndexError:
        raise DecodeError("varbinds cut") from None
    if at != end:
        raise DecodeError("varbinds run over their list")
    return names, values


def _long_varbind(
    data: bytes, at: int, end: int, names: list[bytes], values: list[Value | None]
) -> int:
    start, stop = ber.expect(data, at, end, ber.SEQUENCE)
    first, split = ber.expect(data, start, stop, ber.OID)
    tag, start, last = ber.header(data, split, stop)
    if last != stop:
        raise DecodeError("varbind holds more than a name and a value")
    names.append(data[first:split])
    values.append(ber.decode_value(tag, data[start:last]))
    return stop
