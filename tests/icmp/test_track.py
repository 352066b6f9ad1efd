import pytest

from probes.icmp.track import RENEW, Track, echo_row
from probes.reading import Head, values

MS = 1_000_000


def track() -> Track:
    return Track("a", ("192.0.2.1", 0))


def play(made: Track, rtts: list[int | None]) -> None:
    """One echo a second: answered after so many ms, or never."""
    for number, rtt in enumerate(rtts, made.sequence + 1):
        at = number * 1000 * MS
        made.sent(number, at)
        if rtt is None:
            made.overdue(number)
            made.expired(number)
        else:
            made.answered(number, at + rtt * MS)


@pytest.mark.parametrize(
    ("rtts", "expected"),
    [
        ([10, 20, 30], (3, 3, 0.020, 0.010, 0.030, 0.010, 0.0)),
        ([10, None, 30, None], (4, 2, 0.020, 0.010, 0.030, 0.020, 0.5)),
        ([10], (1, 1, 0.010, 0.010, 0.010, None, 0.0)),
        ([None, None], (2, 0, None, None, None, None, 1.0)),
        ([0, 0], (2, 2, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ([], (0, 0, None, None, None, None, None)),
    ],
)
def test_figures_of_an_interval(rtts, expected):
    made = track()
    play(made, rtts)
    counts = made.collect()
    assert (
        counts.sent_total, counts.received_total, counts.rtt, counts.rtt_min, counts.rtt_max,
        counts.jitter, counts.loss_ratio,
    ) == pytest.approx(expected)  # fmt: skip


def test_collecting_starts_the_interval_again_but_not_the_totals():
    made = track()
    play(made, [10, None])
    made.collect()
    play(made, [40])
    counts = made.collect()
    assert (counts.sent_total, counts.received_total) == (3, 2)
    assert (counts.rtt, counts.loss_ratio) == (0.040, 0.0)
    assert counts.jitter == pytest.approx(0.030)
    assert made.collect().rtt is None


def test_an_echo_on_its_way_is_neither_sent_nor_lost_yet():
    made = track()
    made.sent(1, 0)
    counts = made.collect()
    assert (counts.sent_total, counts.loss_ratio) == (0, None)


def test_a_reply_counts_once():
    made = track()
    made.sent(1, 0)
    made.answered(1, 5 * MS)
    assert not made.answered(1, 6 * MS)
    assert not made.answered(2, 6 * MS)
    assert made.collect().received_total == 1
    assert made.heard == 5 * MS


def test_a_late_reply_is_heard_though_it_was_told_as_lost():
    made = track()
    made.sent(1, 0)
    assert made.overdue(1)
    assert made.answered(1, 1500 * MS)
    made.expired(1)
    counts = made.collect()
    assert (counts.received_total, counts.loss_ratio, counts.rtt) == (1, 0.0, 1.5)


def test_a_reply_after_the_last_moment_changes_nothing():
    made = track()
    play(made, [None])
    assert not made.answered(1, 4000 * MS)
    assert made.heard is None


def test_hearing_is_news_at_first_and_after_a_loss():
    made = track()
    news = []
    for number, lost in enumerate([False, False, True, True, False, False]):
        made.sent(number, 0)
        news.append(made.overdue(number) if lost else made.answered(number, 1))
    assert news == [True, False, True, True, True, False]


def test_a_clock_that_went_back_gives_no_negative_time():
    made = track()
    made.sent(1, 10)
    made.answered(1, 5)
    assert made.collect().rtt == 0


def test_a_silent_target_takes_the_next_identifier_of_its_block():
    made = track()
    made.identifier = 0x4A3F
    play(made, [None] * (RENEW - 1))
    assert made.identifier == 0x4A3F
    play(made, [None])
    assert made.identifier == 0x4A30
    play(made, [5] + [None] * (RENEW - 1))
    assert made.identifier == 0x4A30


def test_what_our_machine_refused_is_told_apart_from_loss():
    made = track()
    made.refused("Network is unreachable")
    counts = made.collect()
    assert (counts.unsent_total, counts.unsent_message) == (1, "Network is unreachable")
    assert (counts.sent_total, counts.loss_ratio) == (0, None)


def test_the_row_has_the_catalogue_fields_and_leaves_out_what_is_unknown():
    head = Head("icmp", {"device": "rt01", "site": "dc"})
    made = track()
    play(made, [10, 20])
    found = echo_row(head, made.collect())
    assert found
    assert values(found.fields) == pytest.approx(
        {
            "sent_total": 2, "received_total": 2, "rtt_seconds": 0.015, "rtt_min_seconds": 0.01,
            "rtt_max_seconds": 0.02, "jitter_seconds": 0.01, "loss_ratio": 0,
        }
    )  # fmt: skip
    play(made, [None])
    silent = echo_row(head, made.collect())
    assert silent
    assert values(silent.fields) == {"sent_total": 3, "received_total": 2, "loss_ratio": 1}
