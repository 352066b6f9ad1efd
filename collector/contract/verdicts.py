"""A circuit's verdict changes, as the journal has them."""

from collector.contract.availability import Judged
from collector.journal import Journal
from collector.verdicts.events import State
from inventory.model import Circuit, Thing

PAGE = 1_000
MOST = 100_000
"""Verdicts that are read at most: the newest ones."""

_STATES = {state.name.lower(): state for state in State}


def verdicts(journal: Journal, circuit: Circuit, start: float, end: float) -> list[Judged]:
    """Verdict changes from the last one before `start` up to `end`, oldest first.

    Reads the disk: call it in a thread. Raises sqlite3.Error.
    """
    where = {"kind": "verdict", "subject": str(Thing("circuit", circuit.name))}
    found: list[Judged] = []
    before: int | None = None
    while len(found) < MOST:
        page = journal.events(None, PAGE, before=before, where=where)
        for entry in page:
            state = _STATES.get(str(entry.detail.get("state")))
            if state is not None and entry.at < end:
                found.append(Judged(entry.at, state))
                if entry.at <= start:
                    return found[::-1]
        if len(page) < PAGE:
            break
        before = page[-1].id
    return found[::-1]
