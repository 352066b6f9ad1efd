"""How sites stand: from the devices in them and the circuits that lead there."""

from collections.abc import Mapping, Sequence

from collector.verdicts.events import State
from collector.verdicts.fault import Fault
from collector.verdicts.standing import UP, Stand
from collector.verdicts.wiring import Wiring

Stands = Mapping[str, Stand]


def sites(wiring: Wiring, stands: Stands, faults: Mapping[str, Fault]) -> dict[str, Stand]:
    """How every site stands that holds a judged device."""
    lame: dict[str, str] = {}
    for thing in sorted(faults):
        line = wiring.lines.get(thing)
        # Its far site answers by another way: from the first, or again.
        if line is not None and line.a and not faults[thing].mouth:
            lame.setdefault(f"site:{line.site}", thing)
    found = {}
    for site, residents in wiring.residents.items():
        if site in faults:
            found[site] = Stand(State.DOWN)
        else:
            found[site] = _site([(one, stands[one]) for one in residents], lame.get(site, ""))
    return found


def _site(inside: Sequence[tuple[str, Stand]], lame: str) -> Stand:
    states = {stand.state for _, stand in inside}
    if states == {State.UP}:
        return Stand(State.DEGRADED, lame) if lame else UP
    known = [(one, stand) for one, stand in inside if stand.state is not State.UNKNOWN]
    if not known:
        return inside[0][1]
    if all(stand.state is State.UNREACHABLE for _, stand in known):
        return Stand(State.UNREACHABLE, known[0][1].because)
    for wanted in (State.DOWN, State.DEGRADED, State.UNREACHABLE):
        for one, stand in known:
            if stand.state is wanted:
                return Stand(State.DEGRADED, stand.because or one)
    return Stand(State.DEGRADED, lame) if lame else UP
