"""How numbers and times of the inventory are written: for people in their language, or for a
spreadsheet that counts with them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class Writing(NamedTuple):
    """In which language and zone; `raw` for a spreadsheet."""

    language: str
    zone: ZoneInfo
    raw: bool

    def number(self, value: float) -> str:
        """Six digits, with the comma where Vietnamese has it."""
        text = f"{value:.6g}"
        return text if self.language == "en" else text.replace(".", ",")


def _bits(value: float, way: Writing) -> str:
    if way.raw:
        return str(int(value))
    for size, unit in ((1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s")):
        if value >= size:
            return f"{way.number(value / size)} {unit}"
    return f"{way.number(value)} bit/s"


def _seconds(value: float, way: Writing) -> str:
    if way.raw:
        return f"{value:g}"
    return f"{way.number(value * 1000)} ms" if value < 1 else f"{way.number(value)} s"


def _ratio(value: float, way: Writing) -> str:
    return f"{value * 100:.6g}" if way.raw else f"{way.number(value * 100)} %"


def _moment(value: float, way: Writing) -> str:
    at = datetime.fromtimestamp(value, way.zone)
    return at.strftime("%Y-%m-%d %H:%M:%S" if way.raw else "%d/%m/%Y %H:%M")


def _date(value: str, way: Writing) -> str:
    year, month, day = value.split("-")
    return value if way.raw else f"{day}/{month}/{year}"


WRITTEN: Mapping[str, Callable[[Any, Writing], str]] = {
    "bits": _bits,
    "seconds": _seconds,
    "ratio": _ratio,
    "moment": _moment,
    "date": _date,
    "count": lambda value, _: str(value),
}
"""By a column's form."""
