"""The record that stays: `STATE/events.sqlite`, fifteen months of events and incidents, and what
must survive a restart (verdicts, open incidents, maintenance that operators announced).
"""

from collector.journal.journal import PENDING, TEXT, Journal, Recalled, Said
from collector.journal.record import Announced, Entry, Incident, Mark, Note
from collector.journal.writer import KEEP, SIZE

__all__ = [
    "KEEP",
    "PENDING",
    "SIZE",
    "TEXT",
    "Announced",
    "Entry",
    "Incident",
    "Journal",
    "Mark",
    "Note",
    "Recalled",
    "Said",
]
