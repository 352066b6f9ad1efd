"""The packet filter of the demo: one nftables table of its own that makes addresses silent.

The kernel answers pings to 127.x by itself, so a simulated device can only fall silent below it.
Packets to a silenced address are dropped where they come in; dropped where they go out, the sender
would be told. No other table is read or touched.
"""

import os
import shutil
import subprocess
from collections.abc import Collection
from ipaddress import ip_address

TABLE = "hatang_demo"
_RULES = """\
table inet {table} {{
  set silent4 {{ type ipv4_addr; }}
  set silent6 {{ type ipv6_addr; }}
  chain incoming {{
    type filter hook input priority filter; policy accept;
    ip daddr @silent4 drop
    ip6 daddr @silent6 drop
  }}
}}
"""


class SilenceError(RuntimeError):
    """The packet filter cannot be used; the message says why, for people."""


class Silence:
    """The table while it stands. Make it with `raise_table`."""

    def __init__(self, nft: str) -> None:
        self._nft = nft

    def set(self, addresses: Collection[str]) -> None:
        """Silence exactly these addresses. Raises SilenceError."""
        lines = [f"flush set inet {TABLE} silent4", f"flush set inet {TABLE} silent6"]
        for version in (4, 6):
            some = sorted(one for one in addresses if ip_address(one).version == version)
            if some:
                lines.append(f"add element inet {TABLE} silent{version} {{ {', '.join(some)} }}")
        _feed(self._nft, "\n".join(lines) + "\n")

    def lower(self) -> None:
        """Remove the table; quiet when it is gone already."""
        _delete(self._nft)


def raise_table() -> Silence:
    """Remove what a crashed demo left, and make the table anew. Raises SilenceError."""
    nft = shutil.which("nft") or shutil.which("nft", path="/usr/sbin:/sbin")
    if nft is None:
        raise SilenceError("nft is not installed (Debian package nftables)")
    if os.geteuid() != 0:
        raise SilenceError("this demo does not run as root")
    _delete(nft)
    _feed(nft, _RULES.format(table=TABLE))
    return Silence(nft)


def _delete(nft: str) -> None:
    subprocess.run(
        [nft, "delete", "table", "inet", TABLE], capture_output=True, check=False, timeout=10
    )


def _feed(nft: str, script: str) -> None:
    try:
        done = subprocess.run(
            [nft, "-f", "-"], input=script, text=True, capture_output=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SilenceError(f"nft does not run: {error}") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise SilenceError(f"the kernel refuses a packet filter table: {reason}")
