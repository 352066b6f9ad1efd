"""Announced work on a thing: what an operator announced, and what the inventory says."""

from collections.abc import Iterator, Sequence

from alerts.wording.names import thing as as_thing
from collector.api.sheets import shape
from collector.api.sheets.look import Look
from collector.contract.grid import Window
from collector.contract.pauses import announced
from collector.journal import Announced

AHEAD = 8 * 86400.0
"""Seconds in which work that comes again and again is looked for: every week's is."""

MOST = 20
"""Windows that are told of one thing."""

_INVENTORY = 0
"""The id of what the inventory announces, which has none."""


def works(look: Look, thing: str) -> list[shape.Work]:
    """Work that covers a thing and is not over, the nearest first."""
    windows = [*look.windows, *_inventory(look)]
    covering = _covering(look, thing, {name for one in windows for name in one.what})
    found = [one for one in windows if not covering.isdisjoint(one.what)]
    return [_told(look, one) for one in sorted(found, key=lambda one: one.start)[:MOST]]


def _inventory(look: Look) -> Iterator[Announced]:
    """What the inventory announces, each with its span that runs or comes next."""
    window = Window(look.now, look.now + AHEAD, look.inventory.province.zone)
    for one in look.inventory.maintenance:
        ahead = [span for span in announced(one, window) if span[1] > look.now]
        if ahead:
            yield Announced(_INVENTORY, tuple(map(str, one.what)), one.why, "", *min(ahead))


def _covering(look: Look, thing: str, names: set[str]) -> set[str]:
    """Those of some things on which work is work on the thing too: itself, where it is, and what
    it is lost with.
    """
    held = look.held.get(thing)
    sure = {thing, *_places(look, thing), held.maintenance if held else ""}
    wiring = look.wiring
    if wiring is None or names <= sure:
        return sure
    # with what is not on its ways it is not lost
    return sure.union(one for one in names & _near(look, thing) if thing in wiring.dependents(one))


def _near(look: Look, thing: str) -> set[str]:
    """What a thing is made of and needs, what is on the shortest ways there, and their places."""
    wiring = look.wiring
    assert wiring is not None
    ends: set[str] = set()
    ahead = [thing]
    while ahead:
        one = ahead.pop()
        if one not in ends:
            ends.add(one)
            ahead += [*wiring.residents.get(one, ()), *wiring.needs.get(one, ())]
    found = ends.union(*(wiring.above(one) for one in ends if one in wiring.depth))
    return found.union(*(_places(look, one) for one in found))


def _places(look: Look, thing: str) -> Sequence[str]:
    return [f"site:{one}" for one in look.above(look.naming.site_of(as_thing(thing)))]


def _told(look: Look, one: Announced) -> shape.Work:
    return shape.Work(
        id=one.id or None,
        what=[look.named(thing) for thing in one.what],
        why=one.why,
        who=one.who,
        start=one.start,
        end=one.end,
        running=one.start <= look.now,
    )
