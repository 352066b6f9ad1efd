"""One reading under way: the parts of an answer become rows, and what is missing is noted."""

from collections.abc import Callable
from typing import NamedTuple

from probes.reading import Head, Reading, Reason, Row, number
from probes.ssh import answer
from probes.ssh.rows import Rows, load
from probes.ssh.settings import Section


class Times(NamedTuple):
    """When the script was sent, when its first part came (Unix seconds), and what a word to the
    server and back takes (seconds).
    """

    sent: float
    heard: float
    trip: float


MOST_TOLD = 3
"""Parts whose fault stands in the message; the rest are only named."""

_LINUX_ONLY = ("cpu", "memory", "disks", "interfaces")


class Turn:
    """What one answer says. `rows` is what the session keeps from poll to poll."""

    def __init__(self, reading: Reading, found: dict[bytes, bytes], rows: Rows) -> None:
        self.reading, self.found = reading, found
        self._rows = rows
        self._lost: list[str] = []
        self._linux = b"linux" in found
        self._proc = answer.files(found.get(b"proc", b""))

    def count(self, answered: bool) -> bool:
        """One more table that was asked for, and whether it answered."""
        self.reading.tables_expected += 1
        self.reading.tables_answered += answered
        return answered

    def add(self, head: Head, fields: bytes) -> None:
        """One row."""
        self.reading.rows.append(Row(head, fields))

    def lose(self, name: str, why: str, hint: str = "") -> None:
        """A part that is missing, and why: the reading is partial."""
        reading = self.reading
        self._lost.append(name)
        reading.missing = tuple(self._lost)
        reading.reason = Reason.PARTIAL
        if len(self._lost) <= MOST_TOLD:
            text = f"{name}: {why}"
            reading.message = f"{reading.message}; {text}" if reading.message else text
        reading.hint = reading.hint or hint

    def sections(self, only: tuple[Section, ...], times: Times) -> None:
        """Rows of what the settings ask for."""
        readers: dict[Section, Callable[[], bool]] = {
            "cpu": self._cpu,
            "memory": self._memory,
            "storage": self._storage,
            "disks": self._disks,
            "interfaces": self._interfaces,
        }
        foreign = [name for name in only if name in _LINUX_ONLY] if not self._linux else []
        self._system(only, times)
        for name, reader in readers.items():
            if name in only and name not in foreign and not self.count(reader()):
                self.lose(name, "nothing of it came")
        if foreign:
            self.reading.tables_expected += len(foreign)
            system = answer.first_line(self.found.get(b"uname", b"")) or "this system"
            hint = "watch it over SNMP, and let `only` name what ssh can tell"
            self.lose(", ".join(foreign), f"{system} has no /proc as Linux has", hint)

    def _system(self, only: tuple[Section, ...], times: Times) -> None:
        """One row of what a machine has once."""
        found = self.found
        now = answer.when(found.get(b"date", b""))
        fields = []
        if "system" in only:
            fields += self._running(now[0] if now else None)
        if "clock" in only:
            offset = _offset(now, times, answer.offset_told(found))
            if self.count(offset is not None) and offset is not None:
                fields.append(f"clock_offset_seconds={number(offset)}".encode())
            else:
                self.lose("clock", "the server's date(1) tells no seconds")
        if "reboot" in only and found.get(b"reboot", b"").strip() in (b"0", b"1"):
            fields.append(b"reboot_required=" + found[b"reboot"].strip())
        if fields:
            self.add(self._rows.system, b",".join(fields))

    def _running(self, now: float | None) -> list[bytes]:
        found, proc = self.found, self._proc
        average = load((proc.get(b"/proc/loadavg") or [found.get(b"uptime", b"")])[0])
        first = (proc.get(b"/proc/uptime") or [b""])[0].partition(b" ")[0]
        if first.count(b".") == 1 and first.replace(b".", b"").isdigit() and len(first) < 20:
            seconds: float | None = float(first)
        else:
            seconds = answer.uptime(found, now)
        fields = [average] if average else []
        if seconds is not None:
            fields.append(f"uptime_seconds={number(seconds)}".encode())
        if not self.count(len(fields) == 2):
            self.lose("system", "load or uptime did not come")
        processes = found.get(b"processes", b"").strip()
        if not self._linux:
            listed = found.get(b"ps", b"").split()
            processes = b"%d" % sum(map(bytes.isdigit, listed)) if listed else b""
        if processes.isdigit() and len(processes) < 9:
            fields.append(b"processes=" + processes)
        users, status = answer.ended(found.get(b"users", b""))
        if status == 0:
            fields.append(b"users=%d" % len([line for line in users.splitlines() if line.strip()]))
        return fields

    def _cpu(self) -> bool:
        made = self._rows.cpu(self._proc.get(b"/proc/stat", []))
        self.reading.rows += made
        return bool(made)

    def _memory(self) -> bool:
        return self._sized("memory", self._rows.memory(self._proc.get(b"/proc/meminfo", [])))

    def _storage(self) -> bool:
        made = self._rows.storage(self.found.get(b"storage", b""))
        return self._sized(
            "storage", made if made[0] else self._rows.df(self.found.get(b"df", b""))
        )

    def _disks(self) -> bool:
        self.reading.rows += self._rows.disks(self._proc.get(b"/proc/diskstats", []))
        return b"/proc/diskstats" in self._proc  # a machine may have none

    def _interfaces(self) -> bool:
        return self._sized("speeds", self._rows.interfaces(self._proc))

    def _sized(self, name: str, made: tuple[list[Row], list[Row]]) -> bool:
        rows, described = made
        self.reading.rows += rows
        if rows:
            self.reading.described[name] = described
        return bool(rows)


def _offset(now: tuple[float, float] | None, times: Times, told: float | None) -> float | None:
    """The server's clock less ours. It was read between sending and hearing, most likely half a
    trip before hearing (a slow shell starts before it). What the server's own NTP program says is
    finer, and taken when it lies within these bounds.
    """
    if now is None or not 0 < times.sent <= times.heard:
        return None
    clock, coarse = now
    low, high = clock - times.heard - coarse, clock - times.sent + coarse
    if told is not None and low <= told <= high:
        return told
    return min(clock - times.heard + times.trip / 2, high)
