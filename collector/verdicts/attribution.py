"""Whose fault a silence is: the device's own, its circuit's, its site's.

docs/design.md §6.3. A device that cannot be reached although a path leads to it is told as
itself, unless
everything at its site is silent and the site hangs on circuits: then it is the one circuit that was
left, or, where several were, the site.
"""

from collector.verdicts.ear import Ear
from collector.verdicts.fault import Fault
from collector.verdicts.listening import Listening
from collector.verdicts.picture import Picture
from collector.verdicts.verdict import Sign


def blamed(device: str, picture: Picture, listening: Listening) -> Fault | None:
    """The fault that a dark device with a living path shows, or None as long as its neighbours at
    the site, or what it hangs on, are being verified.
    """
    ears, wiring = listening.ears, picture.wiring
    ear = ears[device]
    entries = picture.entries(device)
    circuits = [one for one in entries if one in wiring.lines]
    mates = [ears[one] for one in wiring.mates(device)] if circuits else []
    near = [*mates, *(ears[one] for one in entries if one in ears and one != wiring.root)]
    if any(one.pending() for one in near):
        return None
    signs = _clears(device, entries, mates, picture, listening)
    if signs is not None:
        since = ear.answered or ear.born
        return Fault("DeviceDown", device, since, ear.suspected, (device,), signs)
    return _shared(ear, [one for one in mates if one.silent], picture)


def _clears(
    device: str, entries: list[str], mates: list[Ear], picture: Picture, listening: Listening
) -> tuple[Sign, ...] | None:
    """What shows that neither circuit nor site is to blame, None if nothing does."""
    lines, ears = picture.wiring.lines, listening.ears
    since = ears[device].suspected
    for mate in mates:
        if mate.clean(since):
            return (Sign("other_path", (("device", mate.thing),)),)
    if not all(one in lines for one in entries) or not entries:
        return ()
    dark = [one for one in mates if one.silent]
    ends = {one.thing for one in dark}
    for door in _doors(dark, picture):
        # A circuit's probe address is at its Z end: it proves the way only to what is there.
        here = f"device:{lines[door].z}" in ends
        if here and ears[door].ping is not None and ears[door].clean(since):
            return (Sign("probe_answers"),)
    return None


def _doors(dark: list[Ear], picture: Picture) -> list[str]:
    """The living circuits that lead to some dark devices."""
    lines = picture.wiring.lines
    return sorted({one for ear in dark for one in picture.entries(ear.thing) if one in lines})


def _shared(ear: Ear, dark: list[Ear], picture: Picture) -> Fault:
    """All of a site is dark: its circuit if there is one, the site if there are more."""
    doors = _doors(dark, picture)
    mouth = tuple(one.thing for one in dark)
    since = max(one.answered for one in dark) or ear.born
    if len(doors) == 1:
        return Fault("CircuitDown", doors[0], since, ear.suspected, mouth)
    site = picture.wiring.site(ear.thing)
    signs = (Sign("site_silent", (("site", site), ("count", str(len(dark))))),)
    return Fault("SiteDown", site, since, ear.suspected, mouth, signs, "site-power")
