"""What a profile says that cannot be right: names that are not there, metrics that do not exist."""

import re
from collections.abc import Iterator

from probes.catalogue import METRICS
from probes.snmp.profile import Profile, Rows, TableSpec, Value
from probes.snmp.spots import Fault

REFERENCE = re.compile(r"\{([^{}]*)\}")
_OWN = re.compile(r"index(\.-?\d+)?|(texts?|address)\.\d+")


def faults(profile: Profile) -> list[Fault]:
    """Every fault of a resolved profile, at its keys."""
    found: list[Fault] = []
    if not profile.abstract and not profile.match and profile.name != "generic":
        found.append(Fault(("match",), "a profile that is no building block says whom it is for"))
    for name, table in profile.tables.items():
        known = {*table.columns, *table.scalars, *table.lookups}
        told = [*_table(table, known), *_others(table, profile)]
        for at, rows in enumerate(table.rows):
            more = [*_references(rows, known), *([] if profile.raw else _metrics(rows))]
            told += [Fault(("rows", at, *keys), text) for keys, text in more]
        found += [Fault(("tables", name, *keys), text) for keys, text in told]
    return found


def _others(table: TableSpec, profile: Profile) -> Iterator[Fault]:
    for key, names in (("unless", table.unless), ("needs", table.needs)):
        for one in names:
            if one not in profile.tables and not one.endswith("?"):
                yield Fault((key,), f'no table "{one}"')


def _table(table: TableSpec, known: set[str]) -> Iterator[Fault]:
    if bool(table.columns) == bool(table.scalars):
        yield Fault((), "has either columns or scalars")
    for name in sorted(name for name in known if _OWN.fullmatch(name)):
        yield Fault((), f'a column cannot be called "{name}": that is the index\'s')
    if table.scalars and table.lookups:
        yield Fault(("lookups",), "scalars have no index to look up by")
    for name, lookup in table.lookups.items():
        for text in _unknown(lookup.by, known):
            yield Fault(("lookups", name, "by"), text)


def _unknown(template: str, known: set[str]) -> Iterator[str]:
    for name in REFERENCE.findall(template):
        if name not in known and not _OWN.fullmatch(name):
            yield f'no column "{name}"'


def _templates(rows: Rows) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for label, sources in rows.label.items():
        for at, text in enumerate(sources):
            yield ("label", label, at), text
    yield ("duplicates",), rows.duplicates
    for part, texts in (("labels", rows.labels), ("info", rows.info)):
        for name, text in texts.items():
            yield (part, name), text


def _references(rows: Rows, known: set[str]) -> Iterator[Fault]:
    if len(rows.label) > 1:
        yield Fault(("label",), "one instance label at most")
    for keys, template in _templates(rows):
        for text in _unknown(template, known):
            yield Fault(keys, text)
    for name in rows.where:
        if name not in known and name != "index":
            yield Fault(("where", name), f'no column "{name}"')
    for field, values in rows.fields.items():
        for value in values:
            for name in sorted(columns_of(value) - known):
                yield Fault(("fields", field), f'no column "{name}"')


def columns_of(value: Value) -> set[str]:
    """The columns that a value is made of."""
    signed = {name.lstrip("-").rstrip("?") for name in (*value.of, *value.times, *value.over)}
    own = {value.decimal.prefix, value.decimal.places} - {None} if value.decimal else set()
    return signed | {name for name in own if name}


def _metrics(rows: Rows) -> Iterator[Fault]:
    labels = {"device", "site", *rows.label, *rows.labels}
    fields = [*rows.fields, *(["info"] if rows.info else [])]
    for field in fields:
        keys = ("info",) if field == "info" else ("fields", field)
        metric = METRICS.get(f"{rows.subject}_{field}")
        if metric is None:
            yield Fault(keys, f'the catalogue has no "{rows.subject}_{field}"')
        elif not metric.allows(labels | (set(rows.info) if field == "info" else set())):
            yield Fault(keys, f"{metric.name} has other labels than {sorted(labels)}")
