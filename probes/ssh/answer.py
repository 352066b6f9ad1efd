"""What came back from a server, taken apart: parts by name, files within a part, times, words.

Pure functions over bytes that a hostile server may have written: nothing raises, all is bounded by
what was read.
"""

import re
from collections.abc import Iterable

from probes.reading import clean

Files = dict[bytes, list[bytes]]

_STATUS = re.compile(rb"\n?\n= (\d+)\n*\Z")
_PLACEHOLDER = re.compile(
    r"(?i)^(to be filled|default string|system (product|manufacturer|serial)|not (specified|"
    r"applicable|available)|none$|n/?a$|unknown$|o\.?e\.?m\.?$|0+$|0?123456789|empty$|invalid)"
)
_UP = re.compile(rb"\bup\s+(?:(\d+) day(?:s|\(s\))?,?\s*)?(?:(\d+):(\d\d)|(\d+) (min|hr|hour))?")
_BOOT = re.compile(rb"(?:\bsec = |^)(\d{9,11})\b")
_OFFSET = re.compile(rb"^\s*Offset: ([+-][^\n]{1,40})$", re.MULTILINE)
_SPAN = re.compile(rb"(\d+(?:\.\d+)?)(us|ms|s|min|h)")
_SCALE = {b"us": 1e-6, b"ms": 1e-3, b"s": 1.0, b"min": 60.0, b"h": 3600.0}

CHRONY_FIELDS = 14
"""Of `chronyc -c tracking`: the third is the stratum, the fifth the offset, the last the leap
status.
"""


def parts(out: bytes, mark: bytes) -> dict[bytes, bytes]:
    """The parts of an output by name; what stands before the first mark is left out."""
    found: dict[bytes, bytes] = {}
    for part in out.split(b"\n" + mark + b" ")[1:]:
        name, _, content = part.partition(b"\n")
        found[name] = content
    return found


def ended(content: bytes) -> tuple[bytes, int | None]:
    """A part without its last line, and the exit status that this line tells."""
    found = _STATUS.search(content[-40:])
    if found is None:
        return content, None
    return content[: len(content) - (found.end() - found.start())], int(found[1])


def files(content: bytes) -> Files:
    """Lines by the file that grep names before each."""
    found: Files = {}
    for line in content.splitlines():
        path, colon, text = line.partition(b":")
        if colon:
            found.setdefault(path, []).append(text)
    return found


def ports(found: Files) -> dict[bytes, dict[bytes, bytes]]:
    """By interface, the one-line files under /sys/class/net."""
    known: dict[bytes, dict[bytes, bytes]] = {}
    for path, lines in found.items():
        if path.startswith(b"/sys/class/net/"):
            _, _, _, _, port, name, *_ = (*path.split(b"/"), b"")
            known.setdefault(port, {})[name] = lines[0]
    return known


def when(text: bytes) -> tuple[float, float] | None:
    """The server's clock as `date +%s.%N` prints it, and how exact that is, in seconds."""
    found = re.match(rb"\s*(\d{1,11})(\.\d{9})?", text)
    if found is None:
        return None
    return (float(found[0]), 0.0) if found[2] else (float(found[1]) + 0.5, 0.5)


def offset_told(found: dict[bytes, bytes]) -> float | None:
    """The clock less NTP's time in seconds, as the server's own NTP program tells it.

    Both tell what the clock still lacks: positive when it is slow.
    """
    fields = found.get(b"chrony", b"").strip().split(b",")
    if len(fields) >= CHRONY_FIELDS and fields[2] != b"0" and b"Not" not in fields[-1]:
        try:
            return -float(fields[4])
        except ValueError:
            return None
    told = _OFFSET.search(found.get(b"timesync", b""))
    if told is None:
        return None
    spans = _SPAN.findall(told[1])
    seconds = sum(float(number) * _SCALE[unit] for number, unit in spans)
    return -seconds if told[1].startswith(b"+") else seconds


def uptime(found: dict[bytes, bytes], now: float | None) -> float | None:
    """Seconds since a Unix without /proc started: kern.boottime, else what uptime(1) says."""
    boot = _BOOT.search(found.get(b"boot", b"").strip())
    if boot and now is not None and now >= int(boot[1]):
        return round(now - int(boot[1]))
    said = _UP.search(found.get(b"uptime", b""))
    if said is None or not any(said.groups()):
        return None
    days, hours, minutes, count, unit = said.groups()
    seconds = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
    return seconds + int(count or 0) * (60 if unit == b"min" else 3600)


def identity(found: dict[bytes, bytes]) -> list[tuple[str, str]]:
    """Words of device_info: vendor, model, serial from DMI or the device tree; the distribution;
    the kernel's release. What a board's maker never filled in is left out.
    """
    known = files(found.get(b"identity", b""))
    dmi = {p.rpartition(b"/")[2]: t[0] for p, t in known.items() if p.startswith(b"/sys/class/dmi")}
    release: dict[bytes, bytes] = {}
    for line in (*known.get(b"/usr/lib/os-release", ()), *known.get(b"/etc/os-release", ())):
        key, _, value = line.partition(b"=")
        release[key] = value.strip().strip(b"\"'")
    system, _, version = found.get(b"uname", b"").strip().partition(b"\n")
    kernel = known.get(b"/proc/sys/kernel/osrelease", [version])[0]
    words = {
        "vendor": dmi.get(b"sys_vendor", b""),
        "model": dmi.get(b"product_name") or found.get(b"model", b""),
        "os": release.get(b"PRETTY_NAME") or release.get(b"NAME") or system or b"Linux",
        "version": kernel,
        "serial": dmi.get(b"product_serial") or found.get(b"serial", b""),
    }
    texts = [(word, clean(raw[:256])) for word, raw in words.items()]
    return [(word, text) for word, text in texts if text and not _PLACEHOLDER.match(text)]


def first_line(*texts: Iterable[int]) -> str:
    """The first line that says something, cleaned for a message."""
    for text in texts:
        for line in bytes(text).splitlines()[:50]:
            if said := clean(line[:512]):
                return said
    return ""
