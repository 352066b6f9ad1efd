"""What was read of a module, as rows: names, labels and values as snmp_exporter tells them.

Pure. Labels of an index are made once and kept as long as the columns they are looked up in stay
the same.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from probes.reading import Head, Row, escape, unseen
from probes.snmp.ber import encode_subids
from probes.snmp.column import Address, Column, Identifier, Value
from probes.snmp.index import arcs
from probes.snmp.module.file import Extract, Metric
from probes.snmp.module.index import COMBINED, Arcs, take
from probes.snmp.module.layout import COUNTED, DATED, STATED, Group, Layout, Look, Measured
from probes.snmp.module.moment import by_pattern, date_and_time, ntp
from probes.snmp.module.text import bits, shown

LARGE = 2**53
"""From here on a counter begins again at 0: a float cannot hold it exactly. snmp_exporter wraps
there too."""
TEXT = 1024
"""Bytes of a label's value."""
SEARCHED = 4096
"""Characters of a text that expressions are tried on."""

Labels = tuple[tuple[str, str], ...]
Fetched = Mapping[bytes, Column]


class Known(NamedTuple):
    """The labels of one index, and the head that they make."""

    labels: Labels
    head: Head


class Said(NamedTuple):
    """What a text or state was when it was told last."""

    base: Known
    text: str
    head: Head
    field: str
    column: bytes


def labelled(labels: Iterable[tuple[str, str]]) -> Head:
    """A head without a subject: its metrics have the names of their fields.

    Texts stay as they came, but for control characters and what goes beyond 1,024 bytes.
    """
    pairs = ((name, _kept(text)) for name, text in labels if text)
    written = "".join(f",{name}={escape(text)}" for name, text in pairs if text)
    return Head.written(written.encode())


def _kept(text: str) -> str:
    clean = unseen(text)
    text = text if clean == text else clean.strip()
    if len(text) > TEXT // 4 and len(raw := text.encode()) > TEXT:
        return raw[:TEXT].decode(errors="ignore")
    return text


class Samples:
    """The rows of one module on one device."""

    def __init__(self, layout: Layout, identity: Labels) -> None:
        self._groups = [_Grouped(group, identity) for group in layout.groups]

    def rows(self, fetched: Fetched) -> list[Row]:
        """What the columns say. A text that says something else than before, or is gone, ends
        with 0.
        """
        return [row for group in self._groups for row in group.rows(fetched)]


@dataclass(slots=True)
class _Grouped:
    """A group's labels, and the texts that it told."""

    group: Group
    identity: Labels
    known: dict[bytes, Known] = field(default_factory=dict)
    seen: list[tuple[list[bytes], Sequence[Value]]] = field(default_factory=list)
    said: dict[tuple[str, bytes, str], Said] = field(default_factory=dict)

    def rows(self, fetched: Fetched) -> Iterator[Row]:
        self._freshen(fetched)
        tables: dict[bytes, Mapping[bytes, Value]] = {}
        parts: dict[bytes, list[str]] = {}
        said: dict[tuple[str, bytes, str], Said] = {}
        others: list[Row] = []
        for one in self.group.metrics:
            column = fetched.get(one.oid)
            if column is None:
                continue
            if one.plain:
                _count(one.spec.name, column, parts)
                continue
            before = _table(fetched, tables, one.before)
            for index, value in zip(column.indexes, column.values, strict=True):
                if one.spec.type in STATED or (one.own and _textual(one.spec)):
                    base = self._base(index, fetched, tables)
                    others += self._states(one, index, value, before, base, said)
                else:
                    kind = _kind(one, index, before)
                    numbers = [f"{n}={number(v)}" for n, v in measured(one.spec, value, kind)]
                    parts.setdefault(index, []).extend(numbers)
        yield from self._ended(fetched, said)
        for index, fields in parts.items():
            if fields:
                yield Row(self._base(index, fetched, tables).head, ",".join(fields).encode())
        yield from others

    def _freshen(self, fetched: Fetched) -> None:
        """Forget the labels when what they were looked up in has changed."""
        looked = [fetched.get(oid) for oid in self.group.looked]
        seen = [([], ()) if one is None else (one.indexes, one.values) for one in looked]
        if seen != self.seen:
            self.known.clear()
            self.seen = seen

    def _base(
        self, index: bytes, fetched: Fetched, tables: dict[bytes, Mapping[bytes, Value]]
    ) -> Known:
        known = self.known.get(index)
        if known is None:
            if len(self.known) > 2 * max((len(c.indexes) for c in fetched.values()), default=0):
                self.known.clear()  # of rows that come and go
            for look in self.group.looks:
                _table(fetched, tables, look.oid)
                _table(fetched, tables, look.before)
            taken = {name for name, _ in self.identity}
            labels = tuple(
                (_apart(name, taken), text) for name, text in _labels(self.group, index, tables)
            )
            known = self.known[index] = Known(labels, labelled((*self.identity, *labels)))
        return known

    def _states(
        self,
        one: Measured,
        index: bytes,
        value: Value,
        before: Mapping[bytes, Value],
        base: Known,
        said: dict[tuple[str, bytes, str], Said],
    ) -> Iterator[Row]:
        """Rows with a label of the metric's own name; a text that changed ends."""
        name = one.spec.name
        for text, field_name, amount in stated(one.spec, value, _kind(one, index, before)):
            several = text if one.spec.type in ("Bits", "EnumAsStateSet") else ""
            key = name, index, several
            was = self.said.get(key)
            if was is None or was.base is not base or was.text != text:
                more = _apart(name, {name for name, _ in self.identity})
                head = labelled((*self.identity, *base.labels, (more, text)))
                was = Said(base, text, head, field_name, one.oid)
            said[key] = was
            yield Row(was.head, f"{field_name}={number(amount)}".encode())

    def _ended(self, fetched: Fetched, said: dict[tuple[str, bytes, str], Said]) -> Iterator[Row]:
        """What was told before and is true no longer; of columns that were not read whole it is
        not known.
        """
        for key, was in self.said.items():
            now = said.get(key)
            column = fetched.get(was.column)
            if now is None and (column is None or not column.complete):
                said[key] = was
            elif now is None or now.head != was.head:
                yield Row(was.head, f"{was.field}=0".encode())
        self.said = said


def _table(
    fetched: Fetched, tables: dict[bytes, Mapping[bytes, Value]], oid: bytes | None
) -> Mapping[bytes, Value]:
    """A column by index, made when it is first wanted."""
    if oid is None:
        return {}
    found = tables.get(oid)
    if found is None:
        column = fetched.get(oid) or Column(oid)
        found = tables[oid] = dict(zip(column.indexes, column.values, strict=True))
    return found


def _apart(name: str, taken: Iterable[str]) -> str:
    """A label's name beside those that are ours, as Prometheus does it for scraped ones."""
    return f"exported_{name}" if name in taken else name


def _labels(group: Group, index: bytes, tables: Mapping[bytes, Mapping[bytes, Value]]) -> Labels:
    """The labels of an index: its parts, then what is looked up by them."""
    found: dict[str, str] = {}
    used: dict[str, Arcs] = {}
    left = arcs(index)
    for one in group.first.indexes:
        text, used[one.labelname], left = take(left, one.type, one.fixed_size, one.implied)
        named = one.type == "EnumAsInfo" and text.isdecimal()
        found[one.labelname] = one.enum_values.get(int(text), text) if named else text
    for look in group.looks:
        name = look.spec.labelname
        if not look.spec.labels:
            found.pop(name, None)
            continue
        key = _key(look, used)
        value = None if key is None else tables.get(look.oid, {}).get(key)
        if value is None or key is None:
            found[name] = ""
            continue
        kind = look.spec.type
        if look.before is not None:
            told = _integer(tables.get(look.before, {}).get(key, 0))
            kind = COMBINED[kind].get(told, kind)
        found[name] = shown(value, kind, look.spec.display_hint, look.spec.enum_values)
        used[name] = (_integer(value),)
    return tuple(found.items())


def _key(look: Look, used: Mapping[str, Arcs]) -> bytes | None:
    numbers = [arc for label in look.spec.labels for arc in used.get(label, (-1,))]
    try:
        return encode_subids(numbers)
    except ValueError:
        return None


def _count(name: str, column: Column, parts: dict[bytes, list[str]]) -> None:
    """A column of numbers that go as they are: the hot path."""
    for index, value in zip(column.indexes, column.values, strict=True):
        if type(value) is int and value < LARGE:
            text = f"{name}={value}"
        elif math.isfinite(amount := _amount(value)):
            text = f"{name}={number(amount)}"
        else:
            continue
        fields = parts.get(index)
        if fields is None:
            parts[index] = [text]
        else:
            fields.append(text)


def number(value: float) -> str:
    """A finite number in the fewest digits that give it back exactly."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGE:
        return str(int(value))
    return repr(value)


def _amount(value: Value) -> float:
    """A value as a number: bytes are 0, as snmp_exporter has it."""
    if isinstance(value, float):
        return value
    return value % LARGE if isinstance(value, int) and value >= LARGE else _integer(value)


def _integer(value: Value) -> int:
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else 0
    return value if isinstance(value, int) else 0


def _kind(one: Measured, index: bytes, before: Mapping[bytes, Value]) -> str:
    """The type of a value, where the object before it tells it."""
    if one.before is None:
        return one.spec.type
    told = before.get(index)
    known = None if told is None else COMBINED[one.spec.type].get(_integer(told))
    return known or "OctetString"


def _textual(spec: Metric) -> bool:
    return spec.type not in COUNTED | DATED | STATED and not spec.regex_extracts


def stated(spec: Metric, value: Value, kind: str) -> Iterator[tuple[str, str, float]]:
    """What becomes a label: text, field, and the number beside it."""
    if spec.type == "Bits":
        if isinstance(value, bytes) and not isinstance(value, (Identifier, Address)):
            told = set(bits(value))
            for place, text in spec.enum_values.items():
                yield text, spec.name, int(place in told)
    elif spec.type == "EnumAsInfo":
        state = _integer(value)
        yield spec.enum_values.get(state, str(state)), f"{spec.name}_info", 1
    elif spec.type == "EnumAsStateSet":
        state = _integer(value)
        yield spec.enum_values.get(state, str(state)), spec.name, 1
        for other, text in spec.enum_values.items():
            if other != state:
                yield text, spec.name, 0
    else:
        yield shown(value, kind, spec.display_hint), spec.name, _scaled(spec, 1)


def measured(spec: Metric, value: Value, kind: str) -> Iterator[tuple[str, float]]:
    """The numbers of a value that is no state: names and finite numbers."""
    found: Iterable[tuple[str, float | None]]
    if spec.type in COUNTED:
        found = [(spec.name, _amount(value))]
    elif spec.type in DATED:
        found = [(spec.name, _dated(spec, value))]
    elif spec.regex_extracts:
        text = shown(value, kind, spec.display_hint)[:SEARCHED]
        found = [(spec.name + n, _extracted(some, text)) for n, some in spec.regex_extracts.items()]
    else:
        found = [(spec.name, 1)]
    for name, amount in found:
        if amount is not None and math.isfinite(scaled := _scaled(spec, amount)):
            yield name, scaled


def _dated(spec: Metric, value: Value) -> int | None:
    if spec.type == "DateAndTime":
        return date_and_time(value)
    return ntp(value) if spec.type == "NTPTimeStamp" else by_pattern(value, spec.datetime_pattern)


def _scaled(spec: Metric, value: float) -> float:
    if spec.scale:
        value = value * spec.scale
    return value + spec.offset if spec.offset else value


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_GROUP = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


def _extracted(some: Sequence[Extract], text: str) -> float | None:
    """The number of the first expression that fits all of a text and gives one."""
    for one in some:
        match = one.regex.fullmatch(text)
        if match is not None and _NUMBER.fullmatch(told := _expanded(match, one.value)):
            return float(told)
    return None


def _expanded(match: re.Match[str], template: str) -> str:
    """A template with `$1`, `${1}`, `$name` put in; a group that is not there is nothing."""

    def put(found: re.Match[str]) -> str:
        name = found[2] or found[3]
        if found[1]:
            return "$"
        try:
            return match[int(name) if name.isdecimal() else name] or ""
        except IndexError:
            return ""

    return _GROUP.sub(put, template)
