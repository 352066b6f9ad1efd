"""The last changes that are worth a look, from the journal: what began and ended of its own, and
what people did. What merely followed from a cause is the cause's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from alerts.wording.names import Naming, thing
from collector.api.wall.shape import Change
from collector.journal import Entry, Journal
from inventory.model import Inventory

LAST = 40
"""Changes that are told."""

_SEARCHED = 400
"""Events among which they are looked for."""

_TOGETHER = 30.0
"""A verdict in the same half minute as the news of its incident says nothing new."""

_KINDS = frozenset(
    ("maintenance", "flapping", "reload", "config", "threshold", "started", "stopped", "journal")
)


def recent(journal: Journal) -> list[Entry]:
    """The last changes, newest first. Raises sqlite3.Error."""
    found = {one.id: one for one in journal.events(None, LAST, where={"kind": "incident"})}
    told = {(one.subject, int(one.at / _TOGETHER)) for one in found.values()}
    for one in journal.events(None, _SEARCHED):
        again = one.kind == "verdict" and (one.subject, int(one.at / _TOGETHER)) in told
        if _counts(one) and not again:
            found[one.id] = one
    return sorted(found.values(), key=lambda one: -one.id)[:LAST]


def _counts(one: Entry) -> bool:
    detail = one.detail
    if one.kind == "verdict":
        state = detail.get("state")
        moved = detail.get("before") not in ("unknown", state)
        followed = detail.get("because") or (state == "up" and detail.get("before_because"))
        return moved and not followed and not detail.get("maintenance")
    if one.kind == "maintenance":
        return bool(detail.get("by", one.subject) == one.subject)
    return one.kind in _KINDS


@dataclass(frozen=True, slots=True)
class Telling:
    """With what names changes are told."""

    inventory: Inventory
    language: str

    def told(self, entries: Iterable[Entry]) -> list[Change]:
        """Changes in their shape."""
        naming = Naming(self.inventory, self.language)
        return [_told(one, naming) for one in entries]


def _told(one: Entry, naming: Naming) -> Change:
    detail: dict[str, Any] = dict(one.detail)
    return Change(
        id=one.id,
        at=one.at,
        kind=one.kind,
        subject=one.subject,
        title=naming.name(thing(one.subject)),
        what=str(detail.get("what", "")),
        state=str(detail.get("state", "")),
        severity=str(detail.get("severity", "")),
        who=str(detail.get("who", "")),
        text=one.text if one.kind not in ("verdict", "incident") else "",
    )
