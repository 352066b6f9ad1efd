"""What the sheets of all kinds have in common, put together."""

from collections import Counter
from typing import Any

from collector.api.sheets import shape
from collector.api.sheets.look import Look
from collector.api.sheets.memory import Memory, history, last, past
from collector.api.sheets.runbook import NAMES
from collector.api.sheets.work import works
from collector.api.state.causes import incident_fields
from collector.journal import Incident

BELOW = 60
"""Things below that are named."""

STEPS = 100
"""Things on the way that are named, the nearest to the collector first."""


def fields(look: Look, thing: str, found: Memory | None) -> dict[str, Any]:
    """The fields of a `Sheet` beside a `Screen`'s."""
    kind, _, name = thing.partition(":")
    verdict = look.board.verdict(thing)
    opened = incidents(look, thing, verdict.because)
    own = dict.fromkeys(one.alert for one in opened)
    return {
        "thing": thing,
        "kind": kind,
        "name": name,
        "title": look.title(thing),
        "what": look.what(thing),
        "verdict": verdict,
        "cause": look.named(verdict.because) if verdict.because else None,
        "work": look.named(verdict.maintenance) if verdict.maintenance else None,
        "incidents": opened,
        "works": works(look, thing),
        "closed": None if found is None else past(look, found.closed),
        "history": None if found is None else history(look, thing, found),
        "events": None if found is None else last(look, found.events),
        "grafana": look.links.of(thing)[1],
        "runbooks": [alert for alert in own if alert in NAMES],
        "path": path(look, thing),
        "below": below(look, thing),
    }


def incidents(look: Look, thing: str, because: str) -> list[shape.Open]:
    """What is open of a thing, then what is open of the one that hides it."""
    found = [one for one in look.open if one.cause.thing in (thing, because)]
    return sorted((_open(look, one, thing) for one in found), key=lambda one: (not one.own, one.id))


def _open(look: Look, one: Incident, thing: str) -> shape.Open:
    return shape.Open(
        **incident_fields(one, look.language, look.inventory),
        suspected=one.suspected is not None,
        cause=look.named(one.cause.thing),
        own=one.cause.thing == thing,
    )


def path(look: Look, thing: str) -> list[shape.Step]:
    """What lies between the collector and a thing. Of a site, and of a service, the ways to its
    devices are one; what is in the site is left out.
    """
    wiring = look.wiring
    if wiring is None:
        return []
    inside = set(wiring.residents.get(thing, ()))
    ends = inside or {thing} if thing in wiring.depth or inside else set()
    between = {up for end in ends for up in wiring.above(end)} - inside - {thing}
    ordered = sorted(between, key=lambda one: (wiring.depth[one], one))[:STEPS]
    if not ends:
        return []
    return [
        shape.Step(**look.fields(one), depth=wiring.depth[one]) for one in (wiring.root, *ordered)
    ]


def below(look: Look, thing: str) -> shape.Below:
    """What would be lost with a thing."""
    known = look.wiring is not None and thing in look.held
    found = look.wiring.dependents(thing) - {thing} if look.wiring and known else set[str]()
    ordered = look.worst(found)
    return shape.Below(
        total=len(ordered),
        kinds=dict(Counter(one.partition(":")[0] for one in ordered)),
        items=[look.named(one) for one in ordered[:BELOW]],
    )
