import random

import pytest

from probes.icmp.packet import IDENTIFIERS, PAYLOAD, V4, V6, Echo, checksum

PAYLOAD_BYTES = bytes(range(100, 100 + PAYLOAD))


def echo() -> Echo:
    return Echo(V4, 0x4A30, PAYLOAD_BYTES)


def reply(identifier: int, sequence: int, payload: bytes = PAYLOAD_BYTES, kind: int = 0) -> bytes:
    return (
        bytes([kind, 0, 0, 0])
        + identifier.to_bytes(2, "big")
        + sequence.to_bytes(2, "big")
        + payload
    )


@pytest.mark.parametrize("payload", [bytes(56), b"\xff" * 56, PAYLOAD_BYTES])
@pytest.mark.parametrize("sequence", [0, 1, 0xFF, 0x100, 0xFFFF])
@pytest.mark.parametrize("block", [0, 0x4A30, 0xFFF0])
def test_every_request_carries_a_checksum_that_sums_to_nothing(block, sequence, payload):
    for identifier in range(block, block + IDENTIFIERS):
        packet = Echo(V4, block, payload).request(identifier, sequence)
        assert len(packet) == 64
        assert checksum(packet) == 0


def test_a_request_is_laid_out_as_rfc_792_says():
    packet = echo().request(0x4A31, 258)
    assert packet[:2] == b"\x08\x00"
    assert packet[4:8] == b"\x4a\x31\x01\x02"
    assert packet[8:] == PAYLOAD_BYTES
    assert Echo(V6, 0x4A30, PAYLOAD_BYTES).request(0x4A31, 258)[0] == 128


@pytest.mark.parametrize(
    ("packet", "own", "sequence"),
    [
        (reply(0x4A30, 7), False, 7),
        (reply(0x4A3F, 65535), False, 65535),
        (reply(0x4A40, 7), False, None),
        (reply(0x1234, 7), False, None),
        (reply(0x1234, 7), True, 7),
        (reply(0x4A30, 7, kind=8), False, None),
        (reply(0x4A30, 7, bytes(56)), False, None),
        (reply(0x4A30, 7, PAYLOAD_BYTES[:-1]), False, None),
        (reply(0x4A30, 7, PAYLOAD_BYTES + b"x"), False, None),
        (reply(0x4A30, 7)[:7], False, None),
        (b"", False, None),
    ],
)
def test_only_whole_replies_to_our_requests_are_recognised(packet, own, sequence):
    assert echo().sequence(packet, own) == sequence
    assert echo().sequence(memoryview(packet), own) == sequence


def test_random_bytes_are_never_a_reply_and_never_an_error():
    source = random.Random(7)
    ours = echo()
    for _ in range(5000):
        assert ours.sequence(source.randbytes(source.randrange(130)), own=True) is None


@pytest.mark.parametrize(("block", "payload"), [(1, PAYLOAD_BYTES), (16, b"short")])
def test_a_block_is_aligned_and_a_payload_whole(block, payload):
    with pytest.raises(ValueError, match="56 bytes"):
        Echo(V4, block, payload)
