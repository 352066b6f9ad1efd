"""Working time, and announced work: which calendars are open and which windows run at a moment."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from collector.verdicts.topology import Topology, Window
from inventory.model import Calendar

MINUTE = 60.0


class Calendars:
    """The calendars of a topology, looked at once a minute. A calendar that is not known is
    open.
    """

    def __init__(self) -> None:
        self._calendars: dict[str, Calendar] = {}
        self._zone = ZoneInfo("Asia/Ho_Chi_Minh")
        self._open: dict[str, bool] = {}
        self._looked = 0.0

    def load(self, topology: Topology, wall: float) -> None:
        """The calendars from now on."""
        self._calendars = {one.name: one.calendar() for one in topology.calendars}
        self._zone = ZoneInfo(topology.timezone)
        self._looked = 0.0
        self.advance(wall)

    def advance(self, wall: float) -> bool:
        """Look at the clock; whether any calendar opened or closed."""
        minute = wall // MINUTE
        if minute == self._looked:
            return False
        self._looked = minute
        before = self._open
        moment = datetime.fromtimestamp(wall, self._zone)
        self._open = {name: one.open(moment) for name, one in self._calendars.items()}
        return self._open != before

    def open(self, name: str) -> bool:
        """Whether it is working time."""
        return self._open.get(name, True)


def running(window: Window, moment: datetime) -> bool:
    """Whether a window runs at a moment in the province's time."""
    if window.minutes is None:
        return window.start <= moment.timestamp() < window.end
    start, end = window.minutes
    minute = moment.hour * 60 + moment.minute
    if start < end:
        return start <= minute < end and _day(window, moment)
    if minute >= start:
        return _day(window, moment)
    return minute < end and _day(window, moment - timedelta(days=1))


def _day(window: Window, moment: datetime) -> bool:
    return moment.weekday() in window.weekdays or moment.day in window.days
