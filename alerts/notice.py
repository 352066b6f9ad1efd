"""What the engine wants a person told, before it is put into words; and the sets it speaks in."""

from dataclasses import dataclass

Sign = tuple[str, tuple[tuple[str, str], ...]]
"""One piece of evidence: a code, and its arguments as (name, text) pairs."""

SEVERITIES = ("critical", "major", "minor", "warning", "info")
"""Highest first."""

URGENT = frozenset({"critical", "major"})
"""What is told at any hour, each cause by itself."""

SIDES = ("carrier", "site-power", "ours", "not-known")
"""Whose fault a circuit's may be."""

ENGINE_ALERTS = (
    "DeviceDown",
    "DeviceDegraded",
    "DeviceFlapping",
    "CircuitDown",
    "CircuitRedundancyLost",
    "CircuitFlapping",
    "CircuitPeakHigh",
    "SiteDown",
    "ServiceDown",
    "ServiceDegraded",
    "CollectorIsolated",
)
"""What the engine says; no history rule says the same."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One cause to tell of. `alert` is one of ENGINE_ALERTS, `thing` is `kind:name`, `since` Unix
    seconds, `side` one of SIDES or nothing, `hides` the things that are dark because of it, sorted.
    """

    alert: str
    thing: str
    severity: str
    since: float
    instance: str = ""
    side: str = ""
    evidence: tuple[Sign, ...] = ()
    hides: tuple[str, ...] = ()


def rank(severity: str) -> int:
    """0 for the highest severity; what is none of ours ranks last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
