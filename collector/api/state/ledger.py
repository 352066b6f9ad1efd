"""What stays, as it is told: events and incidents of the journal, by page and one by one."""

import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from aiohttp import web

from collector import journal
from collector.api import rim, words
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.state import shape
from collector.api.state.causes import incident_fields, signs
from collector.api.threads import apart
from collector.incidents import deadlines
from inventory.model import Inventory

HIDES_LISTED = 20
"""Names of what an incident hides that a list of incidents tells."""

T = TypeVar("T")


class Speech(NamedTuple):
    """With what names and in which language the journal is told."""

    inventory: Inventory
    language: str

    def event(self, one: journal.Entry) -> shape.Event:
        """An event as it was written down, and in words."""
        said = words.event(one.kind, one.subject, one.detail, self.language, self.inventory)
        return shape.Event(
            id=one.id,
            at=one.at,
            kind=one.kind,
            subject=one.subject,
            text=one.text,
            words=said or one.text,
            detail=dict(one.detail),
        )

    def incident(self, one: journal.Incident, names: int | None = None) -> shape.Incident:
        """An incident as it stands, with at most so many names of what it hides."""
        cause = one.cause
        return shape.Incident(
            **incident_fields(one, self.language, self.inventory),
            cause=cause.thing,
            title=words.title(cause.thing, self.inventory),
            closed_at=one.closed_at,
            evidence=words.evidence(cause.evidence, self.language, self.inventory),
            signs=signs(cause.evidence),
            ending=words.evidence(one.ending, self.language, self.inventory),
            hidden=len(cause.hides),
            hides=list(cause.hides[:names]),
            suspected=_suspicion(one),
            notes=[shape.Note(at=note.at, who=note.who, text=note.text) for note in one.notes],
        )


def speech(request: web.Request) -> Speech:
    """As the asker wants to be answered."""
    return Speech(request.app[SOURCE].plan.inventory, rim.language(request))


async def events(request: web.Request) -> web.Response:
    """The journal's events."""
    rim.allow(request, "where", "after", "limit", "cursor", "language")
    most, said = rim.limit(request), speech(request)
    after, before = _place(request)
    if "after" in request.query:
        after = rim.whole(request, "after", 0, 2**62)
    where = equal(request, ("kind", "subject"))
    found = await from_disk(
        request.app[SOURCE].journal.events, after, most, before=before, where=where
    )
    letter = "b" if after is None else "a"
    following = rim.cursor(f"{letter}{found[-1].id}") if len(found) == most else None
    items = await apart(lambda: [said.event(one) for one in found])
    return rim.told(shape.Events(items=items, next=following))


async def incidents(request: web.Request) -> web.Response:
    """The journal's incidents."""
    rim.allow(request, "where", "open", "since", "limit", "cursor", "language")
    most, said = rim.limit(request), speech(request)
    open_only = request.query.get("open", "false")
    if open_only not in ("true", "false"):
        raise RefusedError(400, "open is true or false")
    _, before = _place(request)
    found = await from_disk(
        request.app[SOURCE].journal.incidents,
        open_only == "true",
        most,
        before=before,
        since=rim.whole(request, "since", 1, 2**62) if "since" in request.query else None,
        where=equal(request, ("cause", "kind", "severity", "alert")),
    )
    following = rim.cursor(f"b{found[-1].id}") if len(found) == most else None
    items = await apart(lambda: [said.incident(one, HIDES_LISTED) for one in found])
    return rim.told(shape.Incidents(items=items, next=following))


async def incident(request: web.Request) -> web.Response:
    """One incident."""
    rim.allow(request, "language")
    found = await from_disk(request.app[SOURCE].journal.incident, number(request))
    if found is None:
        raise no_incident(request)
    return rim.told(speech(request).incident(found))


def number(request: web.Request) -> int:
    """The id in the path. Anything that is none is an incident that there is not."""
    name = request.match_info["name"]
    if not (name.isascii() and name.isdecimal() and len(name) < 19):
        raise no_incident(request)
    return int(name)


def no_incident(request: web.Request) -> RefusedError:
    """That there is none of that id."""
    name = request.match_info["name"][:40]
    return RefusedError(404, f"no incident {name!r}", "GET /api/v1/incidents lists them")


async def from_disk(read: Callable[..., T], *wanted: Any, **more: Any) -> T:
    """What the journal reads, in a thread."""
    try:
        return await apart(read, *wanted, **more)
    except sqlite3.Error as error:
        raise RefusedError(503, f"the journal cannot be read: {error}", "try again") from None


def equal(request: web.Request, names: tuple[str, ...]) -> dict[str, str]:
    """The journal's own filters: a name, an equals sign, the whole text."""
    found = {}
    for condition in rim.conditions(request):
        name, _, value = condition.partition("=")
        if name not in names:
            raise RefusedError(400, f"no filter by {name[:40]!r} here", f"by {' or '.join(names)}")
        found[name] = value
    return found


def _place(request: web.Request) -> tuple[int | None, int | None]:
    """What a cursor means: above which id, or below which."""
    place = rim.place(request)
    letter, digits = place[:1], place[1:]
    if not place:
        return None, None
    if letter not in "ab" or not (digits.isascii() and digits.isdecimal() and len(digits) < 19):
        raise RefusedError(400, "the cursor is none of this list's", "begin without a cursor")
    return (int(digits), None) if letter == "a" else (None, int(digits))


def _suspicion(one: journal.Incident) -> shape.Suspicion | None:
    due = deadlines(one)
    if due is None or one.suspected is None:
        return None
    first, full = due
    at, who = one.suspected
    return shape.Suspicion(at=at, who=who, first_notice_due=first, full_report_due=full)
