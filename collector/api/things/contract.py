"""The contract numbers of a circuit, over a time that the asker names."""

import sqlite3
import time
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from collector.api import rim
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.shape import Answer
from collector.contract import LIMIT, Breach, Contract, Numbers
from collector.contract.availability import Availability
from collector.contract.grid import SLOT, midnight
from collector.contract.traffic import Traffic
from collector.stores.promql import StoreError
from inventory.model import Circuit

CONTRACT = web.AppKey("contract", Contract)

MOST_DAYS = 93
"""Longest time that one question may be about: a quarter."""

_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)
_FORM = "a day like 2026-11-30, or whole Unix seconds"


class Direction(Answer):
    """Traffic one way: bits per second, null where nothing was measured."""

    p95: float | None = Field(description="95th percentile by nearest rank of 5-minute means")
    p95_ratio: float | None = Field(description="The percentile over the capacity")
    mean: float | None
    max: float | None = Field(description="The busiest five minutes")
    coverage: float = Field(description="Share of the five-minute slots that were measured")


class Uptime(Answer):
    """Where the seconds went; together they are the whole time."""

    ratio: float | None = Field(description="up / (up + down); null where neither is known")
    target: float | None = Field(description="What the contract promises")
    met: bool | None
    up_seconds: float
    down_seconds: float
    unknown_seconds: float = Field(
        description="Nobody watched, no verdict, or hidden behind another cause: not counted"
    )
    maintenance_seconds: float = Field(description="Announced work: not counted")
    off_hours_seconds: float = Field(description="Outside the circuit's hours: not counted")
    outages: int
    coverage: float = Field(description="Share of the counted time of which the state is known")


class Day(Answer):
    """One whole day of the province; `week` is the seven days that end with it."""

    day: str
    transmit: Direction
    receive: Direction
    week_transmit: Direction
    week_receive: Direction


class Peak(Answer):
    """The percentile was over the limit on seven consecutive days or more, and still is."""

    direction: str
    since: str
    last: str
    days: int
    value: float


class ContractNumbers(Answer):
    """Contract numbers of a circuit. Transmit is from A to Z, receive from Z to A."""

    circuit: str
    start: float
    end: float
    timezone: str
    capacity: float | None = Field(description="Bits per second")
    slot_seconds: int
    limit: float = Field(description="Share of the capacity that a day's percentile may reach")
    counters: str = Field(description="The port they are from, as device/interface; empty: none")
    transmit: Direction
    receive: Direction
    availability: Uptime
    days: list[Day]
    breach: Peak | None


async def contract(request: web.Request) -> web.Response:
    """Percentiles and availability of one circuit."""
    rim.allow(request, "from", "to")
    source = request.app[SOURCE]
    name = request.match_info["name"]
    circuit = source.plan.inventory.circuits.get(name)
    if circuit is None:
        hint = "GET /api/v1/circuits?search= finds some"
        raise RefusedError(404, f"no circuit {name[:80]!r}", hint)
    zone = source.plan.inventory.province.zone
    start, end = span(rim.text(request, "from"), rim.text(request, "to"), zone, time.time())
    keeper = request.app[CONTRACT]
    try:
        numbers, place = await keeper.numbers(circuit, start, end)
    except (StoreError, sqlite3.Error) as error:
        raise RefusedError(503, str(error), "try again; is there a store that answers?") from None
    return rim.told(told(circuit, numbers, place, keeper.breaches.get(circuit.name)))


def span(first: str, last: str, zone: ZoneInfo, now: float) -> tuple[float, float]:
    """The time that is asked about: by default this month; a day named as its end is part of it;
    nothing lies after now. Raises RefusedError.
    """
    today = datetime.fromtimestamp(now, zone).date()
    start = _instant("from", first, zone, 0) if first else midnight(today.replace(day=1), zone)
    end = min(_instant("to", last, zone, 1) if last else now, now)
    if start >= end:
        raise RefusedError(400, "there is no time between from and to", f"each is {_FORM}")
    if end - start > (MOST_DAYS + 1) * 86_400:
        raise RefusedError(400, f"that is more than {MOST_DAYS} days", "ask in parts")
    return start, end


def _instant(name: str, text: str, zone: ZoneInfo, days: int) -> float:
    """A point in time from its text; `days` after the beginning of a day that is named."""
    if text.isascii() and text.isdecimal() and len(text) < 12:
        return float(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, f"{name} is no time", f"write {_FORM}") from None
    if not _EARLIEST <= day <= _LATEST:
        raise RefusedError(400, f"{name} is out of all time", f"write {_FORM}")
    return midnight(day + timedelta(days=days), zone)


def told(
    circuit: Circuit, numbers: Numbers, place: str, standing: Breach | None
) -> ContractNumbers:
    """The numbers in the shape of the answer."""
    end = {"a": circuit.a, "z": circuit.z}.get(place)
    capacity = numbers.capacity

    def ways(thing: Any, prefix: str = "") -> dict[str, Direction]:
        names = (f"{prefix}transmit", f"{prefix}receive")
        return {name: _direction(getattr(thing, name), capacity) for name in names}

    days = [Day(day=str(one.date), **ways(one), **ways(one, "week_")) for one in numbers.days]
    return ContractNumbers(
        circuit=circuit.name,
        start=numbers.window.start,
        end=numbers.window.end,
        timezone=numbers.window.zone.key,
        capacity=capacity,
        slot_seconds=SLOT,
        limit=LIMIT,
        counters=f"{end.device}/{end.interface}" if end else "",
        **ways(numbers),
        availability=_uptime(numbers.availability, circuit.targets.availability),
        days=days,
        breach=_peak(standing),
    )


def _direction(one: Traffic, capacity: float | None) -> Direction:
    ratio = one.p95 / capacity if one.p95 is not None and capacity else None
    return Direction(
        p95=one.p95, p95_ratio=ratio, mean=one.mean, max=one.most, coverage=one.coverage
    )


def _uptime(one: Availability, target: float | None) -> Uptime:
    ratio = one.ratio
    return Uptime(
        ratio=ratio,
        target=target,
        met=None if ratio is None or target is None else ratio >= target,
        up_seconds=one.up,
        down_seconds=one.down,
        unknown_seconds=one.unknown,
        maintenance_seconds=one.maintenance,
        off_hours_seconds=one.off_hours,
        outages=one.outages,
        coverage=one.coverage,
    )


def _peak(one: Breach | None) -> Peak | None:
    if one is None:
        return None
    since, last = str(one.since), str(one.last)
    return Peak(direction=one.direction, since=since, last=last, days=one.days, value=one.value)


_TYPICAL = Direction(p95=182.4e6, p95_ratio=0.912, mean=64.1e6, max=197.3e6, coverage=1.0)
EXAMPLE = ContractNumbers(
    circuit="tsl-ii-05212-a",
    start=1793466000.0,
    end=1796058000.0,
    timezone="Asia/Ho_Chi_Minh",
    capacity=200e6,
    slot_seconds=SLOT,
    limit=LIMIT,
    counters="hbh-dc-pe01/ge-0/0/3",
    transmit=_TYPICAL,
    receive=_TYPICAL,
    availability=Uptime(
        ratio=0.9987,
        target=0.995,
        met=True,
        up_seconds=2566240.0,
        down_seconds=3340.0,
        unknown_seconds=8020.0,
        maintenance_seconds=14400.0,
        off_hours_seconds=0.0,
        outages=2,
        coverage=0.9969,
    ),
    days=[
        Day(
            day="2026-11-01",
            transmit=_TYPICAL,
            receive=_TYPICAL,
            week_transmit=_TYPICAL,
            week_receive=_TYPICAL,
        )
    ],
    breach=Peak(direction="transmit", since="2026-11-24", last="2026-11-30", days=7, value=0.912),
)
