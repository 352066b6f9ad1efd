"""Incidents: one cause from first evidence to recovery, and what people do about it.

News of the engine, and of the contract numbers, opens, changes and closes them; people acknowledge,
assign, write notes, and say when they suspect a cyber-security incident. Nothing but a person ever
says the last (NĐ 331/2026 Đ31.2.d: the duty to report begins with it). Everything is an event too,
in one transaction with what it changed.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from alerts.notice import rank
from collector.journal import Incident, Journal, Mark, Note, Said
from collector.journal.record import plain_signs
from collector.verdicts.verdict import Cause, Change, Kept, News

log = logging.getLogger("hatang.incidents")

FIRST_NOTICE = 24 * 3600
"""Seconds from T0 to the first notice of a serious incident (NĐ 331/2026 Đ31.2.d)."""

FULL_REPORT = 72 * 3600
"""Seconds from T0 to the report of cause, scope and remedy (the same clause)."""

NOTES = 200
"""Notes that one incident takes."""

DISK = 5.0
"""Seconds in which an act must be on disk."""

Listener = Callable[[str, Incident], None]
"""Called in the loop with what happened (opened, changed, closed, acknowledged, noted, assigned,
suspected, cleared) and the incident as it is then.
"""


class NoIncidentError(KeyError):
    """There is none with that id."""


class NotWrittenError(RuntimeError):
    """The disk did not take an act in time; it may still."""


class TooManyNotesError(ValueError):
    """The incident takes no more notes."""


class Incidents:
    """The open incidents by key, and what is done to open and closed ones. Lives in the loop."""

    def __init__(self, journal: Journal) -> None:
        """Knows what the journal, which is started, has open."""
        self.listeners: list[Listener] = []
        self._journal = journal
        self._open = {one.cause.key: one for one in journal.open_incidents}
        self._acting = asyncio.Lock()

    @property
    def open(self) -> Mapping[str, Incident]:
        """By key of the cause."""
        return self._open

    def owned(self, key: str) -> bool:
        """Whether somebody has taken an open incident on."""
        held = self._open.get(key)
        return held is not None and (held.acknowledged is not None or bool(held.owner))

    def take(
        self,
        at: float,
        changes: Iterable[Change] = (),
        kept: Iterable[Kept] = (),
        news: Iterable[News] = (),
    ) -> None:
        """Write down what was concluded at one time, in one transaction, and tell the listeners of
        incidents that opened, changed or closed.
        """
        told = [found for one in news if (found := self._heard(one)) is not None]
        said = [_said(what, incident) for what, incident in told]
        self._journal.record(at, changes, kept, [incident for _, incident in told], said)
        for what, incident in told:
            self._tell(what, incident)

    async def find(self, number: int) -> Incident:
        """An open incident, or a closed one from disk. Raises NoIncidentError, NotWrittenError and
        sqlite3.Error.
        """
        return self._standing(number) or await self._closed(number)

    async def acknowledge(self, number: int, who: str, at: float, text: str = "") -> Incident:
        """Somebody takes notice, and writes something to it. The first one to do so stands. Raises
        as `note`.
        """

        def act(one: Incident) -> Incident:
            noted = _noted(one, Note(at, who, text)) if text else one
            return replace(noted, acknowledged=one.acknowledged or Mark(at, who))

        more = {"text": text} if text else {}
        return await self._act(number, "acknowledged", Mark(at, who), act, **more)

    async def assign(self, number: int, owner: str, who: str, at: float) -> Incident:
        """Whose it is from now on, "" for nobody's. Raises as `note`."""

        def act(one: Incident) -> Incident:
            return replace(one, owner=owner)

        return await self._act(number, "assigned", Mark(at, who), act, owner=owner)

    async def note(self, number: int, text: str, who: str, at: float) -> Incident:
        """Write something to it. Raises NoIncidentError, TooManyNotesError, NotWrittenError, and
        sqlite3.Error where the incident is closed and cannot be read.
        """

        def act(one: Incident) -> Incident:
            return _noted(one, Note(at, who, text))

        return await self._act(number, "noted", Mark(at, who), act, text=text)

    async def suspect(self, number: int, suspected: bool, who: str, at: float) -> Incident:
        """Say that a cyber-security incident is suspected, or no longer. Raises as `note`."""

        def act(one: Incident) -> Incident:
            mark = (one.suspected or Mark(at, who)) if suspected else None
            return replace(one, suspected=mark)

        what = "suspected" if suspected else "cleared"
        return await self._act(number, what, Mark(at, who), act)

    def _heard(self, news: News) -> tuple[str, Incident] | None:
        what, cause, at, evidence = news
        held = self._open.get(cause.key)
        if what == "closed":
            if held is None:
                return None
            del self._open[cause.key]
            ended = max(int(at), held.detected_at)
            return what, replace(held, cause=cause, closed_at=ended, ending=tuple(evidence))
        if held is None:
            number = self._journal.number("incident")
            what, held = "opened", Incident(number, cause, detected_at=int(at))
        else:
            what, held = "changed", replace(held, cause=_risen(held.cause, cause))
        self._open[cause.key] = held
        return what, held

    async def _act(
        self, number: int, what: str, by: Mark, act: Callable[[Incident], Incident], **more: Any
    ) -> Incident:
        """Change one incident, as soon as no other act is at work, and have it on disk."""
        async with self._acting:
            held = await self.find(number)
            changed = act(held)
            if changed == held:
                return held
            if changed.closed_at is None:
                self._open[changed.cause.key] = changed
            said = _said(what, changed, who=by.who, **more)
            self._journal.record(by.at, incidents=[changed], said=[said])
            self._tell(what, changed)
            await self._written()
            return changed

    def _standing(self, number: int) -> Incident | None:
        return next((one for one in self._open.values() if one.id == number), None)

    async def _closed(self, number: int) -> Incident:
        """From disk, where it must have arrived: it may have closed just now."""
        await self._written()
        found = await asyncio.to_thread(self._journal.incident, number)
        if found is None:
            raise NoIncidentError(number)
        return found

    async def _written(self) -> None:
        if not await asyncio.to_thread(self._journal.flush, DISK):
            raise NotWrittenError(self._journal.problem or "the disk does not answer")

    def _tell(self, what: str, incident: Incident) -> None:
        for listener in self.listeners:
            try:
                listener(what, incident)
            except Exception:  # one that fails must not keep the others from hearing it
                log.exception("listener failed", extra={"incident": incident.id, "what": what})


def deadlines(one: Incident) -> tuple[int, int] | None:
    """Until when the first notice and the full report of a suspected cyber-security incident are
    due (Unix seconds); None where nobody suspects one.
    """
    if one.suspected is None:
        return None
    return one.detected_at + FIRST_NOTICE, one.detected_at + FULL_REPORT


def _noted(one: Incident, note: Note) -> Incident:
    if len(one.notes) >= NOTES:
        raise TooManyNotesError(f"the incident has {NOTES} notes already")
    return replace(one, notes=(*one.notes, note))


def _risen(before: Cause, now: Cause) -> Cause:
    """Severity only rises while an incident lasts."""
    return replace(now, severity=min(before.severity, now.severity, key=rank))


def _said(what: str, one: Incident, **more: Any) -> Said:
    cause = one.cause
    detail: dict[str, Any] = {
        "incident": one.id,
        "what": what,
        "alert": cause.alert,
        "severity": cause.severity,
        "side": cause.side,
        "hidden": len(cause.hides),
        "evidence": plain_signs(one.ending if what == "closed" else cause.evidence),
        **more,
    }
    return Said("incident", cause.thing, what, detail)
