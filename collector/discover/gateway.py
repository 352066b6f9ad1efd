"""This machine's own way out: the device on the collector's side where no inventory names one."""

from ipaddress import IPv4Address
from pathlib import Path

ROUTES = Path("/proc/net/route")


def gateway(routes: Path = ROUTES) -> str:
    """The default IPv4 gateway of the lowest metric, or nothing (Linux, proc(5))."""
    try:
        lines = routes.read_text("ascii", "replace").splitlines()[1:]
    except OSError:
        return ""
    found = []
    for line in lines:
        words = line.split()
        if len(words) > 7 and words[1] == words[7] == "00000000" and words[2] != "00000000":
            found.append((int(words[6]), int(words[2], 16)))
    return str(IPv4Address(min(found)[1].to_bytes(4, "little"))) if found else ""
