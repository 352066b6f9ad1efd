"""What a profile says that cannot be right: names that are not there, metrics that do not exist."""

import re
from collections.abc import Iterator

from probes.catalogue import METRICS
from probes.snmp.profile import Profile, Rows, TableSpec, Value

REFERENCE = re.compile(r"\{([^{}]*)\}")
_OWN = re.compile(r"index(\.-?\d+)?|(text|address)\.\d+")


def problems(profile: Profile) -> list[str]:
    """Every problem of a resolved profile, as `tables.<table>...: what is wrong`."""
    found: list[str] = []
    if not profile.abstract and not profile.match and profile.name != "generic":
        found.append("match: a profile that is no building block says whom it is for")
    for name, table in profile.tables.items():
        known = {*table.columns, *table.scalars, *table.lookups}
        found += [f"tables.{name}: {text}" for text in _table(table, known)]
        found += [
            f'tables.{name}.unless: no table "{one}"'
            for one in table.unless
            if one not in profile.tables and not one.endswith("?")
        ]
        for at, rows in enumerate(table.rows):
            where = f"tables.{name}.rows.{at}"
            found += [f"{where}: {text}" for text in _references(rows, known)]
            if not profile.raw:
                found += [f"{where}: {text}" for text in _metrics(rows)]
    return found


def _table(table: TableSpec, known: set[str]) -> Iterator[str]:
    if bool(table.columns) == bool(table.scalars):
        yield "has either columns or scalars"
    for name in sorted(name for name in known if _OWN.fullmatch(name)):
        yield f'a column cannot be called "{name}": that is the index\'s'
    if table.scalars and table.lookups:
        yield "scalars have no index to look up by"
    for name, lookup in table.lookups.items():
        for text in _unknown(lookup.by, known):
            yield f"lookups.{name}.by: {text}"


def _unknown(template: str, known: set[str]) -> Iterator[str]:
    for name in REFERENCE.findall(template):
        if name not in known and not _OWN.fullmatch(name):
            yield f'no column "{name}"'


def _references(rows: Rows, known: set[str]) -> Iterator[str]:
    if len(rows.label) > 1:
        yield "label: one instance label at most"
    templates = [one for sources in rows.label.values() for one in sources]
    for template in (*templates, rows.duplicates, *rows.labels.values(), *rows.info.values()):
        yield from _unknown(template, known)
    for name in rows.where:
        if name not in known and name != "index":
            yield f'where: no column "{name}"'
    for field, values in rows.fields.items():
        for value in values:
            for name in columns_of(value):
                if name not in known:
                    yield f'fields.{field}: no column "{name}"'


def columns_of(value: Value) -> set[str]:
    """The columns that a value is made of."""
    signed = {name.lstrip("-").rstrip("?") for name in (*value.of, *value.times, *value.over)}
    own = {value.decimal.prefix, value.decimal.places} - {None} if value.decimal else set()
    return signed | {name for name in own if name}


def _metrics(rows: Rows) -> Iterator[str]:
    labels = {"device", "site", *rows.label, *rows.labels}
    fields = [*rows.fields, *(["info"] if rows.info else [])]
    for field in fields:
        metric = METRICS.get(f"{rows.subject}_{field}")
        if metric is None:
            yield f'fields.{field}: the catalogue has no "{rows.subject}_{field}"'
        elif not metric.allows(labels | (set(rows.info) if field == "info" else set())):
            yield f"fields.{field}: {metric.name} has other labels than {sorted(labels)}"
