"""Whose fault a silence is: the device's own, its circuit's, its site's.

docs/design.md §6.3. A device that cannot be reached although a path leads to it is told as
itself, unless
everything at its site is silent and the site hangs on circuits: then it is the one circuit that was
left, or, where several were, the site.
"""

from collector.verdicts.fault import Fault
from collector.verdicts.listening import Listening
from collector.verdicts.picture import Picture
from collector.verdicts.verdict import Sign


def blamed(device: str, picture: Picture, listening: Listening) -> Fault | None:
    """The fault that a dark device with a living path shows, or None as long as its neighbours at
    the site are being verified.
    """
    ear = listening.ears[device]
    wiring = picture.wiring
    since = ear.heard or ear.polled or ear.born
    entries = picture.entries(device)
    circuits = [one for one in entries if one in wiring.lines]
    if not circuits or len(circuits) < len(entries):
        return Fault("DeviceDown", device, since, ear.suspected, (device,))
    mates = [listening.ears[one] for one in wiring.mates(device)]
    well = [one for one in mates if one.clean(ear.suspected)]
    if well:
        signs = (Sign("other_path", (("device", well[0].thing),)),)
        return Fault("DeviceDown", device, since, ear.suspected, (device,), signs)
    if any(one.pending() for one in mates):
        return None
    dark = [one for one in mates if one.silent]
    doors = {door for one in dark for door in picture.entries(one.thing) if door in wiring.lines}
    mouth = tuple(one.thing for one in dark)
    first = max((one.answered for one in dark), default=0.0) or since
    if len(doors) == 1:
        return Fault("CircuitDown", doors.pop(), first, ear.suspected, mouth)
    site = wiring.site(device)
    signs = (Sign("site_silent", (("site", site), ("count", str(len(dark))))),)
    return Fault("SiteDown", site, first, ear.suspected, mouth, signs, side="site-power")
