"""Which addresses are asked: ranges and single addresses, without what is excluded; pure."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

MOST = 1024
"""Addresses of one run unless more are allowed."""
MOST_EVER = 1 << 20
"""What may be allowed: a day and a half at 100 echoes a second and two rounds is no survey."""


class RangeRefused(ValueError):  # noqa: N818 - it says what is the case
    """A range that is not asked; the message says why, and what would allow it."""


def network(text: str) -> Network:
    """A range like `10.0.0.0/24`, or one address. Raises RangeRefused."""
    try:
        found = ip_network(text)
    except ValueError:
        raise RangeRefused(_advice(text)) from None
    if found.is_multicast or found.network_address.is_unspecified:
        raise RangeRefused(f"{text}: no addresses of single devices")
    return found


def _advice(text: str) -> str:
    shown = "".join(one if one.isprintable() else "?" for one in text[:60])
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        return f'"{shown}" is no range and no address (write 10.0.0.0/24, or 10.0.0.7)'
    return f"{shown} begins inside a range (write {meant} for all of it)"


def size(one: Network) -> int:
    """How many addresses of a range are asked: not its network address, nor its broadcast."""
    spare = one.max_prefixlen - one.prefixlen
    if spare < 2:
        return one.num_addresses
    return one.num_addresses - (2 if one.version == 4 else 1)


def addresses(
    ranges: Sequence[Network], exclude: Sequence[Network] = (), most: int = MOST
) -> list[str]:
    """The addresses to ask, in order, each once. Raises RangeRefused when they are more than
    `most`, with their number and the flag that allows them.
    """
    total = sum(size(one) for one in ranges)
    if total <= MOST_EVER:
        found = sorted(set(_kept(ranges, exclude)), key=order)
        if len(found) <= most:
            return [str(one) for one in found]
        total = len(found)
    allowed = f"--most {total} allows it" if total <= MOST_EVER else "give smaller ranges"
    given = ", ".join(str(one) for one in ranges[:3]) + (", ..." if len(ranges) > 3 else "")
    raise RangeRefused(f"{given}: {_grouped(total)} addresses, more than {most}; {allowed}")


def _grouped(number: int) -> str:
    return f"{number:,}" if number < 10**12 else f"{number:.1e}"


def _kept(ranges: Iterable[Network], exclude: Sequence[Network]) -> Iterator[Address]:
    for one in ranges:
        for address in one.hosts():
            if not any(address in other for other in exclude):
                yield address


def order(one: Address | str) -> tuple[int, int]:
    """Where an address stands among others: IPv4 first, then by number."""
    address = ip_address(one) if isinstance(one, str) else one
    return address.version, int(address)
