"""When a circuit's time does not count: maintenance that the inventory approves, and off hours."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from collector.contract.availability import Pauses
from collector.contract.grid import Span, Window, day_of, midnight, union
from inventory.model import Calendar, Circuit, Inventory, Maintenance, Recurrence, Thing

_DAY = 24 * 60


def pauses(
    circuit: Circuit, inventory: Inventory, maintenance: Iterable[Maintenance], window: Window
) -> Pauses:
    """What is not counted of a circuit in a window.

    Maintenance counts when it names the circuit, a device at one of its ends, or a site that such
    a device stands in or below: work on them takes the line down without the carrier's doing.
    """
    things = _concerned(circuit, inventory)
    work = [
        span
        for one in maintenance
        if not things.isdisjoint(one.what)
        for span in announced(one, window)
    ]
    calendar = inventory.calendars.get(circuit.hours) if circuit.hours else None
    closed = _gaps(union(_open(calendar, window), window), window) if calendar else []
    return Pauses(union(work, window), closed)


def _concerned(circuit: Circuit, inventory: Inventory) -> set[Thing]:
    found = {Thing("circuit", circuit.name)}
    for end in (circuit.a, circuit.z):
        device = inventory.devices.get(end.device) if end is not None else None
        if device is None:
            continue
        found.add(Thing("device", device.name))
        site = inventory.sites.get(device.site)
        while site is not None:
            found.add(Thing("site", site.name))
            site = inventory.sites.get(site.parent) if site.parent else None
    return found


def announced(one: Maintenance, window: Window) -> Iterator[Span]:
    """When announced work takes place, as far as it may touch a window."""
    if one.every is not None:
        yield from _repeated(one.every, window)
    elif one.start is not None and one.end is not None:
        yield one.start.timestamp(), one.end.timestamp()


def _repeated(every: Recurrence, window: Window) -> Iterator[Span]:
    for day in _around(window):
        if day.weekday() in every.weekdays or day.day in every.days:
            over = _DAY if every.end <= every.start else 0
            yield _at(day, every.start, window), _at(day, every.end + over, window)


def _around(window: Window) -> Iterator[date]:
    """The days of a window, and the one before it, whose span may end in it."""
    day = day_of(window.start, window.zone) - timedelta(days=1)
    last = day_of(window.end, window.zone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _at(day: date, minute: int, window: Window) -> float:
    """When the province's clocks show so many minutes after a midnight."""
    day, minute = day + timedelta(days=minute // _DAY), minute % _DAY
    return datetime.combine(day, time(minute // 60, minute % 60), window.zone).timestamp()


def _open(calendar: Calendar, window: Window) -> Iterator[Span]:
    for day in _around(window):
        start, end = (midnight(day + timedelta(days=n), window.zone) for n in (0, 1))
        if end - start == _DAY * 60:
            if day.weekday() in calendar.days and day not in calendar.holidays:
                for begin, stop in calendar.hours:
                    yield start + begin * 60, start + stop * 60
            continue
        # Clocks change on this day: ask the calendar, minute by minute.
        for minute in range(int(start), int(end), 60):
            if calendar.open(datetime.fromtimestamp(minute, window.zone)):
                yield minute, minute + 60


def _gaps(spans: Iterable[Span], window: Window) -> list[Span]:
    """What of a window lies between spans."""
    found, since = [], window.start
    for begin, end in spans:
        if begin > since:
            found.append((since, begin))
        since = end
    if since < window.end:
        found.append((since, window.end))
    return found
