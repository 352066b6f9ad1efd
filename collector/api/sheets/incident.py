"""The sheet of an incident."""

from collections import Counter
from functools import partial
from typing import NamedTuple

from aiohttp import web

from collector.api import rim, screen
from collector.api.rim import SOURCE
from collector.api.sheets import sheet
from collector.api.sheets.look import Look, look
from collector.api.sheets.memory import closed, happening, past
from collector.api.sheets.runbook import NAMES
from collector.api.sheets.shape_kinds import IncidentSheet, Told
from collector.api.sheets.work import works
from collector.api.source import Source
from collector.api.state.causes import as_felt, hidden_behind
from collector.api.state.ledger import HIDES_LISTED, Speech, from_disk, no_incident, number
from collector.gate.held import Key
from collector.journal import Entry, Incident

TIMELINE = 300
"""Events of an incident that are told, and of its thing while it lasted; the first of each kind."""


class Found(NamedTuple):
    """What the journal has of an incident: its own events, those of its thing's verdict and
    maintenance while it lasted, oldest first; earlier incidents of the thing.
    """

    incident: Incident
    events: list[Entry]
    earlier: list[Incident]


HIDDEN = 500
"""Things that are named of all that one hides; how many there are is told beside them."""


async def incident(request: web.Request) -> web.Response:
    """All that an incident's page shows."""
    rim.allow(request, "language")
    source = request.app[SOURCE]
    beside, held = screen.fields(source), look(request)
    found = await from_disk(_read, source, number(request))
    if found is None:
        raise no_incident(request)
    told = _told(source, found.incident)
    return await screen.told(partial(_sheet, beside, held, found, told))


def _read(source: Source, wanted: int) -> Found | None:
    """Raises sqlite3.Error."""
    journal = source.journal
    one = journal.incident(wanted)
    if one is None:
        return None
    thing, since = one.cause.thing, one.cause.since
    own = journal.events(0, TIMELINE, since=since, where={"kind": "incident", "subject": thing})
    own = [entry for entry in own if entry.detail.get("incident") == one.id]
    end = own[-1].at if one.closed_at is not None and own else None
    beside: list[Entry] = []
    for kind in ("verdict", "maintenance"):
        beside += journal.events(0, TIMELINE, since=since, where={"kind": kind, "subject": thing})
    events = [*own, *(entry for entry in beside if end is None or entry.at <= end)]
    earlier = [
        other for other in closed(journal, thing, len(source.incidents.open)) if other.id < one.id
    ]
    return Found(one, sorted(events, key=lambda entry: entry.id), earlier)


def _told(source: Source, one: Incident) -> Told | None:
    """What the gate sent of it, while it holds it."""
    rounds = source.telling.rounds
    held = rounds.gate.held.get(Key(one.cause.alert, one.cause.thing))
    known = held is not None and held.told and not (held.ended and one.closed_at is None)
    if held is None or not known or not rounds.peers:
        return None
    return Told(
        at=held.told_at,
        severities=list(dict.fromkeys(variant.severity for variant in held.told)),
        after=[int(variant.escalation) for variant in held.told if variant.escalation],
        taken={peer.name: peer.up for peer in rounds.peers},
    )


def _sheet(beside: screen.Fields, held: Look, found: Found, told: Told | None) -> IncidentSheet:
    one = found.incident
    thing = one.cause.thing
    kind, _, name = thing.partition(":")
    hides = _hides(held, one)
    site = held.site_of(thing)
    line = held.inventory.circuits.get(name) if kind == "circuit" else None
    return IncidentSheet(
        **beside,
        incident=Speech(held.inventory, held.language).incident(one, HIDES_LISTED),
        cause=held.named(thing),
        verdict=held.board.verdict(thing),
        site=site,
        contact=held.contact(site.thing.partition(":")[2]) if site else "",
        provider=line.provider if line else "",
        contract=line.contract if line else "",
        kinds=dict(Counter(other.partition(":")[0] for other in hides)),
        hides=[held.named(other) for other in hides[:HIDDEN]],
        timeline=[happening(held, entry) for entry in found.events],
        told=told,
        works=works(held, thing),
        earlier=past(held, found.earlier),
        path=sheet.path(held, thing),
        grafana=held.links.of(thing)[1],
        runbook=one.cause.alert if one.cause.alert in NAMES else "",
    )


def _hides(held: Look, one: Incident) -> list[str]:
    """What it hid when it was verified, and what it hides now."""
    now = () if one.closed_at is not None else hidden_behind(held.held, [one.cause.thing])
    more = now[one.cause.thing] if now else ()
    return as_felt({*one.cause.hides, *more})
