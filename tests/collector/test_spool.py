import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from collector.pipeline import Batch
from collector.spool import Packed, Spool, SpoolBusy, SpoolClosed, pack
from tests.collector.stored import text

A, B = "store-a", "store-b"


def batch(number: int, born: float = 0.0, fresh: bool = True, padding: int = 0) -> Packed:
    filling = random.Random(number).randbytes(padding).hex().encode()
    return pack(Batch(b"x,p=%s n=%d 1\n" % (filling or b"p", number), 1, 1), born, fresh)


def numbers(found: list[Packed]) -> list[int]:
    return [int(text(packed.body).split("n=")[1].split(" ")[0]) for packed in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.sqlite"


def test_oldest_first_for_a_backlog_and_newest_first_for_what_is_fresh(path: Path) -> None:
    spool = Spool(path, [A])
    spool.put([batch(n, born=float(n)) for n in range(5)])
    spool.put([batch(5, born=5.0, fresh=False)])
    assert numbers(spool.oldest(A, 3)) == [0, 1, 2]
    assert numbers(spool.newest(A, 3, since=2.5)) == [4, 3]
    assert numbers(spool.newest(A, 1, since=9.0)) == []
    spool.close()


def test_a_body_is_one_gzip_member_that_ends_its_last_line() -> None:
    packed = pack(Batch(b"a b=1 1", 1, 1), 0.0, True)
    assert text(packed.body + packed.body) == "a b=1 1\na b=1 1\n"


def test_a_batch_stays_until_every_store_has_had_it_for_a_while(path: Path) -> None:
    spool = Spool(path, [A, B])
    spool.put([batch(1)])
    (held,) = spool.oldest(A, 9)
    spool.ack(A, [held.id], monotonic=100.0)
    assert spool.oldest(A, 9) == []
    assert numbers(spool.oldest(B, 9)) == [1]
    spool.ack(B, [held.id], monotonic=100.0)
    spool.confirm(A, before=99.0)
    spool.confirm(B, before=101.0)
    assert spool.batches == 1
    spool.confirm(A, before=101.0)
    assert (spool.batches, spool.size) == (0, 0)
    spool.close()


def test_what_is_held_is_due_again_when_a_store_may_have_lost_it(path: Path) -> None:
    spool = Spool(path, [A, B])
    spool.put([batch(1), batch(2)])
    ids = [packed.id for packed in spool.oldest(A, 9)]
    spool.ack(A, ids, 1.0)
    spool.ack(B, ids, 1.0)
    assert spool.replay(A) == 2
    assert numbers(spool.oldest(A, 9)) == [1, 2]
    assert spool.oldest(B, 9) == []
    spool.close()


def test_everything_is_there_after_a_restart_and_held_from_then_on(path: Path) -> None:
    spool = Spool(path, [A])
    spool.put([batch(1), batch(2)])
    spool.ack(A, [spool.oldest(A, 1)[0].id], monotonic=1.0)
    spool.remember_start(A, 1234.5)
    spool.close()
    again = Spool(path, [A])
    assert numbers(again.oldest(A, 9)) == [2]
    again.confirm(A, before=2.0)  # the instants of the earlier run mean nothing in this one
    assert again.batches == 2
    assert again.replay(A) == 1
    assert again.started(A) == 1234.5
    again.close()


def test_a_store_that_is_no_longer_named_holds_nothing_back(path: Path) -> None:
    spool = Spool(path, [A, B])
    spool.put([batch(1)])
    spool.ack(A, [spool.oldest(A, 1)[0].id], monotonic=1.0)
    spool.close()
    again = Spool(path, [A, "store-c"])
    assert again.oldest("store-c", 9) == []
    again.confirm(A, before=float("inf"))
    assert again.batches == 0
    again.close()


def test_a_full_spool_drops_the_oldest_and_counts_them_for_who_misses_them(path: Path) -> None:
    spool = Spool(path, [A, B], max_bytes=500_000)
    for number in range(120):
        spool.put([batch(number, padding=20_000)])
        spool.ack(A, [spool.oldest(A, 1)[0].id], monotonic=1.0)
        assert spool.size <= 500_000
    kept = numbers(spool.oldest(B, 999))
    assert kept[-1] == 119
    assert kept == list(range(kept[0], 120))
    assert spool.dropped == {(B, "full"): kept[0]}
    spool.close()


def test_batches_that_are_too_old_go_and_are_counted(path: Path) -> None:
    spool = Spool(path, [A], max_age=100.0)
    spool.put([batch(n, born=float(n)) for n in range(200)])
    spool.housekeep(now=250.0, monotonic=0.0)
    assert numbers(spool.oldest(A, 1)) == [150]
    assert spool.dropped == {(A, "age"): 150}
    spool.close()


def test_a_second_collector_is_refused(path: Path) -> None:
    spool = Spool(path, [A])
    with pytest.raises(SpoolBusy, match="in use by another collector"):
        Spool(path, [A])
    spool.close()


def test_a_closed_spool_says_so(path: Path) -> None:
    spool = Spool(path, [A])
    spool.close()
    with pytest.raises(SpoolClosed):
        spool.oldest(A, 1)
    with pytest.raises(SpoolClosed):
        spool.put([batch(1)])


@pytest.mark.parametrize(
    "content", [b"this is no database" * 99, b"SQLite format 3\0" + b"\xff" * 9000]
)
def test_a_file_that_is_no_spool_is_set_aside_and_a_new_one_begun(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(content)
    spool = Spool(path, [A])
    spool.put([batch(1)])
    assert numbers(spool.oldest(A, 1)) == [1]
    spool.close()
    (aside,) = [found for found in path.parent.iterdir() if "damaged" in found.name]
    assert aside.read_bytes() == content
    assert "set aside" in caplog.text


def test_a_file_damaged_while_in_use_is_set_aside_and_new_batches_are_kept(path: Path) -> None:
    spool = Spool(path, [A])
    spool.put([batch(n, padding=3000) for n in range(2000)])
    before = spool.oldest(A, 1)[0].id
    spool.close()
    size = path.stat().st_size
    with path.open("r+b") as file:  # all but the first pages: only use finds it, in a large file
        file.seek(8 * 4096)
        file.write(b"\xa5" * (size - 8 * 4096))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("collector.spoolfile.CHECKED_BYTES", 0)
        spool = Spool(path, [A])
        for number in range(3):
            spool.put([batch(number)])
            spool.oldest(A, 99)
        spool.put([batch(7)])
    assert 7 in numbers(spool.oldest(A, 99))
    assert spool.oldest(A, 1)[0].id > before + 2000, "numbers are never given twice"
    assert spool.trouble is None
    spool.close()


def test_while_the_disk_is_full_batches_wait_in_memory_and_move_later(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(path, [A, B])
    spool.put([batch(0)])
    limit_pages(spool, 1)  # SQLite's own limit: the same error as a full disk
    for number in range(1, 6):
        spool.put([batch(number, born=float(number), padding=5000)])
    assert spool.trouble is not None
    assert "full" in spool.trouble
    assert caplog.text.count("disk refuses") == 1
    assert numbers(spool.oldest(A, 99)) == [0, 1, 2, 3, 4, 5]
    assert numbers(spool.newest(A, 2, since=0.5)) == [5, 4]
    spool.ack(A, [packed.id for packed in spool.oldest(A, 99)[1:3]], monotonic=1.0)
    assert numbers(spool.oldest(A, 99)) == [0, 3, 4, 5]
    spool.housekeep(10.0, 1.0)
    assert spool.trouble is not None
    limit_pages(spool, 1 << 30)
    spool.housekeep(10.0, 1.0)
    assert spool.trouble is None
    assert numbers(spool.oldest(A, 99)) == [0, 3, 4, 5]
    assert numbers(spool.oldest(B, 99)) == [0, 1, 2, 3, 4, 5]
    assert all(packed.id > 0 for packed in spool.oldest(B, 99))
    assert not spool.dropped
    spool.close()
    again = Spool(path, [A, B])
    assert numbers(again.oldest(B, 99)) == [0, 1, 2, 3, 4, 5]
    again.close()


def test_memory_is_bounded_too_and_what_never_reached_the_disk_is_counted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.spool.SPARE_BYTES", 200_000)
    spool = Spool(path, [A])
    limit_pages(spool, 1)
    for number in range(200):
        spool.put([batch(number, padding=20_000)])
    waiting = numbers(spool.oldest(A, 999))
    assert waiting[-1] == 199
    assert spool.dropped == {(A, "disk"): waiting[0]}
    spool.close()
    assert spool.dropped == {(A, "disk"): 200}


def test_an_answer_that_cannot_be_written_down_is_remembered(path: Path) -> None:
    spool = Spool(path, [A])
    spool.put([batch(1), batch(2)])
    first, second = spool.oldest(A, 2)
    spool._disk._db.execute("PRAGMA query_only=1")
    spool.ack(A, [first.id], monotonic=1.0)
    assert spool.oldest(A, 9) == [second]
    spool._disk._db.execute("PRAGMA query_only=0")
    spool.housekeep(0.0, 1.0)
    spool.confirm(A, before=2.0)
    assert spool.batches == 1
    spool.close()


def limit_pages(spool: Spool, pages: int) -> None:
    spool._disk._db.execute(f"PRAGMA max_page_count={pages}")


CHILD = """
import sys
from pathlib import Path
from collector.pipeline import Batch
from collector.spool import Spool, pack
spool = Spool(Path(sys.argv[1]), ["store-a"])
for number in range(100000):
    spool.put([pack(Batch(b"x n=%d 1\\n" % number, 1, 1), 0.0, True)])
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_kill_9_loses_nothing_that_was_put(path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    seen = [int(child.stdout.readline()) for _ in range(300)]
    child.send_signal(signal.SIGKILL)
    seen += [int(line) for line in child.stdout.read().splitlines()]
    child.stdout.close()
    child.wait()
    spool = Spool(path, [A])
    assert set(seen) <= set(numbers(spool.oldest(A, 100_000)))
    spool.close()


def test_disk_is_given_back_when_a_backlog_is_gone(path: Path) -> None:
    spool = Spool(path, [A])
    spool.put([batch(n, padding=20_000) for n in range(1200)])
    spool.ack(A, [packed.id for packed in spool.oldest(A, 9999)], monotonic=1.0)
    large = file_pages(spool)
    spool.confirm(A, before=2.0)
    for _ in range(20):
        spool.housekeep(0.0, 0.0)
    assert file_pages(spool) < large
    spool.close()


def file_pages(spool: Spool) -> int:
    return int(spool._disk._db.execute("PRAGMA page_count").fetchone()[0])


def test_no_place_to_write_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((OSError, sqlite3.OperationalError)):
        Spool(tmp_path / "file" / "spool.sqlite", [A])
