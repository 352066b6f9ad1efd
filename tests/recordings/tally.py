"""The account of one recording: what was judged and how, what was left out and why, what is wrong.

Doubtful expected values stand in doubtful.yaml. They are looked at like all others, but after them,
and do not count; an entry that matches nothing, or whose every value we have anyway, is stale.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

DOUBTFUL = Path(__file__).with_name("doubtful.yaml")


class Verdict(NamedTuple):
    """One expected value: the section it stands in and whether the poll says the same."""

    section: str
    right: bool
    text: str


@dataclass(slots=True)
class Doubt:
    """One entry of doubtful.yaml. `what` is a pattern that must match a name of the row whole."""

    recording: str
    section: str
    what: re.Pattern[str]
    reason: str
    rows: dict[str, list[bool]] = field(default_factory=dict)

    @property
    def stale(self) -> str | None:
        """What is wrong with the entry after all was judged."""
        head = f"{self.recording} {self.section} {self.what.pattern!r}"
        met = [name for name, rights in self.rows.items() if all(rights)]
        if not self.rows:
            return f"{head}: matches no expected value"
        return f"{head}: the poll satisfies {met}" if met else None


class Doubted(NamedTuple):
    """An expected row that an entry covers."""

    entry: Doubt
    row: str


def doubts() -> list[Doubt]:
    """The entries of doubtful.yaml. Raises KeyError or re.error on a malformed one."""
    entries: list[dict[str, str]] = yaml.safe_load(DOUBTFUL.read_text("utf-8")) or []
    return [
        Doubt(e["recording"], e["section"], re.compile(str(e["what"])), e["reason"])
        for e in entries
    ]


@dataclass(slots=True)
class Tally:
    """Verdicts of one recording (family/name); `doubted` are sections, one for each value."""

    recording: str
    doubts: Sequence[Doubt] = ()
    verdicts: list[Verdict] = field(default_factory=list)
    doubted: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    def doubt(self, section: str, row: dict[str, Any]) -> Doubted | None:
        """The entry that this expected row falls under."""
        keys = [row.get(key) for key in ("descr", "oid", "index", "name", "label", "class", "peer")]
        oids = row.get("oids", [])
        keys += oids.values() if isinstance(oids, dict) else oids
        keys += [row.get("source_type"), f"{row.get('class')} {row.get('descr')}"]
        texts = [str(key) for key in keys if key is not None]
        for one in self.doubts:
            here = one.recording == self.recording and one.section == section
            if here and any(one.what.fullmatch(text) for text in texts):
                return Doubted(one, " ".join(texts))
        return None

    def judge(self, section: str, right: bool, text: str, doubt: Doubted | None = None) -> None:
        """Note a verdict; a doubtful one is only counted."""
        if doubt is None:
            self.verdicts.append(Verdict(section, right, text))
            return
        self.doubted.append(section)
        doubt.entry.rows.setdefault(doubt.row, []).append(right)
        self.left[f"{section}: doubtful ({doubt.entry.reason})"] += 1

    def leave(self, section: str, reason: str, count: int = 1) -> None:
        """Note what is not judged."""
        self.left[f"{section}: {reason}"] += count

    def extra(self, section: str, text: str) -> None:
        """Note an emitted value that is wrong or too much."""
        self.extras.append(f"{section}: {text}")

    def sections(self) -> dict[str, tuple[int, int]]:
        """Right and judged by section."""
        found: dict[str, list[bool]] = {}
        for one in self.verdicts:
            found.setdefault(one.section, []).append(one.right)
        return {name: (sum(hits), len(hits)) for name, hits in found.items()}
