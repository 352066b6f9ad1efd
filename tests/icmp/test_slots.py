from collections import Counter

from probes.icmp.slots import Planner, place


def names(count: int) -> list[str]:
    return [f"10.17.{number // 250}.{number % 250 + 1}" for number in range(count)]


def test_every_target_is_due_once_a_period_at_its_own_place():
    planner: Planner[str] = Planner()
    for name in names(500):
        planner.add(name, name, 50)
    first = [list(planner.due(slot)) for slot in range(50)]
    assert Counter(name for slot in first for name in slot) == Counter(names(500))
    assert first == [list(planner.due(slot)) for slot in range(50, 100)]


def test_targets_spread_over_the_interval():
    load = Counter(place(name, 50) for name in names(1000))
    assert len(load) == 50
    assert max(load.values()) <= 3 * 1000 / 50


def test_a_place_does_not_depend_on_the_process_or_the_order():
    assert place("10.17.0.1", 50) == 10
    assert place("10.17.0.2", 50) == place("10.17.0.2", 50)


def test_intervals_stand_side_by_side():
    planner: Planner[str] = Planner()
    planner.add("fast", "fast", 5)
    planner.add("slow", "slow", 3000)
    seen = Counter(name for slot in range(3000) for name in planner.due(slot))
    assert seen == {"fast": 600, "slow": 1}


def test_what_is_removed_is_not_due():
    planner: Planner[str] = Planner()
    planner.add("a", "a", 5)
    planner.add("b", "b", 5)
    planner.remove("a", "a", 5)
    assert [name for slot in range(5) for name in planner.due(slot)] == ["b"]
    planner.remove("b", "b", 5)
    assert [name for slot in range(5) for name in planner.due(slot)] == []


def test_a_once_item_is_due_once_even_when_its_slot_was_skipped():
    planner: Planner[str] = Planner()
    for slot in (3, 5, 9):
        planner.once("x", slot)
    assert [list(planner.due(slot)) for slot in (1, 3, 8, 9, 10)] == [[], ["x"], ["x"], ["x"], []]
