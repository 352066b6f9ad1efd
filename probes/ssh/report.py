"""A reading from a server's answer: its sections, its units, what configured commands print."""

import math
import re
from typing import Any

from probes.catalogue import METRICS
from probes.reading import Head, Reading, clean, info, number
from probes.ssh import answer
from probes.ssh.rows import MOST, Rows
from probes.ssh.script import MARK
from probes.ssh.settings import SshSettings, instance_label
from probes.ssh.turn import Times, Turn

REMEMBERED = 24 * 3600.0
"""Seconds that a unit is still told as running after it had failed."""

MOST_REMEMBERED = 64
TIMED_OUT = 124
"""Exit status of timeout(1) when it ended the command."""

_MARK = MARK.encode()
_NUMBER = re.compile(rb"\s*([-+]?\d{1,20}(?:\.\d{1,20})?)\s*(?:\n|\Z)")
_RUNNING = (b"active", b"reloading", b"refreshing")


class Report:
    """Makes readings of one server; keeps heads, last counts and which units had failed."""

    def __init__(
        self, labels: tuple[tuple[str, str], ...], settings: SshSettings, memory: dict[str, Any]
    ) -> None:
        self._rows = Rows(labels)
        self._settings = settings
        self._memory = memory
        self._commands = [
            (metric, name, _head(labels, metric, name)) for metric, name, _ in settings.asked()
        ]

    def read(self, reading: Reading, out: bytes, times: Times, slow: bool) -> bool:
        """Fill a reading from an output; true when the script came to its end."""
        found = answer.parts(out, _MARK)
        if not found:
            return False
        turn = Turn(reading, found, self._rows)
        turn.sections(self._settings.only, times)
        if self._settings.units:
            self._chosen(turn, self._settings.units)
        elif "units" in self._settings.only:
            self._failed(turn)
        for at in range(len(self._commands)):
            self._command(turn, at)
        if slow:
            self._describe(reading, found)
        return b"end" in found

    def _describe(self, reading: Reading, found: dict[bytes, bytes]) -> None:
        labels = self._rows.labels
        if b"identity" in found:
            words = answer.identity(found)
            reading.described["device"] = [info("device", (*labels, *words))]
        if b"ports" in found:
            ports = self._rows.described_ports(answer.files(found[b"ports"]))
            reading.described["interfaces"] = ports

    def _chosen(self, turn: Turn, names: tuple[str, ...]) -> None:
        """ActiveState of each in order; a unit that is starting or does not exist is not up."""
        content, status = answer.ended(turn.found.get(b"units", b""))
        lines = content.splitlines()
        states = [one.partition(b"=")[2] for one in lines if one.startswith(b"ActiveState=")]
        if not turn.count(len(states) == len(names)):
            turn.lose("units", _why(content, status), "is systemd there, and systemctl allowed?")
            return
        for name, state in zip(names, states, strict=True):
            turn.add(self._rows.units(name.encode()), b"up=%d" % (state in _RUNNING))

    def _failed(self, turn: Turn) -> None:
        """Units that failed, and those that had failed within a day and no longer do."""
        content, status = answer.ended(turn.found.get(b"failed", b""))
        if status != 0:
            return  # systemd does not run there: nobody asked for a unit, nothing is missing
        turn.count(True)
        now = turn.reading.start
        lines = [line.split(None, 3) for line in content.splitlines()[:MOST]]
        down = dict.fromkeys(clean(one[0]) for one in lines if len(one) > 2 and b"." in one[0])
        held: dict[str, float] = self._memory.get("failed", {})
        kept = {name: at for name, at in held.items() if now - at < REMEMBERED}
        kept.update(dict.fromkeys(list(down)[:MOST_REMEMBERED], now))
        if kept != held:
            newest = sorted(kept, key=kept.__getitem__)[-MOST_REMEMBERED:]
            self._memory["failed"] = {name: kept[name] for name in newest}
        for name in {**kept, **down}:
            turn.add(self._rows.units(name.encode()), b"up=%d" % (name not in down))

    def _command(self, turn: Turn, at: int) -> None:
        metric, name, head = self._commands[at]
        content, status = answer.ended(turn.found.get(b"command %d" % at, b""))
        found = _NUMBER.match(content) if status == 0 else None
        value = float(found[1]) if found else math.nan
        if turn.count(_plausible(metric, value)):
            field = METRICS[metric].field
            turn.add(head, f"{field}={number(value)}".encode())
        else:
            hint = "run it by hand as this user: its first line must be a number"
            turn.lose(f"{metric} of {name}", _why(content, status), hint)


def _head(labels: tuple[tuple[str, str], ...], metric: str, name: str) -> Head:
    label = instance_label(metric)
    assert label is not None  # the settings were checked
    own = tuple(one for one in labels if one[0] != label)
    return Head(METRICS[metric].subject, (*own, (label, name)))


def _plausible(metric: str, value: float) -> bool:
    known = METRICS[metric]
    if not math.isfinite(value):
        return False
    if known.kind == "state":
        return value in known.states
    if known.unit == "ratio":
        return 0 <= value <= 1
    return value >= 0 or known.unit not in ("bytes", "count", "timestamp_seconds")


def _why(content: bytes, status: int | None) -> str:
    said = answer.first_line(content)
    if status is None:
        return "its answer did not come"
    if status == TIMED_OUT:
        return "did not end in time"
    if status:
        return f"ended with {status}" + (f": {said}" if said else "")
    return f"says {said!r}, which is no number for it" if said else "says nothing"
