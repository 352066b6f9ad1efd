"""The tables of the file, and how a file of an older version becomes one of this."""

import sqlite3

VERSION = 2

_EVENT = """
CREATE TABLE event (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  text TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX event_subject ON event (subject, id);
CREATE INDEX event_kind ON event (kind, id);
"""
_STANDING = """
CREATE TABLE verdict (thing TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE maintenance (
  id INTEGER PRIMARY KEY, what TEXT NOT NULL, why TEXT NOT NULL, who TEXT NOT NULL,
  start REAL NOT NULL, "end" REAL NOT NULL, ended_at REAL, ended_by TEXT NOT NULL);
CREATE TABLE incident (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, alert TEXT NOT NULL, thing TEXT NOT NULL,
  severity TEXT NOT NULL, side TEXT NOT NULL, since REAL NOT NULL, detected_at INTEGER NOT NULL,
  closed_at INTEGER, evidence TEXT NOT NULL, ending TEXT NOT NULL, hides TEXT NOT NULL,
  owner TEXT NOT NULL, acked_at REAL, acked_by TEXT NOT NULL, suspected_at REAL,
  suspected_by TEXT NOT NULL, notes TEXT NOT NULL);
CREATE INDEX incident_open ON incident (id) WHERE closed_at IS NULL;
CREATE INDEX incident_thing ON incident (thing, id);
"""
_SET_ASIDE_1 = "DROP INDEX incident_open; ALTER TABLE incident RENAME TO incident_1;"
_TAKE_OVER_1 = """
INSERT INTO incident
SELECT id, 'DeviceDown/' || cause, 'DeviceDown', cause, 'major', '', detected_at, detected_at,
  closed_at, '[]', '[]', '[]', '', NULL, '', NULL, '',
  json_array(json_array(detected_at, '', evidence || iif(detail = '{}', '', ' ' || detail)))
FROM incident_1;
DROP TABLE incident_1;
"""
"""The first version knew incidents of devices only, with evidence in English: it becomes a note."""


def prepare(connection: sqlite3.Connection) -> None:
    """Bring a file to this version in one transaction. Raises sqlite3.DatabaseError for one of a
    version that is not known.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found == VERSION:
        return
    steps = {0: _EVENT + _STANDING, 1: _SET_ASIDE_1 + _STANDING + _TAKE_OVER_1}
    if found not in steps:
        raise sqlite3.DatabaseError(f"version {found} of the journal, this program knows {VERSION}")
    connection.executescript(
        f"BEGIN IMMEDIATE; {steps[found]} PRAGMA user_version = {VERSION}; COMMIT;"
    )
