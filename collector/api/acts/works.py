"""Maintenance: what operators announce, extend and end, and what the inventory plans."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from alerts.wording.names import Naming
from alerts.wording.names import thing as as_thing
from collector import journal
from collector.api import rim, screen, words
from collector.api.acts import bodies, examples, shape
from collector.api.acts.acting import done, read
from collector.api.acts.audited import deed, recorded
from collector.api.entry.guard import BodyRefusedError, RefusedError
from collector.api.rim import SOURCE
from collector.api.route import LANGUAGE, Route
from collector.api.state.causes import mark
from collector.windows import NoWindowError
from inventory.model import Maintenance, Recurrence
from inventory.query import QueryInvalid, find

LONGEST = 366 * 24 * 3600.0
"""Seconds that announced maintenance may last."""

AHEAD = 400
"""Days in which planned work that comes back is looked for."""

SHOWN = 500
"""Works that one page shows."""


async def announce(request: web.Request) -> web.Response:
    """Announce maintenance."""
    body, who = await read(request, bodies.Announce)
    source, now = request.app[SOURCE], time.time()
    what, problems = [], []
    for text in body.what:
        try:
            what.append(str(find(source.plan.inventory, text)))
        except QueryInvalid as error:
            problems.append(f"what: {error}")
    start = now if body.start is None else body.start
    problems += _wrong(start, body.end, now)
    if problems:
        raise BodyRefusedError(problems)
    things = tuple(dict.fromkeys(what))
    span = {"from": start, "to": body.end}
    one = deed(request, "announce", who, things=things, text=body.why, detail=span)
    async with recorded(request, one):
        acting = source.windows.announce(list(things), body.why, (start, body.end), who, now)
        return rim.told(_maintenance(await done(acting)))


async def windows(request: web.Request) -> web.Response:
    """Announced maintenance that is not over."""
    rim.allow(request)
    standing = request.app[SOURCE].windows.standing(time.time())
    return rim.told(shape.Maintenances(items=[_maintenance(one) for one in standing]))


async def extend(request: web.Request) -> web.Response:
    """Let announced maintenance end at another time."""
    body, who = await read(request, bodies.Extend)
    held, now = _standing(request), time.time()
    problems = _wrong(held.start, body.end, now)
    if problems:
        raise BodyRefusedError(problems)
    things = (f"maintenance:{held.id}", *held.what)
    moved = {"from": held.end, "to": body.end}
    one = deed(request, "extend", who, things=things, text=body.why, detail=moved)
    async with recorded(request, one):
        acting = request.app[SOURCE].windows.extend(held.id, body.end, who, now)
        return rim.told(_maintenance(await done(acting)))


async def end_window(request: web.Request) -> web.Response:
    """End announced maintenance, or call it off."""
    _, who = await read(request, bodies.Act)
    held = _standing(request)
    one = deed(request, "end", who, things=(f"maintenance:{held.id}", *held.what))
    async with recorded(request, one):
        acting = request.app[SOURCE].windows.end(held.id, who, time.time())
        return rim.told(_maintenance(await done(acting)))


async def sheet(request: web.Request) -> web.Response:
    """All that the page of maintenance shows."""
    rim.allow(request, "language")
    source, now = request.app[SOURCE], time.time()
    beside, inventory = screen.fields(source), source.plan.inventory
    covers = Counter(one.maintenance for one in source.engine.verdicts.values() if one.maintenance)
    look = _Look(Naming(inventory, rim.language(request)), covers, now)
    standing = source.windows.standing(now)

    def work() -> shape.WorkSheet:
        found = [*map(look.announced, standing), *look.planned(inventory.maintenance)]
        found.sort(key=lambda one: (not one.running, one.start))
        return shape.WorkSheet(**beside, works=found[:SHOWN])

    return await screen.told(work)


@dataclass(frozen=True, slots=True)
class _Look:
    """With what names works are told, and how many things each thing's work covers now."""

    naming: Naming
    covers: Counter[str]
    now: float

    def announced(self, one: journal.Announced) -> shape.Work:
        """What an operator announced."""
        stands = self._stands((one.start, one.end), one.what)
        return shape.Work(**stands, id=one.id, why=one.why, who=one.who, every=None)

    def planned(self, all_of: Iterable[Maintenance]) -> Iterator[shape.Work]:
        """What the inventory plans, each with the span that runs or comes next."""
        for one in all_of:
            span = self._span(one)
            if span is not None:
                stands = self._stands(span, list(map(str, one.what)))
                every = _again(one.every) if one.every else None
                yield shape.Work(**stands, id=None, why=one.why, who="", every=every)

    def _stands(self, span: tuple[float, float], what: Sequence[str]) -> dict[str, Any]:
        """Of what, from when to when, and what that comes to now."""
        running = span[0] <= self.now < span[1]
        return {
            "what": titled(what, self.naming),
            "start": span[0],
            "end": span[1],
            "running": running,
            "covers": sum(self.covers[one] for one in what) if running else 0,
        }

    def _span(self, one: Maintenance) -> tuple[float, float] | None:
        if one.every is None:
            assert one.start is not None
            assert one.end is not None
            span = one.start.timestamp(), one.end.timestamp()
            return span if span[1] > self.now else None
        moment = datetime.fromtimestamp(self.now, self.naming.inventory.province.zone)
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        for after in range(-1, AHEAD):
            day = midnight + timedelta(days=after)
            if day.weekday() in one.every.weekdays or day.day in one.every.days:
                start, end = (self._at(day, minute) for minute in (one.every.start, one.every.end))
                end = end if end > start else self._at(day, one.every.end + 24 * 60)
                if end > self.now:
                    return start, end
        return None

    def _at(self, day: datetime, minute: int) -> float:
        """Minutes after a midnight of the province, by its clocks."""
        moment = day + timedelta(minutes=minute)
        return moment.replace(tzinfo=self.naming.inventory.province.zone).timestamp()


def _again(one: Recurrence) -> shape.Again:
    return shape.Again(
        start=one.start, end=one.end, weekdays=sorted(one.weekdays), days=sorted(one.days)
    )


def titled(things: Iterable[str], naming: Naming) -> list[shape.Titled]:
    """Things as the inventory calls them; circuits without a name of their own as messages do."""
    return [shape.Titled(thing=one, title=_title(one, naming)) for one in things]


def _title(thing: str, naming: Naming) -> str:
    title = words.title(thing, naming.inventory)
    unnamed = thing == f"circuit:{title}"
    return naming.name(as_thing(thing)) if unnamed else title


def _wrong(start: float, end: float, now: float) -> list[str]:
    problems = []
    if end <= start:
        problems.append("to: not after from")
    if end <= now:
        problems.append("to: is over already")
    if end - start > LONGEST:
        problems.append(f"to: more than {LONGEST / 86400:.0f} days after from")
    return problems


def _standing(request: web.Request) -> journal.Announced:
    """The one that the path names."""
    name = request.match_info["name"]
    known = name.isascii() and name.isdecimal() and len(name) < 19
    try:
        return request.app[SOURCE].windows.find(int(name) if known else 0, time.time())
    except NoWindowError:
        raise RefusedError(
            404, f"no maintenance {name[:40]!r} stands", "GET /api/v1/maintenance lists it"
        ) from None


def _maintenance(one: journal.Announced) -> shape.Maintenance:
    return shape.Maintenance(
        id=one.id,
        what=list(one.what),
        why=one.why,
        who=one.who,
        start=one.start,
        end=one.end,
        ended=mark(one.ended),
    )


_PLACE = "/api/v1/maintenance"
_EXAMPLE = examples.MAINTENANCE
ROUTES = (
    Route("GET", _PLACE, windows, "Announced work that is not over", examples.MAINTENANCES),
    Route(
        "POST",
        _PLACE,
        announce,
        "Announce work: nobody is told of these things and what hangs below",
        _EXAMPLE,
        role="operator",
        refusals=(400, 409, 415, 503),
        body=examples.ANNOUNCE,
    ),
    Route(
        "POST",
        f"{_PLACE}/{{name}}/extend",
        extend,
        "Let announced work end later, or sooner",
        _EXAMPLE,
        role="operator",
        refusals=(400, 404, 415, 503),
        body=examples.EXTEND,
    ),
    Route(
        "DELETE",
        f"{_PLACE}/{{name}}",
        end_window,
        "End announced work, or call it off",
        _EXAMPLE,
        role="operator",
        refusals=(400, 404, 415, 503),
        body=examples.ACT,
    ),
    Route(
        "GET",
        f"{_PLACE}/sheet",
        sheet,
        "All that the console's page of maintenance shows",
        shape.WorkSheet(
            **dict(screen.EXAMPLE),
            works=[
                shape.Work(
                    id=3,
                    what=[shape.Titled(thing=_EXAMPLE.what[0], title="TSLCD cấp II xã Pà Cò")],
                    why=_EXAMPLE.why,
                    who=_EXAMPLE.who,
                    start=_EXAMPLE.start,
                    end=_EXAMPLE.end,
                    every=None,
                    running=True,
                    covers=4,
                )
            ],
        ),
        (LANGUAGE,),
        refusals=(400,),
    ),
)
