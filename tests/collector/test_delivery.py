import gzip
import logging
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collector.delivery import Delivery
from collector.pipeline import Batch
from collector.stores import Address, Answer, Health, Kind, Store, open_store, parse_address
from collector.stores.answer import OK, judge
from tests.collector.stored import Daemon, exported, text, victoria_metrics, wait_for
from tests.daemons import free_port

SERIES = 20
NOW = (int(time.time()) - 3600) * 1000


def batch(number: int) -> Batch:
    """Counters of a few series at an instant of their own."""
    stamp = NOW + number * 100
    body = b"".join(b"t,n=%d v=%d %d\n" % (n, number * n, stamp) for n in range(SERIES))
    return Batch(body, SERIES, SERIES)


def expected(numbers: range) -> dict[str, dict[int, float]]:
    return {
        str(n): {NOW + number * 100: float(number * n) for number in numbers} for n in range(SERIES)
    }


class Recording:
    """A real store, with a note of what was sent to it; or, without one, a script of answers."""

    def __init__(self, store: Store | None = None, answers: list[Answer] | None = None) -> None:
        self.inner = store
        self.address = store.address if store else Address("vm", "scripted", "http://scripted")
        self.answers = answers or []
        self.sent: list[list[int]] = []
        self.health: Health | None = None
        self.unwanted = ""

    def write(self, body: bytes) -> Answer:
        answer = self.answers.pop(0) if self.answers else OK
        if self.inner is not None:
            answer = self.inner.write(body)
        elif self.unwanted and self.unwanted in text(body):
            answer = judge(400, "bad line", None)
        if answer.kind is Kind.OK:
            stamps = [int(line.split(" ")[-1]) for line in text(body).splitlines()]
            self.sent.append(list(dict.fromkeys((stamp - NOW) // 100 for stamp in stamps)))
        return answer

    def look(self) -> Health | None:
        return self.inner.look() if self.inner is not None else self.health

    def close(self) -> None:
        if self.inner is not None:
            self.inner.close()


def at(vm: Daemon, name: str | None = None) -> Store:
    return open_store(parse_address(f"http://127.0.0.1:{vm.port}", name=name))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spool.sqlite"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for a person's patience, shortened; the hold stays what VictoriaMetrics needs."""
    monkeypatch.setattr("collector.sender.LONGEST_WAIT", 0.5)
    monkeypatch.setattr("collector.sender.LOOK_EVERY", 0.5)


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Daemon]:
    directory = tmp_path / "second"
    directory.mkdir()
    daemon = victoria_metrics(directory)
    yield daemon
    daemon.end()


def drained(delivery: Delivery) -> None:
    wait_for(lambda: all(s.spool_age_seconds == 0.0 for s in delivery.stats.stores.values()))


def sent(delivery: Delivery, name: str, samples: int) -> None:
    wait_for(lambda: delivery.stats.stores[name].sent_samples >= samples)


def test_a_store_killed_under_load_has_every_sample_in_the_end(path: Path, vm: Daemon) -> None:
    delivery = Delivery(path, [at(vm, "vm")])
    delivery.start()
    for number in range(300):
        delivery.put(batch(number))
        if number == 150:
            # Long enough acknowledged to be answered for, too short to be on VictoriaMetrics' disk.
            sent(delivery, "vm", 140 * SERIES)
            vm.end(signal.SIGKILL)
        if number == 200:
            vm.start()
        time.sleep(0.01)
    sent(delivery, "vm", 300 * SERIES)
    stats = delivery.stats.stores["vm"]
    wait_for(lambda: stats.replayed_batches > 0)
    time.sleep(1.1)  # the figures are a second old at most
    drained(delivery)
    assert exported(vm.port, "t_v") == expected(range(300))
    assert stats.errors["refused"] >= 1
    assert stats.up
    assert not delivery.stats.dropped
    assert delivery.close()


def test_after_an_outage_what_is_new_goes_before_the_backlog(
    path: Path, vm: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.sender.FRESH_SECONDS", 60.0)
    store = Recording(at(vm, "vm"))
    delivery = Delivery(path, [store])
    delivery.start()
    delivery.put(batch(0))
    wait_for(lambda: store.sent == [[0]])
    vm.end()
    for number in range(1, 200):
        delivery.put(batch(number))
    wait_for(lambda: delivery.stats.stores["vm"].errors["refused"] > 0)
    assert not delivery.stats.stores["vm"].up
    assert delivery.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE batch SET born = born - 600")
    store = Recording(at(vm, "vm"))
    delivery = Delivery(path, [store])
    delivery.start()
    wait_for(lambda: delivery.stats.stores["vm"].errors["refused"] > 0)
    assert delivery.stats.spool_age_seconds > 600.0
    for number in range(200, 210):
        delivery.put(batch(number))
    time.sleep(0.2)
    vm.start()
    sent(delivery, "vm", 209 * SERIES)
    order = [number for group in store.sent for number in group]
    assert order[:10] == list(range(209, 199, -1)), "newest first"
    assert [n for n in order[10:] if n] == list(range(1, 200)), "then the backlog, oldest first"
    assert exported(vm.port, "t_v") == expected(range(210))
    assert delivery.close()


def test_a_store_that_is_down_does_not_hold_back_the_other(
    path: Path, vm: Daemon, second: Daemon
) -> None:
    delivery = Delivery(path, [at(vm, "one"), at(second, "two")])
    delivery.start()
    for number in range(50):
        delivery.put(batch(number))
    sent(delivery, "one", 50 * SERIES)
    assert exported(vm.port, "t_v") == expected(range(50))
    wait_for(lambda: delivery.stats.stores["two"].errors["refused"] > 0)
    assert delivery.stats.stores["one"].up
    assert not delivery.stats.stores["two"].up
    second.start()
    sent(delivery, "two", 50 * SERIES)
    assert exported(second.port, "t_v") == expected(range(50))
    assert delivery.close()


def test_what_could_not_be_sent_waits_for_the_next_start(path: Path, second: Daemon) -> None:
    delivery = Delivery(path, [at(second, "two")])
    delivery.start()
    for number in range(100):
        delivery.put(batch(number))
    begun = time.monotonic()
    assert delivery.close(30.0)
    assert time.monotonic() - begun < 15
    second.start()
    delivery = Delivery(path, [at(second, "two")])
    delivery.start()
    sent(delivery, "two", 100 * SERIES)
    assert exported(second.port, "t_v") == expected(range(100))
    assert delivery.close()


def test_a_batch_is_let_go_only_after_the_hold_and_a_look(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.sender.HOLD_SECONDS", 1.0)
    store = Recording()
    store.health = Health(started=100.0)
    delivery = Delivery(path, [store])
    delivery.start()
    delivery.put(batch(1))
    wait_for(lambda: store.sent == [[1]])
    store.health = None
    time.sleep(2.2)
    assert delivery.stats.spool_batches == 1, "no look, no release"
    store.health = Health(started=200.0)
    wait_for(lambda: store.sent == [[1], [1]])
    wait_for(lambda: delivery.stats.spool_batches == 0)
    assert delivery.close()


def test_a_restart_is_noticed_across_our_own(path: Path) -> None:
    store = Recording()
    store.health = Health(started=100.0)
    delivery = Delivery(path, [store])
    delivery.start()
    delivery.put(batch(1))
    wait_for(lambda: store.sent == [[1]])
    assert delivery.close()
    store.health = Health(started=200.0)
    delivery = Delivery(path, [store])
    delivery.start()
    wait_for(lambda: store.sent == [[1], [1]])
    assert delivery.close()


def test_a_store_that_tells_nothing_gets_again_what_it_had_before_it_was_silent(path: Path) -> None:
    store = Recording()
    delivery = Delivery(path, [store])
    delivery.start()
    delivery.put(batch(1))
    wait_for(lambda: store.sent == [[1]])
    store.answers = [judge(503, "", None)]
    delivery.put(batch(2))
    wait_for(lambda: len(store.sent) == 3)
    assert store.sent == [[1], [2], [1]]
    assert delivery.close()


def test_a_store_that_refuses_our_token_loses_nothing(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.sender.STOPPED_WAIT", 0.3)
    caplog.set_level(logging.INFO)
    store = Recording(answers=[judge(401, "unauthorized", None)] * 3)
    delivery = Delivery(path, [store])
    delivery.start()
    delivery.put(batch(1))
    stats = delivery.stats.stores["scripted"]
    wait_for(lambda: stats.errors["auth"] == 1)
    assert not stats.up
    assert "HATANG_STORE_TOKEN" in stats.message
    wait_for(lambda: store.sent == [[1]])
    wait_for(lambda: stats.up)
    assert stats.errors["auth"] == 3
    assert caplog.text.count("store takes nothing") == 1, "told once"
    assert delivery.close()


def test_refused_lines_are_dropped_counted_and_shown(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Recording()
    store.unwanted = "t,n=17 "
    delivery = Delivery(path, [store])
    delivery.start()
    delivery.put(batch(1))
    stats = delivery.stats.stores["scripted"]
    wait_for(lambda: bool(stats.dropped))
    assert delivery.stats.dropped == {"rejected": 1}
    assert stats.errors["rejected"] == 1
    (told,) = [record for record in caplog.records if "refuses lines" in record.message]
    assert told.__dict__["line"] == f"t,n=17 v=17 {NOW + 100}"
    assert store.sent
    assert delivery.close()


def test_what_comes_after_the_end_is_counted(path: Path) -> None:
    delivery = Delivery(path, [Recording()])
    delivery.start()
    assert delivery.accepting
    assert delivery.close()
    delivery.put(batch(1))
    assert not delivery.accepting
    assert delivery.stats.dropped == {"closed": SERIES}


def test_a_queue_that_overflows_loses_its_oldest_and_counts_them(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.delivery.QUEUE_BYTES", 3 * len(batch(9).body))
    store = Recording()
    delivery = Delivery(path, [store])
    for number in range(10):  # its thread does not run yet: as if the disk hung
        delivery.put(batch(number))
    delivery.start()
    wait_for(lambda: sorted(n for group in store.sent for n in group) == [7, 8, 9])
    assert delivery.stats.dropped == {"queue": 7 * SERIES}
    assert delivery.close()


def test_a_store_that_does_not_answer_does_not_hold_up_the_end(path: Path) -> None:
    delivery = Delivery(path, [open_store(parse_address(f"http://127.0.0.1:{free_port()}"))])
    delivery.start()
    delivery.put(batch(1))
    begun = time.monotonic()
    assert delivery.close(30.0)
    assert time.monotonic() - begun < 15


def test_rows_that_the_store_takes_and_throws_away_are_told_and_counted(
    path: Path, vm: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    store = at(vm, "vm")
    old = NOW - 500 * 86400_000
    assert store.write(gzip.compress(b"t,n=1 v=1 %d\n" % old)) == OK, "before our time"
    wait_for(lambda: (seen := store.look()) is not None and seen.rejected["small_timestamp"] == 1)
    delivery = Delivery(path, [store])
    delivery.start()
    stats = delivery.stats.stores["vm"]
    wait_for(lambda: stats.rejected_rows.get("small_timestamp") == 1)
    assert stats.errors["rejected"] == 0
    delivery.put(Batch(b"t,n=1 v=1 %d\nt,n=2 v=2 %d\nbad line\n" % (old, old), 3, 3))
    wait_for(lambda: stats.errors["rejected"] == 3)
    rows = {
        record.__dict__["kind"]: record.__dict__["rows"]
        for record in caplog.records
        if record.message == "store threw rows away"
    }
    assert rows == {"small_timestamp": 2, "invalid": 1}
    vm.end()
    vm.start()
    delivery.put(Batch(b"t,n=1 v=1 %d\n" % old, 1, 1))
    wait_for(lambda: stats.errors["rejected"] > 3)
    assert delivery.close()
    told = sum(getattr(record, "rows", 0) for record in caplog.records)
    assert stats.errors["rejected"] == told == 3 + sum(stats.rejected_rows.values())


def test_the_end_does_not_wait_for_a_store_that_hangs_and_nothing_is_lost(
    path: Path, vm: Daemon
) -> None:
    delivery = Delivery(path, [at(vm, "vm")])
    delivery.start()
    delivery.put(batch(1))
    wait_for(lambda: delivery.stats.stores["vm"].sent_batches == 1)
    assert vm.process is not None
    vm.process.send_signal(signal.SIGSTOP)
    delivery.put(batch(2))
    wait_for(lambda: delivery.stats.spool_batches == 2)
    time.sleep(0.5)
    began = time.monotonic()
    assert not delivery.close(30.0)
    assert time.monotonic() - began < 20
    vm.process.send_signal(signal.SIGCONT)
    again = Delivery(path, [at(vm, "vm")])
    again.start()
    wait_for(lambda: exported(vm.port, "t_v") == expected(range(1, 3)))
    assert again.close()
