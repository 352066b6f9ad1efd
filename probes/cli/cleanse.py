"""A running configuration as it may be kept: whole, without secrets, without lines that change by
themselves. Pure; line by line, so that a long text in a thread does not hold up the others.
"""

import re
from collections.abc import Iterator, Sequence

from probes.cli.language import Backup, Block, Section

LARGEST = 8 << 20
"""Characters of a configuration; beyond that it is none."""

FEWEST_LINES = 5
LONGEST_LINE = 30_000
HIDDEN = "<hidden>"

_HEAD = 12
"""Lines among which a refusal is looked for: further on, its words may be configuration."""

_PAGER = re.compile(r"^\s*-{2,}\s*\(?more\)?.*-{2,}|<--- More --->|^\s*--More--", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class NotKeptError(Exception):
    """Why a text is no configuration that could stand for the device's."""


def cleansed(backup: Backup, refused: Sequence[str], text: str) -> str:
    """The configuration to keep, ending in one line end. Raises NotKeptError."""
    if len(text) > LARGEST:
        raise NotKeptError(f"the configuration is longer than {LARGEST >> 20} MiB")
    lines = [_CONTROL.sub("", line).rstrip() for line in text.split("\n")]
    _whole(backup, refused, lines)
    kept = list(_kept(backup, lines))
    while kept and not kept[-1]:
        kept.pop()
    while kept and not kept[0]:
        kept.pop(0)
    return "\n".join(kept) + "\n"


def _whole(backup: Backup, refused: Sequence[str], lines: Sequence[str]) -> None:
    said = [line for line in lines if line.strip()]
    if not said:
        raise NotKeptError("the device answered with nothing")
    no = _any(refused)
    if no is not None and any(no.search(line) for line in (*said[:_HEAD], said[-1])):
        raise NotKeptError("the device did not show it: it does not know or not allow the command")
    if len(said) < FEWEST_LINES:
        raise NotKeptError(f"{len(said)} lines are no configuration")
    if any(_PAGER.search(line) for line in said):
        raise NotKeptError("there are prompts of a pager in it")
    if max(map(len, lines)) > LONGEST_LINE:
        raise NotKeptError("it has a line that is too long to be one")
    broken = _any(backup.broken)
    if broken is not None and any(broken.search(line) for line in said):
        raise NotKeptError("the device says in it that it is not whole")
    if backup.last is not None and not re.search(backup.last, said[-1]):
        raise NotKeptError("its end is missing")


def _kept(backup: Backup, lines: Sequence[str]) -> Iterator[str]:
    volatile, suspect = _any(backup.volatile), _any(backup.secrets)
    secrets = [re.compile(one) for one in backup.secrets]
    sections = _Sections(backup.sections)
    begins = _any([one.begin for one in backup.blocks])
    inside: re.Pattern[str] | None = None
    for line in lines:
        if inside is not None:
            inside = None if inside.search(line) else inside
            continue
        if begins is not None and begins.search(line):
            inside = _end(backup.blocks, line)
            yield f"{line[: len(line) - len(line.lstrip())]}{HIDDEN}"
            continue
        if volatile is not None and volatile.search(line):
            continue
        shown = sections.hidden(line)
        yield _hidden(secrets, shown) if suspect is not None and suspect.search(shown) else shown
    if inside is not None:
        raise NotKeptError("something secret begins in it and does not end")


class _Sections:
    """Where in a text we are, for what is secret only there."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._all = [tuple(map(re.compile, (s.begin, s.end, s.hide))) for s in sections]
        self._now: tuple[re.Pattern[str], ...] | None = None

    def hidden(self, line: str) -> str:
        """The line without what is secret in the section that it stands in."""
        if self._now is None:
            self._now = next((one for one in self._all if one[0].search(line)), None)
            return line
        _, end, hide = self._now
        if end.search(line):
            self._now = None
        return hide.sub(_masked, line)


def _end(blocks: Sequence[Block], line: str) -> re.Pattern[str] | None:
    """What the block that begins in this line ends with; None when it ends in it."""
    for one in blocks:
        begins = re.search(one.begin, line)
        if begins:
            end = re.compile(one.end)
            return None if end.search(line, begins.end()) else end
    return None


def _hidden(secrets: Sequence[re.Pattern[str]], line: str) -> str:
    for one in secrets:
        line = one.sub(_masked, line)
    return line


def _masked(found: re.Match[str]) -> str:
    text, start = found[0], found.start()
    for group in range(found.re.groups, 0, -1):
        first, last = found.span(group)
        if first >= 0:
            text = f"{text[: first - start]}{HIDDEN}{text[last - start :]}"
    return text


def _any(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{one})" for one in patterns)) if patterns else None
