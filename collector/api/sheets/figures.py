"""What was read last of a device, circuit or service: values in the catalogue's words, by subject;
and how its probes fared.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from alerts.wording import probe_words, reason_word
from collector.api.exposition import rows
from collector.api.sheets.look import Look
from collector.api.sheets.shape_kinds import Column, Meaning, Readings, Row, Run
from collector.api.things.view import hint
from dashboards.words import BAD, GOOD, WARN, states
from inventory.model import Use
from probes import catalogue, reading

ROWS, ROWS_IN_ALL, COLUMNS = 100, 600, 24
"""Rows of one subject and of all that are told, and columns of one; `total` counts the others."""

MESSAGE, MISSING, NAME = 500, 50, 100
"""Characters of what a probe said, names of what is missing, and characters of such a name, that
are told.
"""

_ELSEWHERE = frozenset(
    ("device", "interface", "probe", "poll", "threshold", "trap", "syslog", "service")
)
"""Subjects that a sheet tells in another place."""

_CLASS = re.compile(rb",class=(?:\\.|[^,\\])*")
"""A label of a sensor's state that its other values do not have."""

_TONES = {GOOD: "good", WARN: "warn", BAD: "bad"}
_OTHERS = {"vi": ("Khác", "Giá trị khác"), "en": ("Others", "Other values")}

Owner = tuple[str, str]
"""The label that says whose a row is, as ("device", name)."""


class Found(NamedTuple):
    """One row: its labels without the owner's, when it was read, its values by field."""

    labels: dict[str, str]
    at: float
    fields: dict[str, float]


def readings(look: Look, keys: Iterable[str], owner: Owner) -> list[Readings]:
    """The latest values of what some jobs brought of an owner, in the catalogue's order."""
    found: defaultdict[str, dict[bytes, Found | None]] = defaultdict(dict)
    mark = f",{owner[0]}={reading.escape(owner[1])},".encode()
    for one in (look.latest[key] for key in keys if key in look.latest):
        for row, at in (*rows(one), *one.rarer):
            subject = row.head.subject
            if subject in _ELSEWHERE or row.fields == b"info=1":
                continue
            if mark in row.head.encoded + b",":
                _keep(found[subject], row, at, owner)
    told, left = [], ROWS_IN_ALL
    for subject in sorted(
        filter(found.get, found), key=lambda one: (_ORDER.get(one, len(_ORDER)), one)
    ):
        known = [one for one in found[subject].values() if one is not None]
        told.append(_group(look.language, subject, known[:left], len(found[subject])))
        left -= len(told[-1].rows)
    return told


_ORDER = {subject: place for place, subject in enumerate(catalogue.SUBJECTS)}
_SECTIONS = {
    name: section
    for section in catalogue.SECTIONS
    for name in (subject.name for subject in section.subjects)
}


def _keep(found: dict[bytes, Found | None], row: reading.Row, at: float, owner: Owner) -> None:
    """A row, with what else is known of the same instance; only counted where there are too
    many.
    """
    head = row.head
    told = {
        name: value
        for name, value in reading.values(row.fields).items()
        if _told(reading.metric(head.subject, name))
    }
    if not told:
        return
    key = _CLASS.sub(b"", head.encoded) if head.subject == "sensor" else head.encoded
    if key not in found:
        hidden = ("site", "device", owner[0])
        named = {name: text for name, text in head.labels if name not in hidden}
        found[key] = Found(named, at, {}) if len(found) < ROWS else None
    if (one := found[key]) is not None:
        one.fields.update({**told, **one.fields})


def _told(name: str) -> bool:
    """Counters mean something only beside what they were before: those are charts."""
    known = catalogue.METRICS.get(name)
    return known is None or known.kind in ("gauge", "state")


def _group(language: str, subject: str, found: list[Found], total: int) -> Readings:
    names = list(dict.fromkeys(name for one in found for name in one.fields))[:COLUMNS]
    known, section = catalogue.SUBJECTS.get(subject), _SECTIONS.get(subject)
    others = _OTHERS[language]
    vi = language == "vi"
    return Readings(
        subject=subject,
        section=(section.title_vi if vi else section.title) if section else others[0],
        title=_short(known.about_vi if vi else known.about) if known else others[1],
        columns=[_column(language, reading.metric(subject, name)) for name in names],
        total=total,
        rows=[
            Row(
                labels=one.labels,
                at=round(one.at, 3),
                values=[one.fields.get(name) for name in names],
            )
            for one in found
        ],
    )


def _short(text: str) -> str:
    """What stands before the catalogue goes into particulars."""
    return re.split("[;:]", text, maxsplit=1)[0]


def _column(language: str, name: str) -> Column:
    known = catalogue.METRICS.get(name)
    if known is None:
        return Column(metric=name, title=name, unit="any", states={})
    return Column(
        metric=name,
        title=_short(known.help_vi if language == "vi" else known.help),
        unit=known.unit,
        states=_meanings(language, name),
    )


def _meanings(language: str, name: str) -> dict[str, Meaning]:
    return {
        str(one.value): Meaning(
            word=one.name.vi if language == "vi" else one.name.en,
            tone=_TONES.get(one.colour, ""),
        )
        for one in states(name)
    }


def runs(look: Look, kind: str, name: str, uses: Iterable[Use]) -> list[Run]:
    """How each probe or check fared last."""
    return [run(look, f"{kind}/{name}/{one.name}", one) for one in uses]


def run(look: Look, key: str, use: Use) -> Run:
    """How one fared last; one that never ran has no `at`."""
    one = look.latest.get(key)
    last = one.reading if one is not None else None
    bare = Run(name=use.name, probe=use.probe, interval=use.interval, timeout=use.timeout)
    if one is None or last is None:
        return bare
    thing = f"{one.job.kind}:{one.job.thing}" if one.job else ""
    fared = {
        "at": one.at,
        "duration": round(last.duration, 4),
        "success": last.success,
        "reason": str(last.reason or ""),
        "reason_word": reason_word(str(last.reason or ""), look.language),
        "message": _said(look, last.message),
        "hint": _said(look, hint(last, look.held.get(thing))),
        "missing": [reading.line(name, NAME) for name in last.missing[:MISSING]],
        "empty": [reading.line(name, NAME) for name in last.empty[:MISSING]],
        "lasting": one.lasting,
    }
    return bare.model_copy(update=fared)


def _said(look: Look, text: str) -> str:
    """What a probe said, in the reader's words and of bounded length."""
    return probe_words(reading.line(text, MESSAGE), look.language)
