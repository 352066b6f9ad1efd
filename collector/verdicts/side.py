"""Which side of a circuit is to be suspected, and why: the carrier, the site's power, our own."""

from collector.verdicts.circuits import Circuits
from collector.verdicts.fault import Fault
from collector.verdicts.polling import Polling
from collector.verdicts.verdict import Sign
from collector.verdicts.wiring import Wiring

TOGETHER = 60.0
"""Seconds within which circuits of one carrier went down together."""

BATTERY = 900.0
"""Seconds before an outage in which a UPS's last word on its battery still counts."""


class Sides:
    """Suspects a side of a circuit that is down."""

    def __init__(self, circuits: Circuits, polling: Polling) -> None:
        self._circuits, self._polling = circuits, polling

    def suspect(
        self, fault: Fault, faults: dict[str, Fault], wiring: Wiring
    ) -> tuple[str, tuple[Sign, ...]]:
        """The side and what speaks for it."""
        ends = self._circuits.ends(fault.thing)
        signs = [end.sign() for end in ends]
        battery = self.on_battery(fault, wiring)
        siblings, shared = self._siblings(fault, faults, wiring)
        signs += [*battery, *siblings]
        if any(end.which == "a" and not end.admin for end in ends):
            return "ours", tuple(signs)
        if battery:
            return "site-power", tuple(signs)
        if shared or any(end.which == "a" and not end.up for end in ends):
            return "carrier", tuple(signs)
        return "not-known", tuple(signs)

    def on_battery(self, fault: Fault, wiring: Wiring) -> list[Sign]:
        """The UPSs of the far site that said last that they ran on battery."""
        line = wiring.lines.get(fault.thing)
        site = f"site:{line.site}" if line is not None else fault.thing
        if fault.mouth and line is not None:
            site = wiring.site(fault.mouth[0])
        found = []
        for device in wiring.residents.get(site, ()):
            for (metric, _), (value, at) in self._polling.of(device).items():
                if metric == "ups_on_battery" and value and at >= fault.since - BATTERY:
                    found.append(Sign("ups_on_battery", (("device", device),)))
        return found[:1]

    def _siblings(
        self, fault: Fault, faults: dict[str, Fault], wiring: Wiring
    ) -> tuple[list[Sign], bool]:
        line = wiring.lines[fault.thing]
        others = [
            (thing, one)
            for thing, one in wiring.carried.get(line.provider, ())
            if thing != fault.thing
        ]
        near = {thing for thing, one in others if one.a == line.a}
        down = {
            thing
            for thing, _ in others
            if thing in faults and abs(faults[thing].since - fault.since) <= TOGETHER
        }
        if not near and not down:
            return [], False
        said = [("provider", line.provider)]
        if not down:
            return [Sign("siblings_up", (*said, ("total", str(len(near)))))], False
        total = len(near | down)
        sign = Sign("siblings_down", (*said, ("count", str(len(down))), ("total", str(total))))
        shared = len(down) >= 2 and (len(down) >= 3 or 2 * len(down & near) >= len(near))
        return [sign], shared


def after(uptime: float, device: str, outage: float) -> tuple[str, Sign]:
    """What a device's uptime (seconds) says of an outage (seconds) once it is back."""
    args = (("device", device), ("uptime", f"{uptime:.0f}"))
    if uptime < outage:
        return "site-power", Sign("rebooted", args)
    return "carrier", Sign("kept_running", args)
