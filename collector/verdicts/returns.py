"""Through which circuit something came back, where more than one was down."""

from collections.abc import Mapping

from collector.verdicts.circuits import WAIT, Circuits
from collector.verdicts.fault import Fault
from collector.verdicts.listening import Listening
from collector.verdicts.picture import Picture
from collector.verdicts.verdict import Sign
from collector.verdicts.wiring import Wiring

Ends = dict[str, tuple[Sign, ...]]


class Returns:
    """Devices that were seen again, as long as it is open by which way."""

    def __init__(self, circuits: Circuits, listening: Listening) -> None:
        self._circuits, self._listening = circuits, listening
        self._wiring: Wiring
        self.open: dict[str, float] = {}

    def load(self, wiring: Wiring) -> None:
        """The devices of a wiring."""
        self._wiring = wiring
        self.open = {one: at for one, at in self.open.items() if one in wiring.nodes}

    def weigh(self, device: str, faults: Mapping[str, Fault], picture: Picture, now: float) -> Ends:
        """The circuits that a device's answer shows to carry again or never to have been cut, and
        the signs. It stays `open` while evidence is being asked for.
        """
        blamed = {
            one: self._mate(device, it) for one, it in faults.items() if self._may(device, it)
        }
        if not blamed or device in picture.dark:
            self.open.pop(device, None)
            return {}
        moment = self.open.setdefault(device, now)
        ears = self._listening.ears
        # What was hidden and is not heard yet may pass on what is heard already.
        gone = picture.cut | {one for one in picture.dark if not ears[one].hidden}
        around = device in self._wiring.reached(gone)
        ways = list(blamed if around else self._ways(device, picture.cut, gone) or blamed)
        alone = len(ways) == 1 and not around
        said = {one: self._circuits.since(one, moment, alone=alone) for one in ways}
        for one, word in said.items():
            # An interface that was up all the time does not show a return.
            if word == "up" and not faults[one].proven:
                said[one] = "nothing"
        ends = self._ended(device, said, around=around, late=now >= moment + WAIT)
        if ends is None:
            for one in ways:
                self._circuits.ask(one, now)
            return {}
        del self.open[device]
        if not around:
            return ends
        for one, mate in blamed.items():
            if mate and one not in ends:
                faults[one].mouth = ()
        # What lies further away and has another way round says nothing of the circuit.
        return {one: it for one, it in ends.items() if blamed[one] or it[0].code != "other_path"}

    def _may(self, device: str, fault: Fault) -> bool:
        """Whether a fault is of a circuit that this device was lost behind."""
        if fault.alert != "CircuitDown" or not fault.mouth:
            return False
        hider = self._listening.ears[device].hider
        return hider == fault.thing or self._mate(device, fault)

    def _mate(self, device: str, fault: Fault) -> bool:
        """Whether a device is at the site where a circuit's silence showed."""
        site = self._wiring.site(device)
        return any(self._wiring.site(one) == site for one in fault.mouth)

    def _ways(self, device: str, cut: set[str], gone: set[str]) -> list[str]:
        """The circuits that are down any one of which would give it a path."""
        if len(cut) == 1:
            return list(cut)
        return [one for one in sorted(cut) if device in self._wiring.reached(gone - {one})]

    def _ended(
        self, device: str, said: Mapping[str, str], *, around: bool, late: bool
    ) -> Ends | None:
        by = (("device", device),)
        up = [one for one, word in said.items() if word == "up"]
        left = [one for one, word in said.items() if word != "down"]
        waiting = [one for one in left if said[one] == "waiting"]
        well: Ends = {one: (Sign("behind_answers", by),) for one in up}
        if around:
            if waiting and not late:
                return None
            rest = [one for one in left if said[one] == "nothing"]
            return {**well, **{one: (Sign("other_path", by),) for one in rest}}
        if well:
            return well
        if len(left) > 1 and waiting and not late:
            return None
        hider = self._listening.ears[device].hider
        best = hider if hider in left else min(left, default="")
        return {best: (Sign("behind_answers", by),)} if best else {}
