"""Rows of a server from the parts of its answer: one builder a session, which keeps the heads.

Numbers go from the kernel's text into a row's fields as they are; only what must be computed
becomes a number here.
"""

import re
from collections.abc import Iterator

from probes.reading import Head, Row, info, row
from probes.ssh.answer import Files, ports

MOST = 1024
"""Instances of one subject that are taken: a machine has fewer, a hostile one has no end."""

MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
"""Of /proc/stat, in order (proc_stat(5)); guest time is part of user and nice."""

_SKIPPED_DISK = re.compile(
    rb"loop\d|z?ram\d|sr\d|fd\d|dm-\d+p|(?:[hsv]|xv)d[a-z]+\d+$|(?:nvme\d+n|mmcblk)\d+(?:p|boot|rpmb)"
)
"""Disks that are none, and partitions: what goes to them is counted on their disk."""

_UPS = {b"up": True, b"dormant": True, b"down": False, b"lowerlayerdown": False}
_UPS |= {b"notpresent": False, b"testing": False}
_IF_TYPES = {b"1": "6", b"772": "24", b"768": "131", b"776": "131", b"778": "131", b"32": "199"}
"""IANA's ifType, as SNMP tells it, for the kernel's ARPHRD numbers (if_arp.h)."""

_DF = re.compile(rb"(\S.*?)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+\d+%\s+(/.*)")
_PSEUDO = re.compile(rb"(?:dev|proc|sys|fdesc|linproc|linsys)fs$|tmpfs$|/proc$|map |swap$|.*:/|//")
_HIDDEN = re.compile(rb"/(?:run|dev|sys|proc|snap|system)(?:/|$)")
_LOAD = re.compile(rb"load averages?:\s*([\d.]{1,9}),?\s+([\d.]{1,9}),?\s+([\d.]{1,9})")
_MEMORY = re.compile(rb"(\w+):\s+(\d{1,15}) kB$")


class Heads:
    """Heads of one subject by instance, made once; forgotten together when they become too many."""

    def __init__(self, subject: str, labels: tuple[tuple[str, str], ...], label: str) -> None:
        self._subject, self._labels, self._label = subject, labels, label
        self._known: dict[bytes, Head] = {}

    def __call__(self, instance: bytes) -> Head:
        head = self._known.get(instance)
        if head is None:
            if len(self._known) >= 2 * MOST:
                self._known.clear()
            name = (self._label, _text(instance))
            head = self._known[instance] = Head(self._subject, (*self._labels, name))
        return head


def _text(raw: bytes) -> str:
    return raw[:512].decode("utf-8", "replace")


def hundredths(raw: bytes) -> bytes:
    """A count of hundredths of a second, in seconds."""
    raw = raw.zfill(3)
    return raw[:-2] + b"." + raw[-2:]


def thousandths(raw: bytes) -> bytes:
    """A count of milliseconds, in seconds."""
    raw = raw.zfill(4)
    return raw[:-3] + b"." + raw[-3:]


def _numeric(fields: list[bytes], wanted: int) -> bool:
    return len(fields) >= wanted and all(one.isdigit() and len(one) <= 20 for one in fields)


class Rows:
    """What a session knows of its server to make rows: heads, and the processors' last counts."""

    def __init__(self, labels: tuple[tuple[str, str], ...]) -> None:
        self.labels = labels
        self.system = Head("system", labels)
        self._usage = Heads("cpu", labels, "cpu")
        self._modes: dict[bytes, tuple[Head, ...]] = {}
        self._ticks: dict[bytes, tuple[int, int]] = {}
        self._memory = Heads("memory", labels, "pool")
        self._storage = Heads("storage", labels, "storage")
        self._disks = Heads("disk", labels, "disk")
        self._ports = Heads("interface", labels, "interface")
        self.units = Heads("unit", labels, "unit")

    def cpu(self, lines: list[bytes]) -> list[Row]:
        """/proc/stat: seconds by mode, and what was busy since the last poll (not idle, not waiting
        for a disk); the line `cpu` is all of them.
        """
        rows: list[Row] = []
        ticks: dict[bytes, tuple[int, int]] = {}
        for line in lines[: MOST + 1]:
            name, *counts = line.split(None, len(MODES) + 1)[: len(MODES) + 1] or (b"",)
            if not name.startswith(b"cpu") or not _numeric(counts, 4):
                continue
            name = name[3:] or b"all"
            heads = self._modes.get(name) or self._learn(name)
            rows += [
                Row(head, b"seconds_total=" + hundredths(count))
                for head, count in zip(heads, counts, strict=False)
            ]
            whole = list(map(int, counts))
            ticks[name] = sum(whole), whole[3] + (whole[4] if len(whole) > 4 else 0)
            share = _share(self._ticks.get(name), ticks[name])
            if share is not None:
                rows.append(Row(self._usage(name), b"usage_ratio=%.6f" % share))
        self._ticks = ticks
        return rows

    def _learn(self, name: bytes) -> tuple[Head, ...]:
        if len(self._modes) > MOST:
            self._modes.clear()
        labels = (*self.labels, ("cpu", _text(name)))
        heads = tuple(Head("cpu", (*labels, ("mode", mode))) for mode in MODES)
        self._modes[name] = heads
        return heads

    def memory(self, lines: list[bytes]) -> tuple[list[Row], list[Row]]:
        """/proc/meminfo: in use is what is neither free, nor buffers, nor a cache that can be given
        back; shared memory stands in `Cached` and is in use. Measured rows, and sizes.
        """
        found = {m[1]: int(m[2]) * 1024 for m in map(_MEMORY.match, lines[:200]) if m}
        total = found.get(b"MemTotal", 0)
        given = (b"MemFree", b"Buffers", b"Cached", b"SReclaimable")
        used = total - sum(found.get(name, 0) for name in given) + found.get(b"Shmem", 0)
        swap = found.get(b"SwapTotal", 0)
        pools = ((b"system", used, total), (b"swap", swap - found.get(b"SwapFree", 0), swap))
        rows, sizes = [], []
        for pool, taken, size in pools:
            if size and 0 <= taken <= size:
                head = self._memory(pool)
                fields = b"used_bytes=%d,used_ratio=%.6f" % (taken, taken / size)
                rows.append(Row(head, fields))
                sizes.append(Row(head, b"total_bytes=%d" % size))
        return rows, sizes

    def storage(self, content: bytes) -> tuple[list[Row], list[Row]]:
        """statfs(2) of each mount as `stat -f` prints it: block size, blocks, free, available to
        users, inodes, free ones, mount point. The share in use is df's: what root keeps for itself
        is no space that is left.
        """
        rows, sizes = [], []
        for line in content.splitlines()[:MOST]:
            *fields, mount = line.split(b" ", 6)
            if len(fields) != 6 or not _numeric(fields, 6) or not mount.startswith(b"/"):
                continue
            size, blocks, free, available, inodes, left = map(int, fields)
            if not size or not 0 <= free <= blocks or not blocks:
                continue
            head = self._storage(mount)
            values = {"used_bytes": (blocks - free) * size, "used_ratio": 0.0}
            values["used_ratio"] = _filled(blocks - free, available)
            totals: dict[str, float] = {"total_bytes": blocks * size}
            if inodes >= left and inodes:
                values["inodes_used"] = inodes - left
                totals["inodes_total"] = inodes
            rows += _made(head, values)
            sizes += _made(head, totals)
        return rows, sizes

    def df(self, content: bytes) -> tuple[list[Row], list[Row]]:
        """The same from `df -P -k` (POSIX), where there is no better: no inodes."""
        rows, sizes = [], []
        for found in map(_DF.fullmatch, content.splitlines()[:MOST]):
            if found is None or _PSEUDO.match(found[1]) or _HIDDEN.match(found[5]):
                continue
            size, used, available = int(found[2]), int(found[3]), int(found[4])
            if not size or used > size:
                continue
            head = self._storage(found[5].rstrip())
            ratio = _filled(used, max(available, 0))
            rows += _made(head, {"used_bytes": used * 1024, "used_ratio": ratio})
            sizes += _made(head, {"total_bytes": size * 1024})
        return rows, sizes

    def disks(self, lines: list[bytes]) -> Iterator[Row]:
        """/proc/diskstats (its sectors are of 512 bytes, whatever the disk's are)."""
        for line in lines[: 4 * MOST]:
            fields = line.split(None, 14)
            if len(fields) < 14 or _SKIPPED_DISK.match(fields[2]) or not _numeric(fields[3:13], 10):
                continue
            yield Row(
                self._disks(fields[2]),
                b"reads_total=%b,read_bytes_total=%d,writes_total=%b,written_bytes_total=%d,"
                b"busy_seconds_total=%b"
                % (
                    fields[3],
                    int(fields[5]) * 512,
                    fields[7],
                    int(fields[9]) * 512,
                    thousandths(fields[12]),
                ),
            )

    def interfaces(self, found: Files) -> tuple[list[Row], list[Row]]:
        """/proc/net/dev with what /sys knows of each; measured rows, and speeds.

        The other ends of containers' links (veth) are left out: their names come and go.
        """
        known = ports(found)
        rows, speeds = [], []
        for line in found.get(b"/proc/net/dev", ())[: MOST + 2]:
            name, colon, counts = line.partition(b":")
            name, fields = name.strip(), counts.split()
            if not colon or name.startswith(b"veth") or not _numeric(fields, 16):
                continue
            head = self._ports(name)
            said = known.get(name, {})
            rows.append(Row(head, _counters(fields) + _state(said)))
            speed = said.get(b"speed", b"")
            if speed.isdigit() and 0 < len(speed) < 8 and int(speed):
                speeds.append(Row(head, b"speed_bits_per_second=%d" % (int(speed) * 10**6)))
        return rows, speeds

    def described_ports(self, found: Files) -> list[Row]:
        """What each interface is."""
        known = ports(found)
        rows = []
        for line in found.get(b"/proc/net/dev", ())[: MOST + 2]:
            name, colon, _ = line.partition(b":")
            name = name.strip()
            if not colon or name.startswith(b"veth") or name not in known:
                continue
            said = known[name]
            mac = said.get(b"address", b"")
            words = (
                ("alias", _text(said.get(b"ifalias", b""))),
                ("index", _text(said.get(b"ifindex", b""))),
                ("type", _IF_TYPES.get(said.get(b"type", b""), "")),
                ("mac", _text(mac) if mac.strip(b"0:") else ""),
                ("mtu", _text(said.get(b"mtu", b""))),
            )
            rows.append(info("interface", (*self.labels, ("interface", _text(name)), *words)))
        return rows


def load(content: bytes) -> bytes:
    """Load averages as fields, of /proc/loadavg or uptime(1); nothing where there are none."""
    found = _LOAD.search(content) or re.match(
        rb"(\d{1,7}\.\d\d) (\d{1,7}\.\d\d) (\d{1,7}\.\d\d) ", content
    )
    if found is None or any(one.count(b".") != 1 for one in found.groups()):
        return b""
    return b"load1=%b,load5=%b,load15=%b" % found.groups()


def _share(before: tuple[int, int] | None, now: tuple[int, int]) -> float | None:
    if before is None or now[0] <= before[0]:
        return None
    return min(max(1 - (now[1] - before[1]) / (now[0] - before[0]), 0.0), 1.0)


def _filled(used: int, available: int) -> float:
    return used / (used + available) if used + available else 1.0


def _made(head: Head, values: dict[str, float]) -> list[Row]:
    made = row(head, values)
    return [made] if made else []


def _counters(fields: list[bytes]) -> bytes:
    """As net-snmp splits packets: the kernel counts multicast apart, and only what is received."""
    multicast = fields[7]
    unicast = b"%d" % max(int(fields[1]) - int(multicast), 0)
    return b",".join(
        b"%b_total=%b" % pair
        for pair in (
            (b"receive_bytes", fields[0]),
            (b"receive_unicast_packets", unicast),
            (b"receive_multicast_packets", multicast),
            (b"receive_errors", fields[2]),
            (b"receive_discards", fields[3]),
            (b"transmit_bytes", fields[8]),
            (b"transmit_unicast_packets", fields[9]),
            (b"transmit_errors", fields[10]),
            (b"transmit_discards", fields[11]),
        )
    )


def _state(said: dict[bytes, bytes]) -> bytes:
    """Up, switched on, duplex. An interface of a kind that has no state (loopback, tunnels) is up
    when it is switched on and has a carrier.
    """
    text = b""
    try:
        admin = int(said[b"flags"], 16) & 1
        text += b",admin_up=%d" % admin
    except (KeyError, ValueError):
        admin = 0
    state = said.get(b"operstate", b"")
    up = _UPS.get(state)
    if state == b"unknown":
        up = bool(admin) and said.get(b"carrier") == b"1"
    if up is not None:
        text += b",up=%d" % up
    if said.get(b"duplex") in (b"full", b"half"):
        text += b",full_duplex=%d" % (said[b"duplex"] == b"full")
    return text
