"""Whole rows of a GETBULK reply, read in one stroke: the same as varbind by varbind, or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from probes.snmp import ber, message, rows
from probes.snmp.errors import DecodeError

COLUMNS = tuple(
    ber.encode_oid(oid) for oid in ("1.3.6.1.2.1.2.2.1.7", "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.9.1")
)
TAGS = st.sampled_from([ber.INTEGER, ber.COUNTER32, ber.GAUGE32, ber.TICKS, ber.COUNTER64])
NUMBERS = st.one_of(st.integers(0, 127), st.integers(0, 2**31 - 1))
CELL = st.tuples(TAGS, NUMBERS)
INDEX = st.lists(st.one_of(st.integers(0, 127), st.integers(0, 2**32 - 1)), min_size=1, max_size=4)
ROW = st.tuples(INDEX, st.tuples(*[CELL] * len(COLUMNS)))


def varbind(name: bytes, value: bytes) -> bytes:
    return ber.encode(ber.SEQUENCE, ber.encode(ber.OID, name) + value)


def reply(table: list[tuple[list[int], tuple[tuple[int, int], ...]]]) -> bytes:
    return b"".join(
        varbind(column + ber.encode_subids(index), ber.encode_integer(number, tag))
        for index, cells in table
        for column, (tag, number) in zip(COLUMNS, cells, strict=True)
    )


def pdu(data: bytes) -> message.Pdu:
    return message.Pdu(message.RESPONSE, 1, 0, 0, data, 3, len(data))


@given(st.lists(ROW, min_size=2, max_size=12))
def test_rows_of_numbers_are_what_their_varbinds_say(
    table: list[tuple[list[int], tuple[tuple[int, int], ...]]],
) -> None:
    data = b"\x00\x00\x00" + reply(table)
    indexes, columns, stop = rows.read(COLUMNS, data, 3, len(data))
    names, values = message.varbinds(pdu(data))
    wide = len(COLUMNS)
    whole = len(indexes) * wide
    assert not stop % len(data) or not indexes  # all of it or nothing
    assert [column + index for index in indexes for column in COLUMNS] == names[:whole]
    assert [list(row) for row in zip(*columns, strict=True)] == [
        values[at : at + wide] for at in range(0, whole, wide)
    ]


def test_rows_stop_where_the_table_ends_and_the_rest_is_left() -> None:
    table = [([n], ((2, 1), (70, 2**40 + n), (65, n))) for n in range(1, 6)]
    behind = b"".join(varbind(column[:-1] + b"\x7f\x01", b"\x02\x01\x05") for column in COLUMNS)
    data = b"\x00\x00\x00" + reply(table) + behind
    indexes, columns, stop = rows.read(COLUMNS, data, 3, len(data))
    assert indexes == [bytes((n,)) for n in range(1, 6)]
    assert columns == [[1] * 5, [2**40 + n for n in range(1, 6)], [1, 2, 3, 4, 5]]
    assert data[stop:] == behind
    assert len(message.varbinds(pdu(data), stop)[0]) == len(COLUMNS)


def test_columns_of_text_are_read_with_the_numbers_beside_them() -> None:
    texts = [b"eth0", b"", b"0\x10\x06\x0b" + COLUMNS[1], b"\xff" * 64]
    data = b"\x00\x00\x00" + b"".join(
        varbind(COLUMNS[0] + b"\x01", ber.encode(ber.OCTETS, text))
        + varbind(COLUMNS[1] + b"\x01", b"\x46\x02\x01\x00")
        for text in texts
    )
    indexes, columns, stop = rows.read(COLUMNS[:2], data, 3, len(data))
    assert (indexes, columns, stop) == ([b"\x01"] * 4, [texts, [256] * 4], len(data))
    longer = b"\x00\x00\x00" + varbind(COLUMNS[0], ber.encode(ber.OCTETS, b"x" * 65)) * 3
    assert rows.read(COLUMNS[:1], longer, 3, len(longer)) == ([], [], 3)


def test_an_agent_that_changes_types_all_the_time_is_read_the_careful_way() -> None:
    group = tuple(ber.encode_oid(f"1.3.6.1.7.{n}") for n in range(1, 5))
    read = 0
    for mask in range(16):
        values = [b"\x04\x01x" if mask >> n & 1 else b"\x02\x01\x05" for n in range(4)]
        row = b"".join(varbind(c + b"\x01", v) for c, v in zip(group, values, strict=True))
        read += bool(rows.read(group, row * 3, 0, 3 * len(row))[0])
    assert read == rows.VARIANTS


def test_text_negative_numbers_and_absent_values_are_left_to_the_careful_way() -> None:
    good = [([n], ((2, n), (70, n), (65, n))) for n in range(1, 4)]
    for value in (b"\x04\x01x", b"\x02\x01\xff", b"\x82\x00", b"\x02\x81\x01\x05", b"\x44\x01\x01"):
        odd = b"".join(varbind(column + b"\x04", value) for column in COLUMNS)
        data = b"\x00\x00\x00" + odd + reply(good)
        assert rows.read(COLUMNS, data, 3, len(data)) == ([], [], 3)
        between = b"\x00\x00\x00" + reply(good[:2]) + odd + reply(good[2:])
        indexes, _, stop = rows.read(COLUMNS, between, 3, len(between))
        assert (indexes, stop) in (([], 3), ([b"\x01", b"\x02"], 3 + len(reply(good[:2]))))


@given(st.binary(max_size=400), st.integers(0, 150))
def test_a_damaged_reply_never_gives_rows_and_then_another_reading(noise: bytes, at: int) -> None:
    data = reply([([n, 1], ((2, 1), (70, n), (65, 300))) for n in range(1, 6)])
    data = b"\x00\x00\x00" + data[:at] + noise + data[at:]
    indexes, _, stop = rows.read(COLUMNS, data, 3, len(data))
    assert 3 <= stop <= len(data)
    try:
        names, _ = message.varbinds(pdu(data))
    except DecodeError:
        return
    whole = len(indexes) * len(COLUMNS)
    assert [column + index for index in indexes for column in COLUMNS] == names[:whole]


def test_a_reply_full_of_beginnings_gives_nothing() -> None:
    start = b"0\x0f\x06\x0b" + COLUMNS[0]
    data = (start * 10_000)[:65_000]
    assert rows.read(COLUMNS, data, 0, len(data)) == ([], [], 0)
