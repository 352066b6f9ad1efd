"""What every page of the console shows beside its own: whose it is, what of us does not work."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, Field

from collector.api.shape import Answer
from collector.api.source import Source
from collector.api.threads import POOL, apart
from collector.selfmetrics import VERSION

Fields = dict[str, Any]

_YEARS = 2
_QUARTER, _DAY = 900, 86_400


class Shift(Answer):
    """By how many seconds the province's clocks are ahead of UTC, from when on."""

    at: int
    ahead: int


class Province(Answer):
    """Whose wall this is."""

    name: str
    collector: str
    version: str
    timezone: str
    clock: tuple[Shift, ...] = Field(
        description=f"The shifts of its time zone, from {_YEARS} years ago to in {_YEARS} years"
    )
    language: str


class Screen(Answer):
    """What every page of the console shows beside its own."""

    at: float
    last: int = Field(description="The last event's id: events/stream?after= goes on from here")
    province: Province
    stores: dict[str, bool] = Field(description="Whether each takes what it is sent")
    alertmanagers: dict[str, bool]
    journal: bool = Field(description="Whether it can be written")


@lru_cache(2)
def clock(zone: ZoneInfo, year: int) -> tuple[Shift, ...]:
    """The shifts of a time zone in the years around one: pages need no calendar of the browser's,
    which takes a slow one longer to open than all the rest of a page.
    """

    def ahead(at: int) -> int:
        there = datetime.fromtimestamp(at, zone).utcoffset()
        return int(there.total_seconds()) if there is not None else 0

    begin, end = (
        int(datetime(one, 1, 1, tzinfo=UTC).timestamp()) for one in (year - _YEARS, year + _YEARS)
    )
    found = [Shift(at=begin, ahead=ahead(begin))]
    for day in range(begin, end + 366 * _DAY, _DAY):
        if ahead(day + _DAY) != found[-1].ahead:
            quarters = range(day, day + _DAY + 1, _QUARTER)
            at = next(one for one in quarters if ahead(one) != found[-1].ahead)
            found.append(Shift(at=at, ahead=ahead(at)))
    return tuple(found)


def fields(source: Source) -> Fields:
    """The fields of a `Screen`, as they are now. Taken before what the page itself shows: `last`
    then is an event that it has seen.
    """
    province, at = source.plan.inventory.province, time.time()
    return {
        "at": at,
        "last": source.journal.committed,
        "province": Province(
            name=province.name,
            collector=source.plan.collector,
            version=VERSION,
            timezone=province.timezone,
            clock=clock(province.zone, datetime.fromtimestamp(at, UTC).year),
            language=province.language,
        ),
        "stores": {name: one.up for name, one in list(source.delivery.stats.stores.items())},
        "alertmanagers": {peer.name: peer.up for peer in source.telling.rounds.peers},
        "journal": not source.journal.problem,
    }


async def told(work: Callable[[], BaseModel]) -> web.Response:
    """What is put together in a thread, compressed for whoever takes it so. Raises RefusedError
    where too many ask.
    """

    return await packed(lambda: work().model_dump_json(by_alias=True).encode())


async def packed(work: Callable[[], bytes]) -> web.Response:
    """The same of what is JSON already."""
    response = web.Response(
        body=await apart(work),
        content_type="application/json",
        zlib_executor_size=1024,
        zlib_executor=POOL,
    )
    response.enable_compression()
    return response


EXAMPLE = Screen(
    at=1795223795.0,
    last=4712,
    province=Province(
        name="Hòa Bình",
        collector="noc-1",
        version="0.1.0",
        timezone="Asia/Ho_Chi_Minh",
        clock=clock(ZoneInfo("Asia/Ho_Chi_Minh"), 2026),
        language="vi",
    ),
    stores={"local": True},
    alertmanagers={"127.0.0.1:9093": True},
    journal=True,
)
