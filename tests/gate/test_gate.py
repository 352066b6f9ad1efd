"""What is told when: masks, holding, severity, ends, escalation; on a clock of the test's own."""

import pytest

from collector.gate.gate import AGAIN, AHEAD, SETTLE, VISIBLE, Gate, Sighting
from collector.gate.held import Key, Told
from collector.gate.ruling import Ruling
from collector.verdicts.verdict import Cause, Mask
from tests.gate.stage import NAME, SAID, Stage, desired, news, over, posted, told

T = 1_000_000.0


def nothing(at: float, *alive: Key) -> Ruling:
    """vmalert has looked a second ago, and found only these."""
    return Ruling(at, {"StorageFull": at - 1}, frozenset(alive))


def asks(gate: Gate, ruling: Ruling, now: float) -> None:
    """vmalert is asked, and answers."""
    keys = gate.asked(now)
    gate.sight(keys, now)
    gate.weigh(keys, ruling, now)


def recovers(gate: Gate, stage: Stage, now: float) -> float:
    """Read twice more, and vmalert looks afterwards; the time when it has."""
    for at in (now, now + 60):
        stage.read["device:d1"] = Sighting(at, at)
        asks(gate, nothing(at + 5), at + 5)
    late = now + 60 + 5 + VISIBLE + 1
    asks(gate, nothing(late), late)
    return late


def test_incident_is_told_with_an_end_four_hours_ahead_and_then_as_ended(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    assert told(gate, T) == ["DeviceDown major"]
    alert = desired(gate, T)[0]
    assert alert["labels"] == {
        "alertname": "DeviceDown",
        "subject": "device:d1",
        "severity": "major",
        "kind": "device",
        "site": "dc",
    }
    assert alert["startsAt"] == "1970-01-12T13:46:37.000+00:00"  # the first evidence
    assert alert["endsAt"] == "1970-01-12T17:46:40.000+00:00"
    gate.incident(news("closed", T + 60), SAID)
    assert told(gate, T + 60) == []
    assert over(gate, T + 60) == ["DeviceDown major"]
    assert gate.ended()[0][1][0]["endsAt"] == "1970-01-12T13:47:40.000+00:00"


def test_severity_rises_and_both_label_sets_last_and_end_together(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    told(gate, T)
    gate.incident(news("changed", T + 5, "critical"), SAID)
    assert told(gate, T + 5) == ["DeviceDown major", "DeviceDown critical"]
    gate.incident(news("changed", T + 6, "warning"), SAID)
    assert told(gate, T + 6) == ["DeviceDown major", "DeviceDown critical"]
    gate.incident(news("closed", T + 9), SAID)
    assert over(gate, T + 9) == ["DeviceDown major", "DeviceDown critical"]


def test_severity_that_rises_before_anybody_was_told_is_the_only_one(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    gate.incident(news("changed", T, "critical"), SAID)
    assert told(gate, T) == ["DeviceDown critical"]


def test_labels_stay_as_first_told_and_annotations_follow(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    told(gate, T)
    moved = Told({"kind": "device", "site": "elsewhere"}, {"summary": "two things hidden"})
    gate.incident(news("changed", T + 1), moved)
    assert gate.step(T + 1)
    alert = desired(gate, T + 1)[0]
    assert alert["labels"]["site"] == "dc"
    assert alert["annotations"]["summary"] == "two things hidden"


@pytest.mark.parametrize("why", ["hidden", "maintenance", "off-hours"])
def test_masked_thing_is_not_told_of_until_the_mask_ends(
    gate: Gate, stage: Stage, why: str
) -> None:
    stage.masks["device:d1"] = Mask(why, "circuit:c1")
    gate.incident(news("opened", T), SAID)
    gate.alerts([posted(T)], T)
    assert told(gate, T) == []
    stage.masks.clear()
    gate.alerts([posted(T + 400)], T + 400)
    assert "DeviceDown major" in told(gate, T + 400)


def test_masked_alert_that_ends_unseen_is_never_told(gate: Gate, stage: Stage) -> None:
    stage.masks["device:d1"] = Mask("maintenance", "site:dc")
    gate.incident(news("opened", T), SAID)
    gate.alerts([posted(T)], T)
    gate.step(T)
    gate.incident(news("closed", T + 9), SAID)
    gate.alerts([posted(T + 9, over=True)], T + 9)
    assert over(gate, T + 9) == []
    assert not gate.held


def test_mask_never_ends_what_was_told(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    gate.incident(news("opened", T, thing="device:d2"), SAID)
    assert told(gate, T) == ["StorageFull warning", "DeviceDown major"]
    stage.masks["device:d1"] = Mask("hidden", "circuit:c1")
    stage.masks["device:d2"] = Mask("maintenance", "site:dc")
    assert told(gate, T + 3) == ["StorageFull warning", "DeviceDown major"]
    assert over(gate, T + 3) == []


def test_severity_does_not_rise_behind_a_mask(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    assert told(gate, T) == ["StorageFull warning"]
    stage.masks["device:d1"] = Mask("maintenance", "device:d1")
    gate.alerts([posted(T + 15, "critical")], T + 15)
    assert told(gate, T + 15) == ["StorageFull warning"]
    stage.masks.clear()
    assert told(gate, T + 16) == ["StorageFull warning", "StorageFull critical"]


def test_rule_says_nothing_of_a_thing_that_the_engine_says_is_down(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    gate.alerts([posted(T)], T)
    assert told(gate, T) == ["DeviceDown major"]


def test_rule_whose_window_holds_the_outage_is_told_only_when_it_lasts(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    gate.alerts([posted(T)], T)
    for after in range(60):
        told(gate, T + after)
    gate.incident(news("closed", T + 60), SAID)
    for after in range(0, int(SETTLE), 15):
        gate.alerts([posted(T + 60 + after)], T + 60 + after)
        assert told(gate, T + 60 + after) == []
    gate.alerts([posted(T + 60 + SETTLE)], T + 60 + SETTLE)
    assert told(gate, T + 60 + SETTLE) == ["StorageFull warning"]


def test_warning_and_critical_of_one_alert_are_one(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T, at="91 %"), posted(T, "critical", at="96 %")], T)
    assert told(gate, T) == ["StorageFull critical"]
    assert desired(gate, T)[0]["annotations"] == {"summary": "critical 96 %"}
    gate.alerts([posted(T + 15, at="92 %"), posted(T + 15, "critical", over=True)], T + 15)
    recovers(gate, stage, T + 15)
    assert told(gate, T + 15) == ["StorageFull critical"]
    assert desired(gate, T)[0]["annotations"] == {"summary": "critical 96 %"}


def test_alert_ends_when_vmalert_found_nothing_after_two_readings(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    gate.alerts([posted(T + 30, over=True)], T + 30)
    assert told(gate, T + 30) == ["StorageFull warning"]
    late = recovers(gate, stage, T + 40)
    assert told(gate, late) == []
    assert over(gate, late) == ["StorageFull warning"]


def test_alert_without_a_fresh_reading_stays_and_is_marked(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    stage.read["device:d1"] = Sighting(T - 5, T)
    for after in range(30, 3600, 30):
        gate.alerts([posted(T + after, over=True)], T + after)
        asks(gate, nothing(T + after), T + after)
        assert told(gate, T + after) == ["StorageFull warning"]
    assert desired(gate, T)[0]["annotations"]["stale"] == "1970-01-12T13:46:40.000+00:00"
    gate.alerts([posted(T + 3600)], T + 3600)
    gate.step(T + 3600)
    assert "stale" not in desired(gate, T)[0]["annotations"]


def test_one_reading_after_a_gap_is_not_enough(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    stage.read["device:d1"] = Sighting(T + 900, T + 900)
    for after in range(900, 1200, 5):
        asks(gate, nothing(T + after), T + after)
    assert told(gate, T + 1200) == ["StorageFull warning"]


def test_reading_that_has_not_reached_the_store_is_not_enough(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    for after in range(60, 3600, 5):  # read every 5 s, and always something on its way
        stage.read["device:d1"] = Sighting(T + after, T + 62)
        asks(gate, nothing(T + after), T + after)
    assert told(gate, T + 3600) == ["StorageFull warning"]
    for after in range(3600, 3660, 5):
        stage.read["device:d1"] = Sighting(T + after, T + after - 4)
        asks(gate, nothing(T + after), T + after)
    assert over(gate, T + 3660) == ["StorageFull warning"]


def test_one_reading_is_enough_of_what_is_read_rarely(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    stage.read["device:d1"] = Sighting(T + 900, T + 900, every=3600.0)
    asks(gate, nothing(T + 900), T + 900)
    asks(gate, nothing(T + 940), T + 940)
    assert over(gate, T + 940) == ["StorageFull warning"]


def test_alert_that_waits_out_its_for_again_has_not_ended(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    for after in range(900, 1500, 60):
        stage.read["device:d1"] = Sighting(T + after, T + after)
        asks(gate, nothing(T + after, NAME), T + after)
    assert told(gate, T + 1500) == ["StorageFull warning"]


@pytest.mark.parametrize(
    "ruling",
    [
        Ruling(T + 1000, {"StorageFull": 0.0}, frozenset()),  # its rule fails
        Ruling(T + 1000, {"StorageFull": T - 1}, frozenset()),  # not looked since
    ],
)
def test_alert_stays_while_its_rule_is_not_evaluated(
    gate: Gate, stage: Stage, ruling: Ruling
) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    for after in (900, 960, 1020, 1080):
        stage.read["device:d1"] = Sighting(T + after, T + after)
        asks(gate, ruling, T + after)
    assert told(gate, T + 1100) == ["StorageFull warning"]


def test_alert_stays_while_vmalert_is_away(gate: Gate) -> None:
    gate.alerts([posted(T)], T)
    for after in range(0, 7200, 60):
        assert told(gate, T + after) == ["StorageFull warning"]


def test_masked_alert_that_vmalert_no_longer_says_is_not_told_when_the_mask_ends(
    gate: Gate, stage: Stage
) -> None:
    stage.masks["device:d1"] = Mask("maintenance", "site:dc")
    gate.alerts([posted(T)], T)
    gate.step(T)
    stage.masks.clear()
    assert told(gate, T + 120) == []


def test_alert_of_a_thing_that_is_no_longer_asked_ends_on_the_word_of_vmalert(
    gate: Gate, stage: Stage
) -> None:
    gate.alerts([posted(T)], T)
    told(gate, T)
    stage.gone.add("device:d1")
    asks(gate, nothing(T + 100), T + 100)
    assert over(gate, T + 100) == ["StorageFull warning"]


def test_thing_of_another_collector_is_left_to_its_gate(gate: Gate, stage: Stage) -> None:
    stage.others.add("device:d1")
    gate.alerts([posted(T)], T)
    assert told(gate, T) == []


def test_end_is_told_to_a_peer_that_was_away_for_hours(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    told(gate, T)
    gate.incident(news("closed", T), SAID)
    assert over(gate, T + AHEAD - 1) == ["DeviceDown major"]
    assert over(gate, T + AHEAD + 1) == []
    assert not gate.held


def test_end_that_all_took_is_told_again_for_a_while(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    told(gate, T)
    gate.incident(news("closed", T), SAID)
    gate.accepted(gate.ended()[0][0])
    assert over(gate, T + AGAIN - 1) == ["DeviceDown major"]
    assert over(gate, T + AGAIN + 1) == []


def test_alert_that_comes_again_is_no_longer_told_as_ended(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    told(gate, T)
    gate.incident(news("closed", T + 5), SAID)
    ending = gate.ended()[0][0]
    gate.incident(news("opened", T + 20), SAID)
    assert told(gate, T + 20) == ["DeviceDown major"]
    assert over(gate, T + 20) == []
    gate.accepted(ending)
    assert not gate.held[Key("DeviceDown", "device:d1")].accepted


def test_others_are_told_of_what_has_no_owner_after_their_time(gate: Gate, stage: Stage) -> None:
    stage.later = (600, 1800)
    gate.incident(news("opened", T, "critical"), SAID)
    told(gate, T)
    assert len(told(gate, T + 599)) == 1
    told(gate, T + 600)
    assert [one["labels"].get("escalation") for one in desired(gate, T + 600)] == [None, "600"]
    stage.owners.add(Key("DeviceDown", "device:d1"))
    assert len(told(gate, T + 1800)) == 2
    gate.incident(news("closed", T + 1900), SAID)
    assert len(over(gate, T + 1900)) == 2


def test_what_is_held_survives_a_restart(gate: Gate, stage: Stage) -> None:
    gate.incident(news("opened", T), SAID)
    gate.incident(news("opened", T, thing="device:d2"), SAID)
    gate.alerts([posted(T, "critical")], T)
    stage.masks["device:d1"] = Mask("maintenance", "device:d1")
    told(gate, T)
    kept = [held for held in gate.taken().values() if held is not None]
    again = Gate(stage)
    again.recall(kept, T + 100)
    again.standing([Cause("k", "DeviceDown", "device:d1", "major", T)], T + 100)
    assert told(again, T + 100) == ["DeviceDown major"]  # d2, of which nobody else knows
    stage.masks.clear()
    assert told(again, T + 101) == ["DeviceDown major"] * 2
    assert over(again, T + 161) == ["DeviceDown major"]
    assert told(again, T + 161) == ["DeviceDown major"]


def test_incident_that_the_journal_lost_goes_on_when_it_is_seen_again(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    told(gate, T)
    gate.standing([], T + 1)
    gate.incident(news("opened", T + 9), SAID)
    assert told(gate, T + 3600) == ["DeviceDown major"]
    assert over(gate, T + 3600) == []


def test_news_is_what_differs_from_what_was_told(gate: Gate) -> None:
    gate.incident(news("opened", T), SAID)
    assert gate.step(T)
    assert not gate.step(T + 1)
    gate.incident(news("changed", T + 2), SAID)
    assert not gate.step(T + 2)
    gate.incident(news("closed", T + 3), SAID)
    assert gate.step(T + 3)


def test_unknown_closing_is_passed_over(gate: Gate) -> None:
    gate.incident(news("closed", T), SAID)
    gate.alerts([posted(T, over=True)], T)
    assert not gate.held


def test_more_alerts_than_can_be_held_are_refused_and_counted(
    gate: Gate, stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("collector.gate.gate.ALERTS", 1)
    gate.incident(news("opened", T), SAID)
    gate.alerts([posted(T)] * 3, T)
    assert (len(gate.held), gate.refused) == (1, 3)
    assert caplog.text.count("too many alerts") == 1


def test_end_is_told_in_words_of_its_own_under_the_same_labels(gate: Gate, stage: Stage) -> None:
    gate.incident(news("opened", T), SAID)
    gate.alerts([posted(T), posted(T, "critical")], T)
    stage.masks.clear()
    told(gate, T)
    before = desired(gate, T)[0]["labels"]
    back = Told({"kind": "device", "site": "elsewhere"}, {"summary": "d1 is back"})
    gate.incident(news("closed", T + 60), back)
    gate.step(T + 60)
    (alert,) = gate.ended()[0][1]
    assert alert["labels"] == before
    assert alert["annotations"] == {"summary": "d1 is back"}


def test_end_of_a_rule_and_of_what_closed_unseen_have_words_too(gate: Gate, stage: Stage) -> None:
    gate.alerts([posted(T)], T)
    gate.incident(news("opened", T, thing="device:d2"), SAID)
    told(gate, T)
    gate.standing([], T)
    gate.alerts([posted(T + 30, over=True)], T + 30)
    told(gate, T + 100)
    assert "stale" in desired(gate, T + 100)[0]["annotations"]
    recovers(gate, stage, T + 100)
    told(gate, T + 300)
    summaries = {ones[0]["annotations"]["summary"] for _, ones in gate.ended()}
    assert summaries == {"DeviceDown is over at 1.0001e+06", "StorageFull is over at 1.0002e+06"}
    assert not any("stale" in one["annotations"] for _, ones in gate.ended() for one in ones)
