"""A simulated device: who it is, and the numbers that its values are made from."""

import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from collector.demo.rhythm import DAY


class Link(NamedTuple):
    """A circuit that ends at a port: the interface's name, the circuit's, and its megabits a
    second.
    """

    port: str
    circuit: str
    megabits: float = 100.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """What of an inventory's device the simulator plays. Without `snmp_port` it only has an
    address.

    `community` is what its agent lets in.
    """

    name: str
    address: str
    role: str
    snmp_port: int | None = None
    site: str = ""
    community: str = "public"
    links: tuple[Link, ...] = ()


@lru_cache(maxsize=200_000)
def share(seed: int, salt: int) -> float:
    """A number from 0 up to 1 that is always the same for a seed and a salt."""
    mixed = (seed ^ salt * 0x9E3779B1) * 0x85EBCA6B & 0xFFFFFFFF
    mixed ^= mixed >> 13
    mixed = mixed * 0xC2B2AE35 & 0xFFFFFFFF
    return (mixed ^ mixed >> 16) / 2**32


@dataclass(slots=True)
class Device:
    """A device at play: a seed made from its name, and what its model's columns need of it."""

    plays: Simulated
    seed: int = field(init=False)
    serial: str = field(init=False)
    cycle: float = field(init=False)
    offset: float = field(init=False)
    links: dict[str, Link] = field(init=False)

    def __post_init__(self) -> None:
        self.seed = zlib.crc32(self.plays.name.encode())
        self.serial = f"{self.seed:08X}{zlib.adler32(self.plays.name.encode()) & 0xFFFF:04X}"
        self.cycle = (40 + 360 * share(self.seed, 1)) * DAY
        self.offset = self.cycle * share(self.seed, 2)
        self.links = {link.port: link for link in self.plays.links}

    def uptime(self, now: float) -> float:
        """Seconds since its last start: it restarts every 40 to 400 days, by its seed."""
        return (now + self.offset) % self.cycle

    def boot(self, now: float) -> float:
        """When it last started, in Unix seconds."""
        return now - self.uptime(now)

    def share(self, salt: int) -> float:
        """A number from 0 up to 1, the device's own for each salt."""
        return share(self.seed, salt)
