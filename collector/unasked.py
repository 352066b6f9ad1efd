"""Blindness: devices of which nothing is known though something should be, and why.

Not counted: what waits for its office hours or is in maintenance, what is lost from sight behind a
cause (that is told of), and what was not asked yet: in its first minute, or where it is not pinged
in its first interval.
"""

from collections.abc import Mapping, Sequence

from collector.verdicts.events import State
from collector.verdicts.verdict import Verdict
from inventory.model import Inventory

YET = 60.0
"""Seconds that a device may wait to be asked for the first time."""


def unasked(
    held: Mapping[str, Verdict], inventory: Inventory, now: float
) -> Mapping[str, Sequence[str]]:
    """The devices that cannot be asked, by reason: as our own machine says it, "" where nobody
    asked in time.
    """
    found: dict[str, list[str]] = {}
    for thing, verdict in held.items():
        if verdict.state is State.UNKNOWN and thing.startswith("device:"):
            name = thing.removeprefix("device:")
            reason = _reason(verdict, _interval(inventory, name), now)
            if reason is not None:
                found.setdefault(reason, []).append(name)
    return found


def _reason(held: Verdict, interval: float, now: float) -> str | None:
    """Why nothing is known of a device; None where that is in order."""
    if held.because or held.maintenance:
        return None
    for code, args in held.evidence:
        if code == "cannot_be_asked":
            return dict(args)["why"]
        if code == "not_asked" and now - held.since > max(YET, interval):
            return ""
    return None


def _interval(inventory: Inventory, name: str) -> float:
    device = inventory.devices.get(name)
    return device.interval if device is not None and device.ping is None else 0.0
