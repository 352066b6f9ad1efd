"""What messages of syslog say, in the forms that devices send; how a stream is cut into them."""

import asyncio

import pytest

from probes.syslog import LONGEST, TURN, Stream, parse


@pytest.mark.parametrize(
    ("raw", "severity", "app", "text"),
    [
        (b"<165>1 2026-11-22T02:14:15.003Z fw01 ha - ID47 - HA failover", "notice",
         "ha", "HA failover"),
        (b'<11>1 - h sshd 42 - [a@1 x="]\\"" y="2"][b@1] no', "error", "sshd", "no"),
        (b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "critical",
         "su", "'su root' failed"),
        (b"<13>Nov  2 02:14:15 host cron[77]: done", "notice", "cron", "done"),
        (b"<187>148: Nov 22 02:14:15.123: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
         "error", "%LINK-3-UPDOWN", "Interface Gi0/1, changed state to down"),
        (b"<189>date=2026-11-22 time=02:14:15 devname=fw01 logid=1", "notice", "",
         "date=2026-11-22 time=02:14:15 devname=fw01 logid=1"),
        (b"no priority at all", "notice", "", "no priority at all"),
        (b"<999>too high", "notice", "", "<999>too high"),
        (b"", "notice", "", ""),
        ("<27>Nov 22 02:14:15 h app: đứt cáp quang".encode(), "error", "app", "đứt cáp quang"),
        (b"<27>Nov 22 02:14:15 h app: \x1b[31mred\x00\r\nnext", "error", "app", "[31mred next"),
        (b"<27>Nov 22 02:14:15 h app: \xff\xfe", "error", "app", "\ufffd\ufffd"),
    ],
)  # fmt: skip
def test_messages(raw: bytes, severity: str, app: str, text: str) -> None:
    message = parse(raw)
    assert (message.severity, message.app, message.text) == (severity, app, text)


def test_a_long_message_is_cut() -> None:
    assert len(parse(b"<13>" + b"x" * 100_000).text) == 1024


def cut(*parts: bytes) -> list[bytes]:
    found: list[bytes] = []

    def heard(_source: str, message: bytes) -> bool:
        found.append(message)
        return True

    stream = Stream(heard, lambda _source: True, lambda _source: None)
    for part in parts:
        stream.data_received(part)
    return found


def test_lines_are_messages() -> None:
    assert cut(b"<13>one\n<14>tw", b"o\r\n\n<15>thr") == [b"<13>one", b"<14>two\r"]


def test_counted_messages_may_hold_lines_and_come_in_pieces() -> None:
    assert cut(b"9 <13>a\nb", b"cd", b"7 <14>def") == [b"<13>a\nbcd", b"<14>def"]


def test_what_is_too_long_loses_its_end_and_nothing_else() -> None:
    long = b"<13>" + b"x" * (LONGEST + 500)
    found = cut(b"%d " % len(long) + long[:5000], long[5000:] + b"7 <14>def")
    assert found == [long[:LONGEST], b"<14>def"]
    first, *rest = cut(b"y" * (LONGEST + 10) + b"\n<13>z\n")
    assert (first, rest[-1]) == (b"y" * LONGEST, b"<13>z")


def test_an_absurd_count_keeps_nothing() -> None:
    assert cut(b"9999999 <13>a", b"b" * 100) == []


class Connection(asyncio.Transport):
    """One that says whether it is read."""

    read = True

    def pause_reading(self) -> None:
        self.read = False

    def resume_reading(self) -> None:
        self.read = True

    def is_closing(self) -> bool:
        return False


def connected(listens: bool) -> tuple[Stream, Connection, list[bytes]]:
    found: list[bytes] = []

    def heard(_source: str, message: bytes) -> bool:
        found.append(message)
        return listens

    stream = Stream(heard, lambda _source: True, lambda _source: None)
    stream._transport = connection = Connection()
    return stream, connection, found


@pytest.mark.asyncio
@pytest.mark.parametrize("flood", [b"\n", b"x\n", b"1 <"], ids=["empty", "lines", "counted"])
async def test_a_flood_in_one_piece_leaves_others_their_turn(flood: bytes) -> None:
    stream, connection, found = connected(True)
    stream.data_received(flood * (3 * TURN))
    assert (len(found) <= TURN, connection.read) == (True, False)
    for _ in range(5):
        await asyncio.sleep(0)
    assert connection.read
    assert len(found) in (0, 3 * TURN)


@pytest.mark.asyncio
async def test_who_says_too_much_waits() -> None:
    stream, connection, found = connected(False)
    stream.data_received(b"x\n" * 10)
    assert (found, connection.read) == ([b"x"], False)
