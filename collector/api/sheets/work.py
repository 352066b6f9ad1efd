"""Announced work on a thing: what an operator announced, and what the inventory says."""

from collections.abc import Iterator

from collector.api.sheets import shape
from collector.api.sheets.look import Look
from collector.contract.grid import Window
from collector.contract.pauses import announced

AHEAD = 8 * 86400.0
"""Seconds in which work that comes again and again is looked for: every week's is."""

MOST = 20
"""Windows that are told of one thing."""


def works(look: Look, thing: str) -> list[shape.Work]:
    """Work that covers a thing and is not over, the nearest first."""
    found = [one for one in (*_operators(look), *_inventory(look)) if _covers(look, one, thing)]
    return sorted(found, key=lambda one: one.start)[:MOST]


def _operators(look: Look) -> Iterator[shape.Work]:
    for one in look.windows:
        yield shape.Work(
            id=one.id,
            what=[look.named(thing) for thing in one.what],
            why=one.why,
            who=one.who,
            start=one.start,
            end=one.end,
            running=one.start <= look.now,
        )


def _inventory(look: Look) -> Iterator[shape.Work]:
    window = Window(look.now, look.now + AHEAD, look.inventory.province.zone)
    for one in look.inventory.maintenance:
        for start, end in announced(one, window):
            if end > look.now:
                yield shape.Work(
                    id=None,
                    what=[look.named(str(thing)) for thing in one.what],
                    why=one.why,
                    who="",
                    start=start,
                    end=end,
                    running=start <= look.now,
                )
                break


def _covers(look: Look, one: shape.Work, thing: str) -> bool:
    """Whether it is about the thing, a place that it is in, or what it hangs on."""
    names = {what.thing for what in one.what}
    return not names.isdisjoint(covering(look, thing)) or any(
        thing in look.wiring.dependents(name) for name in names if look.wiring is not None
    )


def covering(look: Look, thing: str) -> set[str]:
    """The thing, what covers it now, and the places that it is in."""
    held = look.held.get(thing)
    site = look.site_of(thing)
    places = look.above(site.thing.partition(":")[2]) if site else ()
    found = {thing, *(f"site:{one}" for one in places)}
    return found | {held.maintenance} if held and held.maintenance else found
