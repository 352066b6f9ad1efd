"""The device that own.yml asks."""

import struct

from tests.snmp_session.replay import Oid, integer, name, tlv

BASE = (1, 3, 6, 1, 4, 1, 99999)
DATE = bytes((7, 226, 8, 15, 8, 1, 15, 0, 43, 2, 0))
OBJECTS: dict[Oid, bytes] = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): tlv(4, b"own"),
    (1, 3, 6, 1, 2, 1, 1, 2, 0): name((1, 3, 6, 1, 4, 1, 99999)),
    (1, 3, 6, 1, 2, 1, 1, 3, 0): integer(67, 4711),
}


def _add(oid: Oid, value: bytes) -> None:
    OBJECTS[*BASE, *oid] = value


def number(value: int) -> bytes:
    return integer(2, value)


def _opaque(value: float) -> bytes:
    return tlv(68, b"\x9f\x78\x04" + struct.pack(">f", value))


_add((1, 1, 1, 7, 1), integer(65, 10))
_add((1, 1, 1, 7, 2), integer(65, 11))
_add((1, 1, 1, 8, 9), integer(65, 12))
_add((1, 1, 1, 9), integer(65, 13))  # a trailing zero that the agent left away
_add((2, 1, 1, 2, 97, 98, 1, 255, 99, 100), number(1))
_add((2, 1, 1, 0, 0, 1), number(2))
_TAIL = (0, 17, 34, 51, 68, 255, 10, 1, 2, 3, *range(16))
_add((3, 1, 1, 1, 4, 192, 168, 1, 2, *_TAIL), number(1))
_add((3, 1, 1, 2, 16, *range(16, 32), *_TAIL), number(2))
_add((3, 1, 1, 3, 5, 1, 2, 3, 4, 5, *_TAIL), number(3))
_add((4, 1, 1, 1, 10, 0, 0, 1), number(1))
_add((4, 1, 1, 9, 1, 2), number(2))
for row, (title, slot, kind, port) in enumerate(
    (
        (b"C\xc3\xb4ng an, t\xe1\xba\xa7ng 2", 3, 3, bytes((0, 1, 2, 3, 4, 255))),
        (b'a=b "c" \\d ', 4, 5, b"eth 0/1"),
        (b"", 9, 6, b"\x00\x01"),
    ),
    start=1,
):
    _add((5, 1, 1, row), number(row * 100))
    _add((5, 1, 2, row), tlv(4, title))
    _add((5, 1, 3, row), number(slot))
    _add((5, 1, 4, row), number(kind))
    _add((5, 1, 5, row), tlv(4, port))
    _add((5, 1, 6, row), tlv(4, bytes((row, 255))))
_add((5, 1, 1, 4), number(400))
_add((6, 1, 1, 3), tlv(4, b"slot three"))
_add((6, 1, 1, 4), tlv(4, b"slot four"))
_add((7, 1, 1, 1, 300), number(5))
_add((7, 1, 2, 1, 300), tlv(4, bytes((1, 2, 3, 4, 5, 6))))
_add((8, 1, 1, 1), number(5))
_add((9, 1, 0), tlv(4, "Phòng máy chủ".encode() + b" " + b"x" * 150))
_add((9, 2, 0), tlv(4, b"\x00\xffA"))
_add((9, 3, 0), name((1, 3, 6, 1, 4, 1, 9, 1, 300)))
_add((9, 4, 0), tlv(64, bytes((10, 17, 0, 1))))
_add((9, 5, 0), tlv(4, DATE))
_add((9, 6, 0), tlv(4, bytes(8)))
_add((9, 7, 0), number(-5))
_add((9, 8, 0), integer(70, 2**64 - 3))
_add((9, 9, 0), number(-70_000))
_add((9, 10, 0), tlv(4, b"12"))
_add((9, 11, 5), number(6))
_add((9, 12, 0), _opaque(10.1))
_add((9, 13, 0), _opaque(10.1))
for row, (state, bits) in enumerate(((1, b"\x80\x40"), (2, b"\x40"), (7, b"")), start=1):
    _add((10, 1, 1, row), number(state))
    _add((10, 1, 2, row), number(state))
    _add((10, 1, 3, row), tlv(4, bits))
_add((11, 1, 1, 1), number(1))
_add((11, 1, 2, 1), tlv(4, bytes((10, 0, 0, 1))))
_add((11, 1, 1, 2), number(2))
_add((11, 1, 2, 2), tlv(4, bytes(range(16))))
_add((11, 1, 1, 3), number(16))
_add((11, 1, 2, 3), tlv(4, b"host"))
_add((12, 0), tlv(4, b"load 12.5 % at 40C"))
_add((13, 0), number(123))
